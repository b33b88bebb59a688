"""Stories, the index by which copies are found, and what a person decided, over a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import Fold, Item, Relation
from monitor.store import Store, open_store
from monitor.store.shingles import HOLDERS_MOST, LEARNED_MOST, PHRASES_MOST
from tests.desk import NOON, TakingIn, sentences


@pytest.fixture
def desk(tmp_path: Path) -> TakingIn:
    return TakingIn(tmp_path / "monitor.db")


@pytest.fixture
def store(desk: TakingIn) -> Store:
    return desk.store


@pytest.fixture
def items(desk: TakingIn) -> list[Item]:
    return [desk.add(name, f"Item {name}", sentences(name, 3)) for name in ("a", "b", "c")]


def test_a_shingle_is_given_to_so_many_items_and_no_more(store: Store) -> None:
    with store.transaction():
        for item_id in range(1, 50):
            store.shingles.add(item_id, [7, 1000 + item_id])
    found = store.shingles.holders([7, 1003, 5])
    assert found == {7: tuple(range(HOLDERS_MOST, 0, -1)), 1003: (3,)}
    assert store.shingles.holders([]) == {}
    assert store.shingles.count() == HOLDERS_MOST + 49


def test_the_sweep_goes_round_by_stretches_and_takes_only_what_is_old(desk: TakingIn, items: list[Item]) -> None:
    shingles = desk.store.shingles
    desk.now = NOON + timedelta(days=20)
    late = desk.add("d", "Late", sentences("late", 3), hours=480)
    with desk.store.transaction():
        shingles.add(late.id, range(500))
        shingles.add(items[0].id, range(500))
    before = shingles.count()
    for _ in range(3):
        with desk.store.transaction():
            shingles.sweep(NOON + timedelta(days=1), 20)
    swept = before - shingles.count()
    assert 0 < swept <= 3 * 80
    for _ in range(40):
        with desk.store.transaction():
            shingles.sweep(NOON + timedelta(days=1), 20)
    assert desk.store.shingles.holders(range(500)) == dict.fromkeys(range(500), (late.id,))


def test_what_was_learned_of_a_source_is_bounded_the_oldest_go(store: Store) -> None:
    with store.transaction():
        store.shingles.learn("a", range(LEARNED_MOST), [1])
        store.shingles.learn("a", [LEARNED_MOST + 5, 3], range(2, PHRASES_MOST + 2))
    learned, phrases = store.shingles.boilerplate("a")
    assert len(learned) == LEARNED_MOST
    assert LEARNED_MOST + 5 in learned
    assert 0 not in learned
    assert phrases == frozenset(range(2, PHRASES_MOST + 2))
    assert store.shingles.boilerplate("b") == (frozenset(), frozenset())


def test_a_fold_keeps_its_reason_what_it_follows_and_that_it_was_made_by_hand(store: Store, items: list[Item]) -> None:
    one, other, _ = items
    with store.transaction():
        store.stories.move(other.id, one.story_id, NOON)
        store.stories.relate(other.id, Relation.PARTIAL, 0.3, Fold(0.45678, "first", follows=one.id, is_by_hand=True))
        store.stories.relate(other.id, Relation.REPRINT, 0.8, Fold(0.9, "measured again"))
    assert store.stories.folds(one.story_id) == {other.id: Fold(0.9, "measured again", one.id, True)}
    assert store.stories.texts([other.id])[other.id].is_by_hand
    with store.transaction():
        store.stories.release([other.id])
    assert store.stories.folds(one.story_id) == {}


def test_a_story_remembers_the_items_elsewhere_that_hold_its_text_until_it_ends(
    store: Store, items: list[Item]
) -> None:
    one, other, third = items
    with store.transaction():
        store.stories.hold_also(third.id, [(one.story_id, 0.4, "x"), (other.story_id, None, "y")])
    assert store.items.by_ids([third.id])[third.id].also_in == (one.story_id, other.story_id)
    assert store.stories.holders_of(one.story_id) == [(third.id, 0.4, "x")]
    with store.transaction():
        store.stories.move(other.id, one.story_id, NOON)
        store.stories.move(third.id, one.story_id, NOON)
    assert store.items.by_ids([third.id])[third.id].also_in == ()


def test_items_kept_apart_shun_each_others_stories_wherever_they_go(store: Store, items: list[Item]) -> None:
    one, other, third = items
    with store.transaction():
        store.stories.keep_apart([one.id], [other.id])
        store.stories.move(other.id, third.story_id, NOON)
    assert store.stories.shunned(one.id) == {third.story_id}
    assert store.stories.shunned(other.id) == {one.story_id}
    with store.transaction():
        store.stories.allow_together([one.id, other.id, third.id])
    assert store.stories.shunned(one.id) == frozenset()


WRITES: dict[str, Callable[[Store], object]] = {
    "stories.hold_also": lambda s: s.stories.hold_also(1, [(2, 0.5, "x")]),
    "stories.keep_apart": lambda s: s.stories.keep_apart([1], [2]),
    "stories.allow_together": lambda s: s.stories.allow_together([1, 2]),
    "stories.release": lambda s: s.stories.release([1]),
    "stories.relate": lambda s: s.stories.relate(1, Relation.REPRINT, 0.5, Fold(0.5, "x")),
    "shingles.add": lambda s: s.shingles.add(1, [1]),
    "shingles.sweep": lambda s: s.shingles.sweep(NOON + timedelta(days=1), 5),
    "shingles.learn": lambda s: s.shingles.learn("a", [1], [2]),
}


@pytest.fixture
def locked(store: Store, items: list[Item]) -> Iterator[Store]:
    other = open_store(store.connection.path, busy_s=0.01)
    with store.transaction():
        yield other
    other.close()


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_locked_database_is_told_by_every_method_that_writes(locked: Store, write: Callable[[Store], object]) -> None:
    with pytest.raises(StoreError, match="locked") as caught:
        write(locked)
    assert caught.value.is_transient
