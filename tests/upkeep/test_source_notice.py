"""The operator hears once a day what changed among the sources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.plan import AlertPlan
from monitor.errors import StoreError
from monitor.model import Acquired, Gate, Kind, Outcome, Source, SourceState, StateChange
from monitor.store import Store, open_store
from monitor.upkeep.source_notice import condensed, last_notice_time, notify_operator
from tests.alert_desk import plainly

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)  # 09:00 in Karachi
ZONE = "Asia/Karachi"
OK, FAILING, GONE, SILENT = SourceState.OK, SourceState.FAILING, SourceState.GONE, SourceState.SILENT


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "monitor.db")
    opened.sources.mirror([source(id) for id in ("a", "b", "c")])
    yield opened
    opened.close()


PLAN = AlertPlan(plainly, operator=("ops", "chat"), timezone=ZONE)


def source(id: str) -> Source:
    return Source(id, f"https://{id}.example/feed", f"Source {id.upper()}", id, Kind.PRESS)


def change(store: Store, id: str, was: SourceState, state: SourceState, at: datetime, reason: str = "") -> None:
    with store.transaction():
        outcome = Outcome(state, reason, 0.0, at, 0, 0, was=was)
        store.sources.record(store.sources.job(source(id)), Acquired(id, Gate.CUT), outcome, at)


def texts(store: Store) -> list[str]:
    rows = store.deliveries.list()
    return [(store.deliveries.body(row.id) or b"").decode() for row in rows]


def test_what_changed_overnight_is_told_once_on_every_channel(store: Store) -> None:
    change(store, "a", OK, FAILING, NOW - timedelta(hours=5), "a.example did not answer in time.")
    change(store, "b", OK, SILENT, NOW - timedelta(hours=4), "It answers, and has had nothing new.")
    change(store, "c", FAILING, OK, NOW - timedelta(minutes=5))
    assert notify_operator(store, PLAN, NOW) == 2
    assert notify_operator(store, PLAN, NOW + timedelta(hours=1)) == 0
    rows = store.deliveries.list()
    assert {(row.channel, row.subject) for row in rows} == {
        ("ops", "Sources: 2 need a look, 1 well again"),
        ("chat", "Sources: 2 need a look, 1 well again"),
    }
    assert len({row.message_id for row in rows}) == 2
    text = texts(store)[0]
    assert "- Source A (a), since 2026-11-23 04:00; was ok: a.example did not answer in time." in text
    assert text.index("Failing (1)") < text.index("Silent (1)") < text.index("Well again (1)")


def test_what_changes_after_the_hour_waits_for_the_next_day(store: Store) -> None:
    change(store, "a", OK, FAILING, NOW)
    assert notify_operator(store, PLAN, NOW + timedelta(hours=20)) == 0
    assert notify_operator(store, PLAN, NOW + timedelta(hours=21)) == 2
    change(store, "a", FAILING, OK, NOW + timedelta(hours=22))
    assert notify_operator(store, PLAN, NOW + timedelta(hours=23)) == 0
    assert notify_operator(store, PLAN, NOW + timedelta(days=9)) == 2


def test_nothing_changed_is_no_mail(store: Store) -> None:
    assert notify_operator(store, PLAN, NOW) == 0
    assert store.deliveries.list() == []


def test_without_a_channel_nothing_counts_as_told(store: Store) -> None:
    change(store, "a", OK, GONE, NOW - timedelta(hours=5), "The publisher has retired this address.")
    assert notify_operator(store, AlertPlan(plainly), NOW) == 0
    assert notify_operator(store, PLAN, NOW) == 2
    assert "Retired by their publishers" in texts(store)[0]


def test_a_day_has_one_notice_though_the_clock_goes_back(store: Store) -> None:
    change(store, "a", OK, FAILING, NOW - timedelta(hours=5))
    assert notify_operator(store, PLAN, NOW) == 2
    change(store, "a", FAILING, OK, NOW - timedelta(hours=6))
    assert notify_operator(store, PLAN, NOW - timedelta(minutes=5)) == 0
    assert len(store.deliveries.list()) == 2
    assert len(store.sources.untold_changes()) == 1
    assert notify_operator(store, PLAN, NOW + timedelta(days=1)) == 2


def test_a_store_that_fails_leaves_it_untold(store: Store) -> None:
    change(store, "a", OK, FAILING, NOW - timedelta(hours=5))
    hurried = open_store(store.connection.path, busy_s=0.01)
    with store.transaction(), pytest.raises(StoreError, match="locked"):
        notify_operator(hurried, PLAN, NOW)
    hurried.close()
    assert notify_operator(store, PLAN, NOW) == 2


def test_a_source_is_told_once_from_its_first_state_to_its_last() -> None:
    changes = [
        StateChange(1, "b", "Beta", NOW, OK, FAILING, "first"),
        StateChange(2, "a", "alpha", NOW, FAILING, OK, ""),
        StateChange(3, "b", "Beta", NOW, FAILING, GONE, "last"),
        StateChange(4, "c", "Gamma", NOW, OK, FAILING, "passing"),
        StateChange(5, "c", "Gamma", NOW, FAILING, OK, ""),
    ]
    alpha, beta, gamma = condensed(changes)
    assert (alpha.source_id, alpha.was, alpha.state, alpha.is_passing) == ("a", FAILING, OK, False)
    assert (beta.was, beta.state, beta.reason, beta.change_count) == (OK, GONE, "last", 2)
    assert gamma.is_passing


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.sampled_from(["UTC", "Asia/Karachi", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
)
def test_the_hour_is_within_the_last_day_and_comes_once_a_day(now: datetime, zone: str) -> None:
    due_at = last_notice_time(now, zone)
    assert timedelta() <= now - due_at <= timedelta(hours=25)
    assert last_notice_time(due_at, zone) == due_at
    assert last_notice_time(due_at - timedelta(seconds=1), zone) < due_at - timedelta(hours=22)
