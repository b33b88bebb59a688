"""Edits of items: the versions they replaced, and the rules that they set off."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.model import EditMatch, Span
from monitor.store.connection import Connection, stored_at, stored_ms

SPANS_KEPT = 100  # of each kind, an edit and rule


@dataclass(frozen=True, slots=True)
class StoredEdit:
    """An item's `version` (from 2) as it came at `at`, with the texts before and after."""

    item_id: int
    version: int
    at: datetime
    former: tuple[str, str]  # title, text
    later: tuple[str, str]


class Edits:
    """Writing methods belong inside `Connection.transaction`. Every method raises `StoreError` where the database fails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self, item_id: int, found: Iterable[EditMatch], tags_of: Callable[[str], Iterable[str]], now: datetime
    ) -> None:
        """Record which rules the edit that led to an item's present version set off, each with the tags that it gives: the item
        keeps these from then on."""
        version = self._connection.value("SELECT version FROM item WHERE id = ?", (item_id,))
        self._connection.executemany(
            """INSERT INTO edit_match (item_id, version, rule_id, appeared, gone, tags, edited_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)""",
            [
                (
                    *(item_id, version, match.rule_id, _stored(match.appeared), _stored(match.gone)),
                    *(json.dumps(list(tags_of(match.rule_id)), ensure_ascii=False), stored_ms(now)),
                )
                for match in found
            ],
        )

    def matches(self, item_id: int) -> list[EditMatch]:
        """What the edits of an item set off, by version and rule."""
        sql = "SELECT rule_id, appeared, gone, version FROM edit_match WHERE item_id = ? ORDER BY version, rule_id"
        rows = self._connection.rows(sql, (item_id,))
        return [EditMatch(row[0], _spans(row[1]), _spans(row[2]), row[3]) for row in rows]

    def since(self, at: datetime) -> list[tuple[int, EditMatch]]:
        """(item, match) of all that was set off at this instant or later, in the order of items and versions."""
        sql = """SELECT item_id, rule_id, appeared, gone, version FROM edit_match WHERE edited_at >= ?
            ORDER BY item_id, version, rule_id"""
        rows = self._connection.rows(sql, (stored_ms(at),))
        return [(row[0], EditMatch(row[1], _spans(row[2]), _spans(row[3]), row[4])) for row in rows]

    def list(self, source_id: str | None = None, since: datetime | None = None) -> Iterator[StoredEdit]:
        """Edits of one source's items, or of all (None), newest first."""
        sql = """SELECT version.item_id, version.version + 1, version.replaced_at, version.title, version.text,
                COALESCE(next.title, item.title), COALESCE(next.text, body.text)
            FROM version JOIN item ON item.id = version.item_id JOIN body ON body.item_id = item.id
            LEFT JOIN version AS next ON next.item_id = version.item_id AND next.version = version.version + 1
            WHERE version.replaced_at >= ?1 AND (?2 IS NULL OR item.source_id = ?2)
            ORDER BY version.replaced_at DESC, version.item_id DESC, version.version DESC"""
        bound = 0 if since is None else stored_ms(since)
        for row in self._connection.stream(sql, (bound, source_id)):
            yield StoredEdit(row[0], row[1], stored_at(row[2]), (row[3], row[4]), (row[5], row[6]))


def _stored(spans: Iterable[Span]) -> str:
    kept = [(span.field, span.start, span.end, span.text) for span in spans][:SPANS_KEPT]
    return json.dumps(kept, ensure_ascii=False)


def _spans(stored: str) -> tuple[Span, ...]:
    return tuple(Span(*span) for span in json.loads(stored))
