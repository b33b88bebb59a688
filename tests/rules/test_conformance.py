"""The query language by example: the rows of `conformance`, and what takes more than a row to say."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import RuleError
from monitor.model import Matchable, Rule, Wire
from monitor.rules import compile_query, compile_rules, lint, prepare
from monitor.rules.grammar import parse
from monitor.rules.printing import printed
from monitor.search.narrow import expression
from monitor.text.furniture import find_furniture
from tests.rules.test_against_reference import is_found_by_full_text

FOLDER = Path(__file__).parent / "conformance"
TABLES = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
MATCHING = ("words", "joints", "nearness", "counts_and_case", "lists", "pasted", "scripts", "friends")


def rows(*names: str, groups: str = "group") -> list[Any]:
    """The rows of tables: the lists of the table, the group's heading, and the row."""
    return [
        pytest.param(TABLES[name].get("list", {}), row, id=f"{name}: {row[0]} | {row[1]}"[:90])
        for name in names
        for group in TABLES[name][groups]
        for row in group["rows"]
    ]


def item(title: str, body: str, **others: Any) -> Matchable:
    found = find_furniture(title, body)
    return Matchable(title=title, body=body, wire=found.wire, furniture=found.spans, **others)


def unmarked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """A text without its brackets, and the stretches they marked."""
    stretches, plain = [], ""
    for before, marked in re.findall(r"([^\[]*)(?:\[([^\]]*)\])?", text):
        plain += before
        if marked:
            stretches.append((len(plain), len(plain) + len(marked)))
            plain += marked
    return plain, stretches


@pytest.mark.parametrize(("lists", "row"), rows(*MATCHING))
def test_a_query_matches_exactly_these_stretches(lists: dict[str, list[str]], row: list[str]) -> None:
    query, text = row
    title, mark, body = text.partition(" ¶ ")
    fields = {"title": unmarked(title if mark else ""), "body": unmarked(body if mark else title)}
    matchable = item(fields["title"][0], fields["body"][0])
    expected = [(field, *stretch) for field, (_, stretches) in fields.items() for stretch in stretches]
    compiled = compile_query(query, lists, purpose="rule")
    found = compiled.matches(prepare(matchable))
    assert [(span.field, span.start, span.end) for span in found or ()] == expected
    assert (found is not None) == bool(expected)
    for span in found or ():
        assert fields[span.field][0][span.start : span.end] == span.text
    rules, _ = compile_rules([Rule(id="r", name="", query=query)], lists)
    assert [match.spans for match in rules.match(prepare(matchable))] == ([] if found is None else [found])
    assert not expected or is_found_by_full_text(expression(compiled.plan, is_near=False), matchable)


@pytest.mark.parametrize(("lists", "row"), rows(*MATCHING))
def test_a_query_printed_means_the_same(lists: dict[str, list[str]], row: list[str]) -> None:
    tree = parse(row[0])
    assert parse(printed(tree)) == tree


FIELDS = TABLES["fields"]
BODY = "PARIS, Nov 7, 2023 (AFP) - Bonjour from the embassy " + "word " * 60 + "end"


@pytest.mark.parametrize(("lists", "row"), rows("fields", groups="field"))
def test_a_field_limits_where_words_are_looked_for(lists: dict[str, list[str]], row: list[Any]) -> None:
    query, expected = row
    about = dict(FIELDS["item"])
    now, dated, tags = about.pop("now"), about.pop("dated"), tuple(about.pop("tags"))
    text = item(body=BODY, published_at=dated, tags=tags, **about)
    found = compile_query(query, lists, purpose="search").matches(prepare(text), now)
    assert (False if found is None else [f"{span.field} {span.text}" for span in found]) == expected
    for span in found or ():
        assert str(getattr(text, span.field))[span.start : span.end] == span.text


@pytest.mark.parametrize(("lists", "row"), rows("refusals"))
def test_a_query_that_cannot_be_meant_is_refused_with_its_place(lists: dict[str, list[str]], row: list[str]) -> None:
    shown, message = row
    query, position = shown.replace("‸", ""), shown.index("‸")
    with pytest.raises(RuleError) as refused:
        compile_query(query, lists, purpose="rule")
    assert refused.value.message[: len(message)] == message
    assert (refused.value.position, refused.value.text) == (position, query)
    if query.isascii():
        assert refused.value.pointed().split("\n")[1] == " " * position + "^"


@pytest.mark.parametrize(("lists", "row"), rows("refusals", groups="search"))
def test_a_time_that_cannot_be_read_is_refused_in_a_search(lists: dict[str, list[str]], row: list[str]) -> None:
    shown, message = row
    with pytest.raises(RuleError) as refused:
        compile_query(shown.replace("‸", ""), lists, purpose="search")
    assert (refused.value.message[: len(message)], refused.value.position) == (message, shown.index("‸"))


