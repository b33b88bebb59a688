"""Searching finds what reading every item with the query would find: the word index narrows down and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import RuleError
from monitor.intake import Intake
from monitor.model import Acquired, Entry, Gate, Item, Kind, Rule, Source, SourceFacts
from monitor.rules import compile_query, compile_rules, prepare
from monitor.search.find import find
from monitor.search.matchable import matchable
from monitor.search.narrow import Known, narrow
from monitor.search.tryout import text_of
from monitor.store import Store, open_store
from monitor.store.items import Selection

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVERYTHING = Selection()
LISTS = {"bridges": ["bridge*", "мост*", "桥"], "rooms": ["reading room", "قرائت‌خانه"]}
RULES, _ = compile_rules([Rule("works", "Works", query="bridge*", tags=("works",))], {})
TEXTS = [
    ("Reading room opens", "The two sides agreed to open a joint reading room in the city library."),
    ("ISLAMABAD (TNS): Room for reading", "Islamabad – 7 November 2026: A room, for reading, was opened."),
    ("Bridges of the old town", "Eleven bridges were counted. No room was left."),
    ("Мосты города", "Мостов одиннадцать; салон закрыт. Ёлка стоит."),
    ("北京新桥开通", "新的大桥昨天在北京开通，长二百米。"),
    ("東京でお茶会", "東京タワーの近くでお茶会が開かれた。アゼルバイジャンの大使も来た。"),
    ("قرائت‌خانه باز شد", "قرائت‌خانه در شهر باز شد و قره‌باغ نام آن است"),
    ("کتاب خانہ", "شہر میں نیا کتاب خانہ کھل گیا"),
    ("Qarabağ’da körpü", "Qarabağda yeni körpü İstanbul memarları tərəfindən tikildi. İĞDIR."),
    ("Ղարաբաղի կամուրջը", "Նոր կամուրջը բացվել է Երևանում։"),
    ("Straße nach Saarbrücken", "Die Straße führt über die neue Brücke; o'clock, U.N., co-operation, e-mail."),
    ("U.S. and UN envoys", "The U.S.-led talks: AT&T, C++ and 3.14 were mentioned at 10:30."),
    ("A title alone about a bridge", ""),
    ("(no words)", "… — !!! 😀"),
    ("ทางสะพานใหม่", "สะพานใหม่ในกรุงเทพเปิดแล้ว"),
]
SOURCES = [
    Source("pnd", "https://x.example/1", "Desk", "PND", Kind.WIRE, "PK", "en"),
    Source("mission", "https://x.example/2", "Mission", "mission", Kind.EMBASSY, "AZ", "", ("south",), own=True),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Every text in the store, taken in as a poll would; two sources by turns."""
    opened = open_store(tmp_path_factory.mktemp("search") / "m.db")
    opened.sources.mirror(SOURCES)
    for number, (title, text) in enumerate(TEXTS):
        source, at = SOURCES[number % 2], NOW - timedelta(days=len(TEXTS) - number)
        entry = Entry(
            guid=str(number),
            url=f"https://x.example/{number}",
            title=title,
            text=text,
            html="",
            author="Jane Doe" if number % 3 == 0 else "",
            language="" if number % 2 else "en",
            published_at=at,
        )
        with opened.transaction():
            Intake(opened, source, RULES, at, at).take(Acquired(source.id, Gate.WHOLE, entries=(entry,)))
    yield opened
    opened.close()


def every(store: Store) -> list[Item]:
    return list(store.items.select(Selection()))


def found(store: Store, query: str, selection: Selection = EVERYTHING) -> list[int]:
    return [found.item.id for found in find(store, query, LISTS, selection, NOW)]


def read(store: Store, query: str) -> list[int]:
    """What the query itself says of each item, newest first."""
    compiled, facts = compile_query(query, LISTS, purpose="search"), store.sources.facts()
    return [
        item.id
        for item in every(store)
        if compiled.matches(prepare(matchable(item, facts[item.source_id])), NOW) is not None
    ]


