"""A loopback server of the demonstration: real sockets, one conversation a connection, everything closed at the end."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import Self

HOST = "127.0.0.1"
LINE_MAX_BYTES = 1_000_000


class Listening(ABC):
    """`async with` opens a free port on the loopback (`host`, `port`); leaving the block ends every conversation."""

    def __init__(self) -> None:
        self.host, self.port = HOST, 0
        self._talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._open, HOST, 0, limit=LINE_MAX_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await self._server.wait_closed()

    def _open(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.ensure_future(self._close_after(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _close_after(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the caller went away, said nothing, or talks something else
        finally:
            writer.close()

    @abstractmethod
    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation, from the greeting to the end."""
