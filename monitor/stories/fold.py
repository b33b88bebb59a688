"""Which story an item joins, and which copy leads.

Every copy is measured against the lead itself, never against some other copy, so stories stay tight. Nothing is
deleted: every copy stays an item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import Copy, Relation
from monitor.stories.likeness import SHARED_LEAST, Comparison, Text, likeness
from monitor.stories.titles import is_collective

WINDOW = timedelta(days=14)
HEADLINE_WINDOW = timedelta(days=3)  # between items that only their headlines tell to be one
TEASER_BELOW = 60  # words: a shorter body that returns under another title is page furniture rather than a text
HALF = 0.5
WHOLE = 0.9  # shared part of the shorter text, from which on it counts as the very text
OWN_FROM = 0.8  # an outlet repeats its own lines in what it writes next; from here on it printed a text again
OWN_TITLED_FROM = 0.65  # or from here on, under a headline like the first
ALIKE = 0.5  # share of the shorter headline's words that stand in the other
COLLECTS_FROM = 3  # texts of so many stories, none of them half of the whole, make a collection
UNEVEN = 3  # times the text of another, from which on a part is no mere part of a collection
EVEN = 0.05  # difference of shares that decides nothing
TAKES_FROM = 0.3  # share of each other's text from which on a later official body's takes a story over


@dataclass(frozen=True, slots=True)
class Found:
    """A story's lead that an item was compared with; `title` are its folded words."""

    lead: Copy
    title: tuple[str, ...]
    comparison: Comparison
    is_update: bool = False  # the item is marked as a version, and the lead is of its own outlet
    through: Comparison | None = (
        None  # with the copy in the lead's story that is likest to the item, where one is liker
    )

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
    rivals: tuple[int, ...] = ()  # stories with copies of the item, an originator's, that have little of their lead


def fold(item: Copy, text: Text, compared: Sequence[Found]) -> Folding:
    """The story that `item`, alone so far, should join, given the leads that it was compared with."""
    folding = _folding(item, text, compared)
    rivals = tuple(
        found.lead.story_id
        for found in compared
        if found.lead.story_id not in {folding.story_id, *folding.absorbed} and _is_first_of_copies(item, found)
    )
    return replace(folding, rivals=rivals) if rivals else folding


def _folding(item: Copy, text: Text, compared: Sequence[Found]) -> Folding:
    copies = [found for found in compared if found.comparison.relation is not None and _may_join(item, text, found)]
    if text.is_title_only:
        copies = [found for found in copies if found.lead.when <= item.when] or copies
    if collected := _collected(text, compared):
        also = tuple(found for found in copies if found.comparison.share is not None)
        return Folding(None, item.item_id, f"a collection: {collected}", also=also)
    if not copies:
        return Folding(None, item.item_id, "no other copy of this text")
    if _is_teaser(item, text, copies):
        return Folding(None, item.item_id, "this text stands under several titles of one publisher")
    if _is_ambiguous(item, copies):
        return Folding(None, item.item_id, "this headline stands over several texts")
    may_be_joined = [found for found in copies if _rank(found.lead) < _rank(item) or _takes_over(item, found)]
    if not may_be_joined:
        return Folding(None, item.item_id, "part of it is in what others wrote before", also=tuple(copies))
    nearest = _nearest(may_be_joined)
    others = [found for found in copies if found is not nearest]
    lead = lead_of([nearest.lead, item])
    absorbed = tuple(found.lead.story_id for found in others if lead is item and _takes_over(item, found))
    also = tuple(f for f in others if f.lead.story_id not in absorbed and f.comparison.share is not None)
    reason = f"{nearest.comparison.reason} with item {nearest.lead.item_id}"
    follows = nearest.lead.item_id if nearest.is_update else None
    return Folding(nearest.lead.story_id, lead.item_id, reason, nearest.comparison, also, absorbed, follows)


