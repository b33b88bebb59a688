"""Digests as they were sent: when each was first loaded, its editions, and what stood in them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.store.connection import Connection, Row, stored_at, stored_ms

EDITION = (
    "id, digest_id, due_at, made_at, window_from, window_to, after_item, upto_item, subject, item_count, "
    "is_scheduled, is_skipped"
)


@dataclass(frozen=True, slots=True)
class Edition:
    """One sent instance of a digest. `id` is 0 until it is stored.

    It covers the items stored after `after_item` up to `upto_item`: by number, so that a clock that jumps loses and
    repeats nothing. `window_from` and `window_to` are the span as printed. `is_skipped`: nothing to say, and the digest
    skips empty days.
    """

    id: int
    digest_id: str
    due_at: datetime
    made_at: datetime
    window_from: datetime
    window_to: datetime
    after_item: int
    upto_item: int
    subject: str
    item_count: int
    is_scheduled: bool = True
    is_skipped: bool = False


@dataclass(frozen=True, slots=True)
class EditionEntry:
    """What an edition told of one story: the item shown, in which version, and the publishers named so far (sorted).

    `is_follow_up`: the story had been mailed before, and only new publishers were told.
    """

    section: str
    story_id: int
    item_id: int
    version: int
    publishers: tuple[str, ...]
    is_follow_up: bool = False


class Editions:
    """Writing methods belong inside `Connection.transaction`. All raise `StoreError` where the database fails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open_digest(self, digest_id: str, now: datetime) -> datetime:
        """When the digest was first loaded: `now` the first time, and that instant ever after.

        An instant still to come was the word of a wrong clock, and the earlier one takes its place.
        """
        sql = """INSERT INTO digest (id, first_loaded_at) VALUES (?, ?)
            ON CONFLICT (id) DO UPDATE SET first_loaded_at = excluded.first_loaded_at
            WHERE excluded.first_loaded_at < first_loaded_at"""
        self._connection.execute(sql, (digest_id, stored_ms(now)))
        return stored_at(self._connection.value("SELECT first_loaded_at FROM digest WHERE id = ?", (digest_id,)))

    def first_loaded_at(self, digest_id: str) -> datetime | None:
        """When the digest was first loaded, None where it never was."""
        found = self._connection.value("SELECT first_loaded_at FROM digest WHERE id = ?", (digest_id,))
        return None if found is None else stored_at(found)

    def add(self, edition: Edition, entries: Sequence[EditionEntry]) -> int | None:
        """Store an edition with its entries in order; returns its id, None where the digest has one of that instant."""
        cursor = self._connection.execute(
            """INSERT INTO edition (digest_id, due_at, made_at, window_from, window_to, after_item, upto_item, subject,
                item_count, is_scheduled, is_skipped) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO NOTHING""",
            (
                *(edition.digest_id, stored_ms(edition.due_at), stored_ms(edition.made_at)),
                *(stored_ms(edition.window_from), stored_ms(edition.window_to), edition.after_item, edition.upto_item),
                *(edition.subject, edition.item_count, edition.is_scheduled, edition.is_skipped),
            ),
        )
        if cursor.rowcount == 0:
            return None
        edition_id = int(cursor.lastrowid or 0)
        self._connection.executemany(
            """INSERT INTO edition_entry (edition_id, position, section, story_id, item_id, version, publishers,
                is_follow_up) VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            [(edition_id, position, *_entry_row(entry)) for position, entry in enumerate(entries)],
        )
        return edition_id

    def last(self, digest_id: str) -> Edition | None:
        """The edition that reaches furthest, from which the next one goes on; None where there is none."""
        return self._one("WHERE digest_id = ? ORDER BY upto_item DESC, id DESC LIMIT 1", (digest_id,))

    def last_due_at(self, digest_id: str, now: datetime) -> datetime | None:
        """The latest instant not after `now` that a scheduled edition was made for; None where there is none.

        Editions of a time still to come were made by a wrong clock, and must not silence the digest until then.
        """
        sql = "SELECT max(due_at) FROM edition WHERE digest_id = ? AND is_scheduled AND due_at <= ?"
        found = self._connection.value(sql, (digest_id, stored_ms(now)))
        return None if found is None else stored_at(found)

    def get(self, edition_id: int) -> Edition | None:
        return self._one("WHERE id = ?", (edition_id,))

    def entries(self, edition_id: int) -> list[EditionEntry]:
        """What an edition told, in its order; empty for an empty or unknown edition."""
        sql = """SELECT section, story_id, item_id, version, publishers, is_follow_up FROM edition_entry
            WHERE edition_id = ? ORDER BY position"""
        return [
            EditionEntry(row[0], row[1], row[2], row[3], tuple(json.loads(row[4])), bool(row[5]))
            for row in self._connection.rows(sql, (edition_id,))
        ]

    def mailed_stories(self, digest_id: str, story_ids: Iterable[int]) -> dict[int, frozenset[str]]:
        """The stories that earlier editions of this digest told of, by id, with every publisher named for them.

        A story counts by the items shown: where stories were split or merged since, by the one that holds the item now.
        """
        sql = """SELECT item.story_id, edition_entry.publishers FROM item
            JOIN edition_entry ON edition_entry.item_id = item.id JOIN edition ON edition.id = edition_entry.edition_id
            WHERE edition.digest_id = ? AND item.story_id IN (SELECT value FROM json_each(?))"""
        told: dict[int, set[str]] = {}
        for story_id, publishers in self._connection.rows(sql, (digest_id, json.dumps(sorted(set(story_ids))))):
            told.setdefault(story_id, set()).update(json.loads(publishers))
        return {story_id: frozenset(publishers) for story_id, publishers in told.items()}

    def list(self, digest_id: str | None = None, limit: int | None = None) -> list[Edition]:
        """Editions of one digest, or of all (None), the latest made first."""
        sql = f"SELECT {EDITION} FROM edition WHERE ?1 IS NULL OR digest_id = ?1 ORDER BY id DESC LIMIT ?2"
        return [_edition(row) for row in self._connection.rows(sql, (digest_id, -1 if limit is None else limit))]

    def _one(self, condition: str, parameters: Row) -> Edition | None:
        row = self._connection.row(f"SELECT {EDITION} FROM edition {condition}", parameters)
        return None if row is None else _edition(row)


def _entry_row(entry: EditionEntry) -> Row:
    publishers = json.dumps(sorted(entry.publishers), ensure_ascii=False)
    return entry.section, entry.story_id, entry.item_id, entry.version, publishers, entry.is_follow_up


def _edition(row: Row) -> Edition:
    return Edition(
        id=row[0],
        digest_id=row[1],
        due_at=stored_at(row[2]),
        made_at=stored_at(row[3]),
        window_from=stored_at(row[4]),
        window_to=stored_at(row[5]),
        after_item=row[6],
        upto_item=row[7],
        subject=row[8],
        item_count=row[9],
        is_scheduled=bool(row[10]),
        is_skipped=bool(row[11]),
    )
