"""The query language by example: query, text, and the stretches that match; None where nothing does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.model import Matchable, Wire
from monitor.rules import compile_query, prepare
from monitor.text.furniture import find_furniture

LISTS = {
    "aliyev": ["Aliyev", "Əliyev", "Алиев*", "علییف", "علی‌اف"],
    "karabakh": ["Karabakh", "Qarabağ", "Карабах", "卡拉巴赫", "Nagorny Karabakh"],
}

# query, body, matched texts in order
TERMS = [
    ("visit", "The visit. VISIT, visits", ["visit", "VISIT"]),
    ("visit", "visitor", None),
    ("QARABAG", "Qarabağ və Karabağ", ["Qarabağ"]),
    ("карабах*", "о Карабахе и карабах", ["Карабахе", "карабах"]),
    ("قره‌باغ", "در قره‌باغ و قره باغ", ["قره‌باغ"]),
    ("卡拉巴赫", "总统访问卡拉巴赫。", ["卡拉巴赫"]),
    ("カラバフ", "ナゴルノ・カラバフ紛争", ["カラバフ"]),
    ("ไทย", "ประเทศไทย", ["ไทย"]),
    ("대통령", "대통령이 대통령", ["대통령"]),
    ("Ալիև", "Ալիեւ, Ալիեվ", ["Ալիեւ", "Ալիեվ"]),
    ("u.s.", "The U.S. told us", ["U.S."]),
    ("us", "The U.S. told us", ["us"]),
    ('צה"ל', "אמר צה״ל היום", ["צה״ל"]),
    ("two words", "words, then two", ["words", "two"]),
    (
        '"two words"',
        "two words; Two-Words; two  words; two, words; words two",
        ["two words", "Two-Words", "two  words", "two, words"],
    ),
    ('"the visit"', "the the visit the", ["the visit"]),
    ('"the the visit"', "the the the visit the", ["the the visit"]),
    ("“two words”", "two words", ["two words"]),
    ("«two words„", "two words", ["two words"]),
    ("e-mail", "An e-mail, an e mail, an email", ["e-mail", "e mail"]),
    ("l'ambassade", "L’ambassade a dit", ["L’ambassade"]),
    ('"Qarabağ FK"', "Qarabag FK", ["Qarabag FK"]),
    ("negotiat*", "negotiate, negotiators; renegotiate", ["negotiate", "negotiators"]),
    ('"trade negotiat*"', "trade negotiations", ["trade negotiations"]),
    ('"negotiat* team"', "negotiating team", ["negotiating team"]),
    ("wom?n", "woman, women, womxyn", ["woman", "women"]),
    ("?aku", "Baku aku", ["Baku"]),
    ("organi?ation*", "organisation, organizations", ["organisation", "organizations"]),
    ("卡拉*", "卡拉巴赫", ["卡拉"]),
    ("卡?", "卡拉巴赫", ["卡"]),
    ("$5", "paid $5 of 5", ["5"]),
    ("5€", "5 € or €6", ["5"]),
    ("5€", "€5", None),
    ('"worth 5"', "worth $5", ["worth $5"]),
    ("@aliyev", "Президент Алиева, Əliyev", ["Алиева", "Əliyev"]),
    (
        "@karabakh*",
        "Карабахский, Qarabağın, 卡拉巴赫, Nagorny Karabakhs",
        ["Карабахский", "Qarabağın", "卡拉巴赫", "Nagorny Karabakhs", "Karabakhs"],
    ),
    ("@karabakh", "Карабахский", None),
    ("@aliyev*", "Алиева, Aliyevs", ["Алиева", "Aliyevs"]),
    ('"near"', "near and far", ["near"]),
    ("and", "this and that", ["and"]),
    ("2023", "٢٠٢٣", ["٢٠٢٣"]),
    ("1,000", "1,000 men, 1 000 men", ["1,000"]),
]

BOOLEANS = [
    ("a AND b", "b a", ["b", "a"]),
    ("a && b", "b a", ["b", "a"]),
    ("a b", "a", None),
    ("a||b", "b", ["b"]),
    ("a&&b", "b", None),
    ("NOT b AND a", "a", ["a"]),
    ("c AND (-a b)", "c b", ["c", "b"]),
    ("c AND (-a b)", "c b a", None),
    ("a OR b", "b", ["b"]),
    ("a || b", "a b", ["a", "b"]),
    ("a OR b", "c", None),
    ("a AND NOT b", "a", ["a"]),
    ("a AND NOT b", "a b", None),
    ("a NOT b", "a b", None),
    ("a ANDNOT b", "a", ["a"]),
    ("a -b", "a b", None),
    ("a AND NOT (b OR c)", "a c", None),
    ("(a OR b) AND (c OR d)", "b d", ["b", "d"]),
    ("a NOT b c", "a c", ["a", "c"]),
    ("(a OR (b AND NOT c))", "a b c", ["a"]),
    ("a AND a", "a", ["a"]),
]


@pytest.mark.parametrize(("query", "body", "expected"), TERMS + BOOLEANS)
def test_a_query_matches_exactly_these_stretches(query: str, body: str, expected: list[str] | None) -> None:
    found = compile_query(query, LISTS, purpose="rule").matches(prepare(Matchable(title="", body=body)))
    assert (None if found is None else [span.text for span in found]) == expected
    for span in found or ():
        assert body[span.start : span.end] == span.text


TEXT = find_furniture(
    "Islamabad(TNS): Embassy marks a day",
    "PARIS, Nov 7, 2023 (AFP) - Bonjour from the embassy " + "word " * 60 + "end",
)
ITEM = Matchable(
    title="Islamabad(TNS): Embassy marks a day",
    body="PARIS, Nov 7, 2023 (AFP) - Bonjour from the embassy " + "word " * 60 + "end",
    author="Name Surname",
    url="https://user@www.example.gov.pk:443/press/embassy-day?x=1",
    source="app-pk",
    publisher="Associated Press of Pakistan",
    kind="embassy",
    lang="en-GB",
    country="PK",
    tags=("own", "Victory Day"),
    wire=TEXT.wire,
    furniture=TEXT.spans,
    published_at=datetime(2026, 11, 20, 12, tzinfo=UTC),
)
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)

FIELDS = [
    ("embassy", [("title", "Embassy"), ("body", "embassy")]),
    ("title:embassy", [("title", "Embassy")]),
    ("intitle:embassy", [("title", "Embassy")]),
    ("headline:embassy", [("title", "Embassy")]),
    ("body:embassy", [("body", "embassy")]),
    ("body:marks", None),
    ("title:(embassy AND (day OR night))", [("title", "Embassy"), ("title", "day")]),
    ('"day bonjour"', None),
    ("lead:end", None),
    ("lead:bonjour", [("body", "Bonjour")]),
    ("lead:marks", [("title", "marks")]),
    ("author:surname", [("author", "Surname")]),
    ("url:press", [("url", "press")]),
    ("url:https://user", [("url", "https://user")]),
    ("inurl:embassy-day", [("url", "embassy-day")]),
    ("islamabad", None),
    ("afp", None),
    ("paris", None),
    ("place:islamabad", None),
    ("place:paris", [("body", "PARIS")]),
    ("label:tns", [("title", "TNS")]),
    ("label:islamabad", [("title", "Islamabad")]),
    ("agency:afp", [("body", "AFP")]),
    ("agency:reuters", None),
    ("source:app-pk", []),
    ("source:app", None),
    ("source:app*", []),
    ("source:app-?k", []),
    ("source:app-?", None),
    ('publisher:"associated press of pakistan"', []),
    ("publisher:associated", None),
    ("kind:embassy", []),
    ("kind:(embassy OR ministry)", []),
    ("kind:press", None),
    ("lang:en", []),
    ("lang:en-GB", []),
    ("lang:e", None),
    ("country:pk", []),
    ("tag:own", []),
    ("#own", []),
    ("tag:#own", []),
    ('tag:"victory day"', []),
    ("site:gov.pk", []),
    ("site:www.example.gov.pk", []),
    ("site:pk.example", None),
    ("site:ample.gov.pk", None),
    ("tag:own OR kind:press", []),
    ("kind:embassy AND NOT tag:sport", []),
    ("title:day AND tag:own", [("title", "day")]),
    ("NOT (NOT embassy)", []),
    ("after:2026-11-01", []),
    ("after:2026-11-20", []),
    ("after:2026-11-21", None),
    ("within:7d", []),
    ("within:48h", None),
    ("date:P7D", []),
    ("date:P1W", []),
    ("within:60m", None),
]


@pytest.mark.parametrize(("query", "expected"), FIELDS)
def test_a_field_limits_where_words_are_looked_for(query: str, expected: list[tuple[str, str]] | None) -> None:
    found = compile_query(query, LISTS, purpose="search").matches(prepare(ITEM), NOW)
    assert (None if found is None else [(span.field, span.text) for span in found]) == expected
    for span in found or ():
        assert str(getattr(ITEM, span.field))[span.start : span.end] == span.text


def test_a_text_without_a_date_is_never_recent() -> None:
    undated = prepare(Matchable(title="day", body=""))
    assert compile_query("day after:2000-01-01", {}, purpose="search").matches(undated, NOW) is None


def test_the_time_must_be_given_where_the_query_asks_for_it() -> None:
    with pytest.raises(ValueError, match="within"):
        compile_query("within:7d", {}, purpose="search").matches(prepare(ITEM))


def test_an_agency_that_stands_nowhere_is_matched_in_itself() -> None:
    item = Matchable(title="x", body="y", wire=Wire(agency="AFP"))
    found = compile_query("agency:afp", {}, purpose="rule").matches(prepare(item))
    assert found is not None
    assert [(span.field, span.start, span.end, span.text) for span in found] == [("agency", 0, 3, "AFP")]


def test_words_around_a_dateline_are_neighbours_and_currency_stays_before_its_word() -> None:
    body = "headline\nPARIS, Nov 7, 2023 (AFP) - $5 million"
    found = find_furniture("", body)
    item = prepare(Matchable(title="", body=body, wire=found.wire, furniture=found.spans))
    assert compile_query('"headline 5"', {}, purpose="rule").matches(item) is not None
    assert compile_query("$5", {}, purpose="rule").matches(item) is not None
    assert compile_query("$million", {}, purpose="rule").matches(item) is None
    paid = "PARIS, Nov 7, 2023 (AFP) - paid 5€"
    found = find_furniture("", paid)
    item = prepare(Matchable(title="", body=paid, wire=found.wire, furniture=found.spans))
    assert compile_query("5€", {}, purpose="rule").matches(item) is not None


def test_the_lead_is_the_title_and_the_first_sixty_words() -> None:
    item = prepare(Matchable(title="x", body="word " * 58 + "almost last outside"))
    assert compile_query("lead:last", {}, purpose="rule").matches(item) is not None
    assert compile_query('lead:"almost last"', {}, purpose="rule").matches(item) is not None
    assert compile_query('lead:"last outside"', {}, purpose="rule").matches(item) is None
    assert compile_query("lead:outside", {}, purpose="rule").matches(item) is None


def test_an_item_published_at_the_very_instant_is_within() -> None:
    item = prepare(Matchable(title="x", body="", published_at=datetime(2026, 11, 22, 7, tzinfo=UTC)))
    assert compile_query("within:1d", {}, purpose="search").matches(item, NOW) == ()
