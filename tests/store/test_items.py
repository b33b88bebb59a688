from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import (
    Acquired,
    Entry,
    Failure,
    FailureKind,
    Gate,
    Hints,
    Item,
    Kind,
    Learned,
    Match,
    Observed,
    Relation,
    Source,
    SourceState,
    Span,
    Wire,
)
from monitor.store import Store, open_store
from monitor.store.finding import Every, Tagged, Words
from monitor.store.items import Selection
from monitor.store.sources import Outcome
from monitor.text.tokens import search_text

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
SOURCE = Source("a", "https://a.example/feed", "Source A", "Publisher A", Kind.PRESS, tags=("t",))
ITEM = Item(
    id=0,
    source_id="a",
    publisher="Publisher A",
    title="Qarabağ carpets shown",
    url="https://a.example/1",
    author="A. Writer",
    text="Thirty carpets are shown in the museum. 卡拉巴赫地毯",
    html="<p>Thirty carpets</p>",
    language="en",
    published_at=NOW - timedelta(hours=1),
    published_claim="Mon, 23 Nov 2026 06:00:00 GMT",
    first_seen_at=NOW,
    updated_at=None,
    version=1,
    story_id=0,
    relation=Relation.LEAD,
    share=None,
    wire=Wire("Baku(ABC)", "Baku", "23 November", "ABC", None),
)
OBSERVED = Observed(
    "g", b"guid", ITEM.url, b"url.....", b"title", b"text", b"content1", ("thirty", "carpets"), NOW, 8, ITEM.wire
)
ENTRY = Entry("g", ITEM.url, "Changed", "Changed text", "<p>Changed</p>", "B. Writer")
LEARNED = Learned(
    interval_s=1_000.0,
    interval_of_s=900.0,
    hints=Hints(ttl_s=600.0, skip_hours=(1, 2), skip_days=(6,)),
    gaps_s=(3_600, 7_200),
    validators_lie=True,
    whole_at=NOW - timedelta(hours=3),
    gap_at=NOW - timedelta(days=2),
    moved_to="https://a.example/new",
    moved_since=NOW - timedelta(hours=5),
    moved_count=2,
)
JOB_OUTCOME = Outcome(SourceState.OK, "", 0.0, NOW + timedelta(hours=1), 1, 0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "monitor.db")
    opened.sources.mirror([SOURCE, replace(SOURCE, id="b", name="B", publisher="Publisher B")])
    yield opened
    opened.close()


def indexed(article: Item | Entry) -> tuple[str, str]:
    return search_text(article.title), search_text(article.text)


def add(store: Store, item: Item = ITEM, observed: Observed = OBSERVED, *, backlog: bool = False) -> int:
    with store.transaction():
        return store.items.add(item, observed, indexed(item), is_backlog=backlog)


def test_an_item_is_read_as_it_was_stored(store: Store) -> None:
    item_id = add(store)
    stored = store.items.get(item_id)
    assert stored == replace(ITEM, id=item_id, story_id=1, sources=("a",))
    assert store.items.by_ids([item_id, 99]) == {item_id: stored}
    assert store.items.get(99) is None
    status = store.sources.status("a")
    assert status is not None
    assert status.item_count == 1


def test_sightings_name_the_texts_own_source_first_then_by_time(store: Store) -> None:
    store.sources.mirror([SOURCE, replace(SOURCE, id="0"), replace(SOURCE, id="b")])
    item_id = add(store)
    with store.transaction():
        assert store.items.sight(item_id, "b", OBSERVED, NOW + timedelta(seconds=1)) is None
        assert store.items.sight(item_id, "0", OBSERVED, NOW) is None
        assert store.items.sight(item_id, "a", replace(OBSERVED, content_key=b"content2"), NOW) == b"content1"
        assert store.items.sight(item_id, "a", replace(OBSERVED, content_key=b"content2"), NOW) == b"content2"
    item = store.items.get(item_id)
    assert item is not None
    assert item.sources == ("a", "0", "b")


