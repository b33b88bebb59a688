"""What editions are chosen from, and who gets them no more, on a store that may be busy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import Store, open_store

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "monitor.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = open_store(path)
    yield opened
    opened.close()


def an_item(
    store: Store, story_id: int, publisher: str = "courier", *, is_backlog: int = 0, edit: str | None = None
) -> int:
    sql = """INSERT INTO item (source_id, publisher, title, author, language, published_at, published_claim, first_seen_at,
        story_id, relation, is_backlog, edit) VALUES ('s', ?, 'T', '', 'en', 5000, '', 6000, ?, 'lead', ?, ?)"""
    item_id = store.connection.insert(sql, (publisher, story_id, is_backlog, edit))
    store.connection.execute("INSERT OR IGNORE INTO story VALUES (?, ?, 1, 1)", (story_id, item_id))
    return item_id


def test_fresh_articles_are_counted_by_story_without_backlog_and_old_ones(store: Store) -> None:
    for story, is_backlog in ((1, 0), (2, 0), (1, 0), (3, 1)):
        an_item(store, story, is_backlog=is_backlog)
    fresh = store.windows.fresh(0, 9, datetime.fromtimestamp(5, UTC))
    assert (dict(fresh.by_story), fresh.new_count, fresh.old_count) == ({1: 2, 2: 1}, 3, 0)
    old = store.windows.fresh(1, 2, datetime.fromtimestamp(6, UTC))
    assert (dict(old.by_story), old.new_count, old.old_count) == ({}, 1, 1)


def test_copies_from_before_the_window_are_known(store: Store) -> None:
    for story in (1, 2, 1):
        an_item(store, story)
    assert store.windows.earlier_copies(2, 3) == [1]
    assert store.windows.stories_of([2, 3]) == {1, 2}
    assert store.windows.weights([1, 2]) == {1: (5000, 1), 2: (5000, 1)}


def test_marks_of_a_wire_are_found_in_the_window(store: Store) -> None:
    an_item(store, 1, edit="CORRECTED")
    an_item(store, 2, edit="UPDATE 1")
    an_item(store, 3)
    assert store.windows.marked(1, 9) == [(2, 2, "UPDATE 1")]


READERS: dict[str, Callable[[Store], object]] = {
    "fresh": lambda store: store.windows.fresh(0, 1, NOW),
    "earlier_copies": lambda store: store.windows.earlier_copies(0, 1),
    "stories_of": lambda store: store.windows.stories_of([1]),
    "weights": lambda store: store.windows.weights([1]),
    "urgency": lambda store: store.windows.urgency(0, 1, {"r": 1}),
    "recovered": lambda store: store.windows.recovered(NOW),
    "late": lambda store: store.windows.late(NOW),
    "gaps": lambda store: store.windows.gaps(NOW),
    "marked": lambda store: store.windows.marked(0, 1),
    "gone": lambda store: store.subscribers.gone("morning"),
    "signing_key": lambda store: store.subscribers.signing_key(),
}
WRITERS: dict[str, Callable[[Store], object]] = {
    "leave": lambda store: store.subscribers.leave("morning", "a@example.org", NOW),
    "join": lambda store: store.subscribers.join("morning", "a@example.org"),
    "keep_key": lambda store: store.subscribers.keep_key(b"k"),
}


def test_the_tables_of_methods_are_whole(store: Store) -> None:
    methods = {name for of in (store.windows, store.subscribers) for name in dir(of) if not name.startswith("_")}
    assert methods == READERS.keys() | WRITERS.keys()


@pytest.mark.parametrize("method", READERS)
def test_reading_goes_on_while_another_program_writes(path: Path, store: Store, method: str) -> None:
    hurried = open_store(path, busy_s=0.01)
    with store.transaction():
        READERS[method](hurried)
    hurried.close()


@pytest.mark.parametrize("method", WRITERS)
def test_writing_raises_a_store_error_while_another_program_writes(path: Path, store: Store, method: str) -> None:
    hurried = open_store(path, busy_s=0.01)
    with store.transaction(), pytest.raises(StoreError, match="locked"):
        WRITERS[method](hurried)
    hurried.close()
