"""When sources are asked again and what is said of them, from a real server to rows in a real store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.app import open_parts
from monitor.configuration import check_configuration
from monitor.daemon import Daemon
from monitor.feeds.acquire import Acquirer, Limits
from monitor.model import Acquired, Gate, Job, Kind, PollRecord, Source, SourceState, SourceStatus
from monitor.pipeline import Manners, Pipeline
from monitor.rules import compile_rules
from monitor.store import Store, open_store
from tests.conftest import Article, Folder, Page, Site, source

NOW = datetime.now(UTC).replace(microsecond=0)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
RULES, _ = compile_rules([], {})


class Desk:
    """A pipeline over a real store and real parsers, and a clock that tests set."""

    def __init__(self, store: Store, acquirer: Acquirer) -> None:
        self.store, self.now = store, NOW
        self.manners = Manners(900, 300, 7200, concurrency=8, per_host=2)
        self.pipeline = Pipeline(store, acquirer, RULES, self.manners, lambda: self.now)
        self.sources: dict[str, Source] = {}

    def add(self, id: str, url: str, **keys: object) -> None:
        self.sources[id] = Source(id=id, url=url, name=id.title(), **{"publisher": id, "kind": Kind.PRESS, **keys})  # type: ignore[arg-type]
        self.store.sources.mirror(list(self.sources.values()))

    async def poll(self, id: str, *, after: timedelta = timedelta()) -> PollRecord:
        self.now += after
        return await self.pipeline.poll(self.sources[id])

    def status(self, id: str) -> SourceStatus:
        found = self.store.sources.status(id)
        assert found is not None
        return found


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    store = open_store(tmp_path / "monitor.db")
    async with Acquirer(Limits(), allow_private=("127.0.0.0/8",)) as acquirer:
        yield Desk(store, acquirer)
    store.close()


def articles(*numbers: int) -> list[Article]:
    return [Article(f"Article {n}", f"Text number {n} of its own.", guid=f"g{n}") for n in numbers]


def was_conditional(site: Site) -> bool:
    return "If-None-Match" in site.asked[-1][1]


async def test_the_whole_document_is_asked_for_once_a_day(desk: Desk, site: Site) -> None:
    desk.add("a", site.publish("/a", *articles(1), ETag='"v1"'))
    await desk.poll("a")
    await desk.poll("a", after=23 * HOUR)
    assert was_conditional(site)
    record = await desk.poll("a", after=HOUR)
    assert (was_conditional(site), record.gate) == (False, Gate.SAME_BODY)
    await desk.poll("a", after=HOUR)
    assert was_conditional(site)
    assert not desk.status("a").learned.validators_lie


async def test_an_etag_kept_over_a_changed_body_is_found_within_a_day_and_trusted_no_more(
    desk: Desk, site: Site
) -> None:
    desk.add("a", site.publish("/a", *articles(1, 2), ETag='"always"'))
    await desk.poll("a")
    site.publish("/a", *articles(3, 1, 2), ETag='"always"')
    assert (await desk.poll("a", after=HOUR)).gate is Gate.NOT_MODIFIED
    found = await desk.poll("a", after=DAY)
    assert (found.new_count, found.gate) == (1, Gate.CUT)
    status = desk.status("a")
    assert status.learned.validators_lie
    assert "ETag" in status.reason
    site.publish("/a", *articles(4, 3, 1, 2), ETag='"always"')
    assert (await desk.poll("a", after=HOUR)).new_count == 1
    assert not was_conditional(site)


async def test_a_quiet_source_is_asked_less_often_and_a_changed_address_starts_anew(desk: Desk, site: Site) -> None:
    desk.add("a", site.publish("/a", *articles(1), ETag='"v1"'))
    await desk.poll("a")
    for _ in range(30):
        await desk.poll("a", after=HOUR / 2)
    status = desk.status("a")
    assert status.learned.interval_s == 7_200
    assert status.next_fetch_at - desk.now == timedelta(seconds=7_200)
    desk.add("a", site.publish("/b", *articles(1)))
    assert desk.status("a").learned.interval_s is None


async def test_entries_that_rotate_out_between_two_polls_are_a_gap_in_the_history(desk: Desk, site: Site) -> None:
    desk.add("a", site.publish("/a", *articles(1, 2, 3)))
    assert not (await desk.poll("a")).has_gap
    site.publish("/a", *articles(7, 8, 9))
    assert (await desk.poll("a", after=HOUR)).has_gap
    assert [poll.has_gap for poll in desk.store.sources.polls("a")] == [True, False]
    status = desk.status("a")
    assert (status.state, status.learned.gap_at, status.learned.interval_s) == (SourceState.OK, desk.now, 450)
    assert "may have been missed" in status.reason


async def test_hours_to_skip_hold_though_later_answers_do_not_repeat_them(desk: Desk, site: Site) -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24) if hour != (NOW.hour + 3) % 24)
    site.publish("/a", *articles(1), ETag='"v1"')
    page = site.pages["/a"]
    page.body = page.body.replace(b"<item>", f"<skipHours>{hours}</skipHours><item>".encode(), 1)
    desk.add("a", site.url + "/a")
    desk.pipeline.manners = replace(desk.manners, max_interval_s=86_400)
    await desk.poll("a")
    due_at = desk.status("a").next_fetch_at
    assert 2 * HOUR < due_at - NOW < 4 * HOUR
    assert (await desk.poll("a", after=HOUR)).gate is Gate.NOT_MODIFIED
    later = desk.status("a").next_fetch_at
    assert later.hour == due_at.hour == (NOW.hour + 3) % 24


async def test_a_permanent_move_is_shown_at_once_and_adopted_after_three_confirmations_over_a_day(
    desk: Desk, site: Site
) -> None:
    target = site.publish("/new", *articles(1, 2))
    site.pages["/old"] = Page(b"", status=301, headers={"Location": "/new"})
    desk.add("a", site.url + "/old")
    await desk.poll("a")
    status = desk.status("a")
    assert (status.state, status.moved_to, status.url) == (SourceState.MOVED, target, site.url + "/old")
    for _ in range(4):
        await desk.poll("a", after=5 * HOUR)
        assert desk.status("a").url == site.url + "/old"
    await desk.poll("a", after=5 * HOUR)
    status = desk.status("a")
    assert (status.state, status.moved_to, status.url) == (SourceState.OK, None, target)
    asked = len(site.asked)
    await desk.poll("a", after=HOUR)
    assert [path for path, _ in site.asked[asked:]] == ["/new"]
    [change] = desk.store.sources.untold_changes()[1:]
    assert (change.was, change.state) == (SourceState.MOVED, SourceState.OK)
    assert target in change.reason


async def test_a_move_to_another_host_is_not_adopted_with_a_login(desk: Desk, site: Site) -> None:
    other = Site()
    target = other.publish("/new", *articles(1, 2))
    site.pages["/old"] = Page(b"", status=301, headers={"Location": target})
    desk.add("a", site.url + "/old", auth=("user", "secret"))
    for _ in range(5):
        await desk.poll("a", after=10 * HOUR)
    status = desk.status("a")
    assert (status.state, status.url) == (SourceState.MOVED, site.url + "/old")
    assert all("Authorization" not in headers for _, headers in other.asked)
    other.close()


async def test_a_retired_address_is_left_alone_told_and_can_be_resumed(desk: Desk, site: Site) -> None:
    desk.add("a", site.publish("/a", *articles(1)))
    await desk.poll("a")
    site.pages["/a"] = Page(b"gone", "text/plain", 410)
    await desk.poll("a", after=HOUR)
    assert desk.store.sources.due(NOW + 999 * DAY, 9) == desk.store.sources.active() == []
    [change] = desk.store.sources.untold_changes()
    assert (change.was, change.state) == (SourceState.OK, SourceState.GONE)
    assert "retired" in change.reason
    site.publish("/a", *articles(1, 2))
    with desk.store.transaction():
        desk.store.sources.pause("a", paused=False)
    assert desk.store.sources.due(desk.now, 9) == ["a"]
    assert (await desk.poll("a", after=HOUR)).new_count == 1
    assert desk.status("a").state is SourceState.OK


async def test_a_source_falls_silent_by_its_own_rhythm_and_recovers(desk: Desk, site: Site) -> None:
    desk.add("a", site.publish("/a", *articles(0)))
    await desk.poll("a")
    for number in range(1, 12):
        site.publish("/a", *articles(*range(number, -1, -1)))
        await desk.poll("a", after=6 * HOUR)
    assert desk.status("a").learned.gaps_s == (6 * 3_600,) * 11
    for _ in range(5):
        await desk.poll("a", after=6 * HOUR)
    assert desk.status("a").state is SourceState.SILENT
    assert [status.facts.id for status in desk.store.sources.ailing()] == ["a"]
    site.publish("/a", *articles(*range(12, -1, -1)))
    await desk.poll("a", after=6 * HOUR)
    assert desk.status("a").state is SourceState.OK
    assert [(change.was, change.state) for change in desk.store.sources.untold_changes()] == [
        (SourceState.OK, SourceState.SILENT),
        (SourceState.SILENT, SourceState.OK),
    ]


# -- many at once ----------------------------------------------------------------------------------


class Quick:
    """An acquirer that answers at once, and for some hosts never."""

    def __init__(self, hangs: str = "") -> None:
        self.hangs, self.asked = hangs, list[str]()

    async def acquire(self, job: Job, _now: datetime) -> Acquired:
        self.asked.append(job.source_id)
        if self.hangs and self.hangs in job.url:
            await asyncio.sleep(60)
        return Acquired(job.source_id, Gate.WHOLE, body_hash=b"h", url=job.url)

    async def aclose(self) -> None:
        pass


def crowd(desk: Desk, count: int, host: str = "h{}.example") -> None:
    for number in range(count):
        url = f"https://{host.format(number % 5)}/{number}"
        id = f"{host[0]}{number}"
        desk.sources[id] = Source(id=id, url=url, name=id, publisher=id)
    desk.store.sources.mirror(list(desk.sources.values()))


async def test_what_fell_due_during_an_outage_comes_evenly_within_one_interval(desk: Desk) -> None:
    desk.pipeline.acquirer = Quick()  # type: ignore[assignment]
    crowd(desk, 60)
    assert desk.pipeline.spread_overdue() == 0  # never polled: at once
    assert len(desk.store.sources.due(desk.now, 99)) == 60
    for id in desk.sources:
        await desk.poll(id)
    desk.now += 3 * DAY
    assert desk.pipeline.spread_overdue() == 52
    assert len(desk.store.sources.due(desk.now, 99)) == 8
    for minutes, least, most in ((5, 20, 32), (10, 36, 50), (15, 60, 60)):
        assert least <= len(desk.store.sources.due(desk.now + timedelta(minutes=minutes), 99)) <= most


async def test_a_handful_after_an_outage_comes_at_once(desk: Desk) -> None:
    desk.pipeline.acquirer = Quick()  # type: ignore[assignment]
    crowd(desk, 8)
    for id in desk.sources:
        await desk.poll(id)
    desk.now += DAY
    assert desk.pipeline.spread_overdue() == 0
    assert len(desk.store.sources.due(desk.now, 99)) == 8


async def test_sources_that_wait_for_a_hanging_host_hold_no_room(desk: Desk) -> None:
    desk.pipeline.acquirer = quick = Quick(hangs="slow.example")  # type: ignore[assignment]
    crowd(desk, 20, "slow.example")
    crowd(desk, 5)
    polls = [asyncio.create_task(desk.poll(id)) for id in desk.sources]
    await asyncio.sleep(0.05)
    assert (desk.pipeline.under_way, desk.pipeline.at_work) == (20, 2)
    assert sorted(id for id in quick.asked if id.startswith("h")) == [f"h{number}" for number in range(5)]
    await desk.pipeline.settle(0)
    await asyncio.gather(*polls, return_exceptions=True)


# -- the daemon's ticks ----------------------------------------------------------------------------

OPERATOR = """
[alerts]
operator = ["ops"]
[channel.ops]
kind = "mail"
to = ["ops@mission.example"]
"""


@pytest.fixture
async def daemon(folder: Folder) -> AsyncIterator[Daemon]:
    """A daemon that does not run by itself, over thirty sources that answer at once; tests set its clock."""
    feeds = "".join(source(f"s{number}", f"https://h{number % 3}.example/{number}") for number in range(30))
    folder.write(sources=feeds, more=OPERATOR, fetch="concurrency = 4")
    async with open_parts(check_configuration(folder.path, {})) as parts:
        parts.pipeline.acquirer = Quick()  # type: ignore[assignment]
        built = Daemon(folder.path, {}, parts)
        set_clock(built, NOW)
        yield built


def set_clock(daemon: Daemon, now: datetime) -> None:
    daemon.parts.clock = daemon.parts.pipeline._clock = lambda: now


async def polled(daemon: Daemon) -> set[str]:
    """Let a tick begin its polls and wait for them; the sources that were asked."""
    asked: list[str] = daemon.parts.pipeline.acquirer.asked  # type: ignore[attr-defined]
    asked.clear()
    await daemon.tick(daemon.poll_due)
    while daemon._tasks:
        await asyncio.sleep(0.01)
    return set(asked)


async def all_polled(daemon: Daemon) -> None:
    while await polled(daemon):
        pass


async def test_a_start_begins_with_a_few_and_a_steady_daemon_spreads_nothing(daemon: Daemon) -> None:
    await all_polled(daemon)
    sources = daemon.parts.store.sources
    assert all(status.last_polled_at for status in sources.statuses())
    set_clock(daemon, NOW + DAY)
    assert len(await polled(daemon)) == 4
    waits = sorted(status.next_fetch_at - (NOW + DAY) for status in sources.statuses())
    assert timedelta() < waits[0] <= waits[-1] <= 1.1 * 2 * HOUR
    for seconds in range(0, 6_000, 30):
        set_clock(daemon, NOW + DAY + timedelta(seconds=seconds))
        assert len(await polled(daemon)) < 8


async def test_after_a_clock_was_set_back_polling_goes_on(daemon: Daemon) -> None:
    await all_polled(daemon)
    set_clock(daemon, NOW - DAY)
    assert await polled(daemon) == set()
    set_clock(daemon, NOW - DAY + 2 * HOUR)
    assert len(await polled(daemon)) >= 4


async def test_the_operator_is_told_by_the_daemon(daemon: Daemon) -> None:
    await all_polled(daemon)
    status = daemon.parts.store.sources.status("s1")
    assert status is not None
    assert status.state is SourceState.EMPTY
    await daemon.tick(daemon.tell_operator)
    before = daemon.parts.store.deliveries.list()
    set_clock(daemon, NOW + DAY)
    await daemon.tick(daemon.tell_operator)
    rows = daemon.parts.store.deliveries.list()
    assert before == []
    assert [(row.kind, row.recipient, row.subject) for row in rows] == [
        ("notice", "ops@mission.example", "Sources: 30 need a look")
    ]
    await daemon.tick(daemon.keep_up)
    assert daemon.health().is_healthy
