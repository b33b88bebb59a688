"""How a source is said to be doing, and what its polls teach."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.cadence import Bounds
from monitor.feeds.condition import (
    Poll,
    Rhythm,
    adopted,
    gaps_after,
    hints_after,
    judge,
    moved_after,
    rhythm,
    silence,
    span_text,
    state_after,
)
from monitor.model import (
    Acquired,
    Failure,
    FailureKind,
    Gate,
    Hints,
    Job,
    Kind,
    Learned,
    Outcome,
    SourceFacts,
    SourceState,
    SourceStatus,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BOUNDS = Bounds(interval_s=900, min_s=300, max_s=7_200)
OLD, TARGET = "http://s.example/feed", "https://s.example/feed"
JOB = Job("s", OLD, etag=b'"1"', body_hash=b"h", seen=b"12345678")
STATUS = SourceStatus(
    facts=SourceFacts("s", "S", "S", Kind.PRESS),
    enabled=True,
    configured_url=OLD,
    url=OLD,
    moved_to=None,
    site_url=None,
    state=SourceState.OK,
    reason="",
    failures=0.0,
    item_count=30,
    next_fetch_at=NOW,
    last_polled_at=NOW - HOUR,
    last_success_at=NOW - HOUR,
    last_new_at=NOW - HOUR,
)


def polled(gate: Gate = Gate.CUT, count: int = 3, **changes: object) -> Acquired:
    return Acquired(source_id="s", gate=gate, cut_count=count, **changes)  # type: ignore[arg-type]


def failed(kind: FailureKind, status: int | None = None) -> Acquired:
    return polled(failure=Failure(kind, "It did not work.", status))


def judged(acquired: Acquired, new_count: int = 0, status: SourceStatus = STATUS, **changes: object) -> Outcome:
    poll = Poll(JOB, acquired, new_count, 0, NOW, BOUNDS)
    return judge(status, replace(poll, **changes))  # type: ignore[arg-type]


# -- states ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acquired", "state"),
    [
        (polled(), SourceState.OK),
        (polled(Gate.WHOLE, 0, parsed_count=2), SourceState.OK),
        (polled(Gate.WHOLE, 0), SourceState.EMPTY),
        (polled(Gate.SAME_BODY, 0), SourceState.OK),
        (polled(Gate.NOT_MODIFIED, 0), SourceState.OK),
        (polled(moved_to="https://new.example/"), SourceState.MOVED),
        (failed(FailureKind.GONE, 410), SourceState.GONE),
        (failed(FailureKind.HTTP, 401), SourceState.BLOCKED),
        (failed(FailureKind.HTTP, 403), SourceState.BLOCKED),
        (failed(FailureKind.HTTP, 429), SourceState.BLOCKED),
        (failed(FailureKind.HTTP, 451), SourceState.BLOCKED),
        (failed(FailureKind.HTTP, 404), SourceState.FAILING),
        (failed(FailureKind.DNS), SourceState.FAILING),
        (failed(FailureKind.ROBOTS), SourceState.BLOCKED),
        (failed(FailureKind.NOT_A_FEED, 200), SourceState.NOT_A_FEED),
    ],
)
def test_a_new_source_is_told_by_its_first_poll(acquired: Acquired, state: SourceState) -> None:
    found, reason = state_after(SourceState.NEW, "", acquired)
    assert found is state
    assert bool(reason) == (state is not SourceState.OK)


def test_a_pause_outlasts_every_poll() -> None:
    assert state_after(SourceState.PAUSED, "by hand", failed(FailureKind.DNS)) == (SourceState.PAUSED, "by hand")


def test_a_304_keeps_the_state_and_its_reason() -> None:
    kept = state_after(SourceState.EMPTY, "no entries", polled(Gate.NOT_MODIFIED, 0))
    assert kept == (SourceState.EMPTY, "no entries")


def test_the_same_body_clears_a_failure_and_not_emptiness() -> None:
    assert state_after(SourceState.FAILING, "late", polled(Gate.SAME_BODY, 0)) == (SourceState.OK, "")
    assert state_after(SourceState.EMPTY, "none", polled(Gate.SAME_BODY, 0)) == (SourceState.EMPTY, "none")


def test_reasons_name_the_new_address_and_the_feeds_of_a_page() -> None:
    moved = state_after(SourceState.OK, "", polled(moved_to="https://new.example/feed"))
    assert "https://new.example/feed" in moved[1]
    page = Failure(
        FailureKind.NOT_A_FEED, "A page.", 200, found_feeds=("https://a.example/rss", "https://b.example/rss")
    )
    assert state_after(SourceState.OK, "", polled(failure=page))[1] == "A page. It names a feed: https://a.example/rss"


# -- what a poll teaches ---------------------------------------------------------------------------


def test_a_first_poll_learns_the_configured_interval_and_tells_nothing_of_the_rhythm() -> None:
    new = replace(STATUS, state=SourceState.NEW, item_count=0, last_success_at=None, last_new_at=None)
    outcome = judged(polled(Gate.WHOLE, 0, parsed_count=30), 30, new, job=Job("s", OLD))
    assert (outcome.state, outcome.reason, outcome.was, outcome.has_gap) == (
        SourceState.OK,
        "",
        SourceState.NEW,
        False,
    )
    assert outcome.learned == Learned(interval_s=900, interval_of_s=900, whole_at=NOW)
    assert outcome.next_fetch_at == NOW + timedelta(seconds=900)


def test_overlap_moves_the_next_poll() -> None:
    slower = judged(polled(Gate.CUT, 29, parsed_count=1), 1)
    faster = judged(polled(Gate.CUT, 5, parsed_count=25), 25)
    assert (slower.next_fetch_at - NOW).total_seconds() == pytest.approx(990)
    assert (faster.next_fetch_at - NOW).total_seconds() == pytest.approx(450)
    assert judged(failed(FailureKind.DNS)).learned.interval_s == 900


def test_a_changed_interval_in_the_file_is_learned_from_anew() -> None:
    slow = replace(STATUS, learned=Learned(interval_s=7_000, interval_of_s=900))
    assert judged(polled(), status=slow).learned.interval_s == 7_200
    assert judged(polled(), status=slow, bounds=replace(BOUNDS, interval_s=600)).learned.interval_s == pytest.approx(
        660
    )


def test_a_document_that_knows_nothing_of_the_one_before_is_a_gap_for_a_day() -> None:
    outcome = judged(polled(Gate.WHOLE, 0, parsed_count=30), 30)
    assert (outcome.has_gap, outcome.learned.gap_at, outcome.state) == (True, NOW, SourceState.OK)
    assert "may have been missed" in outcome.reason
    after = replace(STATUS, learned=outcome.learned, reason=outcome.reason)
    assert judged(polled(Gate.NOT_MODIFIED, 0), status=after, now=NOW + 23 * HOUR).reason == outcome.reason
    assert judged(polled(Gate.NOT_MODIFIED, 0), status=after, now=NOW + DAY).reason == ""


@pytest.mark.parametrize(
    "status", [replace(STATUS, item_count=0), replace(STATUS, state=SourceState.EMPTY)], ids=["none", "empty"]
)
def test_where_there_was_no_entry_before_there_is_no_gap(status: SourceStatus) -> None:
    assert not judged(polled(Gate.WHOLE, 0, parsed_count=2), 2, status).has_gap


def test_a_lie_is_found_remembered_and_told() -> None:
    outcome = judged(polled(Gate.CUT, 29, parsed_count=1, etag=b'"1"'), 1)
    assert outcome.learned.validators_lie
    assert "always asked for the whole document" in outcome.reason
    later = judged(polled(Gate.SAME_BODY, 0, etag=b'"2"'), status=replace(STATUS, learned=outcome.learned))
    assert later.learned.validators_lie


def test_a_whole_document_is_noted_and_a_304_is_none() -> None:
    assert judged(polled(Gate.SAME_BODY, 0)).learned.whole_at == NOW
    assert judged(polled(Gate.NOT_MODIFIED, 0)).learned.whole_at is None
    assert judged(failed(FailureKind.CUT_OFF)).learned.whole_at is None


def test_what_the_feed_asked_for_stands_until_it_is_read_again() -> None:
    asked = Hints(ttl_s=3_600, skip_hours=(1,))
    read = polled(Gate.CUT, 3, parsed_count=1, hints=replace(asked, max_age_s=60))
    assert hints_after(Hints(), read) == asked
    assert hints_after(asked, polled(Gate.NOT_MODIFIED, 0)) == asked
    assert hints_after(asked, polled(Gate.CUT, 3)) == asked
    assert hints_after(asked, failed(FailureKind.CUT_OFF)) == asked
    assert hints_after(asked, polled(Gate.WHOLE, 0)) == Hints()
    slow = replace(STATUS, learned=Learned(hints=asked))
    assert judged(polled(Gate.NOT_MODIFIED, 0), status=slow).next_fetch_at == NOW + HOUR


def test_a_retired_source_is_gone_and_a_paused_one_stays_paused() -> None:
    assert judged(failed(FailureKind.GONE, 410)).state is SourceState.GONE
    paused = replace(STATUS, state=SourceState.PAUSED, reason="paused by hand")
    assert (judged(polled(), status=paused).state, judged(polled(), status=paused).reason) == (
        SourceState.PAUSED,
        "paused by hand",
    )


# -- rhythm ----------------------------------------------------------------------------------------


def test_a_rhythm_is_the_median_and_the_gap_that_19_of_20_keep_to() -> None:
    assert rhythm(()) is None
    assert rhythm((60,)) == Rhythm(60, 60, 1)
    assert rhythm(tuple(range(1, 21))) == Rhythm(10, 19, 20)
    assert rhythm((5, 1, 3)) == Rhythm(3, 5, 3)


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=50))
def test_a_rhythm_lies_among_its_gaps(gaps: list[int]) -> None:
    found = rhythm(tuple(gaps))
    assert found is not None
    assert min(gaps) <= found.median_s <= found.most_s <= max(gaps)
    assert sum(gap <= found.most_s for gap in gaps) >= 0.95 * len(gaps)


@pytest.mark.parametrize(
    ("gaps", "quiet_for", "is_silent"),
    [
        ((3_600,) * 10, 3 * HOUR, False),
        ((3_600,) * 10, 3 * HOUR + timedelta(minutes=1), True),
        ((900,) * 99 + (28_800,), 9 * HOUR, False),  # last night it was quiet as long
        ((900,) * 99 + (28_800,), 11 * HOUR, True),
        ((300,) * 10, HOUR, False),  # an hour at least
        ((300,) * 10, HOUR + timedelta(minutes=1), True),
        ((3_600,) * 9, timedelta(days=99), False),  # nine gaps are no rhythm
        ((86_400,) * 10, 3 * DAY, False),
        ((86_400,) * 10, 3 * DAY + HOUR, True),
        ((3_600,) * 18 + (259_200,) * 2, 8 * DAY, False),  # quiet week-ends belong to its rhythm
    ],
)
def test_silence_goes_by_a_sources_own_rhythm(gaps: tuple[int, ...], quiet_for: timedelta, is_silent: bool) -> None:
    assert bool(silence(gaps, NOW - quiet_for, NOW)) is is_silent


def test_silence_says_since_when_and_what_is_usual() -> None:
    said = silence((7_200,) * 10, NOW - 2 * DAY, NOW)
    assert said == (
        "It answers, and has had nothing new since 2026-11-21 08:00 UTC; usually something comes within 2 hours."
    )
    assert silence((7_200,) * 10, None, NOW) == ""


@pytest.mark.parametrize("acquired", [polled(), polled(Gate.NOT_MODIFIED, 0), polled(Gate.SAME_BODY, 0)])
def test_a_silent_source_recovers_with_the_first_new_entry(acquired: Acquired) -> None:
    quiet = replace(STATUS, learned=Learned(gaps_s=(3_600,) * 10), last_new_at=NOW - 2 * DAY)
    silent = judged(acquired, status=quiet)
    assert silent.state is SourceState.SILENT
    again = replace(quiet, state=silent.state, reason=silent.reason)
    assert judged(acquired, status=again).state is SourceState.SILENT
    back = judged(polled(parsed_count=1), 1, again)
    assert (back.state, back.reason) == (SourceState.OK, "")


def test_an_empty_feed_may_be_silent_and_a_failing_one_is_failing() -> None:
    quiet = replace(STATUS, learned=Learned(gaps_s=(3_600,) * 10), last_new_at=NOW - 2 * DAY)
    assert judged(polled(Gate.WHOLE, 0), status=quiet).state is SourceState.SILENT
    assert judged(failed(FailureKind.DNS), status=quiet).state is SourceState.FAILING
    assert judged(polled(moved_to=TARGET), status=quiet).state is SourceState.MOVED


def test_gaps_are_kept_where_they_are_the_sources_own() -> None:
    known = replace(STATUS, learned=Learned(gaps_s=(5,) * 100))
    assert gaps_after(known, 0, NOW) == (5,) * 100
    assert gaps_after(known, 2, NOW) == (*(5,) * 99, 3_600)
    assert gaps_after(replace(known, last_new_at=None), 2, NOW) == (5,) * 100
    assert gaps_after(replace(known, last_new_at=NOW + HOUR), 2, NOW) == (5,) * 100
    away = replace(known, last_success_at=NOW - 2 * DAY, last_new_at=NOW - 3 * DAY)
    assert gaps_after(away, 2, NOW) == (5,) * 100


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5, "a minute"), (60, "1 minute"), (3_600, "60 minutes"), (7_201, "3 hours"), (172_800, "2 days")],
)
def test_spans_in_words(seconds: float, text: str) -> None:
    assert span_text(seconds) == text


# -- moves -----------------------------------------------------------------------------------------


def moves(count: int, since: datetime, to: str = TARGET) -> Learned:
    return Learned(moved_to=to, moved_since=since, moved_count=count)


def test_a_move_is_shown_at_once_confirmed_by_known_entries_and_ended_by_a_direct_answer() -> None:
    moved = polled(moved_to=TARGET)
    first = moved_after(Learned(), moved, 0.0, NOW)
    assert first == moves(0, NOW)
    second = moved_after(first, moved, 0.9, NOW + HOUR)
    assert second == moves(1, NOW)
    assert moved_after(second, failed(FailureKind.DNS), None, NOW) == second
    elsewhere = polled(moved_to="https://other.example/")
    assert moved_after(second, elsewhere, 1.0, NOW + HOUR) == moves(1, NOW + HOUR, "https://other.example/")
    assert moved_after(second, polled(), 1.0, NOW) == Learned()


@pytest.mark.parametrize(
    ("url", "learned", "is_bound", "expected"),
    [
        (OLD, moves(3, NOW - DAY), False, TARGET),
        (OLD, moves(2, NOW - 9 * DAY), False, None),
        (OLD, moves(9, NOW - DAY + HOUR), False, None),
        (OLD, Learned(), False, None),
        ("https://s.example/", moves(3, NOW - DAY, "http://s.example/x"), False, None),
        ("http://a.example/", moves(3, NOW - DAY, "http://b.example/"), False, "http://b.example/"),
        ("http://a.example/", moves(3, NOW - DAY, "http://b.example/"), True, None),
        (OLD, moves(3, NOW - DAY), True, TARGET),
    ],
)
def test_a_move_is_adopted_after_three_confirmations_over_a_day(
    url: str, learned: Learned, is_bound: bool, expected: str | None
) -> None:
    assert adopted(url, learned, polled(), NOW, is_bound=is_bound) == expected
    assert adopted(url, learned, failed(FailureKind.DNS), NOW, is_bound=is_bound) is None


def test_an_adopted_address_ends_the_move_and_says_so() -> None:
    moved = replace(STATUS, state=SourceState.MOVED, learned=moves(2, NOW - DAY))
    outcome = judged(polled(moved_to=TARGET), status=moved)
    assert (outcome.adopted_url, outcome.state, outcome.learned.moved_to) == (TARGET, SourceState.OK, None)
    assert outcome.reason.startswith(f"Polled at {TARGET} from now on")
    waiting = judged(polled(moved_to=TARGET), status=moved, is_bound=True, job=replace(JOB, url="http://b.example/"))
    assert (waiting.adopted_url, waiting.state, waiting.learned.moved_to) == (None, SourceState.MOVED, TARGET)
    assert waiting.reason.endswith("write the new one into sources.toml to go there.")
    assert judged(polled(moved_to=TARGET)).reason.endswith("not yet adopted.")
    assert judged(polled(), status=moved).state is SourceState.OK
    assert judged(polled(Gate.NOT_MODIFIED, 0), status=moved).state is SourceState.OK


# -- thirty days -----------------------------------------------------------------------------------


def live(every: timedelta, window: int, days: int = 30) -> tuple[SourceStatus, list[tuple[datetime, Outcome]]]:
    """Poll a source that publishes one entry `every` so often and shows the last `window`, as often as is decided."""
    start, status, seen = NOW, replace(STATUS, state=SourceState.NEW, item_count=0), set[int]()
    status, job, now = replace(status, last_success_at=None, last_new_at=None), Job("s", OLD), start
    told = []
    while now < start + days * DAY:
        newest = 1_000 + (now - start) // every
        shown = set(range(newest - window + 1, newest + 1))
        fresh = shown - seen
        gate = Gate.CUT if fresh else Gate.NOT_MODIFIED
        acquired = polled(gate, len(shown - fresh) if fresh else 0, parsed_count=len(fresh))
        outcome = judge(status, Poll(job, acquired, len(fresh), 0, now, BOUNDS, jitter=(now.minute % 10) / 10))
        told.append((now, outcome))
        seen, job = seen | shown, JOB
        status = replace(
            status,
            state=outcome.state,
            reason=outcome.reason,
            learned=outcome.learned,
            item_count=len(seen),
            last_success_at=now,
            last_new_at=now if fresh else status.last_new_at,
        )
        now = outcome.next_fetch_at
    return status, told


@pytest.mark.parametrize(
    ("every", "window", "low_s", "high_s"),
    [
        (HOUR, 30, 7_200, 7_200),  # much overlap: as rarely as is allowed
        (DAY, 30, 7_200, 7_200),
        (timedelta(minutes=2), 30, 1_200, 2_500),  # thirty entries an hour: a third to two thirds of them known
        (timedelta(minutes=1), 5, 300, 300),  # rotates faster than it may be asked
    ],
)
def test_in_thirty_days_the_interval_settles_by_the_overlap(
    every: timedelta, window: int, low_s: float, high_s: float
) -> None:
    status, told = live(every, window)
    assert status.state is SourceState.OK
    last = [outcome.learned.interval_s or 0 for at, outcome in told[-20:]]
    assert low_s <= min(last) <= max(last) <= high_s
    assert all(300 <= (outcome.next_fetch_at - at).total_seconds() <= 7_200.001 for at, outcome in told)


def test_a_source_that_is_seldom_caught_up_with_shows_gaps_and_a_slow_one_none() -> None:
    assert any(outcome.has_gap for _, outcome in live(timedelta(minutes=1), 5, days=1)[1])
    assert not any(outcome.has_gap for _, outcome in live(timedelta(minutes=2), 30, days=10)[1])


def test_a_daily_source_learns_its_rhythm() -> None:
    status, _ = live(DAY, 30)
    found = rhythm(status.learned.gaps_s)
    assert found is not None
    assert found.gap_count == 29
    assert 22 * 3_600 <= found.median_s <= found.most_s <= 27 * 3_600


def test_a_source_that_answers_304_only_settles_at_the_upper_bound_within_a_day() -> None:
    status, told = live(timedelta(days=99), 30)
    assert status.learned.interval_s == 7_200
    assert next(at for at, outcome in told if outcome.learned.interval_s == 7_200) <= NOW + DAY
