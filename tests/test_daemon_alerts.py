"""What the daemon tells by itself: what was held, spikes, and how it does; its ticks called by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from monitor import app, daemon
from monitor.configuration import check_configuration
from monitor.daemon import Daemon
from monitor.errors import StoreError
from monitor.upkeep import disk
from tests.conftest import Article, Folder, Inbox, Site, source, until
from tests.desk import sentences

MORE = """
[alerts]
operator = ["ops"]
{alerts}
[channel.ops]
kind = "mail"
to = ["ops@mission.example"]
[channel.desk]
kind = "mail"
to = ["desk@mission.example"]
"""
RULE = '[[rule]]\nid = "talks"\nname = "Talks"\nquery = "talks"\nalert = ["desk"]\n'


class Passing:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.passed_s = 1000.0

    def monotonic(self) -> float:
        return self.passed_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Passing:
    made = Passing()
    monkeypatch.setattr(daemon, "time", SimpleNamespace(monotonic=made.monotonic))
    return made


@pytest.fixture
async def desk(folder: Folder, site: Site, clock: Passing) -> AsyncIterator[Daemon]:
    article = Article("Talks begin", "The talks begin. " + sentences("talks", 5), "https://a.example/1")
    folder.write(
        sources=source("a", site.publish("/a", article)), rules=RULE, more=MORE.format(alerts='rollup = "hourly"')
    )
    async with app.open_parts(check_configuration(folder.path, {}), busy_s=0.1) as parts:
        yield Daemon(folder.path, {}, parts)


def subjects(desk: Daemon) -> list[str]:
    return [row.subject for row in desk.parts.store.deliveries.list()[::-1]]


def later(desk: Daemon, **span: float) -> datetime:
    """Let the daemon's clock stand so much later."""
    at = desk.parts.clock() + timedelta(**span)
    desk.parts.clock = lambda: at
    return at


async def test_what_a_poll_held_is_told_when_its_time_has_come(desk: Daemon) -> None:
    await desk.parts.pipeline.poll(desk._sources["a"])
    await desk.tick(desk.tell_alerts)
    assert subjects(desk) == []
    later(desk, hours=1)
    await desk.tick(desk.tell_alerts)
    await desk.tick(desk.tell_alerts)
    assert subjects(desk) == ["[Talks] Talks begin"]


async def test_a_configuration_taken_over_alerts_by_its_rules_from_then_on(
    desk: Daemon, folder: Folder, site: Site
) -> None:
    await desk.parts.pipeline.poll(desk._sources["a"])
    monitor = folder.path / "monitor.toml"
    monitor.write_text(monitor.read_text("utf-8").replace('"hourly"', '"none"'), "utf-8")
    (folder.path / "rules.toml").write_text(
        RULE + RULE.replace('"talks"', '"trade"').replace('"Talks"', '"Trade"'), "utf-8"
    )
    assert await desk.reload_now() == []
    trade = Article("Trade talks", "On trade. The talks go on. " + sentences("trade", 5), "https://a.example/2")
    site.publish("/a", trade)
    await desk.parts.pipeline.poll(desk._sources["a"])
    assert sorted(subjects(desk)) == ["[Talks] Trade talks", "[Trade] Trade talks"]


async def test_rhythms_are_watched_and_a_young_store_has_none(desk: Daemon) -> None:
    await desk.parts.pipeline.poll(desk._sources["a"])
    await desk.tick(desk.watch_rhythms)
    assert subjects(desk) == []
    assert desk.health().problems == ()


async def test_a_disk_that_fills_up_is_told_once_and_its_end_once(
    desk: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    for _ in range(2):
        await desk.tick(desk.tell_ailments)
    monkeypatch.undo()
    for _ in range(2):
        await desk.tick(desk.tell_ailments)
    assert subjects(desk) == ["The disk is nearly full", "Over: The disk is nearly full"]


async def test_a_lull_is_looked_for_only_after_hours_without_a_break(desk: Daemon) -> None:
    await desk.tick(desk.poll_due)
    later(desk, hours=7)
    await desk.tick(desk.tell_ailments)
    assert subjects(desk) == []


async def test_a_store_that_takes_nothing_is_told_past_it_and_its_end_by_it(
    desk: Daemon, clock: Passing, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise StoreError("the disk is full", is_transient=True)

    with monkeypatch.context() as patched:
        patched.setattr(desk.parts.store, "transaction", full)
        for _ in range(20):
            clock.passed_s += 5
            await desk.tick(desk.watch_store)
            await desk.tick(desk.tell_alerts)
        desk._note_store(StoreError("the disk is full", is_transient=True))
        for _ in range(20):
            clock.passed_s += 5
            await desk.tick(desk.watch_store)
    until(lambda: len(inbox.mails) == 1)
    assert b"Subject: The database takes nothing" in inbox.mails[0][1]
    for _ in range(40):
        clock.passed_s += 5
        await desk.tick(desk.watch_store)
    assert subjects(desk) == ["Over: The database takes nothing"]
