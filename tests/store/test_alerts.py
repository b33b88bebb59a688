"""Decisions, mutes and ailments as they are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import Alert, AlertKind, AlertState, MuteKind, Outgoing, Priority
from monitor.store import Store, open_store
from tests.desk import NOON, TakingIn, sentences

HOUR = timedelta(hours=1)
HELD, QUEUED, ROLLED_UP = AlertState.HELD, AlertState.QUEUED, AlertState.ROLLED_UP
DUE = Alert(
    *(0, 1, 1, 1, "paper", "talks", "desk", AlertKind.ALERT, Priority.ROUTINE, NOON, HELD, "why"),
    held_for="hourly roll-up",
    due_at=NOON + HOUR,
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TakingIn]:
    made = TakingIn(tmp_path / "monitor.db")
    made.add("paper", "Talks", sentences("talks", 5))
    made.add("herald", "Another", sentences("other", 5))
    yield made
    made.store.close()


@pytest.fixture
def store(desk: TakingIn) -> Store:
    return desk.store


def test_a_decision_is_read_as_it_was_kept(store: Store) -> None:
    with store.transaction():
        number = store.alerts.add(DUE)
    assert store.alerts.get(number) == replace(DUE, id=number)
    assert store.alerts.get(number + 1) is None
    assert store.alerts.of_story(1) == [replace(DUE, id=number)]
    assert store.alerts.of_story(2) == []


def test_decisions_go_with_their_items_when_stories_come_together(store: Store) -> None:
    with store.transaction():
        store.alerts.add(DUE)
        store.alerts.acknowledge(1, NOON)
        store.alerts.mute(MuteKind.STORY, "1", NOON + HOUR, NOON)
        store.stories.move(1, 2, NOON)
    assert [alert.story_id for alert in store.alerts.of_story(2)] == [2]
    assert store.alerts.acknowledged_at(2) == NOON
    assert [mute.story_id for mute in store.alerts.mutes(NOON)] == [2]


def test_what_is_due_is_rolled_up_put_off_or_silenced(store: Store) -> None:
    with store.transaction():
        numbers = [store.alerts.add(DUE) for _ in range(3)]
    assert not store.alerts.has_due(NOON)
    assert store.alerts.has_due(NOON + HOUR)
    assert [alert.id for alert in store.alerts.due(NOON + HOUR)] == numbers
    with store.transaction():
        store.alerts.roll_up([(numbers[0], 4)], "rollup:desk:1", NOON + HOUR)
        store.alerts.put_off([numbers[1]], NOON + 2 * HOUR, "cap", is_capped=True)
        store.alerts.silence([numbers[2]], "muted since")
    rolled, put_off, silenced = store.alerts.list()[::-1]
    assert (rolled.state, rolled.told_as, rolled.told_at, rolled.publisher_count) == (
        ROLLED_UP,
        "rollup:desk:1",
        NOON + HOUR,
        4,
    )
    assert (put_off.due_at, put_off.held_for, put_off.is_capped) == (NOON + 2 * HOUR, "cap", True)
    assert (silenced.state, silenced.held_for) == (AlertState.MUTED, "muted since")
    assert store.alerts.capped_until("desk") == NOON + 2 * HOUR
    assert store.alerts.capped_until("chat") is None


def test_what_was_held_by_a_clock_that_ran_ahead_waits_as_long_as_it_would_have(store: Store) -> None:
    with store.transaction():
        number = store.alerts.add(DUE)
    before = NOON - 24 * HOUR
    assert store.alerts.has_due(before)
    with store.transaction():
        assert store.alerts.follow_clock(before) == 1
        assert store.alerts.follow_clock(before) == 0
    alert = store.alerts.get(number)
    assert alert is not None
    assert (alert.decided_at, alert.due_at) == (before, before + HOUR)


def test_announcements_of_an_hour_are_counted_each_once(store: Store) -> None:
    with store.transaction():
        for minutes, told_as in ((10, "a"), (20, "b"), (20, "b"), (30, "c")):
            at = NOON + timedelta(minutes=minutes)
            store.alerts.add(replace(DUE, state=QUEUED, due_at=None, told_as=told_as, told_at=at))
    found = store.alerts.told_between("desk", NOON + timedelta(minutes=10), NOON + timedelta(minutes=30))
    assert found == (NOON + timedelta(minutes=20), NOON + timedelta(minutes=30))


def test_a_decision_names_the_rows_that_carry_it(store: Store) -> None:
    def row(key: str) -> Outgoing:
        return Outgoing(key, "alert", "desk", "a@x.example", f"<{key}@x>", "S", b"b")

    with store.transaction():
        for key in (
            "alert:desk:1",
            "alert:desk:1:a@x.example",
            "alert:desk:1:b@x.example",
            "alert:desk:12:a@x.example",
        ):
            store.deliveries.queue(row(key), NOON)
    assert store.alerts.deliveries_of("alert:desk:1") == [1, 2, 3]
    assert store.alerts.deliveries_of("alert:desk:9") == []


def test_a_mute_replaces_the_one_before_ends_by_itself_and_can_be_taken_back(store: Store) -> None:
    with store.transaction():
        store.alerts.mute(MuteKind.RULE, "talks", NOON + HOUR, NOON)
        second = store.alerts.mute(MuteKind.RULE, "talks", NOON + 3 * HOUR, NOON)
        store.alerts.mute(MuteKind.SOURCE, "paper", NOON + HOUR, NOON)
    assert [(mute.kind, mute.until) for mute in store.alerts.mutes(NOON)] == [
        (MuteKind.RULE, NOON + 3 * HOUR),
        (MuteKind.SOURCE, NOON + HOUR),
    ]
    assert [mute.id for mute in store.alerts.mutes(NOON + HOUR)] == [second]
    with store.transaction():
        store.alerts.forget_mutes(NOON + HOUR)
        assert store.alerts.unmute(second)
        assert not store.alerts.unmute(second)
    assert store.alerts.mutes(NOON) == []


def test_ailments_are_known_until_they_are_over(store: Store) -> None:
    with store.transaction():
        store.alerts.ail("disk", "The disk is nearly full", NOON)
    assert {key: known.since for key, known in store.alerts.ailments().items()} == {"disk": NOON}
    with store.transaction():
        store.alerts.recover("disk")
    assert store.alerts.ailments() == {}


def test_the_first_items_of_times_are_found_and_counted(desk: TakingIn) -> None:
    desk.add("paper", "Later", sentences("later", 5), hours=5)
    alerts = desk.store.alerts
    assert alerts.first_items_at([NOON - HOUR, NOON, NOON + HOUR, NOON + 6 * HOUR]) == [1, 1, 3, 4]
    assert (alerts.count_seen(NOON, NOON + HOUR), alerts.count_seen(NOON, NOON + 6 * HOUR)) == (2, 3)
    assert (alerts.has_items_before(NOON), alerts.has_items_before(NOON + HOUR)) == (False, True)


WRITES: list[Callable[[Store], object]] = [
    lambda store: store.alerts.add(DUE),
    lambda store: store.alerts.tell(1, "k", NOON),
    lambda store: store.alerts.keep_back(1, NOON, "why"),
    lambda store: store.alerts.put_off([1], NOON, "why", is_capped=False),
    lambda store: store.alerts.roll_up([(1, 1)], "k", NOON),
    lambda store: store.alerts.silence([1], "why"),
    lambda store: store.alerts.follow_clock(NOON),
    lambda store: store.alerts.acknowledge(1, NOON),
    lambda store: store.alerts.mute(MuteKind.RULE, "r", NOON, NOON),
    lambda store: store.alerts.unmute(1),
    lambda store: store.alerts.forget_mutes(NOON),
    lambda store: store.alerts.ail("k", "t", NOON),
    lambda store: store.alerts.recover("k"),
]


@pytest.mark.parametrize("write", WRITES)
def test_a_locked_database_is_told_by_every_method_that_writes(store: Store, write: Callable[[Store], object]) -> None:
    hurried = open_store(store.connection.path, busy_s=0.01)
    try:
        with store.transaction(), pytest.raises(StoreError, match="locked") as caught:
            write(hurried)
        assert caught.value.is_transient
    finally:
        hurried.close()


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("SELECT 1 FROM alert WHERE state = 'held' AND (due_at <= 1 OR decided_at > 1) LIMIT 1", "alert_held"),
        ("SELECT id FROM alert WHERE state = 'held' AND due_at <= 1", "alert_held"),
        ("SELECT min(due_at) FROM alert WHERE state = 'held' AND is_capped AND channel = 'a'", "alert_held"),
        ("SELECT told_at FROM alert WHERE channel = 'a' AND told_at > 1 AND told_at <= 2", "alert_told"),
        ("SELECT max(decided_at) FROM alert WHERE kind = 'spike' AND rule_id = 'r'", "alert_spike"),
    ],
)
def test_what_is_asked_every_second_or_item_is_asked_of_an_index(store: Store, statement: str, index: str) -> None:
    [plan] = {row[3] for row in store.connection.rows(f"EXPLAIN QUERY PLAN {statement}")}
    assert f"INDEX {index}" in plan
