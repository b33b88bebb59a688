"""Actions asked of a running daemon, through a socket beside its database.

The daemon is the store's one writer, so a command that writes hands its wish over: one JSON line `{"action", "arguments"}` goes
in; lines `{"object": …}` come back as they come about, then `{"end": null}` or `{"end": {"kind", "message", "is_transient"}}`.
Only the user that runs the daemon may connect.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import structlog

from monitor.actions import Parts, perform
from monitor.contract import Object
from monitor.errors import MonitorError, StoreError
from monitor.store.lock import socket_path

LINE_BYTES = 16 * 1024 * 1024

log = structlog.get_logger(__name__)


class RemoteError(MonitorError):
    """What the daemon answered instead of doing as asked."""

    def __init__(self, kind: str, message: str, *, is_transient: bool) -> None:
        super().__init__(message)
        self.kind, self.is_transient = kind, is_transient


@asynccontextmanager
async def answering(parts: Parts) -> AsyncIterator[None]:
    """Answer commands for as long as it is held."""
    path = socket_path(parts.configuration.settings.store.path)
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with _short(path) as address:
        before = os.umask(0o177)
        try:
            listening.bind(address)
        finally:
            os.umask(before)
    busy: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            busy.add(task)
            task.add_done_callback(busy.discard)
        await _answer(parts, reader, writer)

    server = await asyncio.start_unix_server(serve, sock=listening, limit=LINE_BYTES)
    try:
        yield
    finally:
        server.close()
        for task in list(busy):
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
        path.unlink(missing_ok=True)


async def _answer(parts: Parts, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    end: Object | None = None
    try:
        async with aclosing(await _asked_for(parts, reader)) as objects:
            async for value in objects:
                writer.write(_line({"object": value}))
                await writer.drain()
    except MonitorError as error:
        end = _end(error.kind, str(error), is_transient=error.is_transient)
    except ConnectionError:
        return
    except asyncio.CancelledError:
        end = _end("stopping", "the daemon broke this off; try again", is_transient=True)
        raise
    except Exception:
        log.exception("a command failed by a bug")
        end = _end("bug", "an error in the monitor itself; the daemon's log has the details", is_transient=False)
    finally:
        with suppress(ConnectionError):
            writer.write(_line({"end": end}))
            writer.close()
            await writer.wait_closed()


async def _asked_for(parts: Parts, reader: asyncio.StreamReader) -> AsyncGenerator[Object, None]:
    """The action that the next line asks for. Raises `RemoteError` for a line that asks for none."""
    try:
        wish = json.loads(await reader.readline())
        return perform(parts, wish["action"], wish["arguments"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        message = "the daemon does not understand this command; is it of the same version?"
        raise RemoteError("usage", message, is_transient=False) from error


def _end(kind: str, message: str, *, is_transient: bool) -> Object:
    return {"kind": kind, "message": message, "is_transient": is_transient}


async def asked(database: Path, name: str, arguments: dict[str, Any]) -> AsyncGenerator[Object, None]:
    """Ask the daemon that holds `database` for an action; yields its objects.

    Raises `StoreError` (transient) where no daemon answers, and `RemoteError` for what the daemon reports.
    """
    try:
        with _short(socket_path(database)) as address:
            reader, writer = await asyncio.open_unix_connection(address, limit=LINE_BYTES)
    except OSError as error:
        raise StoreError(
            f"{database}: another program writes to this store and takes no commands; try again when it is done",
            is_transient=True,
        ) from error
    try:
        writer.write(_line({"action": name, "arguments": arguments}))
        while True:
            message = await _received(reader, database)
            if "object" in message:
                yield message["object"]
                continue
            if message["end"] is not None:
                raise RemoteError(**message["end"])
            return
    finally:
        writer.close()


async def _received(reader: asyncio.StreamReader, database: Path) -> Object:
    """The daemon's next line. Raises a transient `StoreError` where it ends amid its answer."""
    try:
        message: Object = json.loads(await reader.readline())
    except (OSError, ValueError) as error:
        raise StoreError(f"{database}: the daemon stopped before it was done; try again", is_transient=True) from error
    return message


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """A spelling of the socket's path that fits the 108 bytes a socket address may have, however deep its folder lies."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _line(value: Object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
