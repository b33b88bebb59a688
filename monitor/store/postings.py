"""Which items hold a number: the lists behind every index of ours, each in one row of its table.

What is looked up or added within a transaction is held in memory, and what changed is written at its end, in the order of the
table: so that a poll touches each page once.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from monitor.store.connection import Connection, stored_ms

ID_BYTES = 4
SWEPT_FOR_EACH = 4  # rows looked at for each number given to an item; so at most a quarter of the table is out of date


class Postings:
    """A table of (number, holders): `holders` are ids of items in four bytes each, newest first. A number is given to at most so
    many items; what more would hold tells nothing.

    Writing methods belong inside `Connection.transaction`. Every method raises `StoreError` where the database fails."""

    def __init__(self, connection: Connection, table: str, most: int) -> None:
        self._connection, self._table, self._most = connection, table, most
        self._held: dict[int, tuple[int, ...]] = {}  # of this transaction
        self._before: list[tuple[int, tuple[int, ...]]] = []  # what was changed in it, in order
        connection.pending.append(self)

    # -- asking and adding -------------------------------------------------------------------------------

    def holders(self, numbers: Collection[int]) -> dict[int, tuple[int, ...]]:
        """The items that hold each of these numbers, newest first; numbers that none holds are left out."""
        held = self._fetched(numbers)
        found = {number: ids for number in sorted(numbers) if (ids := held[number])}
        self._settle()
        return found

    def expect(self, numbers: Collection[int]) -> None:
        """Look up at once what will be asked for within the transaction."""
        if self._connection.in_transaction:
            self._fetched(numbers)

    def add(self, item_id: int, numbers: Collection[int]) -> None:
        """Let an item be found by these numbers."""
        held = self._fetched(numbers)
        for number in numbers:
            ids = held[number]
            if len(ids) < self._most and item_id not in ids:
                in_order = not ids or item_id > ids[0]
                self._change(number, (item_id, *ids) if in_order else tuple(sorted((item_id, *ids), reverse=True)))
        self._settle()

    def remove(self, item_id: int, numbers: Collection[int]) -> None:
        """Let an item no more be found by these numbers."""
        held = self._fetched(numbers)
        for number in numbers:
            if item_id in (ids := held[number]):
                self._change(number, tuple([one for one in ids if one != item_id]))
        self._settle()

    def count(self) -> int:
        """How many numbers all items hold, as far as written."""
        return int(self._connection.value(f"SELECT sum(length(holders)) FROM {self._table}") or 0) // ID_BYTES

    def _change(self, number: int, ids: tuple[int, ...]) -> None:
        self._before.append((number, self._held[number]))
        self._held[number] = ids

    def _fetched(self, numbers: Collection[int]) -> dict[int, tuple[int, ...]]:
        held = self._held
        if missing := [number for number in numbers if number not in held]:
            wanted = f"[{','.join(map(str, sorted(missing)))}]"
            sql = f"SELECT number, holders FROM json_each(?) CROSS JOIN {self._table} ON number = value"
            held.update(dict.fromkeys(missing, ()))
            held.update([(number, _ids(stored)) for number, stored in self._connection.rows(sql, (wanted,))])
        return held

    # -- what waits for the end of the transaction -------------------------------------------------------

    def mark(self) -> int:
        return len(self._before)

    def undo(self, mark: int) -> None:
        for number, ids in reversed(self._before[mark:]):
            self._held[number] = ids
        del self._before[mark:]

    def flush(self) -> None:
        if changed := sorted({number for number, _ in self._before}):
            self._before.clear()
            self._write([(number, self._held[number]) for number in changed])

    def clear(self) -> None:
        self._held.clear()
        self._before.clear()

    def _settle(self) -> None:
        """Outside of a transaction nothing waits."""
        if not self._connection.in_transaction:
            try:
                self.flush()
            finally:
                self.clear()

    def _write(self, rows: Sequence[tuple[int, tuple[int, ...]]]) -> None:
        name = self._table
        kept = [(number, stored_ids(ids)) for number, ids in rows if ids]
        self._connection.executemany(f"INSERT OR REPLACE INTO {name} (number, holders) VALUES (?, ?)", kept)
        if len(kept) < len(rows):
            gone = [(number,) for number, ids in rows if not ids]
            self._connection.executemany(f"DELETE FROM {name} WHERE number = ?", gone)

    # -- letting go --------------------------------------------------------------------------------------

    def sweep(self, since: datetime, new_count: int) -> int:
        """Let go of items first seen before `since` in the next stretch of the table, whose length follows how many numbers were
        given to new items; returns the newest of those items (0 where there is none). Not within a savepoint."""
        connection, name = self._connection, self._table
        sql = "SELECT id FROM item WHERE first_seen_at < ? ORDER BY first_seen_at DESC, id DESC LIMIT 1"
        upto_id = int(connection.value(sql, (stored_ms(since),)) or 0) if new_count else 0
        if not upto_id:
            return 0
        self.flush()
        start = connection.value("SELECT number FROM sweep WHERE name = ?", (name,)) or 0
        sql = f"SELECT number FROM {name} WHERE number >= ? ORDER BY number LIMIT 1 OFFSET ?"
        end = connection.value(sql, (start, SWEPT_FOR_EACH * new_count))
        reach, bounds = ("", (start,)) if end is None else ("AND number < ?3", (start, end))
        sql = f"SELECT number, holders FROM {name} WHERE number >= ?1 AND substr(holders, -{ID_BYTES}) <= ?2 {reach}"
        old = connection.rows(sql, (start, stored_ids([upto_id]), *bounds[1:]))
        self._write([(number, tuple([one for one in _ids(stored) if one > upto_id])) for number, stored in old])
        self._held.clear()
        connection.execute("INSERT OR REPLACE INTO sweep (name, number) VALUES (?, ?)", (name, end or 0))
        return upto_id


def _ids(stored: bytes) -> tuple[int, ...]:
    return struct.unpack(f">{len(stored) // ID_BYTES}I", stored)


def stored_ids(ids: Iterable[int]) -> bytes:
    """A list of item ids, newest first, as it stands in a table."""
    found = tuple(ids)
    return struct.pack(f">{len(found)}I", *found)
