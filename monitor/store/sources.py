"""Sources: the configuration's mirror, what polling learned of each, and the history of polls."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.model import (
    Acquired,
    FailureKind,
    Gate,
    Hints,
    Job,
    Kind,
    Learned,
    Outcome,
    PollRecord,
    Source,
    SourceFacts,
    SourceState,
    SourceStatus,
    StateChange,
    Waiting,
)
from monitor.store.connection import Connection, Row, from_ms, stored_at, stored_ms, to_ms

__all__ = ["POLLS_KEPT", "Outcome", "Sources"]

POLLS_KEPT = 50
CHANGES_KEPT = timedelta(days=90)
CLOCK_SLACK = timedelta(minutes=1)
FACTS = "id, name, publisher, kind, country, language, tags, own"
POLL = (
    "source_id, at, gate, status, cut_count, parsed_count, new_count, edited_count, whole_reason, failure, message, "
    "body_bytes, duration_ms, has_gap"
)
LEARNED = (
    "interval_s",
    "interval_of_s",
    "ttl_s",
    "skip_hours",
    "skip_days",
    "gaps_s",
    "validators_lie",
    "whole_at",
    "gap_at",
    "moved_to",
    "moved_since",
    "moved_count",
)
STATUS = (
    f"{FACTS}, enabled, configured_url, url, moved_to, site_url, state, reason, failures, item_count, next_fetch_at, "
    f"last_polled_at, last_success_at, last_new_at, verify, {', '.join(LEARNED)}"
)
SET_LEARNED = ", ".join(f"{column} = ?" for column in LEARNED)
DUE = "configured AND enabled AND NOT paused AND state != 'gone'"


class Sources:
    """Every method raises `StoreError` where the database cannot be used."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- the configuration's mirror ------------------------------------------------------------------

    def mirror(self, sources: Sequence[Source]) -> None:
        """Make the rows follow the configuration. A source that left it stays, with its items, and is polled no more; a changed
        `url` resets what polling learned, since it spoke of another address."""
        with self._connection.transaction():
            known: dict[str, str] = dict(self._connection.rows("SELECT id, configured_url FROM source"))
            self._connection.execute("UPDATE source SET configured = 0 WHERE configured")
            self._connection.executemany(
                """INSERT INTO source (id, name, publisher, kind, country, language, tags, own, enabled, configured_url, url,
                    host, verify) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET name = excluded.name, publisher = excluded.publisher, kind = excluded.kind,
                    country = excluded.country, language = excluded.language, tags = excluded.tags, own = excluded.own,
                    enabled = excluded.enabled, verify = excluded.verify, configured = 1""",
                [_mirrored(source) for source in sources],
            )
            nothing = _learned_row(Learned())
            moved = [(s.url, s.url, host_of(s.url), *nothing, s.id) for s in sources if known.get(s.id, s.url) != s.url]
            self._connection.executemany(
                f"""UPDATE source SET configured_url = ?, url = ?, host = ?, {SET_LEARNED}, state = 'new', reason = '',
                    failures = 0, next_fetch_at = 0, paused = 0,
                    etag = NULL, last_modified = NULL, body_hash = NULL, seen = x'' WHERE id = ?""",
                moved,
            )

    def reserve(self, source: Source) -> None:
        """Keep a source that no file configures and nobody polls: items are added to it by hand. Belongs inside a transaction."""
        self._connection.execute(
            """INSERT INTO source (id, name, publisher, kind, country, language, tags, own, enabled, configured_url, url, host,
                verify, configured) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, 0)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, publisher = excluded.publisher, kind = excluded.kind,
                country = excluded.country, language = excluded.language, tags = excluded.tags, own = excluded.own""",
            (*_mirrored(source)[:8], *_mirrored(source)[9:]),
        )

    def facts(self) -> dict[str, SourceFacts]:
        """Every source ever configured, by id."""
        return {row[0]: _facts(row) for row in self._connection.rows(f"SELECT {FACTS} FROM source")}

    def facts_of(self, ids: Iterable[str]) -> dict[str, SourceFacts]:
        """The facts of these sources, by id; unknown ids are left out."""
        wanted = json.dumps(sorted(set(ids)))
        sql = f"SELECT {FACTS} FROM source WHERE id IN (SELECT value FROM json_each(?))"
        return {row[0]: _facts(row) for row in self._connection.rows(sql, (wanted,))}

    # -- polling ---------------------------------------------------------------------------------------

    def due(self, now: datetime, limit: int, a_host: int | None = None) -> list[str]:
        """Ids of the sources to poll now, at most `a_host` of each host (None: all): hosts take turns, the longest overdue of
        each first."""
        sql = f"""SELECT id FROM (
                SELECT id, next_fetch_at, row_number() OVER (PARTITION BY host ORDER BY next_fetch_at, id) AS turn
                FROM source WHERE {DUE} AND next_fetch_at <= ?)
            WHERE turn <= ? ORDER BY turn, next_fetch_at, id LIMIT ?"""
        return [row[0] for row in self._connection.rows(sql, (stored_ms(now), a_host or limit, limit))]

    def overdue(self, now: datetime) -> list[Waiting]:
        """The sources that are due and were polled before, longest overdue first."""
        sql = f"""SELECT id, host, interval_s FROM source WHERE {DUE} AND next_fetch_at <= ? AND last_polled_at IS NOT NULL
            ORDER BY next_fetch_at, id"""
        return [Waiting(*row) for row in self._connection.rows(sql, (stored_ms(now),))]

    def put_off(self, until: Iterable[tuple[str, datetime]]) -> None:
        """Let sources (by id) wait until an instant each, in one transaction."""
        with self._connection.transaction():
            self._connection.executemany(
                "UPDATE source SET next_fetch_at = ? WHERE id = ?", [(stored_ms(at), id) for id, at in until]
            )

    def follow_clock(self, now: datetime) -> bool:
        """Where sources were polled later than `now`, the clock was set back: let what is to come follow it by as much, so that
        every wait is as long as it was meant to be. Says whether it was so."""
        ahead_ms = (self._connection.value("SELECT max(last_polled_at) FROM source") or 0) - stored_ms(now)
        if ahead_ms <= CLOCK_SLACK // timedelta(milliseconds=1):
            return False
        with self._connection.transaction():
            self._connection.execute(
                """UPDATE source SET last_polled_at = min(last_polled_at, ?2),
                    next_fetch_at = next_fetch_at - CASE WHEN next_fetch_at > ?2 THEN ?1 ELSE 0 END
                    WHERE next_fetch_at > ?2 OR last_polled_at > ?2""",
                (ahead_ms, stored_ms(now)),
            )
        return True

    def active(self) -> list[str]:
        """Ids of all sources that are polled: configured, enabled, not paused, not retired."""
        return [row[0] for row in self._connection.rows(f"SELECT id FROM source WHERE {DUE} ORDER BY id")]

    def job(self, source: Source) -> Job:
        """The job of polling a mirrored source: its address as now polled, and what the last document left."""
        sql = "SELECT url, etag, last_modified, body_hash, seen FROM source WHERE id = ?"
        url, etag, last_modified, body_hash, seen = self._connection.rows(sql, (source.id,))[0]
        return Job(
            source_id=source.id,
            url=url,
            etag=etag,
            last_modified=last_modified,
            body_hash=body_hash,
            seen=seen,
            headers=source.headers,
            auth=source.auth,
            user_agent=source.user_agent,
            proxy=source.proxy,
            verify=source.verify,
            format=source.format,
            page=source.page,
            full_text=source.full_text,
        )

    def trust(self, source_id: str) -> tuple[datetime | None, bool]:
        """When a source last sent a whole document, and whether its validators were found to lie."""
        row = self._connection.row("SELECT whole_at, validators_lie FROM source WHERE id = ?", (source_id,))
        return (None, False) if row is None else (from_ms(row[0]), bool(row[1]))

    def record(self, job: Job, acquired: Acquired, outcome: Outcome, now: datetime) -> PollRecord:
        """Store a poll's outcome: the source's standing, the validators with the entries they vouch for, the history."""
        failed, at = acquired.failure, stored_ms(now)
        self._connection.execute(
            f"""UPDATE source SET state = ?, reason = ?, failures = ?, next_fetch_at = ?, last_polled_at = ?,
                last_success_at = CASE WHEN ? THEN last_success_at ELSE ? END,
                last_new_at = CASE WHEN ? THEN ? ELSE last_new_at END,
                {SET_LEARNED}, site_url = COALESCE(?, site_url) WHERE id = ?""",
            (
                *(outcome.state, outcome.reason, outcome.failures, stored_ms(outcome.next_fetch_at), at),
                *(failed is not None, at, outcome.new_count > 0, at),
                *(*_learned_row(outcome.learned), acquired.site_url, acquired.source_id),
            ),
        )
        if outcome.adopted_url is not None:
            sql = "UPDATE source SET url = ?, host = ? WHERE id = ?"
            self._connection.execute(sql, (outcome.adopted_url, host_of(outcome.adopted_url), acquired.source_id))
        self._note_change(acquired.source_id, outcome, at)
        learned = (acquired.etag, acquired.last_modified, acquired.body_hash, acquired.seen)
        if learned != (job.etag, job.last_modified, job.body_hash, job.seen):
            sql = "UPDATE source SET etag = ?, last_modified = ?, body_hash = ?, seen = ? WHERE id = ?"
            self._connection.execute(sql, (*learned, acquired.source_id))
        poll = PollRecord(
            source_id=acquired.source_id,
            at=now,
            gate=acquired.gate,
            status=acquired.status,
            cut_count=acquired.cut_count,
            parsed_count=acquired.parsed_count,
            new_count=outcome.new_count,
            edited_count=outcome.edited_count,
            whole_reason=acquired.whole_reason,
            failure=failed.kind if failed else None,
            message=failed.message if failed else "",
            body_bytes=acquired.body_bytes,
            duration_s=acquired.duration_s,
            has_gap=outcome.has_gap,
        )
        self._connection.execute(
            f"INSERT INTO poll ({POLL}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(poll.source_id, at, poll.gate, poll.status, poll.cut_count, poll.parsed_count, poll.new_count),
                *(poll.edited_count, poll.whole_reason, poll.failure, poll.message, poll.body_bytes),
                *(int(poll.duration_s * 1000), poll.has_gap),
            ),
        )
        return poll

    def _note_change(self, source_id: str, outcome: Outcome, at: int) -> None:
        """Keep a change of state for the operator to hear of; that a new source is well is none."""
        if outcome.was in (None, outcome.state) or (outcome.was, outcome.state) == (SourceState.NEW, SourceState.OK):
            return
        self._connection.execute(
            "INSERT INTO state_change (source_id, at, was, state, reason) VALUES (?, ?, ?, ?, ?)",
            (source_id, at, outcome.was, outcome.state, outcome.reason),
        )

    def mark_told(self, upto_id: int) -> None:
        """Record that the changes of state up to this one were told; it belongs inside the transaction that queues the notice."""
        self._connection.execute("UPDATE state_change SET is_told = 1 WHERE id <= ? AND NOT is_told", (upto_id,))

    def trim_polls(self) -> None:
        """Forget all but the last polls of each source."""
        with self._connection.transaction():
            self._connection.execute(
                """DELETE FROM poll WHERE id IN (SELECT id FROM (
                    SELECT id, row_number() OVER (PARTITION BY source_id ORDER BY id DESC) AS age FROM poll) WHERE age > ?)""",
                (POLLS_KEPT,),
            )

    def trim_changes(self, now: datetime) -> None:
        """Forget changes of state that are older than ninety days."""
        with self._connection.transaction():
            self._connection.execute("DELETE FROM state_change WHERE at < ?", (stored_ms(now - CHANGES_KEPT),))

    def pause(self, source_id: str, *, paused: bool) -> bool:
        """Stop or resume polling a source, also one that was retired; False where there is no such source."""
        state = (
            "state = 'paused', reason = 'paused by hand'"
            if paused
            else "state = 'new', reason = '', failures = 0, next_fetch_at = 0"
        )
        sql = f"UPDATE source SET paused = ?, {state} WHERE id = ? AND configured"
        return self._connection.execute(sql, (paused, source_id)).rowcount > 0

    # -- reading -----------------------------------------------------------------------------------------

    def statuses(self, limit: int | None = None) -> list[SourceStatus]:
        """The configured sources: those that ail first, then by id; at most `limit`."""
        sql = f"""SELECT {STATUS} FROM source WHERE configured
            ORDER BY state NOT IN ('failing', 'not-a-feed', 'blocked', 'gone'), id LIMIT ?"""
        return [_status(row) for row in self._connection.rows(sql, (-1 if limit is None else limit,))]

    def status(self, source_id: str) -> SourceStatus | None:
        row = self._connection.row(f"SELECT {STATUS} FROM source WHERE configured AND id = ?", (source_id,))
        return None if row is None else _status(row)

    def counts(self) -> dict[SourceState, int]:
        """How many enabled sources are in each state; states of none are left out."""
        sql = "SELECT state, count(*) FROM source WHERE configured AND enabled GROUP BY state"
        return {SourceState(state): count for state, count in self._connection.rows(sql)}

    def ailing(self) -> list[SourceStatus]:
        """The enabled sources a reader must be told of: those that bring nothing though they should."""
        sql = f"""SELECT {STATUS} FROM source WHERE configured AND enabled
            AND state IN ('failing', 'not-a-feed', 'blocked', 'gone', 'silent', 'empty') ORDER BY state, name"""
        return [_status(row) for row in self._connection.rows(sql)]

    def polls(self, source_id: str, limit: int = POLLS_KEPT) -> list[PollRecord]:
        """The last polls of a source, newest first."""
        sql = f"SELECT {POLL} FROM poll WHERE source_id = ? ORDER BY id DESC LIMIT ?"
        return [_poll(row) for row in self._connection.rows(sql, (source_id, limit))]

    def untold_changes(self) -> list[StateChange]:
        """The changes of state that no notice has told of, oldest first; of sources that left the configuration, none."""
        sql = """SELECT change.id, change.source_id, source.name, change.at, change.was, change.state, change.reason
            FROM state_change AS change JOIN source ON source.id = change.source_id
            WHERE NOT change.is_told AND source.configured ORDER BY change.id"""
        return [
            StateChange(row[0], row[1], row[2], stored_at(row[3]), SourceState(row[4]), SourceState(row[5]), row[6])
            for row in self._connection.rows(sql)
        ]

    def last_polled_at(self) -> datetime | None:
        """When any source was last polled."""
        return from_ms(self._connection.value("SELECT max(last_polled_at) FROM source"))