@pytest.mark.parametrize(("lists", "row"), rows("warnings"))
def test_what_is_probably_not_meant_is_warned_of(lists: dict[str, list[str]], row: list[Any]) -> None:
    shown, messages = row
    query = shown.replace("‸", "")
    places = [found.start() - count for count, found in enumerate(re.finditer("‸", shown))]
    warnings = lint(query)
    assert [warning.position for warning in warnings] == places
    for warning, message in zip(warnings, messages, strict=True):
        assert warning.message[: len(message)] == message
    compile_query(query, lists, purpose="rule")


def test_the_table_is_large_and_without_doubles() -> None:
    every = [str(row) for table in TABLES.values() for kind in table.values() if isinstance(kind, list)
             for group in kind for row in group["rows"]]  # fmt: skip
    assert len(every) >= 300
    assert len(set(every)) == len(every)


def test_the_rules_of_the_table_fire_together_as_they_do_alone() -> None:
    """All rules of one table in one set, on all its texts."""
    table = TABLES["joints"]
    queries = list(dict.fromkeys(row[0] for group in table["group"] for row in group["rows"]))
    rules, _ = compile_rules([Rule(id=query, name="", query=query) for query in queries], {})
    for group in table["group"]:
        for _, text in group["rows"]:
            title, mark, body = unmarked(text)[0].partition(" ¶ ")
            prepared = prepare(item(title if mark else "", body if mark else title))
            alone = [
                query for query in queries if compile_query(query, {}, purpose="rule").matches(prepared) is not None
            ]
            assert [match.rule_id for match in rules.match(prepared)] == alone


ITEM = Matchable(title="day", body="", published_at=datetime(2026, 11, 20, 12, tzinfo=UTC))
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


def test_a_text_without_a_date_is_never_recent() -> None:
    undated = prepare(Matchable(title="day", body=""))
    assert compile_query("day after:2000-01-01", {}, purpose="search").matches(undated, NOW) is None


def test_the_time_must_be_given_where_the_query_asks_for_it() -> None:
    with pytest.raises(ValueError, match="within"):
        compile_query("within:7d", {}, purpose="search").matches(prepare(ITEM))


def test_an_item_published_at_the_very_instant_is_within() -> None:
    text = prepare(Matchable(title="x", body="", published_at=datetime(2026, 11, 22, 7, tzinfo=UTC)))
    assert compile_query("within:1d", {}, purpose="search").matches(text, NOW) == ()


def test_an_agency_that_stands_nowhere_is_matched_in_itself() -> None:
    text = Matchable(title="x", body="y", wire=Wire(agency="AFP"))
    found = compile_query("agency:afp", {}, purpose="rule").matches(prepare(text))
    assert found is not None
    assert [(span.field, span.start, span.end, span.text) for span in found] == [("agency", 0, 3, "AFP")]


def test_words_around_a_dateline_are_neighbours_and_currency_stays_before_its_word() -> None:
    text = prepare(item("", "headline\nPARIS, Nov 7, 2023 (AFP) - $5 million"))
    assert compile_query('"headline 5"', {}, purpose="rule").matches(text) is not None
    assert compile_query("headline NEAR/0 5", {}, purpose="rule").matches(text) is not None
    assert compile_query("$5", {}, purpose="rule").matches(text) is not None
    assert compile_query("$million", {}, purpose="rule").matches(text) is None
    text = prepare(item("", "PARIS, Nov 7, 2023 (AFP) - paid 5€"))
    assert compile_query("5€", {}, purpose="rule").matches(text) is not None


def test_the_lead_is_the_title_and_the_first_sixty_words() -> None:
    text = prepare(Matchable(title="x", body="word " * 58 + "almost last outside"))
    assert compile_query("lead:last", {}, purpose="rule").matches(text) is not None
    assert compile_query('lead:"almost last"', {}, purpose="rule").matches(text) is not None
    assert compile_query('lead:"last outside"', {}, purpose="rule").matches(text) is None
    assert compile_query("lead:outside", {}, purpose="rule").matches(text) is None
    assert compile_query("lead:(last NEAR/5 outside)", {}, purpose="rule").matches(text) is None


def test_a_truncated_list_finds_the_short_form_within_the_long_one_too() -> None:
    lists = {"karabakh": ["Karabakh", "Nagorny Karabakh"]}
    found = compile_query("@karabakh", lists, purpose="rule").matches(prepare(ITEM_WITH_BOTH)) or ()
    assert [span.text for span in found] == ["Nagorny Karabakh", "Karabakh"]


ITEM_WITH_BOTH = Matchable(title="", body="in Nagorny Karabakh")