def lead_of(copies: Sequence[Copy]) -> Copy:
    """The originator: official bodies before wires before the press, then the earliest."""
    return min(copies, key=_rank)


def _rank(copy: Copy) -> tuple[int, datetime, int]:
    return copy.kind.authority, copy.when, copy.item_id


def _may_join(item: Copy, text: Text, found: Found) -> bool:
    """An outlet's own text has to be nearly the same, updates apart; a headline has to be of the same days."""
    if found.comparison.share is None:
        # A text that was written after a bare headline may be any that bears it.
        is_told = text.is_title_only or item.when <= found.lead.when
        return is_told and abs(item.when - found.lead.when) <= HEADLINE_WINDOW
    if item.publisher != found.lead.publisher or found.is_update:
        return True
    least = OWN_TITLED_FROM if likeness(text.title, found.title) >= ALIKE else OWN_FROM
    return found.comparison.contained >= least


def _is_first_of_copies(item: Copy, found: Found) -> bool:
    """Whether a story that an originator's text comes late to has copies of it."""
    through = found.through
    return through is not None and through.relation is Relation.REPRINT and _rank(item) < _rank(found.lead)


def _collected(text: Text, compared: Sequence[Found]) -> str | None:
    """Why a text is a collection of what others are about, such as a summary of the day's news; None where it is
    none."""
    if is_collective(text.title) and not any(found.comparison.of_copy >= WHOLE for found in compared):
        return "its headline says so"
    most = max((found.comparison.shared for found in compared), default=0)
    parts = [found for found in compared if found.comparison.shared >= max(SHARED_LEAST, most / UNEVEN)]
    if len(parts) < COLLECTS_FROM or any(found.comparison.of_copy >= HALF for found in parts):
        return None
    whole = [found for found in parts if found.comparison.relation is Relation.REPRINT]
    return f"it holds text of {len(parts)} stories" if len(whole) in {0, len(parts)} else None


def _is_teaser(item: Copy, text: Text, copies: Sequence[Found]) -> bool:
    """A body that one publisher puts under several titles ("read more on our site") tells nothing: two titles are
    enough for a short one, three for a long one, since newsrooms do retitle what they send twice."""
    titles: dict[str, list[tuple[str, ...]]] = {item.publisher: [text.title]}
    for found in copies:
        if found.comparison.contained >= WHOLE:
            known = titles.setdefault(found.lead.publisher, [])
            if not any(likeness(found.title, title) >= ALIKE for title in known):
                known.append(found.title)
    tolerated = 1 if item.word_count < TEASER_BELOW else 2
    return any(len(known) > tolerated for known in titles.values())


def _is_ambiguous(item: Copy, copies: Sequence[Found]) -> bool:
    """A headline alone tells nothing where one publisher has it twice ("Weather for the region"), or where it stands
    over several texts of which none is an originator's before the others."""
    if any(found.comparison.share is not None for found in copies):
        return False
    publishers = [item.publisher, *(found.lead.publisher for found in copies)]
    first, *others = sorted(found.lead.kind.authority for found in copies)
    return len(set(publishers)) < len(publishers) or first in others


def _nearest(copies: Sequence[Found]) -> Found:
    """The lead that an item keeps most of; among even ones the originator's."""
    most = max(found.share for found in copies)
    return min((found for found in copies if found.share >= most - EVEN), key=lambda found: _rank(found.lead))


def _takes_over(item: Copy, found: Found) -> bool:
    """Whether a story becomes an originator's that comes after its lead: the lead is a copy of its text, or was
    written later, or most of either is not the other's (else it is a bulletin that quotes what wires wrote)."""
    if _rank(item) > _rank(found.lead):
        return False
    comparison = found.comparison
    if comparison.relation is Relation.REPRINT or _is_first_of_copies(item, found) or item.when < found.lead.when:
        return True
    return min(found.share, comparison.of_copy) >= TAKES_FROM
