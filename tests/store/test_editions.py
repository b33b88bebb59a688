"""Editions are kept as they were sent, once for each instant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import Outgoing
from monitor.store import Store, open_store
from monitor.store.editions import HELD, Edition, EditionEntry

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def edition(due_at: datetime = NOW, digest: str = "morning", **changes: object) -> Edition:
    made_at = due_at + timedelta(seconds=3)
    made = Edition(0, digest, due_at, made_at, due_at - DAY, made_at, 10, 20, "Morning – 2 items", 2)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "monitor.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = open_store(path)
    yield opened
    opened.close()


def an_item(store: Store, story_id: int, publisher: str = "courier") -> int:
    """An article in the store, with no more about it than editions look at."""
    sql = """INSERT INTO item (source_id, publisher, title, author, language, published_claim, first_seen_at, story_id, relation)
        VALUES ('s', ?, 'T', '', 'en', '', 0, ?, 'lead')"""
    return store.connection.insert(sql, (publisher, story_id))


def test_a_digest_keeps_the_instant_it_was_first_loaded(store) -> None:
    assert store.editions.first_loaded_at("morning") is None
    assert store.editions.open_digest("morning", NOW) == NOW
    assert store.editions.open_digest("morning", NOW + DAY) == NOW
    assert store.editions.first_loaded_at("morning") == NOW
    assert store.editions.open_digest("evening", NOW + DAY) == NOW + DAY


def test_an_instant_a_wrong_clock_gave_is_mended_by_an_earlier_one(store) -> None:
    store.editions.open_digest("morning", NOW + 2000 * DAY)
    assert store.editions.open_digest("morning", NOW) == NOW


def test_an_edition_is_kept_as_it_was_made(store) -> None:
    entries = [
        EditionEntry("Ours", 1, 11, 2, ("courier", "wire")),
        EditionEntry("World", 2, 12, 1, ("aa",), is_follow_up=True),
    ]
    made = edition(is_scheduled=False, is_skipped=True)
    number = store.editions.add(made, entries)
    assert number is not None
    assert store.editions.get(number) == replace(made, id=number)
    assert store.editions.entries(number) == entries


def test_a_second_edition_for_the_same_instant_is_already_made(store) -> None:
    number = store.editions.add(edition(), [EditionEntry("Ours", 1, 11, 1, ("courier",))])
    assert store.editions.add(edition(), [EditionEntry("Ours", 2, 12, 1, ("wire",))]) is None
    assert store.editions.add(edition(digest="evening"), []) is not None
    assert [entry.story_id for entry in store.editions.entries(number)] == [1]


def test_the_last_edition_is_the_one_that_reaches_furthest(store) -> None:
    assert store.editions.last("morning") is None
    store.editions.add(edition(NOW, upto_item=30), [])
    second = store.editions.add(edition(NOW - DAY, upto_item=40), [])  # the clock had gone back
    store.editions.add(edition(NOW, digest="evening", upto_item=50), [])
    assert store.editions.last("morning").id == second


def test_the_last_due_instant_counts_neither_hand_made_editions_nor_a_time_to_come(store) -> None:
    assert store.editions.last_due_at("morning", NOW) is None
    store.editions.add(edition(NOW - DAY), [])
    store.editions.add(edition(NOW - timedelta(hours=1), is_scheduled=False), [])
    store.editions.add(edition(NOW + 2000 * DAY), [])
    assert store.editions.last_due_at("morning", NOW) == NOW - DAY


def test_editions_are_listed_latest_first_for_one_digest_or_all(store) -> None:
    numbers = [store.editions.add(edition(NOW + day * DAY), []) for day in range(3)]
    other = store.editions.add(edition(digest="evening"), [])
    assert [made.id for made in store.editions.list("morning")] == numbers[::-1]
    assert [made.id for made in store.editions.list(limit=2)] == [other, numbers[2]]


def test_what_is_unknown_is_empty(store) -> None:
    assert store.editions.get(5) is None
    assert store.editions.entries(5) == []
    assert store.editions.list("morning") == []
    assert store.editions.mailed_stories("morning", []) == {}


def test_mailed_stories_name_every_publisher_that_this_digest_told_of(store) -> None:
    first, second, third = an_item(store, 1), an_item(store, 1, "wire"), an_item(store, 2)
    store.editions.add(edition(), [EditionEntry("Ours", 1, first, 1, ("courier", "wire"))])
    store.editions.add(edition(NOW + DAY), [EditionEntry("Ours", 1, first, 1, ("courier", "radio"), is_follow_up=True)])
    store.editions.add(edition(digest="evening"), [EditionEntry("Ours", 2, third, 1, ("courier",))])
    assert second
    told = store.editions.mailed_stories("morning", [1, 2, 3])
    assert told == {1: frozenset({"courier", "wire", "radio"})}


def test_a_mailed_item_that_was_moved_takes_its_history_into_its_new_story(store) -> None:
    item = an_item(store, 1)
    store.editions.add(edition(), [EditionEntry("Ours", 1, item, 1, ("courier",))])
    store.connection.execute("UPDATE item SET story_id = 2 WHERE id = ?", (item,))
    assert store.editions.mailed_stories("morning", [1, 2]) == {2: frozenset({"courier"})}


def test_an_edition_knows_the_mails_that_carried_it(store) -> None:
    number = store.editions.add(edition(), [])
    for to in ("a@example.org", "b@example.org"):
        store.deliveries.queue(Outgoing(to, "edition", "mail", to, f"<{to}>", "S", b"x"), NOW, number)
    store.deliveries.queue(Outgoing("other", "edition", "mail", "c@example.org", "<c>", "S", b"x"), NOW)
    rows = store.deliveries.of_edition(number)
    assert [(row.recipient, row.edition_id) for row in rows] == [("a@example.org", number), ("b@example.org", number)]


def test_everything_is_there_after_the_store_is_opened_again(path) -> None:
    store = open_store(path)
    with store.transaction(durable=True):
        number = store.editions.add(edition(), [EditionEntry("Ours", 1, 11, 1, ("courier",))])
    store.close()
    again = open_store(path)
    assert again.editions.last("morning") == edition(id=number)
    assert len(again.editions.entries(number)) == 1
    again.close()


def test_a_held_edition_says_something_else_and_then_leaves_with_its_mails(store) -> None:
    number = store.editions.add(edition(state=HELD, closes_at=NOW), [EditionEntry("Ours", 1, 1, 1, ("a",))], "old")
    store.deliveries.queue(Outgoing("k", "edition", "mail", "a@example.org", "<a>", "S", b"old"), NOW, number)
    store.editions.hold_mails(number)
    assert [row.state for row in store.deliveries.of_edition(number)] == ["held"]
    store.editions.withdraw_mails(number)
    store.editions.replace(replace(store.editions.get(number), is_touched=True, subject="New"), [], "new")
    store.deliveries.queue(Outgoing("k", "edition", "mail", "a@example.org", "<a>", "S", b"new"), NOW, number)
    store.editions.hold_mails(number)
    [held] = store.editions.held()
    assert (held.subject, held.is_touched, held.closes_at) == ("New", True, NOW)
    assert (store.editions.content(number), store.editions.entries(number)) == ("new", [])
    assert store.editions.release(number, NOW + DAY)
    assert not store.editions.release(number, NOW + DAY)
    [row] = store.deliveries.of_edition(number)
    assert (row.state, row.next_attempt_at) == ("queued", NOW + DAY)
    assert store.editions.held() == []


def test_a_held_edition_can_be_forgotten_whole(store) -> None:
    number = store.editions.add(edition(state=HELD), [EditionEntry("Ours", 1, 1, 1, ("a",))], "text")
    store.deliveries.queue(Outgoing("k", "edition", "mail", "a@example.org", "<a>", "S", b"x"), NOW, number)
    store.editions.hold_mails(number)
    store.editions.discard(number)
    assert store.editions.list() == []
    assert store.deliveries.list() == []
    assert store.editions.content(number) == ""
    assert store.editions.of_instant("morning", NOW) is None


WRITERS: dict[str, Callable[[Store], object]] = {
    "open_digest": lambda store: store.editions.open_digest("evening", NOW),
    "add": lambda store: store.editions.add(edition(NOW + DAY), []),
    "replace": lambda store: store.editions.replace(edition(id=1), [], "{}"),
    "discard": lambda store: store.editions.discard(1),
    "hold_mails": lambda store: store.editions.hold_mails(1),
    "withdraw_mails": lambda store: store.editions.withdraw_mails(1),
    "release": lambda store: store.editions.release(1, NOW),
}
READERS: dict[str, Callable[[Store], object]] = {
    "first_loaded_at": lambda store: store.editions.first_loaded_at("morning"),
    "last": lambda store: store.editions.last("morning"),
    "last_due_at": lambda store: store.editions.last_due_at("morning", NOW),
    "get": lambda store: store.editions.get(1),
    "entries": lambda store: store.editions.entries(1),
    "mailed_stories": lambda store: store.editions.mailed_stories("morning", [1]),
    "list": lambda store: store.editions.list(),
    "held": lambda store: store.editions.held(),
    "of_instant": lambda store: store.editions.of_instant("morning", NOW),
    "content": lambda store: store.editions.content(1),
    "mailed_items": lambda store: store.editions.mailed_items("morning", NOW),
    "edited_since": lambda store: store.editions.edited_since("morning", NOW),
    "first_mailed": lambda store: store.editions.first_mailed("morning", [1]),
}


def test_the_tables_of_methods_are_whole(store) -> None:
    methods = {name for name in dir(store.editions) if not name.startswith("_")}
    assert methods == WRITERS.keys() | READERS.keys()


@pytest.mark.parametrize("method", WRITERS)
def test_writing_raises_a_store_error_while_another_program_writes(path, store, method) -> None:
    hurried = open_store(path, busy_s=0.01)
    with store.transaction(), pytest.raises(StoreError, match="locked"):
        WRITERS[method](hurried)
    hurried.close()


@pytest.mark.parametrize("method", READERS)
def test_reading_goes_on_while_another_program_writes(path, store, method) -> None:
    hurried = open_store(path, busy_s=0.01)
    with store.transaction():
        READERS[method](hurried)
    hurried.close()
