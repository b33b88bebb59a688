"""Releases of ours, and which reports on them were made."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model import OWN_SOURCE
from monitor.store.connection import Connection, stored_at, stored_ms

OWN = "item.id IN (SELECT item_id FROM sighting WHERE source_id IN (SELECT id FROM source WHERE own))"


@dataclass(frozen=True, slots=True)
class Followed:
    """A release that reports are still to be made on: those so many seconds after it are `made`."""

    item_id: int
    released_at: datetime
    made: frozenset[float]


class Reports:
    """Writing methods belong inside `Connection.transaction`. Every method raises `StoreError` where the database fails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def watch(self, now: datetime) -> datetime:
        """Since when reports are made by themselves: from now on, the first time this is asked."""
        self._connection.execute("INSERT OR IGNORE INTO report_watch (id, since) VALUES (1, ?)", (stored_ms(now),))
        return stored_at(self._connection.value("SELECT since FROM report_watch"))

    def watched_since(self) -> datetime | None:
        """The same without beginning; None where it has not begun."""
        since = self._connection.value("SELECT since FROM report_watch")
        return None if since is None else stored_at(since)

    def releases(self, since: datetime | None = None, limit: int | None = None) -> Iterator[int]:
        """Ids of the releases of ours, newest first by first sight; `since` is by that too."""
        sql = f"SELECT id FROM item WHERE {OWN} AND first_seen_at >= ? ORDER BY first_seen_at DESC, id DESC LIMIT ?"
        bound = 0 if since is None else stored_ms(since)
        for row in self._connection.stream(sql, (bound, -1 if limit is None else limit)):
            yield row[0]

    def followed(self, since: datetime) -> list[Followed]:
        """The releases first seen since then that were news when they came, or that somebody gave, with the reports made on them;
        oldest first."""
        sql = f"""SELECT id, COALESCE(published_at, first_seen_at),
            (SELECT json_group_array(after_s) FROM report WHERE item_id = item.id)
            FROM item WHERE {OWN} AND first_seen_at >= ? AND (NOT is_backlog OR EXISTS (
                SELECT 1 FROM sighting WHERE source_id = ? AND item_id = item.id)) ORDER BY id"""
        rows = self._connection.rows(sql, (stored_ms(since), OWN_SOURCE))
        return [Followed(row[0], stored_at(row[1]), frozenset(json.loads(row[2]))) for row in rows]

    def record(self, item_id: int, after_s: Sequence[float], now: datetime) -> bool:
        """Record that the reports so long after a release are made, or passed over; False where one of them was recorded before,
        and then nothing changes."""
        sql = "SELECT count(*) FROM report WHERE item_id = ? AND after_s IN (SELECT value FROM json_each(?))"
        if self._connection.value(sql, (item_id, json.dumps(list(after_s)))):
            return False
        rows = [(item_id, after, stored_ms(now)) for after in after_s]
        self._connection.executemany("INSERT INTO report (item_id, after_s, made_at) VALUES (?, ?, ?)", rows)
        return True
