"""What the leads of stories tell, kept for some days so that other tellings of an event find them, and the links found.

A link stands between items, since stories are split and merged; which stories it joins follows from where its items are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from monitor.store.connection import Connection
from monitor.store.postings import Postings

HOLDERS_MOST = 20  # items a key, beyond which it tells nothing and is given to no more
CANDIDATES_MOST = 5
SHARED_LEAST = 2  # keys


class Events:
    """Writing methods belong inside `Connection.transaction`. Every method raises `StoreError` where the database fails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._postings = Postings(connection, "telling_key", HOLDERS_MOST)

    def add(self, item_id: int, telling: str, keys: Collection[int]) -> None:
        """Keep what a new item tells, to be found by these keys."""
        self._connection.execute("INSERT INTO telling (item_id, told) VALUES (?, ?)", (item_id, telling))
        self._postings.add(item_id, keys)

    def expect(self, keys: Collection[int]) -> None:
        """Look up at once the keys that will be asked for within the transaction."""
        self._postings.expect(keys)

    def told(self, item_id: int) -> str | None:
        """What an item tells; None where nothing is kept of it."""
        found: str | None = self._connection.value("SELECT told FROM telling WHERE item_id = ?", (item_id,))
        return found

    def forget(self, item_id: int, keys: Collection[int]) -> None:
        """Let go of what an item tells, of the keys it is found by, and of its links."""
        self._postings.remove(item_id, keys)
        self._connection.execute("DELETE FROM telling WHERE item_id = ?", (item_id,))
        linked = self._connection.rows("SELECT other_id, item_id FROM related WHERE item_id = ?", (item_id,))
        pairs = [pair for one, other in linked for pair in ((one, other), (other, one))]
        self._connection.executemany("DELETE FROM related WHERE item_id = ? AND other_id = ?", pairs)

    def candidates(self, item_id: int, keys: Collection[int]) -> list[tuple[int, str]]:
        """What other items tell that share at least two of these keys: those that share most, the newest among equals; at most
        five."""
        counts: Counter[int] = Counter()
        for holders in self._postings.holders(keys).values():
            if len(holders) < HOLDERS_MOST:
                counts.update(holders)
        shared = sorted([(count, one) for one, count in counts.items() if count >= SHARED_LEAST and one != item_id])
        ids = [one for _, one in reversed(shared[-CANDIDATES_MOST:])]
        if not ids:
            return []
        sql = f"SELECT item_id, told FROM telling WHERE item_id IN ({', '.join('?' * len(ids))})"
        told: dict[int, str] = dict(self._connection.rows(sql, ids))
        return [(one, told[one]) for one in ids if one in told]

    def link(self, one: int, other: int, points: float, reason: str) -> None:
        """Say that two items tell of one event."""
        sql = "INSERT OR REPLACE INTO related (item_id, other_id, points, reason) VALUES (?, ?, ?, ?)"
        self._connection.executemany(sql, [(one, other, points, reason), (other, one, points, reason)])

    def related_to(self, story_id: int) -> list[tuple[int, str]]:
        """The other stories that tell of a story's event, each with the reason of its strongest link; strongest first."""
        sql = """SELECT other.story_id, reason, max(points) FROM item
            JOIN related ON related.item_id = item.id JOIN item AS other ON other.id = other_id
            WHERE item.story_id = ?1 AND other.story_id != ?1
            GROUP BY other.story_id ORDER BY max(points) DESC, other.story_id"""
        return [(row[0], row[1]) for row in self._connection.rows(sql, (story_id,))]

    def sweep(self, since: datetime, new_count: int) -> None:
        """Let go of what items told that were first seen before `since`, in step with how many keys were added; links stay."""
        if upto_id := self._postings.sweep(since, new_count):
            sql = """DELETE FROM telling WHERE item_id IN
                (SELECT item_id FROM telling WHERE item_id <= ? ORDER BY item_id LIMIT ?)"""
            self._connection.execute(sql, (upto_id, new_count))
