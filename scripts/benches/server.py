"""The feeds of a made-up world over loopback HTTP, in a process of its own: `python -m benches.server PORT COUNT [FAULTY]`.

`/f/N.xml` is a feed, on any of the addresses. `/control/…` moves the world: `mode/conditional` (validators, 304), `mode/same`
(the same bytes, no validators), `mode/touched` (as same, a new build date each time), `advance/M` (M new entries in each, an
edit in one of twenty), `hourly/S` (from now on each feed publishes one entry an hour, as if it had begun S seconds ago),
`stats`. FAULTY is the share of the feeds with a fault.
"""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import sys
import time
import zlib
from datetime import UTC, datetime, timedelta

from benches.world import ENTRIES, STAMP, Feed, World, stamp

HOSTS = 250
EDITED_SHARE = 0.05
TYPES = {"rss": b"application/rss+xml", "atom": b"application/atom+xml", "rdf": b"application/rdf+xml"}
FAULTS = ("500", "web page", "cut off", "moved", "slow", "lying charset")
SLOW_S = 0.5
PAGE = b"<!doctype html><html><head><title>Maintenance</title></head><body><p>Back soon.</p></body></html>"


def addresses(count: int, port: int) -> list[str]:
    """Loopback hosts with their port, as many as `count` feeds need."""
    return [f"127.0.{1 + at // 250}.{1 + at % 250}:{port}" for at in range(min(count, HOSTS))]


def feed_url(number: int, count: int, port: int) -> str:
    """The address of a feed."""
    hosts = addresses(count, port)
    return f"http://{hosts[number % len(hosts)]}/f/{number}.xml"


def fault_of(number: int, faulty: float) -> str:
    """The fault of a feed, empty for none; the faulty ones are spread evenly and every kind comes up in turn."""
    nth = int((number + 1) * faulty)
    return FAULTS[nth % len(FAULTS)] if nth > int(number * faulty) else ""


class Site:
    """Answers for the feeds of a world."""

    def __init__(self, count: int, port: int, faulty: float) -> None:
        self.began = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the world's clock
        self.world = World(count, self.began, addresses(count, port))
        self.faulty, self.mode = faulty, "conditional"
        self.request_count = self.sent_bytes = 0
        self.packed: dict[int, tuple[int, bytes]] = {}
        self.hourly_since: float | None = None
        self.published: dict[int, int] = {}

    def control(self, path: list[str]) -> dict[str, object]:
        if path[0] == "mode":
            self.mode = path[1]
        elif path[0] == "advance":
            return {"edited": self.world.advance(int(path[1]), EDITED_SHARE)}
        elif path[0] == "hourly":
            self.hourly_since = time.monotonic() - float(path[1])
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu_s = used.ru_utime + used.ru_stime
        return {"requests": self.request_count, "bytes": self.sent_bytes, "cpu_s": cpu_s}

    def _keep_the_hour(self, feed: Feed) -> None:
        """Publish what came due since the feed was last asked for; feeds have their minute of the hour."""
        if self.hourly_since is None:
            return
        hours = (time.monotonic() - self.hourly_since) / 3600 + feed.number / len(self.world.feeds)
        due = int(hours) - self.published.get(feed.number, 0)
        if due > 0:
            self.world.add(feed, min(due, ENTRIES))
            self.published[feed.number] = int(hours)

    def answer(self, number: int, headers: dict[bytes, bytes], moved: bool) -> bytes:
        """The whole answer of a feed."""
        self.request_count += 1
        feed = self.world.feeds[number]
        self._keep_the_hour(feed)
        fault = fault_of(number, self.faulty)
        if fault == "500":
            return response(b"500 Internal Server Error", b"text/plain", b"out of order")
        if fault == "web page":
            return response(b"200 OK", b"text/html", PAGE)
        if fault == "moved" and not moved:
            return b"HTTP/1.1 301 Moved Permanently\r\nLocation: /moved/%d.xml\r\nContent-Length: 0\r\n\r\n" % number
        kind = TYPES[feed.form] + (b"; charset=iso-8859-1" if fault == "lying charset" else b"")
        if self.mode == "conditional" and fault != "cut off":
            return self._conditional(feed, headers, kind)
        built = self.began
        if self.mode == "touched":
            built += timedelta(seconds=self.request_count)
        answered = response(b"200 OK", kind, feed.body().replace(STAMP, stamp(feed, built)))
        return answered[: len(answered) * 2 // 3] if fault == "cut off" else answered

    def _conditional(self, feed: Feed, headers: dict[bytes, bytes], kind: bytes) -> bytes:
        etag = b"ETag: " + feed.etag + b"\r\n"
        if headers.get(b"if-none-match") == feed.etag:
            return b"HTTP/1.1 304 Not Modified\r\n" + etag + b"\r\n"
        if feed.number % 3 == 0 and b"gzip" in headers.get(b"accept-encoding", b""):
            return response(b"200 OK", kind, self._gzipped(feed), etag + b"Content-Encoding: gzip\r\n")
        return response(b"200 OK", kind, feed.body().replace(STAMP, stamp(feed, self.began)), etag)

    def _gzipped(self, feed: Feed) -> bytes:
        version, packed = self.packed.get(feed.number, (0, b""))
        if version != feed.version:
            packer = zlib.compressobj(5, zlib.DEFLATED, 31)
            packed = packer.compress(feed.body().replace(STAMP, stamp(feed, self.began))) + packer.flush()
            self.packed[feed.number] = feed.version, packed
        return packed


def response(status: bytes, kind: bytes, body: bytes, more: bytes = b"") -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n" % (status, kind, len(body), more)
    return head + body


class Exchange(asyncio.Protocol):
    """Just enough HTTP/1.1 for clients that ask with GET and wait for the answer."""

    def __init__(self, site: Site) -> None:
        self.site, self.received = site, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        if self.received.endswith(b"\r\n\r\n"):
            head, self.received = self.received, b""
            self.respond(head)

    def respond(self, head: bytes) -> None:
        lines = head.split(b"\r\n")
        headers = {}
        for line in lines[1:-2]:
            name, _, value = line.partition(b":")
            headers[name.lower()] = value.strip()
        path, fault = lines[0].split(b" ")[1].decode().strip("/").split("/"), ""
        if path[0] == "control":
            answered = response(b"200 OK", b"application/json", json.dumps(self.site.control(path[1:])).encode())
        elif path[0] in ("f", "moved"):
            number = int(path[1].removesuffix(".xml"))
            fault = fault_of(number, self.site.faulty)
            answered = self.site.answer(number, headers, path[0] == "moved")
        else:
            answered = response(b"404 Not Found", b"text/plain", b"nothing here")
        self.site.sent_bytes += len(answered)
        is_last = fault == "cut off" or headers.get(b"connection", b"").lower() == b"close"
        if fault == "slow":
            asyncio.get_running_loop().call_later(SLOW_S, self.send, answered, is_last)
        else:
            self.send(answered, is_last)

    def send(self, answered: bytes, is_last: bool) -> None:
        self.transport.write(answered)
        if is_last:
            self.transport.close()


async def serve(port: int, count: int, faulty: float) -> None:
    """Serve until SIGTERM; says "ready" on standard output."""
    site = Site(count, port, faulty)
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    loop.add_signal_handler(signal.SIGINT, stopping.set)
    hosts = {address.partition(":")[0] for address in addresses(count, port)} | {"127.0.0.1"}
    for host in sorted(hosts):
        await loop.create_server(lambda: Exchange(site), host, port, backlog=1024)
    print("ready", flush=True)
    await stopping.wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) if sys.argv[3:] else 0.0))
