"""Stories of one event in other words, or in another language, linked as their leads come in.

Everything happens within the caller's transaction.
"""

from __future__ import annotations

from datetime import datetime

from monitor.model import Item
from monitor.store import Store
from monitor.stories.events import WINDOW, same_event
from monitor.stories.telling import as_told, event_keys, tell, written
from monitor.text.furniture import Furniture

SWEPT_FOR_EACH = 4  # old tellings that may go for each new one


class Linking:
    """Links items, within one transaction."""

    def __init__(self, store: Store, now: datetime) -> None:
        self._events, self._now = store.events, now
        self._told_count = 0

    def link(self, item_id: int, item: Item, furniture: Furniture) -> None:
        """Keep what an item tells, and link it to those that tell of the same event. An item without names and numbers tells
        nothing that another could be found by."""
        at = item.published_at or self._now
        telling = tell(furniture.bare_title, furniture.bare_body, at, item.language, item.publisher)
        keys = event_keys(telling)
        self._events.add(item_id, written(telling), keys, self._now)
        self._told_count += 1
        for other_id, told in self._events.candidates(item_id, keys):
            agreement = same_event(telling, as_told(told))
            if agreement.is_same:
                self._events.link(item_id, other_id, agreement.points, agreement.reason)

    def finish(self) -> None:
        """Let go of what is too old to be linked, in step with what came."""
        self._events.sweep(self._now - WINDOW, SWEPT_FOR_EACH * self._told_count)
        self._told_count = 0
