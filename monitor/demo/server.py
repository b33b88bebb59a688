"""The web server of the demonstration: HTTP/1.1 over a real loopback socket, one answer a connection (RFC 9110, 9112).

Some addresses have an ETag or a Last-Modified date and answer 304 to who sends it back, one is compressed for who asks so.
"""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import blake2b
from http import HTTPStatus

from monitor.demo.listening import Listening
from monitor.demo.world import ROUNDS, Document, documents

REQUEST_MAX_S = 10.0


@dataclass(frozen=True, slots=True)
class Answered:
    """One request as it was answered."""

    method: str
    path: str
    status: int


class DemoServer(Listening):
    """`async with DemoServer(now) as server`: publishes the world's first round at `server.url` until the block ends.

    `answered` lists every request in order; `advance()` turns to the next round.
    """

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self.now, self.round_index = now, 0
        self.answered: list[Answered] = []
        self._documents = documents(now, 0)
        self._changed_in = dict.fromkeys(self._documents, 0)

    @property
    def url(self) -> str:
        """The server's address, without a slash at its end."""
        return f"http://{self.host}:{self.port}"

    async def advance(self) -> None:
        """Publish the next round; the last one stays."""
        self.round_index = min(self.round_index + 1, ROUNDS - 1)
        before, self._documents = self._documents, documents(self.now, self.round_index)
        changed = (path for path, document in self._documents.items() if document != before[path])
        self._changed_in |= dict.fromkeys(changed, self.round_index)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(REQUEST_MAX_S):
            head = await reader.readuntil(b"\r\n\r\n")
            writer.write(self._answer(head))
            await writer.drain()

    def _answer(self, head: bytes) -> bytes:
        request, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, _, target = request.partition(" ")
        path = target.partition(" ")[0].partition("?")[0]
        asked = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        document = self._documents.get(path)
        if method not in ("GET", "HEAD"):
            status, headers, body = HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": "GET, HEAD"}, b""
        elif document is None:
            status, headers, body = HTTPStatus.NOT_FOUND, {"Content-Type": "text/plain"}, b"There is nothing here.\n"
        else:
            status, headers, body = self._publish(path, document, asked)
        self.answered.append(Answered(method, path, status))
        if status != HTTPStatus.NOT_MODIFIED:
            headers["Content-Length"] = str(len(body))
        fields = "".join(f"{name}: {value}\r\n" for name, value in (headers | {"Connection": "close"}).items())
        start = f"HTTP/1.1 {status.value} {status.phrase}\r\n{fields}\r\n".encode("latin-1")
        return start if method == "HEAD" else start + body

    def _publish(
        self, path: str, document: Document, asked: dict[str, str]
    ) -> tuple[HTTPStatus, dict[str, str], bytes]:
        headers = {"Content-Type": document.content_type}
        match document.validator:
            case "etag":
                headers["ETag"] = f'"{blake2b(document.body, digest_size=8).hexdigest()}"'
                is_known = asked.get("if-none-match") == headers["ETag"]
            case "last-modified":
                changed_at = self.now.astimezone(UTC) - (ROUNDS - self._changed_in[path]) * timedelta(minutes=5)
                headers["Last-Modified"] = format_datetime(changed_at, usegmt=True)
                is_known = asked.get("if-modified-since") == headers["Last-Modified"]
            case _:
                is_known = False
        if is_known:
            return HTTPStatus.NOT_MODIFIED, headers, b""
        body = document.body
        if document.is_gzipped:
            headers["Vary"] = "Accept-Encoding"
            if "gzip" in asked.get("accept-encoding", ""):
                headers["Content-Encoding"] = "gzip"
                body = gzip.compress(body, mtime=0)
        return HTTPStatus.OK, headers, body
