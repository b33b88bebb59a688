"""Runs near each other, against trying every pair; and how often each run is looked at."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Combination, Matchable, Rule
from monitor.rules import compile_rules, prepare
from monitor.rules.nearness import Run, apart, joined, members, within

RUNS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 3)).map(lambda run: (run[0], run[0] + run[1])), max_size=8, unique=True
).map(sorted)
DISTANCES = st.integers(0, 4)


def are_near(x: Run, y: Run, distance: int, *, is_ordered: bool) -> bool:
    between = max(x[0], y[0]) - min(x[1], y[1]) - 1
    return x != y and between <= distance and (not is_ordered or x[0] < y[0])


@settings(max_examples=2000, deadline=None)
@given(RUNS, RUNS, DISTANCES, st.booleans(), st.sets(st.integers(0, 12)))
def test_joined_runs_and_their_members_are_those_of_all_pairs(
    left: list[Run], right: list[Run], distance: int, is_ordered: bool, starts: set[int]
) -> None:
    pairs = [(x, y) for x, y in product(left, right) if are_near(x, y, distance, is_ordered=is_ordered)]
    longest: dict[int, int] = {}
    for x, y in pairs:
        first = min(x[0], y[0])
        longest[first] = max(longest.get(first, 0), x[1], y[1])
    assert joined(left, right, distance, is_ordered=is_ordered) == sorted(longest.items())
    chosen = [(x, y) for x, y in pairs if min(x[0], y[0]) in starts]
    assert members(left, right, distance, is_ordered=is_ordered, starts=starts) == (
        sorted({x for x, _ in chosen}),
        sorted({y for _, y in chosen}),
    )


@settings(max_examples=2000, deadline=None)
@given(RUNS, RUNS, DISTANCES)
def test_runs_apart_are_near_no_other(runs: list[Run], others: list[Run], distance: int) -> None:
    expected = [x for x in runs if not any(are_near(x, y, distance, is_ordered=False) for y in others)]
    assert apart(runs, others, distance) == expected


@settings(max_examples=1000, deadline=None)
@given(st.lists(RUNS, min_size=1, max_size=3), DISTANCES)
def test_runs_within_a_distance_are_those_of_all_groups(parts: list[list[Run]], distance: int) -> None:
    groups = [
        group
        for group in product(*parts)
        if max(first for first, _ in group) - min(last for _, last in group) - 1 <= distance
    ]
    expected = [sorted({group[place] for group in groups}) for place in range(len(parts))]
    assert within(parts, distance) == expected


class Counted(list[Run]):
    """A list that counts what it gives away."""

    given = 0

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        Counted.given += len(found) if isinstance(place, slice) else 1
        return found

    def __iter__(self) -> Iterator[Run]:
        for run in super().__iter__():
            Counted.given += 1
            yield run

    def __reversed__(self) -> Iterator[Run]:
        for run in super().__reversed__():
            Counted.given += 1
            yield run


@pytest.mark.parametrize(
    "ask",
    [
        lambda runs: joined(runs, runs, 50, is_ordered=False),
        lambda runs: joined(runs, runs, 50, is_ordered=True),
        lambda runs: members(runs, runs, 50, is_ordered=False, starts=range(10**6)),
        lambda runs: apart(runs, runs, 50),
        lambda runs: within([runs, runs, runs], 50),
    ],
)
def test_each_run_is_looked_at_a_bounded_number_of_times(ask: Callable[[list[Run]], object]) -> None:
    runs = Counted([(place, place + length) for place in range(500) for length in range(3)])
    Counted.given = 0
    ask(runs)
    assert Counted.given <= 24 * len(runs)


# What could make a rule look at pairs, or at a text once more for each of its words.
HEAVY = [
    "a NEAR/50 a",
    "a NOT NEAR/50 a",
    "(a NEAR/50 a) NEAR/50 (a NEAR/50 a)",
    "((a ONEAR/50 a) NEAR/50 a) NOT NEAR/50 (a NEAR/50 (a NEAR/50 a))",
    "(" * 20 + "a" + " NEAR/50 a)" * 20,
    '"a a a a a a a a a a a a"',
    '"a a a" NEAR/50 "a a"',
    '(a OR "a a" OR "a a a" OR "a a a a") NEAR/50 (a OR "a a" OR "a a a a a")',
    'atleast/100(a NEAR/50 (a OR "a a"))',
    "@many NEAR/50 @many",
    'cs("a a a a") NEAR/9 cs(a)',
    "title:(a NEAR/50 a) OR lead:(a NEAR/50 a)",
]
LISTS = {"many": ["a", "a a", "a a a", "a a a a", "aaa*", "a?"]}
HEAVY_RULES = [Rule(id="r", name="", query=query) for query in HEAVY] + [
    Rule(id="r", name="", any_of=(Combination(all=("a", "a a", "a a a"), any=("a", "@many"), near=50),)),
]


@pytest.mark.parametrize("rule", HEAVY_RULES, ids=lambda rule: rule.query[:40] or "any_of")
def test_the_work_for_a_rule_grows_with_the_text_and_no_faster(rule: Rule) -> None:
    work = [calls_of(rule, count) for count in (250, 500, 1000)]
    assert work[2] <= 2.2 * work[1] <= 2.2 * 2.2 * work[0]
    size = len(rule.query) + 60
    assert work[2] <= 40 * size * 1000


def calls_of(rule: Rule, count: int) -> int:
    """How many functions are called, those of the interpreter included, to judge a text of `count` times the same word."""
    rules, errors = compile_rules([rule], LISTS)
    assert errors == []
    text = prepare(Matchable(title="a " * (count // 4), body="a " * count))
    rules.match(text)
    calls = 0

    def count_call(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count_call)
    try:
        rules.match(prepare(text.matchable))
    finally:
        sys.setprofile(before)
    return calls
