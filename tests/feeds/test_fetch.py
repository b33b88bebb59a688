"""One exchange at a time against a real server: what is sent, what is followed, what is refused."""

from __future__ import annotations

import asyncio
import base64
import gzip
import os
import socket
import ssl
import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import FetchError
from monitor.feeds.answers import Limits
from monitor.feeds.fetch import Fetcher, tls_context
from monitor.feeds.guard import Guard
from monitor.model import FailureKind, Job

CERTIFICATE = Path(__file__).parent / "data" / "loopback.pem"  # self-signed, for localhost, trusted by nobody
AGENT = "Monitor/test (+desk@example.org)"


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(Limits(timeout_s=3, max_bytes=100_000), Guard(["127.0.0.0/8"]), AGENT)


def redirect(status: int, target: str) -> bytes:
    return f"HTTP/1.1 {status} Moved\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode("latin-1")


async def failure(fetcher: Fetcher, job: Job, now: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(job, now)
    return caught.value


async def test_a_request_says_who_asks_and_offers_what_can_be_undone(server: Any, fetcher: Fetcher, now: Any) -> None:
    server.serve(b"<rss/>")
    answer = await fetcher.fetch(server.job(), now)
    assert (answer.status, answer.body, answer.url) == (200, b"<rss/>", server.url())
    head = server.requests[0].decode()
    assert f"User-Agent: {AGENT}\r\n" in head
    assert "Accept-Encoding: gzip, deflate\r\n" in head
    assert f"Host: 127.0.0.1:{server.port}\r\n" in head
    assert "If-None-Match" not in head
    assert "Authorization" not in head


async def test_validators_go_back_byte_for_byte(server: Any, fetcher: Fetcher, now: Any) -> None:
    etag, modified = b'W/"caf\xe9-\xff\xfe"', b"yesterday \xd0\x9f"
    server.answers["/feed.xml"] = b"HTTP/1.1 200 OK\r\nETag: %s\r\nLast-Modified: %s\r\n\r\n<rss/>" % (etag, modified)
    answer = await fetcher.fetch(server.job(), now)
    assert (answer.etag, answer.last_modified) == (etag, modified)
    server.answers["/feed.xml"] = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    again = await fetcher.fetch(server.job(etag=answer.etag, last_modified=answer.last_modified), now)
    assert again.status == 304
    assert b"If-None-Match: " + etag + b"\r\n" in server.requests[1]
    assert b"If-Modified-Since: " + modified + b"\r\n" in server.requests[1]


async def test_a_304_that_was_not_asked_for_is_a_failure(server: Any, fetcher: Fetcher, now: Any) -> None:
    server.answers["/feed.xml"] = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    assert (await failure(fetcher, server.job(), now)).reason == FailureKind.PROTOCOL


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("204 No Content", FailureKind.EMPTY_BODY),
        ("206 Partial Content", FailureKind.PROTOCOL),
        ("300 Multiple Choices", FailureKind.HTTP),
        ("401 Unauthorized", FailureKind.HTTP),
        ("404 Not Found", FailureKind.HTTP),
        ("410 Gone", FailureKind.GONE),
        ("418 Teapot", FailureKind.HTTP),
        ("500 Internal Server Error", FailureKind.HTTP),
    ],
)
async def test_a_status_that_is_no_success_is_told_with_its_number(
    server: Any, fetcher: Fetcher, now: Any, status: str, kind: FailureKind
) -> None:
    server.answers["/feed.xml"] = f"HTTP/1.1 {status}\r\n\r\n".encode()
    error = await failure(fetcher, server.job(), now)
    assert (error.reason, error.status) == (kind, int(status[:3]))
    assert status[:3] in str(error)


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        ("120", 120.0),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 3_600.0),
        ("Mon, 23 Nov 2026 07:00:00 GMT", None),
        ("soon", None),
    ],
)
async def test_the_wait_a_server_asks_for_is_read_as_seconds_or_date(
    server: Any, fetcher: Fetcher, now: Any, header: str, wait_s: float | None
) -> None:
    server.serve(b"busy", "/feed.xml", "429 Too Many Requests", f"Retry-After: {header}")
    assert (await failure(fetcher, server.job(), now)).retry_after_s == wait_s


