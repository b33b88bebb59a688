"""One SQLite file keeps everything; this room is the only one that speaks SQL.

`open_store` gives a `Store`: one connection, and one attribute an aggregate.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from monitor.errors import StoreError
from monitor.store.alerts import Alerts
from monitor.store.connection import BUSY_S, IN_MEMORY, Connection
from monitor.store.deliveries import Deliveries
from monitor.store.editions import Editions
from monitor.store.edits import Edits
from monitor.store.events import Events
from monitor.store.items import Items
from monitor.store.reports import Reports
from monitor.store.rules import Rules
from monitor.store.shingles import ShingleIndex
from monitor.store.sources import Sources
from monitor.store.stories import Stories
from monitor.store.subscribers import Subscribers
from monitor.store.unplaced import Unplaced
from monitor.store.windows import Windows

__all__ = ["Store", "empty_store", "open_store"]


class Store:
    """The aggregates over one connection; `with store.transaction():` makes several of their calls one."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.transaction, self.savepoint, self.close = connection.transaction, connection.savepoint, connection.close
        self.sources = Sources(connection)
        self.items = Items(connection)
        self.edits = Edits(connection)
        self.rules = Rules(connection)
        self.stories = Stories(connection)
        self.shingles = ShingleIndex(connection)
        self.unplaced = Unplaced(connection)
        self.events = Events(connection)
        self.reports = Reports(connection)
        self.windows = Windows(connection)
        self.editions = Editions(connection)
        self.subscribers = Subscribers(connection)
        self.deliveries = Deliveries(connection)
        self.alerts = Alerts(connection)


def open_store(path: Path, *, read_only: bool = False, busy_s: float = BUSY_S) -> Store:
    """Open the database, made and brought up to date first where it may be written.

    Raises `StoreError` where it cannot be opened, is no database, or was made by a newer version.
    """
    if read_only:
        if not path.exists():
            raise StoreError(f"{path}: there is no database yet; `monitor run` or `monitor fetch` makes it")
        return Store(Connection(path, read_only=True, busy_s=busy_s))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path.parent}: the folder for the database cannot be made ({error.strerror})") from error
    _make_private(path)
    return _migrated(Connection(path, busy_s=busy_s))


def _make_private(path: Path) -> None:
    """A new database is its owner's alone: it holds mails and addresses. SQLite gives its side files the same mode."""
    with suppress(OSError):  # what cannot be made here, SQLite tells of
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))


def empty_store() -> Store:
    """A store in memory, for those who read before anything was stored."""
    return _migrated(Connection(IN_MEMORY))


def _migrated(connection: Connection) -> Store:
    from monitor.store.migrations import migrate

    try:
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return Store(connection)
