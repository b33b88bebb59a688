"""Stories: which items are copies of one text, and which copy leads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from monitor.model import Copy, Kind, Relation, Story
from monitor.store.connection import Connection, Row, stored_at, stored_ms

COPY = """SELECT item.id, item.story_id, item.publisher, source.kind, sighting.title_key,
    COALESCE(item.published_at, item.first_seen_at), item.word_count
    FROM item JOIN source ON source.id = item.source_id
    JOIN sighting ON sighting.item_id = item.id AND sighting.source_id = item.source_id"""


class Stories:
    """Writing methods belong inside `Connection.transaction`. Every method raises `StoreError` where the database fails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def copies_of_text(self, text_key: bytes, since: datetime) -> list[Copy]:
        """The items with this very text first seen after `since`, in the order stored."""
        sql = f"{COPY} WHERE item.text_key = ? AND item.first_seen_at >= ? ORDER BY item.id"
        return [_copy(row) for row in self._connection.rows(sql, (text_key, stored_ms(since)))]

    def copies(self, story_id: int) -> list[Copy]:
        """The copies in a story, in the order stored."""
        return [
            _copy(row) for row in self._connection.rows(f"{COPY} WHERE item.story_id = ? ORDER BY item.id", (story_id,))
        ]

    def lead(self, story_id: int, item_id: int) -> None:
        """Let an item lead its story; the lead before becomes a reprint."""
        self._connection.execute("UPDATE story SET lead_id = ? WHERE id = ?", (item_id, story_id))
        self._connection.execute(
            """UPDATE item SET relation = CASE WHEN id = ?1 THEN ?3 WHEN relation = ?3 THEN ?4 ELSE relation END,
                share = CASE WHEN id = ?1 THEN NULL WHEN relation = ?3 THEN 1.0 ELSE share END WHERE story_id = ?2""",
            (item_id, story_id, Relation.LEAD, Relation.REPRINT),
        )

    def move(self, item_id: int, story_id: int | None, now: datetime) -> None:
        """Put an item into another story as a reprint, or (None) into one of its own. A story left empty is no more; the caller
        sees to the lead of one that is left with others."""
        connection, at = self._connection, stored_ms(now)
        left = connection.value("SELECT story_id FROM item WHERE id = ?", (item_id,))
        relation = Relation.REPRINT
        if story_id is None:
            sql = "INSERT INTO story (lead_id, first_seen_at, last_seen_at) VALUES (?, ?, ?)"
            story_id, relation = connection.insert(sql, (item_id, at, at)), Relation.LEAD
        sql = "UPDATE item SET story_id = ?, relation = ?, share = NULL WHERE id = ?"
        connection.execute(sql, (story_id, relation, item_id))
        connection.execute("UPDATE story SET last_seen_at = max(last_seen_at, ?) WHERE id = ?", (at, story_id))
        sql = "DELETE FROM story WHERE id = ? AND NOT EXISTS (SELECT 1 FROM item WHERE story_id = ?)"
        connection.execute(sql, (left, left))

    def relate(self, item_id: int, relation: Relation, share: float | None) -> None:
        """Record how a copy relates to its story's lead."""
        self._connection.execute("UPDATE item SET relation = ?, share = ? WHERE id = ?", (relation, share, item_id))

    def get(self, story_id: int) -> Story | None:
        return next(self._read("WHERE story.id = ?", (story_id,)), None)

    def recent(self, since: datetime | None = None, limit: int | None = None) -> Iterator[Story]:
        """Stories, the one with the latest copy first."""
        start = 0 if since is None else stored_ms(since)
        order = "WHERE story.last_seen_at >= ? ORDER BY story.last_seen_at DESC, story.id DESC LIMIT ?"
        yield from self._read(order, (start, -1 if limit is None else limit))

    def by_ids(self, ids: Iterable[int]) -> dict[int, Story]:
        """The stories of these ids, by id; unknown ids are left out."""
        wanted = json.dumps(sorted(set(ids)))
        return {
            story.id: story for story in self._read("WHERE story.id IN (SELECT value FROM json_each(?))", (wanted,))
        }

    def count(self) -> int:
        return int(self._connection.value("SELECT count(*) FROM story"))

    def _read(self, condition: str, parameters: Row) -> Iterator[Story]:
        sql = f"""SELECT story.id, lead_id, story.first_seen_at, story.last_seen_at,
            (SELECT count(DISTINCT publisher) FROM item WHERE story_id = story.id),
            (SELECT json_group_array(printf('%d %015d %015d', id != lead_id, first_seen_at, id))
                FROM item WHERE story_id = story.id)
            FROM story {condition}"""
        for row in self._connection.stream(sql, parameters):
            items = tuple(int(placed.split()[2]) for placed in sorted(json.loads(row[5])))
            yield Story(row[0], row[1], items, row[4], stored_at(row[2]), stored_at(row[3]))


def _copy(row: Row) -> Copy:
    return Copy(row[0], row[1], row[2], Kind(row[3]), row[4], stored_at(row[5]), row[6])
