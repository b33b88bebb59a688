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
from monitor.text.remembered import Remembered

_TOLD = Remembered(as_told, 1_000)
"""Tellings of the day, by what is kept of them: new ones are compared with them again and again."""


class Linking:
    """Links items, within one transaction."""

    def __init__(self, store: Store, now: datetime) -> None:
        self._events, self._now = store.events, now
        self._new_count = 0

    def link(self, item_id: int, item: Item, furniture: Furniture) -> None:
        """Keep what a new item tells, and link it to those that tell of the same event. An item without names and numbers tells
        nothing that another could be found by; what was published longer ago than tellings are kept is no news to link."""
        at = item.published_at or self._now
        if self._now - at > WINDOW:
            return
        telling = tell(furniture.bare_title, furniture.bare_body, at, item.language, item.publisher)
        keys = event_keys(telling)
        for other_id, told in self._events.candidates(item_id, keys):
            agreement = same_event(telling, _TOLD[told])
            if agreement.is_same:
                self._events.link(item_id, other_id, agreement.points, agreement.reason)
        self._events.add(item_id, written(telling), keys)
        self._new_count += len(keys)

    def link_anew(self, item_id: int, item: Item, furniture: Furniture) -> None:
        """The same for an item whose text changed: what it told before goes, with its links."""
        told = self._events.told(item_id)
        self._events.forget(item_id, frozenset() if told is None else event_keys(as_told(told)))
        self.link(item_id, item, furniture)

    def finish(self) -> None:
        """Let go of what is too old to be linked, in step with what came."""
        self._events.sweep(self._now - WINDOW, self._new_count)
        self._new_count = 0
