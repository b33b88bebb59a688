"""What is refused whatever it says; the refusals themselves stand in `conformance/refusals.toml`."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import RuleError, pointed
from monitor.model import Matchable
from monitor.rules import Query, compile_query, prepare
from monitor.rules.lexer import COUNT_MAX, DISTANCE_MAX, LENGTH_MAX, NESTING_MAX


@pytest.mark.parametrize(
    ("query", "position", "message"),
    [
        ("(" * (NESTING_MAX + 1) + "a", NESTING_MAX, "parentheses may stand 40 deep"),
        ("(" * NESTING_MAX + "atleast/2(a", NESTING_MAX, "parentheses may stand 40 deep"),
        ("a" * (LENGTH_MAX + 1), LENGTH_MAX, "a query has at most"),
        (f"a NEAR/{'9' * 5000} b", 2, "`NEAR/999"),
        (f"atleast/{'9' * 5000}(a)", 0, "`atleast/n` takes a number from 1 to 1000"),
        ("  \n", 0, "the query is empty"),
    ],
)
def test_a_query_without_measure_is_refused(query: str, position: int, message: str) -> None:
    with pytest.raises(RuleError) as refused:
        compile_query(query, {}, purpose="search")
    assert (refused.value.message[: len(message)], refused.value.position) == (message, position)


@pytest.mark.parametrize(
    "query",
    [
        "(" * NESTING_MAX + "a" + ")" * NESTING_MAX,
        f"a NEAR/{DISTANCE_MAX} b",
        f"atleast/{COUNT_MAX}(a)",
        "a NEAR/0005 b",
        "a NEAR/٥ b",
        "a" * LENGTH_MAX,
    ],
)
def test_a_query_at_the_measure_is_not(query: str) -> None:
    assert compile_query(query, {}, purpose="search").text == query


_SHOWN = r"""a b* " “ ( ) （ - – AND OR NOT NEAR NEAR/ 3 ~ / w/2 PRE/2 cs( atleast/2( title: kind: after: @a @a* # * ? && ||
$ 卡 צה"ל"""
PIECES = st.sampled_from([*_SHOWN.split(), " ", "\n", "\u200f"])


@settings(max_examples=3000, deadline=None)
@given(
    st.one_of(
        st.text(alphabet="ab\"'()*?-:@#&|~$ АנORNDTle/3\n“卡", max_size=30), st.lists(PIECES, max_size=10).map("".join)
    )
)
def test_any_text_is_a_query_or_is_refused_and_none_holds_for_nothing(text: str) -> None:
    found = read(text)
    if isinstance(found, RuleError):
        assert 0 <= found.position <= len(text)
        assert found.message
        assert found.pointed().count("\n") == 2
    else:
        assert found.matches(prepare(Matchable(title="", body=""))) is None


def read(text: str) -> Query | RuleError:
    try:
        return compile_query(text, {"a": ["b"]}, purpose="search")
    except RuleError as refused:
        return refused


@pytest.mark.parametrize(
    ("query", "pointed"),
    [
        ("oil OR gas AND tax", "oil OR gas AND tax\n           ^\nAND and OR are mixed"),
        ("oil OR\ngas NEAR/99 tax", "gas NEAR/99 tax\n    ^\n`NEAR/99` reaches too far"),
    ],
)
def test_the_caret_stands_under_the_spot_in_its_line(query: str, pointed: str) -> None:
    with pytest.raises(RuleError) as refused:
        compile_query(query, {}, purpose="rule")
    assert refused.value.pointed().startswith(pointed)


@pytest.mark.parametrize(
    ("text", "spot", "column"),
    [
        ("oil gas", "gas", 4),
        ("石油 gas", "gas", 5),
        ("ｶﾗ gas", "gas", 3),
        ("قره\u200cباغ gas", "gas", 7),
        ("e\u0301te\u0301 gas", "gas", 4),
        ("ไทย น้ำ gas", "gas", 7),
        ("oil\tgas", "gas", 4),
        ("\u202boil\u202c gas", "gas", 4),
        ("\u1112\u1161\u11ab gas", "gas", 3),
        ("石油\noil gas", "gas", 4),
    ],
)
def test_the_caret_stands_where_a_terminal_shows_the_spot(text: str, spot: str, column: int) -> None:
    line, caret = pointed(text, text.index(spot)).split("\n")
    assert caret == " " * column + "^"
    assert line.endswith(spot)
    assert "\t" not in line


def test_of_a_long_query_a_window_is_shown() -> None:
    text = " OR ".join(f"word{number}" for number in range(200))
    line, caret = pointed(text, text.index("word100")).split("\n")
    assert (line[0], line[-1]) == ("…", "…")
    assert line[caret.index("^") :].startswith("word100 OR")
    assert 90 < len(line) < 105
    line, caret = pointed(text, 0).split("\n")
    assert (line[:8], caret) == ("word0 OR", "^")
    line, caret = pointed("石" * 200, 150).split("\n")
    assert (line, caret) == (f"…{'石' * 20}{'石' * 30}…", " " * 41 + "^")
    assert pointed(text, len(text)).split("\n")[0].endswith("word199")
