"""The composition root: what is wired, what follows a changed configuration, what is closed in the end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor import __version__, app
from monitor.actions import perform
from monitor.clock import now
from monitor.configuration import Configuration, check_configuration
from monitor.errors import StoreError
from tests.conftest import Article, Folder, Site, hanging, source

DIGEST = '[[digest]]\nid = "d"\ntitle = "D"\nat = "07:00"\n[[digest.section]]\ntitle = "Rooms"\nquery = "room*"\n'


def read(folder: Folder) -> Configuration:
    return check_configuration(folder.path, {})


async def test_the_store_is_held_while_the_parts_are_open_and_free_afterwards(folder: Folder) -> None:
    folder.write()
    async with app.open_parts(read(folder)):
        with pytest.raises(StoreError, match="another monitor is using this store") as raised:
            async with app.open_parts(read(folder)):
                pytest.fail("two writers on one store")
        assert raised.value.is_transient
    async with app.open_parts(read(folder)) as parts:
        assert parts.store.items.count() == 0


async def test_the_configuration_reaches_the_server_that_is_asked(folder: Folder, site: Site) -> None:
    folder.write(sources=source("a", site.publish("/a", Article("One"))), fetch='contact = "press@mission.example"')
    async with app.open_parts(read(folder)) as parts:
        [poll] = [poll async for poll in perform(parts, "fetch", {})]
    assert poll["new"] == 1
    assert site.asked[0][1]["User-Agent"] == f"Monitor/{__version__} (+press@mission.example)"


async def test_parts_follow_a_changed_configuration(folder: Folder, site: Site) -> None:
    folder.write(sources=source("a", site.publish("/a", Article("One"))))
    async with app.open_parts(read(folder)) as parts:
        acquirer = parts.pipeline.acquirer
        folder.write(
            sources=source("b", site.publish("/b", Article("A room"))),
            rules='[[rule]]\nid = "r"\nquery = "room*"\ntags = ["rooms"]\n',
            digests=DIGEST,
            more='[stories]\nwindow = "10d"\n',
        )
        assert app.reconfigure(parts, read(folder)) is None
        assert parts.pipeline.acquirer is acquirer
        assert parts.window == parts.pipeline.window == timedelta(days=10)
        assert [plan.digest.id for plan in parts.plans] == ["d"]
        [poll] = [poll async for poll in perform(parts, "fetch", {})]
        assert (poll["source"], poll["new"]) == ("b", 1)
        item = parts.store.items.get(1)
        assert item is not None
        assert item.tags == ("rooms",)
        assert parts.store.editions.first_loaded_at("d") is not None

        folder.write(sources=source("b", site.url + "/b"), fetch='user_agent = "Desk/1"')
        retired = app.reconfigure(parts, read(folder))
        assert retired is acquirer
        await app.retire(parts, acquirer)
        _ = [poll async for poll in perform(parts, "fetch", {})]
        assert site.asked[-1][1]["User-Agent"] == "Desk/1"


async def test_closing_waits_for_no_server_that_hangs(folder: Folder) -> None:
    import asyncio
    import time

    with hanging() as silent:
        folder.write(sources=source("a", silent.url))
        async with app.open_parts(read(folder)) as parts:
            polling = asyncio.create_task(parts.pipeline.poll(parts.configuration.settings.sources[0]))
            while not silent.callers:
                await asyncio.sleep(0.05)
            begun = time.monotonic()
        assert time.monotonic() - begun < 6
        with pytest.raises(asyncio.CancelledError):
            await polling
    async with app.open_parts(read(folder)) as parts:
        assert parts.store.sources.due(now(), 10) == ["a"]
