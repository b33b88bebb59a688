"""The outbox: messages rendered to their final bytes, queued with what caused them, sent at least once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from monitor.model import ChannelTally, Delivery, DeliveryState, Outgoing, Refusal, Resting
from monitor.store.connection import Connection, Row, from_ms, stored_at, stored_ms

DELIVERY = (
    "id, key, kind, channel, recipient, state, attempts, message_id, subject, queued_at, next_attempt_at, sent_at, "
    "last_error, items, edition_id, failed_at"
)

DUE = """state IN ('queued', 'sending') AND CASE state WHEN 'queued' THEN next_attempt_at ELSE lease_until END <= ?1
    AND channel NOT IN (SELECT channel FROM resting WHERE until > ?1)"""

AGAIN = "state = 'queued', attempts = 0, queued_at = ?1, next_attempt_at = ?1, failed_at = NULL, last_error = ''"


class Deliveries:
    """`queue` belongs inside the transaction that stores what the message tells of; the other writing methods are a
    transaction each, waited for until it is on the disk. Every method raises `StoreError` where the database fails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- writing -----------------------------------------------------------------------------------------

    def queue(self, outgoing: Outgoing, now: datetime, edition_id: int | None = None, *, is_held: bool = False) -> bool:
        """Queue a message to leave now, or to be held until `requeue`; False where one with its key was ever queued, and then
        nothing changes."""
        return self._changed(
            """INSERT INTO delivery (key, kind, channel, recipient, message_id, subject, body, items, edition_id, state,
                queued_at, next_attempt_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?11, ?10, ?10)
                ON CONFLICT (key) DO NOTHING""",
            (
                *(
                    outgoing.key,
                    outgoing.kind,
                    outgoing.channel,
                    outgoing.recipient,
                    outgoing.message_id,
                    outgoing.subject,
                ),
                *(outgoing.body, json.dumps(outgoing.items), edition_id, stored_ms(now)),
                DeliveryState.HELD if is_held else DeliveryState.QUEUED,
            ),
        )

    def claim(self, now: datetime, lease_s: float, channels: Iterable[str]) -> tuple[Delivery, bytes] | None:
        """Take the row of these channels that has been due longest, with its bytes, for `lease_s` seconds; None where none is
        due. Rows whose lease ran out are due too; channels that rest have none."""
        # A poll does not wait for the disk; what it queued must be there before anything of it leaves.
        with self._connection.transaction(durable=True):
            row = self._connection.row(
                f"""UPDATE delivery SET state = 'sending', attempts = attempts + 1, lease_until = ?2 WHERE id = (
                    SELECT id FROM delivery WHERE {DUE} AND channel IN (SELECT value FROM json_each(?3))
                        ORDER BY next_attempt_at, id LIMIT 1)
                RETURNING {DELIVERY}, body""",
                (stored_ms(now), stored_ms(now + timedelta(seconds=lease_s)), json.dumps(list(channels))),
            )
        return None if row is None else (_delivery(row), row[-1])

    def void_leases(self) -> int:
        """Queue again what a predecessor had claimed and not recorded; returns how many. One daemon uses a store."""
        with self._connection.transaction(durable=True):
            sql = "UPDATE delivery SET state = 'queued', lease_until = NULL WHERE state = 'sending'"
            return self._connection.execute(sql).rowcount

    def sent(self, delivery_id: int, now: datetime, working: Collection[str] = ()) -> None:
        """Record that the message was accepted; the channels `working` by the same way rest no more."""
        with self._connection.transaction(durable=True):
            self._connection.execute(
                "UPDATE delivery SET state = 'sent', sent_at = ?, lease_until = NULL, last_error = '' WHERE id = ?",
                (stored_ms(now), delivery_id),
            )
            self._wake(working)

    def retry_at(self, delivery_id: int, when: datetime, error: str) -> None:
        """Record that the message could not be handed over, and when to try again."""
        sql = (
            "UPDATE delivery SET state = 'queued', next_attempt_at = ?, lease_until = NULL, last_error = ? WHERE id = ?"
        )
        self._write(sql, (stored_ms(when), error, delivery_id))

    def failed(self, delivery_id: int, error: str, now: datetime) -> None:
        """Record that the message was refused for good."""
        sql = "UPDATE delivery SET state = 'failed', failed_at = ?, lease_until = NULL, last_error = ? WHERE id = ?"
        self._write(sql, (stored_ms(now), error, delivery_id))

    def rest(self, resting: Iterable[Resting], give_up_before: datetime, now: datetime) -> list[Delivery]:
        """Leave channels alone for a while. What has waited in them since before `give_up_before` fails, with the channel's
        reason; returns those rows."""
        given_up = []
        with self._connection.transaction(durable=True):
            for rest in resting:
                self._connection.execute(
                    """INSERT OR REPLACE INTO resting (channel, since, until, failure_count, is_login, reason)
                    VALUES (?, ?, ?, ?, ?, ?)""",
                    (
                        *(rest.channel, stored_ms(rest.since), stored_ms(rest.until)),
                        *(rest.failure_count, rest.is_login, rest.reason),
                    ),
                )
                given_up += self._connection.rows(
                    f"""UPDATE delivery SET state = 'failed', failed_at = ?, last_error = 'given up after 5 days; ' || ?
                    WHERE state = 'queued' AND channel = ? AND queued_at < ? RETURNING {DELIVERY}""",
                    (stored_ms(now), rest.reason, rest.channel, stored_ms(give_up_before)),
                )
        return [_delivery(row) for row in given_up]

    def hasten(self, now: datetime) -> int:
        """Let the queued rows that were put off be due now, and no channel rest any longer; returns how many rows."""
        with self._connection.transaction(durable=True):
            self._connection.execute("UPDATE resting SET until = ?1 WHERE until > ?1", (stored_ms(now),))
            sql = "UPDATE delivery SET next_attempt_at = ?1 WHERE state = 'queued' AND next_attempt_at > ?1"
            return self._connection.execute(sql, (stored_ms(now),)).rowcount

    def requeue(self, delivery_id: int, now: datetime) -> bool:
        """Send a row again from the start, or one that was held: same bytes, same Message-ID. False where unknown or on its
        way."""
        with self._connection.transaction(durable=True):
            return self._changed(
                f"UPDATE delivery SET {AGAIN} WHERE id = ?2 AND state != 'sending'", (stored_ms(now), delivery_id)
            )

    def requeue_failed(self, channel: str, now: datetime) -> list[Delivery]:
        """Send all that failed in a channel again from the start; returns the rows as they stand then, oldest first."""
        with self._connection.transaction(durable=True):
            rows = self._connection.rows(
                f"UPDATE delivery SET {AGAIN} WHERE channel = ?2 AND state = 'failed' RETURNING {DELIVERY}",
                (stored_ms(now), channel),
            )
        return sorted(map(_delivery, rows), key=lambda row: row.id)

    # -- reading -----------------------------------------------------------------------------------------

    def get(self, delivery_id: int) -> Delivery | None:
        row = self._connection.row(f"SELECT {DELIVERY} FROM delivery WHERE id = ?", (delivery_id,))
        return None if row is None else _delivery(row)

    def body(self, delivery_id: int) -> bytes | None:
        """The message's bytes; None for an unknown row."""
        found: bytes | None = self._connection.value("SELECT body FROM delivery WHERE id = ?", (delivery_id,))
        return found

    def of_edition(self, edition_id: int) -> list[Delivery]:
        """The rows that carry an edition, in the order queued."""
        sql = f"SELECT {DELIVERY} FROM delivery WHERE edition_id = ? ORDER BY id"
        return [_delivery(row) for row in self._connection.rows(sql, (edition_id,))]

    def counts(self) -> dict[DeliveryState, int]:
        """How many rows are in each state; states of none are left out."""
        sql = "SELECT state, count(*) FROM delivery GROUP BY state"
        return {DeliveryState(state): count for state, count in self._connection.rows(sql)}

    def next_attempt_at(self) -> datetime | None:
        """When the next row can be claimed, also one whose lease runs out then; None where none waits."""
        sql = """SELECT min(max(CASE state WHEN 'queued' THEN next_attempt_at ELSE lease_until END, coalesce(until, 0)))
            FROM delivery LEFT JOIN resting USING (channel) WHERE state IN ('queued', 'sending')"""
        return from_ms(self._connection.value(sql))

    def due_channels(self, now: datetime) -> list[str]:
        """The channels that have rows to be claimed."""
        sql = f"SELECT DISTINCT channel FROM delivery WHERE {DUE} ORDER BY channel"
        return [row[0] for row in self._connection.rows(sql, (stored_ms(now),))]

    def resting(self) -> dict[str, Resting]:
        """The channels that could not be used when they last were, by name, also where their rest is over."""
        rows = self._connection.rows(
            "SELECT channel, since, until, failure_count, is_login, reason FROM resting ORDER BY channel"
        )
        return {
            row[0]: Resting(row[0], stored_at(row[1]), stored_at(row[2]), row[3], bool(row[4]), row[5]) for row in rows
        }

    def waiting_since(self) -> dict[str, tuple[datetime, int]]:
        """When the oldest row that waits in each channel was queued, and how many wait there."""
        sql = """SELECT channel, min(queued_at), count(*) FROM delivery WHERE state IN ('queued', 'sending')
            GROUP BY channel ORDER BY channel"""
        return {row[0]: (stored_at(row[1]), row[2]) for row in self._connection.rows(sql)}

    def tallies(self) -> dict[str, ChannelTally]:
        """What became of the messages of each channel that ever had one."""
        rows = self._connection.rows(
            """SELECT channel, sum(state IN ('queued', 'sending')), sum(state = 'held'), sum(state = 'failed'),
            sum(state = 'sent'), max(sent_at) FROM delivery GROUP BY channel ORDER BY channel"""
        )
        return {row[0]: ChannelTally(row[1], row[2], row[3], row[4], from_ms(row[5])) for row in rows}

    def refusals(self) -> list[Refusal]:
        """Whom every message was refused for good since the last that was taken, by channel and recipient."""
        sql = """WITH refused (channel, recipient, count, since, last_id) AS (
                SELECT channel, recipient, count(*), min(failed_at), max(id) FROM delivery AS failed
                WHERE state = 'failed' AND failed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM delivery AS sent
                    WHERE sent.channel = failed.channel AND sent.recipient = failed.recipient AND sent.id > failed.id
                    AND sent.state = 'sent')
                GROUP BY channel, recipient)
            SELECT refused.channel, refused.recipient, count, since, last_error
            FROM refused JOIN delivery ON id = last_id ORDER BY refused.channel, refused.recipient"""
        rows = self._connection.rows(sql)
        return [Refusal(row[0], row[1], row[2], stored_at(row[3]), row[4]) for row in rows]

    def _changed(self, sql: str, parameters: Row) -> bool:
        return self._connection.execute(sql, parameters).rowcount > 0

    def list(
        self, state: DeliveryState | None = None, limit: int | None = None, channel: str | None = None
    ) -> list[Delivery]:
        """Rows in one state, or all (None), of one channel, or all, the latest queued first."""
        sql = f"""SELECT {DELIVERY} FROM delivery WHERE (?1 IS NULL OR state = ?1) AND (?3 IS NULL OR channel = ?3)
            ORDER BY id DESC LIMIT ?2"""
        rows = self._connection.rows(sql, (state, -1 if limit is None else limit, channel))
        return [_delivery(row) for row in rows]

    def _wake(self, channels: Collection[str]) -> None:
        sql = "DELETE FROM resting WHERE channel IN (SELECT value FROM json_each(?))"
        self._connection.execute(sql, (json.dumps(list(channels)),))

    def _write(self, sql: str, parameters: Row) -> None:
        with self._connection.transaction(durable=True):
            self._connection.execute(sql, parameters)


def _delivery(row: Row) -> Delivery:
    return Delivery(
        id=row[0],
        key=row[1],
        kind=row[2],
        channel=row[3],
        recipient=row[4],
        state=DeliveryState(row[5]),
        attempts=row[6],
        message_id=row[7],
        subject=row[8],
        queued_at=stored_at(row[9]),
        next_attempt_at=stored_at(row[10]),
        sent_at=from_ms(row[11]),
        last_error=row[12],
        items=tuple(json.loads(row[13])),
        edition_id=row[14],
        failed_at=from_ms(row[15]),
    )
