"""What an edition is chosen from: the stories of the items stored within a window, read without their texts.

A window goes from one item's number (left out) to another's. The backlog of first polls is no news and never in it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.store.connection import Connection, Row, from_ms, stored_ms

AILING = "('failing', 'not-a-feed', 'blocked', 'gone', 'silent', 'empty')"
"""The states of sources that bring nothing though they should, for SQL."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """The new articles of a window: how many each story has, without those published too long ago; how many there are in all,
    and how many were too old."""

    by_story: Mapping[int, int]
    new_count: int
    old_count: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """A source that was not as it should within a window, by name: the state it was in, why, and when it was last polled."""

    name: str
    state: str
    reason: str
    last_polled_at: datetime | None


class Windows:
    """Every method raises `StoreError` where the database fails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def fresh(self, after: int, upto: int, oldest: datetime) -> Fresh:
        """The stories with new articles that were not published before `oldest`, in the order first met."""
        sql = """SELECT story_id, published_at < ? FROM item WHERE id > ? AND id <= ? AND NOT is_backlog ORDER BY id"""
        rows = self._connection.rows(sql, (stored_ms(oldest), after, upto))
        by_story: dict[int, int] = {}
        for story_id, is_old in rows:
            if not is_old:
                by_story[story_id] = by_story.get(story_id, 0) + 1
        return Fresh(by_story, len(rows), len(rows) - sum(by_story.values()))

    def earlier_copies(self, after: int, upto: int) -> list[int]:
        """The items up to `after` in stories that have items behind it, lowest first."""
        sql = """SELECT DISTINCT copy.id FROM item AS fresh JOIN item AS copy ON copy.story_id = fresh.story_id
            WHERE fresh.id > ?1 AND fresh.id <= ?2 AND copy.id <= ?1 ORDER BY copy.id"""
        return [row[0] for row in self._connection.rows(sql, (after, upto))]

    def stories_of(self, item_ids: Collection[int]) -> set[int]:
        """The stories that these items are in."""
        sql = "SELECT DISTINCT story_id FROM item WHERE id IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self._connection.rows(sql, (json.dumps(list(item_ids)),))}

    def weights(self, story_ids: Collection[int]) -> dict[int, tuple[int, int]]:
        """What these stories rank by: when the lead was published (or first seen), in milliseconds, and how many publishers carry
        it."""
        sql = """SELECT story.id, COALESCE(lead.published_at, lead.first_seen_at),
                (SELECT count(DISTINCT publisher) FROM item WHERE story_id = story.id)
            FROM json_each(?) AS wanted CROSS JOIN story ON story.id = wanted.value
            JOIN item AS lead ON lead.id = story.lead_id"""
        rows = self._connection.rows(sql, (json.dumps(list(story_ids)),))
        return {story_id: (at, count) for story_id, at, count in rows}

    def urgency(self, after: int, upto: int, rules: Mapping[str, int]) -> dict[int, int]:
        """The weight of the weightiest of these rules that set a story's new articles off, by story; matches made late count for
        nothing."""
        found: dict[int, int] = {}
        sql = """SELECT DISTINCT story_id FROM match JOIN item ON item.id = item_id
            WHERE rule_id = ? AND item_id > ? AND item_id <= ? AND NOT is_late"""
        for rule_id, weight in sorted(rules.items(), key=lambda rule: rule[1]):
            found.update({row[0]: weight for row in self._connection.rows(sql, (rule_id, after, upto))})
        return found

    def recovered(self, since: datetime) -> list[Trouble]:
        """The enabled sources that were in trouble at some time since then, and are no more; by name."""
        sql = f"""SELECT source.name, change.state, change.reason, source.last_polled_at
            FROM (SELECT DISTINCT source_id FROM state_change WHERE at >= ? AND (state IN {AILING} OR was IN {AILING})) AS changed
            JOIN source ON source.id = changed.source_id JOIN state_change AS change ON change.id =
                (SELECT max(id) FROM state_change WHERE source_id = source.id AND state IN {AILING})
            WHERE source.configured AND source.enabled AND source.state NOT IN {AILING} ORDER BY source.name"""
        return [_trouble(row) for row in self._connection.rows(sql, (stored_ms(since),))]

    def late(self, before: datetime) -> list[Trouble]:
        """The enabled sources in good state that were last polled before then, an interval of their own apart; by name."""
        sql = f"""SELECT name, 'late', '', last_polled_at FROM source
            WHERE configured AND enabled AND NOT paused AND state NOT IN {AILING}
                AND last_polled_at < ? - 1000 * COALESCE(interval_s, 0) ORDER BY name"""
        return [_trouble(row) for row in self._connection.rows(sql, (stored_ms(before),))]

    def gaps(self, since: datetime) -> list[Trouble]:
        """The enabled sources in good state whose document began since then with nothing known from before; by name."""
        sql = f"""SELECT name, 'gaps', '', last_polled_at FROM source
            WHERE configured AND enabled AND state NOT IN {AILING} AND gap_at >= ? ORDER BY name"""
        return [_trouble(row) for row in self._connection.rows(sql, (stored_ms(since),))]

    def marked(self, after: int, upto: int) -> list[tuple[int, int, str]]:
        """(item, story, mark) of the new articles that a wire marked as a version of another, in the order stored."""
        sql = """SELECT id, story_id, edit FROM item WHERE id > ? AND id <= ? AND edit IS NOT NULL AND NOT is_backlog
            ORDER BY id"""
        return [(row[0], row[1], row[2]) for row in self._connection.rows(sql, (after, upto))]


def _trouble(row: Row) -> Trouble:
    return Trouble(row[0], row[1], row[2], from_ms(row[3]))
