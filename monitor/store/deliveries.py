"""The outbox: messages rendered to their final bytes, queued with what caused them, sent at least once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from monitor.model import Delivery, DeliveryState, Outgoing
from monitor.store.connection import Connection, Row, from_ms, stored_at, stored_ms

DELIVERY = (
    "id, key, kind, channel, recipient, state, attempts, message_id, subject, queued_at, next_attempt_at, sent_at, "
    "last_error, items, edition_id"
)


class Deliveries:
    """`queue` belongs inside the transaction that stores what the message tells of; the other writing methods are a
    transaction each, waited for until it is on the disk. Every method raises `StoreError` where the database fails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- writing -----------------------------------------------------------------------------------------

    def queue(self, outgoing: Outgoing, now: datetime, edition_id: int | None = None) -> bool:
        """Queue a message to leave now; False where one with its key was ever queued, and then nothing changes."""
        return self._changed(
            """INSERT INTO delivery (key, kind, channel, recipient, message_id, subject, body, items, edition_id, state,
                queued_at, next_attempt_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'queued', ?10, ?10)
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
            ),
        )

    def claim(self, now: datetime, lease_s: float, without: Iterable[str] = ()) -> tuple[Delivery, bytes] | None:
        """Take the row that has been due longest, with its bytes, for `lease_s` seconds; None where none is due.

        Rows whose lease ran out are due too; rows of the channels in `without` are passed over.
        """
        with self._connection.transaction():
            row = self._connection.row(
                f"""UPDATE delivery SET state = 'sending', attempts = attempts + 1, lease_until = ?2 WHERE id = (
                    SELECT id FROM delivery WHERE ((state = 'queued' AND next_attempt_at <= ?1)
                        OR (state = 'sending' AND lease_until <= ?1))
                        AND channel NOT IN (SELECT value FROM json_each(?3)) ORDER BY next_attempt_at, id LIMIT 1)
                RETURNING {DELIVERY}, body""",
                (stored_ms(now), stored_ms(now + timedelta(seconds=lease_s)), json.dumps(list(without))),
            )
        return None if row is None else (_delivery(row), row[-1])

    def void_leases(self) -> int:
        """Queue again what a predecessor had claimed and not recorded; returns how many. One daemon uses a store."""
        with self._connection.transaction(durable=True):
            sql = "UPDATE delivery SET state = 'queued', lease_until = NULL WHERE state = 'sending'"
            return self._connection.execute(sql).rowcount

    def sent(self, delivery_id: int, now: datetime) -> None:
        """Record that the message was accepted."""
        sql = "UPDATE delivery SET state = 'sent', sent_at = ?, lease_until = NULL, last_error = '' WHERE id = ?"
        self._write(sql, (stored_ms(now), delivery_id))

    def retry_at(self, delivery_id: int, when: datetime, error: str) -> None:
        """Record that the message could not be handed over, and when to try again."""
        sql = (
            "UPDATE delivery SET state = 'queued', next_attempt_at = ?, lease_until = NULL, last_error = ? WHERE id = ?"
        )
        self._write(sql, (stored_ms(when), error, delivery_id))

    def failed(self, delivery_id: int, error: str) -> None:
        """Record that the message was refused for good."""
        sql = "UPDATE delivery SET state = 'failed', lease_until = NULL, last_error = ? WHERE id = ?"
        self._write(sql, (error, delivery_id))

    def postpone(self, channel: str, until: datetime) -> int:
        """Let the queued rows of a channel that cannot be reached wait, without an attempt; returns how many."""
        with self._connection.transaction(durable=True):
            sql = """UPDATE delivery SET next_attempt_at = ?1
                WHERE state = 'queued' AND channel = ?2 AND next_attempt_at < ?1"""
            return self._connection.execute(sql, (stored_ms(until), channel)).rowcount

    def hasten(self, now: datetime) -> int:
        """Let the queued rows that were put off be due now; returns how many."""
        with self._connection.transaction(durable=True):
            sql = "UPDATE delivery SET next_attempt_at = ?1 WHERE state = 'queued' AND next_attempt_at > ?1"
            return self._connection.execute(sql, (stored_ms(now),)).rowcount

    def requeue(self, delivery_id: int, now: datetime) -> bool:
        """Send a row again from the start: same bytes, same Message-ID. False where unknown or on its way."""
        with self._connection.transaction(durable=True):
            return self._changed(
                """UPDATE delivery SET state = 'queued', attempts = 0, queued_at = ?1, next_attempt_at = ?1,
                last_error = '' WHERE id = ?2 AND state != 'sending'""",
                (stored_ms(now), delivery_id),
            )

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
        sql = """SELECT min(CASE state WHEN 'queued' THEN next_attempt_at ELSE lease_until END) FROM delivery
            WHERE state IN ('queued', 'sending')"""
        return from_ms(self._connection.value(sql))

    def _changed(self, sql: str, parameters: Row) -> bool:
        return self._connection.execute(sql, parameters).rowcount > 0

    def list(self, state: DeliveryState | None = None, limit: int | None = None) -> list[Delivery]:
        """Rows in one state, or all (None), the latest queued first."""
        sql = f"SELECT {DELIVERY} FROM delivery WHERE ?1 IS NULL OR state = ?1 ORDER BY id DESC LIMIT ?2"
        return [_delivery(row) for row in self._connection.rows(sql, (state, -1 if limit is None else limit))]

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
    )
