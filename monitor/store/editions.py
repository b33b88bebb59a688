"""Digests as they were sent: when each was first loaded, its editions, and what stood in them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.store.connection import Connection, Row, from_ms, stored_at, stored_ms, to_ms

EDITION = (
    "id, digest_id, due_at, made_at, window_from, window_to, after_item, upto_item, subject, item_count, "
    "is_scheduled, is_skipped, state, closes_at, is_touched"
)
RELEASED, HELD = "released", "held"


@dataclass(frozen=True, slots=True)
class Edition:
    """One sent instance of a digest. `id` is 0 until it is stored.

    It covers the items stored after `after_item` up to `upto_item`: by number, so that a clock that jumps loses and
    repeats nothing. `window_from` and `window_to` are the span as printed. `is_skipped`: nothing to say, and the digest
    skips empty days. One whose `state` is held waits for `due_at`, and a person may change it until `closes_at`;
    `is_touched`: one did.
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
    state: str = RELEASED
    closes_at: datetime | None = None
    is_touched: bool = False


@dataclass(frozen=True, slots=True)
class Mailed:
    """An item that an edition told of: in which version, and when the edition was due."""

    item_id: int
    version: int
    due_at: datetime


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

    def add(self, edition: Edition, entries: Sequence[EditionEntry], content: str = "") -> int | None:
        """Store an edition with its entries in order and its content; returns its id, None where the digest has one of that
        instant."""
        cursor = self._connection.execute(
            """INSERT INTO edition (digest_id, due_at, made_at, window_from, window_to, after_item, upto_item, subject,
                item_count, is_scheduled, is_skipped, state, closes_at, is_touched)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""",
            _edition_row(edition),
        )
        if cursor.rowcount == 0:
            return None
        edition_id = int(cursor.lastrowid or 0)
        self._keep(edition_id, entries, content)
        return edition_id

    def replace(self, edition: Edition, entries: Sequence[EditionEntry], content: str) -> None:
        """Let a held edition, known by its id, say something else."""
        self._connection.execute(
            """UPDATE edition SET digest_id = ?, due_at = ?, made_at = ?, window_from = ?, window_to = ?, after_item = ?,
                upto_item = ?, subject = ?, item_count = ?, is_scheduled = ?, is_skipped = ?, state = ?, closes_at = ?,
                is_touched = ? WHERE id = ?""",
            (*_edition_row(edition), edition.id),
        )
        self._forget(edition.id)
        self._keep(edition.id, entries, content)

    def discard(self, edition_id: int) -> None:
        """Forget a held edition, with the mails that wait for it."""
        self.withdraw_mails(edition_id)
        self._forget(edition_id)
        self._connection.execute("DELETE FROM edition WHERE id = ?", (edition_id,))

    def hold_mails(self, edition_id: int) -> None:
        """Let the mails of an edition wait, whatever their time."""
        self._connection.execute(
            "UPDATE delivery SET state = 'held' WHERE edition_id = ? AND state = 'queued'", (edition_id,)
        )

    def withdraw_mails(self, edition_id: int) -> None:
        """Take back the mails that wait for a held edition."""
        self._connection.execute("DELETE FROM delivery WHERE edition_id = ? AND state = 'held'", (edition_id,))

    def release(self, edition_id: int, now: datetime) -> bool:
        """Let a held edition go, and its mails leave now; False where it is held no more."""
        sql = "UPDATE edition SET state = 'released' WHERE id = ? AND state = 'held'"
        if self._connection.execute(sql, (edition_id,)).rowcount == 0:
            return False
        sql = """UPDATE delivery SET state = 'queued', queued_at = ?1, next_attempt_at = ?1
            WHERE edition_id = ?2 AND state = 'held'"""
        self._connection.execute(sql, (stored_ms(now), edition_id))
        return True

    def _forget(self, edition_id: int) -> None:
        self._connection.execute("DELETE FROM edition_entry WHERE edition_id = ?", (edition_id,))
        self._connection.execute("DELETE FROM edition_content WHERE edition_id = ?", (edition_id,))

    def _keep(self, edition_id: int, entries: Sequence[EditionEntry], content: str) -> None:
        if content:
            sql = "INSERT INTO edition_content (edition_id, content) VALUES (?, ?)"
            self._connection.execute(sql, (edition_id, content))
        self._connection.executemany(
            """INSERT INTO edition_entry (edition_id, position, section, story_id, item_id, version, publishers,
                is_follow_up) VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            [(edition_id, position, *_entry_row(entry)) for position, entry in enumerate(entries)],
        )

    def last(self, digest_id: str, beside: int = 0) -> Edition | None:
        """The edition that reaches furthest, from which the next one goes on, the one with the id `beside` left out of account;
        None where there is none."""
        order = "ORDER BY upto_item DESC, id DESC LIMIT 1"
        return self._one(f"WHERE digest_id = ? AND id != ? {order}", (digest_id, beside))

    def held(self) -> list[Edition]:
        """The editions that are held for review, the one that is due first in front."""
        sql = f"SELECT {EDITION} FROM edition WHERE state = 'held' ORDER BY due_at, id"
        return [_edition(row) for row in self._connection.rows(sql)]

    def of_instant(self, digest_id: str, due_at: datetime) -> Edition | None:
        """The digest's edition of that instant; None where there is none."""
        return self._one("WHERE digest_id = ? AND due_at = ?", (digest_id, stored_ms(due_at)))

    def content(self, edition_id: int) -> str:
        """What an edition says, as it was given; empty for one of a version that kept none."""
        sql = "SELECT content FROM edition_content WHERE edition_id = ?"
        return str(self._connection.value(sql, (edition_id,)) or "")

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

    # What the edition `beside` says is left out of account below: another takes its place.

    def mailed_items(self, digest_id: str, since: datetime, beside: int = 0) -> list[Mailed]:
        """What editions of this digest due since then told of as new, the latest edition first."""
        sql = """SELECT item_id, version, due_at FROM edition JOIN edition_entry ON edition_id = id
            WHERE digest_id = ? AND due_at >= ? AND id != ? AND NOT is_follow_up ORDER BY due_at DESC, position"""
        return [
            Mailed(row[0], row[1], stored_at(row[2]))
            for row in self._connection.rows(sql, (digest_id, stored_ms(since), beside))
        ]

    def edited_since(self, digest_id: str, since: datetime, beside: int = 0) -> list[Mailed]:
        """The items told of by editions of this digest due since then that were edited after it last told of them, with the
        version it told; lowest first."""
        sql = """SELECT item.id, max(edition_entry.version), edition.due_at FROM edition
            JOIN edition_entry ON edition_id = edition.id JOIN item ON item.id = item_id
            WHERE digest_id = ? AND due_at >= ? AND edition.id != ? GROUP BY item.id
            HAVING item.version > max(edition_entry.version) ORDER BY item.id"""
        return [
            Mailed(row[0], row[1], stored_at(row[2]))
            for row in self._connection.rows(sql, (digest_id, stored_ms(since), beside))
        ]

    def first_mailed(self, digest_id: str, story_ids: Iterable[int], beside: int = 0) -> dict[int, Mailed]:
        """What the first edition of this digest that told of these stories showed, by story."""
        sql = """SELECT item.story_id, item.id, edition_entry.version, min(edition.due_at) FROM item
            JOIN edition_entry ON edition_entry.item_id = item.id JOIN edition ON edition.id = edition_entry.edition_id
            WHERE edition.digest_id = ? AND edition.id != ? AND item.story_id IN (SELECT value FROM json_each(?))
            GROUP BY item.story_id"""
        rows = self._connection.rows(sql, (digest_id, beside, json.dumps(sorted(set(story_ids)))))
        return {row[0]: Mailed(row[1], row[2], stored_at(row[3])) for row in rows}

    def mailed_stories(self, digest_id: str, story_ids: Iterable[int], beside: int = 0) -> dict[int, frozenset[str]]:
        """The stories that earlier editions of this digest told of, by id, with every publisher named for them.

        A story counts by the items shown: where stories were split or merged since, by the one that holds the item now.
        """
        sql = """SELECT item.story_id, edition_entry.publishers FROM item
            JOIN edition_entry ON edition_entry.item_id = item.id JOIN edition ON edition.id = edition_entry.edition_id
            WHERE edition.digest_id = ? AND edition.id != ? AND item.story_id IN (SELECT value FROM json_each(?))"""
        told: dict[int, set[str]] = {}
        for story_id, publishers in self._connection.rows(sql, (digest_id, beside, json.dumps(sorted(set(story_ids))))):
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


def _edition_row(edition: Edition) -> Row:
    return (
        *(edition.digest_id, stored_ms(edition.due_at), stored_ms(edition.made_at)),
        *(stored_ms(edition.window_from), stored_ms(edition.window_to), edition.after_item, edition.upto_item),
        *(edition.subject, edition.item_count, edition.is_scheduled, edition.is_skipped),
        *(edition.state, to_ms(edition.closes_at), edition.is_touched),
    )


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
        state=row[12],
        closes_at=from_ms(row[13]),
        is_touched=bool(row[14]),
    )
