"""What an edition says: which stories stand in which section, in what order, and where every new article went.

Pure: the same articles, the same edition. A story stands once, in the first section that takes it; one that was mailed
before returns only where further publishers have carried it since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor import model
from monitor.model import Item, Kind, SourceFacts, Story
from monitor.notices.content import Entry, FollowUp, Section, Tally
from monitor.notices.excerpt import excerpt
from monitor.text.furniture import find_furniture
from monitor.text.tokens import words

SUMMARY_LENGTH = 800
OLD_AFTER = timedelta(days=92)
ALL = model.Section("All items")

Takes = Callable[[int, Item], bool]
"""Whether the section of this position asks for this item."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What an edition is chosen from: the window's `items` in the order stored, their stories, all `copies` in these
    stories by id, the facts of their sources, and the publishers that earlier editions named, by story."""

    items: tuple[Item, ...]
    stories: Mapping[int, Story]
    copies: Mapping[int, Item]
    facts: Mapping[str, SourceFacts]
    told: Mapping[int, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Choice:
    """A story with new articles: the item to show, all copies in the story's order, how many articles are new."""

    story_id: int
    shown: Item
    copies: tuple[Item, ...]
    fresh_count: int

    @property
    def publishers(self) -> dict[str, Item]:
        """The first copy of each publisher, the shown item's first."""
        first: dict[str, Item] = {}
        for copy in (self.shown, *self.copies):
            first.setdefault(copy.publisher, copy)
        return first

    @property
    def at(self) -> datetime:
        return self.shown.published_at or self.shown.first_seen_at


def select(
    sections: Sequence[model.Section], gathered: Gathered, takes: Takes, now: datetime
) -> tuple[tuple[Section, ...], Tally]:
    """The sections in their order (empty ones too), and the tally of the window's articles.

    Without sections one takes everything. A section without a query takes what none before took. Entries stand by the
    number of publishers, then the latest first; a section's limit holds for entries and for follow-ups alike.
    """
    wanted = sections or (ALL,)
    fresh = [item for item in gathered.items if not _is_old(item, now)]
    taken: list[list[_Choice]] = [[] for _ in wanted]
    untaken_count = 0
    for story in _stories(fresh, gathered, now):
        number = _section_of(story, wanted, takes)
        if number is None:
            untaken_count += story.fresh_count
        else:
            taken[number].append(story)
    told, cut_count = [], 0
    for section, stories in zip(wanted, taken, strict=True):
        filled, lost_count = _fill(section, stories, gathered)
        told.append(filled)
        cut_count += lost_count
    entry_count = sum(len(section.entries) for section in told)
    tally = Tally(
        new_count=len(gathered.items),
        told_count=entry_count,
        folded_count=len(fresh) - untaken_count - cut_count - entry_count,
        cut_count=cut_count,
        old_count=len(gathered.items) - len(fresh),
        untaken_count=untaken_count,
    )
    return tuple(told), tally


def _is_old(item: Item, now: datetime) -> bool:
    return item.published_at is not None and item.published_at < now - OLD_AFTER


def _stories(fresh: Sequence[Item], gathered: Gathered, now: datetime) -> list[_Choice]:
    """The stories of the new articles, in the order first met."""
    by_story: dict[int, list[Item]] = {}
    for item in fresh:
        by_story.setdefault(item.story_id, []).append(item)
    told = []
    for story_id, new in by_story.items():
        story = gathered.stories[story_id]
        copies = tuple(gathered.copies[item_id] for item_id in story.items if item_id in gathered.copies)
        lead = gathered.copies.get(story.lead_id)
        shown = new[0] if lead is None or _is_old(lead, now) else lead
        told.append(_Choice(story_id, shown, copies, len(new)))
    return told


def _section_of(story: _Choice, sections: Sequence[model.Section], takes: Takes) -> int | None:
    for number, section in enumerate(sections):
        if not section.query or any(takes(number, copy) for copy in (story.shown, *story.copies)):
            return number
    return None


def _fill(section: model.Section, stories: list[_Choice], gathered: Gathered) -> tuple[Section, int]:
    """The section with its stories in order and within its limit; and how many new articles the limit left out."""
    new = sorted((story for story in stories if story.story_id not in gathered.told), key=_rank)
    followed = []
    for story in sorted((story for story in stories if story.story_id in gathered.told), key=_rank):
        if joined := [key for key in story.publishers if key not in gathered.told[story.story_id]]:
            followed.append((story, joined))
    lost = new[section.limit :] if section.limit is not None else []
    kept = new[: section.limit]
    filled = Section(
        section.title,
        tuple(_entry(story, gathered.facts) for story in kept),
        tuple(_follow_up(story, joined, gathered.facts) for story, joined in followed[: section.limit]),
        cut_count=len(lost) + len(followed) - len(followed[: section.limit]),
    )
    return filled, sum(story.fresh_count for story in lost)


def _rank(story: _Choice) -> tuple[int, float, int]:
    return -len(story.publishers), -story.at.timestamp(), story.story_id


def _entry(story: _Choice, facts: Mapping[str, SourceFacts]) -> Entry:
    item, source = story.shown, facts_of(story.shown, facts)
    outlets = story.publishers
    return Entry(
        story_id=story.story_id,
        item_id=item.id,
        version=item.version,
        title=item.title,
        summary=_summary(item),
        outlet=source.name,
        place=item.wire.place or "",
        at=story.at,
        is_seen=item.published_at is None,
        url=item.url,
        language=item.language or source.language,
        also=tuple(facts_of(copy, facts).name for key, copy in outlets.items() if key != item.publisher),
        publishers=tuple(sorted(outlets)),
    )


def _follow_up(story: _Choice, joined: Sequence[str], facts: Mapping[str, SourceFacts]) -> FollowUp:
    item, outlets = story.shown, story.publishers
    return FollowUp(
        story_id=story.story_id,
        item_id=item.id,
        version=item.version,
        title=item.title,
        url=item.url,
        language=item.language or facts_of(item, facts).language,
        joined=tuple(facts_of(outlets[key], facts).name for key in joined),
        publishers=tuple(sorted(outlets)),
    )


def facts_of(item: Item, facts: Mapping[str, SourceFacts]) -> SourceFacts:
    """What is known of the source an item was first seen in; its bare id where that is unknown."""
    return facts.get(item.source_id) or SourceFacts(item.source_id, item.source_id, item.publisher, Kind.PRESS)


def _summary(item: Item) -> str:
    """The beginning of the text without its dateline; nothing where the text only says the title again."""
    summary = excerpt(find_furniture(item.title, item.text).bare_body, SUMMARY_LENGTH)
    return "" if words(summary) == words(item.title) else summary
