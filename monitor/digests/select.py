"""Which stories an edition tells, in which section and order, and which its limits leave out.

Pure, and by numbers alone, so that a day of a hundred thousand articles is chosen from without their texts. A story stands
once, in the first section that takes it; one that was mailed before returns only where further publishers carry it since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from heapq import nsmallest

from monitor.model import Section

OLD_AFTER = timedelta(days=92)
ALL = Section("All items")

Takes = Callable[[int, Mapping[int, int]], set[int]]
"""The stories that the section of this position asks for, among those given with the number of their new articles."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What stories rank by, each by the story's number: `weights` are its lead's time in milliseconds and its publishers' count,
    `fresh` counts its new articles, `urgency` is that of the weightiest alert it set off (none: 0), `joined` are the publishers
    that carry it since it was mailed (not there: it never was)."""

    weights: Mapping[int, tuple[int, int]]
    fresh: Mapping[int, int]
    urgency: Mapping[int, int]
    joined: Mapping[int, tuple[str, ...]]

    def by_alerts(self, story_id: int) -> tuple[int, ...]:
        return -self.urgency.get(story_id, 0), *self.by_publishers(story_id)

    def by_publishers(self, story_id: int) -> tuple[int, ...]:
        at, publisher_count = self.weights[story_id]
        return -publisher_count, -at, story_id

    def by_time(self, story_id: int) -> tuple[int, ...]:
        return -self.weights[story_id][0], story_id

    def of(self, order: str) -> Callable[[int], tuple[int, ...]]:
        """What a section's order sorts by, the least first."""
        by_alerts = self.by_alerts if self.urgency else self.by_publishers
        return {"alerts": by_alerts, "publishers": self.by_publishers, "newest": self.by_time}[order]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The stories that a section tells, in order. `cut_count`: stories that its limit left out, with `cut_articles` new articles
    among them (of stories mailed before, none: their copies are folded into those)."""

    entries: tuple[int, ...]
    follow_ups: tuple[int, ...]
    cut_count: int = 0
    cut_articles: int = 0


def assign(sections: Sequence[Section], fresh: Mapping[int, int], takes: Takes) -> list[list[int]]:
    """The stories of each section, in the order first met: each stands in the first that asks for it. A section without a query
    takes what none before took."""
    left = dict(fresh)
    taken = []
    for number, section in enumerate(sections):
        wanted = takes(number, left) if section.query else left.keys()
        found = [story_id for story_id in left if story_id in wanted]
        taken.append(found)
        for story_id in found:
            del left[story_id]
    return taken


def choose(section: Section, stories: Sequence[int], ranking: Ranking) -> Chosen:
    """What a section tells of its stories: entries in the section's order and within its limit, follow-ups likewise."""
    key = ranking.of(section.order)
    new = [story_id for story_id in stories if story_id not in ranking.joined]
    again = [story_id for story_id in stories if ranking.joined.get(story_id)]
    entries = _first(new, section.limit, key)
    follow_ups = _first(again, section.limit, key)
    articles = sum(ranking.fresh[story_id] for story_id in new) - sum(ranking.fresh[story_id] for story_id in entries)
    return Chosen(entries, follow_ups, len(new) - len(entries) + len(again) - len(follow_ups), articles)


def _first(stories: list[int], limit: int | None, key: Callable[[int], tuple[int, ...]]) -> tuple[int, ...]:
    """The stories in order, no more than the limit."""
    return tuple(sorted(stories, key=key) if limit is None else nsmallest(limit, stories, key=key))
