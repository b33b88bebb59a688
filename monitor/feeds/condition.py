"""How a source is doing after a poll, and what the poll taught: pure decisions with reasons beside them.

`judge` is the whole of it: from a source as it stood and what a poll brought to what the store is to keep.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.feeds.cadence import (
    DAY_S,
    Bounds,
    failure_weight_after,
    has_lied,
    learned_interval_s,
    next_poll_at,
    share_known,
)
from monitor.model import (
    Acquired,
    Failure,
    FailureKind,
    Gate,
    Hints,
    Job,
    Learned,
    Outcome,
    SourceState,
    SourceStatus,
)

BLOCKING_STATUSES = frozenset({401, 403, 429, 451})
GAPS_KEPT = 100
GAPS_NEEDED = 10  # fewer say nothing of a rhythm
SILENT_FACTOR = 3
SILENT_LEAST_S = 3_600
LONGEST_FACTOR = 1.25
CONFIRMATIONS = 3
CONFIRMED_OVER = timedelta(days=1)
TOLD_FOR = timedelta(days=1)  # how long a gap stays in the reason

_WELL = frozenset({SourceState.NEW, SourceState.OK, SourceState.SILENT, SourceState.MOVED})


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll as it went. `job` holds the validators kept of the document before, whether or not they were sent; `bounds`
    the configured interval. `is_bound` says that the source has credentials or headers that belong to its origin."""

    job: Job
    acquired: Acquired
    new_count: int
    edited_count: int
    now: datetime
    bounds: Bounds
    jitter: float = 0.0
    is_bound: bool = False


def judge(status: SourceStatus, poll: Poll) -> Outcome:
    """What a poll changes of its source: state and reason, weight of failures, the next poll, and what was learned.

    `status` is the source as it stood before the poll's entries were stored.
    """
    acquired, now, old = poll.acquired, poll.now, status.learned
    known = share_known(poll.job, acquired, poll.new_count)
    has_gap = known == 0.0 and status.item_count > 0 and status.state is not SourceState.EMPTY
    start_s = old.interval_s if old.interval_of_s == poll.bounds.interval_s else None
    learned = replace(
        old,
        interval_s=learned_interval_s(start_s or poll.bounds.interval_s, poll.bounds, known),
        interval_of_s=poll.bounds.interval_s,
        hints=hints_after(old.hints, acquired),
        gaps_s=gaps_after(status, poll.new_count, now),
        validators_lie=old.validators_lie or has_lied(poll.job, acquired, poll.new_count + poll.edited_count),
        whole_at=now if acquired.failure is None and acquired.gate is not Gate.NOT_MODIFIED else old.whole_at,
        gap_at=now if has_gap else old.gap_at,
    )
    learned = moved_after(learned, acquired, known, now)
    adopted_url = adopted(poll.job.url, learned, acquired, now, is_bound=poll.is_bound)
    if adopted_url is not None:
        learned = replace(learned, moved_to=None, moved_since=None, moved_count=0, validators_lie=False)
        acquired = replace(acquired, moved_to=None)
    state, reason = state_after(status.state, status.reason, acquired)
    last_new_at = now if poll.new_count else status.last_new_at
    state, reason = with_silence(state, reason, silence(learned.gaps_s, last_new_at, now))
    if state is SourceState.MOVED and not may_adopt(poll.job.url, acquired.moved_to or "", is_bound=poll.is_bound):
        reason += " Its login and headers belong to the old address: write the new one into sources.toml to go there."
    if state is SourceState.OK:
        reason = remarks(learned, adopted_url, now)
    weight = failure_weight_after(status.failures, acquired)
    hinted = replace(acquired, hints=replace(learned.hints, max_age_s=acquired.hints.max_age_s))
    paced = replace(poll.bounds, interval_s=learned.interval_s or poll.bounds.interval_s)
    return Outcome(
        state=state,
        reason=reason,
        failures=weight,
        next_fetch_at=next_poll_at(hinted, now, paced, failure_weight=weight, jitter=poll.jitter) or now,
        new_count=poll.new_count,
        edited_count=poll.edited_count,
        was=status.state,
        learned=learned,
        adopted_url=adopted_url,
        has_gap=has_gap,
    )


def hints_after(old: Hints, acquired: Acquired) -> Hints:
    """What the feed itself asks for: as the document says where it was read, else as the last one said."""
    if acquired.failure is None and (acquired.gate is Gate.WHOLE or acquired.parsed_count > 0):
        return replace(acquired.hints, max_age_s=None)
    return old


# -- states ----------------------------------------------------------------------------------------


def state_after(old: SourceState, old_reason: str, acquired: Acquired) -> tuple[SourceState, str]:
    """How a source is doing after a poll, and why in a sentence for people ("" where all is well).

    A pause is a person's decision and stays; a 304 clears no failure and no emptiness. `silent` needs the history of the
    source and is not decided here.
    """
    if old is SourceState.PAUSED:
        return old, old_reason
    if acquired.failure is not None:
        return _failed(acquired.failure)
    if acquired.moved_to is not None:
        return SourceState.MOVED, f"The address has moved for good to {acquired.moved_to}; not yet adopted."
    if acquired.gate is Gate.NOT_MODIFIED:
        return (SourceState.OK, "") if old in _WELL else (old, old_reason)
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
    if failure.status in BLOCKING_STATUSES or failure.kind is FailureKind.ROBOTS:
        return SourceState.BLOCKED, failure.message
    return SourceState.FAILING, failure.message


