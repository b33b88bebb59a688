"""Alerts as they were decided, what was acknowledged and muted, and what of the monitor itself the operator knows."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from monitor.model import Alert, AlertKind, AlertState, Mute, MuteKind, Priority
from monitor.store.connection import Connection, Row, from_ms, stored_at, stored_ms, to_ms

ALERT = """SELECT alert.id, item_id, alert.version, item.story_id, item.publisher, rule_id, channel, kind, priority, decided_at,
    state, reason, publisher_count, held_for, due_at, is_capped, told_as, told_at
    FROM alert JOIN item ON item.id = alert.item_id"""


@dataclass(frozen=True, slots=True)
class KnownAilment:
    """Something that ails the monitor itself, as the operator was told: under a key of its own, since when, and what."""

    key: str
    title: str
    since: datetime


class Alerts:
    """Writing methods belong inside `Connection.transaction`. Every method raises `StoreError` where the database fails.

    States and kinds that an index is made for stand in the statements themselves, since SQLite uses such an index for no other.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- deciding ----------------------------------------------------------------------------------------

    def add(self, alert: Alert) -> int:
        """Keep a decision; returns its id, which nothing else ever has."""
        return self._connection.insert(
            """INSERT INTO alert (item_id, version, rule_id, channel, kind, priority, decided_at, state, reason,
                publisher_count, held_for, due_at, is_capped, told_as, told_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                *(alert.item_id, alert.version, alert.rule_id, alert.channel, alert.kind, alert.priority),
                *(stored_ms(alert.decided_at), alert.state, alert.reason, alert.publisher_count),
                *(alert.held_for, to_ms(alert.due_at), alert.is_capped, alert.told_as, to_ms(alert.told_at)),
            ),
        )

    def tell(self, alert_id: int, told_as: str, now: datetime) -> None:
        """Record the announcement that an alert left in by itself."""
        sql = "UPDATE alert SET told_as = ?, told_at = ? WHERE id = ?"
        self._connection.execute(sql, (told_as, stored_ms(now), alert_id))

    def keep_back(self, alert_id: int, until: datetime, held_for: str) -> None:
        """Let an alert wait that was to leave at once."""
        sql = "UPDATE alert SET state = ?, due_at = ?, held_for = ? WHERE id = ?"
        self._connection.execute(sql, (AlertState.HELD, stored_ms(until), held_for, alert_id))

    def of_story(self, story_id: int) -> list[Alert]:
        """What was decided on the items that are in a story now, oldest first, without spikes."""
        sql = f"{ALERT} WHERE item.story_id = ? AND kind != ? ORDER BY alert.id"
        return [_alert(row) for row in self._connection.rows(sql, (story_id, AlertKind.SPIKE))]

    def told_between(self, channel: str, after: datetime, upto: datetime) -> tuple[datetime, ...]:
        """When announcements left through a channel after one instant and up to another, oldest first, each once."""
        sql = """SELECT told_at FROM alert WHERE channel = ? AND told_at > ? AND told_at <= ?
            GROUP BY told_as, told_at ORDER BY told_at"""
        rows = self._connection.rows(sql, (channel, stored_ms(after), stored_ms(upto)))
        return tuple(stored_at(row[0]) for row in rows)

    def capped_until(self, channel: str) -> datetime | None:
        """When the next thing leaves that waits for a place in its channel's hour; None where nothing does."""
        sql = "SELECT min(due_at) FROM alert WHERE state = 'held' AND is_capped AND channel = ?"
        return from_ms(self._connection.value(sql, (channel,)))

    def had_voice(self, story_id: int, publisher: str, before_item: int) -> bool:
        """Whether a publisher had an item in a story before this one."""
        sql = "SELECT 1 FROM item WHERE story_id = ? AND publisher = ? AND id < ? LIMIT 1"
        return self._connection.value(sql, (story_id, publisher, before_item)) is not None

    def is_backlog(self, item_id: int) -> bool:
        """Whether an item is older news, which is told to nobody."""
        return bool(self._connection.value("SELECT is_backlog FROM item WHERE id = ?", (item_id,)))

    def marked_since(self, item_id: int) -> list[int]:
        """The items from this id on that bear a wire's mark of a version, in the order stored."""
        rows = self._connection.rows("SELECT id FROM item WHERE id >= ? AND edit IS NOT NULL ORDER BY id", (item_id,))
        return [row[0] for row in rows]

    # -- roll-ups ----------------------------------------------------------------------------------------

    def has_due(self, now: datetime) -> bool:
        """Whether anything held is due, or was held when the clock was ahead of now."""
        sql = "SELECT 1 FROM alert WHERE state = 'held' AND (due_at <= ?1 OR decided_at > ?1) LIMIT 1"
        return self._connection.value(sql, (stored_ms(now),)) is not None

    def due(self, now: datetime) -> list[Alert]:
        """What is held and due, in the order decided."""
        sql = f"{ALERT} WHERE state = 'held' AND due_at <= ? ORDER BY alert.id"
        return [_alert(row) for row in self._connection.rows(sql, (stored_ms(now),))]

    def put_off(self, ids: Collection[int], until: datetime, held_for: str, *, is_capped: bool) -> None:
        """Let what is held wait longer."""
        sql = "UPDATE alert SET due_at = ?, held_for = ?, is_capped = ? WHERE id IN (SELECT value FROM json_each(?))"
        self._connection.execute(sql, (stored_ms(until), held_for, is_capped, json.dumps(sorted(ids))))

    def roll_up(self, counts: Iterable[tuple[int, int]], told_as: str, now: datetime) -> None:
        """Record that what was held left in one announcement; `counts` are pairs of an alert and the publishers of its story by
        then."""
        sql = "UPDATE alert SET state = ?, told_as = ?, told_at = ?, publisher_count = ? WHERE id = ?"
        rows = [(AlertState.ROLLED_UP, told_as, stored_ms(now), count, alert_id) for alert_id, count in counts]
        self._connection.executemany(sql, rows)

    def silence(self, ids: Collection[int], reason: str) -> None:
        """Record that what was held is not told, and why."""
        sql = "UPDATE alert SET state = ?, held_for = ? WHERE id IN (SELECT value FROM json_each(?))"
        self._connection.execute(sql, (AlertState.MUTED, reason, json.dumps(sorted(ids))))

    def follow_clock(self, now: datetime) -> int:
        """Where the clock was put back, let what was held before wait no longer than it would have; returns how many."""
        sql = """UPDATE alert SET due_at = due_at - (decided_at - ?1), decided_at = ?1
            WHERE state = 'held' AND decided_at > ?1"""
        return self._connection.execute(sql, (stored_ms(now),)).rowcount

    # -- what people say of them -------------------------------------------------------------------------

    def acknowledge(self, item_id: int, now: datetime) -> None:
        """Record that somebody knows of the story that an item is in."""
        sql = "INSERT OR REPLACE INTO acknowledged (item_id, at) VALUES (?, ?)"
        self._connection.execute(sql, (item_id, stored_ms(now)))

    def acknowledged_at(self, story_id: int) -> datetime | None:
        """When a story was acknowledged last; None where it never was."""
        sql = "SELECT max(at) FROM acknowledged JOIN item ON item.id = item_id WHERE story_id = ?"
        return from_ms(self._connection.value(sql, (story_id,)))

    def mute(self, kind: MuteKind, subject: str, until: datetime, now: datetime) -> int:
        """Let nothing be told of it until then, instead of what was said of it before; returns the mute's id."""
        self._connection.execute("DELETE FROM mute WHERE kind = ? AND subject = ?", (kind, subject))
        sql = "INSERT INTO mute (kind, subject, until, made_at) VALUES (?, ?, ?, ?)"
        return self._connection.insert(sql, (kind, subject, stored_ms(until), stored_ms(now)))

    def unmute(self, mute_id: int) -> bool:
        """Take a mute back; False where there is none of this id."""
        return self._connection.execute("DELETE FROM mute WHERE id = ?", (mute_id,)).rowcount > 0

    def mutes(self, now: datetime) -> list[Mute]:
        """The mutes that hold now, in the order made."""
        sql = """SELECT mute.id, kind, subject, until, made_at, item.story_id FROM mute
            LEFT JOIN item ON kind = ? AND item.id = CAST(subject AS INTEGER) WHERE until > ? ORDER BY mute.id"""
        rows = self._connection.rows(sql, (MuteKind.STORY, stored_ms(now)))
        return [Mute(row[0], MuteKind(row[1]), row[2], stored_at(row[3]), stored_at(row[4]), row[5]) for row in rows]

    def forget_mutes(self, now: datetime) -> None:
        """Let go of mutes that ended."""
        self._connection.execute("DELETE FROM mute WHERE until <= ?", (stored_ms(now),))

    # -- rhythms -----------------------------------------------------------------------------------------

    def matched_between(self, rule_id: str, bounds: Sequence[int]) -> list[int]:
        """How many items a rule matched between each two of these item ids (the first within, the second not); without what was
        older news when it came."""
        sql = """SELECT count(*) FROM match JOIN item ON item.id = item_id
            WHERE rule_id = ? AND item_id >= ? AND item_id < ? AND NOT is_backlog"""
        return [int(self._connection.value(sql, (rule_id, low, high))) for low, high in pairwise(bounds)]

    def first_items_at(self, times: Iterable[datetime]) -> list[int]:
        """The first item seen at each of these times or after it, by its id; one more than the last of all where there is none.
        Quickly found, and a little off where the clock was put back."""
        sql = """SELECT COALESCE((SELECT id FROM item WHERE first_seen_at >= ? ORDER BY first_seen_at, id LIMIT 1),
            (SELECT COALESCE(max(id), 0) + 1 FROM item))"""
        return [int(self._connection.value(sql, (stored_ms(at),))) for at in times]

    def has_items_before(self, at: datetime) -> bool:
        """Whether anything was first seen before then."""
        return (
            self._connection.value("SELECT 1 FROM item WHERE first_seen_at < ? LIMIT 1", (stored_ms(at),)) is not None
        )

    def count_seen(self, since: datetime, until: datetime) -> int:
        """How many items were first seen at one instant or after it, and before another."""
        sql = "SELECT count(*) FROM item WHERE first_seen_at >= ? AND first_seen_at < ?"
        return int(self._connection.value(sql, (stored_ms(since), stored_ms(until))))

    def last_match(self, rule_id: str) -> int | None:
        """The newest item that a rule matched, None for none."""
        found = self._connection.value("SELECT max(item_id) FROM match WHERE rule_id = ?", (rule_id,))
        return None if found is None else int(found)

    def last_spike_at(self, rule_id: str) -> datetime | None:
        """When a rule's last spike was decided on."""
        sql = "SELECT max(decided_at) FROM alert WHERE kind = 'spike' AND rule_id = ?"
        return from_ms(self._connection.value(sql, (rule_id,)))

    # -- the monitor itself ------------------------------------------------------------------------------

    def ailments(self) -> dict[str, KnownAilment]:
        """What the operator was told to ail and not yet to be well again, by key."""
        rows = self._connection.rows("SELECT key, title, since FROM ailment ORDER BY key")
        return {row[0]: KnownAilment(row[0], row[1], stored_at(row[2])) for row in rows}

    def ail(self, key: str, title: str, now: datetime) -> None:
        """Record that the operator is told of something that ails."""
        sql = "INSERT OR REPLACE INTO ailment (key, title, since) VALUES (?, ?, ?)"
        self._connection.execute(sql, (key, title, stored_ms(now)))

    def recover(self, key: str) -> None:
        """Record that the operator is told that it ails no more."""
        self._connection.execute("DELETE FROM ailment WHERE key = ?", (key,))

    # -- reading -----------------------------------------------------------------------------------------

    def get(self, alert_id: int) -> Alert | None:
        row = self._connection.row(f"{ALERT} WHERE alert.id = ?", (alert_id,))
        return None if row is None else _alert(row)

    def deliveries_of(self, told_as: str) -> list[int]:
        """The outbox rows that carry an announcement, in the order queued."""
        sql = "SELECT id FROM delivery WHERE key = ?1 OR (key >= ?1 || ':' AND key < ?1 || ';') ORDER BY id"
        return [row[0] for row in self._connection.rows(sql, (told_as,))]

    def list(
        self, state: AlertState | None = None, since: datetime | None = None, limit: int | None = None
    ) -> list[Alert]:
        """Decisions, or those in one state, made since then, the latest first."""
        sql = f"""{ALERT} WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR decided_at >= ?2)
            ORDER BY alert.id DESC LIMIT ?3"""
        rows = self._connection.rows(sql, (state, to_ms(since), -1 if limit is None else limit))
        return [_alert(row) for row in rows]


def _alert(row: Row) -> Alert:
    return Alert(
        id=row[0],
        item_id=row[1],
        version=row[2],
        story_id=row[3],
        publisher=row[4],
        rule_id=row[5],
        channel=row[6],
        kind=AlertKind(row[7]),
        priority=Priority(row[8]),
        decided_at=stored_at(row[9]),
        state=AlertState(row[10]),
        reason=row[11],
        publisher_count=row[12],
        held_for=row[13],
        due_at=from_ms(row[14]),
        is_capped=bool(row[15]),
        told_as=row[16],
        told_at=from_ms(row[17]),
    )
