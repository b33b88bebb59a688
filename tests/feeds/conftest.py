"""A real server on the loopback that answers with raw bytes, and an acquirer that may reach it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest

from monitor.feeds.acquire import Acquirer, Limits
from monitor.model import Job

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LOOPBACK = ("127.0.0.0/8",)
Answering = Callable[[bytes], bytes]


class Server:
    """Answers by path with raw bytes, or with what a function makes of the request; keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | Answering] = {}
        self.requests: list[bytes] = []
        self.hold_s = 0.0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, context: ssl.SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=context)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def url(self, path: str = "/feed.xml", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def job(self, path: str = "/feed.xml", **changes: object) -> Job:
        return Job(**({"source_id": "s", "url": self.url(path)} | changes))  # type: ignore[arg-type]

    def serve(self, body: bytes, path: str = "/feed.xml", status: str = "200 OK", *headers: str) -> None:
        self.answers[path] = answer(body, status, *headers)

    async def aclose(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(request)
            path = request.split()[1].decode()
            found = self.answers.get(path, answer(b"no", "404 Not Found"))
            raw = found(request) if callable(found) else found
            writer.write(raw)
            await writer.drain()
            await asyncio.sleep(self.hold_s)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """A whole answer with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def rss(*titles: str, head: str = "") -> bytes:
    """A small RSS 2.0 document with one entry for each title."""
    items = "".join(
        f"<item><guid>urn:{title}</guid><title>{title}</title><link>/a/{title}</link>"
        f"<description>About {title}.</description></item>"
        for title in titles
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{head}{items}</channel></rss>'.encode()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    running = Server()
    await running.start()
    yield running
    await running.aclose()


@pytest.fixture
async def acquirer() -> AsyncIterator[Acquirer]:
    async with Acquirer(
        Limits(timeout_s=5), allow_private=LOOPBACK, user_agent="Monitor/test (+desk@example.org)"
    ) as one:
        yield one


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def make_rss() -> Callable[..., bytes]:
    return rss


@pytest.fixture
def make_answer() -> Callable[..., bytes]:
    return answer
