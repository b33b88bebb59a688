"""The index of shingles by which copies find each other, and what each source was found to put under everything.

It commits with the items, so a restart rebuilds nothing. It grows with the window of folding: rows of items that are older go
a stretch at a time, whenever new ones come.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from monitor.store.connection import Connection, stored_ms

HOLDERS_MOST = 16  # items a shingle, beyond which it tells nothing and is given to no more
SWEPT_FOR_EACH = 4  # rows looked at for each new one; of the index at most a quarter is then older than the window
LEARNED_MOST, PHRASES_MOST = 4000, 1000  # numbers a source; the oldest go


class ShingleIndex:
    """Writing methods belong inside `Connection.transaction`. Every method raises `StoreError` where the database fails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, item_id: int, hashes: Iterable[int]) -> None:
        """Let an item be found by these shingles; those it has already stay."""
        rows = [(number, item_id) for number in sorted(hashes)]
        self._connection.executemany("INSERT OR IGNORE INTO shingle (hash, item_id) VALUES (?, ?)", rows)

    def holders(self, hashes: Iterable[int], most: int = HOLDERS_MOST) -> dict[int, list[int]]:
        """The newest items that hold each of these shingles, newest first, at most `most` of each; shingles that none holds are
        left out."""
        sql = """SELECT value, (SELECT group_concat(item_id) FROM
                (SELECT item_id FROM shingle WHERE hash = value ORDER BY item_id DESC LIMIT ?)) AS holders
            FROM json_each(?) WHERE holders IS NOT NULL"""
        wanted = f"[{','.join(map(str, sorted(hashes)))}]"
        rows = self._connection.rows(sql, (most, wanted))
        return {number: list(map(int, holders.split(","))) for number, holders in rows}

    def sweep(self, since: datetime, new_rows: int) -> None:
        """Drop rows of items first seen before `since` from the next stretch of the index, whose length follows `new_rows`."""
        connection = self._connection
        sql = "SELECT id FROM item WHERE first_seen_at < ? ORDER BY first_seen_at DESC, id DESC LIMIT 1"
        old = connection.value(sql, (stored_ms(since),))
        if old is None or not new_rows:
            return
        start = connection.value("SELECT hash FROM sweep") or 0
        sql = "SELECT hash FROM shingle WHERE hash >= ? ORDER BY hash LIMIT 1 OFFSET ?"
        end = connection.value(sql, (start, SWEPT_FOR_EACH * new_rows))
        reach = "" if end is None else "AND hash < ?3"
        sql = f"DELETE FROM shingle WHERE hash >= ?1 AND item_id <= ?2 {reach}"
        connection.execute(sql, (start, old) if end is None else (start, old, end))
        connection.execute("INSERT OR REPLACE INTO sweep (id, hash) VALUES (1, ?)", (end or 0,))

    def count(self) -> int:
        """How many rows the index has."""
        return int(self._connection.value("SELECT count(*) FROM shingle"))

    # -- boilerplate -------------------------------------------------------------------------------------

    def boilerplate(self, source_id: str) -> tuple[frozenset[int], frozenset[int]]:
        """What a source puts under everything, and phrases that come often and were found to be no such thing."""
        row = self._connection.row("SELECT learned, phrases FROM boilerplate WHERE source_id = ?", (source_id,))
        return (frozenset(), frozenset()) if row is None else (frozenset(_numbers(row[0])), frozenset(_numbers(row[1])))

    def learn(self, source_id: str, learned: Collection[int], phrases: Collection[int]) -> None:
        """Add to both, in the order given; beyond the bounds the oldest are forgotten."""
        row = self._connection.row("SELECT learned, phrases FROM boilerplate WHERE source_id = ?", (source_id,))
        before = (b"", b"") if row is None else row
        bounds = zip(before, (learned, phrases), (LEARNED_MOST, PHRASES_MOST), strict=True)
        kept = [_bytes([*dict.fromkeys([*_numbers(old), *new])][-most:]) for old, new, most in bounds]
        sql = "INSERT OR REPLACE INTO boilerplate (source_id, learned, phrases) VALUES (?, ?, ?)"
        self._connection.execute(sql, (source_id, *kept))


def _numbers(stored: bytes) -> Sequence[int]:
    numbers = array("q")
    numbers.frombytes(stored)
    return numbers


def _bytes(numbers: Sequence[int]) -> bytes:
    return array("q", numbers).tobytes()
