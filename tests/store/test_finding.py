"""Conditions on items answer as plain reading would, whichever way the database takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model import Kind, Source
from monitor.store import Store, finding, open_store
from monitor.store.finding import (
    ANYTHING,
    CarriedBy,
    Condition,
    Every,
    FromSources,
    PublishedSince,
    SeenSince,
    Some,
    Tagged,
    UpTo,
    Words,
    either,
    every,
)

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
DAY_MS = 86_400_000
NOW_MS = int(NOW.timestamp() * 1000)
IDS = range(1, 61)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Sixty items whose clock was set back once, of three sources, some carried by two."""
    opened, random = open_store(tmp_path_factory.mktemp("finding") / "m.db"), Random(7)
    opened.sources.mirror([Source(name, f"https://{name}.example/", name, name, Kind.PRESS) for name in "abc"])
    connection = opened.connection
    for item_id in IDS:
        seen_ms = NOW_MS - (61 - item_id) * DAY_MS // 4 + (5 * DAY_MS if 20 <= item_id < 30 else 0)
        published_ms = None if item_id % 5 == 0 else seen_ms - random.randint(-1, 9) * DAY_MS
        source = random.choice("abc")
        connection.execute(
            """INSERT INTO item (id, source_id, publisher, title, author, language, published_claim, first_seen_at, published_at,
                story_id, relation) VALUES (?, ?, 'P', '', '', '', '', ?, ?, 1, 'lead')""",
            (item_id, source, seen_ms, published_ms),
        )
        for carrier in {source, random.choice("abc")}:
            connection.execute(
                "INSERT INTO sighting (source_id, item_id, title_key, content_key, seen_at) VALUES (?, ?, x'', x'', 0)",
                (carrier, item_id),
            )
        for tag in random.sample(["x", "y", "z"], k=random.randint(0, 2)):
            connection.execute("INSERT INTO tag (item_id, tag) VALUES (?, ?)", (item_id, tag))
        words = " ".join(random.choices(["ant", "bee", "cat"], k=random.randint(0, 4)))
        connection.execute("INSERT INTO item_text (rowid, title, body) VALUES (?, '', ?)", (item_id, words))
    connection.execute("UPDATE source SET item_count = (SELECT count(*) FROM sighting WHERE source_id = source.id)")
    yield opened
    opened.close()


def slow(store: Store, condition: Condition) -> set[int]:
    """Each condition asked for by itself, in the most obvious way."""
    match condition:
        case Every(parts):
            return set(IDS).intersection(*(slow(store, part) for part in parts))
        case Some(parts):
            return set().union(*(slow(store, part) for part in parts))
        case Words(expression):
            sql, values = "SELECT rowid FROM item_text WHERE item_text MATCH ?", [expression]
        case FromSources(names):
            sql, values = "SELECT id FROM item WHERE source_id = ?", names
        case CarriedBy(names):
            sql, values = "SELECT item_id FROM sighting WHERE source_id = ?", names
        case Tagged(tags):
            sql, values = "SELECT item_id FROM tag WHERE tag = ?", tags
        case _:
            sql, value = SIMPLE[type(condition)]
            values = [value(condition)]
    return {row[0] for value in values for row in store.connection.rows(sql, (value,))}


SIMPLE = {
    SeenSince: ("SELECT id FROM item WHERE first_seen_at >= ?", lambda c: int(c.at.timestamp() * 1000)),
    PublishedSince: ("SELECT id FROM item WHERE published_at >= ?", lambda c: int(c.at.timestamp() * 1000)),
    UpTo: ("SELECT id FROM item WHERE id <= ?", lambda c: c.item_id),
}


names = st.frozensets(st.sampled_from("abcd"), max_size=3)
times = st.integers(0, 20).map(lambda days: NOW - timedelta(days=days))
leaves = st.one_of(
    st.sampled_from(["ant", "bee AND cat", '"bee ant"', "dog", "ant OR bee OR cat"]).map(Words),
    names.map(FromSources),
    names.map(CarriedBy),
    st.frozensets(st.sampled_from("xyz"), max_size=2).map(Tagged),
    times.map(SeenSince),
    times.map(PublishedSince),
    st.integers(0, 70).map(UpTo),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3).map(every) | st.lists(inner, min_size=1, max_size=3).map(either),
    max_leaves=6,
)


@pytest.mark.parametrize("few", [1_000, 0, 15])
@given(condition=conditions)
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_conditions_answer_as_plain_reading_would(store: Store, few: int, condition: Condition) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finding, "FEW", few)
        found = list(store.items.find(condition))
        assert found == sorted(slow(store, condition), reverse=True)
        assert store.items.count_found(condition) == len(found)
        assert sorted(store.items.find(condition, is_ranked=True)) == sorted(found)


def test_the_best_stand_first_and_equally_good_ones_newest_first(store: Store) -> None:
    ranked = list(store.items.find(Words("ant"), is_ranked=True))
    by_id = {row[0]: row[1] for row in store.connection.rows("SELECT rowid, bm25(item_text) FROM item_text('ant')")}
    assert ranked == sorted(by_id, key=lambda item_id: (by_id[item_id], -item_id))


def test_the_first_id_of_a_time_is_right_where_the_clock_was_set_back(store: Store) -> None:
    for days in range(20):
        at = NOW - timedelta(days=days)
        assert store.items.first_id_since(at) == min(slow(store, SeenSince(at)), default=61)


def test_conditions_are_joined_plainly() -> None:
    words, tagged = Words("a"), Tagged(frozenset("x"))
    assert every([]) == ANYTHING
    assert every([ANYTHING, words]) == words
    assert either([words, ANYTHING]) == ANYTHING
    assert either([words, words]) == Words("(a)")
    assert either([words, Words("b")]) == Words("(a) OR (b)")
    assert either([tagged]) == tagged
    assert either([words, tagged]) == Some((words, tagged))


def test_an_empty_store_answers_nothing(tmp_path: Path) -> None:
    empty = open_store(tmp_path / "m.db")
    assert list(empty.items.find(Every((Words("a"), SeenSince(NOW))))) == []
    assert empty.items.first_id_since(NOW) == 1
    assert empty.items.known_tags() == []
    empty.close()
