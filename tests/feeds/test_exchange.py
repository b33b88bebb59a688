"""The answers that servers give, spoken over a wire of our own: what is HTTP, where it begins, and how it ends."""

from __future__ import annotations

import pytest

from monitor.feeds.dialling import BrokenOffError
from monitor.feeds.exchange import ClosedError, ProtocolError, Response, ask


class Line:
    """A connection on which these parts come, and then its end; what is sent is kept."""

    def __init__(self, *parts: bytes) -> None:
        self._parts = list(parts)
        self.sent = b""
        self.left_bytes: int | None = 1_000

    async def read(self, max_bytes: int) -> bytes:
        return self._parts.pop(0) if self._parts else b""

    async def write(self, raw: bytes) -> None:
        self.sent += raw


class Deaf(Line):
    async def write(self, raw: bytes) -> None:
        raise BrokenOffError


async def answered(*parts: bytes) -> Response:
    return await ask(Line(*parts), b"/", [(b"Host", b"e.org")])


async def body(response: Response) -> bytes:
    return b"".join([part async for part in response.body()])


async def test_a_request_says_what_it_is_told_and_nothing_else() -> None:
    line = Line(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    await ask(line, b"/a?b", [(b"Host", b"e.org"), (b"If-None-Match", b'"\xff"')])
    assert line.sent == b'GET /a?b HTTP/1.1\r\nHost: e.org\r\nIf-None-Match: "\xff"\r\n\r\n'


@pytest.mark.parametrize("mark", [b"\r", b"\n", b"\0"])
async def test_a_header_that_would_end_its_line_is_not_sent(mark: bytes) -> None:
    line = Line(b"HTTP/1.1 200 OK\r\n\r\n")
    with pytest.raises(ProtocolError):
        await ask(line, b"/", [(b"X", b"a" + mark + b"Y: b")])
    assert line.sent == b""


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nWhole", b"Whole"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nWhole and more", b"Whole"),
        (b"HTTP/1.0 200 OK\r\n\r\nUp to the end", b"Up to the end"),
        (b"HTTP/1.1 200 OK\nContent-Length: 5\n\nWhole", b"Whole"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nWhole\r\n0\r\nX-Late: 1\r\n\r\n", b"Whole"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nWhole", b"Whole"),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", b""),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    ],
)
async def test_an_answer_ends_where_it_says(sent: bytes, expected: bytes) -> None:
    assert await body(await answered(sent)) == expected
    assert await body(await answered(*(bytes([byte]) for byte in sent))) == expected


async def test_headers_come_in_order_without_white_space_about_them_hints_and_trailers_aside() -> None:
    response = await answered(
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nETag:  \xc3\xa9 \r\netag: 2\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-Late: 1\r\n\r\n"
    )
    assert await body(response) == b""
    assert response.status == 200
    assert response.headers == [(b"ETag", b"\xc3\xa9"), (b"etag", b"2"), (b"Transfer-Encoding", b"chunked")]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nHalf", b"Half"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nHalf\r\n", b"Half"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nHalf\r\nno length\r\n", b"Half"),
    ],
)
async def test_what_came_before_an_answer_broke_off_is_kept(sent: bytes, kept: bytes) -> None:
    head, _, rest = sent.partition(b"\r\n\r\n")
    for parts in [(sent,), (head + b"\r\n\r\n", rest)]:
        came = b""
        with pytest.raises(BrokenOffError):
            async for part in (await answered(*parts)).body():
                came += part
        assert came == kept


@pytest.mark.parametrize(
    "sent", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nX", b"\x16\x03\x01"]
)
async def test_what_is_no_answer_is_refused(sent: bytes) -> None:
    with pytest.raises(ProtocolError):
        await answered(sent)


async def test_a_zero_byte_in_a_header_is_refused() -> None:
    with pytest.raises(ProtocolError):
        await answered(b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n")


async def test_silence_is_told_apart_from_nonsense() -> None:
    with pytest.raises(ClosedError):
        await answered()


async def test_an_answer_given_before_the_request_was_heard_counts() -> None:
    line = Deaf(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
    assert (await ask(line, b"/", [])).status == 413


async def test_what_is_read_is_bounded_until_the_answer_has_begun() -> None:
    line = Line(b"HTTP/1.1 200 OK\r\n\r\n")
    await ask(line, b"/", [])
    assert line.left_bytes is None
