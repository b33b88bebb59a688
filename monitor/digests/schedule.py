"""When a digest's editions are due. Pure: the zone's clock and what was sent decide, never a scheduler's memory.

A daily digest has one edition a local day, whatever the clocks are changed to (`instants`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.instants import latest_instant, next_instant
from monitor.model import Digest

LATE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Due:
    """An edition that should leave: for which instant (UTC), and whether that is past by more than ten minutes."""

    due_at: datetime
    is_late: bool


def next_due(digest: Digest, after: datetime) -> datetime:
    """The first instant strictly after `after` at which the digest is due, in UTC."""
    return next_instant(digest.cron, digest.timezone, after)


def latest_due(digest: Digest, now: datetime) -> datetime:
    """The last instant not after `now` at which the digest is due, in UTC."""
    return latest_instant(digest.cron, digest.timezone, now)


def period(digest: Digest, at: datetime) -> timedelta:
    """The time between the due instants around `at`: a day for a daily digest, three over a weekday one's weekend."""
    return next_due(digest, at) - latest_due(digest, at)


def due_edition(digest: Digest, last_due_at: datetime | None, first_loaded_at: datetime, now: datetime) -> Due | None:
    """The edition that is due at `now`, None where none is.

    `last_due_at` is the latest instant not after `now` that an edition was made for (None: never). Several missed
    instants are one edition, due at the last of them. Where the clock went backwards, nothing is due again.
    """
    due_at = latest_due(digest, now)
    if due_at <= (first_loaded_at if last_due_at is None else last_due_at):
        return None
    return Due(due_at, is_late=now - due_at > LATE_AFTER)
