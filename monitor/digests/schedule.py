"""When a digest's editions are due. Pure: the zone's clock and what was sent decide, never a scheduler's memory.

A daily digest has one edition a local day, whatever the clocks are changed to (`instants`). A digest's holidays have none:
what they bring stands in the next one, whose window goes on from the last.

An edition that a person may review is held some time before its minute, and leaves at its minute whatever became of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.instants import latest_instant, next_instant
from monitor.model import Digest, Review

LATE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Due:
    """An edition that should leave: for which instant (UTC), and whether that is past by more than ten minutes."""

    due_at: datetime
    is_late: bool


def next_due(digest: Digest, after: datetime) -> datetime:
    """The first instant strictly after `after` at which the digest is due, in UTC."""
    return next_instant(digest.cron, digest.timezone, after, digest.is_off)


def latest_due(digest: Digest, now: datetime) -> datetime:
    """The last instant not after `now` at which the digest is due, in UTC."""
    return latest_instant(digest.cron, digest.timezone, now, digest.is_off)


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


def next_held(digest: Digest, review: Review, now: datetime) -> datetime | None:
    """The coming instant whose edition is held for review already, None where none is yet.

    It is held for no more than half of the time since the instant before, so that an hourly digest has one at a time.
    """
    due_at = next_due(digest, now)
    lead = min(timedelta(seconds=review.from_s), (due_at - latest_due(digest, now)) / 2)
    return due_at if due_at - lead <= now else None
