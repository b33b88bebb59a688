"""A corporate proxy on the loopback, as most missions sit behind: absolute addresses for http, CONNECT for https, with and
without a log-in; one that is down, refuses or lies; what the guard still checks; and that its password is nowhere to be seen."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import re
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import FetchError
from monitor.feeds.acquire import Acquirer, Limits
from monitor.feeds.dialling import Proxy, tls_context
from monitor.feeds.fetch import Fetcher
from monitor.feeds.guard import Guard
from monitor.model import FailureKind, Job

DATA = Path(__file__).parent / "data"
LOGIN = base64.b64encode(b"desk:p@ss/w\xc3\xb6rd")
CREDENTIALS = "desk:p%40ss%2Fw%C3%B6rd"


class Proxying:
    """A small real proxy: it resolves every name to the loopback. `login` is what it wants (Basic), `reply` what it says to
    CONNECT in place of connecting."""

    def __init__(self, login: bytes = b"", reply: bytes = b"") -> None:
        self.login, self.reply = login, reply
        self.requests: list[bytes] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, context: ssl.SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    def url(self, credentials: str = "", scheme: str = "http", host: str = "127.0.0.1") -> str:
        return f"{scheme}://{credentials}{'@' if credentials else ''}{host}:{self.port}"

    async def aclose(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(head)
            if self.login and b"Proxy-Authorization: Basic " + self.login + b"\r\n" not in head:
                writer.write(b'HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm="p"\r\nContent-Length: 0\r\n\r\n')
            elif self.reply:
                writer.write(self.reply)
                await writer.drain()
                await reader.read()
            elif head.startswith(b"CONNECT "):
                await self._tunnel(head.split()[1], reader, writer)
            else:
                await self._forward(head, writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _tunnel(self, to: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection("127.0.0.1", int(to.rpartition(b":")[2]))
        writer.write(b"HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n")
        try:
            await asyncio.gather(pump(reader, ours), pump(theirs, writer))
        finally:
            ours.close()

    async def _forward(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        method, target, rest = head.split(b" ", 2)
        found = re.fullmatch(rb"http://[^/:]+:(\d+)(/.*)", target)
        assert found is not None, target
        theirs, ours = await asyncio.open_connection("127.0.0.1", int(found[1]))
        ours.write(method + b" " + found[2] + b" " + rest)
        try:
            await pump(theirs, writer)
        finally:
            ours.close()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while part := await reader.read(65_536):
        writer.write(part)
        await writer.drain()
    writer.close()


@pytest.fixture
async def proxy() -> AsyncIterator[Proxying]:
    running = Proxying()
    await running.start()
    yield running
    await running.aclose()


@pytest.fixture
async def secure_server(
    server: Any, make_rss: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Any]:
    """A feed over TLS, its certificate trusted, for localhost."""
    monkeypatch.setenv("SSL_CERT_FILE", str(DATA / "loopback.pem"))
    tls_context.cache_clear()
    running = type(server)()
    await running.start(_speaking_tls())
    running.serve(make_rss("one"))
    yield running
    await running.aclose()
    tls_context.cache_clear()


def _speaking_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(DATA / "loopback.pem")
    return context


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(Limits(timeout_s=3), Guard(["127.0.0.0/8", "::1/128"]), "Monitor")


async def failure(fetcher: Fetcher, job: Job, now: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(job, now)
    return caught.value


def secure(job: Job) -> Job:
    return replace(job, url=job.url.replace("http:", "https:").replace("127.0.0.1", "localhost"))


async def test_an_http_source_is_asked_of_the_proxy_by_its_whole_address(
    server: Any, proxy: Proxying, fetcher: Fetcher, now: Any, make_rss: Callable[..., bytes]
) -> None:
    server.serve(make_rss("one"))
    answer = await fetcher.fetch(server.job(proxy=proxy.url()), now)
    assert answer.body == make_rss("one")
    assert proxy.requests[0].startswith(f"GET {server.url()} HTTP/1.1\r\n".encode())
    assert f"Host: 127.0.0.1:{server.port}\r\n".encode() in proxy.requests[0]
    assert b"Proxy-Authorization" not in proxy.requests[0]


async def test_an_https_source_is_spoken_to_through_the_proxy_with_its_own_certificate(
    secure_server: Any, proxy: Proxying, fetcher: Fetcher, now: Any
) -> None:
    answer = await fetcher.fetch(secure(secure_server.job(proxy=proxy.url())), now)
    assert (answer.status, answer.url) == (200, f"https://localhost:{secure_server.port}/feed.xml")
    assert proxy.requests[0].startswith(f"CONNECT localhost:{secure_server.port} HTTP/1.1\r\n".encode())
    elsewhere = replace(secure_server.job(proxy=proxy.url()), url=f"https://127.0.0.2:{secure_server.port}/")
    error = await failure(fetcher, elsewhere, now)  # the certificate is for another name
    assert (error.reason, len(secure_server.requests)) == (FailureKind.TLS, 1)


async def test_credentials_go_to_the_proxy_and_to_nobody_else(
    server: Any, secure_server: Any, fetcher: Fetcher, now: Any, make_rss: Callable[..., bytes]
) -> None:
    guarded = Proxying(LOGIN)
    await guarded.start()
    server.serve(make_rss("one"))
    for job in (server.job(), secure(secure_server.job())):
        answer = await fetcher.fetch(replace(job, proxy=guarded.url(CREDENTIALS), auth=("reader", "own")), now)
        assert answer.status == 200
    assert LOGIN not in secure_server.requests[0]
    assert b"Basic " + base64.b64encode(b"reader:own") in secure_server.requests[0]
    connect = guarded.requests[-1]
    assert connect.startswith(b"CONNECT")
    assert b"reader" not in connect
    assert b"\nAuthorization" not in connect
    await guarded.aclose()


@pytest.mark.parametrize("credentials", ["", "desk:wrong-s3cret", "desk"])
async def test_a_log_in_that_the_proxy_does_not_accept_is_told_as_the_proxys(
    server: Any, secure_server: Any, fetcher: Fetcher, now: Any, credentials: str
) -> None:
    guarded = Proxying(LOGIN)
    await guarded.start()
    server.serve(b"<rss/>")
    for job in (server.job(), secure(secure_server.job())):
        error = await failure(fetcher, replace(job, proxy=guarded.url(credentials)), now)
        assert (error.reason, error.status, error.is_transient) == (FailureKind.CONNECT, None, False)
        assert str(error) == "The proxy 127.0.0.1 wants a user name and password, or those given are wrong (407)."
    assert (server.requests, secure_server.requests) == ([], [])
    await guarded.aclose()


async def test_a_407_without_a_proxy_is_the_servers_own(server: Any, fetcher: Fetcher, now: Any) -> None:
    server.serve(b"no", "/feed.xml", "407 Who")
    error = await failure(fetcher, server.job(), now)
    assert (error.reason, error.status) == (FailureKind.HTTP, 407)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_is_down_is_told_as_such(proxy: Proxying, fetcher: Fetcher, now: Any, scheme: str) -> None:
    await proxy.aclose()
    error = await failure(fetcher, Job("s", f"{scheme}://8.8.8.8/", proxy=proxy.url(CREDENTIALS)), now)
    assert (error.reason, str(error)) == (
        FailureKind.CONNECT,
        "No connection to the proxy 127.0.0.1: it refuses connections.",
    )


async def test_a_proxy_whose_name_nobody_knows_is_told_as_such(fetcher: Fetcher, now: Any) -> None:
    error = await failure(fetcher, Job("s", "http://8.8.8.8/", proxy="http://no-such-proxy.invalid:3128"), now)
    assert error.reason == FailureKind.CONNECT
    assert str(error).startswith("No connection to the proxy no-such-proxy.invalid: ")


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "would not connect us (it answered 403)"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n<html>", "would not connect us (it answered 502)"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n\r\n", "would not connect us (it answered 302)"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "would not connect us (it answered 100)"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "does not speak proper HTTP"),
        (b"ICAP/1.0 200 OK\r\n\r\n", "does not speak proper HTTP"),
        (b"\x05\x00\r\n\r\n", "does not speak proper HTTP"),
        (b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n<rss/>", "does not speak proper HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 400_000, "does not speak proper HTTP"),
    ],
)
async def test_a_proxy_that_refuses_or_lies_is_told_as_such(
    fetcher: Fetcher, now: Any, reply: bytes, message: str
) -> None:
    lying = Proxying(reply=reply)
    await lying.start()
    error = await failure(fetcher, Job("s", "https://8.8.8.8/", proxy=lying.url(CREDENTIALS)), now)
    assert (error.reason, error.status) == (FailureKind.CONNECT, None)
    assert str(error) == f"The proxy 127.0.0.1 {message}."
    await lying.aclose()


async def test_a_proxy_that_hangs_up_is_told_as_such(server: Any, fetcher: Fetcher, now: Any) -> None:
    server.answers["8.8.8.8:443"] = b""
    error = await failure(fetcher, Job("s", "https://8.8.8.8/", proxy=f"http://127.0.0.1:{server.port}"), now)
    assert str(error) == "The proxy 127.0.0.1 does not speak proper HTTP."


async def test_a_proxy_that_speaks_for_the_host_is_found_out_by_the_certificate(
    server: Any, fetcher: Fetcher, now: Any
) -> None:
    impostor = type(server)()
    await impostor.start(_speaking_tls())  # vouched for by nobody here
    middle = Proxying()
    await middle.start()
    job = Job("s", f"https://news.invalid:{impostor.port}/", proxy=middle.url())
    error = await failure(fetcher, job, now)
    assert (error.reason, error.is_transient, impostor.requests) == (FailureKind.TLS, False, [])
    await middle.aclose()
    await impostor.aclose()


async def test_a_proxy_may_itself_be_spoken_to_over_tls(
    server: Any, secure_server: Any, fetcher: Fetcher, now: Any, make_rss: Callable[..., bytes]
) -> None:
    hidden = Proxying(LOGIN)
    await hidden.start(_speaking_tls())
    server.serve(make_rss("one"))
    for job in (server.job(), secure(secure_server.job())):
        address = hidden.url(CREDENTIALS, "https", "localhost")
        assert (await fetcher.fetch(replace(job, proxy=address), now)).status == 200
    misnamed = hidden.url(CREDENTIALS, "https", "127.0.0.2").replace("127.0.0.2", "localhost.localdomain")
    error = await failure(fetcher, server.job(proxy=misnamed), now)
    assert error.reason == FailureKind.CONNECT
    await hidden.aclose()


async def test_a_proxy_that_does_not_speak_tls_although_it_should_is_told(
    server: Any, fetcher: Fetcher, now: Any
) -> None:
    def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    plain = await asyncio.start_server(speak, "127.0.0.1", 0)
    port = plain.sockets[0].getsockname()[1]
    error = await failure(fetcher, server.job(proxy=f"https://127.0.0.1:{port}"), now)
    plain.close()
    assert str(error) == "No connection to the proxy 127.0.0.1: no secure connection could be agreed on."


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.1",
        "169.254.169.254",
        "0x7f.1",
        "[::1]",
        "localhost",
        "localhost.",
        "printer",
        "nas.local",
        "db.internal",
    ],
)
async def test_private_names_and_addresses_are_refused_before_the_proxy_is_asked(
    proxy: Proxying, now: Any, scheme: str, host: str
) -> None:
    closed = Fetcher(Limits(timeout_s=3), Guard(), "Monitor")
    error = await failure(closed, Job("s", f"{scheme}://{host}/", proxy=proxy.url()), now)
    assert error.reason == FailureKind.GUARD
    assert proxy.requests == []


async def test_a_redirect_inward_is_refused_behind_a_proxy_too(server: Any, proxy: Proxying, now: Any) -> None:
    server.answers["/feed.xml"] = b"HTTP/1.1 302 x\r\nLocation: http://192.168.1.1/\r\nContent-Length: 0\r\n\r\n"
    fetcher = Fetcher(Limits(timeout_s=3), Guard(["127.0.0.0/8"]), "Monitor")
    error = await failure(fetcher, server.job(proxy=proxy.url()), now)
    assert (error.reason, len(proxy.requests)) == (FailureKind.GUARD, 1)


async def test_what_the_guard_cannot_judge_is_said_in_the_log(
    server: Any, proxy: Proxying, fetcher: Fetcher, now: Any, caplog: pytest.LogCaptureFixture
) -> None:
    server.serve(b"<rss/>")
    job = Job("s", f"http://news.invalid:{server.port}/feed.xml", proxy=proxy.url(CREDENTIALS))
    with caplog.at_level(logging.DEBUG, "monitor"):
        assert (await fetcher.fetch(job, now)).status == 200
    assert "the guard cannot judge news.invalid" in caplog.text


async def test_no_password_of_a_proxy_is_ever_shown(
    server: Any, secure_server: Any, now: Any, caplog: pytest.LogCaptureFixture, make_rss: Callable[..., bytes]
) -> None:
    """In no result, message, traceback, representation or log line, on whatever goes wrong."""
    server.serve(make_rss("one"))
    guarded, lying = Proxying(LOGIN), Proxying(reply=b"nonsense\r\n\r\n")
    await guarded.start()
    await lying.start()
    shown = []
    proxies = [
        *(one.url(login) for one in (guarded, lying) for login in (CREDENTIALS, "desk:wrong-s3cret")),
        "http://desk:s3cret@127.0.0.1:1",
        "http://desk:s3cret@127.0.0.1:99999",
        "http://desk:s3cret@[::bad",
        "ftp://desk:s3cret@127.0.0.1",
    ]
    with caplog.at_level(logging.DEBUG):
        async with Acquirer(Limits(timeout_s=2), allow_private=("127.0.0.0/8", "::1/128")) as acquirer:
            for address in proxies:
                for job in (server.job(proxy=address), secure(secure_server.job(proxy=address))):
                    shown += [repr(job), repr(await acquirer.acquire(job, now))]
    await guarded.aclose()
    await lying.aclose()
    shown += [caplog.text, repr(Proxy.of(proxies[0]))]
    for text in shown:
        assert not re.search("s3cret|p@ss|p%40ss", text)
        assert LOGIN.decode() not in text
        assert base64.b64encode(b"desk:wrong-s3cret").decode() not in text


async def test_a_handshake_through_a_proxy_that_never_ends_leaves_nothing_open(now: Any) -> None:
    mute = Proxying(reply=b"HTTP/1.1 200 Connection established\r\n\r\n")
    await mute.start()
    hasty = Fetcher(Limits(timeout_s=0.2), Guard(), "Monitor")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        error = await failure(hasty, Job("s", "https://8.8.8.8/", proxy=mute.url()), now)
        assert error.reason == FailureKind.TIMEOUT
    await asyncio.sleep(0.05)
    assert len(os.listdir("/proc/self/fd")) <= before
    await mute.aclose()


async def test_a_proxy_that_floods_before_the_answer_is_stopped(server: Any, fetcher: Fetcher, now: Any) -> None:
    server.answers["http://8.8.8.8/"] = b"HTTP/1.1 103 Early\r\n\r\n" * 60_000
    error = await failure(fetcher, Job("s", "http://8.8.8.8/", proxy=f"http://127.0.0.1:{server.port}"), now)
    assert (error.reason, str(error)) == (
        FailureKind.PROTOCOL,
        "The server sent more than 256,000 bytes before its answer began.",
    )


def test_all_sources_or_some_go_through_a_proxy(folder: Any, site: Any, make_source: Callable[..., str]) -> None:
    """`[fetch] proxy` is for all sources, a source's own for that one; the log-in stands in a file."""
    ran = asyncio.run(_fetch_through_proxies(folder, site, make_source))
    assert ran == (1, 1, 1)


async def _fetch_through_proxies(folder: Any, site: Any, make_source: Callable[..., str]) -> tuple[int, int, int]:
    common, own = Proxying(LOGIN), Proxying()
    await common.start()
    await own.start()
    folder.path.mkdir(parents=True)
    secret = folder.path / "proxy.secret"
    secret.write_text("desk:p@ss/wörd\n", "utf-8")
    secret.chmod(0o600)
    first, second = site.publish("/a.xml"), site.publish("/b.xml")
    sources = make_source("a", first) + make_source("b", second, proxy=own.url())
    folder.write(sources=sources, fetch=f'proxy = "{common.url()}"\nproxy_file = "proxy.secret"')
    done = await asyncio.to_thread(folder.run, "fetch")
    await common.aclose()
    await own.aclose()
    assert done.returncode == 0, done.stderr
    assert "wörd" not in done.stdout + done.stderr
    assert second.encode() in own.requests[0]
    assert first.encode() in common.requests[0]
    return len(common.requests), len(own.requests), len({path for path, _ in site.asked}) - 1