@pytest.mark.parametrize(
    ("change", "source", "publisher", "found"),
    [
        ({"url_key": None, "title_key": b"x", "text_key": None}, "a", "Publisher A", True),
        ({"guid_key": None, "title_key": b"x", "text_key": None}, "b", "Publisher B", True),
        ({"guid_key": None, "url_key": None, "text_key": None}, "a", "Publisher A", True),
        ({"guid_key": None, "url_key": None, "title_key": b"x"}, "b", "Publisher A", True),
        ({"guid_key": None, "url_key": None, "title_key": b"x"}, "b", "Publisher B", False),
        ({"url_key": None, "title_key": b"x", "text_key": None}, "b", "Publisher B", False),
    ],
    ids=["guid here", "address anywhere", "title here", "text at the publisher", "text elsewhere", "guid elsewhere"],
)
def test_candidates_share_a_mark(
    store: Store, change: dict[str, object], source: str, publisher: str, found: bool
) -> None:
    item_id = add(store)
    candidates = store.items.candidates(replace(OBSERVED, **change), source, publisher, NOW - timedelta(days=14))
    assert [candidate.item_id for candidate in candidates] == ([item_id] if found else [])


def test_a_text_older_than_the_window_nominates_nobody(store: Store) -> None:
    add(store)
    entry = replace(OBSERVED, guid_key=None, url_key=None, title_key=b"x")
    assert store.items.candidates(entry, "b", "Publisher A", NOW + timedelta(seconds=1)) == []


def test_an_edit_keeps_the_earlier_text_and_moves_the_word_index(store: Store) -> None:
    item_id = add(store)
    with store.transaction():
        assert store.items.edit(item_id, ENTRY, replace(OBSERVED, text_key=None), indexed(ENTRY), NOW) == 2
    item = store.items.get(item_id)
    assert item is not None
    assert (item.title, item.text, item.html, item.version, item.author) == (
        "Changed",
        "Changed text",
        "<p>Changed</p>",
        2,
        "B. Writer",
    )
    [earlier] = store.items.versions(item_id)
    assert (earlier.version, earlier.title, earlier.text, earlier.replaced_at) == (1, ITEM.title, ITEM.text, NOW)
    assert [list(store.items.find(Words(word))) for word in ("changed", "museum")] == [[item_id], []]
    store.connection.execute("INSERT INTO item_text (item_text) VALUES ('integrity-check')")


@pytest.mark.parametrize("word", ["qarabag", "museum", "卡", "carpets"])
def test_folded_words_of_title_and_text_are_found(store: Store, word: str) -> None:
    item_id = add(store)
    assert list(store.items.find(Words(f'"{word}"'))) == [item_id]


def test_items_are_listed_newest_first_and_by_source_tag_time_and_number(store: Store) -> None:
    first = add(store)
    second = add(store, replace(ITEM, source_id="b", first_seen_at=NOW + timedelta(hours=1)))
    with store.transaction():
        store.items.tag(second, ["x"], [])

    def ids(**wanted: object) -> list[int]:
        selection = Selection(**wanted)  # type: ignore[arg-type]
        listed = [item.id for item in store.items.select(selection)]
        assert listed == list(islice(store.items.find(Every(tuple(selection.conditions()))), selection.limit))
        return listed

    assert ids() == [second, first]
    assert ids(source_id="a") == [first]
    assert ids(tag="x") == [second]
    assert ids(since=NOW + timedelta(minutes=1)) == [second]
    assert ids(limit=1) == [second]
    assert ids(limit=0) == []
    assert list(store.items.find(Every((Words("museum"), Tagged(frozenset("x")))))) == [second]


def test_tags_and_matches_are_replaced_together(store: Store) -> None:
    item_id = add(store)
    match = Match("r", 3, (Span("title", 0, 7, "Qarabağ"),))
    with store.transaction():
        store.items.tag(item_id, ["b", "a", "a"], [match])
    item = store.items.get(item_id)
    assert item is not None
    assert item.tags == ("a", "b")
    assert store.items.matches(item_id) == [match]
    with store.transaction():
        store.items.retag(item_id, [], [])
    assert store.items.matches(item_id) == []


