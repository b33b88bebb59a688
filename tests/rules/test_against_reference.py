"""The matcher and the full-text pre-filter against a slow evaluator that reads the query's tree word by word."""

from __future__ import annotations

import re
import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import RuleError
from monitor.model import Matchable, Rule
from monitor.rules import compile_query, compile_rules, fts_terms, prepare, syntax
from monitor.rules.grammar import parse
from monitor.text.tokens import FTS5_TOKENIZER, search_text, words

VOCABULARY = ["ant", "ants", "anthem", "bee", "bees", "cat", "卡", "拉", 'צה"ל']
LEAVES = [
    "ant",
    "ant*",
    "anth*",
    "be?",
    "?at",
    "bee",
    "cat",
    "卡拉",
    'צה"ל',
    '"ant bee"',
    '"bee ant* cat"',
    "kind:press",
    "@list",
]
LISTS = {"list": ["bees", "cat ant"]}


def queries() -> st.SearchStrategy[str]:
    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        parts = st.lists(inner, min_size=2, max_size=3)
        return st.one_of(
            parts.map(lambda found: "(" + " AND ".join(found) + ")"),
            parts.map(lambda found: "(" + " OR ".join(found) + ")"),
            st.tuples(inner, inner).map(lambda found: f"({found[0]} AND NOT {found[1]})"),
            inner.map(lambda found: f"(NOT {found})"),
            st.sampled_from(["title", "body"]).flatmap(
                lambda name: inner.map(lambda found: f"{name}:{found}" if re.match(r"[\w\"]+$", found) else found)
            ),
        )

    return st.recursive(st.sampled_from(LEAVES), grow, max_leaves=8)


TEXTS = st.lists(st.sampled_from(VOCABULARY), max_size=12).map(" ".join)


def slow(node: syntax.Node, title: str, body: str, fields: tuple[str, ...] = ("title", "body")) -> bool:
    if isinstance(node, syntax.And):
        return all(slow(part, title, body, fields) for part in node.parts)
    if isinstance(node, syntax.Or):
        return any(slow(part, title, body, fields) for part in node.parts)
    if isinstance(node, syntax.Not):
        return not slow(node.inner, title, body, fields)
    if isinstance(node, syntax.Limited):
        return node.field != "kind" and slow(node.inner, title, body, (node.field,))
    forms = LISTS[node.name] if isinstance(node, syntax.ListName) else [node.text]
    texts = {"title": title, "body": body}
    return any(slow_phrase(form, words(texts[field])) for form in forms for field in fields)


def slow_phrase(form: str, text: list[str]) -> bool:
    wanted = [
        re.compile(re.escape(word).replace(r"\*", ".*").replace(r"\?", "."))
        for piece in form.split()
        for word in (piece if piece == "卡拉" else [piece])
    ]
    return any(
        all(pattern.fullmatch(word) for pattern, word in zip(wanted, text[start:], strict=False))
        for start in range(len(text) - len(wanted) + 1)
    )


@given(queries(), TEXTS, TEXTS)
def test_the_matcher_agrees_with_the_reference(query: str, title: str, body: str) -> None:
    try:
        plan = compile_query(query, LISTS, purpose="rule")
    except RuleError:
        assert slow(parse(query), "", "")  # refused because it holds without any of its words
        return
    assert not slow(parse(query), "", "")
    expected = slow(parse(query), title, body)
    text = prepare(Matchable(title=title, body=body))
    found = plan.matches(text)
    assert (found is not None) == expected
    rules, _ = compile_rules([Rule(id="r", name="", query=query)], LISTS)
    assert bool(rules.match(text)) == expected
    if expected:
        assert is_found_by_full_text(fts_terms(plan), title, body)


def is_found_by_full_text(expression: str | None, title: str, body: str) -> bool:
    if expression is None:
        return True
    connection = sqlite3.connect(":memory:")
    connection.execute(f'CREATE VIRTUAL TABLE page USING fts5(title, body, tokenize = "{FTS5_TOKENIZER}")')
    connection.execute("INSERT INTO page VALUES (?, ?)", (search_text(title), search_text(body)))
    found = connection.execute("SELECT 1 FROM page WHERE page MATCH ?", (expression,)).fetchone()
    connection.close()
    return found is not None


def expression_of(query: str) -> str | None:
    return fts_terms(compile_query(query, LISTS, purpose="search"))


def test_the_pre_filter_asks_for_words_and_never_for_too_much() -> None:
    assert expression_of("visit") == '"visit"'
    assert expression_of('"two words"') == '("two" AND "words")'
    assert expression_of('צה"ל') == '"צה""ל"'
    assert expression_of("wom?n* OR negotiat*") == '("wom"* OR "negotiat"*)'
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
