"""What a query looks for, and which of it is too common; the other warnings stand in `conformance/warnings.toml`."""

from __future__ import annotations

import pytest

from monitor.model import Combination, Rule
from monitor.rules import compile_query, lint_rule
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
    rule = Rule(id="r", name="", **parts)  # type: ignore[arg-type]
    return [(keys, warning.position, warning.message.partition(" is ")[0]) for keys, _, warning in lint_rule(rule)]


def test_every_part_of_a_rule_is_warned_of_under_its_keys() -> None:
    boxes = Combination(all=("oil", "tax or levy"), any=("gas NEAR/5 pipe",), none=("coal AND mine",), near=21)
    assert warned(query="oil or gas", terms=(("rise and fall", 2), ("oil", 1)), any_of=(Combination(), boxes)) == [
        (("query",), 4, "`or`"),
        (("terms", "rise and fall"), 5, "`and`"),
        (("any_of", 1, "all", 1), 4, "`or`"),
        (("any_of", 1, "any", 0), 4, "`NEAR/5`"),
        (("any_of", 1, "none", 0), 5, "`AND`"),
        (("any_of", 1, "near"), 0, "21 words apart"),
    ]


@pytest.mark.parametrize(
    "term", ["oil", "and", "oil and", "not oil", "or gas", '"rise and fall"', "“rise and fall”", "@list", "near miss"]
)
def test_terms_that_hold_no_operator_between_words_are_not_warned_of(term: str) -> None:
    assert warned(terms=((term, 1),)) == []


def test_a_term_that_excludes_is_warned_of_since_terms_know_no_operators() -> None:
    assert warned(terms=(("NOT oil", 1),)) == [(("terms", "NOT oil"), 0, "`NOT`")]
    assert warned(any_of=(Combination(all=("oil", "gas"), near=20),)) == []
