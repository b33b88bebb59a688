"""One HTTP/1.1 exchange over an open connection: a GET goes out, one answer comes in, and the connection is done with.

The grammar of answers is httptools' (llhttp, the parser of Node.js); what this adds is when an answer begins, and how it ends.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import suppress

import httptools

from monitor.feeds.dialling import BrokenOffError, Wire

RawHeaders = list[tuple[bytes, bytes]]
READ_BYTES = 65_536
_UNSENDABLE = (b"\r", b"\n", b"\0")


class ProtocolError(Exception):
    """What came is no HTTP answer, or what was to be sent is no request."""


class ClosedError(Exception):
    """The server closed the connection without a word."""


class Response:
    """An answer that has begun: `status` and `headers`, in order and byte for byte; `body` reads the rest, once."""

    def __init__(self, wire: Wire) -> None:
        self.status = 0
        self.headers: RawHeaders = []
        self._wire = wire
        self._parts: list[bytes] = []
        self._is_done = self._is_broken = False
        self._parser = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_chunked_length=True,
            lenient_data_after_close=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )

    # -- what the parser tells -----------------------------------------------------------------------------

    def on_header(self, name: bytes, value: bytes) -> None:
        if b"\0" in name + value:
            raise ProtocolError
        if not self.status:  # behind a body they are trailers
            self.headers.append((name, value.strip(b" \t")))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= 200:
            self.status = status
        else:  # informational: the answer is still to come (RFC 9110 §15.2)
            self.headers = []

    def on_body(self, part: bytes) -> None:
        self._parts.append(part)

    def on_message_complete(self) -> None:
        self._is_done = self.status > 0

    # -- what is read --------------------------------------------------------------------------------------

    async def begin(self) -> None:
        """Read up to the end of the headers. Raises ProtocolError, ClosedError, and what reading the wire raises."""
        is_silent = True
        while not self.status:
            part = await self._wire.read(READ_BYTES)
            if not part:
                raise ClosedError if is_silent else ProtocolError
            is_silent = False
            self._feed(part)

    async def body(self) -> AsyncIterator[bytes]:
        """The body piece by piece, as it was encoded. Raises BrokenOffError where it ends early, or in nonsense."""
        while True:
            parts, self._parts = self._parts, []
            for part in parts:
                yield part
            if self._is_done:
                return
            read = b"" if self._is_broken else await self._wire.read(READ_BYTES)
            if not read:
                if self._is_broken or self._is_framed():
                    raise BrokenOffError
                return
            self._feed(read)

    def _is_framed(self) -> bool:
        return any(name.lower() in (b"content-length", b"transfer-encoding") for name, _ in self.headers)

    def _feed(self, raw: bytes) -> None:
        try:
            self._parser.feed_data(raw)
        except httptools.HttpParserError as error:
            if not self.status:
                raise ProtocolError from error
            self._is_broken = not self._is_done  # what follows a whole answer is nobody's business


async def ask(wire: Wire, target: bytes, headers: Iterable[tuple[bytes, bytes]]) -> Response:
    """Send a GET for `target` and return the answer, its body unread. Raises as `Response.begin` does, and ProtocolError for
    headers that cannot be sent."""
    lines = [b"GET %b HTTP/1.1" % target, *(b"%b: %b" % pair for pair in headers)]
    if any(mark in line for line in lines for mark in _UNSENDABLE):
        raise ProtocolError
    with suppress(BrokenOffError):  # a server may answer and hang up before it has heard all
        await wire.write(b"\r\n".join([*lines, b"", b""]))
    response = Response(wire)
    await response.begin()
    wire.left_bytes = None
    return response
