"""Stories of one event in other words, or in another language, linked as their leads come in.

Everything happens within the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from monitor.model import Item
from monitor.store import Store
from monitor.stories.events import WINDOW, same_event
from monitor.stories.telling import Telling, as_told, event_keys, tell, written
from monitor.text.furniture import Furniture
from monitor.text.remembered import Remembered

_TOLD = Remembered(as_told, 1_000)
"""Tellings of the day, by what is kept of them: new ones are compared with them again and again."""


class _Told(NamedTuple):
    """What an item tells, and the keys it is found by."""

    telling: Telling
    keys: frozenset[int]


class Linking:
    """Links items, within one transaction."""

    def __init__(self, store: Store, now: datetime) -> None:
        self._events, self._now = store.events, now
        self._expected: dict[int, _Told | None] = {}  # by item
        self._new_count = 0

    def expect(self, new: Iterable[tuple[int, Item, Furniture]]) -> None:
        """Work out what items tell that are to be linked next, and look up the keys of all of them at once."""
        for item_id, item, furniture in new:
            self._expected[item_id] = self._tell(item, furniture)
        self._events.expect(frozenset().union(*(told.keys for told in self._expected.values() if told)))

    def link(self, item_id: int, item: Item, furniture: Furniture) -> None:
        """Keep what a new item tells, and link it to those that tell of the same event. An item without names and numbers tells
        nothing that another could be found by; what was published longer ago than tellings are kept is no news to link."""
        told = self._expected.pop(item_id) if item_id in self._expected else self._tell(item, furniture)
        if told is None:
            return
        for other_id, other in self._events.candidates(item_id, told.keys):
            agreement = same_event(told.telling, _TOLD[other])
            if agreement.is_same:
                self._events.link(item_id, other_id, agreement.points, agreement.reason)
        self._events.add(item_id, written(told.telling), told.keys)
        self._new_count += len(told.keys)

    def _tell(self, item: Item, furniture: Furniture) -> _Told | None:
        at = item.published_at or self._now
        if self._now - at > WINDOW:
            return None
        telling = tell(furniture.bare_title, furniture.bare_body, at, item.language, item.publisher)
        return _Told(telling, event_keys(telling))

    def link_anew(self, item_id: int, item: Item, furniture: Furniture) -> None:
        """The same for an item whose text changed: what it told before goes, with its links."""
        told = self._events.told(item_id)
        self._events.forget(item_id, frozenset() if told is None else event_keys(as_told(told)))
        self.link(item_id, item, furniture)

    def finish(self) -> None:
        """Let go of what is too old to be linked, in step with what came."""
        self._events.sweep(self._now - WINDOW, self._new_count)
        self._new_count = 0
