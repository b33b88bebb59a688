"""Which stories an edition tells: each once, in the first section that asks for it, ranked, and every one accounted for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.digests.select import Chosen, Ranking, assign, choose
from monitor.model import Section


def ranking(
    weights: dict[int, tuple[int, int]],
    urgency: dict[int, int] | None = None,
    joined: dict[int, tuple[str, ...]] | None = None,
) -> Ranking:
    """Each story with its time and its publishers; all have one new article."""
    return Ranking(weights, dict.fromkeys(weights, 1), urgency or {}, joined or {})


def test_a_story_stands_in_the_first_section_that_asks_for_it() -> None:
    wanted = {0: {1, 3}, 1: {1, 2}}
    sections = (Section("A", "x"), Section("B", "y"), Section("Rest"))
    taken = assign(sections, {1: 1, 2: 1, 3: 1, 4: 1}, lambda number, left: wanted[number])
    assert taken == [[1, 3], [2], [4]]


def test_what_a_query_finds_beside_the_new_articles_is_passed_over() -> None:
    assert assign((Section("A", "x"),), {2: 1}, lambda number, left: {1, 2, 9}) == [[2]]


def test_stories_that_set_off_alerts_come_first_the_most_urgent_in_front() -> None:
    weights = {1: (50, 9), 2: (40, 1), 3: (30, 1), 4: (20, 2)}
    chosen = choose(Section("A", "x"), [1, 2, 3, 4], ranking(weights, urgency={3: 3, 2: 1}))
    assert chosen.entries == (3, 2, 1, 4)


def test_publishers_or_time_decide_where_a_section_says_so() -> None:
    weights = {1: (10, 1), 2: (20, 3), 3: (30, 1), 4: (30, 1)}
    ranks = ranking(weights, urgency={1: 3})
    assert choose(Section("A", "x", order="publishers"), [1, 2, 3, 4], ranks).entries == (2, 3, 4, 1)
    assert choose(Section("A", "x", order="newest"), [1, 2, 3, 4], ranks).entries == (3, 4, 2, 1)


def test_a_limit_holds_for_entries_and_for_follow_ups_and_counts_what_it_cuts() -> None:
    ranks = Ranking(
        {number: (number, 1) for number in range(1, 8)}, dict.fromkeys(range(1, 8), 2), {}, {6: ("a",), 7: ("b",)}
    )
    chosen = choose(Section("A", "x", limit=1), [1, 2, 3, 6, 7], ranks)
    assert chosen == Chosen((3,), (7,), cut_count=3, cut_articles=4)


def test_a_story_mailed_before_returns_only_where_somebody_joined() -> None:
    ranks = ranking({1: (1, 1), 2: (2, 2)}, joined={1: (), 2: ("radio",)})
    assert choose(Section("A"), [1, 2], ranks) == Chosen((), (2,))


STORIES = st.dictionaries(st.integers(1, 30), st.tuples(st.integers(0, 9), st.integers(1, 4)), max_size=20)


@given(
    weights=STORIES,
    wanted=st.lists(st.sets(st.integers(1, 30)), min_size=2, max_size=2),
    limit=st.one_of(st.none(), st.integers(1, 5)),
    order=st.sampled_from(["alerts", "publishers", "newest"]),
)
def test_every_story_is_accounted_for_and_none_stands_twice(weights, wanted, limit, order) -> None:
    sections = (Section("A", "x", limit, order), Section("B", "y", limit, order), Section("Rest", "", limit, order))
    taken = assign(sections, dict.fromkeys(weights, 1), lambda number, left: wanted[number])
    chosen = [choose(section, stories, ranking(weights)) for section, stories in zip(sections, taken, strict=True)]
    shown = [story for of in chosen for story in of.entries]
    assert len(shown) == len(set(shown))
    assert len(shown) + sum(of.cut_count for of in chosen) == len(weights)
    assert all(limit is None or len(of.entries) <= limit for of in chosen)
    for section, of in zip(sections, chosen, strict=True):
        keys = [ranking(weights).of(section.order)(story) for story in of.entries]
        assert keys == sorted(keys)
