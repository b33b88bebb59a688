"""Digests as configured, and the messages that leave."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    query: str = ""  # empty: everything not yet taken
    limit: int | None = None
    order: str = "alerts"  # alerts | publishers | newest


@dataclass(frozen=True, slots=True)
class Review:
    """How long before its minute an edition is made and held for a person, and from when on no more is changed in it."""

    from_s: float = 3600.0
    until_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Digest:
    """A configured digest. `cron` holds its schedule, five fields, also where `at` was written. `holidays` are days without
    an edition: "2026-12-25", or "12-25" for every year. `reads` are the languages whose scripts its readers know; none: all.
    `week_in_review` is the day, 0 for Monday, whose editions look back on a week."""

    id: str
    title: str
    cron: str
    timezone: str
    to: tuple[str, ...] = ()
    when_empty: str = "send"  # send | skip
    sections: tuple[Section, ...] = ()
    holidays: frozenset[str] = frozenset()
    language: str = "en"
    reads: tuple[str, ...] = ()
    week_in_review: int | None = None
    review: Review | None = None

    def is_off(self, day: date) -> bool:
        """Whether a local day has no edition."""
        return f"{day:%Y-%m-%d}" in self.holidays or f"{day:%m-%d}" in self.holidays


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to leave, rendered to its final bytes. `key` makes it unique for ever."""

    key: str
    kind: str  # edition | report | notice, or that of an announcement (alert, rollup, correction, …)
    channel: str
    recipient: str
    message_id: str
    subject: str
    body: bytes = field(repr=False)
    items: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """An outbox row as it stands."""

    id: int
    key: str
    kind: str
    channel: str
    recipient: str
    state: DeliveryState
    attempts: int
    message_id: str
    subject: str
    queued_at: datetime
    next_attempt_at: datetime
    sent_at: datetime | None
    last_error: str
    items: tuple[int, ...]
    edition_id: int | None = None  # the edition it carries
    failed_at: datetime | None = None

    @classmethod
    def unkept(cls, outgoing: Outgoing, now: datetime) -> Delivery:
        """What is sent past the outbox: the row it would have there, with the number 0."""
        return cls(
            id=0,
            key=outgoing.key,
            kind=outgoing.kind,
            channel=outgoing.channel,
            recipient=outgoing.recipient,
            state=DeliveryState.SENDING,
            attempts=1,
            message_id=outgoing.message_id,
            subject=outgoing.subject,
            queued_at=now,
            next_attempt_at=now,
            sent_at=None,
            last_error="",
            items=outgoing.items,
        )


@dataclass(frozen=True, slots=True)
class Resting:
    """A channel that could not be used, `failure_count` times in a row since `since`; it is left alone until `until`.
    `is_login`: it does not let us in, which only a person can mend."""

    channel: str
    since: datetime
    until: datetime
    failure_count: int
    is_login: bool
    reason: str


@dataclass(frozen=True, slots=True)
class ChannelTally:
    """How many messages of a channel wait, are held, failed and were sent, and when the last one was."""

    waiting_count: int = 0
    held_count: int = 0
    failed_count: int = 0
    sent_count: int = 0
    last_sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Someone whose latest messages through a channel were all refused for good: how many, since when, and why."""

    channel: str
    recipient: str
    count: int
    since: datetime
    reason: str
