"""The entries of one document, taken in step by step: stored, put into stories, linked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.intake import Intake
from monitor.linking import Linking
from monitor.model import Acquired, Entry, Gate
from monitor.placing import Placing
from monitor.rules import RuleSet
from tests.desk import NOON, TakingIn, sentences

BRIDGE, FERRY = sentences("bridge", 12), sentences("ferry", 12)


@pytest.fixture
def desk(tmp_path: Path) -> TakingIn:
    return TakingIn(tmp_path / "monitor.db")


def take(desk: TakingIn, id: str, *texts: tuple[str, str]) -> Acquired:
    """Take in a document with these entries (title and text), the first of them the newest."""
    source = desk.source(id)
    entries = tuple(
        Entry(f"{id}{number}", f"https://{id}.example/{title}", title, text, "", published_at=NOON)
        for number, (title, text) in enumerate(texts)
    )
    with desk.store.transaction():
        intake = Intake(desk.store, source, RuleSet(), desk.now, desk.now - timedelta(minutes=15))
        return intake.take(Acquired(id, Gate.WHOLE, entries, body_hash=b"hash"))


def told(desk: TakingIn) -> dict[str, tuple[int, ...]]:
    """The titles of items, with their stories' items."""
    return {item.title: desk.story(item).items for item in desk.items()}


def test_entries_of_one_document_find_each_other_and_what_was_there(desk: TakingIn) -> None:
    take(desk, "a", ("Ferry", FERRY))
    take(desk, "b", ("The bridge again", BRIDGE), ("Ferry", FERRY), ("Bridge", BRIDGE))
    assert told(desk) == {"Ferry": (1, 3), "Bridge": (2, 4), "The bridge again": (2, 4)}
    assert desk.store.shingles.count() > 0
    take(desk, "c", ("Bridge", BRIDGE))
    assert told(desk)["Bridge"] == (2, 4, 5)


def test_what_one_document_tells_twice_is_linked_within_it(desk: TakingIn) -> None:
    flour = "The ship Aurora brought 512 tonnes of flour to Port Vila; captain Moli Tari unloaded it within a day."
    in_russian = "Судно «Аврора» доставило в Порт-Вилу 512 тонн муки, сообщил капитан Моли Тари; разгрузка заняла день."
    take(
        desk,
        "a",
        ("Ship brings 512 tonnes of flour to Port Vila", flour),
        ("В Порт-Вилу доставили 512 тонн", in_russian),
    )
    [first, second] = desk.store.stories.recent()
    assert first.related == (second.id,)


def test_news_of_last_week_is_linked_to_nothing(desk: TakingIn) -> None:
    named = "Captain Moli Tari of the Aurora brought 512 tonnes of flour to Port Vila"
    desk.now = NOON + timedelta(days=3, minutes=1)
    take(desk, "a", ("Aurora in Port Vila", f"{named} yesterday."))
    assert desk.store.connection.value("SELECT count(*) FROM telling") == 0


def failing(of: Callable[..., object], title: str) -> Callable[..., object]:
    """The same, but for items of this title."""

    def spoiled(self: object, *arguments: object) -> object:
        if title in repr(arguments):
            raise ZeroDivisionError
        return of(self, *arguments)

    return spoiled


@pytest.mark.parametrize(
    ("owner", "name"),
    [(Intake, "_tags"), (Placing, "_look"), (Placing, "_join"), (Linking, "_tell"), (Linking, "link")],
)
def test_a_bug_in_any_step_leaves_out_one_entry_alone_and_the_document_vouches_for_nothing(
    desk: TakingIn, monkeypatch: pytest.MonkeyPatch, owner: type, name: str
) -> None:
    monkeypatch.setattr(owner, name, failing(getattr(owner, name), "Weather"))
    texts = (("The bridge again", BRIDGE), ("Weather", sentences("weather", 12)), ("Bridge", BRIDGE))
    assert take(desk, "a", *texts).body_hash is None
    assert told(desk) == {"Bridge": (1, 2), "The bridge again": (1, 2)}
    monkeypatch.undo()
    assert take(desk, "a", *texts).body_hash is not None
    assert told(desk) == {"Bridge": (1, 2), "The bridge again": (1, 2), "Weather": (3,)}


def test_a_bug_that_spoils_only_all_together_leaves_out_none(desk: TakingIn, monkeypatch: pytest.MonkeyPatch) -> None:
    take_together = Intake._take_together

    def spoiled(self: Intake, entries: Sequence[Entry]) -> None:
        take_together(self, entries)
        if len(entries) > 1:
            raise ZeroDivisionError

    monkeypatch.setattr(Intake, "_take_together", spoiled)
    assert take(desk, "a", ("The bridge again", BRIDGE), ("Bridge", BRIDGE)).body_hash is not None
    assert told(desk) == {"Bridge": (1, 2), "The bridge again": (1, 2)}


def test_what_a_bug_spoilt_half_way_stands_in_no_index(desk: TakingIn, monkeypatch: pytest.MonkeyPatch) -> None:
    def spoiled(*arguments: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(Placing, "_part_headlines", spoiled)  # comes after the item was written to the index
    take(desk, "a", ("Bridge", BRIDGE))
    assert desk.store.shingles.count() == 0
    monkeypatch.undo()
    take(desk, "b", ("The ferry", FERRY))
    take(desk, "b", ("The bridge", BRIDGE))
    assert told(desk) == {"The ferry": (1,), "The bridge": (2,)}
    held = desk.store.shingles.holders([row[0] for row in desk.store.connection.rows("SELECT number FROM shingle")])
    assert {item_id for ids in held.values() for item_id in ids} == {1, 2}


def test_a_transaction_that_fails_leaves_nothing_that_a_later_one_finds(desk: TakingIn) -> None:
    source = desk.source("a")
    with pytest.raises(ZeroDivisionError), desk.store.transaction():
        intake = Intake(desk.store, source, RuleSet(), desk.now, desk.now)
        entry = Entry("1", "https://a.example/1", "Bridge", BRIDGE, "", published_at=NOON)
        intake.take(Acquired("a", Gate.WHOLE, (entry,)))
        _ = 1 / 0
    assert desk.store.shingles.count() == 0
    take(desk, "a", ("Ferry", FERRY))  # takes the same number
    take(desk, "b", ("Bridge", BRIDGE))
    assert told(desk) == {"Ferry": (1,), "Bridge": (2,)}


def test_the_index_is_asked_once_a_document(desk: TakingIn, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    rows = desk.store.connection.rows
    monkeypatch.setattr(desk.store.connection, "rows", lambda sql, *others: (asked.append(sql), rows(sql, *others))[1])
    take(desk, "a", *((f"Title {name}", sentences(name, 6)) for name in ("one", "two", "three", "four")))
    assert sum("CROSS JOIN shingle" in sql for sql in asked) == 1
    assert sum("CROSS JOIN telling_key" in sql for sql in asked) == 1
