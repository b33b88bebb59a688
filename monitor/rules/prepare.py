"""A text made ready for rules: split into words once, however many rules look at it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from sys import intern

from monitor.model import Matchable, Span
from monitor.text.folding import fold_text
from monitor.text.reading import Reading
from monitor.text.tokens import Words, tokenize, without

LEAD_WORD_COUNT = 60
_LONG = 64
TITLE_AND_BODY = ("title", "body")


def shared(text: str) -> str:
    """A span's text, a long one as the one string that all equal ones are: or the hits of a long phrase that overlap would copy
    their text once each."""
    return text if len(text) < _LONG else intern(text)


@dataclass(frozen=True)
class View:
    """The words of one field: what terms are looked up in.

    `field` and `shift` say where its spans lie in the original; `taken` are the stretches of it whose words are left out.
    """

    field: str
    text: str
    words: Words
    shift: int = 0
    taken: Sequence[tuple[int, int]] = ()

    @property
    def bare(self) -> str:
        """The text with a line end for each stretch that is left out."""
        pieces, position = [], 0
        for start, end in self.taken:
            pieces.append(self.text[position:start])
            position = end
        return "\n".join([*pieces, self.text[position:]])

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Positions by word, ascending."""
        places: dict[str, list[int]] = {}
        for position, word in enumerate(self.words.texts):
            if word in places:
                places[word].append(position)
            else:
                places[word] = [position]
        return places

    @cached_property
    def vocabulary(self) -> list[str]:
        """The different words, sorted, for look-ups by their beginning."""
        return sorted(self.places)

    def touches(self, position: int) -> bool:
        """Whether a word touches the next one in the original. What folding drops is part of the word before it."""
        found = self._touching.get(position)
        if found is None:
            place = self.words.place
            found = self._touching[position] = place(position)[1] == place(position + 1)[0]
        return found

    @cached_property
    def _touching(self) -> dict[int, bool]:
        return {}

    def starting_with(self, stem: str) -> Sequence[str]:
        """The words that begin with `stem`, sorted."""
        vocabulary = self.vocabulary
        start = end = bisect_left(vocabulary, stem)
        while end < len(vocabulary) and vocabulary[end].startswith(stem):
            end += 1
        return vocabulary[start:end]

    def span(self, first: int, last: int, before: int = 0, after: int = 0) -> Span:
        """The stretch of the original from the first to the last of these words, and some code points beside them."""
        start, end = self.words.place(first)
        if last != first:
            end = self.words.place(last)[1]
        start, end = start - before, end + after
        return Span(self.field, start + self.shift, end + self.shift, shared(self.text[start:end]))


class Prepared:
    """An item as terms see it: a view a field, built when first asked for. Not for use by several threads at once."""

    def __init__(self, matchable: Matchable, reading: Reading | None = None) -> None:
        self.matchable, self._reading = matchable, reading
        self._views: dict[str, View] = {}
        self._values: dict[str, tuple[str, ...]] = {}

    def view(self, field: str) -> View:
        """The words of a text field, those of title and body without the furniture."""
        found = self._views.get(field)
        if found is None:
            found = self._views[field] = self._build(field)
        return found

    def values(self, field: str) -> tuple[str, ...]:
        """The folded values of a metadata field: one, or one a tag; none where it is unknown."""
        if field not in self._values:
            raw = self.matchable.tags if field == "tag" else (self._raw_value(field),)
            self._values[field] = tuple(fold_text(value) for value in raw if value)
        return self._values[field]

    def _raw_value(self, field: str) -> str:
        if field == "site":
            return self.matchable.url.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
        return str(getattr(self.matchable, field))

    def _build(self, field: str) -> View:
        if field in TITLE_AND_BODY:
            text = str(getattr(self.matchable, field))
            if self._reading is not None:
                return View(field, text, self._reading.bare(field), taken=self._reading.taken(field))
            taken = [(start, end) for name, start, end in self.matchable.furniture if name == field]
            return View(field, text, without(tokenize(text), taken), taken=taken)
        if field in ("label", "place", "agency"):
            return self._furniture_view(field)
        text = str(getattr(self.matchable, field))
        return View(field, text, tokenize(text))

    def _furniture_view(self, part: str) -> View:
        """A part of the furniture, with spans in the title or body it stands in; in itself where it is not found
        there.
        """
        text = str(getattr(self.matchable.wire, part) or "")
        for field, start, end in self.matchable.furniture:
            place = str(getattr(self.matchable, field)).find(text, start, end) if text else -1
            if place >= 0:
                return View(field, text, tokenize(text), place)
        return View(part, text, tokenize(text))


def prepare(matchable: Matchable, reading: Reading | None = None) -> Prepared:
    """`matchable` made ready for rules and queries; cheap until a field is asked for. `reading` is that of its title and body,
    where they were read already."""
    return Prepared(matchable, reading)