def with_silence(state: SourceState, reason: str, silent: str) -> tuple[SourceState, str]:
    """The state, or `silent` with its reason where that is the graver of the two."""
    if silent and state in (SourceState.OK, SourceState.EMPTY):
        return SourceState.SILENT, silent
    return state, reason


def remarks(learned: Learned, adopted_url: str | None, now: datetime) -> str:
    """What a person should know of a source that is well; "" for the most of them."""
    told = []
    if adopted_url is not None:
        told.append(f"Polled at {adopted_url} from now on: the old address had moved there for good.")
    if learned.gap_at is not None and now - learned.gap_at < TOLD_FOR:
        told.append(
            "Nothing was left of the poll before, so entries may have been missed; it is polled more often now."
        )
    if learned.validators_lie:
        told.append("Its ETag or date stays the same over new entries, so it is always asked for the whole document.")
    return " ".join(told)


# -- rhythm ----------------------------------------------------------------------------------------


def gaps_after(status: SourceStatus, new_count: int, now: datetime) -> tuple[int, ...]:
    """The gaps between polls that brought something new, this one's added, the last hundred. One in which the source was
    not polled well for a day is left out: it would be ours, not the source's."""
    gaps_s = status.learned.gaps_s
    if not new_count or status.last_new_at is None or status.last_success_at is None:
        return gaps_s
    gap_s = int((now - status.last_new_at).total_seconds())
    if gap_s <= 0 or (now - status.last_success_at).total_seconds() > DAY_S:
        return gaps_s
    return (*gaps_s, gap_s)[-GAPS_KEPT:]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How far apart new entries come, in seconds: half of the gaps are no longer than `median_s`, 19 of 20 than `most_s`."""

    median_s: int
    most_s: int
    gap_count: int


def rhythm(gaps_s: tuple[int, ...]) -> Rhythm | None:
    """The rhythm that the gaps show (median and 95th percentile by nearest rank); None where there are none."""
    if not gaps_s:
        return None
    in_order = sorted(gaps_s)
    return Rhythm(in_order[(len(in_order) - 1) // 2], in_order[math.ceil(0.95 * len(in_order)) - 1], len(in_order))


def silence(gaps_s: tuple[int, ...], last_new_at: datetime | None, now: datetime) -> str:
    """Why a source counts as silent: nothing new for three times as long as 19 of 20 of its gaps last, for a quarter longer
    than ever among those kept (a night, as a rule), and for an hour at least. "" where it does not, or where fewer than ten
    gaps are known."""
    found = rhythm(gaps_s)
    if found is None or found.gap_count < GAPS_NEEDED or last_new_at is None:
        return ""
    if (now - last_new_at).total_seconds() <= max(
        SILENT_FACTOR * found.most_s, LONGEST_FACTOR * max(gaps_s), SILENT_LEAST_S
    ):
        return ""
    return (
        f"It answers, and has had nothing new since {last_new_at:%Y-%m-%d %H:%M} UTC; "
        f"usually something comes within {span_text(found.most_s)}."
    )


def span_text(seconds: float) -> str:
    """A span for people, in one unit, never too short: "40 minutes", "6 hours", "3 days"."""
    for unit, unit_s, least in (("day", 86_400, 2), ("hour", 3_600, 2), ("minute", 60, 1)):
        if seconds >= least * unit_s:
            count = math.ceil(seconds / unit_s)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "a minute"


# -- moves -----------------------------------------------------------------------------------------


def moved_after(learned: Learned, acquired: Acquired, known: float | None, now: datetime) -> Learned:
    """The permanent redirect on record: a good poll begins, confirms (with known entries there) or ends it; a failure
    changes nothing."""
    if acquired.failure is not None:
        return learned
    if acquired.moved_to is None:
        return replace(learned, moved_to=None, moved_since=None, moved_count=0)
    is_same = acquired.moved_to == learned.moved_to and learned.moved_since is not None
    count = learned.moved_count if is_same else 0
    return replace(
        learned,
        moved_to=acquired.moved_to,
        moved_since=learned.moved_since if is_same else now,
        moved_count=count + (1 if known else 0),
    )


def adopted(url: str, learned: Learned, acquired: Acquired, now: datetime, *, is_bound: bool) -> str | None:
    """The address to poll from now on: where the old one moved to for good, confirmed three times over a day at least.

    None otherwise; never from https to http, and not to another origin where the source has credentials or headers of its
    own (`is_bound`), since they would go there too.
    """
    target, since = learned.moved_to, learned.moved_since
    if acquired.failure is not None or target is None or since is None:
        return None
    if learned.moved_count < CONFIRMATIONS or now - since < CONFIRMED_OVER:
        return None
    return target if may_adopt(url, target, is_bound=is_bound) else None


def may_adopt(url: str, target: str, *, is_bound: bool) -> bool:
    """Whether the new address may ever be adopted without a person's word."""
    old, new = urlsplit(url), urlsplit(target)
    is_downgrade = old.scheme == "https" and new.scheme != "https"
    return not is_downgrade and not (is_bound and old.netloc != new.netloc)
