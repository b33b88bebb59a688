"""A search over a store of some hundred items finds what reading every item finds, whatever is asked: what is asked of the
database beforehand passes too much, never too little."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import RuleError
from monitor.intake import Intake
from monitor.model import Acquired, Entry, Gate, Kind, Rule, Source
from monitor.rules import compile_query, compile_rules, prepare
from monitor.search.find import find
from monitor.search.matchable import matchable
from monitor.search.narrow import Known, expression, narrow
from monitor.store import Store, open_store
from monitor.store.finding import ANYTHING
from monitor.store.items import Selection

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LISTS = {"stones": ["amber", "jade", "opal ring"], "桥": ["大桥", "桥梁"]}
RULES, _ = compile_rules(
    [Rule("amber", "A", query="amber", tags=("Gems",)), Rule("jade", "J", query="jad*", tags=("green", "Gems"))], {}
)
SOURCES = [
    Source("pnd", "https://p.example/", "Desk", "PND", Kind.WIRE, "PK", "en", ("South",)),
    Source("mission", "https://m.example/", "Mission", "Mission", Kind.EMBASSY, "AZ", "", own=True),
    Source("paper", "https://n.example/", "Paper", "Pâper", Kind.PRESS, "FR", "fr-CA"),
]
WORDS = "amber jade opal ring a in of Jadeite ringing Ёлка ёлки 大 桥 梁 大桥 桥梁 قره‌باغ o’clock U.S. $5 3.14 e-mail".split()
HEADS = [
    "",
    "",
    "",
    "BAKU, Nov. 7 (Xinhua) -- ",
    "Amber ring\nISLAMABAD, Nov 7 (APP): ",
    "Islamabad(TNS): jade opal\nPARIS (AFP) - ",
]


def made_up(random: Random, number: int, at: datetime) -> Entry:
    title, body = (" ".join(random.choices(WORDS, k=random.randint(0, most))) for most in (5, 14))
    return Entry(
        *(str(number), f"https://{random.choice(['x', 'www.y'])}.example/{number}", title),
        *(random.choice(HEADS) + body, ""),
        author=random.choice(["", "Jane Opal"]),
        language=random.choice(["", "en", "az-Latn", "hy"]),
        published_at=None if number % 7 == 0 else at + timedelta(days=random.choice([-9, -3, -1, 0, 1])),
    )


class Archive:
    """A store, and what it holds as queries see it, newest first."""

    def __init__(self, store: Store) -> None:
        self.store, facts = store, store.sources.facts()
        items = sorted(store.items.select(Selection()), key=lambda item: -item.id)
        self.items = [(item, prepare(matchable(item, facts[item.source_id]))) for item in items]

    def known(self) -> Known:
        return Known(self.store.sources.facts(), self.store.items.known_tags, NOW)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    store, random = open_store(tmp_path_factory.mktemp("exact") / "m.db"), Random(4)
    store.sources.mirror(SOURCES)
    for number in range(240):
        at = NOW - timedelta(days=40 - number / 6)
        take(store, random.choice(SOURCES), made_up(random, number, at), at)
    for number in range(0, 240, 9):  # edits, some of which gain or lose furniture amid their words
        take(store, SOURCES[number % 3], made_up(random, number, NOW), NOW)
    yield Archive(store)
    store.close()


def take(store: Store, source: Source, entry: Entry, at: datetime) -> None:
    with store.transaction():
        Intake(store, source, RULES, at, at).take(Acquired(source.id, Gate.WHOLE, entries=(entry,)))


def test_the_store_holds_what_makes_it_hard(archive: Archive) -> None:
    cut = archive.store.connection.value("SELECT count(*) FROM item WHERE is_cut")
    assert 10 < cut < len(archive.items) / 2
    assert archive.store.connection.value("SELECT count(*) FROM version") > 5


words = st.sampled_from(
    [
        *(
            "amber",
            "jade",
            "jad*",
            "ring*",
            "?pal",
            "j?de*",
            "елк*",
            "大",
            "大桥",
            "桥梁",
            "قره‌باغ",
            "o'clock",
            "u.s.",
            "3.14",
        ),
        *(
            '"amber ring"',
            '"jade opal"',
            '"opal jad* ring"',
            '"ring ?f amber"',
            '"大 桥"',
            "@stones",
            "@桥",
            "of",
            "islamabad",
        ),
        *("baku", "$5"),
    ]
)
terms = words | st.builds("{}:{}".format, st.sampled_from(["title", "body", "lead"]), words)
metadata = st.sampled_from(
    [
        *(
            "kind:wire",
            "kind:embassy",
            "source:p*",
            "country:fr",
            "publisher:paper",
            "publisher:pnd",
            "lang:en",
            "lang:fr",
        ),
        *(
            "tag:gems",
            "tag:south",
            "tag:own",
            "tag:gr*",
            "author:opal",
            "url:example",
            "site:y.example",
            "place:islamabad",
        ),
        *("label:tns", "agency:afp", "within:9d", "after:2026-11-01", "lang:az", "lang:de"),
    ]
)
sides = words | st.builds("({} OR {})".format, words, words)
near = st.builds(
    "{} {} {}".format, sides, st.sampled_from(["NEAR/1", "NEAR/3", "ONEAR/2", "NEAR", "NOT NEAR/2"]), sides
)
nested = st.builds("({}) NEAR/2 {}".format, near, sides) | st.builds("({}) NEAR ({})".format, near, near)
counted = st.builds("atleast/2({})".format, sides) | st.sampled_from(["cs(Jadeite)", "cs(Ёлка)", "cs(U.S.)"])
in_a_field = st.builds("{}:({})".format, st.sampled_from(["title", "body", "lead"]), near | nested)
queries = st.recursive(
    terms | metadata | near.map("({})".format) | nested.map("({})".format) | counted | in_a_field,
    lambda inner: (
        st.builds("({} AND {})".format, inner, inner)
        | st.builds("({} OR {})".format, inner, inner)
        | st.builds("({} AND NOT {})".format, inner, inner)
    ),
    max_leaves=5,
)


@given(
    query=queries,
    selection=st.sampled_from([Selection(), Selection("paper"), Selection(tag="Gems"), Selection(limit=3)]),
)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_query_finds_exactly_what_reading_every_item_finds(
    archive: Archive, query: str, selection: Selection
) -> None:
    store = archive.store
    try:
        compiled = compile_query(query, LISTS, purpose="search")
    except RuleError:  # what is refused is not found either
        with pytest.raises(RuleError):
            find(store, query, LISTS, selection, NOW)
        return
    wanted = [
        (item.id, spans)
        for item, text in archive.items
        if selection.source_id in (None, *item.sources) and selection.tag in (None, *item.tags)
        if (spans := compiled.matches(text, NOW)) is not None
    ]
    found = find(store, query, LISTS, selection, NOW)
    assert [(hit.item.id, hit.spans) for hit in found] == wanted[: selection.limit]
    ranked = find(store, query, LISTS, replace(selection, limit=None), NOW, is_ranked=True)
    assert sorted(hit.item.id for hit in ranked) == sorted(item_id for item_id, _ in wanted)


NEIGHBOURS = {
    '"amber ring"': '"amber ring"',
    "amber NEAR/3 jade": 'NEAR("amber" "jade", 3)',
    "amber ONEAR/3 (jade OR opal)": '(NEAR("amber" "jade", 3) OR NEAR("amber" "opal", 3))',
    "(amber NEAR/2 jade) NEAR/1 opal": '(NEAR("amber" "jade", 2) AND (NEAR("amber" "opal", 2) OR NEAR("jade" "opal", 2)))',
    "title:(amber NEAR/3 jad*)": 'title : NEAR("amber" "jad" *, 3)',
    '"opal jad* ring"': 'NEAR("opal jad" * "ring", 0)',
    '"ring ?f amber"': 'NEAR("ring" "amber", 1)',
    "大桥": '"大 桥"',
    "atleast/2(amber)": '"amber"',
    "cs(Amber) AND NOT jade": '"amber"',
    "amber NOT NEAR/2 jade": '"amber"',
    "lead:amber": '"amber"',
    '"?f ?t"': None,
    "author:opal": None,
    "NOT amber AND kind:wire": None,
}


@pytest.mark.parametrize(("query", "asked"), NEIGHBOURS.items(), ids=NEIGHBOURS)
def test_the_index_is_asked_for_neighbours(query: str, asked: str | None) -> None:
    assert expression(compile_query(query, LISTS, purpose="search").plan, is_near=True) == asked


def test_too_many_alternatives_near_each_other_are_asked_for_by_their_words() -> None:
    many = " OR ".join(f"word{number}" for number in range(9))
    asked = expression(compile_query(f"({many}) NEAR ({many})", {}, purpose="search").plan, is_near=True)
    assert asked is not None
    assert "NEAR" not in asked
    assert '"word8"' in asked


@pytest.mark.parametrize("query", ["author:opal", "amber OR author:opal", "NOT amber AND lang:en", "url:example"])
def test_where_nothing_can_be_said_every_item_is_proposed(archive: Archive, query: str) -> None:
    plan = compile_query(query, LISTS, purpose="search").plan
    assert narrow(plan, archive.known()) == ANYTHING


@pytest.mark.parametrize(
    "query",
    ["kind:wire OR amber", "tag:green", "country:fr AND NOT lang:en", "within:3d", "(kind:wire AND tag:gr*) OR jade"],
)
def test_fields_and_words_narrow_down_by_turns(archive: Archive, query: str) -> None:
    plan = compile_query(query, LISTS, purpose="search").plan
    assert 0 < len(list(archive.store.items.find(narrow(plan, archive.known())))) < len(archive.items)