def test_of_a_hostile_texts_hits_the_first_hundred_are_kept(store: Store) -> None:
    item_id = add(store)
    with store.transaction():
        store.items.tag(item_id, [], [Match("r", 1, tuple(Span("body", n, n + 1, "x") for n in range(5000)))])
    [match] = store.items.matches(item_id)
    assert [span.start for span in match.spans] == list(range(100))


def test_a_window_goes_by_number_and_leaves_the_backlog_out(store: Store) -> None:
    ids = [add(store), add(store, backlog=True), add(store), add(store)]
    assert [item.id for item in store.items.window(ids[0], ids[2])] == [ids[2]]
    assert (store.items.last_id(), store.items.count()) == (ids[3], 4)
    assert store.items.last_id_before(NOW) == 0
    assert store.items.last_id_before(NOW + timedelta(seconds=1)) == ids[3]


def test_a_text_that_cannot_be_stored_leaves_its_neighbours(store: Store) -> None:
    with store.transaction():
        store.items.add(ITEM, OBSERVED, indexed(ITEM), is_backlog=False)
        with pytest.raises(UnicodeEncodeError), store.savepoint():
            store.items.add(replace(ITEM, title="\ud800"), OBSERVED, indexed(ITEM), is_backlog=False)
    assert store.items.count() == 1
    assert store.connection.value("PRAGMA integrity_check") == "ok"


def test_stories_move_lead_and_end_with_their_last_item(store: Store) -> None:
    first, second = add(store), add(store, replace(ITEM, source_id="b", publisher="Publisher B"))
    with store.transaction():
        store.stories.move(second, 1, NOW + timedelta(hours=2))
        store.stories.relate(second, Relation.REPRINT, 0.5)
    [story] = store.stories.recent()
    assert (story.lead_id, story.items, story.publisher_count) == (first, (first, second), 2)
    assert story.last_seen_at == NOW + timedelta(hours=2)
    with store.transaction():
        store.stories.lead(1, second)
    items = store.items.by_ids([first, second])
    assert (items[second].relation, items[second].share) == (Relation.LEAD, None)
    assert (items[first].relation, items[first].share) == (Relation.REPRINT, 1.0)
    with store.transaction():
        store.stories.move(first, None, NOW)
        store.stories.move(second, store.items.by_ids([first])[first].story_id, NOW)
    assert store.stories.count() == 1
    assert store.stories.get(1) is None
    assert store.stories.members(items[first].story_id + 1) == [first, second]
    assert list(store.stories.recent(NOW + timedelta(days=1))) == []


def acquired(**keys: object) -> Acquired:
    return Acquired(
        **{"source_id": "a", "gate": Gate.WHOLE, "etag": b"v", "body_hash": b"h", "seen": b"12345678", **keys}
    )  # type: ignore[arg-type]


def record(store: Store, result: Acquired, outcome: Outcome = JOB_OUTCOME, at: datetime = NOW) -> None:
    with store.transaction():
        store.sources.record(store.sources.job(SOURCE), result, outcome, at)


def test_a_poll_leaves_its_validators_its_standing_and_its_record(store: Store) -> None:
    record(store, acquired(site_url="https://a.example/", status=200), replace(JOB_OUTCOME, learned=LEARNED))
    job = store.sources.job(SOURCE)
    assert (job.etag, job.body_hash, job.seen) == (b"v", b"h", b"12345678")
    status = store.sources.status("a")
    assert status is not None
    assert (status.state, status.last_success_at, status.last_new_at, status.moved_to) == (
        SourceState.OK,
        NOW,
        NOW,
        "https://a.example/new",
    )
    assert status.learned == LEARNED
    [poll] = store.sources.polls("a")
    assert (poll.gate, poll.status, poll.failure) == (Gate.WHOLE, 200, None)
    assert store.sources.last_polled_at() == NOW


