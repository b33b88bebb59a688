"""Items that an earlier version stored: the schema's steps of then, with rows in them, opened now."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from monitor import catching_up
from monitor.catching_up import BATCH, catch_up
from monitor.errors import StoreError
from monitor.model import Kind, Relation
from monitor.placing import Placing
from monitor.store.connection import stored_ms
from monitor.store.finding import Words
from monitor.store.migrations import FIRST, RULES
from tests.conftest import Article, Folder, Site, running, source
from tests.desk import NOON, TakingIn, sentences

BRIDGE = sentences("bridge", 12)


@dataclass
class Before:
    """A store as the version before left it; `add` puts an item there, `reopened` opens it with the code of now."""

    path: Path
    stories: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        old = Migrations("monitor")

        @old()
        def first(db: Database) -> None:
            for statement in FIRST:
                db.conn.execute(statement)

        @old()
        def rules(db: Database) -> None:
            for statement in RULES:
                db.conn.execute(statement)

        self.connection = sqlite3.connect(self.path)
        old.apply(Database(self.connection))

    def add(self, source: str, title: str, text: str, *, hours: float = 0.0, story: int = 0) -> int:
        """An item first seen so many hours after noon, in a story of its own or as a reprint in that of another."""
        at, run = stored_ms(NOON + timedelta(hours=hours)), self.connection.execute
        run(
            """INSERT INTO source (id, name, publisher, kind, country, language, tags, own, enabled, configured_url, url, host)
            VALUES (?1, ?1, ?1, 'press', '', '', '[]', 0, 1, '', '', '') ON CONFLICT DO NOTHING""",
            (source,),
        )
        relation, number = ("reprint" if story else "lead"), run("SELECT count(*) FROM item").fetchone()[0] + 1
        if not story:
            run("INSERT INTO story VALUES (?1, ?1, ?2, ?2)", (number, at))
        run(
            """INSERT INTO item (source_id, publisher, title, author, language, published_at, published_claim, first_seen_at,
                story_id, relation, share, word_count) VALUES (?1, ?1, ?2, '', 'en', ?3, '', ?3, ?4, ?5, ?6, ?7)""",
            (source, title, at, story or number, relation, 1.0 if story else None, len(text.split())),
        )
        run("INSERT INTO body VALUES (?, ?, '')", (number, text))
        return number

    def reopened(self, *kinds: tuple[str, Kind]) -> TakingIn:
        self.connection.commit()
        self.connection.close()
        desk = TakingIn(self.path)
        for name, kind in kinds:
            desk.source(name, kind)
        return desk


@pytest.fixture
def before(tmp_path: Path) -> Iterator[Before]:
    made = Before(tmp_path / "monitor.db")
    yield made
    made.connection.close()


async def test_what_was_stored_before_is_found_as_a_copy_of_what_comes_after(before: Before) -> None:
    old = before.add("a", "The bridge", BRIDGE)
    desk = before.reopened()
    assert await catch_up(desk.store, NOON + timedelta(hours=1)) == 1
    new = desk.add("b", "A bridge opens", f"GENEVA, July 18 (Xinhua) -- {' '.join(BRIDGE.split()[:70])}", hours=2)
    assert desk.stories() == [{old, new.id}]
    assert desk.story(new).lead_id == old
    assert await catch_up(desk.store, NOON + timedelta(hours=3)) == 0


def test_what_was_stored_before_is_indexed_by_the_furniture_that_is_known_now(before: Before) -> None:
    parted = before.add("a", "Bridge", "A bridge for all\nISLAMABAD (TNS) - The bridge was opened.")
    before.add("a", "Bridge", "The bridge was opened.")
    desk = before.reopened()
    rows = desk.store.connection.rows("SELECT id FROM item WHERE is_cut")
    assert rows == [(parted,)]
    assert list(desk.store.items.find(Words("opened"))) == [2, 1]


async def test_copies_that_were_stored_before_find_each_other_and_look_no_newer_for_it(before: Before) -> None:
    first = before.add("a", "The bridge", BRIDGE)
    before.add("b", "Ferries", sentences("ferry", 12), hours=1)
    cut = before.add("c", "Bridge", " ".join(BRIDGE.split()[:60]), hours=2)
    desk = before.reopened()
    await catch_up(desk.store, NOON + timedelta(days=3))
    assert desk.stories() == [{first, cut}, {2}]
    story = desk.story(desk.item(cut))
    assert (story.first_seen_at, story.last_seen_at) == (NOON, NOON + timedelta(hours=2))
    assert desk.item(cut).share == pytest.approx(0.4, abs=0.05)


async def test_the_same_text_in_several_outlets_stays_one_story_and_finds_the_others(before: Before) -> None:
    cut = before.add("a", "Bridge", " ".join(BRIDGE.split()[:60]))
    first = before.add("b", "The bridge", BRIDGE, hours=1)
    same = before.add("c", "The bridge", BRIDGE, hours=2, story=first)
    desk = before.reopened(("b", Kind.MINISTRY))
    await catch_up(desk.store, NOON + timedelta(hours=3))
    assert desk.stories() == [{cut, first, same}]
    assert desk.story(desk.item(cut)).lead_id == first
    assert desk.item(same).share == 1.0
    assert desk.reason(desk.item(same)).endswith(f"with item {first}")


async def test_what_is_older_than_the_window_is_left_alone_and_its_copies_stay_with_it(before: Before) -> None:
    old = before.add("a", "The bridge", BRIDGE)
    alone = before.add("b", "The bridge", sentences("ferry", 12))
    copy = before.add("c", "The bridge", BRIDGE, hours=48, story=old)
    desk = before.reopened()
    assert await catch_up(desk.store, NOON + timedelta(days=15)) == 1
    assert desk.stories() == [{old, copy}, {alone}]
    late = desk.add("d", "Bridge again", f"{BRIDGE} It is open.", hours=24 * 15)
    assert desk.item(late.id).story_id == desk.item(copy).story_id


async def test_leads_of_the_last_days_are_linked_to_others_of_their_event(before: Before) -> None:
    told = "Governor Orhan Velizade opened the Kelbend tunnel on 14 July; 340 workers had built it for 27 months."
    other = "The Kelbend tunnel, 27 months in the making, was opened by Orhan Velizade on 14 July before 340 workers."
    one = before.add("a", "Velizade opens the Kelbend tunnel", told)
    two = before.add("b", "Kelbend tunnel opened on 14 July", other, hours=1)
    desk = before.reopened()
    await catch_up(desk.store, NOON + timedelta(hours=2))
    assert desk.story(desk.item(one)).related == (desk.item(two).story_id,)


async def test_it_goes_on_where_it_was_broken_off(before: Before, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(BATCH + 3):
        before.add("a", f"Title {number}", sentences(f"word{chr(97 + number % 26)}{chr(97 + number // 26)}", 3))
    desk, now = before.reopened(), NOON + timedelta(hours=1)
    steps = iter([False, True])
    assert await catch_up(desk.store, now, is_over=lambda: next(steps)) == BATCH

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(catching_up, "_take", killed)
        await catch_up(desk.store, now)
    assert desk.store.shingles.count() > 0
    desk.store.close()
    again = TakingIn(before.path)
    assert again.store.unplaced.next(NOON, 100) == [BATCH + 1, BATCH + 2, BATCH + 3]
    assert await catch_up(again.store, now) == 3
    assert not again.store.unplaced.is_any()


async def test_one_that_a_bug_spoils_holds_up_no_other(before: Before, monkeypatch: pytest.MonkeyPatch) -> None:
    spoiled = before.add("a", "The bridge", BRIDGE)
    good = before.add("a", "Ferries", sentences("ferry", 12), hours=1)
    desk = before.reopened()
    place = Placing.place

    def failing(self: Placing, item_id: int) -> object:
        if item_id == spoiled:
            raise ZeroDivisionError
        return place(self, item_id)

    monkeypatch.setattr(Placing, "place", failing)
    assert await catch_up(desk.store, NOON + timedelta(hours=2)) == 2
    copy = desk.add("b", "Ferry", sentences("ferry", 11), hours=3)
    assert desk.item(copy.id).story_id == desk.item(good).story_id
    assert desk.item(spoiled).relation is Relation.LEAD


async def test_a_store_that_fails_is_told_and_nothing_of_the_batch_is_lost(
    before: Before, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = before.add("a", "The bridge", BRIDGE)
    desk = before.reopened()

    def full(*_: object) -> None:
        raise StoreError("the disk is full", is_transient=True)

    with monkeypatch.context() as patch, pytest.raises(StoreError, match="full"):
        patch.setattr(Placing, "place", full)
        await catch_up(desk.store, NOON)
    assert desk.store.unplaced.next(NOON, 10) == [item]


def test_the_daemon_catches_up_by_itself(folder: Folder, site: Site) -> None:
    folder.write(sources=source("b", site.publish("/b", Article("A bridge", " ".join(BRIDGE.split()[:90])))))
    folder.database.parent.mkdir()
    made, hours = Before(folder.database), (datetime.now(UTC) - NOON) / timedelta(hours=1) - 3
    made.add("a", "The bridge", BRIDGE, hours=hours)
    made.add("c", "Bridge", " ".join(BRIDGE.split()[30:]), hours=hours)
    made.reopened().store.close()
    with running(folder) as daemon:
        assert daemon.wait_for("items stored before were folded")["items"] == 2
        daemon.wait_for("polled")
        assert [story["items"] for story in folder.objects("stories", "list")] == [[1, 2, 3]]


def test_a_poll_by_hand_catches_up_before_it_asks_anybody(folder: Folder, site: Site) -> None:
    folder.write(sources=source("b", site.publish("/b", Article("A bridge", " ".join(BRIDGE.split()[:90])))))
    folder.database.parent.mkdir()
    made = Before(folder.database)
    made.add("a", "The bridge", BRIDGE, hours=(datetime.now(UTC) - NOON) / timedelta(hours=1) - 3)
    made.reopened().store.close()
    assert folder.run("fetch").returncode == 0
    assert [story["items"] for story in folder.objects("stories", "list")] == [[1, 2]]


def test_a_new_store_has_nothing_to_catch_up_with(tmp_path: Path) -> None:
    assert not TakingIn(tmp_path / "monitor.db").store.unplaced.is_any()
