"""Which story an item joins, and which copy leads.

Every copy is measured against the lead itself, never against some other copy, so stories stay tight. Nothing is
deleted: every copy stays an item.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Copy, Relation
from monitor.stories.likeness import Comparison, Text, likeness

WINDOW = timedelta(days=14)
HEADLINE_WINDOW = timedelta(days=3)  # between items that only their headlines tell to be one
TEASER_BELOW = 60  # words: a shorter body that returns under another title is page furniture rather than a text
WHOLE = 0.9  # shared part of the shorter text, from which on it counts as the very text
OWN_FROM = 0.5  # an outlet repeats background in what it writes next; from here on it printed a text again
COLLECTS_FROM = 3  # texts of so many stories, none of them half of the whole, make a collection
EVEN = 0.05  # difference of shares that decides nothing
ABSORBED_FROM = 0.5  # share that a lead must keep of an originator's text for its whole story to go over


@dataclass(frozen=True, slots=True)
class Found:
    """A story's lead that an item was compared with; `title` are its folded words."""

    lead: Copy
    title: tuple[str, ...]
    comparison: Comparison
    is_update: bool = False  # the item is marked as a version, and the lead is of its own outlet

    @property
    def share(self) -> float:
        return self.comparison.share or 0.0


@dataclass(frozen=True, slots=True)
class Folding:
    """What becomes of an item. `story_id` is None where it stays alone; `lead_id` leads that story from now on.
    `comparison` is with the story's lead so far. `also` are stories of which it holds text besides, `absorbed` those
    that go over into the story."""

    story_id: int | None
    lead_id: int
    reason: str
    comparison: Comparison | None = None
    also: tuple[Found, ...] = ()
    absorbed: tuple[int, ...] = ()
    follows: int | None = None  # the earlier version, of one that is marked as an update


def fold(item: Copy, text: Text, compared: Iterable[Found]) -> Folding:
    """The story that `item`, alone so far, should join, given the leads that it was compared with."""
    copies = [found for found in compared if found.comparison.relation is not None and _may_join(item, found)]
    if not copies:
        return Folding(None, item.item_id, "no other copy of this text")
    if _is_teaser(item, text, copies):
        return Folding(None, item.item_id, "this text stands under several titles of one publisher")
    if _is_recurring(item, copies):
        return Folding(None, item.item_id, "this headline comes again and again")
    if len(copies) >= COLLECTS_FROM and all(found.comparison.of_copy < OWN_FROM for found in copies):
        reason = f"a collection: it holds text of {len(copies)} stories"
        return Folding(None, item.item_id, reason, also=tuple(copies))
    nearest = _nearest(copies)
    others = tuple(found for found in copies if found is not nearest)
    lead = lead_of([nearest.lead, item])
    absorbed = tuple(found.lead.story_id for found in others if lead is item and _goes_over(item, found))
    also = tuple(found for found in others if found.lead.story_id not in absorbed)
    reason = f"{nearest.comparison.reason} with item {nearest.lead.item_id}"
    follows = nearest.lead.item_id if nearest.is_update else None
    return Folding(nearest.lead.story_id, lead.item_id, reason, nearest.comparison, also, absorbed, follows)


def lead_of(copies: Sequence[Copy]) -> Copy:
    """The originator: official bodies before wires before the press, then the earliest."""
    return min(copies, key=_rank)


def _rank(copy: Copy) -> tuple[int, datetime, int]:
    return copy.kind.authority, copy.when, copy.item_id


def _may_join(item: Copy, found: Found) -> bool:
    """An outlet's own text has to be nearly the same, updates apart; a headline has to be of the same days."""
    if found.comparison.share is None:
        return abs(item.when - found.lead.when) <= HEADLINE_WINDOW
    is_own = item.publisher == found.lead.publisher and not found.is_update
    return not is_own or found.comparison.contained >= OWN_FROM


def _is_teaser(item: Copy, text: Text, copies: Sequence[Found]) -> bool:
    """A body that one publisher puts under several titles ("read more on our site") tells nothing: two titles are
    enough for a short one, three for a long one, since newsrooms do retitle what they send twice."""
    titles: dict[str, list[tuple[str, ...]]] = {item.publisher: [text.title]}
    for found in copies:
        if found.comparison.contained >= WHOLE:
            known = titles.setdefault(found.lead.publisher, [])
            if not any(likeness(found.title, title) >= OWN_FROM for title in known):
                known.append(found.title)
    tolerated = 1 if item.word_count < TEASER_BELOW else 2
    return any(len(known) > tolerated for known in titles.values())


def _is_recurring(item: Copy, copies: Sequence[Found]) -> bool:
    """A headline alone tells nothing where one publisher has it twice ("Weather for the region")."""
    if any(found.comparison.share is not None for found in copies):
        return False
    publishers = [item.publisher, *(found.lead.publisher for found in copies)]
    return len(set(publishers)) < len(publishers)


def _nearest(copies: Sequence[Found]) -> Found:
    """The lead that an item keeps most of; among even ones the originator's."""
    most = max(found.share for found in copies)
    return min((found for found in copies if found.share >= most - EVEN), key=lambda found: _rank(found.lead))


def _goes_over(item: Copy, found: Found) -> bool:
    """Whether another story's lead is but a copy of this originator's text."""
    whole = found.comparison.relation is Relation.REPRINT and found.share >= ABSORBED_FROM
    return whole and _rank(item) < _rank(found.lead)
