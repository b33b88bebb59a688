"""Rules as they came into force, and how far the backlog was tagged by them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import Match, Source, Span
from monitor.store import Store, open_store
from monitor.store.rules import Pending

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "monitor.db")
    opened.sources.mirror([Source("a", "https://a.example/feed", "A", "A")])
    yield opened
    opened.close()


def add(store: Store, count: int) -> None:
    """Bare rows: nothing here looks at what items say."""
    for _ in range(count):
        store.connection.execute(
            """INSERT INTO item (source_id, publisher, title, author, language, published_claim, first_seen_at, story_id,
                relation) VALUES ('a', 'A', '', '', '', '', 0, 1, 'lead')"""
        )


def test_nothing_is_pending_before_anything_is_stored(store: Store) -> None:
    assert store.rules.note({"r": b"1"}, NOW) == 1
    assert store.rules.pending() == []
    assert store.rules.since_item("r") == 0
    assert store.rules.since_item("s") is None


def test_what_is_stored_is_pending_for_a_rule_that_is_new_or_changed_and_for_no_other(store: Store) -> None:
    store.rules.note({"r": b"1", "s": b"1"}, NOW)
    add(store, 3)
    assert store.rules.note({"r": b"1", "s": b"1"}, NOW) == 0
    assert store.rules.note({"r": b"1", "s": b"2", "t": b"1"}, NOW) == 2
    assert store.rules.pending() == [Pending("s", b"2", 3, 3), Pending("t", b"1", 3, 3)]
    assert [store.rules.since_item(rule) for rule in "rst"] == [0, 3, 3]


def test_a_rule_that_was_taken_out_is_pending_once_and_may_come_back(store: Store) -> None:
    store.rules.note({"r": b"1"}, NOW)
    add(store, 2)
    assert store.rules.note({}, NOW) == 1
    assert store.rules.note({}, NOW) == 0
    [gone] = store.rules.pending()
    assert gone == Pending("r", b"", 2, 2)
    assert store.rules.since_item("r") is None
    assert store.rules.advance([gone], 0)
    assert store.rules.note({"r": b"1"}, NOW) == 1
    assert store.rules.pending() == [Pending("r", b"1", 2, 2)]


def test_progress_is_kept_and_refused_where_the_rule_is_another_by_now(store: Store) -> None:
    add(store, 5)
    store.rules.note({"r": b"1", "s": b"1"}, NOW)
    both = store.rules.pending()
    assert store.rules.advance(both, 3)
    assert [rule.left_upto for rule in store.rules.pending()] == [3, 3]
    assert not store.rules.advance(both, 1)
    now_standing = store.rules.pending()
    store.rules.note({"r": b"2", "s": b"1"}, NOW)
    assert not store.rules.advance(now_standing, 1)
    assert [rule.left_upto for rule in store.rules.pending()] == [5, 3]
    assert store.rules.advance(store.rules.pending(), 0)
    assert store.rules.pending() == []


def test_a_rule_can_be_applied_anew_and_alerts_as_before(store: Store) -> None:
    store.rules.note({"r": b"1", "s": b"1"}, NOW)
    add(store, 4)
    store.rules.begin_anew(["r"])
    assert store.rules.pending() == [Pending("r", b"1", 4, 4)]
    assert store.rules.since_item("r") == 0


def test_matches_made_late_are_marked_and_stay_so(store: Store) -> None:
    add(store, 1)
    match = [Match(rule, 1, (Span("title", 0, 1, "x"),)) for rule in "abc"]
    store.items.tag(1, ["t"], match[:1])
    store.items.retag(1, ["t"], match[:2], late={"a", "b"})
    assert store.items.late_matches(1) == ["b"]
    store.items.retag(1, ["t"], match)
    assert store.items.late_matches(1) == ["b"]
    assert [found.rule_id for found in store.items.matches(1)] == ["a", "b", "c"]
    assert list(store.items.matched_by("b", 1)) == [1]
    assert list(store.items.matched_by("b", 0)) == []
    assert store.items.matches_of([1, 2])[2] == []


WRITES = {
    "note": lambda s: s.rules.note({"r": b"3"}, NOW),
    "begin_anew": lambda s: s.rules.begin_anew(["r"]),
    "advance": lambda s: s.rules.advance(s.rules.pending(), 0),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_locked_database_is_told_by_every_method_that_writes(store: Store, write: Callable[[Store], object]) -> None:
    add(store, 1)
    store.rules.note({"r": b"1"}, NOW)
    other = open_store(store.connection.path, busy_s=0.01)
    with store.transaction(), pytest.raises(StoreError, match="locked") as caught:
        write(other)
    assert caught.value.is_transient
    other.close()
