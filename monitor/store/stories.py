"""Stories: which items are copies of one text, which copy leads, why each is where it is, and what a person decided of
it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from monitor.model import Copy, Fold, Kind, Relation, StoredText, Story
from monitor.store.connection import Connection, Row, stored_at, stored_ms

TEXT = """SELECT item.id, item.story_id, item.publisher, source.kind, COALESCE(item.published_at, item.first_seen_at),
    item.word_count, item.source_id, item.title, body.text, item.edit, COALESCE(fold.is_by_hand, 0),
    item.set_apart, item.version
    FROM item JOIN source ON source.id = item.source_id JOIN body ON body.item_id = item.id
    LEFT JOIN fold ON fold.item_id = item.id"""


class Standing(NamedTuple):
    """Where an item stands, without its text: `lead_words` counts those of its story's lead, which is in its
    `lead_version`."""

    item_id: int
    source_id: str
    story_id: int
    lead_id: int
    lead_words: int
    lead_version: int


class Stories:
    """Writing methods belong inside `Connection.transaction`. Every method raises `StoreError` where the database
    fails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- deciding ----------------------------------------------------------------------------------------

    def texts(self, ids: Iterable[int]) -> dict[int, StoredText]:
        """These items with their texts, by id; unknown ids are left out."""
        sql = f"{TEXT} WHERE item.id IN (SELECT value FROM json_each(?))"
        return {row[0]: _text(row) for row in self._connection.rows(sql, (json.dumps(sorted(set(ids))),))}

    def standings(self, ids: Iterable[int], since: datetime) -> dict[int, Standing]:
        """Where these items stand, by id, of those first seen since then."""
        wanted = tuple(ids)
        if not wanted:
            return {}
        sql = f"""SELECT item.id, item.source_id, item.story_id, story.lead_id, lead.word_count, lead.version FROM item
            JOIN story ON story.id = item.story_id JOIN item AS lead ON lead.id = story.lead_id
            WHERE item.id IN ({", ".join("?" * len(wanted))}) AND item.first_seen_at >= ?"""
        rows = self._connection.rows(sql, (*wanted, stored_ms(since)))
        return {row[0]: Standing._make(row) for row in rows}

    def members(self, story_id: int) -> list[int]:
        """The items of a story, in the order stored; none for one that is no more."""
        rows = self._connection.rows("SELECT id FROM item WHERE story_id = ? ORDER BY id", (story_id,))
        return [row[0] for row in rows]

    def members_by_headline(self, story_id: int) -> list[int]:
        """The copies in a story that nothing but their headline put there, in the order stored."""
        sql = """SELECT item.id FROM item JOIN fold ON fold.item_id = item.id WHERE story_id = ? AND relation = ? AND
        share IS NULL AND follows IS NULL AND NOT is_by_hand ORDER BY item.id"""
        return [row[0] for row in self._connection.rows(sql, (story_id, Relation.REPRINT))]

    def partial_members(self, story_id: int) -> list[int]:
        """The items that have but parts of their story's lead, in the order stored, without those put there by hand."""
        sql = """SELECT item.id FROM item JOIN fold ON fold.item_id = item.id
            WHERE story_id = ? AND relation = ? AND follows IS NULL AND NOT is_by_hand ORDER BY item.id"""
        return [row[0] for row in self._connection.rows(sql, (story_id, Relation.PARTIAL))]

    def story_of(self, item_id: int) -> int:
        """The story that an item is in."""
        return int(self._connection.value("SELECT story_id FROM item WHERE id = ?", (item_id,)))

    def titles_before(self, item_id: int, source_id: str, since: datetime, most: int) -> list[tuple[int, str]]:
        """The newest items of a source before this one, first seen since then, newest first: (item, title)."""
        sql = """SELECT item_id, title FROM sighting JOIN item ON item.id = item_id
            WHERE sighting.source_id = ? AND item_id < ? AND item.first_seen_at >= ? ORDER BY item_id DESC LIMIT ?"""
        return [(row[0], row[1]) for row in self._connection.rows(sql, (source_id, item_id, stored_ms(since), most))]

    def count_since(self, source_id: str, item_id: int, upto_id: int) -> int:
        """How many items of a source came with this one or later, up to another one."""
        sql = "SELECT count(*) FROM sighting WHERE source_id = ? AND item_id BETWEEN ? AND ?"
        return int(self._connection.value(sql, (source_id, item_id, upto_id)))

    def lead(self, story_id: int, item_id: int) -> None:
        """Let an item lead its story; the lead before becomes a reprint."""
        self._connection.execute("UPDATE story SET lead_id = ? WHERE id = ?", (item_id, story_id))
        self._connection.execute(
            """UPDATE item SET relation = CASE WHEN id = ?1 THEN ?3 WHEN relation = ?3 THEN ?4 ELSE relation END,
                share = CASE WHEN id = ?1 THEN NULL WHEN relation = ?3 THEN 1.0 ELSE share END WHERE story_id = ?2""",
            (item_id, story_id, Relation.LEAD, Relation.REPRINT),
        )

    def move(self, item_id: int, story_id: int | None, now: datetime) -> int:
        """Put an item into another story as a reprint, or (None) into one of its own; returns the story. A story left
        empty is no more; the caller sees to the lead of one that is left with others."""
        connection, at = self._connection, stored_ms(now)
        left = connection.value("SELECT story_id FROM item WHERE id = ?", (item_id,))
        relation = Relation.REPRINT
        if story_id is None:
            sql = "INSERT INTO story (lead_id, first_seen_at, last_seen_at) VALUES (?, ?, ?)"
            story_id, relation = connection.insert(sql, (item_id, at, at)), Relation.LEAD
            connection.execute("DELETE FROM fold WHERE item_id = ? AND NOT is_by_hand", (item_id,))
        sql = "UPDATE item SET story_id = ?, relation = ?, share = NULL WHERE id = ?"
        connection.execute(sql, (story_id, relation, item_id))
        sql = """UPDATE story SET last_seen_at = max(last_seen_at, ?2),
            first_seen_at = min(first_seen_at, (SELECT first_seen_at FROM item WHERE id = ?3)) WHERE id = ?1"""
        connection.execute(sql, (story_id, at, item_id))
        connection.execute("DELETE FROM also_in WHERE item_id = ? AND story_id = ?", (item_id, story_id))
        if left != story_id and not self.members(left):
            connection.execute("DELETE FROM story WHERE id = ?", (left,))
            connection.execute("DELETE FROM also_in WHERE story_id = ?", (left,))
        return story_id

    def relate(self, item_id: int, relation: Relation, share: float | None, fold: Fold | None = None) -> None:
        """Record how a copy relates to its story's lead, and why. Once it was put there by hand it stays so."""
        self._connection.execute("UPDATE item SET relation = ?, share = ? WHERE id = ?", (relation, share, item_id))
        if fold is not None:
            self._connection.execute(
                """INSERT INTO fold (item_id, contained, reason, follows, is_by_hand) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (item_id) DO UPDATE SET contained = excluded.contained, reason = excluded.reason,
                    follows = COALESCE(excluded.follows, follows), is_by_hand = max(is_by_hand, excluded.is_by_hand)""",
                (item_id, round(fold.contained, 4), fold.reason, fold.follows, fold.is_by_hand),
            )

    def hold_also(self, item_id: int, others: Collection[tuple[int, float | None, str]]) -> None:
        """Replace the stories of which an item holds text without being in them: (story, share of its lead, reason)
        each."""
        self._connection.execute("DELETE FROM also_in WHERE item_id = ?", (item_id,))
        self._connection.executemany(
            "INSERT INTO also_in (item_id, story_id, share, reason) VALUES (?, ?, ?, ?)",
            [(item_id, *other) for other in others],
        )

    # -- by hand -----------------------------------------------------------------------------------------

    def keep_apart(self, some: Collection[int], others: Collection[int]) -> None:
        """Remember that none of these items belongs together with any of the others."""
        pairs = [(one, other) for one in some for other in others]
        sql = "INSERT OR IGNORE INTO apart (item_id, other_id) VALUES (?, ?)"
        self._connection.executemany(sql, [*pairs, *((other, one) for one, other in pairs)])

    def allow_together(self, ids: Collection[int]) -> None:
        """Forget that any two of these items were to be kept apart."""
        wanted = json.dumps(sorted(ids))
        sql = """DELETE FROM apart WHERE item_id IN (SELECT value FROM json_each(?1))
            AND other_id IN (SELECT value FROM json_each(?1))"""
        self._connection.execute(sql, (wanted,))

    def release(self, ids: Collection[int]) -> None:
        """Forget that these items were put into their stories by hand, and why they were there."""
        wanted = json.dumps(sorted(ids))
        self._connection.execute("DELETE FROM fold WHERE item_id IN (SELECT value FROM json_each(?))", (wanted,))

    def shunned(self, item_id: int) -> frozenset[int]:
        """The stories that hold an item which this one is to be kept apart from."""
        sql = "SELECT DISTINCT story_id FROM apart JOIN item ON item.id = other_id WHERE item_id = ?"
        return frozenset(row[0] for row in self._connection.rows(sql, (item_id,)))

    # -- reading -----------------------------------------------------------------------------------------

    def folds(self, story_id: int) -> dict[int, Fold]:
        """Why each item is in a story, by item; its lead, and items that are alone, have no entry."""
        sql = """SELECT fold.item_id, contained, reason, follows, is_by_hand FROM fold JOIN item ON item.id =
        fold.item_id WHERE item.story_id = ? AND item.relation != ?"""
        rows = self._connection.rows(sql, (story_id, Relation.LEAD))
        return {row[0]: Fold(row[1], row[2], row[3], bool(row[4])) for row in rows}

    def holders_of(self, story_id: int) -> list[tuple[int, float | None, str]]:
        """The items of other stories that hold text of this one: (item, share of its lead, reason), in the order
        stored."""
        sql = "SELECT item_id, share, reason FROM also_in WHERE story_id = ? ORDER BY item_id"
        return [(row[0], row[1], row[2]) for row in self._connection.rows(sql, (story_id,))]

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
                FROM item WHERE story_id = story.id),
            (SELECT json_group_array(DISTINCT other.story_id) FROM item JOIN related ON related.item_id = item.id
                JOIN item AS other ON other.id = other_id
                WHERE item.story_id = story.id AND other.story_id != story.id)
            FROM story {condition}"""
        for row in self._connection.stream(sql, parameters):
            items = tuple(int(placed.split()[2]) for placed in sorted(json.loads(row[5])))
            related = tuple(sorted(json.loads(row[6])))
            yield Story(row[0], row[1], items, row[4], stored_at(row[2]), stored_at(row[3]), related)


def _text(row: Row) -> StoredText:
    copy = Copy(row[0], row[1], row[2], Kind(row[3]), stored_at(row[4]), row[5])
    spans = json.loads(row[11]) if row[11] else ()
    return StoredText(
        copy, row[6], row[7], row[8], row[9], bool(row[10]), tuple((start, end) for start, end in spans), row[12]
    )
