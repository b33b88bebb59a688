"""The connection: pragmas, transactions, and the mapping of SQLite's errors to ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from monitor.errors import StoreError

BUSY_S = 5.0
IN_MEMORY = Path("(memory)")
MEMORY = "file::memory:"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Row = tuple[Any, ...]


def to_ms(when: datetime | None) -> int | None:
    """Milliseconds since 1970 in UTC, as every time stands in the store; None stays None."""
    return None if when is None else (when - EPOCH) // timedelta(milliseconds=1)


def from_ms(ms: int | None) -> datetime | None:
    """The aware UTC datetime of a stored time; None stays None."""
    return None if ms is None else EPOCH + timedelta(milliseconds=ms)


def stored_ms(when: datetime) -> int:
    """`to_ms` of a time that is there."""
    return (when - EPOCH) // timedelta(milliseconds=1)


def stored_at(ms: int) -> datetime:
    """`from_ms` of a time that is there."""
    return EPOCH + timedelta(milliseconds=ms)


class Pending(Protocol):
    """What waits for the end of a transaction to be written."""

    def mark(self) -> int:
        """How much there is by now."""

    def undo(self, mark: int) -> None:
        """Forget what came after a mark, since the savepoint that it belongs to failed."""

    def flush(self) -> None:
        """Write all of it."""

    def clear(self) -> None:
        """Forget all of it: the transaction is over."""


class _Deferred:
    """Statements to run at the end of a transaction; outside of one they run at once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._statements: list[tuple[str, Sequence[Any]]] = []

    def add(self, sql: str, parameters: Sequence[Any]) -> None:
        if self._connection.in_transaction:
            self._statements.append((sql, parameters))
        else:
            self._connection.execute(sql, parameters)

    def mark(self) -> int:
        return len(self._statements)

    def undo(self, mark: int) -> None:
        del self._statements[mark:]

    def flush(self) -> None:
        for sql, parameters in self._statements:
            self._connection.execute(sql, parameters)

    def clear(self) -> None:
        self._statements.clear()


class Connection:
    """SQL to one database file. Raises `StoreError` and nothing else of SQLite's."""

    def __init__(self, path: Path, *, read_only: bool = False, busy_s: float = BUSY_S) -> None:
        self.path, self.read_only = path, read_only
        self._deferred = _Deferred(self)
        self.pending: list[Pending] = [self._deferred]
        with self._mapped():
            uri = MEMORY if path == IN_MEMORY else f"file:{quote(str(path))}?mode={'ro' if read_only else 'rwc'}"
            self.raw = sqlite3.connect(uri, uri=True, timeout=busy_s, isolation_level=None, check_same_thread=False)
            try:
                self._prepare()
            except sqlite3.Error:
                self.raw.close()
                raise

    def _prepare(self) -> None:
        if self.read_only:
            self.raw.execute("PRAGMA query_only = ON")
        else:
            self.raw.execute("PRAGMA journal_mode = WAL")
            self.raw.execute("PRAGMA synchronous = NORMAL")
            # Pages of the log before it is folded back: busy ones are then written back once for many commits.
            self.raw.execute("PRAGMA wal_autocheckpoint = 8000")
            self.raw.execute("PRAGMA journal_size_limit = 67108864")
            self.raw.execute("PRAGMA temp_store = MEMORY")
        self.raw.execute("PRAGMA foreign_keys = ON")
        self.raw.execute("PRAGMA cache_size = -32000")

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _explained(error, self.path) from error

    def close(self) -> None:
        self.raw.close()

    # The methods of the hot path catch for themselves: entering a context manager costs more than many a statement.

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        try:
            return self.raw.execute(sql, parameters)
        except sqlite3.Error as error:
            raise _explained(error, self.path) from error

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self._mapped():
            self.raw.executemany(sql, rows)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        try:
            return self.raw.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise _explained(error, self.path) from error

    def stream(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[Row]:
        """The rows one by one, for results too large to hold."""
        with self._mapped():
            # Not `yield from`: that would close the cursor when the reader stops early, by then on a closed database.
            for row in self.raw.execute(sql, parameters):  # noqa: UP028
                yield row

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        try:
            found: Row | None = self.raw.execute(sql, parameters).fetchone()
        except sqlite3.Error as error:
            raise _explained(error, self.path) from error
        return found

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the first row; None where there is no row."""
        found = self.row(sql, parameters)
        return None if found is None else found[0]

    def insert(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run an INSERT; returns the new row's id."""
        return int(self.execute(sql, parameters).lastrowid or 0)

    def defer(self, sql: str, parameters: Sequence[Any]) -> None:
        """Run a statement at the end of the transaction under way, unless the savepoint it belongs to fails; at once outside of
        one. For the word index, which writes all it holds to the disk whenever a savepoint ends after it."""
        self._deferred.add(sql, parameters)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is under way."""
        return self.raw.in_transaction

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[None]:
        """All or nothing. It begins as the writer at once, since a deferred one that reads first fails instead of waiting.

        `durable` waits for the disk (synchronous=FULL): for the outbox and the editions, which must survive a loss of power.
        """
        if durable:
            self.execute("PRAGMA synchronous = FULL")
        try:
            self.execute("BEGIN IMMEDIATE")
            try:
                yield
                for waiting in self.pending:
                    waiting.flush()
                self.execute("COMMIT")
            except BaseException:
                if self.raw.in_transaction:
                    self.raw.execute("ROLLBACK")
                raise
        finally:
            for waiting in self.pending:
                waiting.clear()
            if durable:
                self.raw.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of a transaction that can fail alone."""
        self.execute("SAVEPOINT part")
        marks = [(waiting, waiting.mark()) for waiting in self.pending]
        try:
            yield
        except BaseException:
            for waiting, mark in marks:
                waiting.undo(mark)
            self.raw.execute("ROLLBACK TO part")
            raise
        finally:
            if self.raw.in_transaction:
                self.raw.execute("RELEASE part")


def _explained(error: sqlite3.Error, path: Path) -> StoreError:
    """What happened to the database and how to mend it, from SQLite's result code."""
    code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreError(
            f"{path}: the database is locked by another program; try again when it is done", is_transient=True
        )
    if code == sqlite3.SQLITE_FULL:
        return StoreError(f"{path}: the disk is full; make room, and work goes on by itself", is_transient=True)
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}:
        return StoreError(
            f"{path}: the database cannot be written; give this user write permission on it and its folder"
        )
    if path.is_dir():
        return StoreError(f"{path}: this is a folder, and the database is a file; name one in it")
    if code == sqlite3.SQLITE_CANTOPEN:
        why = "even to read, this user must be able to write to its folder"
        mend = why if path.exists() else "does its folder exist, and may this user enter it?"
        return StoreError(f"{path}: the database cannot be opened; {mend}")
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return StoreError(f"{path}: this is no sound SQLite database ({error}); keep the file and restore a backup")
    is_disk = code == sqlite3.SQLITE_IOERR
    # Our statements are constants, so that one SQLite cannot make sense of meets tables that are not those of this version.
    if code == sqlite3.SQLITE_ERROR:
        mend = "if an earlier version made this database, `monitor run` or `monitor fetch` brings it up to date"
        return StoreError(f"{path}: {error}; {mend}")
    told = f"the disk could not be read or written ({error})" if is_disk else str(error)
    return StoreError(f"{path}: {told}", is_transient=is_disk)
