"""Texts read lately, kept within bounds: the leads of the day are compared with again and again."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from monitor.model import Copy, StoredText
from monitor.stories.likeness import Text

READ_KEPT = 300_000  # shingles of all texts that are kept as read: some 30 MB
PACKED_KEPT = 1_000_000  # and of those that are kept packed, in a fifth of the room: some 25 MB
REST = 50  # shingles that take as much room as all else that is kept of a text


@dataclass(frozen=True, slots=True)
class Known:
    """A stored text and what was read of it."""

    stored: StoredText
    text: Text

    @property
    def copy(self) -> Copy:
        return self.stored.copy


@dataclass(frozen=True, slots=True)
class _Packed:
    """The same in little room."""

    stored: StoredText
    title: str
    body: str
    shingles: array[int]
    boilerplate: frozenset[int]
    edges: frozenset[int]

    @classmethod
    def of(cls, known: Known) -> _Packed:
        text = known.text
        # Folded words hold no line breaks.
        words = ("\n".join(text.title), "\n".join(text.body))
        stored = known.stored  # but for its text: what is compared with later is its words
        stored = StoredText(stored.copy, stored.source_id, "", "", stored.edit, stored.is_by_hand, (), stored.version)
        return cls(stored, *words, array("Q", text.shingles), text.boilerplate, text.edges)

    def unpacked(self) -> Known:
        title, body = (tuple(part.split("\n")) if part else () for part in (self.title, self.body))
        return Known(self.stored, Text(title, body, frozenset(self.shingles), self.boilerplate, self.edges))


Kept = TypeVar("Kept")


class _Shelf(Generic[Kept]):
    """What is kept of texts, by item, the longest unused first, up to so many shingles."""

    def __init__(self, most: int) -> None:
        self._kept: OrderedDict[int, tuple[int, Kept]] = OrderedDict()
        self._most, self._held = most, 0

    def get(self, item_id: int) -> Kept | None:
        if item_id not in self._kept:
            return None
        self._kept.move_to_end(item_id)
        return self._kept[item_id][1]

    def put(self, item_id: int, weight: int, kept: Kept) -> None:
        self.drop(item_id)
        self._kept[item_id] = (weight, kept)
        self._held += weight
        while self._held > self._most:
            _, (weight, _) = self._kept.popitem(last=False)
            self._held -= weight

    def drop(self, item_id: int) -> None:
        weight, _ = self._kept.pop(item_id, (0, None))
        self._held -= weight


class Memory:
    """What was read of stored texts, by item: all of it packed, and as read what was asked for lately. The longest unused go."""

    def __init__(self, read_kept: int = READ_KEPT, packed_kept: int = PACKED_KEPT) -> None:
        self._read = _Shelf[Known](read_kept)
        self._packed = _Shelf[_Packed](packed_kept)

    def get(self, item_id: int, version: int, boilerplate: Callable[[str], frozenset[int]]) -> Known | None:
        """What was read of this version of an item, unless its source's boilerplate is another by now."""
        packed = self._packed.get(item_id)
        if packed is None or packed.stored.version != version:
            return None
        if packed.boilerplate != boilerplate(packed.stored.source_id):
            return None
        known = self._read.get(item_id)
        if known is None:
            known = packed.unpacked()
            self._read.put(item_id, _weight(known), known)
        return known

    def keep(self, known: Known) -> None:
        """Keep what was read, in the place of what was read of the item before."""
        item_id = known.copy.item_id
        self._packed.put(item_id, _weight(known), _Packed.of(known))
        self._read.drop(item_id)


def _weight(known: Known) -> int:
    return len(known.text.shingles) + REST
