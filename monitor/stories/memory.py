"""Texts read lately, kept within bounds: the leads of the day are compared with again and again."""

from __future__ import annotations

from monitor.model import StoredText
from monitor.stories.likeness import Text

SHINGLES_KEPT = 200_000  # over all texts: some 15 MB


class Memory:
    """What was read of stored texts, by item; the longest unused go first. An edit or newly learned boilerplate makes
    an answer void."""

    def __init__(self, shingles_kept: int = SHINGLES_KEPT) -> None:
        self._texts: dict[int, tuple[str, str, Text]] = {}
        self._shingles_kept, self._held = shingles_kept, 0

    def text(self, stored: StoredText, boilerplate: frozenset[int]) -> Text | None:
        """What was read of a text, if it still reads so."""
        item_id = stored.copy.item_id
        if (known := self._texts.pop(item_id, None)) is None:
            return None
        title, body, text = known
        if title != stored.title or body != stored.text or text.boilerplate != boilerplate:
            self._held -= _weight(text)
            return None
        self._texts[item_id] = known
        return text

    def keep(self, stored: StoredText, text: Text) -> None:
        """Keep what was read of a text."""
        if (before := self._texts.pop(stored.copy.item_id, None)) is not None:
            self._held -= _weight(before[2])
        self._texts[stored.copy.item_id] = (stored.title, stored.text, text)
        self._held += _weight(text)
        while self._held > self._shingles_kept:
            _, _, oldest = self._texts.pop(next(iter(self._texts)))
            self._held -= _weight(oldest)


def _weight(text: Text) -> int:
    return len(text.shingles) + 50  # for all else that is kept of it
