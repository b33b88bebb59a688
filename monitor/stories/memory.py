"""Texts read lately, kept within bounds: the leads of the day are compared with again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitor.model import Copy, StoredText
from monitor.stories.likeness import Text

SHINGLES_KEPT = 200_000  # over all texts: some 15 MB
REST = 50  # shingles that take as much room as all else that is kept of a text


@dataclass(frozen=True, slots=True)
class Known:
    """A stored text and what was read of it."""

    stored: StoredText
    text: Text

    @property
    def copy(self) -> Copy:
        return self.stored.copy


class Memory:
    """What was read of stored texts, by item; the longest unused go first."""

    def __init__(self, shingles_kept: int = SHINGLES_KEPT) -> None:
        self._known: dict[int, Known] = {}
        self._shingles_kept, self._held = shingles_kept, 0

    def get(self, item_id: int, version: int, boilerplate: Callable[[str], frozenset[int]]) -> Known | None:
        """What was read of this version of an item, unless its source's boilerplate is another by now."""
        known = self._known.get(item_id)
        if known is None or known.stored.version != version:
            return None
        if known.text.boilerplate != boilerplate(known.stored.source_id):
            return None
        del self._known[item_id]
        self._known[item_id] = known  # the last of all again
        return known

    def keep(self, known: Known) -> None:
        """Keep what was read, in the place of what was read of the item before."""
        item_id = known.stored.copy.item_id
        if (before := self._known.pop(item_id, None)) is not None:
            self._held -= _weight(before.text)
        self._known[item_id] = known
        self._held += _weight(known.text)
        while self._held > self._shingles_kept:
            oldest = self._known.pop(next(iter(self._known)))
            self._held -= _weight(oldest.text)


def _weight(text: Text) -> int:
    return len(text.shingles) + REST
