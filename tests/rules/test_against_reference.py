"""The matcher, the index of rules and the full-text pre-filter against the slow evaluator of `reference`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.errors import RuleError
from monitor.model import Combination, Matchable, Rule, Span
from monitor.rules import compile_query, compile_rules, prepare, syntax
from monitor.rules.printing import printed
from monitor.search.narrow import expression
from monitor.text.tokens import FTS5_TOKENIZER, search_text
from tests.rules.reference import Hits, Reference, Text

VOCABULARY = ["ant", "Ant", "ants", "anthem", "bee", "Bee", "bees", "cat", "卡", "拉", "+卡", "+拉", 'צה"ל']
LISTS = {"list": ["bees", "cat ant"], "stems": ["ant", "cat bee*"]}
TERMS = ["ant", "ant*", "anth*", "be?", "?at", "bee", "cat", 'צה"ל', "卡拉", "卡?", "?拉", "卡?卡"]
PHRASES = ["ant bee", "bee ant* cat", "cat cat", "ant", "bee be?", "卡 拉", "cat 卡拉", "卡拉 卡?"]


def leaves() -> st.SearchStrategy[syntax.Node]:
    lists = st.sampled_from([("list", False), ("stems", False), ("stems", True)])
    return st.one_of(
        st.sampled_from(TERMS).map(syntax.Word),
        st.sampled_from(PHRASES).map(syntax.Phrase),
        lists.map(lambda found: syntax.ListName(*found)),
        st.sampled_from(["Ant", "ant", "Bee ant", "CAT", "卡拉", "卡 拉"]).map(syntax.Case),
    )


def several(inner: st.SearchStrategy[syntax.Node]) -> st.SearchStrategy[tuple[syntax.Node, ...]]:
    return st.lists(inner, min_size=2, max_size=3).map(tuple)


def nearness(inner: st.SearchStrategy[syntax.Node]) -> st.SearchStrategy[syntax.Node]:
    kinds = st.sampled_from([(False, False), (False, False), (True, False), (False, True)])
    distances = st.sampled_from([0, 1, 2, 5, 50])
    return st.tuples(inner, inner, distances, kinds).map(lambda found: syntax.Near(*found[:3], *found[3]))


def limited(inner: st.SearchStrategy[syntax.Node]) -> st.SearchStrategy[syntax.Node]:
    return st.builds(syntax.Limited, st.sampled_from(["title", "body", "lead"]), inner)


# What has hits: the sides of NEAR, and what atleast counts. Fields stand outside, so that the sides always may meet.
SIDES = st.recursive(leaves(), lambda inner: st.one_of(several(inner).map(syntax.Or), nearness(inner)), max_leaves=6)
BARE = st.one_of(leaves(), SIDES, nearness(SIDES), st.builds(syntax.AtLeast, st.integers(1, 4), SIDES))
CLAUSES = st.one_of(
    BARE,
    limited(BARE),
    st.builds(syntax.AtLeast, st.integers(1, 3), limited(SIDES)),
    st.just(syntax.Limited("kind", syntax.Word("press"))),
)
JOINED = st.recursive(
    CLAUSES,
    lambda inner: st.one_of(
        several(inner).map(syntax.And),
        several(inner).map(syntax.Or),
        st.tuples(inner, inner.map(syntax.Not)).map(syntax.And),
    ),
    max_leaves=5,
)
NEGATED = st.recursive(
    CLAUSES, lambda inner: st.one_of(several(inner).map(syntax.Or), inner.map(syntax.Not)), max_leaves=4
)
QUERIES = st.one_of(CLAUSES, JOINED, JOINED, JOINED, NEGATED)
PIECES = st.sampled_from(
    [[word] for word in VOCABULARY]
    + [["卡", "+拉"], ["卡", "+拉", "+卡"]]
    + [phrase.replace("*", "s").replace("?", "e").split() for phrase in PHRASES if "卡" not in phrase]
)


def words(most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(PIECES, min_size=most // 3, max_size=most).map(
        lambda pieces: [word for piece in pieces for word in piece]
    )


TEXTS = st.builds(
    Text,
    title=words(4),
    body=st.one_of(words(10), words(10), words(10).map(lambda found: ["x"] * 55 + found)),
    kind=st.sampled_from(["", "press"]),
)


def item(text: Text) -> Matchable:
    return Matchable(title=laid_out(text.title), body=laid_out(text.body), kind=text.kind)


def laid_out(words: list[str]) -> str:
    """Words with spaces between those that do not touch. Latin letters touch nothing, for they would be of the word before."""
    return "".join(word[1:] if word[0] == "+" else f" {word}" for word in words).removeprefix(" ")


def spans_of(text: Text, hits: Hits) -> list[Span]:
    """Hits as stretches of the words joined by spaces, in the order of a match."""
    spans = []
    for field, first, last in hits:
        words = getattr(text, field)
        start = len(laid_out(words[: first + 1])) - len(words[first].removeprefix("+"))
        shown = laid_out(words[: last + 1])[start:]
        spans.append(Span(field, start, start + len(shown), shown))
    return sorted(spans, key=lambda span: (span.field == "body", span.start, span.end))


@settings(max_examples=4000, deadline=None)
@given(QUERIES, TEXTS)
@example(syntax.Near(syntax.Word("ant"), syntax.Word("ant"), 50), Text(["ant"], ["ant"]))
@example(syntax.Near(syntax.Phrase("ant bee"), syntax.Word("bee"), 0), Text([], ["ant", "bee"]))
@example(syntax.Near(syntax.Word("ant*"), syntax.Word("anth*"), 0, is_ordered=True), Text([], ["anthem", "anthem"]))
def test_the_matcher_agrees_with_the_reference(tree: syntax.Node, text: Text) -> None:
    query = printed(tree)
    reference = Reference(text, LISTS)
    holds_for_nothing = Reference(Text([], []), LISTS).holds(tree)
    try:
        plan = compile_query(query, LISTS, purpose="rule")
    except RuleError:
        assert holds_for_nothing
        return
    assert not holds_for_nothing
    expected = spans_of(text, reference.spans(tree)) if reference.holds(tree) else None
    found = plan.matches(prepare(item(text)))
    assert (None if found is None else list(found)) == expected
    rules, _ = compile_rules([Rule(id="r", name="", query=query)], LISTS)
    fired = rules.match(prepare(item(text)))
    assert [list(match.spans) for match in fired] == ([] if expected is None else [expected])


RULE_LISTS = LISTS | {"twice": ["ant*", "ants", "Ant", "ant bee", "bee"]}
RULE_TERMS = st.sampled_from([*TERMS, *PHRASES, "@list", "@stems*", "@twice"])
COMBINATIONS = st.builds(
    Combination,
    all=st.lists(RULE_TERMS, min_size=1, max_size=3, unique=True).map(tuple),
    any=st.lists(RULE_TERMS, max_size=2).map(tuple),
    none=st.one_of(st.just(()), st.lists(RULE_TERMS, max_size=1).map(tuple)),
    near=st.sampled_from([None, 0, 1, 3, 50]),
).filter(lambda found: found.near is None or len(found.all) + bool(found.any) > 1)
WEIGHTS = st.lists(st.tuples(RULE_TERMS, st.integers(-5, 9)), max_size=4, unique_by=lambda term: term[0])
RULES = st.builds(
    Rule,
    id=st.just("r"),
    name=st.just(""),
    terms=st.one_of(st.just(()), st.builds(lambda more: (("bee*", 3), *more), WEIGHTS.map(tuple))),
    threshold=st.integers(1, 20),
    count_cap=st.integers(1, 3),
    title_factor=st.integers(1, 3),
    any_of=st.lists(COMBINATIONS, min_size=1, max_size=2).map(tuple),
)


@settings(max_examples=2000, deadline=None)
@given(RULES, TEXTS)
@example(Rule(id="r", name="", terms=(("@twice", 1),), threshold=2, count_cap=3), Text([], ["ants"]))
def test_weights_and_combinations_agree_with_the_reference(rule: Rule, text: Text) -> None:
    rules, errors = compile_rules([rule], RULE_LISTS)
    assert errors == []
    expected = Reference(text, RULE_LISTS).rule(rule)
    fired = rules.match(prepare(item(text)))
    assert [(match.score, list(match.spans)) for match in fired] == (
        [] if expected is None else [(expected[0], spans_of(text, expected[1]))]
    )
    alone = rules.rules[0].match(prepare(item(text)))
    assert fired == ([] if alone is None else [alone])


@settings(max_examples=600, deadline=None)
@given(QUERIES, TEXTS)
def test_the_pre_filter_finds_whatever_matches(tree: syntax.Node, text: Text) -> None:
    try:
        query = compile_query(printed(tree), LISTS, purpose="search")
    except RuleError:
        return
    if query.matches(prepare(item(text))) is not None:
        assert is_found_by_full_text(expression(query.plan, is_near=False), item(text))


def is_found_by_full_text(expression: str | None, item: Matchable) -> bool:
    if expression is None:
        return True
    with full_text_index() as connection:
        connection.execute("INSERT INTO page VALUES (?, ?)", (search_text(item.title), search_text(item.body)))
        found = connection.execute("SELECT 1 FROM page WHERE page MATCH ?", (expression,)).fetchone()
    return found is not None


@contextmanager
def full_text_index() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute(f'CREATE VIRTUAL TABLE page USING fts5(title, body, tokenize = "{FTS5_TOKENIZER}")')
    yield connection
    connection.close()


def expression_of(query: str) -> str | None:
    return expression(compile_query(query, LISTS, purpose="search").plan, is_near=False)


def test_the_pre_filter_asks_for_words_and_never_for_too_much() -> None:
    assert expression_of("visit") == '"visit"'
    assert expression_of('"two words"') == '("two" AND "words")'
    assert expression_of('צה"ל') == '"צה""ל"'
    assert expression_of("wom?n* OR negotiat*") == '("wom" * OR "negotiat" *)'
    assert expression_of("visit AND kind:press AND NOT baku") == '"visit"'
    assert expression_of("(visit OR kind:press) talks") == '"talks"'
    assert expression_of("lead:visit") == '"visit"'
    assert expression_of("visit visit") == '"visit"'


def test_the_pre_filter_says_so_when_it_knows_nothing() -> None:
    assert expression_of("visit OR kind:press") is None
    assert expression_of("author:name") is None
    assert expression_of("after:2026-11-01") is None
    assert expression_of("?aku") is None
    assert expression_of("kind:press AND NOT baku") is None
