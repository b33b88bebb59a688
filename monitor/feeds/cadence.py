"""When to ask a source again, and how it is doing: pure decisions with reasons beside them.

The order is: the source's own interval, lengthened by what the feed and its headers ask for, held between the two
bounds; only then back-off and the server's Retry-After, which may exceed the upper bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Acquired, Failure, FailureKind, Gate, Hints, SourceState

DAY_S = 86_400.0
JITTER_SHARE = 0.1
BLOCKING_STATUSES = frozenset({401, 403, 429, 451})

_PASSING = frozenset({FailureKind.DNS, FailureKind.CONNECT, FailureKind.TIMEOUT})
_HALF = frozenset({FailureKind.CUT_OFF, FailureKind.WORKER})


@dataclass(frozen=True, slots=True)
class Bounds:
    """A source's own interval and the two bounds that it is held between, in seconds."""

    interval_s: float
    min_s: float
    max_s: float


def base_wait_s(bounds: Bounds, hints: Hints) -> float:
    """Seconds between two polls of a healthy source: the longest of interval and hints, within the bounds."""
    wanted = max(bounds.interval_s, hints.ttl_s or 0.0, hints.max_age_s or 0.0)
    return max(bounds.min_s, min(wanted, bounds.max_s))


def first_poll_at(now: datetime, bounds: Bounds, jitter: float) -> datetime:
    """When to poll a source for the first time after a start: within one interval, by `jitter` in [0, 1)."""
    return now + timedelta(seconds=base_wait_s(bounds, Hints()) * jitter)


def next_poll_at(
    acquired: Acquired, now: datetime, bounds: Bounds, *, failure_weight: float, jitter: float
) -> datetime | None:
    """When to poll again; None where the address is retired (410).

    `failure_weight` is what `failure_weight_after` gave for this same poll; `jitter` in [0, 1) spreads sources by up
    to a tenth of their wait. Back-off grows linearly with the weight and stops at a day (or at the source's own wait,
    where that is longer); Retry-After is obeyed up to a day.
    """
    failure = acquired.failure
    if failure is not None and failure.kind is FailureKind.GONE:
        return None
    base_s = base_wait_s(bounds, acquired.hints)
    wait_s = max(bounds.min_s, min(base_s * (1 + JITTER_SHARE * jitter), max(bounds.max_s, base_s)))
    if failure_weight > 0:
        wait_s = min(wait_s * (1 + failure_weight), max(DAY_S, wait_s))
    if failure is not None and failure.retry_after_s is not None:
        wait_s = max(wait_s, min(failure.retry_after_s, DAY_S))
    return now + timedelta(seconds=wait_s)


def failure_weight(failure: Failure) -> float:
    """How much a failure lengthens the wait: 1 where the address itself is at fault (404, no feed), ½ where the
    server is strained (429, 5xx, an answer cut off), ¼ for what passes by itself (names, connections, time)."""
    if failure.kind in _PASSING:
        return 0.25
    strained = failure.status is not None and (failure.status == 429 or failure.status >= 500)
    if failure.kind in _HALF or strained:
        return 0.5
    return 1.0


def failure_weight_after(old_weight: float, acquired: Acquired) -> float:
    """The running sum of failure weights: reset by a good answer, left alone by a 304 (it proves no health)."""
    if acquired.failure is not None:
        return old_weight + failure_weight(acquired.failure)
    return old_weight if acquired.gate is Gate.NOT_MODIFIED else 0.0


def state_after(old: SourceState, old_reason: str, acquired: Acquired) -> tuple[SourceState, str]:
    """How a source is doing after a poll, and why in a sentence for people ("" where all is well).

    A pause is a person's decision and stays; a 304 changes nothing but newness. `silent` needs the history of the
    source and is not decided here.
    """
    if old is SourceState.PAUSED:
        return old, old_reason
    if acquired.failure is not None:
        return _failed(acquired.failure)
    if acquired.moved_to is not None:
        return SourceState.MOVED, f"The address has moved for good to {acquired.moved_to}; not yet adopted."
    if acquired.gate is Gate.NOT_MODIFIED:
        return (SourceState.OK, "") if old is SourceState.NEW else (old, old_reason)
    if acquired.gate is Gate.SAME_BODY and old is SourceState.EMPTY:
        return old, old_reason
    if acquired.gate is not Gate.SAME_BODY and acquired.cut_count + acquired.parsed_count == 0:
        return SourceState.EMPTY, "The feed is valid, and has no entries."
    return SourceState.OK, ""


def _failed(failure: Failure) -> tuple[SourceState, str]:
    if failure.kind is FailureKind.GONE:
        return SourceState.GONE, failure.message
    if failure.kind is FailureKind.NOT_A_FEED:
        offer = f" It names a feed: {failure.found_feeds[0]}" if failure.found_feeds else ""
        return SourceState.NOT_A_FEED, failure.message + offer
    if failure.status in BLOCKING_STATUSES:
        return SourceState.BLOCKED, failure.message
    return SourceState.FAILING, failure.message
