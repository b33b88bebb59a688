"""What a query looks for, and which of it is too common; the other warnings stand in `conformance/warnings.toml`."""

from __future__ import annotations

import pytest

from monitor.model import Combination, Rule
from monitor.rules import compile_query, compile_rules, lint_plan, lint_rule
from monitor.rules.lint import leaves, lint_frequency

LISTS = {"fuel": ["crude oil", "gas*"]}
QUERY = 'tax AND @fuel AND (title:(oil NEAR/2 cs(US)) OR (coal NOT NEAR/2 mine)) AND atleast/2("two words") AND NOT x kind:press'


def test_the_leaves_of_a_query_are_what_it_looks_for_with_their_places() -> None:
    found = leaves(compile_query(QUERY, LISTS, purpose="rule").plan)
    assert [QUERY[leaf.start : leaf.end] for leaf in found] == [
        "tax",
        "@fuel",
        "@fuel",
        "oil",
        "cs(US)",
        "coal",
        '"two words"',
    ]


def test_forms_of_a_list_stand_where_the_list_does_in_each_query_that_shares_them() -> None:
    forms: dict = {}
    for query in ("@fuel", "tax AND @fuel"):
        plan = compile_query(query, LISTS, purpose="rule", forms=forms).plan
        assert [query[leaf.start : leaf.end] for leaf in leaves(plan)][-2:] == ["@fuel", "@fuel"]
    assert len(forms) == 1


def test_words_found_in_more_than_a_twentieth_of_the_items_are_warned_of_the_most_frequent_first() -> None:
    text = "tax OR @fuel OR cs(US)"
    tax, crude, gas, us = leaves(compile_query(text, LISTS, purpose="rule").plan)
    warnings = lint_frequency(text, [(tax, 51), (crude, 50), (gas, 900), (us, 60)], 1000)
    assert [(warning.position, warning.message.partition(":")[0]) for warning in warnings] == [
        (7, '"gas*" of `@fuel` was found in 900 of 1000 items (90 %)'),
        (16, "`cs(US)` was found in 60 of 1000 items (6 %)"),
        (0, "`tax` was found in 51 of 1000 items (5 %)"),
    ]
    assert lint_frequency(text, [(tax, 0)], 0) == []


def test_the_most_common_form_of_a_list_is_told_by_its_words() -> None:
    (crude, _) = leaves(compile_query("@fuel", LISTS, purpose="rule").plan)
    assert lint_frequency("@fuel", [(crude, 9)], 10)[0].message.startswith('"crude oil" of `@fuel`')


def warned(**parts: object) -> list[tuple[tuple[str | int, ...], int, str]]:
    rules, errors = compile_rules([Rule(id="r", name="", threshold=1, **parts)], LISTS)  # type: ignore[arg-type]
    assert errors == []
    found = lint_rule(rules.rules[0], {})
    return [(keys, warning.position, warning.message.partition(" is ")[0]) for keys, _, warning in found]


def test_every_part_of_a_rule_is_warned_of_under_its_keys() -> None:
    boxes = Combination(all=("oil", "tax or levy"), any=("gas near/5 pipe",), none=("coal and mine",), near=21)
    oil = Combination(all=("oil",))
    assert warned(query="oil or gas", terms=(("rise and fall", 2), ("oil", 1)), any_of=(oil, boxes)) == [
        (("query",), 4, "`or`"),
        (("terms", "rise and fall"), 5, "`and`"),
        (("any_of", 1, "all", 1), 4, "`or`"),
        (("any_of", 1, "any", 0), 4, "`near/5`"),
        (("any_of", 1, "none", 0), 5, "`and`"),
        (("any_of", 1, "near"), 0, "21 words apart"),
    ]


@pytest.mark.parametrize(
    "term", ["oil", "and", "oil and", "not oil", "or gas", '"rise and fall"', "“rise and fall”", "@fuel", "near miss"]
)
def test_terms_that_hold_no_operator_between_words_are_not_warned_of(term: str) -> None:
    assert warned(terms=((term, 1),)) == []
    assert warned(any_of=(Combination(all=("oil", term), near=20),) if term != "oil" else (), query="x") == []


@pytest.mark.parametrize(
    "query",
    [
        "oil ‸NOT oil",
        "oil AND gas AND ‸NOT (coal OR gas)",
        "@fuel AND ‸NOT @fuel",
        '@fuel AND ‸NOT (coal OR gas* OR "crude oil")',
        "title:oil AND ‸NOT oil",
        "lead:oil AND ‸NOT oil",
        "oil AND ‸NOT (title:oil OR body:oil)",
        "(oil NEAR/3 gas) AND ‸NOT gas",
        "(gas NEAR/3 oil) AND ‸NOT gas",
        "cs(Oil) AND ‸NOT oil",
        "atleast/2(oil) AND ‸NOT oil",
        "(oil NOT NEAR/2 gas) AND ‸NOT oil",
        "x OR (oil AND ‸-oil)",
        "x AND (oil AND ‸-oil)",
        "(oil AND gas) AND ‸NOT gas",
        "(oil NEAR gas) AND ‸NOT (oil NEAR gas)",
        "kind:press AND x AND ‸NOT kind:press",
    ],
)
def test_what_is_asked_for_and_excluded_is_warned_of(query: str) -> None:
    plain = query.replace("‸", "")
    found = lint_plan(compile_query(plain, LISTS, purpose="rule").plan, {})
    assert [(warning.position, warning.message[:34]) for warning in found] == [
        (query.index("‸"), "what is asked for is excluded here")
    ]


@pytest.mark.parametrize(
    "query",
    [
        "oil NOT gas",
        "oil AND NOT title:oil",
        "oil AND NOT cs(Oil)",
        "oil AND NOT lead:oil",
        "(oil OR gas) AND NOT gas",
        "@fuel AND NOT gas*",
        "oil* AND NOT oil",
        "oil AND NOT (oil AND gas)",
        "kind:press NOT kind:wire",
    ],
)
def test_what_may_hold_is_not_warned_of(query: str) -> None:
    assert lint_plan(compile_query(query, LISTS, purpose="rule").plan, {}) == []


def test_a_combination_that_excludes_what_it_asks_for_is_warned_of() -> None:
    for near in (None, 5):
        boxes = Combination(all=("oil", "tax"), none=("gas", "oil"), near=near)
        assert warned(any_of=(boxes,)) == [(("any_of", 0), 0, "what")]


def test_metadata_that_nothing_has_is_warned_of() -> None:
    query = "(source:ap OR source:afp) x AND NOT publisher:@fuel AND (tag:so* OR #desert) kind:press tag:@fuel"
    known = {"source": ["apa", "afp"], "publisher": ["gas"], "tag": ["south", "coal"]}
    found = lint_plan(compile_query(query, {"fuel": ["oil", "coal", "tar"]}, purpose="rule").plan, known)
    assert [(warning.position, warning.message) for warning in found] == [
        (8, "nothing has the source `ap` (did you mean `source:apa`?), so this holds for no item yet"),
        (query.index("@fuel"), "nothing has the publisher `oil`, so this holds for no item yet"),
        (query.index("desert"), "nothing has the tag `desert`, so this holds for no item yet"),
    ]