@pytest.mark.parametrize("body", [b"", b"  \r\n\t"])
async def test_a_success_with_nothing_in_it_is_a_failure(server: Any, fetcher: Fetcher, now: Any, body: bytes) -> None:
    server.serve(body)
    assert (await failure(fetcher, server.job(), now)).reason == FailureKind.EMPTY_BODY


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"<rss>a</rss>")),
        ("x-gzip", gzip.compress(b"<rss>") + gzip.compress(b"a</rss>") + b"\0\0"),
        ("deflate", zlib.compress(b"<rss>a</rss>")),
        ("deflate", zlib.compress(b"<rss>a</rss>", wbits=-15)),
        ("gzip", b"<rss>a</rss>"),
        ("identity", b"<rss>a</rss>"),
    ],
)
async def test_compressed_bodies_are_undone(
    server: Any, fetcher: Fetcher, now: Any, encoding: str, packed: bytes
) -> None:
    server.serve(packed, "/feed.xml", "200 OK", f"Content-Encoding: {encoding}")
    answer = await fetcher.fetch(server.job(), now)
    assert (answer.body, answer.cut_off) == (b"<rss>a</rss>", False)


async def test_a_small_body_that_unfolds_into_a_huge_one_is_stopped(server: Any, fetcher: Fetcher, now: Any) -> None:
    packed = gzip.compress(b"a" * 50_000_000)
    assert len(packed) < 100_000
    server.serve(packed, "/feed.xml", "200 OK", "Content-Encoding: gzip")
    error = await failure(fetcher, server.job(), now)
    assert (error.reason, str(error)) == (
        FailureKind.TOO_LARGE,
        "The answer is larger than the limit of 100,000 bytes.",
    )


async def test_a_body_over_the_limit_is_stopped_whatever_its_form(server: Any, fetcher: Fetcher, now: Any) -> None:
    server.serve(b"a" * 100_001)
    assert (await failure(fetcher, server.job(), now)).reason == FailureKind.TOO_LARGE
    empty_members = gzip.compress(b"") * 6_000
    server.serve(empty_members, "/feed.xml", "200 OK", "Content-Encoding: gzip")
    assert (await failure(fetcher, server.job(), now)).reason == FailureKind.TOO_LARGE


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("br", b"\x0b\x02\x80"), ("gzip, deflate", b"x"), ("gzip", b"\x01\x02\x03"), ("deflate", b"\xff" * 9)],
)
async def test_a_body_that_cannot_be_undone_is_a_failure(
    server: Any, fetcher: Fetcher, now: Any, encoding: str, body: bytes
) -> None:
    server.serve(body, "/feed.xml", "200 OK", f"Content-Encoding: {encoding}")
    assert (await failure(fetcher, server.job(), now)).reason == FailureKind.PROTOCOL


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<rss>",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n9\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"<rss>" + bytes(range(256)) * 9)[:-12],
    ],
)
async def test_an_answer_that_stops_before_its_end_is_known_as_such(
    server: Any, fetcher: Fetcher, now: Any, raw: bytes
) -> None:
    server.answers["/feed.xml"] = raw
    answer = await fetcher.fetch(server.job(), now)
    assert answer.cut_off
    assert answer.body.startswith(b"<rss>")


async def test_an_answer_that_stops_before_it_began_is_a_failure(server: Any, fetcher: Fetcher, now: Any) -> None:
    server.answers["/feed.xml"] = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"
    assert (await failure(fetcher, server.job(), now)).reason == FailureKind.CUT_OFF


async def test_only_lengths_chunks_and_closed_streams_vouch_for_the_end(
    server: Any, fetcher: Fetcher, now: Any
) -> None:
    server.answers["/feed.xml"] = b"HTTP/1.0 200 OK\r\n\r\n<rss/>"
    assert not (await fetcher.fetch(server.job(), now)).is_framed
    server.answers["/feed.xml"] = b"HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"<rss/>")
    assert (await fetcher.fetch(server.job(), now)).is_framed


async def test_a_permanent_move_is_followed_and_reported(server: Any, fetcher: Fetcher, now: Any) -> None:
    server.answers["/old"] = redirect(301, "/newer")
    server.answers["/newer"] = redirect(308, "/newest")
    server.serve(b"<rss/>", "/newest")
    answer = await fetcher.fetch(server.job("/old"), now)
    assert answer.url == answer.moved_to == server.url("/newest")


@pytest.mark.parametrize("statuses", [(302, 301), (301, 302), (307, 308), (303, 303)])
async def test_a_move_with_a_passing_step_is_followed_and_not_reported(
    server: Any, fetcher: Fetcher, now: Any, statuses: tuple[int, int]
) -> None:
    server.answers["/old"] = redirect(statuses[0], "/newer")
    server.answers["/newer"] = redirect(statuses[1], server.url("/newest"))
    server.serve(b"<rss/>", "/newest")
    answer = await fetcher.fetch(server.job("/old"), now)
    assert (answer.url, answer.moved_to) == (server.url("/newest"), None)


