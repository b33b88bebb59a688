"""Every refusal, with its place and its words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import RuleError
from monitor.model import Matchable
from monitor.rules import Query, compile_query, lint, prepare
from monitor.rules.lexer import LENGTH_MAX, NESTING_MAX

LISTS = {"aliyev": ["Aliyev"], "empty": [], "short": ["UN", "Oslo"], "bad": ["Baku", "*"]}
MIXED = "AND and OR are mixed without parentheses, which can be read in two ways: "

REFUSALS = [
    ("", 0, "the query is empty"),
    ("  \n", 0, "the query is empty"),
    ("a AND b OR c", 8, MIXED + "`(a AND b) OR c` or `a AND (b OR c)`; write the one you mean"),
    ("a b OR c", 4, MIXED + "`(a AND b) OR c` or `a AND (b OR c)`"),
    ("a OR b c", 7, MIXED + "`a OR (b AND c)` or `(a OR b) AND c`"),
    ("a OR b AND NOT c OR d", 7, MIXED + "`a OR (b AND NOT c) OR d` or `(a OR b) AND (NOT c OR d)`"),
    ("x AND (a b OR c)", 11, MIXED + "`(a AND b) OR c`"),
    ('title:(a "b c" || d)', 15, MIXED + '`(a AND "b c") OR d`'),
    ("*", 0, "`*` would match any word"),
    ("a AND ?", 6, "`?` would match any word"),
    ("kara-*", 0, "the wildcard in `kara-*` stands alone"),
    ("u.s.*", 0, "the wildcard in `u.s.*` stands alone"),
    ("ab*", 0, "`*` needs at least 3 letters before it"),
    ("a?*", 0, "`*` needs at least 3 letters before it, or far too much would match: write more of `a?*`"),
    ("a*b", 0, "`*` stands only at a word's end"),
    ("abc**", 0, "`*` stands only at a word's end"),
    ('x AND ""', 6, "this phrase is empty"),
    ('"  "', 0, "this phrase is empty"),
    ('"…"', 0, "`…` holds no word to look for"),
    ("a & b", 2, "`&` holds no word to look for"),
    ("$", 0, "`$` holds no word to look for"),
    ("kind:*", 5, "`*` would match any word"),
    (
        "NOT a",
        0,
        "`NOT a` alone would match every text without it; say beside it what the text must hold: `word AND NOT a`",
    ),
    ("-a", 0, "`-a` alone would match"),
    ("a OR NOT b", 5, "`NOT b` alone"),
    ("NOT a AND NOT b", 0, "`NOT a` alone"),
    ("(a AND NOT c) OR NOT b", 17, "`NOT b` alone"),
    ("title:(NOT a)", 7, "`NOT a` alone"),
    ("NOT (a AND NOT b)", 0, "`NOT (a AND NOT b)` alone"),
    ("NOT NOT a", 4, "NOT binds to the one term"),
    ("a NOT", 2, "NOT binds to the one term"),
    ("AND a", 0, "AND needs a term on its left"),
    ("a AND", 2, "AND needs a term on its right"),
    ("a OR OR b", 5, "OR needs a term on its right"),
    ("(OR a)", 1, "OR needs a term on its left"),
    ("(a", 0, "this parenthesis is never closed"),
    ("x (", 2, "this parenthesis is never closed"),
    ("(a) AND (b OR (c)", 8, "this parenthesis is never closed"),
    ("a)", 1, "this closing parenthesis has no opening one"),
    ("a ()", 3, "these parentheses are empty"),
    ("title:", 0, "`title:` stands before a word"),
    ("title:body:x", 6, "`title:` stands before a word, a phrase or a parenthesis: `title:word`; fields do not nest"),
    ("title:(body:x)", 7, "fields do not nest: `body:` stands inside `title:`"),
    ("titel:x", 0, "there is no field `titel:`; did you mean `title:`?"),
    ("zzzz:x", 0, "there is no field `zzzz:`; fields are title:, lead:"),
    ('say "a b', 4, "this quotation mark is never closed"),
    ("@", 0, "`@` stands before the name of a list"),
    ("@aliev", 0, "there is no list `aliev`; did you mean `@aliyev`?"),
    ("a @zzz", 2, "there is no list `zzz`; lists stand in rules.toml under [list]"),
    ("@empty", 0, "the list `empty` is empty"),
    ("@short*", 0, 'the form "UN" on the list `short`: `*` needs at least 3 letters'),
    ("a OR @bad", 5, 'the form "*" on the list `bad`: `*` would match any word'),
    ("#", 0, "`#` stands before a tag"),
    ("x within:7d", 2, "`within:` limits searches and digest sections"),
    ("x after:2026-11-01", 2, "`after:` limits searches and digest sections"),
    ("(" * (NESTING_MAX + 1) + "a", NESTING_MAX, "parentheses may stand 40 deep"),
    ("a" * (LENGTH_MAX + 1), LENGTH_MAX, "a query has at most"),
]


@pytest.mark.parametrize(("query", "position", "message"), REFUSALS)
def test_a_query_that_cannot_be_meant_is_refused_with_its_place(query: str, position: int, message: str) -> None:
    with pytest.raises(RuleError) as refused:
        compile_query(query, LISTS, purpose="rule")
    assert refused.value.message.startswith(message)
    assert refused.value.position == position
    assert refused.value.text == query


@pytest.mark.parametrize(
    ("query", "position", "message"),
    [
        ("after:yesterday", 6, "`after:` takes a day: `after:2026-11-01`"),
        ("after:(2026-11-01 2026-11-02)", 7, "`after:` takes a day"),
        ("within:week", 7, "`within:` takes a duration"),
        ('within:"7d"', 7, "`within:` takes a duration"),
        ("date:P7Y", 5, "`within:` takes a duration"),
    ],
)
def test_a_time_that_cannot_be_read_is_refused(query: str, position: int, message: str) -> None:
    with pytest.raises(RuleError) as refused:
        compile_query(query, {}, purpose="search")
    assert (refused.value.message[: len(message)], refused.value.position) == (message, position)


@given(st.text(alphabet="ab\"'()*?-:@#&|~$ АנORNDTle/3\n“卡", max_size=30))
def test_any_text_is_a_query_or_is_refused(text: str) -> None:
    found = read(text)
    if isinstance(found, RuleError):
        assert 0 <= found.position <= len(text)
        assert found.message
    else:
        assert found.matches(prepare(Matchable(title="", body=""))) is None


def read(text: str) -> Query | RuleError:
    try:
        return compile_query(text, {"a": ["b"]}, purpose="search")
    except RuleError as refused:
        return refused


def test_lower_case_operators_between_terms_are_warned_of() -> None:
    warnings = lint("karabakh or qarabag and (not football)")
    assert [(warning.position, warning.message.split(" ")[0]) for warning in warnings] == [
        (9, "`or`"),
        (20, "`and`"),
        (25, "`not`"),
    ]


@pytest.mark.parametrize(
    "query", ["and", 'salt "and" pepper', "a AND or", "a OR b", "not a", "title:and b", "(a and)", "(or b) c"]
)
def test_other_queries_are_not_warned_of(query: str) -> None:
    assert lint(query) == []
