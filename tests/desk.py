"""A desk that takes in items in few words: the real way of an item, without network and parsers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.intake import Intake
from monitor.model import Acquired, Entry, Gate, Item, Kind, Rule, Source, Story
from monitor.rules import RuleSet, compile_rules
from monitor.store import open_store
from monitor.store.items import Selection
from monitor.stories.fold import WINDOW

NOON = datetime(2026, 7, 18, 12, tzinfo=UTC)


class TakingIn:
    """Items go in by `add`, an edit is the same `url` again; each source is a publisher of its own unless told otherwise."""

    def __init__(self, path: Path) -> None:
        self.path, self.store, self.now = path, open_store(path), NOON
        self.sources: dict[str, Source] = {}
        self.rules, self.window = RuleSet(), WINDOW

    def watch(self, query: str) -> None:
        self.rules, _ = compile_rules([Rule("watched", "Watched", query=query, tags=("watched",))], {})

    def source(self, id: str, kind: Kind = Kind.PRESS, publisher: str = "") -> Source:
        if id not in self.sources:
            self.sources[id] = Source(f"{id}", f"https://{id}.example/feed", id.title(), publisher or id, kind)
            self.store.sources.mirror(list(self.sources.values()))
        return self.sources[id]

    def add(self, id: str, title: str, text: str, *, hours: float = 0.0, url: str = "") -> Item:
        """Take in an item, published so many hours after noon; polled then, or as late as the clock stands."""
        source, at = self.source(id), NOON + timedelta(hours=hours)
        self.now = max(self.now, at)
        with self.store.transaction():
            url = url or f"https://{id}.example/{self.store.items.last_id() + 1}"
            last = self.now - timedelta(minutes=15)
            intake = Intake(self.store, source, self.rules, self.now, last, self.window)
            entry = Entry(guid=url, url=url, title=title, text=text, html="", published_at=at)
            intake.take(Acquired(id, Gate.WHOLE, (entry,)))
            [item_id] = intake.taken
        return self.item(item_id)

    def item(self, item_id: int) -> Item:
        item = self.store.items.get(item_id)
        assert item is not None
        return item

    def story(self, item: Item) -> Story:
        story = self.store.stories.get(self.item(item.id).story_id)
        assert story is not None
        return story

    def stories(self) -> list[set[int]]:
        """The items of each story, by their lowest."""
        return sorted((set(story.items) for story in self.store.stories.recent()), key=min)

    def reason(self, item: Item) -> str:
        return self.store.stories.folds(self.item(item.id).story_id)[item.id].reason

    def items(self) -> list[Item]:
        return list(self.store.items.select(Selection()))


def sentences(name: str, count: int) -> str:
    """So many sentences of about twelve words, which no other name has."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    made = []
    for number in range(count):
        own = [f"{name}{letters[number % 26]}{letters[at]}{letters[number // 26]}" for at in range(9)]
        made.append(f"The {own[0]} {own[1]} and {' '.join(own[2:])}.")
    return " ".join(made)
