"""All rules asked at once answer as each does by itself."""

from __future__ import annotations

import gc
import re
import weakref
from collections.abc import Sequence
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.model import Combination, Match, Matchable, Rule
from monitor.rules import RuleSet, compile_rules, prepare
from monitor.rules.compile import compile_query
from monitor.rules.match import values_of
from monitor.rules.packed import Packed
from monitor.text.reading import read

LISTS = {"animals": ["bees", "cat ant", "ant*"], "money": ["$5", "ant"]}
WORDS = [
    "ant",
    "ants",
    "Ant",
    "anthem",
    "bee",
    "bees",
    "cat",
    "卡",
    "拉",
    "卡拉",
    'צה"ל',
    "$5",
    "5",
    "u.s.",
    "Qarabağ",
    "-",
    "\n",
]
TERMS = [
    "ant",
    "ANT*",
    "anth*",
    "be?",
    "?at",
    "?a?",
    "qarabag",
    "卡",
    "卡拉",
    "拉卡拉",
    'צה"ל',
    "$5",
    "u.s.",
    '"ant bee"',
    '"bee ant* cat"',
    '"ant* bee"',
    '"be? ant"',
    "cs(Ant)",
    'cs("bee Ant")',
    "@animals",
    "@money",
    "author:bee",
    "author:(bee NEAR/1 cat)",
    "kind:press",
    "label:ant",
]
PLAIN = [term for term in TERMS if not re.match(r"author:|kind:|label:|cs", term)]


def queries() -> st.SearchStrategy[str]:
    near = st.sampled_from(["NEAR/2", "ONEAR/1", "NOT NEAR/1", "NEAR"])
    plain = st.sampled_from(PLAIN)
    either = st.lists(plain, min_size=1, max_size=3).map(lambda found: "(" + " OR ".join(found) + ")")
    leaves = st.one_of(
        st.sampled_from(TERMS),
        st.tuples(either, near, either).map(lambda found: "(" + " ".join(found) + ")"),
        st.tuples(st.sampled_from([1, 2, 3]), either).map(lambda found: f"atleast/{found[0]}{found[1]}"),
        st.tuples(st.sampled_from(["title", "body", "lead"]), either).map(":".join),
    )

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        parts = st.lists(inner, min_size=2, max_size=4)
        return st.one_of(
            parts.map(lambda found: "(" + " AND ".join(found) + ")"),
            parts.map(lambda found: "(" + " OR ".join(found) + ")"),
            st.tuples(inner, inner).map(lambda found: f"({found[0]} AND NOT {found[1]})"),
        )

    return st.recursive(leaves, grow, max_leaves=6)


WEIGHTS = st.dictionaries(st.sampled_from(PLAIN), st.integers(-3, 4), min_size=1, max_size=5)
BOXES = st.lists(st.sampled_from([term for term in PLAIN if not term.startswith('"')]), max_size=3).map(tuple)


@st.composite
def rules(draw: st.DrawFn) -> list[Rule]:
    found = [Rule(id="", name="", query=query) for query in draw(st.lists(queries(), max_size=5))]
    for weights in draw(st.lists(WEIGHTS, max_size=2)):
        query = draw(st.sampled_from(["", "", "bee AND ant"]))
        limits = {"threshold": draw(st.integers(1, 6)), "count_cap": draw(st.integers(1, 3))}
        factor = draw(st.integers(0, 3))
        found.append(Rule(id="", name="", query=query, terms=tuple(weights.items()), title_factor=factor, **limits))
    for boxes in draw(st.lists(st.tuples(BOXES, BOXES, BOXES), max_size=2)):
        found.append(Rule(id="", name="", any_of=(Combination(all=boxes[0], any=boxes[1], none=boxes[2]),)))
    return [
        Rule(**{**{slot: getattr(rule, slot) for slot in rule.__slots__}, "id": f"r{place}"})
        for place, rule in enumerate(found)
    ]


TEXTS = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)


def one_by_one(compiled: RuleSet, matchable: Matchable) -> list[Match]:
    """Each rule asked by itself, of a text of its own."""
    found = [rule.match(prepare(matchable)) for rule in compiled.rules]
    return [match for match in found if match is not None]


@given(rules(), TEXTS, TEXTS)
@example([Rule(id="r0", name="", query="ant* AND atleast/2(ants)")], "ants ant", "ants")
@example([Rule(id="r0", name="", terms=(("@animals", 1),), threshold=3, count_cap=3)], "ant", "ant ants")
def test_rules_answer_together_as_each_does_alone(found: list[Rule], title: str, body: str) -> None:
    compiled, _ = compile_rules(found, LISTS)  # those that cannot be read are left out
    matchable = Matchable(title=title, body=body, author="bee or cat", kind="press")
    assert compiled.match(prepare(matchable)) == one_by_one(compiled, matchable)


def fired(queries: Sequence[str], title: str, body: str = "") -> list[int]:
    compiled, errors = compile_rules(
        [Rule(id=str(place), name="", query=query) for place, query in enumerate(queries)], LISTS
    )
    assert errors == []
    return [int(match.rule_id) for match in compiled.match(prepare(Matchable(title=title, body=body)))]


def test_the_set_answers_again_and_again() -> None:
    compiled, _ = compile_rules([Rule(id="a", name="", query="?at OR ant"), Rule(id="b", name="", query="ant")], {})
    for text, expected in (("cat", ["a"]), ("ant", ["a", "b"]), ("bee", []), ("cat", ["a"])):
        assert [match.rule_id for match in compiled.match(prepare(Matchable(title=text, body="")))] == expected


