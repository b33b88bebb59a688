"""Which story a new item joins, and which copy leads it.

Here only what is the same to the letter after folding is joined: an identical body in another outlet. Nothing is deleted: every
copy stays an item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Copy, Relation

WINDOW = timedelta(days=14)
TEASER_BELOW = 60  # words: a shorter body that returns under another title is page furniture rather than a text


@dataclass(frozen=True, slots=True)
class Folding:
    """`story_id` is None where the item begins a story of its own; `lead_id` is 0 where the item itself leads."""

    story_id: int | None
    lead_id: int
    relation: Relation
    share: float | None
    reason: str


def fold(item: Copy, same_text: Sequence[Copy], word_count: int) -> Folding:
    """The story for `item` (id 0), given the stored copies of its very text (`word_count` words) within the window.

    A body that one publisher puts under several titles ("read more on our site") tells nothing and folds nothing: two titles
    are enough for a short one, three for a long one, since newsrooms do retitle what they send twice.
    """
    alone = Folding(None, 0, Relation.LEAD, None, "no other copy of this text")
    if not same_text:
        return alone
    titles_of: dict[str, set[bytes]] = {}
    for copy in (*same_text, item):
        titles_of.setdefault(copy.publisher, set()).add(copy.title_key)
    tolerated = 1 if word_count < TEASER_BELOW else 2
    if any(len(titles) > tolerated for titles in titles_of.values()):
        return Folding(None, 0, Relation.LEAD, None, "this text stands under several titles of one publisher")
    story_id = min(same_text, key=_rank).story_id
    lead = lead_of([*(copy for copy in same_text if copy.story_id == story_id), item])
    relation = Relation.LEAD if lead is item else Relation.REPRINT
    return Folding(story_id, lead.item_id, relation, 1.0, f"same text as item {min(same_text, key=_rank).item_id}")


def lead_of(copies: Sequence[Copy]) -> Copy:
    """The originator: official bodies before wires before the press, then the earliest."""
    return min(copies, key=_rank)


def _rank(copy: Copy) -> tuple[int, datetime, int]:
    return copy.kind.authority, copy.when, copy.item_id or 2**62