async def test_five_redirects_are_walked_and_a_sixth_is_not(server: Any, fetcher: Fetcher, now: Any) -> None:
    for step in range(6):
        server.answers[f"/{step}"] = redirect(302, f"/{step + 1}")
    server.serve(b"<rss/>", "/6")
    assert (await fetcher.fetch(server.job("/1"), now)).body == b"<rss/>"
    assert (await failure(fetcher, server.job("/0"), now)).reason == FailureKind.REDIRECT


@pytest.mark.parametrize(
    "target", ["ftp://feeds.example/", "file:///etc/passwd", "http://[::bad/", "http://", "//:80/"]
)
async def test_a_redirect_to_what_is_no_web_address_is_a_failure(
    server: Any, fetcher: Fetcher, now: Any, target: str
) -> None:
    server.answers["/feed.xml"] = redirect(302, target)
    assert (await failure(fetcher, server.job(), now)).reason == FailureKind.REDIRECT


async def test_a_redirect_without_a_target_is_a_failure(server: Any, fetcher: Fetcher, now: Any) -> None:
    server.answers["/feed.xml"] = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"
    assert (await failure(fetcher, server.job(), now)).reason == FailureKind.REDIRECT


async def test_a_redirect_into_a_private_network_is_refused(server: Any, fetcher: Fetcher, now: Any) -> None:
    for target in ("http://169.254.169.254/latest/", "http://[::1]/", "http://0x7f.1/", "http://2852039166/"):
        server.answers["/feed.xml"] = redirect(302, target)
        refused = Fetcher(Limits(timeout_s=3), Guard(["127.0.0.1/32"]), AGENT)
        error = await failure(refused, server.job(), now)
        if target == "http://0x7f.1/":
            assert error.reason == FailureKind.CONNECT  # it is the loopback, which this guard allows
        else:
            assert error.reason == FailureKind.GUARD


async def test_a_name_that_leads_to_a_private_address_is_refused_before_a_byte_is_sent(server: Any, now: Any) -> None:
    closed = Fetcher(Limits(timeout_s=3), Guard(), AGENT)
    for host in ("127.0.0.1", "localhost", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]"):
        error = await failure(closed, Job("s", server.url(host=host)), now)
        assert (error.reason, error.is_transient) == (FailureKind.GUARD, False)
    assert server.requests == []


async def test_credentials_and_own_headers_stay_with_their_origin(server: Any, fetcher: Fetcher, now: Any) -> None:
    server.answers["/here"] = redirect(302, "/there")
    server.answers["/there"] = redirect(302, server.url("/far", host="127.0.0.2"))
    other = type(server)()
    await other.start()
    server.answers["/there"] = redirect(302, other.url("/far"))
    other.serve(b"<rss/>", "/far")
    job = server.job(
        "/here", auth=("desk", "s3cret"), headers=(("X-Key", "k3y"), ("accept", "text/xml")), user_agent="Own"
    )
    answer = await fetcher.fetch(job, now)
    await other.aclose()
    login = base64.b64encode(b"desk:s3cret")
    for request in server.requests:
        assert b"Authorization: Basic " + login in request
        assert b"X-Key: k3y" in request
        assert request.lower().count(b"accept:") == 1
    assert b"Authorization" not in other.requests[0]
    assert b"k3y" not in other.requests[0]
    assert b"User-Agent: Own" in other.requests[0]
    assert "s3cret" not in repr(answer)


async def test_credentials_in_an_address_are_used_and_never_shown(server: Any, fetcher: Fetcher, now: Any) -> None:
    address = f"http://desk:p%40ss@127.0.0.1:{server.port}/old"
    server.answers["/old"] = redirect(301, "/new")
    server.serve(b"<rss/>", "/new")
    answer = await fetcher.fetch(Job("s", address), now)
    assert answer.moved_to == answer.url == server.url("/new")
    for request in server.requests:
        assert b"Authorization: Basic " + base64.b64encode(b"desk:p@ss") in request
    server.serve(b"", "/new")
    assert "p%40ss" not in str(await failure(fetcher, Job("s", address), now))


async def test_no_cookie_is_ever_kept(server: Any, fetcher: Fetcher, now: Any) -> None:
    server.serve(b"<rss/>", "/feed.xml", "200 OK", "Set-Cookie: id=1; Path=/")
    await fetcher.fetch(server.job(), now)
    await fetcher.fetch(server.job(), now)
    assert b"cookie" not in server.requests[1].lower()


