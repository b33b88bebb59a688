"""What a hostile or broken server can send, by table: each row says what becomes of the source; time and memory are measured and
held to bounds, and after each row the next source is polled as ever by the same acquirer.

`HOSTILE_TABLE=FILE` writes what was measured to a file; `pytest -s` prints it.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import ssl
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from monitor.feeds.acquire import Acquirer, Limits
from monitor.feeds.dialling import tls_context
from monitor.model import Acquired, Entry, FailureKind, Job

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DATA = Path(__file__).parent / "data"
MB = 1_000_000
MOST_S = 30.0
MOST_BYTES = 400 * MB
Speaking = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def head(*lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1")


def whole(body: bytes, *lines: str, status: str = "200 OK") -> bytes:
    return head(f"Content-Length: {len(body)}", *lines, status=status) + body


def rss(*titles: str, prolog: str = "", text: str = "") -> bytes:
    items = "".join(f"<item><title>{title}</title><description>{text}</description></item>" for title in titles)
    return f'{prolog}<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()


def repeating(start: bytes, part: bytes, pause_s: float = 0.0) -> Speaking:
    """Sends `part` for ever."""

    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return speak


async def silence(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


def bomb(packed_size: int, wbits: int) -> bytes:
    packer = zlib.compressobj(9, wbits=wbits)
    parts = [packer.compress(bytes(MB)) for _ in range(packed_size // MB)]
    return b"".join([*parts, packer.flush()])


def laughs(levels: int, fold: int) -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * fold}">' for n in range(1, levels))
    return f'<!DOCTYPE rss [<!ENTITY l0 "laugh">{entities}]>'


def outside(address: str) -> str:
    return f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{address}"><!ENTITY % y SYSTEM "{address}"> %y;]>'


@dataclass(frozen=True)
class Row:
    """`kind` is the failure expected (None: none), `titles` those of the entries (None: any), `count` how many there are."""

    name: str
    speak: bytes | Speaking
    kind: FailureKind | tuple[FailureKind, ...] | None = None
    titles: tuple[str, ...] | None = None
    count: int | None = None
    hasty: bool = False  # with a deadline of half a second
    certificate: str = ""  # spoken over TLS, with this one
    status: int | None = None
    check: Callable[[Acquired], bool] = field(default=lambda _: True)


def titled(title: str, body: bytes, *lines: str, name: str = "") -> Row:
    return Row(name, whole(body, *lines), titles=(title,))


def clean(entry: Entry) -> bool:
    """Whether what is stored of an entry is valid text within its limits."""
    stored = entry.title + entry.text + entry.html + (entry.guid or "") + (entry.url or "") + entry.author
    stored.encode("utf-8")
    bounded = len(entry.title) <= 500 and len(entry.text.encode()) <= 200_000
    return bounded and not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", stored)


F = FailureKind
GOOD = rss("one", "two")
LONG = "x" * 9_900_000
RU, ZH, KO, JA = (
    "Парламент обсудил бюджет страны",
    "外交部发言人主持例行记者会",
    "외교부 장관이 회담을 열었다",
    "日本の首相が会談しました",
)
DEEP = 100_000

BODIES = [
    Row("gzip bomb, 300 MB", whole(bomb(300 * MB, 31), "Content-Encoding: gzip"), F.TOO_LARGE, ()),
    Row("zlib bomb, 300 MB", whole(bomb(300 * MB, 15), "Content-Encoding: deflate"), F.TOO_LARGE, ()),
    Row("bare deflate bomb, 300 MB", whole(bomb(300 * MB, -15), "Content-Encoding: deflate"), F.TOO_LARGE, ()),
    Row("gzip in gzip", whole(gzip.compress(gzip.compress(GOOD)), "Content-Encoding: gzip, gzip"), F.PROTOCOL, ()),
    Row("brotli, not asked for", whole(b"\x0b\x02\x80", "Content-Encoding: br"), F.PROTOCOL, ()),
    Row("zstd, not asked for", whole(b"\x28\xb5\x2f\xfd", "Content-Encoding: zstd"), F.PROTOCOL, ()),
    Row("damaged gzip", whole(gzip.compress(GOOD)[:20] + b"\0" * 40, "Content-Encoding: gzip"), F.PROTOCOL, ()),
    Row("plain body that says gzip", whole(GOOD, "Content-Encoding: gzip"), titles=("one", "two")),
    Row("endless body", repeating(head(), b"<a>" * 20_000), F.TOO_LARGE, ()),
    Row(
        "endless chunks",
        repeating(head("Transfer-Encoding: chunked"), b"4000\r\n%s\r\n" % (b"a" * 0x4000)),
        F.TOO_LARGE,
        (),
    ),
    Row(
        "chunks of one byte",
        repeating(head("Transfer-Encoding: chunked"), b"1\r\na\r\n" * 500),
        (F.TIMEOUT, F.TOO_LARGE),
        (),
        hasty=True,
    ),
    Row("trickling body", repeating(head(), b"<", 0.1), F.TIMEOUT, (), hasty=True),
    Row("trickling head", repeating(b"HTTP/1.1 200 OK\r\nX: ", b"y", 0.1), F.TIMEOUT, (), hasty=True),
    Row("silence", silence, F.TIMEOUT, (), hasty=True),
    Row("nothing in it", whole(b""), F.EMPTY_BODY, ()),
    Row("broken chunk size", head("Transfer-Encoding: chunked") + b"zz\r\nabc\r\n", (F.CUT_OFF, F.PROTOCOL), ()),
    Row(
        "chunks that break off",
        head("Transfer-Encoding: chunked") + b"%x\r\n%s" % (len(GOOD) + 9, GOOD[:-60]),
        F.CUT_OFF,
        ("one",),
    ),
    Row("length too long", head(f"Content-Length: {len(GOOD) + 99}") + GOOD, F.CUT_OFF, ("one", "two")),
    Row("length too short", head(f"Content-Length: {len(GOOD) - 50}") + GOOD, F.CUT_OFF, ("one",)),
    Row("length that is none", head("Content-Length: many") + GOOD, F.PROTOCOL, ()),
    Row("two lengths", head("Content-Length: 5", "Content-Length: 500") + GOOD, F.PROTOCOL, ()),
    Row("half a document, its length right", whole(GOOD[:-60]), F.CUT_OFF, ("one",)),
    Row("half a document in UTF-16", whole(GOOD.decode().encode("utf-16")[:-120]), F.CUT_OFF, ("one",)),
    Row(
        "half a JSON Feed, its length right",
        whole(b'{"title":"J","items":[{"id":"1","title":"one"},{"id":'),
        F.CUT_OFF,
        ("one",),
    ),
    Row("JSON of brackets", whole(b'{"title":"x","items":' + b"[" * DEEP), F.CUT_OFF, ()),
    Row(
        "JSON Feed nested deeply",
        whole(b'{"title":"x","items":[' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"]}"),
        F.NOT_A_FEED,
        (),
    ),
]
HEADS = [
    Row("headers of 1 MB", head(*(f"X-{n}: {'y' * 1_000}" for n in range(1_000))) + GOOD, F.PROTOCOL, ()),
    Row("10,000 short header lines", head(*(f"X{n}:" for n in range(10_000))) + GOOD, titles=("one", "two")),
    Row("100,000 short header lines", head(*(f"X{n}:" for n in range(100_000))) + GOOD, F.PROTOCOL, ()),
    Row("one header of 1 MB", head("X: " + "y" * MB) + GOOD, F.PROTOCOL, ()),
    Row("1xx flood", repeating(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 500), F.PROTOCOL, ()),
    Row("a few 1xx before the answer", b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + whole(GOOD), titles=("one", "two")),
    Row("a protocol switched, unasked", head("Upgrade: x", status="101 Switching Protocols"), F.PROTOCOL, ()),
    Row("garbage for a status line", b"\x00\xff\xfe nonsense\r\n\r\n" + GOOD, F.PROTOCOL, ()),
    Row("a status beyond numbers", b"HTTP/1.1 9999 Fine\r\n\r\n" + GOOD, F.PROTOCOL, ()),
    Row("HTTP/0.9", GOOD, F.PROTOCOL, ()),
    Row("nothing at all", b"", (F.CONNECT, F.PROTOCOL), ()),
    Row("a mail server", b"220 mail.example ESMTP\r\n", F.PROTOCOL, ()),
    Row("a NUL in a header", whole(GOOD, "ETag: \0"), F.PROTOCOL, ()),
    Row(
        "validators of odd bytes",
        whole(GOOD, 'ETag: "\xe9\x01\x7f"', "Last-Modified: \xff\xfe"),
        titles=("one", "two"),
        check=lambda got: (got.etag, got.last_modified) == (b'"\xe9\x01\x7f"', b"\xff\xfe"),
    ),
    Row(
        "a validator of 50 kB",
        whole(GOOD, f'ETag: "{"e" * 50_000}"'),
        titles=("one", "two"),
        check=lambda got: got.etag is None,
    ),
    Row("304, never asked for", head(status="304 Not Modified"), F.PROTOCOL, (), status=304),
    Row(
        "206, never asked for",
        whole(GOOD, "Content-Range: bytes 0-9/99", status="206 Partial Content"),
        F.PROTOCOL,
        (),
        status=206,
    ),
    Row("410", head("Content-Length: 0", status="410 Gone"), F.GONE, (), status=410),
    *(
        Row(f"{status}", whole(b"<html>no", status=f"{status} x"), F.HTTP, (), status=status)
        for status in (
            300,
            305,
            400,
            401,
            402,
            403,
            404,
            405,
            406,
            407,
            408,
            418,
            429,
            451,
            499,
            500,
            501,
            502,
            503,
            504,
            520,
            599,
        )
    ),
]


def moved(target: str, status: int = 302) -> bytes:
    return head(f"Location: {target}", "Content-Length: 0", status=f"{status} x")


REDIRECTS = [
    Row("a redirect to itself", moved("/feed.xml", 301), F.REDIRECT, ()),
    Row("a redirect that grows", moved("x/"), F.REDIRECT, ()),
    Row(
        "a redirect with an endless body",
        repeating(head("Location: /feed.xml", status="302 x"), b"<a>" * 9_000),
        F.REDIRECT,
        (),
    ),
    Row("a redirect of 60 kB", moved("/" + "a" * 60_000), (F.REDIRECT, F.PROTOCOL, F.CONNECT), ()),
    Row("a redirect to nowhere", head("Content-Length: 0", status="307 x"), F.REDIRECT, ()),
    *(
        Row(f"a redirect to {target}", moved(target), F.REDIRECT, ())
        for target in (
            "file:///etc/passwd",
            "data:text/xml,<rss/>",
            "ftp://127.0.0.1/",
            "gopher://127.0.0.1:25/",
            "//[::bad/",
            "http://",
        )
    ),
    *(
        Row(
            f"a redirect inward: {target}",
            moved(target),
            F.REDIRECT if target.startswith("http://0251") else F.GUARD,
            (),
        )
        for target in (
            "http://10.0.0.1/",
            "https://192.168.1.1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://[fd00:ec2::254]/",
            "http://100.100.100.200/",
            "http://0/",
            "http://2852039166/",
            "http://0xa9fea9fe/",
            "http://0251.0376.0251.0376/",
            "http://10.1/",
            "http://[::ffff:10.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[fe80::1]/",
            "http://224.0.0.1/",
        )
    ),
]
DOCUMENTS = [
    Row("billion laughs", whole(rss("&l9;", "two", prolog=laughs(10, 10))), None),
    Row(
        "quadratic entities",
        whole(rss("&l1;" * 30, prolog=laughs(1, 1).replace("laugh", "l" * 300_000).replace("l0", "l1"))),
        None,
    ),
    Row(
        "entities that name each other",
        whole(rss("&a;", prolog='<!DOCTYPE rss [<!ENTITY a "&b;"><!ENTITY b "&a;">]>')),
        None,
    ),
    Row("external entity: a file", whole(rss("&x;", "two", prolog=outside("file:///etc/passwd"))), None),
    Row(
        "nested 100,000 deep",
        whole(b"<rss version='2.0'><channel>" + b"<a>" * DEEP + b"</a>" * DEEP + b"</channel></rss>"),
        None,
        (),
    ),
    Row(
        "an entry nested 100,000 deep",
        whole(
            b"<rss version='2.0'><channel><item><title>one"
            + b"<a>" * DEEP
            + b"</a>" * DEEP
            + b"</title></item></channel></rss>"
        ),
        None,
        count=1,
    ),
    Row("markup nested 100,000 deep", whole(rss("one", text="&lt;div&gt;" * DEEP)), titles=("one",)),
    Row("markup of open angles", whole(rss("one", text="&lt;" * 1_000_000)), titles=("one",)),
    Row("100,000 entries", whole(rss(*(f"t{n}" for n in range(DEEP)))), titles=tuple(f"t{n}" for n in range(2_000))),
    Row(
        "100,000 entries without ends",
        whole(b"<rss version='2.0'><channel>" + b"<item><title>t" * DEEP + b"</channel></rss>"),
        None,
    ),
    Row("title of 10 MB", whole(rss(LONG)), count=1),
    Row("attribute of 10 MB", whole(rss("one").replace(b"<item>", f'<item a="{LONG}">'.encode())), count=1),
    Row("attribute of 10 MB that never ends", whole(rss("one").replace(b"<item>", f'<item a="{LONG}'.encode())), None),
    Row("tag of 10 MB", whole(b"<rss version='2.0'><channel><" + LONG.encode() + b"></channel></rss>"), None),
    Row("comment of 10 MB", whole(rss("one").replace(b"<item>", f"<!-- {LONG} --><item>".encode())), titles=("one",)),
    Row("text of 10 MB", whole(rss("one", text=LONG)), titles=("one",)),
    Row("a million attributes", whole(rss("one").replace(b"<item>", b"<item " + b"a='' " * 1_000_000 + b">")), None),
    Row("a million references", whole(rss("&#65;" * 1_000_000)), count=1),
    Row("bare ampersands by the million", whole(rss("& " * 1_000_000)), None),
    Row("NUL bytes and controls", whole(rss("o\0n\x01\x0b\x1be", "t\x7fw\x85o")), count=2),
    Row(
        "surrogates and nothings by reference",
        whole(rss("o&#xD800;n&#xDFFF;e", "t&#0;w&#xFFFE;o&#x110000;")),
        titles=("one", "two"),
    ),
    Row("references that are no numbers", whole(rss("one &#99999999999999999999; &#x;", "&#-1;")), count=2),
    Row("zeros only", whole(bytes(2 * MB)), F.NOT_A_FEED, ()),
    Row("noise", whole(bytes((n * n * 31 + 7) % 256 for n in range(200_000))), F.NOT_A_FEED, ()),
    Row("a page", whole(b"<!doctype html><html><body>Just a moment</body></html>"), F.NOT_A_FEED, ()),
    Row("a page of 9 MB of open tags", whole(b"<html><body>" + b"<div>" * 1_800_000), F.NOT_A_FEED, ()),
    Row("an error in JSON", whole(b'{"error": "try later"}', "Content-Type: application/rss+xml"), F.NOT_A_FEED, ()),
]
DECLARED = '<?xml version="1.0" encoding="utf-8"?>'
CHARSETS = [
    *(
        titled(text, rss(text, prolog=DECLARED).decode().encode(codec), name=f"said utf-8, is {codec}")
        for text, codec in (
            (RU, "windows-1251"),
            (RU, "koi8-r"),
            (ZH, "gb2312"),
            (KO, "euc-kr"),
            (JA, "shift-jis"),
            (JA, "euc-jp"),
            (RU, "utf-16-le"),
            (ZH, "utf-16-be"),
        )
    ),
    titled(RU, rss(RU), "Content-Type: text/xml; charset=iso-8859-1", name="header says latin-1, is utf-8"),
    titled(RU, rss(RU), "Content-Type: text/xml; charset=x-no-such-thing", name="header names no known charset"),
    titled(ZH, rss(ZH, prolog='<?xml version="1.0" encoding="klingon"?>'), name="declaration names no known charset"),
    titled(RU, rss(RU), "Content-Type: text/xml; charset=zlib_codec", name="a charset that is a compression"),
    titled(RU, rss(RU), "Content-Type: text/xml; charset=undefined", name="a charset that always raises"),
    titled(RU, rss(RU, prolog='<?xml version="1.0" encoding="utf-16"?>'), name="said utf-16, is utf-8"),
    titled("Déjà vu", rss("Déjà vu").decode().encode("cp1252"), name="nothing said, is windows-1252"),
]
SECURE = [
    Row("a handshake that never ends", silence, F.TIMEOUT, (), hasty=True, certificate="none"),
    Row("a certificate nobody vouches for", whole(GOOD), F.TLS, (), certificate="loopback.pem"),
    Row("a certificate that has expired", whole(GOOD), F.TLS, (), certificate="expired.pem"),
    Row("no TLS on a TLS port", whole(GOOD), F.TLS, (), certificate="none"),
]
ROWS = [*BODIES, *HEADS, *REDIRECTS, *DOCUMENTS, *CHARSETS, *SECURE]


class Raw:
    """A server that says what a row says, whatever it is asked."""

    def __init__(self, row: Row) -> None:
        self._speak = row.speak
        self._certificate = row.certificate
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections = 0

    async def __aenter__(self) -> Raw:
        context = None
        if self._certificate not in ("", "none"):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(DATA / self._certificate)
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=context)
        scheme = "https" if self._certificate else "http"
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"{scheme}://localhost:{self.port}/feed.xml"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._tasks.add(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if callable(self._speak):
                await self._speak(reader, writer)
            else:
                if self._certificate != "none":
                    await reader.readuntil(b"\r\n\r\n")
                writer.write(self._speak)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def acquirers() -> AsyncIterator[tuple[Acquirer, Acquirer]]:
    """One with a short time for a document, and a hasty one."""
    limits = Limits(timeout_s=10, parse_timeout_s=6)
    own = ("127.0.0.0/8", "::1/128")
    async with (
        Acquirer(limits, allow_private=own) as patient,
        Acquirer(replace(limits, timeout_s=0.5), allow_private=own) as hasty,
    ):
        yield patient, hasty


@pytest.fixture(scope="module")
def measured() -> Iterator[list[str]]:
    lines: list[str] = []
    yield lines
    table = "\n".join(["| what | became | s | MB here | MB worker |", "|---|---|---|---|---|", *sorted(lines), ""])
    print(f"\n{table}")
    if path := os.environ.get("HOSTILE_TABLE"):
        Path(path).write_text(table, "utf-8")


class Meter:
    """Peak memory above what was used before: of this process, and of the acquirer's workers (all they have)."""

    def __init__(self, acquirer: Acquirer) -> None:
        self._pool, self.worker_bytes = acquirer._pool, 0

    async def __aenter__(self) -> Meter:
        Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak starts anew
        self._before, self._started = _status_bytes("self", "VmRSS"), time.monotonic()
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.seconds = time.monotonic() - self._started
        self.own_bytes = _status_bytes("self", "VmHWM") - self._before
        self._watching.cancel()
        self._look()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(0.03)
            self._look()

    def _look(self) -> None:
        for worker in list(self._pool._all):
            self.worker_bytes = max(self.worker_bytes, _status_bytes(str(worker.pid), "VmHWM"))