QUERIES = [
    "room",
    "rooms",
    "room*",
    "br?dge*",
    "bridge* OR мост*",
    '"reading room"',
    '"room for reading"',
    "reading AND NOT opens",
    "room AND (library OR counted)",
    "title:bridge*",
    "body:room",
    "title:reading AND body:agreed",
    "lead:eleven",
    "@bridges",
    "@bridges OR @rooms",
    "title:@bridges",
    "桥",
    "大桥",
    "北京",
    "新的大",
    "お茶",
    "茶会",
    "東京タワー",
    "アゼルバイジャン",
    "バイジャン",
    "桥 AND 北京",
    "桥 AND NOT 大桥",
    "สะพาน",
    "قره‌باغ",
    "قره باغ",
    "قرائت*",
    "کتاب",
    "qarabag*",
    "Qarabağ*",
    "qarabağda",
    "igdir",
    "ISTANBUL",
    "ёлка",
    "елка",
    "կամուրջ*",
    "strasse",
    "Straße",
    "brucke",
    "U.S.",
    "UN",
    '"U.N."',
    "co-operation",
    "cooperation",
    "e-mail",
    "o'clock",
    "C++",
    "AT&T",
    "3.14",
    '"10:30"',
    "source:pnd",
    "kind:embassy",
    "country:PK AND bridge*",
    "tag:works",
    "tag:south AND NOT room",
    "lang:en",
    "author:doe",
    "url:x.example",
    "publisher:PND",
    "label:islamabad",
    "place:islamabad",
    "islamabad",
    "within:3d",
    "within:3d AND bridge*",
    "kind:wire OR bridge*",
    "nothingofthekind",
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_search_finds_what_reading_every_item_finds(store: Store, query: str) -> None:
    try:
        compile_query(query, LISTS, purpose="search")
    except RuleError as error:
        pytest.fail(f"the query is not read: {error.pointed()}")
    assert found(store, query) == read(store, query)


def test_the_queries_tell_the_texts_apart(store: Store) -> None:
    counts = {query: len(found(store, query)) for query in QUERIES}
    assert counts["nothingofthekind"] == 0
    assert counts["桥"] == 1
    assert counts["大桥"] == 1
    assert counts["バイジャン"] == 1
    assert counts["桥 AND NOT 大桥"] == 0
    assert counts["qarabag*"] == 1
    assert counts['"reading room"'] == 1
    assert counts["kind:embassy"] == len(TEXTS) // 2
    assert sum(count > 0 for count in counts.values()) > len(QUERIES) * 0.8


@pytest.mark.parametrize(
    "query", ["room", '"reading room"', "大桥", "@bridges", "bridge* OR мост*", "room AND NOT opens"]
)
def test_where_words_are_asked_for_the_index_narrows_the_items_down(store: Store, query: str) -> None:
    plan = compile_query(query, LISTS, purpose="search").plan
    condition = narrow(plan, Known(store.sources.facts(), store.items.known_tags, NOW))
    narrowed = list(store.items.find(condition))
    assert set(read(store, query)) <= set(narrowed)
    assert len(narrowed) < len(TEXTS)


words = st.sampled_from(
    [
        "room",
        "read*",
        "bridge*",
        "мост*",
        "桥",
        "北京",
        "お茶",
        "باغ",
        "qarabağ*",
        "u.s.",
        "islamabad",
        '"reading room"',
    ]
)
queries = st.recursive(
    words | st.builds("{}:{}".format, st.sampled_from(["title", "body"]), words) | st.just("kind:wire"),
    lambda inner: (
        st.builds("({} AND {})".format, inner, inner)
        | st.builds("({} OR {})".format, inner, inner)
        | st.builds("({} AND NOT {})".format, inner, inner)
    ),
    max_leaves=6,
)


@given(queries)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_query_finds_what_reading_every_item_finds(store: Store, query: str) -> None:
    assert found(store, query) == read(store, query)


def test_a_selection_narrows_a_search_and_the_limit_counts_what_matches(store: Store) -> None:
    everything = found(store, "room OR bridge* OR kind:wire")
    assert found(store, "room OR bridge* OR kind:wire", Selection(limit=2)) == everything[:2]
    assert found(store, "room", Selection(limit=0)) == []
    assert {hit.item.source_id for hit in find(store, "room", LISTS, Selection(source_id="pnd"), NOW)} == {"pnd"}
    assert found(store, "bridge*", Selection(tag="works")) == found(store, "bridge*")
    assert found(store, "room", Selection(since=NOW)) == []


def test_a_query_that_cannot_be_read_is_refused_before_the_first_item(store: Store) -> None:
    with pytest.raises(RuleError):
        find(store, "room AND (", LISTS, Selection(), NOW)


def test_a_search_through_many_batches_loses_and_doubles_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path / "m.db")
    store.sources.mirror(SOURCES)
    entries = tuple(
        Entry(guid=str(n), url=None, title=f"Number {n} of many", text="odd" if n % 2 else "even", html="")
        for n in range(450)
    )
    with store.transaction():
        Intake(store, SOURCES[0], RULES, NOW, NOW).take(Acquired("pnd", Gate.WHOLE, entries=entries))
    ids = [hit.item.id for hit in find(store, "many AND odd", {}, Selection(), NOW)]
    assert len(ids) == len(set(ids)) == 225
    assert ids == sorted(ids, reverse=True)
    store.close()


def test_a_text_is_tried_as_if_it_came_from_a_source() -> None:
    rules, _ = compile_rules([Rule("r", "R", query="kind:embassy AND tag:own AND bridge")], {})
    assert rules.match(text_of("The bridge", "", None)) == []
    [match] = rules.match(text_of("The bridge", "", SourceFacts.of(SOURCES[1])))
    assert [(span.field, span.text) for span in match.spans] == [("title", "bridge")]