async def test_a_server_that_takes_its_time_is_given_up_at_the_deadline(server: Any, now: Any) -> None:
    server.answers["/feed.xml"] = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rss>"
    server.hold_s = 0.5
    hasty = Fetcher(Limits(timeout_s=0.1), Guard(["127.0.0.0/8"]), AGENT)
    error = await failure(hasty, server.job(), now)
    assert (error.reason, str(error)) == (FailureKind.TIMEOUT, "There was no complete answer within 0.1 seconds.")


async def test_a_port_that_nobody_listens_on_is_told_plainly(server: Any, fetcher: Fetcher, now: Any) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    error = await failure(fetcher, Job("s", f"http://127.0.0.1:{port}/"), now)
    assert (error.reason, str(error)) == (
        FailureKind.CONNECT,
        "No connection to 127.0.0.1: it refuses connections.",
    )


async def test_a_name_that_nobody_knows_is_told_plainly(fetcher: Fetcher, now: Any) -> None:
    error = await failure(fetcher, Job("s", "http://no-such-name.invalid/"), now)
    assert error.reason == FailureKind.DNS
    assert "no-such-name.invalid" in str(error)


@pytest.mark.parametrize(
    "raw", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nX" + b"y" * 200_000]
)
async def test_a_server_that_speaks_no_http_is_a_failure(server: Any, fetcher: Fetcher, now: Any, raw: bytes) -> None:
    server.answers["/feed.xml"] = raw
    assert (await failure(fetcher, server.job(), now)).reason in (FailureKind.PROTOCOL, FailureKind.CONNECT)


@pytest.mark.parametrize(
    "url", ["ftp://feeds.example/", "feed.xml", "http://", "http://[::bad", "http://a b/", "javascript:1"]
)
async def test_an_address_that_is_no_web_address_is_a_failure(fetcher: Fetcher, now: Any, url: str) -> None:
    assert (await failure(fetcher, Job("s", url), now)).reason in (FailureKind.PROTOCOL, FailureKind.DNS)


async def test_an_address_with_other_scripts_and_blanks_is_encoded(server: Any, fetcher: Fetcher, now: Any) -> None:
    server.serve(b"<rss/>", "/%D0%BB%D0%B5%D0%BD%D1%82%D0%B0%20a.xml")
    assert (await fetcher.fetch(server.job("/лента a.xml"), now)).body == b"<rss/>"


async def test_an_answer_says_how_long_it_stays_fresh(server: Any, fetcher: Fetcher, now: Any) -> None:
    server.serve(b"<rss/>", "/feed.xml", "200 OK", "Cache-Control: public, max-age=600")
    assert (await fetcher.fetch(server.job(), now)).hints.max_age_s == 600


async def test_a_proxy_is_asked_for_public_names_only(server: Any, fetcher: Fetcher, now: Any) -> None:
    server.answers["http://192.0.2.9/feed.xml"] = b"never"
    proxied = Job("s", "http://192.0.2.9/feed.xml", proxy=f"http://127.0.0.1:{server.port}")
    assert (await failure(fetcher, proxied, now)).reason == FailureKind.GUARD
    assert server.requests == []
    server.serve(b"<rss/>", "http://8.8.8.8/feed.xml")
    public = Job("s", "http://8.8.8.8/feed.xml", proxy=f"http://127.0.0.1:{server.port}")
    assert (await fetcher.fetch(public, now)).body == b"<rss/>"


async def test_a_name_that_only_the_proxy_knows_is_left_to_it(server: Any, fetcher: Fetcher, now: Any) -> None:
    server.serve(b"<rss/>", "http://inside.invalid/feed.xml")
    job = Job("s", "http://inside.invalid/feed.xml", proxy=f"http://127.0.0.1:{server.port}")
    assert (await fetcher.fetch(job, now)).body == b"<rss/>"


async def test_a_proxy_that_cannot_be_used_is_a_failure(fetcher: Fetcher, now: Any) -> None:
    for proxy in ("nonsense://x", "http://[::bad"):
        error = await failure(fetcher, Job("s", "http://8.8.8.8/", proxy=proxy), now)
        assert (error.reason, str(error)) == (FailureKind.CONNECT, "The proxy's address cannot be used.")


