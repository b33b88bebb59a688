"""A query printed and read again."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.errors import RuleError
from monitor.rules import syntax
from monitor.rules.grammar import parse
from monitor.rules.lexer import DATE_FIELDS, TEXT_FIELDS, VALUE_FIELDS, is_bare
from monitor.rules.printing import canonical, printed

WORDS = st.one_of(
    st.sampled_from(
        ["ant", "e-mail", "karab*", "wo?d", "and", "near", "AT&T", 'צה"ל', "卡拉", "قره‌باغ", "$5", "u.s.", "-"]
    ),
    st.text(min_size=1, max_size=8).filter(is_bare),
)
PHRASES = st.text(alphabet="ab *?-()&|#@:~NEAR/5ةא卡\n", max_size=10)
LEAVES = st.one_of(
    WORDS.map(syntax.Word),
    PHRASES.map(syntax.Phrase),
    st.builds(syntax.ListName, st.sampled_from(["aliyev", "a.b-c", "卡"]), st.booleans()),
    st.sampled_from(["WHO", "Red Cross", "U.S.", "a) b", "A/B", "O'Brien", "tĸ"]).map(syntax.Case),
)


def several(inner: st.SearchStrategy[syntax.Node]) -> st.SearchStrategy[tuple[syntax.Node, ...]]:
    return st.lists(inner, min_size=2, max_size=4).map(tuple)


def near(inner: st.SearchStrategy[syntax.Node]) -> st.SearchStrategy[syntax.Node]:
    kinds = st.sampled_from([(False, False), (True, False), (False, True)])
    return st.builds(
        lambda left, right, distance, kind: syntax.Near(left, right, distance, *kind),
        inner,
        inner,
        st.integers(0, 50),
        kinds,
    )


FIELDS = st.sampled_from((*TEXT_FIELDS, *VALUE_FIELDS, *DATE_FIELDS))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        several(inner).map(syntax.And),
        several(inner).map(syntax.Or),
        inner.map(syntax.Not),
        near(inner),
        st.builds(syntax.AtLeast, st.integers(1, 1000), inner),
        st.builds(syntax.Limited, FIELDS, inner),
    ),
    max_leaves=12,
)


@settings(max_examples=1500, deadline=None)
@given(TREES)
@example(syntax.Not(syntax.Not(syntax.Word("a"))))
@example(syntax.Limited("tag", syntax.Word("#a")))
@example(syntax.Or((syntax.And((syntax.Word("a"), syntax.Word("-"))), syntax.Word("b"))))
def test_a_tree_survives_being_printed_and_read(tree: syntax.Node) -> None:
    assert parse(printed(tree)) == tree


_SHOWN = r"""a b* é "a_b" “c” "a_b"~3 ( ) （ AND OR NOT - – && || ANDNOT NEAR NEAR/2 w/3 PRE/4 ONEAR NOT_NEAR/5 title: # #tag
@l @l* cs(A) cs(“A_b”) cs( atleast/2( ATLEAST3( date:P7D צה"ל & ~ " ： url:http://a/b near/5"""
MARKS = st.sampled_from([*(mark.replace("_", " ") for mark in _SHOWN.split()), "\u200f", "\u00a0", "\u200b"])


@settings(max_examples=3000, deadline=None)
@given(st.lists(st.tuples(MARKS, st.sampled_from(["", " "])), max_size=9))
@example([('"a"', ""), ("-", ""), ("b*", "")])
@example([("title:", ""), ("#", ""), ("#tag", "")])
def test_a_text_that_can_be_read_means_the_same_when_printed(pieces: list[tuple[str, str]]) -> None:
    try:
        tree = parse("".join(mark + space for mark, space in pieces))
    except RuleError:
        return
    assert parse(printed(tree)) == tree
    assert printed(parse(printed(tree))) == printed(tree)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a b -c", "a AND b AND NOT c"),
        ("a||b", "a OR b"),
        ("(((a)))", "a"),
        ("a ANDNOT (b || c)", "a AND NOT (b OR c)"),
        ("NOT (a NEAR b) c", "NOT (a NEAR/4 b) AND c"),
        ("a w/3 (b OR c)", "a NEAR/3 (b OR c)"),
        ("a PRE/2 “b c”", 'a ONEAR/2 "b c"'),
        ("a NOT w/9 b", "a NOT NEAR/9 b"),
        ('"a b"~5 OR c', "(a NEAR/5 b) OR c"),
        ('"AND b"~5', '"AND" NEAR/5 b'),
        ("ATLEAST3 (a OR b)", "atleast/3(a OR b)"),
        ("CS( WHO )", "cs(WHO)"),
        ("cs(“Red Cross”)", 'cs("Red Cross")'),
        ("intitle:(a b)", "title:(a AND b)"),
        ("#own headline:x", "tag:own AND title:x"),
        ("date:P7D", "within:P7D"),
        ("@list* –x", "@list* AND NOT x"),
        ("(a (b c)) d", "(a AND (b AND c)) AND d"),
        ("NOT (NOT a)", "NOT (NOT a)"),
        ("title:atleast/2(x)", "title:atleast/2(x)"),
        ("title:(NOT x)", "title:(NOT x)"),
    ],
)
def test_there_is_one_way_to_write_a_query(query: str, expected: str) -> None:
    assert canonical(query) == expected
