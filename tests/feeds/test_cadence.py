"""When a source is asked again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.cadence import (
    Bounds,
    base_wait_s,
    failure_weight,
    failure_weight_after,
    has_lied,
    learned_interval_s,
    next_poll_at,
    share_known,
    spread,
    taking_turns,
    unskipped,
    wants_whole,
)
from monitor.model import Acquired, Failure, FailureKind, Gate, Hints, Job, Waiting

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
BOUNDS = Bounds(interval_s=900, min_s=300, max_s=7_200)
JOB = Job("s", "https://s.example/", etag=b'"1"', last_modified=b"Mon", body_hash=b"h", seen=b"12345678")


def polled(gate: Gate = Gate.CUT, count: int = 3, **changes: object) -> Acquired:
    return Acquired(source_id="s", gate=gate, cut_count=count, **changes)  # type: ignore[arg-type]


def failed(kind: FailureKind, status: int | None = None, wait_s: float | None = None) -> Acquired:
    return polled(failure=Failure(kind, "It did not work.", status, wait_s))


def wait_s(acquired: Acquired, bounds: Bounds = BOUNDS, weight: float = 0.0, jitter: float = 0.0) -> float:
    at = next_poll_at(acquired, NOW, bounds, failure_weight=weight, jitter=jitter)
    assert at is not None
    return (at - NOW).total_seconds()


@pytest.mark.parametrize(
    ("hints", "expected_s"),
    [
        (Hints(), 900),
        (Hints(ttl_s=60), 900),
        (Hints(ttl_s=3_600), 3_600),
        (Hints(max_age_s=1_800), 1_800),
        (Hints(ttl_s=1_000, max_age_s=999_999), 7_200),
    ],
)
def test_hints_lengthen_the_interval_within_the_bounds(hints: Hints, expected_s: float) -> None:
    assert base_wait_s(BOUNDS, hints, NOW) == expected_s
    assert wait_s(polled(hints=hints)) == expected_s


def test_an_interval_below_the_lower_bound_is_raised_to_it() -> None:
    assert wait_s(polled(), Bounds(1, 300, 7_200)) == 300
    assert wait_s(polled(), Bounds(1, 1, 7_200)) == 1


def test_jitter_spreads_by_up_to_a_tenth_and_stays_under_the_upper_bound() -> None:
    assert wait_s(polled(), jitter=0.5) == 945
    assert wait_s(polled(hints=Hints(ttl_s=7_200)), jitter=0.9) == 7_200


def test_back_off_grows_linearly_and_ends_at_a_day() -> None:
    waits = [wait_s(failed(FailureKind.HTTP, 404), weight=weight) for weight in (1, 2, 3)]
    assert waits == [1_800, 2_700, 3_600]
    assert wait_s(failed(FailureKind.HTTP, 404), weight=1_000) == 86_400
    assert wait_s(failed(FailureKind.HTTP, 404), Bounds(200_000, 1, 200_000), weight=9) == 200_000


def test_what_the_server_asks_for_is_obeyed_up_to_a_day() -> None:
    assert wait_s(failed(FailureKind.HTTP, 503, 10_000), weight=0.5) == 10_000
    assert wait_s(failed(FailureKind.HTTP, 503, 5), weight=0.5) == 1_350
    assert wait_s(failed(FailureKind.HTTP, 429, 10_000_000), weight=0.5) == 86_400


def test_a_retired_address_is_not_asked_again() -> None:
    assert next_poll_at(failed(FailureKind.GONE, 410), NOW, BOUNDS, failure_weight=1, jitter=0) is None


@given(
    st.floats(1, 1e6),
    st.floats(0, 1e3),
    st.floats(0, 1, exclude_max=True),
    st.none() | st.floats(0, 1e7),
    st.sampled_from([kind for kind in FailureKind if kind is not FailureKind.GONE]),
)
def test_no_poll_comes_before_the_lower_bound_or_the_servers_wish(
    interval_s: float, weight: float, jitter: float, asked_s: float | None, kind: FailureKind
) -> None:
    waited_s = wait_s(failed(kind, 503, asked_s), Bounds(interval_s, 300, 7_200), weight, jitter)
    assert waited_s >= 300 - 1e-3
    assert waited_s >= min(asked_s or 0, 86_400) - 1e-3
    assert waited_s <= 86_400 + 1e-3


@pytest.mark.parametrize(
    ("kind", "status", "weight"),
    [
        (FailureKind.HTTP, 404, 1),
        (FailureKind.NOT_A_FEED, 200, 1),
        (FailureKind.EMPTY_BODY, 200, 1),
        (FailureKind.HTTP, 429, 0.5),
        (FailureKind.HTTP, 503, 0.5),
        (FailureKind.CUT_OFF, 200, 0.5),
        (FailureKind.WORKER, 200, 0.5),
        (FailureKind.DNS, None, 0.25),
        (FailureKind.TIMEOUT, None, 0.25),
        (FailureKind.CONNECT, None, 0.25),
    ],
)
def test_failures_weigh_by_whose_fault_they_are(kind: FailureKind, status: int | None, weight: float) -> None:
    assert failure_weight(Failure(kind, "", status)) == weight
    assert failure_weight_after(2.0, failed(kind, status)) == 2.0 + weight


def test_a_good_answer_clears_the_weight_and_a_304_does_not() -> None:
    assert failure_weight_after(2.0, polled()) == 0
    assert failure_weight_after(2.0, polled(Gate.SAME_BODY)) == 0
    assert failure_weight_after(2.0, polled(Gate.NOT_MODIFIED)) == 2.0


# -- what the feed asks for ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "hours", "days", "expected"),
    [
        ("2026-11-23T08:30", (), (), "2026-11-23T08:30"),
        ("2026-11-23T08:30", (9, 10), (), "2026-11-23T08:30"),
        ("2026-11-23T08:30", (8, 9, 10), (), "2026-11-23T11:00"),
        ("2026-11-23T22:10", (22, 23, 0, 1), (), "2026-11-24T02:00"),
        ("2026-11-21T12:00", (), (5, 6), "2026-11-23T00:00"),
        ("2026-11-21T12:00", (0,), (5, 6), "2026-11-23T01:00"),
        ("2026-11-23T08:30", tuple(range(24)), (), "2026-11-23T08:30"),
        ("2026-11-23T08:30", (), tuple(range(7)), "2026-11-23T08:30"),
    ],
)
def test_hours_and_days_to_skip_are_left_out(
    at: str, hours: tuple[int, ...], days: tuple[int, ...], expected: str
) -> None:
    asked = Hints(skip_hours=hours, skip_days=days)
    found = unskipped(datetime.fromisoformat(at).replace(tzinfo=UTC), asked)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_hours_to_skip_lengthen_the_wait_up_to_the_upper_bound() -> None:
    assert wait_s(polled(hints=Hints(skip_hours=(8,)))) == 3_600
    assert wait_s(polled(hints=Hints(skip_hours=tuple(range(8, 20))))) == 7_200
    assert wait_s(polled(hints=Hints(skip_hours=tuple(range(8, 20)))), Bounds(900, 300, 86_400)) == 12 * 3_600
    assert wait_s(polled(hints=Hints(skip_hours=(0,)))) == 900


HINTS = st.builds(
    Hints,
    ttl_s=st.none() | st.floats(0, 1e8),
    max_age_s=st.none() | st.floats(0, 1e9),
    skip_hours=st.sets(st.integers(0, 23)).map(lambda found: tuple(sorted(found))),
    skip_days=st.sets(st.integers(0, 6)).map(lambda found: tuple(sorted(found))),
)


@given(HINTS, st.floats(1, 1e6), st.floats(0, 1, exclude_max=True))
def test_a_healthy_source_waits_within_the_bounds_and_as_long_as_it_asks(
    hints: Hints, interval_s: float, jitter: float
) -> None:
    waited_s = wait_s(polled(hints=hints), Bounds(interval_s, 300, 7_200), jitter=jitter)
    assert 300 - 1e-3 <= waited_s <= 7_200 + 1e-3
    for asked_s in (hints.ttl_s or 0, hints.max_age_s or 0, interval_s):
        assert waited_s >= min(asked_s, 7_200) - 1e-3


@given(st.lists(st.sampled_from([kind for kind in FailureKind if kind is not FailureKind.GONE]), min_size=2))
def test_waits_never_shrink_while_a_source_fails(kinds: list[FailureKind]) -> None:
    weight, waits = 0.0, []
    for kind in kinds:
        weight = failure_weight_after(weight, failed(kind))
        waits.append(wait_s(failed(kind), weight=weight))
    assert all(earlier <= later for earlier, later in pairwise(waits))
    assert waits[-1] <= 86_400


def test_the_jitter_of_a_wait_that_the_server_asks_for_is_at_most_a_minute() -> None:
    assert wait_s(failed(FailureKind.HTTP, 503, 10_000), weight=0.5, jitter=0.5) == 10_030
    assert wait_s(failed(FailureKind.HTTP, 503, 86_400), weight=0.5, jitter=0.9) == 86_400


# -- overlap ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acquired", "new_count", "share"),
    [
        (polled(Gate.CUT, 3, parsed_count=1), 1, 0.75),
        (polled(Gate.WHOLE, 0, parsed_count=4), 1, 0.75),
        (polled(Gate.WHOLE, 0, parsed_count=4), 4, 0.0),
        (polled(Gate.WHOLE, 0, parsed_count=4), 0, 1.0),
        (polled(Gate.WHOLE, 0), 0, None),
        (polled(Gate.NOT_MODIFIED, 0), 0, 1.0),
        (polled(Gate.SAME_BODY, 0), 0, 1.0),
        (failed(FailureKind.DNS), 0, None),
    ],
)
def test_the_share_of_known_entries(acquired: Acquired, new_count: int, share: float | None) -> None:
    assert share_known(JOB, acquired, new_count) == share


def test_nothing_is_known_of_the_share_before_there_was_a_document() -> None:
    assert share_known(Job("s", "https://s.example/"), polled(Gate.WHOLE, 0, parsed_count=4), 4) is None
    assert share_known(Job("s", "https://s.example/", body_hash=b"h"), polled(Gate.WHOLE, 0, parsed_count=4), 4) == 0


@pytest.mark.parametrize(
    ("known", "expected_s"),
    [(None, 1_000), (1.0, 1_100), (0.68, 1_100), (0.67, 1_000), (0.5, 1_000), (0.33, 1_000), (0.32, 500), (0.0, 500)],
)
def test_much_overlap_slows_down_and_little_speeds_up(known: float | None, expected_s: float) -> None:
    assert learned_interval_s(1_000, BOUNDS, known) == pytest.approx(expected_s)


@given(st.floats(1, 1e6), st.lists(st.none() | st.floats(0, 1)))
def test_a_learned_interval_stays_within_the_bounds(start_s: float, shares: list[float | None]) -> None:
    interval_s = start_s
    for known in shares:
        interval_s = learned_interval_s(interval_s, BOUNDS, known)
        assert BOUNDS.min_s <= interval_s <= BOUNDS.max_s


# -- validators ------------------------------------------------------------------------------------


def test_the_whole_document_is_asked_for_once_a_day_and_always_from_those_that_lie() -> None:
    day = timedelta(days=1)
    assert wants_whole(NOW, None, validators_lie=False)
    assert wants_whole(NOW, NOW - day, validators_lie=False)
    assert not wants_whole(NOW, NOW - day + timedelta(seconds=1), validators_lie=False)
    assert not wants_whole(NOW, NOW + day, validators_lie=False)
    assert wants_whole(NOW, NOW, validators_lie=True)


@pytest.mark.parametrize(
    ("changes", "news_count", "lied"),
    [
        ({"etag": b'"1"', "last_modified": b"Tue"}, 1, True),
        ({"etag": b'"1"', "last_modified": b"Tue"}, 0, False),
        ({"etag": b'"2"', "last_modified": b"Mon"}, 1, False),
        ({"etag": None, "last_modified": b"Mon"}, 1, False),
        ({"etag": b'"1"', "gate": Gate.NOT_MODIFIED}, 1, False),
        ({"etag": b'"1"', "failure": Failure(FailureKind.CUT_OFF, "x")}, 1, False),
    ],
)
def test_a_tag_that_stays_over_new_entries_is_a_lie(changes: dict[str, object], news_count: int, lied: bool) -> None:
    assert has_lied(JOB, polled(**changes), news_count) is lied  # type: ignore[arg-type]


def test_where_there_is_no_tag_a_date_can_lie() -> None:
    dated = Job("s", "https://s.example/", last_modified=b"Mon", body_hash=b"h")
    assert has_lied(dated, polled(last_modified=b"Mon"), 1)
    assert not has_lied(dated, polled(last_modified=b"Tue"), 1)
    assert not has_lied(Job("s", "https://s.example/", body_hash=b"h"), polled(), 1)


# -- many at once ----------------------------------------------------------------------------------

WAITING = st.lists(
    st.builds(
        Waiting,
        source_id=st.text(min_size=1, max_size=3),
        host=st.sampled_from(["a", "b", "c"]),
        interval_s=st.none() | st.floats(60, 7_200),
    )
)


def test_hosts_take_turns_in_the_order_they_came() -> None:
    waiting = [Waiting(id, host, None) for id, host in ("1a", "2a", "3b", "4a", "5c", "6b")]
    assert [source.source_id for source in taking_turns(waiting)] == ["1", "3", "5", "2", "6", "4"]


def test_a_handful_is_polled_at_once() -> None:
    waiting = [Waiting(str(number), "a", None) for number in range(8)]
    assert spread(waiting, NOW, 900, at_once=8, jitter=lambda: 0.5) == []
    assert spread([], NOW, 900, at_once=8, jitter=lambda: 0.5) == []


def test_many_lie_evenly_within_one_interval_of_their_own() -> None:
    waiting = [Waiting(str(number), "a", 100 if number == 9 else None) for number in range(10)]
    later = spread(waiting, NOW, 900, at_once=6, jitter=lambda: 0.5)
    assert [(id, (at - NOW).total_seconds()) for id, at in later] == [
        *(("6", 112.5), ("7", 337.5), ("8", 562.5), ("9", 87.5)),
    ]


@given(WAITING, st.integers(0, 5), st.floats(0, 1, exclude_max=True))
def test_none_waits_longer_than_one_interval_and_none_is_lost(
    waiting: list[Waiting], at_once: int, jitter: float
) -> None:
    assert sorted(taking_turns(waiting), key=repr) == sorted(waiting, key=repr)
    later = spread(waiting, NOW, 900, at_once=at_once, jitter=lambda: jitter)
    assert len(later) == max(0, len(waiting) - at_once)
    for (id, at), source in zip(later, taking_turns(waiting)[at_once:], strict=True):
        assert id == source.source_id
        assert NOW <= at <= NOW + timedelta(seconds=source.interval_s or 900)
