"""A text read once: its words with their places and its furniture, for everyone who looks at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.text.furniture import Furniture, find_furniture
from monitor.text.lookalikes import settle
from monitor.text.tokens import Words, tokenize, without

BODY_SPAN = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """Title and body of an item as words (`title`, `body`: all of them, furniture and all) and its furniture.

    `settled_title` and `settled_body` are there where letters of other scripts stand in for like ones.
    """

    title: Words
    body: Words
    furniture: Furniture
    settled_title: Words | None = None
    settled_body: Words | None = None

    def bare(self, field: str) -> Words:
        """The words of "title" or "body" without the furniture; those around a piece become neighbours."""
        return without(self.title if field == "title" else self.body, self.taken(field))

    def compared(self, field: str) -> Words:
        """The bare words as copies are told by: each in one script (`lookalikes.settle`). Not for rules."""
        settled = self.settled_title if field == "title" else self.settled_body
        return self.bare(field) if settled is None else without(settled, self.taken(field))

    def taken(self, field: str) -> list[tuple[int, int]]:
        """Where the furniture of "title" or "body" stands."""
        return [(start, end) for name, start, end in self.furniture.spans if name == field]

    def set_apart(self, spans: Sequence[BODY_SPAN]) -> Reading:
        """The same with more stretches of the body counted as furniture; they may overlap what is furniture already."""
        if not spans:
            return self
        return replace(self, furniture=replace(self.furniture, spans=joined_spans(self.furniture.spans, spans)))

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


def joined_spans(
    furniture: Sequence[tuple[str, int, int]], body: Sequence[BODY_SPAN]
) -> tuple[tuple[str, int, int], ...]:
    """Furniture (field, start, end) and further stretches of the body as one list, in order and without overlap."""
    kept = [span for span in furniture if span[0] != "body"]
    joined: list[tuple[int, int]] = []
    for start, end in sorted([*body, *((start, end) for field, start, end in furniture if field == "body")]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return (*kept, *(("body", start, end) for start, end in joined))


def read(title: str, body: str) -> Reading:
    """Read a title and a body."""
    settled_title, settled_body = settle(title), settle(body)
    return Reading(
        tokenize(title),
        tokenize(body),
        find_furniture(title, body),
        None if settled_title is title else tokenize(settled_title),
        None if settled_body is body else tokenize(settled_body),
    )
