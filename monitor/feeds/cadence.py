"""When to ask a source again: pure decisions from what a poll brought, what is known of the source, and the time.

The order is: the source's interval, which its overlaps lengthen and shorten, lengthened by what the feed and its headers
ask for, held between the two bounds; only then back-off and the server's Retry-After, which may exceed the upper bound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Acquired, Failure, FailureKind, Gate, Hints, Job, Waiting

DAY_S = 86_400.0
JITTER_SHARE = 0.1
RETRY_JITTER_S = 60.0
MANY_KNOWN, FEW_KNOWN = 0.67, 0.33
# A quiet source slows down gently; one whose entries may rotate out is caught up with at once.
SLOWER, FASTER = 1.1, 0.5

_PASSING = frozenset({FailureKind.DNS, FailureKind.CONNECT, FailureKind.TIMEOUT})
_HALF = frozenset({FailureKind.CUT_OFF, FailureKind.WORKER})
_HOURS_A_WEEK = 168


@dataclass(frozen=True, slots=True)
class Bounds:
    """A source's interval and the two bounds that it is held between, in seconds."""

    interval_s: float
    min_s: float
    max_s: float

    def held(self, seconds: float) -> float:
        """The seconds, no less and no more than the bounds allow."""
        return max(self.min_s, min(seconds, self.max_s))


# -- overlap ---------------------------------------------------------------------------------------


def share_known(job: Job, acquired: Acquired, new_count: int) -> float | None:
    """The share of a document's entries that were known before, 0 to 1; a 304 and the same body know all.

    None where nothing can be told: a failure, no entries, or no document before this one.
    """
    if acquired.failure is not None or not (job.body_hash or job.seen):
        return None
    if acquired.gate in (Gate.NOT_MODIFIED, Gate.SAME_BODY):
        return 1.0
    entry_count = acquired.cut_count + acquired.parsed_count
    return (entry_count - min(new_count, entry_count)) / entry_count if entry_count else None


def learned_interval_s(interval_s: float, bounds: Bounds, known: float | None) -> float:
    """The interval after a poll of which the share `known` was known: longer above two thirds, halved below one third
    (entries may be rotating out between polls), the same between; within the bounds."""
    if known is not None and known > MANY_KNOWN:
        interval_s *= SLOWER
    elif known is not None and known < FEW_KNOWN:
        interval_s *= FASTER
    return bounds.held(interval_s)


# -- the next poll ---------------------------------------------------------------------------------


def base_wait_s(bounds: Bounds, hints: Hints, now: datetime) -> float:
    """Seconds between two polls of a healthy source: the longest of interval and hints, within the bounds."""
    wanted_s = max(bounds.interval_s, hints.ttl_s or 0.0, hints.max_age_s or 0.0)
    if hints.skip_hours or hints.skip_days:
        until = now + timedelta(seconds=bounds.held(wanted_s))
        wanted_s = (unskipped(until, hints) - now).total_seconds()
    return bounds.held(wanted_s)


def unskipped(at: datetime, hints: Hints) -> datetime:
    """The first instant from `at` on that lies in no hour and on no day (GMT) that the feed asks to be left alone in
    (RSS 2.0, skipHours and skipDays); `at` itself where it asks so of the whole week."""
    moment = at
    for _ in range(_HOURS_A_WEEK):
        if moment.hour not in hints.skip_hours and moment.weekday() not in hints.skip_days:
            return moment
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return at


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
    base_s = base_wait_s(bounds, acquired.hints, now)
    wait_s = max(bounds.min_s, min(base_s * (1 + JITTER_SHARE * jitter), max(bounds.max_s, base_s)))
    if failure_weight > 0:
        wait_s = min(wait_s * (1 + failure_weight), max(DAY_S, wait_s))
    if failure is not None and failure.retry_after_s is not None:
        late_s = min(JITTER_SHARE * failure.retry_after_s, RETRY_JITTER_S) * jitter
        wait_s = max(wait_s, min(failure.retry_after_s + late_s, DAY_S))
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


# -- validators ------------------------------------------------------------------------------------


def wants_whole(now: datetime, whole_at: datetime | None, *, validators_lie: bool) -> bool:
    """Whether to ask without validators: always where they were found to lie, and once a day everywhere."""
    return validators_lie or whole_at is None or now - whole_at >= timedelta(seconds=DAY_S)


def has_lied(job: Job, acquired: Acquired, news_count: int) -> bool:
    """Whether a whole document shows that the source's validators cannot be relied on: the ETag (or where there is none,
    the date) of the document before, over new or edited entries. `job` holds the validators kept, sent or not."""
    if acquired.failure is not None or acquired.gate is Gate.NOT_MODIFIED or news_count == 0:
        return False
    if job.etag is not None or acquired.etag is not None:
        return job.etag == acquired.etag
    return job.last_modified is not None and job.last_modified == acquired.last_modified


# -- many at once ----------------------------------------------------------------------------------


def taking_turns(waiting: Sequence[Waiting]) -> list[Waiting]:
    """The same sources, hosts taking turns, each host's in the order given."""
    taken: dict[str, int] = {}
    turns = []
    for place, source in enumerate(waiting):
        turn = taken[source.host] = taken.get(source.host, -1) + 1
        turns.append((turn, place))
    return [waiting[place] for _, place in sorted(turns)]


def spread(
    waiting: Sequence[Waiting], now: datetime, interval_s: float, *, at_once: int, jitter: Callable[[], float]
) -> list[tuple[str, datetime]]:
    """When to poll sources that fell due while nothing was polled: the first `at_once` need no new time, the others lie
    evenly within one interval of their own (`interval_s` where none was learned).

    `waiting` begins with the longest overdue; hosts take turns. Gives (source id, instant); nothing for a handful.
    """
    later = taking_turns(waiting)[at_once:]
    return [
        (source.source_id, now + timedelta(seconds=(source.interval_s or interval_s) * (place + jitter()) / len(later)))
        for place, source in enumerate(later)
    ]
