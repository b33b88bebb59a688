"""The index of shingles by which copies find each other, and what each source was found to put under everything.

It commits with the items, so a restart rebuilds nothing. It grows with the window of folding: rows of items that are older go
a stretch at a time, whenever new ones come.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from datetime import datetime

from monitor.store.connection import Connection
from monitor.store.postings import Postings

HOLDERS_MOST = 16  # items a shingle, beyond which it tells nothing and is given to no more
LEARNED_MOST, PHRASES_MOST = 4000, 1000  # numbers a source; the oldest go


class ShingleIndex:
    """Writing methods belong inside `Connection.transaction`. Every method raises `StoreError` where the database fails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._postings = Postings(connection, "shingle", HOLDERS_MOST)

    def expect(self, hashes: Collection[int]) -> None:
        """Look up at once what will be asked for within the transaction."""
        self._postings.expect(hashes)

    def holders(self, hashes: Collection[int]) -> dict[int, tuple[int, ...]]:
        """The items that hold each of these shingles, newest first; shingles that none holds are left out."""
        return self._postings.holders(hashes)

    def count(self) -> int:
        """How many shingles all items are found by."""
        return self._postings.count()

    def add(self, item_id: int, hashes: Collection[int]) -> None:
        """Let an item be found by these shingles, those apart that as many others hold already as tell nothing."""
        self._postings.add(item_id, hashes)

    def sweep(self, since: datetime, new_count: int) -> None:
        """Let go of items first seen before `since` in the next stretch of the index, in step with what was added."""
        self._postings.sweep(since, new_count)

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
