"""What the daemon lives through, leaves alone for a while and says of itself; its ticks called by hand, its clock by the test."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import structlog
from structlog.testing import LogCapture

from monitor import app, daemon
from monitor.configuration import check_configuration
from monitor.daemon import MAIL_STALLED_AFTER_S, REST_S, STALLED_AFTER_S, STORE_REST_S, Daemon
from monitor.delivery.channel import ChannelError
from monitor.errors import StoreError
from monitor.model import Delivery, Outgoing
from tests.conftest import Article, Folder, Inbox, Site, hanging, source

DIGESTS = """
[[digest]]
id = "one"
cron = "* * * * *"
title = "One"
to = ["desk@mission.example"]
[[digest]]
id = "two"
cron = "* * * * *"
title = "Two"
to = ["desk@mission.example"]
"""


@pytest.fixture(autouse=True)
def said(monkeypatch: pytest.MonkeyPatch) -> LogCapture:
    """The events that the daemon logs."""
    capture = LogCapture()
    wrapper = structlog.make_filtering_bound_logger(0)
    monkeypatch.setattr(daemon, "log", structlog.wrap_logger(None, [capture], wrapper, cache_logger_on_first_use=False))
    return capture


def events(said: LogCapture) -> list[str]:
    return [entry["event"] for entry in said.entries]


@dataclass
class Clock:
    """Seconds that pass when the test says so."""

    passed_s: float = 1000.0

    def monotonic(self) -> float:
        return self.passed_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(daemon, "time", SimpleNamespace(monotonic=made.monotonic))
    return made


@pytest.fixture
async def desk(folder: Folder, site: Site, clock: Clock) -> AsyncIterator[Daemon]:
    folder.write(
        sources=source("a", site.publish("/a", Article("One")))
        + source("b", site.publish("/b", Article("Two", "Other."))),
        digests=DIGESTS,
    )
    async with app.open_parts(check_configuration(folder.path, {}), busy_s=0.1) as parts:
        yield Daemon(folder.path, {}, parts)


async def at_rest(desk: Daemon) -> None:
    """Wait for what a tick began."""
    while desk._tasks:
        await asyncio.gather(*desk._tasks, return_exceptions=True)


def titles(desk: Daemon) -> set[str]:
    from monitor.store.items import Selection

    return {item.title for item in desk.parts.store.items.select(Selection())}


async def test_a_tick_that_fails_by_a_bug_is_told_once_and_forgotten_when_it_works_again(
    desk: Daemon, said: LogCapture
) -> None:
    async def poll_due() -> None:
        raise RuntimeError("a bug")

    for _ in range(3):
        await desk.tick(poll_due)
    health = desk.health()
    assert not health.is_healthy
    assert health.problems == ("an error in the monitor itself stops a part of its work; the log has the details",)
    assert events(said).count("failed by a bug") == 1
    await desk.tick(desk.poll_due)
    await at_rest(desk)
    assert desk.health().problems == ()


async def test_a_cancelled_tick_is_quiet_only_while_the_daemon_stops(desk: Daemon) -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await desk.tick(cancelled)
    desk.stopping.set()
    await desk.tick(cancelled)


async def test_a_source_that_fails_by_a_bug_is_left_alone_for_a_while_and_stops_nobody(
    desk: Daemon, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in, tried = desk.parts.pipeline.take_in, []

    def broken(source, job, acquired):
        tried.append(source.id)
        if source.id == "a":
            raise RuntimeError("a bug")
        return take_in(source, job, acquired)

    monkeypatch.setattr(desk.parts.pipeline, "take_in", broken)
    for _ in range(3):
        await desk.tick(desk.poll_due)
        await at_rest(desk)
    assert sorted(tried) == ["a", "b"]
    assert titles(desk) == {"Two"}
    assert any("keeps a from being polled" in problem for problem in desk.health().problems)
    monkeypatch.setattr(desk.parts.pipeline, "take_in", take_in)
    clock.passed_s += REST_S
    await desk.tick(desk.poll_due)
    await at_rest(desk)
    assert titles(desk) == {"One", "Two"}
    assert desk.health().is_healthy


async def test_a_source_whose_document_the_store_never_takes_is_not_hammered(
    desk: Daemon, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in, tried = desk.parts.pipeline.take_in, []

    def refused(source, job, acquired):
        tried.append(source.id)
        if source.id == "a":
            raise StoreError("m.db: this row is too large")
        return take_in(source, job, acquired)

    monkeypatch.setattr(desk.parts.pipeline, "take_in", refused)
    await desk.tick(desk.poll_due)
    await at_rest(desk)
    assert desk.health().problems == ("m.db: this row is too large",)
    assert titles(desk) == {"Two"}
    clock.passed_s += STORE_REST_S
    await desk.tick(desk.poll_due)
    await at_rest(desk)
    assert desk.health().is_healthy
    assert tried.count("a") == 1


async def test_while_the_database_is_locked_nothing_is_begun_and_polls_under_way_are_given_up(
    desk: Daemon, clock: Clock, site: Site, folder: Folder
) -> None:
    other = sqlite3.connect(folder.database, isolation_level=None)
    with hanging() as silent:
        feeds = [source("a", f"{site.url}/a"), source("b", f"{site.url}/b"), source("slow", silent.url)]
        folder.write(sources="".join(feeds))
        assert await desk.reload_now() == []
        other.execute("BEGIN IMMEDIATE")
        await desk.tick(desk.poll_due)
        async with asyncio.timeout(5):
            await at_rest(desk)
        assert "locked by another program" in desk.store_error
        assert desk.parts.pipeline.under_way == 0
        assert silent.callers
        folder.write(sources="".join(feeds[:2]))
    asked = len(site.asked)
    await desk.tick(desk.poll_due)
    clock.passed_s += STORE_REST_S
    await desk.tick(desk.poll_due)
    await at_rest(desk)
    assert len(site.asked) == asked
    other.execute("ROLLBACK")
    other.close()
    await desk.tick(desk.poll_due)
    assert desk.store_error
    clock.passed_s += STORE_REST_S
    assert desk.store_error
    assert await desk.reload_now() == []
    await desk.tick(desk.poll_due)
    await at_rest(desk)
    assert desk.store_error == ""
    assert titles(desk) == {"One", "Two"}


async def test_a_store_that_fails_a_tick_is_told(desk: Daemon) -> None:
    async def make_editions() -> None:
        raise StoreError("m.db: the disk is full; make room, and work goes on by itself", is_transient=True)

    await desk.tick(make_editions)
    assert desk.health().problems == ("m.db: the disk is full; make room, and work goes on by itself",)


async def test_an_edition_that_fails_by_a_bug_stops_no_other_and_is_tried_again_later(
    desk: Daemon, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = desk.parts.store
    store.connection.execute("UPDATE digest SET first_loaded_at = 0")
    draft, tried = Daemon._draft, []

    def broken(self, work, sender):
        tried.append(work.what)
        if work.what == "digest one":
            raise RuntimeError("a bug")
        return draft(self, work, sender)

    monkeypatch.setattr(Daemon, "_draft", broken)
    await desk.tick(desk.make_editions)
    await desk.tick(desk.make_editions)
    assert tried == ["digest one", "digest two"]
    assert [edition.digest_id for edition in store.editions.list()] == ["two"]
    assert any("keeps digest one from being made" in problem for problem in desk.health().problems)
    monkeypatch.setattr(Daemon, "_draft", draft)
    clock.passed_s += REST_S
    await desk.tick(desk.make_editions)
    assert "one" in [edition.digest_id for edition in store.editions.list()]
    assert desk.health().is_healthy


async def test_a_stalled_poll_tick_turns_health_red(desk: Daemon, clock: Clock) -> None:
    assert desk.health().is_healthy
    clock.passed_s += STALLED_AFTER_S + 1
    health = desk.health()
    assert not health.is_healthy
    assert health.problems == ("nothing has been polled for 61 s",)


def queue(desk: Daemon) -> None:
    message = Outgoing("k", "notice", "mail", "desk@mission.example", "<k@x>", "S", b"Subject: S\r\n\r\nx\r\n")
    with desk.parts.store.transaction():
        desk.parts.store.deliveries.queue(message, desk.parts.clock())


async def sent(desk: Daemon) -> None:
    await desk.tick(desk.send_deliveries)
    await at_rest(desk)


async def test_a_mail_server_may_be_away_for_a_while_before_health_turns_red(desk: Daemon, clock: Clock) -> None:
    queue(desk)
    await sent(desk)
    health = desk.health()
    assert health.is_healthy
    [problem] = health.problems
    assert problem.endswith("what is to be mailed waits")
    clock.passed_s += MAIL_STALLED_AFTER_S + 1
    assert not desk.health().is_healthy


async def test_a_mail_that_leaves_or_is_refused_is_told(desk: Daemon, inbox: Inbox, said: LogCapture) -> None:
    inbox.answer = "550 not wanted here"
    queue(desk)
    await sent(desk)
    assert "not delivered" in events(said)
    inbox.answer = ""
    assert desk.parts.store.deliveries.requeue(1, desk.parts.clock())
    await sent(desk)
    assert len(inbox.mails) == 1
    assert desk.health().problems == ()


class Hanging:
    """A service that takes a message and says nothing until it is let go."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()

    async def send(self, delivery: Delivery, body: bytes) -> None:
        await self.let_go.wait()
        raise ChannelError("it takes no messages now")

    async def close(self) -> None:
        """Nothing to let go of."""