def _mirrored(source: Source) -> Row:
    return (
        *(
            source.id,
            source.name,
            source.publisher,
            source.kind,
            source.country,
            source.language,
            json.dumps(source.tags),
        ),
        *(source.own, source.enabled, source.url, source.url),
        host_of(source.url),
        source.verify,
    )


def host_of(url: str) -> str:
    """The host that a source is polled at, with its port: what polite turns go by."""
    return urlsplit(url).netloc.lower()


def _learned_row(learned: Learned) -> Row:
    """The values of the columns in `LEARNED`."""
    hints = learned.hints
    return (
        *(learned.interval_s, learned.interval_of_s),
        *(hints.ttl_s, json.dumps(hints.skip_hours), json.dumps(hints.skip_days), json.dumps(learned.gaps_s)),
        *(learned.validators_lie, to_ms(learned.whole_at), to_ms(learned.gap_at)),
        *(learned.moved_to, to_ms(learned.moved_since), learned.moved_count),
    )


def _learned(row: Row) -> Learned:
    return Learned(
        interval_s=row[0],
        interval_of_s=row[1],
        hints=Hints(ttl_s=row[2], skip_hours=tuple(json.loads(row[3])), skip_days=tuple(json.loads(row[4]))),
        gaps_s=tuple(json.loads(row[5])),
        validators_lie=bool(row[6]),
        whole_at=from_ms(row[7]),
        gap_at=from_ms(row[8]),
        moved_to=row[9],
        moved_since=from_ms(row[10]),
        moved_count=row[11],
    )


