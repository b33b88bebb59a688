"""Why a rule fires, and why not, in plain words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Combination, Matchable, Rule
from monitor.rules import Prepared, compile_query, compile_rules, prepare
from monitor.rules.explain import Explanation, explain_query, explain_rule
from monitor.rules.reasons import FURNITURE
from monitor.text.furniture import find_furniture

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LISTS = {
    "rooms": ["reading room", "lecture hall"],
    "many": ["ash", "birch", "cedar", "elm", "fir", "oak", "yew"],
    "wires": ["APP", "TNS"],
    "sport": ["football", "chess"],
}
TITLE = "Talks on Karabakh resume"
BODY = (
    "ISLAMABAD, Nov 7 (APP): The two sides met in the library about talks. Football was not mentioned by who. "
    "A long walk home. Night, night."
)


def text(title: str = TITLE, body: str = BODY) -> Prepared:
    furniture = find_furniture(title, body)
    return prepare(
        Matchable(
            *(title, body),
            kind="press",
            tags=("south", "west"),
            wire=furniture.wire,
            furniture=furniture.spans,
            published_at=datetime(2026, 11, 1, tzinfo=UTC),
        )
    )


def explained(query: str, of: Prepared | None = None) -> Explanation:
    return explain_query(compile_query(query, LISTS, purpose="search"), of or text(), NOW)


FAILS = [
    ("karabakh AND bridge", "bridge", "`bridge` stands nowhere in title or body"),
    ("author:doe", "doe", "`doe` stands nowhere in the author"),
    ("islamabad", "islamabad", "`islamabad` stands only in a label, dateline or credit, which is no part of the text"),
    ("title:library", "library", "`library` stands in the body, not in the title"),
    ("body:resume", "resume", "`resume` stands in the title, not in the body"),
    ("title:bridge", "bridge", "`bridge` stands nowhere in the title"),
    ("lead:bridge", "bridge", "`bridge` stands nowhere in the title and the first 60 words"),
    ('"sides two"', '"sides two"', 'the words of `"sides two"` are there, but not one after the other'),
    ('"sides three"', '"sides three"', '`"sides three"` stands nowhere in title or body'),
    ("sides NEAR/2 library", "sides NEAR/2 library", "`library` stands 3 words away from `sides`, NEAR/2 allows 2"),
    ("night NEAR/0 walk", "night NEAR/0 walk", "`walk` stands 1 word away from `night`, NEAR/0 allows 0"),
    (
        '("two sides met" OR sides) NEAR/0 library',
        None,
        '`library` stands 2 words away from `"two sides met" OR sides`, NEAR/0 allows 0',
    ),
    ("two NEAR/0 met", "two NEAR/0 met", "`met` stands 1 word away from `two`, NEAR/0 allows 0"),
    ("sides ONEAR/1 library", "sides ONEAR/1 library", "`library` stands 3 words away from `sides`, ONEAR/1 allows 1"),
    ("library ONEAR/3 sides", "library ONEAR/3 sides", "`sides` stands before `library`, not after it"),
    ("library ONEAR/9 sides", "library ONEAR/9 sides", "`sides` stands before `library`, not after it"),
    ("resume NEAR library", "resume NEAR library", "`resume` and `library` stand in different fields"),
    ("home NEAR home", "home NEAR home", "`home` and `home` are one and the same words"),
    ("home NEAR zeta", "home NEAR zeta", "`zeta` stands nowhere in title or body"),
    ("(zeta NEAR two) NEAR home", None, "`zeta` stands nowhere in title or body"),
    ("@rooms", "@rooms", "no form of `@rooms` stands in title or body"),
    ("alpha OR beta", "alpha OR beta", "none of `alpha`, `beta` stands in title or body"),
    (
        "alpha OR islamabad OR app",
        None,
        f"none of `alpha`, `islamabad`, `app` stands in title or body; `islamabad`, `app` stands only {FURNITURE}",
    ),
    ("@wires", "@wires", f"no form of `@wires` stands in title or body; `@wires` stands only {FURNITURE}"),
    ("title:(alpha OR islamabad)", None, "none of `alpha`, `islamabad` stands in the title"),
    ("atleast/2(islamabad)", None, f"`islamabad` stands nowhere, 2 are asked for; once more {FURNITURE}"),
    (
        "atleast/4(talks OR islamabad)",
        None,
        f"`talks OR islamabad` stands twice, 4 are asked for; once more {FURNITURE}",
    ),
    (
        "a1 OR b1 OR c1 OR d1 OR e1 OR f1",
        "a1 OR b1 OR c1 OR d1 OR e1 OR f1",
        "none of `a1`, `b1`, `c1`, `d1`, `e1` and 1 more stands in title or body",
    ),
    ("karabakh AND NOT football", "NOT football", "excluded by `football` in the body"),
    ("karabakh AND NOT (alpha OR football)", "NOT (alpha OR football)", "excluded by `football` in the body"),
    (
        "karabakh AND NOT (night OR (football two) OR alpha)",
        None,
        "excluded by `night`, `football two` 4 times in the body",
    ),
    ("karabakh AND NOT @sport", "NOT @sport", "excluded by `@sport` in the body"),
    ("karabakh AND NOT night", "NOT night", "excluded by `night` twice in the body"),
    ("karabakh AND NOT talks", "NOT talks", "excluded by `talks` in the title and in the body"),
    ("karabakh AND NOT kind:press", "NOT kind:press", "excluded by `press`"),
    ("cs(WHO)", "cs(WHO)", "it stands only as `who`, in another spelling or case"),
    ("cs(Zeta)", "cs(Zeta)", "`cs(Zeta)` stands nowhere in title or body"),
    ("atleast/3(talks)", "atleast/3(talks)", "`talks` stands twice, 3 are asked for"),
    ("atleast/2(home)", "atleast/2(home)", "`home` stands once, 2 are asked for"),
    ("atleast/2(zeta)", "atleast/2(zeta)", "`zeta` stands nowhere, 2 are asked for"),
    ("kind:embassy", "embassy", "the kind is `press`, not `embassy`"),
    ("country:pk", "pk", "the country is not known"),
    ("tag:east", "east", "the tag is `south`, `west`, not `east`"),
    ("within:7d AND talks", "within:7d", "published 2026-11-01 00:00, before 2026-11-16 12:00"),
    ("after:2026-11-02 AND talks", "after:2026-11-02", "published 2026-11-01 00:00, before 2026-11-02 00:00"),
    (
        "night NOT NEAR/3 (home OR walk)",
        "night NOT NEAR/3 (home OR walk)",
        "every `night` stands within 3 words of `home OR walk`",
    ),
    ("zeta NOT NEAR/3 home", "zeta NOT NEAR/3 home", "`zeta` stands nowhere in title or body"),
]


@pytest.mark.parametrize(("query", "asked", "why"), FAILS, ids=lambda value: str(value)[:30])
def test_a_clause_that_fails_says_why(query: str, asked: str | None, why: str) -> None:
    found = explained(query)
    assert not found.fires
    [clause] = found.clauses
    assert (clause.holds, clause.why) == (False, why)
    if asked is not None:
        assert clause.text == asked
        assert query[clause.start : clause.end] == asked


def test_alternatives_of_several_kinds_are_told_one_by_one() -> None:
    assert [clause.why for clause in explained("alpha OR (beta AND talks) OR title:library").clauses] == [
        "`alpha` stands nowhere in title or body",
        "`beta` stands nowhere in title or body",
        "`library` stands in the body, not in the title",
    ]


def test_every_clause_that_fails_is_told_and_none_that_holds() -> None:
    found = explained("karabakh AND bridge AND kind:wire AND NOT football")
    assert [clause.text for clause in found.clauses] == ["bridge", "wire", "NOT football"]


def test_what_is_said_to_be_too_far_apart_is_shown() -> None:
    [clause] = explained("(two OR home) NEAR/1 (library OR zeta)").clauses
    assert [span.text for span in clause.spans] == ["two", "library"] or clause.why.startswith(
        "`library OR zeta` stands"
    )
    [clause] = explained("sides NEAR/2 library").clauses
    assert [(span.field, BODY[span.start : span.end]) for span in clause.spans] == [
        ("body", "sides"),
        ("body", "library"),
    ]


def test_a_text_of_which_nothing_is_known_says_so() -> None:
    bare = prepare(Matchable("A title", ""))
    assert explained("tag:x", bare).clauses[0].why == "it has no tags, so not `x`"
    assert explained("within:2d AND title", bare).clauses[0].why == "the time of publication is not known"


HOLDS = [
    ("karabakh", ["`karabakh` stands in the title"]),
    ("talks", ["`talks` stands in the title and in the body"]),
    ("night AND NOT zeta", ["`night` stands twice in the body", "`zeta` is not there, as asked"]),
    ("alpha OR home OR karabakh", ["`home` stands in the body", "`karabakh` stands in the title"]),
    ("sides NEAR/3 library", ["`sides` and `library` stand near each other in the body"]),
    ("talks NOT NEAR/3 karabakh", ["`talks` stands in the body, away from `karabakh`"]),
    ("atleast/2(talks)", ["`talks` stands in the title and in the body"]),
    ("cs(who)", ["`cs(who)` stands in the body"]),
    ("kind:press AND tag:south", ["the kind is `press`", "the tag is `south`, `west`"]),
    ("after:2026-10-31 AND home", ["published 2026-11-01 00:00", "`home` stands in the body"]),
]


@pytest.mark.parametrize(("query", "why"), HOLDS, ids=lambda value: str(value)[:30])
def test_a_clause_that_holds_says_where(query: str, why: list[str]) -> None:
    found = explained(query)
    assert found.fires
    assert [clause.why for clause in found.clauses] == why
    assert all(clause.holds for clause in found.clauses)
    for clause in found.clauses:
        assert all({"title": TITLE, "body": BODY}[s.field][s.start : s.end] == s.text for s in clause.spans)


# -- rules ---------------------------------------------------------------------------------------------


def of_rule(rule: Rule) -> Explanation:
    compiled, errors = compile_rules([rule], LISTS)
    assert errors == []
    return explain_rule(compiled.rules[0], text())


def test_a_weighted_rule_is_told_by_its_scores() -> None:
    found = of_rule(Rule("w", "W", terms=(("victory day", 9), ("talks", 5), ("football", -20)), threshold=10))
    assert (found.fires, found.score, found.threshold) == (False, -10, 10)
    assert [(term.text, term.weight, term.hit_count, term.points) for term in found.terms] == [
        ("victory day", 9, 0, 0),
        ("talks", 5, 2, 10),
        ("football", -20, 1, -20),
    ]
    [clause] = found.clauses
    assert clause.why == "score -10 of 10: `talks` +10, `football` -20; not there: `victory day` (+9)"
    assert [span.text for span in clause.spans] == ["Talks", "talks"]


def test_a_weighted_rule_that_fires_says_by_what() -> None:
    found = of_rule(Rule("w", "W", terms=(("talks", 5), ("zeta", 2)), threshold=10))
    assert (found.fires, found.score) == (True, 10)
    assert [clause.why for clause in found.clauses] == ["score 10 of 10: `talks` +10"]
    assert of_rule(Rule("w", "W", terms=(("zeta", 5),), threshold=5)).clauses[0].why == (
        "score 0 of 5: none of the terms is there"
    )


def test_combinations_are_told_by_their_words() -> None:
    found = of_rule(
        Rule(
            *("c", "C"),
            query="alpha",
            any_of=(
                Combination(all=("karabakh", "zeta"), any=("talks", "war"), none=("football", "night")),
                Combination(all=("sides", "library"), any=("met",), near=1, none=("zeta",)),
                Combination(all=("zeta", "sides"), near=3),
                Combination(any=("ash", "elm")),
            ),
        )
    )
    assert not found.fires
    assert [(clause.text, clause.start, clause.why) for clause in found.clauses] == [
        ("alpha", 0, "`alpha` stands nowhere in title or body"),
        ("zeta", None, "`zeta` stands nowhere in title or body"),
        ("none of football, night", None, "excluded by `football` in the body"),
        ("none of football, night", None, "excluded by `night` twice in the body"),
        ("near = 1", None, "`sides`, `library`, `any of met` are there, but nowhere all within 1 word"),
        ("near = 3", None, "`zeta` stands nowhere in title or body"),
        ("any of ash, elm", None, "none of `ash`, `elm` stands in title or body"),
    ]


def test_a_combination_that_fires_says_where_and_those_that_do_not_are_left_out() -> None:
    found = of_rule(
        Rule(
            *("c", "C"),
            any_of=(Combination(all=("zeta",)), Combination(all=("talks",), any=("karabakh", "war"), near=3)),
            terms=(("zeta", 1),),
            threshold=1,
        )
    )
    assert found.fires
    assert [(clause.text, clause.why) for clause in found.clauses] == [
        ("near = 3", "`talks`, `any of karabakh, war` stand within 3 words in the title")
    ]


leaves = st.sampled_from(
    [
        *("talks", "karabakh", "night", "zeta", "lib*", "title:talks", "body:night", "kind:press", "@rooms", "@many"),
        *("home NEAR/2 walk", "night NOT NEAR/1 home", "atleast/2(night)", "cs(Talks)", "tag:west", "within:40d"),
        *("(night OR home) NEAR/3 (walk OR zeta)", '"long walk"', "lead:library", "islamabad"),
    ]
)
queries = st.recursive(
    leaves,
    lambda inner: (
        st.builds("(({}) AND ({}))".format, inner, inner)
        | st.builds("(({}) OR ({}))".format, inner, inner)
        | st.builds("(({}) AND NOT ({}))".format, inner, inner)
    ),
    max_leaves=6,
)


@given(queries)
def test_any_query_is_explained_as_it_is_judged(query: str) -> None:
    compiled = compile_query(query, LISTS, purpose="search")
    of = text()
    found = explain_query(compiled, of, NOW)
    assert found.fires == (compiled.matches(of, NOW) is not None)
    assert found.clauses
    assert all(clause.holds == found.fires and clause.why for clause in found.clauses)


def test_a_weighted_term_that_stands_in_the_dateline_alone_is_told_so() -> None:
    rule = Rule(id="r", name="", terms=(("islamabad", 5), ("alpha", 5), ("talks", 1)), threshold=9)
    rules, _ = compile_rules([rule], {})
    found = explain_rule(rules.rules[0], text())
    assert [term.is_apart for term in found.terms] == [True, False, False]
    assert found.clauses[0].why == (
        f"score 2 of 9: `talks` +2; not there: `islamabad` (+5), `alpha` (+5); `islamabad` stands only {FURNITURE}"
    )
