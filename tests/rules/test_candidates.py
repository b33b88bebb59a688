"""What is left of all rules before any of them is asked."""

from __future__ import annotations

import pytest

from monitor.model import Matchable, Rule
from monitor.rules import compile_rules, prepare


def found(rule: Rule, title: str, body: str = "") -> tuple[bool, bool]:
    """Whether a rule is told to fire, and whether it must be asked."""
    compiled, errors = compile_rules([rule], {})
    assert errors == []
    told, to_ask = compiled._candidates.find(compiled._index.ask(prepare(Matchable(title=title, body=body))))
    return bool(told), bool(to_ask)


TOLD, ASKED, LEFT_OUT = (True, False), (False, True), (False, False)


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("ant OR bee", "bee", TOLD),
        ("ant OR bee", "cat", LEFT_OUT),
        ("ant AND (bee OR cat)", "cat ant", TOLD),
        ("ant AND (bee OR cat)", "ant", LEFT_OUT),
        ("ant AND NOT (bee OR cat)", "ant", TOLD),
        ("ant AND NOT (bee OR cat)", "ant cat", LEFT_OUT),
        ("title:ant", "ant", TOLD),
        ("body:ant", "ant", LEFT_OUT),
        ("ant NEAR bee", "ant bee", ASKED),
        ("ant NEAR bee", "ant", LEFT_OUT),
        ("ant AND bee AND cat", "ant bee cat", ASKED),
        ("ant AND bee AND cat", "ant bee", LEFT_OUT),
        ("ant AND bee AND cat", "ant cat", LEFT_OUT),
        ("ant AND bee AND cat", "bee cat", LEFT_OUT),
        ("ant AND bee AND NOT cat", "ant bee", ASKED),
        ("ant AND bee AND NOT cat", "ant bee cat", LEFT_OUT),
        ("(ant NEAR bee) AND NOT cat", "ant bee cat", LEFT_OUT),
        ("ant AND atleast/2(bee)", "ant bee", ASKED),
    ],
)
def test_most_rules_are_told_or_left_out_by_their_words_alone(
    query: str, text: str, expected: tuple[bool, bool]
) -> None:
    assert found(Rule(id="r", name="", query=query), text) == expected


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("", "ant", LEFT_OUT),
        ("", "ant bee", ASKED),
        ("ant", "", ASKED),  # twice as much in the title
        ("ant", "ant", ASKED),
        ("", "ant cat", LEFT_OUT),
        ("cat", "", LEFT_OUT),
    ],
)
def test_weights_are_asked_of_where_they_may_reach_their_threshold(
    title: str, body: str, expected: tuple[bool, bool]
) -> None:
    weighted = Rule(id="r", name="", terms=(("ant", 5), ("bee", 5), ("cat", -5)), threshold=10, title_factor=2)
    assert found(weighted, title, body) == expected
