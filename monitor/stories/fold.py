"""Which story a new item joins, and which copy leads it.

Here only what is the same to the letter after folding is joined: an identical body in another outlet. Nothing is deleted: every
copy stays an item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Copy

WINDOW = timedelta(days=14)
TEASER_BELOW = 60  # words: a shorter body that returns under another title is page furniture rather than a text


@dataclass(frozen=True, slots=True)
class Folding:
    """`story_id` is None where the item stays alone; `lead_id` leads that story from now on, `share` is what the item kept."""

    story_id: int | None
    lead_id: int
    share: float | None
    reason: str


def fold(item: Copy, same_text: Sequence[Copy]) -> Folding:
    """The story that `item`, alone so far, should join, given the other copies of its very text within the window.

    A body that one publisher puts under several titles ("read more on our site") tells nothing and folds nothing: two titles
    are enough for a short one, three for a long one, since newsrooms do retitle what they send twice.
    """
    titles_of: dict[str, set[bytes]] = {}
    for copy in (*same_text, item):
        titles_of.setdefault(copy.publisher, set()).add(copy.title_key)
    tolerated = 1 if item.word_count < TEASER_BELOW else 2
    if not same_text:
        return Folding(None, item.item_id, None, "no other copy of this text")
    if any(len(titles) > tolerated for titles in titles_of.values()):
        return Folding(None, item.item_id, None, "this text stands under several titles of one publisher")
    nearest = lead_of(same_text)
    lead = lead_of([*(copy for copy in same_text if copy.story_id == nearest.story_id), item])
    return Folding(nearest.story_id, lead.item_id, 1.0, f"same text as item {nearest.item_id}")


def lead_of(copies: Sequence[Copy]) -> Copy:
    """The originator: official bodies before wires before the press, then the earliest."""
    return min(copies, key=_rank)


def _rank(copy: Copy) -> tuple[int, datetime, int]:
    return copy.kind.authority, copy.when, copy.item_id
