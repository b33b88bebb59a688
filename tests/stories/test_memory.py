from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from monitor.model import Copy, Kind, StoredText
from monitor.stories.likeness import Text
from monitor.stories.memory import REST, Known, Memory

NONE: frozenset[int] = frozenset()


def known(item_id: int, shingles: int = 100, version: int = 1) -> Known:
    copy = Copy(item_id, item_id, "a", Kind.PRESS, datetime(2026, 11, 23, tzinfo=UTC), shingles)
    stored = StoredText(copy, "source", "Title", "Text", None, version=version)
    return Known(stored, Text(("title",), ("text",), frozenset(range(shingles))))


def got(memory: Memory, item_id: int, version: int = 1, boilerplate: frozenset[int] = NONE) -> Known | None:
    return memory.get(item_id, version, lambda _: boilerplate)


def test_what_was_read_is_given_again_until_the_item_or_its_sources_boilerplate_changes() -> None:
    memory = Memory()
    one = known(1)
    memory.keep(one)
    assert got(memory, 1) == replace(one, stored=replace(one.stored, title="", text=""))
    assert got(memory, 2) is None
    assert got(memory, 1, version=2) is None
    memory.keep(one)
    assert got(memory, 1, boilerplate=frozenset([7])) is None
    memory.keep(known(1, version=2))
    assert got(memory, 1, version=2) is not None


def test_what_was_not_asked_for_lately_is_unpacked_the_same() -> None:
    memory = Memory(read_kept=2 * (100 + REST))
    text = Text(("ship", "in", "port"), (), frozenset(range(100)), frozenset([7]), frozenset([1, 2]))
    memory.keep(replace(known(1), text=text))
    first = got(memory, 1, boilerplate=frozenset([7]))
    assert first is not None
    assert first.text == text
    assert got(memory, 1, boilerplate=frozenset([7])) is first
    for item_id in (2, 3, 4):
        memory.keep(known(item_id))
        got(memory, item_id)
    unpacked = got(memory, 1, boilerplate=frozenset([7]))
    assert unpacked == first
    assert unpacked is not first


def test_the_longest_unused_go_and_texts_without_words_count_too() -> None:
    memory = Memory(packed_kept=3 * (100 + REST))
    for item_id in (1, 2, 3):
        memory.keep(known(item_id))
    assert got(memory, 1) is not None
    memory.keep(known(4))
    assert [got(memory, item_id) is not None for item_id in (1, 2, 3, 4)] == [True, False, True, True]
    for item_id in range(10, 30):
        memory.keep(known(item_id, shingles=0))
    assert sum(got(memory, item_id) is not None for item_id in range(30)) == 9
    memory.keep(known(29, shingles=100))
    assert got(memory, 29) is not None


def test_an_item_that_is_read_anew_takes_the_place_of_what_it_was() -> None:
    memory = Memory()
    memory.keep(known(1))
    assert got(memory, 1) is not None
    newer = replace(known(1, version=2), text=Text(("other",), ("words",), frozenset(range(50))))
    memory.keep(newer)
    assert got(memory, 1) is None
    found = got(memory, 1, version=2)
    assert found is not None
    assert found.text == newer.text
