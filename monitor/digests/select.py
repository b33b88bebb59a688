"""Which stories an edition tells, in which section and order, and which its limits leave out.

Pure, and by numbers alone, so that a day of a hundred thousand articles is chosen from without their texts. A story stands
once, in the first section that takes it; one that was mailed before returns only where further publishers carry it since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Section

OLD_AFTER = timedelta(days=92)
ALL = Section("All items")

Takes = Callable[[int, Mapping[int, int]], set[int]]
"""The stories that the section of this position asks for, among those given with the number of their new articles."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A story with new articles. `urgency` is that of the weightiest alert it set off, 0 for none; `joined` are the publishers
    that carry it since it was mailed, None where it never was."""

    story_id: int
    at: datetime
    publisher_count: int
    fresh_count: int
    urgency: int = 0
    joined: tuple[str, ...] | None = None

    @property
    def is_new(self) -> bool:
        return self.joined is None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a section tells, in order. `cut_count`: stories that its limit left out, with `cut_articles` new articles among them
    (of stories mailed before, none: their copies are folded into those)."""

    entries: tuple[Candidate, ...]
    follow_ups: tuple[Candidate, ...]
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


def choose(section: Section, candidates: Sequence[Candidate]) -> Chosen:
    """What a section tells of its stories: entries in the section's order and within its limit, follow-ups likewise."""
    ordered = sorted(candidates, key=_orders[section.order])
    new = [story for story in ordered if story.is_new]
    again = [story for story in ordered if story.joined]
    lost = new[section.limit :] if section.limit is not None else []
    return Chosen(
        tuple(new[: section.limit]),
        tuple(again[: section.limit]),
        len(lost) + len(again) - len(again[: section.limit]),
        sum(story.fresh_count for story in lost),
    )


def _by_alerts(story: Candidate) -> tuple[float, ...]:
    return -story.urgency, *_by_publishers(story)


def _by_publishers(story: Candidate) -> tuple[float, ...]:
    return -story.publisher_count, -story.at.timestamp(), story.story_id


def _by_time(story: Candidate) -> tuple[float, ...]:
    return -story.at.timestamp(), story.story_id


_orders: Mapping[str, Callable[[Candidate], tuple[float, ...]]] = {
    "alerts": _by_alerts,
    "publishers": _by_publishers,
    "newest": _by_time,
}
