"""The way of an item, from a document on a real server to rows in a real store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.feeds.acquire import Acquirer, Limits
from monitor.model import FailureKind, Gate, Kind, PollRecord, Relation, Rule, Source, SourceState
from monitor.pipeline import Manners, Pipeline
from monitor.rules import compile_rules
from monitor.store import Store, open_store
from monitor.store.finding import Words
from monitor.store.items import Selection
from tests.conftest import LONG, Article, Page, Site, rss

NOW = datetime.now(UTC).replace(microsecond=0)
RULES, _ = compile_rules([Rule("rooms", "Rooms", query='"reading room*"', tags=("rooms",))], {})


class Desk:
    """A pipeline over a real store and real parsers, and a clock that tests set."""

    def __init__(self, store: Store, acquirer: Acquirer) -> None:
        self.store, self.now = store, NOW
        manners = Manners(3600, 1, 7200, concurrency=8, per_host=2)
        self.pipeline = Pipeline(store, acquirer, RULES, manners, lambda: self.now)
        self.sources: dict[str, Source] = {}

    def add(self, id: str, url: str, **keys: object) -> None:
        self.sources[id] = Source(id=id, url=url, name=id.title(), **{"publisher": id, "kind": Kind.PRESS, **keys})  # type: ignore[arg-type]
        self.store.sources.mirror(list(self.sources.values()))

    async def poll(self, id: str) -> PollRecord:
        return await self.pipeline.poll(self.sources[id])

    @property
    def titles(self) -> list[str]:
        return sorted(item.title for item in self.store.items.select(Selection()))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    store = open_store(tmp_path / "monitor.db")
    async with Acquirer(Limits(), allow_private=("127.0.0.0/8",)) as acquirer:
        yield Desk(store, acquirer)
    store.close()


async def test_a_second_poll_of_the_same_bytes_stores_nothing(desk: Desk, site: Site) -> None:
    desk.add("a", site.publish("/a", Article("One"), Article("Two", "Another text of its own.")))
    first, second = await desk.poll("a"), await desk.poll("a")
    assert (first.gate, first.parsed_count, first.new_count, first.whole_reason) == (Gate.WHOLE, 2, 2, "first poll")
    assert (second.gate, second.new_count) == (Gate.SAME_BODY, 0)
    assert desk.titles == ["One", "Two"]


async def test_validators_are_sent_back_and_304_costs_nothing(desk: Desk, site: Site) -> None:
    desk.add("a", site.publish("/a", Article("One"), ETag='"v1"'))
    await desk.poll("a")
    assert (await desk.poll("a")).gate is Gate.NOT_MODIFIED
    assert site.asked[-1][1]["If-None-Match"] == '"v1"'


async def test_of_a_grown_document_only_the_new_entry_is_parsed(desk: Desk, site: Site) -> None:
    old = [Article(f"Old {n}", f"{LONG} Number {n}.", guid=f"g{n}") for n in range(5)]
    desk.add("a", site.publish("/a", *old))
    await desk.poll("a")
    site.publish("/a", Article("Fresh", "News of today.", guid="fresh"), *old)
    record = await desk.poll("a")
    assert (record.gate, record.cut_count, record.parsed_count, record.new_count) == (Gate.CUT, 5, 1, 1)
    assert "Fresh" in desk.titles


async def test_an_edited_entry_becomes_a_version_and_is_tagged_and_found_anew(desk: Desk, site: Site) -> None:
    desk.add("a", site.publish("/a", Article("Talks", LONG, "https://a.example/1", "g1")))
    await desk.poll("a")
    [item] = desk.store.items.select(Selection())
    assert item.tags == ("rooms",)
    site.publish("/a", Article("Talks, corrected", "The meeting was put off.", "https://a.example/1", "g1"))
    record = await desk.poll("a")
    assert (record.new_count, record.edited_count) == (0, 1)
    edited = desk.store.items.get(item.id)
    assert edited is not None
    assert (edited.title, edited.version, edited.tags) == ("Talks, corrected", 2, ())
    [earlier] = desk.store.items.versions(item.id)
    assert (earlier.version, earlier.title) == (1, "Talks")
    assert list(desk.store.items.find(Words("corrected"))) == [item.id]
    assert list(desk.store.items.find(Words("library"))) == []


async def test_one_article_in_two_feeds_of_a_publisher_is_one_item_with_two_sources(desk: Desk, site: Site) -> None:
    desk.add("a", site.publish("/a", Article("Talks", LONG, "https://p.example/1?utm_source=a", "g1")), publisher="P")
    desk.add("b", site.publish("/b", Article("Talks", LONG, "https://p.example/culture/1", "g2")), publisher="P")
    await desk.poll("a")
    assert (await desk.poll("b")).new_count == 0
    [item] = desk.store.items.select(Selection())
    assert item.sources == ("a", "b")


async def test_another_publishers_identical_text_is_its_own_item_in_the_story_that_the_originator_leads(
    desk: Desk, site: Site
) -> None:
    desk.add("outlet", site.publish("/o", Article("ISLAMABAD(TNS): Reading room opens", LONG, "https://o.example/1")))
    desk.add(
        "embassy",
        site.publish("/e", Article("Reading room opens", LONG, "https://e.example/1")),
        kind=Kind.EMBASSY,
        own=True,
    )
    await desk.poll("outlet")
    await desk.poll("embassy")
    embassy, outlet = desk.store.items.select(Selection())
    assert embassy.story_id == outlet.story_id
    assert (embassy.relation, outlet.relation, outlet.share) == (Relation.LEAD, Relation.REPRINT, 1.0)
    assert embassy.tags == ("own", "rooms")
    story = desk.store.stories.get(embassy.story_id)
    assert story is not None
    assert (story.lead_id, story.items, story.publisher_count) == (embassy.id, (embassy.id, outlet.id), 2)
    assert desk.store.stories.count() == 1


async def test_an_edit_of_a_copy_is_measured_against_its_lead_and_may_leave_the_story(desk: Desk, site: Site) -> None:
    desk.add("embassy", site.publish("/e", Article("Room", LONG, "https://e.example/1")), kind=Kind.EMBASSY)
    desk.add("outlet", site.publish("/o", Article("Room", LONG, "https://o.example/1", "o1")))
    await desk.poll("embassy")
    await desk.poll("outlet")
    half = " ".join(LONG.split()[:20])
    site.publish("/o", Article("Room", half, "https://o.example/1", "o1"))
    await desk.poll("outlet")
    outlet = next(item for item in desk.store.items.select(Selection()) if item.source_id == "outlet")
    assert outlet.relation is Relation.REPRINT
    assert outlet.share is not None
    assert 0.4 < outlet.share < 0.6
    site.publish(
        "/o",
        Article(
            "Room",
            "Something else altogether stands here now, of which the embassy has said nothing.",
            "https://o.example/1",
            "o1",
        ),
    )
    await desk.poll("outlet")
    outlet = next(item for item in desk.store.items.select(Selection()) if item.source_id == "outlet")
    assert (outlet.relation, outlet.share, outlet.version) == (Relation.LEAD, None, 3)
    assert desk.store.stories.count() == 2


async def test_an_edit_that_makes_a_text_a_copy_joins_its_story(desk: Desk, site: Site) -> None:
    desk.add("embassy", site.publish("/e", Article("Room", LONG, "https://e.example/1")), kind=Kind.EMBASSY)
    desk.add("outlet", site.publish("/o", Article("Room", "More soon.", "https://o.example/1", "o1")))
    await desk.poll("embassy")
    await desk.poll("outlet")
    assert desk.store.stories.count() == 2
    site.publish("/o", Article("Room", LONG, "https://o.example/1", "o1"))
    await desk.poll("outlet")
    [story] = desk.store.stories.recent()
    assert len(story.items) == 2


async def test_two_entries_for_one_article_in_a_document_do_not_edit_each_other_at_every_poll(
    desk: Desk, site: Site
) -> None:
    twice = [
        Article("Talks", LONG, "https://a.example/1", "g1"),
        Article("Talks", LONG + " Photos.", "https://a.example/1", "g1"),
    ]
    desk.add("a", site.publish("/a", *twice))
    await desk.poll("a")
    for number in range(3):
        site.publish("/a", *twice, Article(f"New {number}", f"Text {number}"))
        await desk.poll("a")
    assert all(item.version == 1 for item in desk.store.items.select(Selection()))
    assert desk.titles == ["New 0", "New 1", "New 2", "Talks"]


async def test_older_news_of_a_first_poll_is_backlog_and_that_of_later_polls_is_not(desk: Desk, site: Site) -> None:
    old, undated = Article("Old", "A", guid="1", at=NOW - timedelta(days=3)), Article("Undated", "B", guid="2")
    undated.at = None
    desk.add("a", site.publish("/a", old, undated, Article("Recent", "C", guid="3", at=NOW - timedelta(hours=5))))
    await desk.poll("a")
    assert [item.title for item in desk.store.items.window(0, 99)] == ["Recent"]
    late = Article("Late", "D", guid="4", at=NOW - timedelta(days=3))
    site.publish("/a", late, undated)
    await desk.poll("a")
    assert [item.title for item in desk.store.items.window(0, 99)] == ["Recent", "Late"]


async def test_after_an_outage_only_the_last_days_news_is_told(desk: Desk, site: Site) -> None:
    desk.add("a", site.publish("/a", Article("First", "A", guid="1")))
    await desk.poll("a")
    desk.now = NOW + timedelta(days=4)
    missed, recent = (
        Article(name, name, guid=name, at=desk.now - timedelta(hours=hours))
        for name, hours in (("Missed", 50), ("New", 2))
    )
    site.publish("/a", missed, recent)
    await desk.poll("a")
    assert [item.title for item in desk.store.items.window(0, 99)] == ["First", "New"]
    assert desk.titles == ["First", "Missed", "New"]


async def test_a_source_that_fails_keeps_its_items_and_says_why(desk: Desk, site: Site) -> None:
    desk.add("a", site.publish("/a", Article("One")))
    await desk.poll("a")
    site.pages["/a"] = Page(
        b"<!DOCTYPE html><html><head><title>Hello</title></head><body>Welcome</body></html>", "text/html"
    )
    record = await desk.poll("a")
    assert record.failure is FailureKind.NOT_A_FEED
    status = desk.store.sources.status("a")
    assert status is not None
    assert (status.state, status.item_count, status.failures) == (SourceState.NOT_A_FEED, 1, 1.0)
    site.publish("/a", Article("One"))
    assert (await desk.poll("a")).new_count == 0
    recovered = desk.store.sources.status("a")
    assert recovered is not None
    assert (recovered.state, recovered.reason, recovered.failures) == (SourceState.OK, "", 0.0)


async def test_two_callers_share_one_poll(desk: Desk, site: Site) -> None:
    desk.add("a", site.publish("/a", Article("One")))
    first, second = await asyncio.gather(desk.poll("a"), desk.poll("a"))
    assert first is second
    assert len(site.asked) == 1


async def test_no_more_sources_of_one_host_are_asked_at_once_than_allowed(desk: Desk, site: Site) -> None:
    at_once: list[int] = []
    acquire, running = desk.pipeline.acquirer.acquire, 0

    async def counted(job, now):  # type: ignore[no-untyped-def]
        nonlocal running
        running += 1
        at_once.append(running)
        await asyncio.sleep(0.02)
        try:
            return await acquire(job, now)
        finally:
            running -= 1

    desk.pipeline.acquirer.acquire = counted  # type: ignore[method-assign]
    for number in range(6):
        desk.add(f"s{number}", site.publish(f"/{number}", Article("One")))
    await asyncio.gather(*(desk.poll(id) for id in desk.sources))
    assert max(at_once) == 2
    assert desk.pipeline.under_way == 0


async def test_a_bug_in_one_poll_is_that_sources_failure_and_no_others(desk: Desk, site: Site) -> None:
    acquire = desk.pipeline.acquirer.acquire

    async def broken(job, now):  # type: ignore[no-untyped-def]
        if job.source_id == "a":
            raise ZeroDivisionError
        return await acquire(job, now)

    desk.pipeline.acquirer.acquire = broken  # type: ignore[method-assign]
    desk.add("a", site.publish("/a", Article("One")))
    desk.add("b", site.publish("/b", Article("Two")))
    first, second = await asyncio.gather(desk.poll("a"), desk.poll("b"))
    assert (first.failure, second.failure, second.new_count) == (FailureKind.BUG, None, 1)


async def test_an_entry_that_a_bug_spoils_costs_no_other_and_is_tried_again(
    desk: Desk, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from monitor import intake

    observe = intake.observe

    def spoiled(entry, reading, set_apart):  # type: ignore[no-untyped-def]
        if entry.title == "Bad":
            raise ZeroDivisionError
        return observe(entry, reading, set_apart)

    desk.add("a", site.publish("/a", Article("Good", "A"), Article("Bad", "B"), Article("Fine", "C")))
    monkeypatch.setattr(intake, "observe", spoiled)
    await desk.poll("a")
    assert desk.titles == ["Fine", "Good"]
    monkeypatch.setattr(intake, "observe", observe)
    await desk.poll("a")
    assert desk.titles == ["Bad", "Fine", "Good"]


async def test_a_store_that_fails_keeps_nothing_of_the_poll_and_the_source_stays_due(desk: Desk, site: Site) -> None:
    desk.add("a", site.publish("/a", Article("One"), ETag='"v1"'))
    other = open_store(desk.store.connection.path, busy_s=0.01)
    desk.store.connection.execute("PRAGMA busy_timeout = 20")
    with other.transaction(), pytest.raises(StoreError, match="locked"):
        await desk.poll("a")
    other.close()
    assert desk.store.sources.due(NOW, 10) == ["a"]
    assert (await desk.poll("a")).new_count == 1


async def test_a_source_that_left_the_configuration_keeps_nothing_of_a_poll_under_way(desk: Desk, site: Site) -> None:
    desk.add("a", site.publish("/a", Article("One")))
    source = desk.sources.pop("a")
    desk.store.sources.mirror([])
    with pytest.raises(StoreError, match="'a' is not in the store"):
        await desk.pipeline.poll(source)
    assert desk.titles == []


async def test_a_source_asked_to_wait_is_not_due_before(desk: Desk, site: Site) -> None:
    desk.add("a", site.url + "/busy")
    site.pages["/busy"] = Page(b"later", "text/plain", 429, {"Retry-After": "10800"})
    await desk.poll("a")
    assert desk.store.sources.due(NOW + timedelta(hours=2, minutes=59), 10) == []
    assert desk.store.sources.due(NOW + timedelta(hours=3, minutes=1), 10) == ["a"]


async def test_settling_cancels_what_takes_too_long(desk: Desk, site: Site) -> None:
    async def endless(job, now):  # type: ignore[no-untyped-def]
        await asyncio.sleep(60)

    await desk.pipeline.settle(0.01)
    desk.pipeline.acquirer.acquire = endless  # type: ignore[method-assign, assignment]
    desk.add("a", site.url + "/a")
    poll = asyncio.create_task(desk.poll("a"))
    await asyncio.sleep(0)
    assert desk.pipeline.is_polling("a")
    await desk.pipeline.settle(0.01)
    with pytest.raises(asyncio.CancelledError):
        await poll
    assert desk.store.sources.due(NOW, 10) == ["a"]


async def test_a_changed_address_forgets_what_was_learned_of_the_old_one(desk: Desk, site: Site) -> None:
    desk.add("a", site.publish("/a", Article("One"), ETag='"v1"'))
    await desk.poll("a")
    desk.add("a", site.publish("/b", Article("One"), ETag='"v1"'))
    job = desk.store.sources.job(desk.sources["a"])
    assert (job.url, job.etag, job.body_hash, job.seen) == (site.url + "/b", None, None, b"")
    assert (await desk.poll("a")).new_count == 0


async def test_entries_without_guid_link_title_or_date_are_stored_once(desk: Desk, site: Site) -> None:
    bare = [
        Article(None, "Only a text, and nothing else."),
        Article("Only a title", None),
        Article("Title", "And text"),
    ]
    for article in bare:
        article.at = None
    desk.add("a", site.publish("/a", *bare))
    await desk.poll("a")
    site.pages["/a"] = Page(rss(*reversed(bare), title="Renamed"))
    await desk.poll("a")
    assert len(desk.titles) == 3


async def test_fetch_order_within_a_document_follows_time(desk: Desk, site: Site) -> None:
    articles = [Article(f"{n}", f"Text {n}", guid=f"{n}", at=NOW - timedelta(minutes=n)) for n in range(3)]
    desk.add("a", site.publish("/a", *articles))
    await desk.poll("a")
    assert [item.title for item in desk.store.items.window(0, 9)] == ["2", "1", "0"]


async def test_the_general_proxy_serves_sources_that_name_none_of_their_own(desk: Desk, site: Site) -> None:
    asked: list[str] = []

    async def noted(job, now):  # type: ignore[no-untyped-def]
        asked.append(job.proxy)
        raise ZeroDivisionError

    desk.pipeline.acquirer.acquire = noted  # type: ignore[method-assign, assignment]
    desk.pipeline.manners = replace(desk.pipeline.manners, proxy="http://proxy.example:3128")
    desk.add("a", site.url + "/a")
    desk.add("b", site.url + "/b", proxy="http://own.example:3128")
    await desk.poll("a")
    await desk.poll("b")
    assert asked == ["http://proxy.example:3128", "http://own.example:3128"]
