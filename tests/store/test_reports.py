from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import EditMatch, Entry, Item, Kind, Match, Observed, Relation, Source, Span, Wire
from monitor.store import Store, open_store
from monitor.store.edits import StoredEdit
from monitor.store.reports import Followed

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
SOURCES = [
    Source("embassy", "https://embassy.example/feed", "Embassy", "atlantis", Kind.EMBASSY, own=True),
    Source("courier", "https://courier.example/feed", "Courier", "courier"),
]
ITEM = Item(
    id=0,
    source_id="embassy",
    publisher="atlantis",
    title="Boats shown",
    url=None,
    author="",
    text="Thirty boats.",
    html="<p>Thirty boats.</p>",
    language="en",
    published_at=NOW,
    published_claim="",
    first_seen_at=NOW,
    updated_at=None,
    version=1,
    story_id=0,
    relation=Relation.LEAD,
    share=None,
    wire=Wire(),
)


def observed(key: bytes) -> Observed:
    return Observed(None, None, None, None, b"title", None, key, ("boats",), None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "monitor.db")
    opened.sources.mirror(SOURCES)
    yield opened
    opened.close()


def add(store: Store, source: str = "embassy", *, is_backlog: bool = False, hours: float = 0) -> int:
    at = NOW + hours * HOUR
    item = replace(ITEM, source_id=source, published_at=None, first_seen_at=at)
    with store.transaction():
        return store.items.add(item, observed(b"1"), ("boats shown", "thirty boats"), is_backlog=is_backlog)


def edit(store: Store, item_id: int, text: str, at: datetime) -> None:
    entry = Entry(None, None, "Boats shown", text, f"<p>{text}</p>")
    with store.transaction():
        store.items.edit(item_id, entry, observed(text.encode()), ("boats shown", text.lower()), at)


def test_releases_are_what_sources_of_ours_carried_newest_first(store: Store) -> None:
    first, _, later = add(store), add(store, "courier"), add(store, hours=2)
    assert list(store.reports.releases()) == [later, first]
    assert list(store.reports.releases(NOW + HOUR)) == [later]
    assert list(store.reports.releases(limit=1)) == [later]


def test_what_another_source_brought_first_is_a_release_once_ours_carries_it(store: Store) -> None:
    item = add(store, "courier")
    with store.transaction():
        store.items.sight(item, "embassy", observed(b"2"), NOW)
    assert list(store.reports.releases()) == [item]


def test_older_news_of_a_first_poll_is_not_followed(store: Store) -> None:
    add(store, is_backlog=True)
    item = add(store, hours=1)
    assert store.reports.followed(NOW) == [Followed(item, NOW + HOUR, frozenset())]
    assert store.reports.followed(NOW + 2 * HOUR) == []


def test_older_news_that_somebody_gives_as_a_release_is_followed(store: Store) -> None:
    item = add(store, is_backlog=True)
    with store.transaction():
        store.items.sight(item, "own", observed(b"2"), NOW)
    assert [followed.item_id for followed in store.reports.followed(NOW)] == [item]


def test_a_report_is_recorded_once(store: Store) -> None:
    item = add(store)
    with store.transaction():
        assert store.reports.record(item, (10.0, 20.0), NOW)
        assert not store.reports.record(item, (20.0, 30.0), NOW)
    assert store.reports.followed(NOW)[0].made == {10.0, 20.0}


def test_reports_are_watched_from_the_first_time_on(store: Store) -> None:
    assert store.reports.watched_since() is None
    with store.transaction():
        assert store.reports.watch(NOW) == NOW
        assert store.reports.watch(NOW + HOUR) == NOW
    assert store.reports.watched_since() == NOW


def test_a_reserved_source_is_known_and_never_polled_or_listed(store: Store) -> None:
    own = Source("own", "", "Own releases", "own", Kind.OFFICIAL, "PK", "en", ("a",), own=True)
    for name in ("Own releases", "Releases of ours"):
        with store.transaction():
            store.sources.reserve(replace(own, name=name))
    facts = store.sources.facts()["own"]
    assert (facts.name, facts.kind, facts.country, facts.item_tags) == (
        "Releases of ours",
        Kind.OFFICIAL,
        "PK",
        ("a", "own"),
    )
    assert store.sources.status("own") is None
    assert "own" not in store.sources.active()
    store.sources.mirror(SOURCES)
    assert store.sources.facts()["own"].own


def test_edits_stand_with_the_texts_before_and_after_newest_first(store: Store) -> None:
    one, other = add(store), add(store, "courier")
    edit(store, one, "Forty boats.", NOW + HOUR)
    edit(store, other, "No boats.", NOW + 2 * HOUR)
    edit(store, one, "Fifty boats.", NOW + 3 * HOUR)
    title = "Boats shown"
    assert list(store.edits.list()) == [
        StoredEdit(one, 3, NOW + 3 * HOUR, (title, "Forty boats."), (title, "Fifty boats.")),
        StoredEdit(other, 2, NOW + 2 * HOUR, (title, "Thirty boats."), (title, "No boats.")),
        StoredEdit(one, 2, NOW + HOUR, (title, "Thirty boats."), (title, "Forty boats.")),
    ]
    assert [edit.item_id for edit in store.edits.list("courier")] == [other]
    assert [edit.version for edit in store.edits.list(since=NOW + 3 * HOUR)] == [3]


def test_what_an_edit_set_off_is_kept_with_its_version_and_tags(store: Store) -> None:
    item = add(store)
    edit(store, item, "Forty boats.", NOW + HOUR)
    found = EditMatch("forty", (Span("body", 0, 5, "Forty"),), (Span("body", 0, 6, "Thirty"),))
    with store.transaction():
        store.edits.add(item, [found], lambda rule: (rule, "counted"), NOW + HOUR)
        store.items.retag(item, ["boats"], [Match("b", 1, ())])
    assert store.edits.matches(item) == [replace(found, version=2)]
    assert store.edits.since(NOW + HOUR) == [(item, replace(found, version=2))]
    assert store.edits.since(NOW + 2 * HOUR) == []
    stored = store.items.get(item)
    assert stored is not None
    assert set(stored.tags) == {"boats", "counted", "forty"}


WRITES = {
    "watch": lambda s: s.reports.watch(NOW),
    "record": lambda s: s.reports.record(1, (1.0,), NOW),
    "reserve": lambda s: s.sources.reserve(SOURCES[0]),
    "edits.add": lambda s: s.edits.add(1, [EditMatch("r", (), ())], lambda _: (), NOW),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_locked_database_is_told_by_every_method_that_writes(store: Store, write: Callable[[Store], object]) -> None:
    add(store)
    other = open_store(store.connection.path, busy_s=0.01)
    with store.transaction(), pytest.raises(StoreError, match="locked") as caught:
        write(other)
    assert caught.value.is_transient
    other.close()