def _status_bytes(pid: str, name: str) -> int:
    try:
        found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"))
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
async def test_whatever_is_sent_costs_its_source_one_poll(
    row: Row, acquirers: tuple[Acquirer, Acquirer], measured: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    acquirer = acquirers[row.hasty]
    if row.certificate == "expired.pem":
        monkeypatch.setenv("SSL_CERT_FILE", str(DATA / row.certificate))
        tls_context.cache_clear()
    try:
        async with Raw(row) as server, Meter(acquirer) as meter:
            job = Job("s", server.url, seen=b"remember", body_hash=b"h" * 16)
            got = await acquirer.acquire(job, NOW)
        async with Raw(Row("", whole(GOOD))) as server:
            after = await acquirers[0].acquire(Job("t", server.url), NOW)
    finally:
        if row.certificate:
            tls_context.cache_clear()
    kinds = row.kind if isinstance(row.kind, tuple) else (row.kind,)
    became = f"{got.failure.kind}: {got.failure.message}" if got.failure else f"{len(got.entries)} entries"
    cost = f"{meter.seconds:.2f} | {meter.own_bytes / MB:.0f} | {meter.worker_bytes / MB:.0f}"
    measured.append(f"| {row.name} | {became} | {cost} |")
    assert (got.failure.kind if got.failure else None) in (*kinds, *(_may_fail(row))), became
    assert row.titles is None or tuple(entry.title for entry in got.entries) == row.titles
    assert row.count is None or got.failure or len(got.entries) == row.count
    assert row.status is None or (got.failure is not None and got.failure.status == row.status)
    assert row.check(got)
    assert all(clean(entry) for entry in got.entries)
    assert not any("root:" in entry.title + entry.text for entry in got.entries)
    if got.failure:
        assert (got.etag, got.last_modified, got.body_hash) == (None, None, job.body_hash)
        assert got.seen.endswith(b"remember")
    assert meter.seconds <= MOST_S
    assert meter.own_bytes <= MOST_BYTES
    assert meter.worker_bytes <= MOST_BYTES + 100 * MB  # what it has at its start, and its allowance
    assert (after.failure, [entry.title for entry in after.entries]) == (None, ["one", "two"])


def _may_fail(row: Row) -> tuple[FailureKind, ...]:
    """A document built to be dear may also be given up, or taken for none: what matters is that it ends, within bounds."""
    return (FailureKind.WORKER, FailureKind.NOT_A_FEED) if row in DOCUMENTS and row.titles is None else ()


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "{0}">]>',
        '<!DOCTYPE rss [<!ENTITY % y SYSTEM "{0}"> %y; <!ENTITY x "y">]>',
        '<!DOCTYPE rss SYSTEM "{0}">',
        '<!DOCTYPE rss PUBLIC "-//X//DTD X//EN" "{0}">',
        '<?xml-stylesheet href="{0}" type="text/xsl"?>',
    ],
)
async def test_nothing_that_a_document_names_is_fetched(acquirers: tuple[Acquirer, Acquirer], prolog: str) -> None:
    async with Raw(Row("", whole(b"secret"))) as named:
        include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{named.url}"/>'
        document = rss("one &x;", prolog=prolog.format(named.url), text=include)
        async with Raw(Row("", whole(document))) as server:
            got = await acquirers[0].acquire(Job("s", server.url), NOW)
    assert len(got.entries) == 1
    assert "secret" not in got.entries[0].title + got.entries[0].text
    assert named.connections == 0


async def test_a_slow_and_hostile_source_does_not_hold_up_another(acquirers: tuple[Acquirer, Acquirer]) -> None:
    rows = {row.name: row for row in ROWS}
    async with (
        Raw(rows["100,000 entries without ends"]) as dear,
        Raw(rows["chunks of one byte"]) as busy,
        Raw(Row("", whole(GOOD))) as good,
    ):
        polls = [acquirers[0].acquire(Job("dear", dear.url), NOW), acquirers[1].acquire(Job("busy", busy.url), NOW)]
        hostile = [asyncio.create_task(poll) for poll in polls]
        await asyncio.sleep(0.1)
        got = await asyncio.wait_for(acquirers[1].acquire(Job("good", good.url), NOW), 5)
        assert (got.failure, len(got.entries)) == (None, 2)
        await asyncio.gather(*hostile)
