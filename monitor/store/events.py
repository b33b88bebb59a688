"""What the leads of stories tell, kept for some days so that other tellings of an event find them, and the links found.

A link stands between items, since stories are split and merged; which stories it joins follows from where its items are.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime

from monitor.store.connection import Connection, stored_ms

HOLDERS_MOST = 20  # the newest items that hold a key; what more hold says nothing
CANDIDATES_MOST = 5
SHARED_LEAST = 2  # keys


class Events:
    """Writing methods belong inside `Connection.transaction`. Every method raises `StoreError` where the database fails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, item_id: int, telling: str, keys: Iterable[int], now: datetime) -> None:
        """Keep what an item tells, to be found by these keys; what it told before, and the links of that, go."""
        self._forget([item_id])
        linked = self._connection.rows("SELECT other_id, item_id FROM related WHERE item_id = ?", (item_id,))
        pairs = [pair for one, other in linked for pair in ((one, other), (other, one))]
        self._connection.executemany("DELETE FROM related WHERE item_id = ? AND other_id = ?", pairs)
        found = sorted(keys)
        sql = "INSERT INTO telling (item_id, seen_at, told, keys) VALUES (?, ?, ?, ?)"
        self._connection.execute(sql, (item_id, stored_ms(now), telling, json.dumps(found)))
        sql = "INSERT INTO telling_key (key, item_id) VALUES (?, ?)"
        self._connection.executemany(sql, [(key, item_id) for key in found])

    def candidates(self, item_id: int, keys: Collection[int]) -> list[tuple[int, str]]:
        """What other items tell that share at least two of these keys: those that share most, the newest among equals; at most
        five."""
        sql = """SELECT telling.item_id, told FROM (
                SELECT held.item_id, count(*) AS shared FROM json_each(?1) AS asked
                JOIN telling_key AS held ON held.key = asked.value AND held.item_id >= (SELECT min(item_id) FROM
                    (SELECT item_id FROM telling_key WHERE key = asked.value ORDER BY item_id DESC LIMIT ?2))
                WHERE held.item_id != ?3 GROUP BY held.item_id HAVING shared >= ?4
                ORDER BY shared DESC, held.item_id DESC LIMIT ?5
            ) AS found JOIN telling ON telling.item_id = found.item_id ORDER BY shared DESC, telling.item_id DESC"""
        wanted = (json.dumps(sorted(keys)), HOLDERS_MOST, item_id, SHARED_LEAST, CANDIDATES_MOST)
        return [(row[0], row[1]) for row in self._connection.rows(sql, wanted)]

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

    def sweep(self, since: datetime, most: int) -> None:
        """Let go of what items told that were first seen before `since`, of at most so many; links stay."""
        sql = "SELECT item_id FROM (SELECT item_id, seen_at FROM telling ORDER BY item_id LIMIT ?) WHERE seen_at < ?"
        self._forget([row[0] for row in self._connection.rows(sql, (most, stored_ms(since)))])

    def _forget(self, ids: Collection[int]) -> None:
        for item_id in ids:
            keys = self._connection.value("SELECT keys FROM telling WHERE item_id = ?", (item_id,))
            if keys is not None:
                rows = [(key, item_id) for key in json.loads(keys)]
                self._connection.executemany("DELETE FROM telling_key WHERE key = ? AND item_id = ?", rows)
                self._connection.execute("DELETE FROM telling WHERE item_id = ?", (item_id,))
