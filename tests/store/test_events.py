"""What leads of stories tell, found by shared keys, and the links between items."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import Store, open_store
from monitor.store.connection import stored_ms
from monitor.store.events import CANDIDATES_MOST, HOLDERS_MOST

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "monitor.db")
    opened.connection.execute("PRAGMA foreign_keys = OFF")  # items are numbers here
    yield opened
    opened.close()


def test_items_that_share_two_keys_are_found_the_likest_first(store: Store) -> None:
    events = store.events
    events.add(1, "one", [10, 11, 12])
    events.add(2, "two", [10, 11])
    events.add(3, "three", [10])
    events.add(4, "four", [10, 11, 12, 13])
    assert events.candidates(4, [10, 11, 12, 13]) == [(1, "one"), (2, "two")]
    assert events.candidates(9, []) == []


def test_few_are_handed_out_the_newest_of_equals(store: Store) -> None:
    events = store.events
    for item_id in range(1, CANDIDATES_MOST + 5):
        events.add(item_id, str(item_id), [10, 11])
    found = [item_id for item_id, _ in events.candidates(99, [10, 11])]
    assert found == list(range(CANDIDATES_MOST + 4, 4, -1))


def test_a_key_that_many_items_hold_leads_to_none(store: Store) -> None:
    events = store.events
    events.add(1, "one", [10, 11, 12])
    assert [item_id for item_id, _ in events.candidates(99, [10, 11])] == [1]
    for item_id in range(2, HOLDERS_MOST + 1):
        events.add(item_id, str(item_id), [10])
    assert events.candidates(99, [10, 11]) == []
    assert [item_id for item_id, _ in events.candidates(99, [11, 12])] == [1]


def test_what_an_item_tells_anew_replaces_what_it_told_and_its_links(store: Store) -> None:
    events = store.events
    events.add(1, "one", [10, 11])
    events.add(2, "two", [10, 11])
    events.link(2, 1, 300, "names")
    events.forget(1, [10, 11])
    assert events.told(1) is None
    events.add(1, "other", [20, 21])
    assert events.told(1) == "other"
    assert events.candidates(2, [10, 11]) == []
    assert events.candidates(2, [20, 21]) == [(1, "other")]
    assert store.connection.value("SELECT count(*) FROM related") == 0


WRITES = {
    "add": lambda s: s.events.add(2, "one", [10]),
    "forget": lambda s: s.events.forget(1, [10]),
    "link": lambda s: s.events.link(1, 2, 300, "names"),
    "sweep": lambda s: s.events.sweep(NOW + timedelta(days=9), 5),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_locked_database_is_told_by_every_method_that_writes(store: Store, write: Callable[[Store], object]) -> None:
    seen(store, 1, NOW)
    store.events.add(1, "one", [10])
    other = open_store(store.connection.path, busy_s=0.01)
    with store.transaction(), pytest.raises(StoreError, match="locked") as caught:
        write(other)
    assert caught.value.is_transient
    other.close()


def test_what_was_told_long_ago_goes_in_step_with_what_comes_and_links_stay(store: Store) -> None:
    events = store.events
    for item_id, at in ((1, NOW), (2, NOW), (3, NOW), (4, NOW + timedelta(days=3))):
        seen(store, item_id, at)
        events.add(item_id, str(item_id), [10, 11, 100 + item_id])
    events.link(1, 4, 300, "names")
    events.sweep(NOW + timedelta(days=1), 0)
    assert [found for found, _ in events.candidates(9, [10, 11])] == [4, 3, 2, 1]
    events.sweep(NOW + timedelta(days=1), 2)
    assert [found for found, _ in events.candidates(9, [10, 11])] == [4]
    assert events.told(1) is None
    assert events.told(3) is not None  # two at a time
    events.sweep(NOW + timedelta(days=1), 2)
    assert events.told(3) is None
    assert store.connection.rows("SELECT number FROM telling_key") == [(10,), (11,), (104,)]
    assert store.connection.value("SELECT count(*) FROM related") == 2


def seen(store: Store, item_id: int, at: datetime) -> None:
    sql = """INSERT INTO item (id, source_id, publisher, title, author, language, published_claim, first_seen_at, story_id,
        relation) VALUES (?, 'a', 'a', '', '', '', '', ?, ?, 'lead')"""
    store.connection.execute(sql, (item_id, stored_ms(at), item_id))