def _facts(row: Row) -> SourceFacts:
    return SourceFacts(row[0], row[1], row[2], Kind(row[3]), row[4], row[5], tuple(json.loads(row[6])), bool(row[7]))


def _poll(row: Row) -> PollRecord:
    return PollRecord(
        source_id=row[0],
        at=stored_at(row[1]),
        gate=Gate(row[2]),
        status=row[3],
        cut_count=row[4],
        parsed_count=row[5],
        new_count=row[6],
        edited_count=row[7],
        whole_reason=row[8],
        failure=FailureKind(row[9]) if row[9] else None,
        message=row[10],
        body_bytes=row[11],
        duration_s=row[12] / 1000,
        has_gap=bool(row[13]),
    )


def _status(row: Row) -> SourceStatus:
    return SourceStatus(
        facts=_facts(row),
        enabled=bool(row[8]),
        configured_url=row[9],
        url=row[10],
        moved_to=row[11],
        site_url=row[12],
        state=SourceState(row[13]),
        reason=row[14],
        failures=row[15],
        item_count=row[16],
        next_fetch_at=stored_at(row[17]),
        last_polled_at=from_ms(row[18]),
        last_success_at=from_ms(row[19]),
        last_new_at=from_ms(row[20]),
        verify=bool(row[21]),
        learned=_learned(row[22:]),
    )
