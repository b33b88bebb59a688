"""Stories of one event in other words, linked as their leads are taken in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.intake import Intake
from monitor.model import Acquired, Entry, Gate, Source
from monitor.rules import RuleSet
from monitor.store import Store, open_store

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)
FLOUR = (
    "The ship Aurora brought 512 tonnes of flour to Port Vila on Monday; captain Moli Tari unloaded it within a day."
)
IN_RUSSIAN = "Судно «Аврора» доставило в Порт-Вилу 512 тонн муки, сообщил капитан Моли Тари; разгрузка заняла день."


class Desk:
    """A store with two outlets, and a clock that tests set."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, NOW
        self.sources = {
            name: Source(id=name, url=f"https://{name}.example/", name=name, publisher=name, language=language)
            for name, language in (("wire", "en"), ("paper", "en"), ("gazeta", "ru"))
        }
        store.sources.mirror(list(self.sources.values()))

    def publish(self, source: str, title: str, text: str, guid: str | None = None) -> None:
        entry = Entry(
            guid or title, f"https://{source}.example/{guid or hash(title)}", title, text, "", published_at=self.now
        )
        with self.store.transaction():
            intake = Intake(self.store, self.sources[source], RuleSet(), self.now, self.now)
            intake.take(Acquired(source, Gate.WHOLE, entries=(entry,)))

    def related(self) -> dict[int, tuple[int, ...]]:
        return {story.id: story.related for story in self.store.stories.recent()}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = open_store(tmp_path / "monitor.db")
    yield Desk(store)
    store.close()


def test_one_event_told_in_two_languages_is_two_stories_with_a_link(desk: Desk) -> None:
    desk.publish("wire", "Ship brings 512 tonnes of flour to Port Vila", FLOUR)
    desk.publish("gazeta", "В Порт-Вилу доставили 512 тонн муки", IN_RUSSIAN)
    assert desk.related() == {1: (2,), 2: (1,)}
    [(other, reason)] = desk.store.events.related_to(1)
    assert other == 2
    assert reason.startswith("names ")


def test_a_copy_is_folded_and_tells_nothing_of_its_own(desk: Desk) -> None:
    desk.publish("wire", "Ship brings 512 tonnes of flour to Port Vila", FLOUR)
    desk.publish("paper", "Flour for Port Vila", FLOUR)
    assert desk.related() == {1: ()}
    assert desk.store.connection.value("SELECT count(*) FROM telling") == 1


def test_other_numbers_are_another_event(desk: Desk) -> None:
    desk.publish("wire", "Ship brings 512 tonnes of flour to Port Vila", FLOUR)
    desk.publish("gazeta", "В Порт-Вилу доставили 498 тонн муки", IN_RUSSIAN.replace("512", "498"))
    assert desk.related() == {1: (), 2: ()}


def test_an_edit_is_told_anew(desk: Desk) -> None:
    desk.publish("wire", "Ship brings 512 tonnes of flour to Port Vila", FLOUR, guid="ship")
    desk.publish("gazeta", "В Порт-Вилу доставили 498 тонн муки", IN_RUSSIAN.replace("512", "498"), guid="муки")
    desk.publish("gazeta", "В Порт-Вилу доставили 512 тонн муки", IN_RUSSIAN, guid="муки")
    assert desk.related() == {1: (2,), 2: (1,)}
    desk.publish("gazeta", "В Порт-Вилу доставили 333 тонны муки", IN_RUSSIAN.replace("512", "333"), guid="муки")
    assert desk.related() == {1: (), 2: ()}


def test_links_follow_their_items_from_story_to_story(desk: Desk) -> None:
    desk.publish("wire", "Ship brings 512 tonnes of flour to Port Vila", FLOUR)
    desk.publish("gazeta", "В Порт-Вилу доставили 512 тонн муки", IN_RUSSIAN)
    desk.publish("paper", "Reading room opens", "A reading room has opened in the old mill beside the river.")
    with desk.store.transaction():
        desk.store.stories.move(2, 3, desk.now)
        desk.store.stories.lead(3, 3)
    assert desk.related() == {1: (3,), 3: (1,)}
    with desk.store.transaction():
        desk.store.stories.move(1, 3, desk.now)
    assert desk.related() == {3: ()}  # within a story a link says nothing


def test_what_is_old_is_let_go_as_new_items_come(desk: Desk) -> None:
    desk.publish("wire", "Ship brings 512 tonnes of flour to Port Vila", FLOUR)
    desk.now += timedelta(days=4)
    desk.publish("gazeta", "В Порт-Вилу доставили 512 тонн муки", IN_RUSSIAN)
    assert desk.related() == {1: (), 2: ()}
    assert desk.store.connection.rows("SELECT item_id FROM telling") == [(2,)]