def test_a_failed_poll_keeps_the_last_success_and_what_was_known(store: Store) -> None:
    record(store, acquired(), replace(JOB_OUTCOME, learned=LEARNED))
    failing = Outcome(SourceState.FAILING, "No answer.", 0.25, NOW + timedelta(hours=2), 0, 0, learned=LEARNED)
    failed = acquired(etag=None, failure=Failure(FailureKind.TIMEOUT, "No answer."))
    record(store, failed, failing, NOW + timedelta(hours=1))
    status = store.sources.status("a")
    assert status is not None
    assert (status.last_success_at, status.last_polled_at, status.moved_to) == (
        NOW,
        NOW + timedelta(hours=1),
        "https://a.example/new",
    )
    assert store.sources.job(SOURCE).etag is None
    assert [poll.failure for poll in store.sources.polls("a")] == [FailureKind.TIMEOUT, None]
    assert [source.facts.id for source in store.sources.ailing()] == ["a"]
    assert store.sources.counts() == {SourceState.FAILING: 1, SourceState.NEW: 1}


def test_only_the_last_fifty_polls_are_kept(store: Store) -> None:
    for _ in range(53):
        record(store, acquired())
    store.sources.trim_polls()
    assert len(store.sources.polls("a", 100)) == 50


def test_a_paused_source_is_not_due_until_it_is_resumed(store: Store) -> None:
    with store.transaction():
        assert store.sources.pause("a", paused=True)
        assert not store.sources.pause("nobody", paused=True)
    assert store.sources.due(NOW, 9) == store.sources.active() == ["b"]
    with store.transaction():
        store.sources.pause("a", paused=False)
    assert sorted(store.sources.due(NOW, 9)) == ["a", "b"]


def test_the_mirror_follows_the_configuration_and_forgets_no_items(store: Store) -> None:
    add(store)
    store.sources.mirror([replace(SOURCE, id="b", enabled=False), replace(SOURCE, id="c", own=True)])
    assert [status.facts.id for status in store.sources.statuses()] == ["b", "c"]
    assert store.sources.due(NOW, 9) == ["c"]
    facts = store.sources.facts()
    assert set(facts) == {"a", "b", "c"}
    assert facts["c"].item_tags == ("t", "own")
    assert store.sources.facts_of(["a", "zzz"]) == {"a": facts["a"]}
    store.sources.mirror([SOURCE])
    status = store.sources.status("a")
    assert status is not None
    assert status.item_count == 1


WRITES: dict[str, Callable[[Store], object]] = {
    "sources.mirror": lambda s: s.sources.mirror([SOURCE]),
    "sources.record": lambda s: s.sources.record(s.sources.job(SOURCE), acquired(), JOB_OUTCOME, NOW),
    "sources.trim_polls": lambda s: s.sources.trim_polls(),
    "sources.trim_changes": lambda s: s.sources.trim_changes(NOW),
    "sources.mark_told": lambda s: s.sources.mark_told(1),
    "sources.put_off": lambda s: s.sources.put_off([("a", NOW)]),
    "sources.pause": lambda s: s.sources.pause("a", paused=True),
    "items.add": lambda s: s.items.add(ITEM, OBSERVED, indexed(ITEM), is_backlog=False),
    "items.sight": lambda s: s.items.sight(1, "b", OBSERVED, NOW),
    "items.edit": lambda s: s.items.edit(1, ENTRY, OBSERVED, indexed(ENTRY), NOW),
    "items.tag": lambda s: s.items.tag(1, ["x"], []),
    "items.retag": lambda s: s.items.retag(1, ["x"], []),
    "stories.lead": lambda s: s.stories.lead(1, 1),
    "stories.move": lambda s: s.stories.move(1, None, NOW),
    "stories.relate": lambda s: s.stories.relate(1, Relation.REPRINT, 0.5),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_locked_database_is_told_by_every_method_that_writes(store: Store, write: Callable[[Store], object]) -> None:
    add(store)
    other = open_store(store.connection.path, busy_s=0.01)
    with store.transaction(), pytest.raises(StoreError, match="locked") as caught:
        write(other)
    assert caught.value.is_transient
    other.close()
