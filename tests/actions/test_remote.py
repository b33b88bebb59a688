"""The socket's client against daemons that misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.actions.remote import RemoteError, asked
from monitor.errors import StoreError
from monitor.store.lock import socket_path


async def answers(database: Path, said: bytes) -> list[dict[str, object]]:
    """What `asked` yields where the daemon says just this."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(said)
        await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(serve, str(socket_path(database)))
    try:
        return [value async for value in asked(database, "fetch", {})]
    finally:
        server.close()


async def test_objects_come_until_the_end(tmp_path: Path) -> None:
    said = b'{"object": {"n": 1}}\n{"object": {"n": 2}}\n{"end": null}\n{"object": {"n": 3}}\n'
    assert await answers(tmp_path / "m.db", said) == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize("said", [b"", b'{"object": {"n": 1}}\n', b'{"obj', b"\xff\n"])
async def test_an_answer_that_breaks_off_is_a_reason_to_try_again(tmp_path: Path, said: bytes) -> None:
    with pytest.raises(StoreError, match="the daemon stopped before it was done; try again") as raised:
        await answers(tmp_path / "m.db", said)
    assert raised.value.is_transient


async def test_a_refusal_comes_over_whole(tmp_path: Path) -> None:
    said = b'{"end": {"kind": "unknown", "message": "there is none", "is_transient": false}}\n'
    with pytest.raises(RemoteError, match="there is none") as raised:
        await answers(tmp_path / "m.db", said)
    assert (raised.value.kind, raised.value.is_transient) == ("unknown", False)


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.write_text("a file")])
async def test_where_nobody_listens_another_try_may_help(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(socket_path(tmp_path / "m.db"))
    with pytest.raises(StoreError, match="takes no commands") as raised:
        _ = [value async for value in asked(tmp_path / "m.db", "fetch", {})]
    assert raised.value.is_transient
