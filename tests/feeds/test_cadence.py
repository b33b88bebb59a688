"""When a source is asked again, and what is said of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.cadence import (
    Bounds,
    base_wait_s,
    failure_weight,
    failure_weight_after,
    next_poll_at,
)
from monitor.feeds.condition import state_after
from monitor.model import Acquired, Failure, FailureKind, Gate, Hints, SourceState

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
BOUNDS = Bounds(interval_s=900, min_s=300, max_s=7_200)


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
