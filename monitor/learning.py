"""What a source puts under everything it prints, found while its items are placed: where many items share a shingle, it is
looked what they share, and whether they are different texts apart from it.

Everything happens within the caller's transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain

from monitor.model import CLIPS_SOURCE, OWN_SOURCE, Kind, StoredText
from monitor.store import Store
from monitor.store.shingles import HOLDERS_MOST
from monitor.store.stories import Standing
from monitor.stories import boilerplate
from monitor.stories.boilerplate import LEARNED_FROM, LEAST_PART
from monitor.stories.likeness import Text
from monitor.stories.memory import Known
from monitor.stories.shingles import shingle_run
from monitor.text.reading import Reading, read

SEARCHES_MOST = 2  # a poll
OWN_LEAST = 2  # items of the source itself, where outlets of one house share what they print everywhere
LINES_MOST = 120  # shingles, of lines that were learned where they brought items into one story
READ_MOST = 2 * LEARNED_FROM  # items, the newest

Holders = Mapping[int, Sequence[int]]
"""Items by the shingles they hold, newest first."""
TextOf = Callable[[StoredText], Known]
"""Reads a stored text."""


class Learning:
    """What is known of each source, read once."""

    def __init__(self, store: Store, since: datetime) -> None:
        self._store, self._since = store, since
        self._known: dict[str, tuple[frozenset[int], frozenset[int]]] = {}
        self._search_count = 0

    def learned_of(self, source_id: str) -> frozenset[int]:
        """The shingles that stand under everything of a source."""
        return self._known_of(source_id)[0]

    def _known_of(self, source_id: str) -> tuple[frozenset[int], frozenset[int]]:
        if source_id not in self._known:
            self._known[source_id] = self._store.shingles.boilerplate(source_id)
        return self._known[source_id]

    def learn(self, item: Known, reading: Reading | None, holders: Holders, text_of: TextOf) -> list[int]:
        """Look for what stands under everything of the item's source; where something was found, the items that have it too,
        which may have been taken for copies by it. Looked for where many items share a shingle, by that which most share."""
        if self._search_count >= SEARCHES_MOST:
            return []
        source_id = item.stored.source_id
        _, phrases = self._known_of(source_id)
        crowded = _crowded(item.text, {number: ids for number, ids in holders.items() if number not in phrases})
        if not crowded:
            return []
        self._search_count += 1
        number = max(crowded, key=lambda number: len(holders[number]))
        standings = list(self._store.stories.standings(holders[number], self._since).values())
        own_count = sum(standing.source_id == source_id for standing in standings)
        is_full = len(holders[number]) >= HOLDERS_MOST
        reading = reading or read(item.stored.title, item.stored.text)
        found = self._learned_elsewhere(item, number, reading, standings)
        if not found and (own_count >= LEARNED_FROM or is_full):
            found = self._shared(item, reading, standings, text_of)
        if not found and own_count < LEARNED_FROM and not is_full:
            return []  # more may come
        return self._found(item, found, [] if number in found else [number], standings, text_of)

    def learn_from_copies(
        self, item: Known, reading: Reading | None, ids: Collection[int], text_of: TextOf
    ) -> list[int]:
        """The same where an item came into a story of many that have but parts of its lead, and may have been brought there by
        lines that all of them print: the index holds such lines for the lead alone."""
        if item.copy.kind is Kind.AGGREGATOR or item.stored.source_id in (CLIPS_SOURCE, OWN_SOURCE):
            return []  # these bring many outlets' copies of one text
        standings = list(self._store.stories.standings(ids, self._since).values())
        reading = reading or read(item.stored.title, item.stored.text)
        copy = replace(item.copy, story_id=standings[0].story_id)
        found = self._shared(Known(replace(item.stored, copy=copy), item.text), reading, standings, text_of)
        return self._found(item, found, [], standings, text_of) if 0 < len(found) <= LINES_MOST else []

    def _found(
        self, item: Known, found: Sequence[int], phrases: Sequence[int], held: Sequence[Standing], text_of: TextOf
    ) -> list[int]:
        """Keep what was found for the item's source, and for others that print the same: outlets of one house may print nothing
        more by which they could learn. Returns the items that have it, none where nothing was found."""
        self._keep(item.stored.source_id, found, phrases)
        if not found:
            return []
        sharing = [standing.item_id for standing in held]
        for stored in self._store.stories.texts(sharing).values():
            if stored.source_id != item.stored.source_id and text_of(stored).text.shingles.issuperset(found):
                self._keep(stored.source_id, found, [])
        return sharing

    def _keep(self, source_id: str, found: Sequence[int], phrases: Sequence[int]) -> None:
        self._store.shingles.learn(source_id, found, phrases)
        self._known.pop(source_id, None)

    def _learned_elsewhere(
        self, item: Known, number: int, reading: Reading, standings: Sequence[Standing]
    ) -> list[int]:
        """What stands under everything of another source that shares the number, as outlets of one house do."""
        for source_id in dict.fromkeys(standing.source_id for standing in standings):
            if number in (learned := self.learned_of(source_id)):
                return boilerplate.learnt(item.stored.text, reading.compared("body"), [learned])
        return []

    def _shared(self, item: Known, reading: Reading, held: Sequence[Standing], text_of: TextOf) -> list[int]:
        """What an item shares with five others, of its source where there are so many, else two of its source among them; where
        those are many of what the source printed meanwhile."""
        source_id = item.stored.source_id
        newest = sorted(held, key=lambda one: one.item_id, reverse=True)
        own = [one.item_id for one in newest if one.source_id == source_id and one.item_id != item.copy.item_id]
        if len(own) < OWN_LEAST:
            return []
        ids = (
            own if len(own) >= LEARNED_FROM else [*own, *(one.item_id for one in newest if one.source_id != source_id)]
        )
        ids = ids[:READ_MOST]
        texts = self._store.stories.texts(ids)
        known = [text_of(texts[item_id]) for item_id in ids if item_id in texts]
        places = boilerplate.different(_printed(item), list(map(_printed, known)))
        others = [known[place] for place in places[:LEARNED_FROM]]
        first = min((other.copy.item_id for other in others if other.stored.source_id == source_id), default=0)
        own_count = sum(other.stored.source_id == source_id for other in others)
        if len(others) < LEARNED_FROM or own_count < OWN_LEAST:
            return []
        if own_count < LEAST_PART * self._store.stories.count_since(source_id, first, item.copy.item_id):
            return []
        whole = [frozenset(shingle_run(other.text.body)) for other in others]
        return boilerplate.learnt(item.stored.text, reading.compared("body"), whole)


def _printed(one: Known) -> boilerplate.Printed:
    return boilerplate.Printed(one.copy.story_id, one.text.title, one.text.shingles)


def _crowded(text: Text, holders: Holders) -> list[int]:
    """The shingles that many items share with a text as they would share boilerplate: at its edges, or several of them."""
    crowded = {number: ids for number, ids in holders.items() if len(ids) >= LEARNED_FROM}
    counts = Counter(chain.from_iterable(crowded.values()))
    return [
        number
        for number, ids in crowded.items()
        if number in text.edges or sum(counts[item_id] > 1 for item_id in ids) >= LEARNED_FROM
    ]
