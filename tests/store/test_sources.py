"""Sources in the store: who is due and in what order, clocks that jump, changes of state, addresses that move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import Acquired, Gate, Kind, Learned, Outcome, Source, SourceState, Waiting
from monitor.store import Store, open_store

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def source(id: str, host: str = "a.example") -> Source:
    return Source(id, f"https://{host}/{id}", f"Source {id}", id, Kind.PRESS)


def settle(store: Store, id: str, *, due_at: datetime, at: datetime = NOW, **changes: object) -> None:
    """Record a poll of a source at `at`, after which it is due at `due_at`."""
    outcome = replace(Outcome(SourceState.OK, "", 0.0, due_at, 0, 0), **changes)  # type: ignore[arg-type]
    with store.transaction():
        store.sources.record(store.sources.job(source(id)), Acquired(id, Gate.CUT), outcome, at)


def change(store: Store, id: str, was: SourceState, state: SourceState, at: datetime = NOW, reason: str = "") -> None:
    settle(store, id, due_at=at, at=at, was=was, state=state, reason=reason)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "monitor.db")
    opened.sources.mirror([source("a"), source("b"), source("c"), source("d", "d.example")])
    yield opened
    opened.close()


def test_hosts_take_turns_and_each_hosts_longest_overdue_comes_first(store: Store) -> None:
    for id, minutes in (("a", 1), ("b", 4), ("c", 3), ("d", 0)):
        settle(store, id, due_at=NOW - minutes * MINUTE)
    assert store.sources.due(NOW, 9) == ["b", "d", "c", "a"]
    assert store.sources.due(NOW, 9, a_host=1) == ["b", "d"]
    assert store.sources.due(NOW, 3) == ["b", "d", "c"]
    assert store.sources.due(NOW - 2 * MINUTE, 9) == ["b", "c"]


def test_only_sources_polled_before_are_overdue(store: Store) -> None:
    settle(store, "a", due_at=NOW - MINUTE, learned=Learned(interval_s=60.0))
    settle(store, "d", due_at=NOW - 2 * MINUTE)
    assert store.sources.overdue(NOW) == [Waiting("d", "d.example", None), Waiting("a", "a.example", 60.0)]


def test_a_source_put_off_is_due_at_its_new_time(store: Store) -> None:
    store.sources.put_off([(id, NOW + MINUTE) for id in ("a", "b", "c", "d")])
    assert store.sources.due(NOW, 9) == []
    assert len(store.sources.due(NOW + MINUTE, 9)) == 4


def test_when_the_clock_was_set_back_what_is_to_come_follows_it(store: Store) -> None:
    settle(store, "a", at=NOW, due_at=NOW + 15 * MINUTE)
    settle(store, "b", at=NOW - 5 * MINUTE, due_at=NOW + 10 * MINUTE)
    settle(store, "c", at=NOW - 90 * MINUTE, due_at=NOW - 80 * MINUTE)
    back = NOW - timedelta(hours=1)
    assert store.sources.follow_clock(back)
    waits = {id: store.sources.status(id) for id in "abc"}
    assert {id: status and status.next_fetch_at - back for id, status in waits.items()} == {
        "a": 15 * MINUTE,
        "b": 10 * MINUTE,
        "c": -20 * MINUTE,
    }
    assert store.sources.last_polled_at() == back
    assert not store.sources.follow_clock(back)


def test_a_clock_that_goes_forward_changes_nothing(store: Store) -> None:
    assert not store.sources.follow_clock(NOW)
    settle(store, "a", due_at=NOW + MINUTE)
    assert not store.sources.follow_clock(NOW + timedelta(days=3))
    status = store.sources.status("a")
    assert status is not None
    assert status.next_fetch_at == NOW + MINUTE


def test_an_adopted_address_is_polled_and_a_changed_one_in_the_file_resets_it(store: Store) -> None:
    settle(store, "a", due_at=NOW, adopted_url="https://New.example/a", learned=Learned(gaps_s=(60,)))
    status = store.sources.status("a")
    assert status is not None
    assert (status.url, status.configured_url) == ("https://New.example/a", "https://a.example/a")
    assert store.sources.overdue(NOW) == [Waiting("a", "new.example", None)]
    store.sources.mirror([source("a")])
    assert store.sources.job(source("a")).url == "https://New.example/a"
    store.sources.mirror([replace(source("a"), url="https://other.example/a")])
    status = store.sources.status("a")
    assert status is not None
    assert (status.url, status.state, status.learned) == ("https://other.example/a", SourceState.NEW, Learned())


def test_a_retired_source_is_left_alone_until_it_is_resumed(store: Store) -> None:
    settle(store, "a", due_at=NOW, state=SourceState.GONE, failures=3.0)
    assert "a" not in store.sources.due(NOW, 9)
    assert "a" not in store.sources.active()
    with store.transaction():
        assert store.sources.pause("a", paused=False)
    assert "a" in store.sources.due(NOW, 9)
    status = store.sources.status("a")
    assert status is not None
    assert (status.state, status.failures) == (SourceState.NEW, 0.0)


def test_changes_of_state_are_kept_until_they_are_told(store: Store) -> None:
    change(store, "a", SourceState.NEW, SourceState.OK)
    change(store, "b", SourceState.OK, SourceState.OK)
    change(store, "c", SourceState.OK, SourceState.FAILING, reason="No answer.")
    change(store, "d", SourceState.FAILING, SourceState.OK, at=NOW + MINUTE)
    first, second = store.sources.untold_changes()
    assert (first.source_id, first.name, first.was, first.state, first.reason, first.at) == (
        *("c", "Source c", SourceState.OK, SourceState.FAILING, "No answer.", NOW),
    )
    with store.transaction():
        store.sources.mark_told(first.id)
    assert store.sources.untold_changes() == [second]
    store.sources.mirror([source("a")])
    assert store.sources.untold_changes() == []


def test_changes_are_forgotten_after_ninety_days(store: Store) -> None:
    change(store, "a", SourceState.OK, SourceState.FAILING)
    store.sources.trim_changes(NOW + timedelta(days=90))
    assert len(store.sources.untold_changes()) == 1
    store.sources.trim_changes(NOW + timedelta(days=91))
    assert store.sources.untold_changes() == []


def test_trust_is_none_before_the_first_document(store: Store) -> None:
    assert store.sources.trust("a") == store.sources.trust("nobody") == (None, False)
    settle(store, "a", due_at=NOW, learned=Learned(validators_lie=True, whole_at=NOW))
    assert store.sources.trust("a") == (NOW, True)


def test_the_clock_can_be_followed_only_when_the_store_can_be_written(store: Store) -> None:
    settle(store, "a", due_at=NOW)
    other = open_store(store.connection.path, busy_s=0.01)
    with store.transaction(), pytest.raises(StoreError, match="locked"):
        other.sources.follow_clock(NOW - timedelta(hours=1))
    other.close()