@pytest.mark.parametrize(
    ("queries", "title", "body", "expected"),
    [
        (["ant", "title:ant", "body:ant", "lead:ant"], "ant", "", [0, 1, 3]),
        (["ant", "title:ant", "body:ant", "lead:ant"], "", "ant", [0, 2, 3]),
        (["ant", "title:ant", "body:ant"], "ant", "ant", [0, 1, 2]),
        (['"ant bee"'], "ant", "bee", []),  # no phrase crosses from the title into the body
        (['"ant bee"', '"bee ant"'], "bee", "ant bee", [0]),
        (["ant AND bee AND cat", "(ant OR x) AND (bee OR y) AND (cat OR z)"], "cat bee", "ant", [0, 1]),
        (["ant AND bee AND cat", "(ant OR x) AND (bee OR y) AND (cat OR z)"], "cat bee", "", []),
        (["ant AND NOT bee", "ant AND NOT (bee OR cat)", "ant AND NOT title:bee"], "ant", "bee", [2]),
        (["ant AND NOT (bee AND cat)", "ant AND NOT (bee NEAR cat)"], "ant bee", "cat", [1]),
        (["?nt", "?nt?"], "ant", "", [0]),
        (["author:bee OR ant", "author:bee AND ant"], "ant", "", [0]),
    ],
)
def test_what_the_index_leaves_out_could_not_fire(
    queries: list[str], title: str, body: str, expected: list[int]
) -> None:
    assert fired(queries, title, body) == expected


def test_a_large_group_is_met_like_a_small_one() -> None:
    names = " OR ".join(f"name{number}" for number in range(200))
    assert fired([f"({names}) AND (ant OR bee)", f"({names}) AND NOT ant"], "name150 bee") == [0, 1]
    assert fired([f"({names}) AND (ant OR bee)", f"({names}) AND NOT ant"], "name150 ant") == [0]
    assert fired([f"({names}) AND (ant OR bee)"], "name200 ant") == []


def test_a_rule_that_any_text_may_set_off_is_always_asked() -> None:
    compiled, _ = compile_rules(
        [
            Rule(id="embassies", name="", query="kind:embassy"),
            Rule(id="either", name="", query="kind:embassy OR ant"),
            Rule(id="both", name="", any_of=(Combination(all=("ant",)),), query="kind:embassy"),
        ],
        {},
    )
    for kind, title, expected in (
        ("embassy", "x", ["embassies", "either", "both"]),
        ("press", "ant", ["either", "both"]),
        ("press", "x", []),
    ):
        text = prepare(Matchable(title=title, body="", kind=kind))
        assert [match.rule_id for match in compiled.match(text)] == expected


def test_nearness_in_other_fields_is_asked_of_them() -> None:
    compiled, errors = compile_rules([Rule(id="r", name="", query="author:(name NEAR/1 surname) AND ant")], {})
    assert errors == []
    for author, expected in (("Name Surname", ["author"]), ("Name of the Surname", [])):
        matches = compiled.match(prepare(Matchable(title="ant", body="", author=author)))
        assert [span.field for match in matches for span in match.spans if span.field == "author"] == expected * 2


def test_two_thousand_rules_that_share_their_words_are_asked_quickly() -> None:
    words = [f"word{number}" for number in range(3_000)]
    found = [
        Rule(id=str(number), name="", query=" OR ".join(words[number % 3_000 :][:5]) + " OR talk*")
        if number % 2 == 0
        else Rule(
            id=str(number), name="", query=f"({words[number % 3_000]} OR {words[-1 - number % 3_000]}) AND minister"
        )
        for number in range(2_000)
    ]
    compiled, errors = compile_rules(found, {})
    assert errors == []
    texts = [
        prepare(Matchable(title="the minister spoke", body=f"of word{number} and nothing else " * 15))
        for number in range(200)
    ]
    started = process_time()
    fired_counts = [len(compiled.match(text)) for text in texts]
    assert process_time() - started < 2
    assert min(fired_counts) >= 1


def test_a_set_of_rules_goes_as_soon_as_nobody_holds_it() -> None:
    compiled, _ = compile_rules(
        [Rule(id="r", name="", query="?at OR ant*"), Rule(id="w", name="", query="a NEAR b")], {}
    )
    assert compiled.match(prepare(Matchable(title="a cat", body=""))) != []
    gone = weakref.ref(compiled._index)
    gc.disable()
    try:
        del compiled
        assert gone() is None
    finally:
        gc.enable()


def test_a_text_that_was_read_already_is_not_read_again() -> None:
    title, body = "Talks in Baku", "ISLAMABAD, Nov 7 (APP): Baku and Ganja"
    reading = read(title, body)
    text = prepare(Matchable(title=title, body=body, furniture=reading.furniture.spans), reading)
    compiled, _ = compile_rules(
        [Rule(id="a", name="", query="baku ganja"), Rule(id="b", name="", query="islamabad")], {}
    )
    (match,) = compiled.match(text)
    assert [(span.field, span.start, span.text) for span in match.spans] == [
        ("title", 9, "Baku"),
        ("body", 24, "Baku"),
        ("body", 33, "Ganja"),
    ]
    assert text.view("title").words is reading.title


def test_short_lists_lie_end_to_end() -> None:
    packed = Packed([[1, 2], [], [3], [-4]])
    assert [list(packed[number]) for number in (0, 1, 2, 3, -1, -4)] == [[1, 2], [], [3], [-4], [-4], [1, 2]]
    assert list(packed.values) == [1, 2, 3, -4]
    assert list(Packed(()).values) == []


def test_a_plan_tells_which_values_it_asks_for_absent_ones_too() -> None:
    plan = compile_query("ant AND NOT (kind:wire OR country:pk) AND (lang:en OR bee)", LISTS, purpose="rule").plan
    assert set(values_of(plan)) == {"kind", "country", "lang"}
