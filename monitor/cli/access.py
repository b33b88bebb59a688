"""How commands reach the store: read-only for those that read, through the daemon or under its lock for those that write."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from typing import Any

import click

from monitor.contract import Object
from monitor.errors import StoreError
from monitor.settings import Settings, load_settings
from monitor.store import Store, empty_store, open_store
from monitor.store.lock import socket_path


def settings_of(folder: Path) -> Settings:
    """What monitor.toml says; the other files are not read. Raises `ConfigError`."""
    return load_settings(folder, os.environ, parts={"monitor"})


def reading(folder: Path) -> Store:
    """The store, read-only: beside a running daemon too. Before the first poll, an empty one that knows the configured sources.

    Raises `ConfigError` and `StoreError`.
    """
    path = settings_of(folder).store.path
    if path.exists():
        return open_store(path, read_only=True)
    click.echo(f"{path}: there is no database yet; `monitor fetch` or `monitor run` makes it", err=True)
    store = empty_store()
    store.sources.mirror(load_settings(folder, os.environ, parts={"sources"}).sources)
    return store


def perform(folder: Path, name: str, arguments: dict[str, Any], each: Callable[[Object], None]) -> None:
    """Run an action, here where nobody else writes to the store, else through the daemon that does; `each` gets its objects.

    Raises what the action raises, and a transient `StoreError` where another program holds the store and takes no commands.
    """
    asyncio.run(_perform(folder, name, arguments, each))


async def _perform(folder: Path, name: str, arguments: dict[str, Any], each: Callable[[Object], None]) -> None:
    async with AsyncExitStack() as stack:
        objects = await _objects(stack, folder, name, arguments)
        async with aclosing(objects) as stream:
            async for value in stream:
                each(value)


async def _objects(
    stack: AsyncExitStack, folder: Path, name: str, arguments: dict[str, Any]
) -> AsyncGenerator[Object, None]:
    from monitor import actions
    from monitor.actions.remote import asked
    from monitor.app import open_parts
    from monitor.cli.logs import configure_logs
    from monitor.configuration import check_configuration

    configure_logs(sys.stderr, logging.WARNING)
    configuration = check_configuration(folder, os.environ)
    path = configuration.settings.store.path
    try:
        parts = await stack.enter_async_context(open_parts(configuration))
    except StoreError as error:
        if not error.is_transient or not socket_path(path).exists():
            raise
        return asked(path, name, arguments)
    return actions.perform(parts, name, arguments)
