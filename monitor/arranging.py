"""What a person decides of stories: split, merged, an item put in. It is remembered, so that no edit and no later copy
undoes it.

Everything happens within the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from monitor.model import Fold, Relation
from monitor.placing import Placing
from monitor.store import Store
from monitor.stories.fold import WINDOW

BY_HAND = Fold(0.0, "put here by hand", is_by_hand=True)


class Arranging:
    """Moves items between stories by hand."""

    def __init__(self, store: Store, now: datetime, window: timedelta = WINDOW) -> None:
        self._stories, self._now = store.stories, now
        self._placing = Placing(store, now, window)

    def split(self, story_id: int, ids: Collection[int]) -> int:
        """Take items, some but not all of a story, out of it into one of their own; returns that. They are kept apart
        from those that stay."""
        stories = self._stories
        staying = [item_id for item_id in stories.members(story_id) if item_id not in ids]
        stories.release(ids)
        first, *others = sorted(ids)
        new_id = stories.move(first, None, self._now)
        for item_id in others:
            self._put(item_id, new_id)
        stories.keep_apart(ids, staying)
        self._placing.measure(new_id)
        self._placing.measure(story_id)
        return new_id

    def merge(self, story_ids: Sequence[int]) -> int:
        """Bring all items of several stories into the first; returns it. Whatever kept two of them apart is
        forgotten."""
        stories = self._stories
        story_id, *others = story_ids
        moved = [item_id for other in others for item_id in stories.members(other)]
        members = [*stories.members(story_id), *moved]
        stories.allow_together(members)
        for item_id in members:
            self._put(item_id, story_id)
        self._placing.measure(story_id)
        return story_id

    def put(self, item_id: int, story_id: int) -> None:
        """Bring an item into a story, from whichever it is in."""
        stories = self._stories
        left = stories.story_of(item_id)
        if left == story_id:
            return
        stories.allow_together([item_id, *stories.members(story_id)])
        self._put(item_id, story_id)
        self._placing.measure(left)
        self._placing.measure(story_id)

    def _put(self, item_id: int, story_id: int) -> None:
        self._stories.move(item_id, story_id, self._now)
        self._stories.relate(item_id, Relation.PARTIAL, None, BY_HAND)
