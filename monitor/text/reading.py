"""A text read once: its words with their places and its furniture, for everyone who looks at it."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.text.furniture import Furniture, find_furniture
from monitor.text.tokens import Words, tokenize, without


@dataclass(frozen=True, slots=True)
class Reading:
    """Title and body of an item as words (`title`, `body`: all of them, furniture and all) and its furniture."""

    title: Words
    body: Words
    furniture: Furniture

    def bare(self, field: str) -> Words:
        """The words of "title" or "body" without the furniture; those around a piece become neighbours."""
        taken = [(start, end) for name, start, end in self.furniture.spans if name == field]
        return without(self.title if field == "title" else self.body, taken)

    @property
    def is_cut(self) -> bool:
        """Whether furniture stands amid the words of title or body, so that two words are neighbours only without it."""
        return bool(self.furniture.spans) and (self._parts(self.title, "title") or self._parts(self.body, "body"))

    def _parts(self, words: Words, field: str) -> bool:
        kept = self.bare(field)
        if not kept.texts or len(kept.texts) == len(words.texts):
            return False
        first = words.count_before(kept.place(0)[0])
        end = words.count_before(kept.place(len(kept.texts) - 1)[0] + 1)
        return end - first > len(kept.texts)

    @property
    def search_texts(self) -> tuple[str, str]:
        """What the word index holds of title and body (`tokens.search_text`)."""
        return " ".join(self.title.texts), " ".join(self.body.texts)


def read(title: str, body: str) -> Reading:
    """Read a title and a body."""
    return Reading(tokenize(title), tokenize(body), find_furniture(title, body))