async def test_a_service_that_hangs_keeps_no_mail_from_leaving_and_is_not_asked_twice(
    desk: Daemon, inbox: Inbox
) -> None:
    hanging = Hanging()
    desk.parts.channels = {**desk.parts.channels, "hook": hanging}
    with desk.parts.store.transaction():
        for key in ("h", "i"):
            desk.parts.store.deliveries.queue(
                Outgoing(key, "alert", "hook", "hook", key, "S", b"{}"), desk.parts.clock()
            )
    queue(desk)
    for count in (1, 2):
        await desk.tick(desk.send_deliveries)
        async with asyncio.timeout(5):
            while len(inbox.mails) < count:
                await asyncio.sleep(0.01)
        desk.parts.store.deliveries.requeue(3, desk.parts.clock())
    await desk.tick(desk.send_deliveries)
    assert desk._sending <= {"hook", "mail"}
    assert len(desk._tasks) <= 2
    hanging.let_go.set()
    await at_rest(desk)
    assert desk.parts.store.deliveries.get(1).attempts == 1
    assert "it takes no messages now; what is to go to hook waits" in desk.health().problems
    assert desk.health().is_healthy


async def test_a_bug_in_one_way_out_is_told_and_stops_no_other(
    desk: Daemon, inbox: Inbox, said: LogCapture, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Hanging()
    monkeypatch.setattr(broken, "send", lambda *_: 1 / 0)
    desk.parts.channels = {**desk.parts.channels, "hook": broken}
    with desk.parts.store.transaction():
        desk.parts.store.deliveries.queue(Outgoing("h", "alert", "hook", "hook", "h", "S", b"{}"), desk.parts.clock())
    queue(desk)
    await sent(desk)
    assert len(inbox.mails) == 1
    assert any("keeps a message from leaving through channel hook" in problem for problem in desk.health().problems)
    assert "failed by a bug" in events(said)


async def test_a_store_that_is_locked_while_messages_leave_is_told(desk: Daemon, folder: Folder, inbox: Inbox) -> None:
    queue(desk)
    other = sqlite3.connect(folder.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await sent(desk)
    other.execute("ROLLBACK")
    other.close()
    assert "locked by another program" in desk.store_error


async def test_settling_waits_for_a_message_on_its_way_but_not_for_long(
    desk: Daemon, monkeypatch: pytest.MonkeyPatch, said: LogCapture
) -> None:
    monkeypatch.setattr(daemon, "SETTLE_S", 0.1)
    await desk.settle()
    assert events(said) == []
    async with desk.parts.draining["mail"]:
        await desk.settle()
    assert events(said)[0].endswith("will be sent again under the same Message-ID")


async def test_a_reload_that_the_store_refuses_leaves_all_as_it_was(desk: Daemon, folder: Folder) -> None:
    before = desk.parts.configuration
    folder.write(digests="")
    other = sqlite3.connect(folder.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    desk.reload()
    await at_rest(desk)
    other.execute("ROLLBACK")
    other.close()
    assert "locked by another program" in desk.store_error
    assert desk.parts.configuration is before
    assert await desk.reload_now() == []
    assert desk.parts.plans == ()


async def test_work_that_fails_by_a_bug_beside_the_ticks_is_logged(
    desk: Daemon, monkeypatch: pytest.MonkeyPatch, said: LogCapture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(daemon, "check_configuration", broken)
    desk.reload()
    await at_rest(desk)
    await asyncio.sleep(0)
    assert "failed by a bug" in events(said)


async def test_old_polls_are_forgotten(desk: Daemon) -> None:
    await desk.tick(desk.poll_due)
    await at_rest(desk)
    await desk.tick(desk.keep_up)
    assert desk.health().is_healthy
    assert len(desk.parts.store.sources.polls("a")) == 1


async def test_of_changed_rules_each_tenth_of_the_way_and_the_end_are_logged(
    said: LogCapture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def applied(*_: object, **__: object) -> AsyncIterator[dict[str, object]]:
        for hundredth in range(1, 35):
            yield {"state": "under way", "rules": ["r"], "share": hundredth / 100}
        yield {"state": "done", "rules": ["r"], "share": 1.0}
        yield {"state": "done", "rules": [], "share": 1.0}

    monkeypatch.setattr(daemon, "apply_pending", applied)
    parts = SimpleNamespace(parts=None, stopping=asyncio.Event())
    await Daemon.apply_rules(parts)  # type: ignore[arg-type]
    assert [entry["share"] for entry in said.entries] == [0.1, 0.2, 0.3, 1.0]