async def test_a_proxy_that_will_not_is_a_failure(server: Any, fetcher: Fetcher, now: Any) -> None:
    job = Job("s", "https://8.8.8.8/feed.xml", proxy=f"http://127.0.0.1:{server.port}")
    assert (await failure(fetcher, job, now)).reason == FailureKind.CONNECT


def test_there_is_one_tls_context_and_it_verifies() -> None:
    assert tls_context(True) is tls_context(True)
    assert tls_context(True).verify_mode is ssl.CERT_REQUIRED
    assert tls_context(True).check_hostname
    assert tls_context(False).verify_mode is ssl.CERT_NONE


@pytest.fixture
async def secure_server(server: Any) -> AsyncIterator[Any]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    running = type(server)()
    await running.start(context)
    running.serve(b"<rss/>")
    yield running
    await running.aclose()


async def test_a_certificate_that_nobody_vouches_for_is_refused(secure_server: Any, fetcher: Fetcher, now: Any) -> None:
    job = Job("s", secure_server.url().replace("http:", "https:"))
    error = await failure(fetcher, job, now)
    assert (error.reason, error.is_transient) == (FailureKind.TLS, False)
    assert "certificate is not valid" in str(error)
    assert secure_server.requests == []


async def test_a_source_may_be_told_not_to_verify(secure_server: Any, fetcher: Fetcher, now: Any) -> None:
    job = Job("s", secure_server.url().replace("http:", "https:"), verify=False)
    assert (await fetcher.fetch(job, now)).body == b"<rss/>"


async def test_certificates_named_in_the_environment_are_honoured(
    secure_server: Any, fetcher: Fetcher, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    tls_context.cache_clear()
    job = Job("s", secure_server.url(host="localhost").replace("http:", "https:"))
    try:
        assert (await fetcher.fetch(job, now)).body == b"<rss/>"
    finally:
        tls_context.cache_clear()


async def test_a_port_without_tls_is_told_plainly(fetcher: Fetcher, now: Any) -> None:
    def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    plain = await asyncio.start_server(speak, "127.0.0.1", 0)
    error = await failure(fetcher, Job("s", f"https://127.0.0.1:{plain.sockets[0].getsockname()[1]}/"), now)
    plain.close()
    assert (error.reason, str(error)) == (FailureKind.TLS, "127.0.0.1: no secure connection could be agreed on.")


async def test_a_handshake_that_never_ends_leaves_nothing_open(server: Any, now: Any) -> None:
    hasty = Fetcher(Limits(timeout_s=0.2), Guard(["127.0.0.0/8"]), AGENT)
    before = len(os.listdir("/proc/self/fd"))
    error = await failure(hasty, Job("s", server.url().replace("http:", "https:")), now)
    assert error.reason == FailureKind.TIMEOUT
    assert len(os.listdir("/proc/self/fd")) <= before + 1  # the server's own end


async def test_a_move_from_https_to_http_is_followed_and_never_reported(
    secure_server: Any, server: Any, fetcher: Fetcher, now: Any
) -> None:
    server.serve(b"<rss/>")
    secure_server.answers["/feed.xml"] = redirect(301, server.url())
    job = Job("s", secure_server.url().replace("http:", "https:"), verify=False)
    answer = await fetcher.fetch(job, now)
    assert (answer.url, answer.moved_to) == (server.url(), None)


def test_a_machine_without_certificates_uses_the_bundled_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    monkeypatch.setenv("SSL_CERT_DIR", "/nonexistent")
    tls_context.cache_clear()
    try:
        assert len(tls_context(True).get_ca_certs()) > 50
    finally:
        tls_context.cache_clear()


@pytest.mark.parametrize("order", [("127.0.0.9", "127.0.0.1"), ("10.0.0.1", "127.0.0.1"), ("127.0.0.1", "127.0.0.9")])
async def test_of_several_addresses_one_that_answers_is_found(
    server: Any, fetcher: Fetcher, now: Any, monkeypatch: pytest.MonkeyPatch, order: tuple[str, ...]
) -> None:
    async def resolve(*_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, server.port)) for address in order]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    server.serve(b"<rss/>")
    assert (await fetcher.fetch(server.job(url=server.url(host="news.example")), now)).body == b"<rss/>"


async def test_a_read_that_hangs_up_in_the_headers_is_told_plainly(fetcher: Fetcher, now: Any) -> None:
    def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200")
        writer.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        writer.transport.abort()

    rude = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    error = await failure(fetcher, Job("s", f"http://127.0.0.1:{rude.sockets[0].getsockname()[1]}/"), now)
    rude.close()
    assert error.reason in (FailureKind.CONNECT, FailureKind.PROTOCOL)
