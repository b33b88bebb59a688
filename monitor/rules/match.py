"""What a compiled query is made of, and how it finds its words in a prepared text.

Every node answers `find(text, now)`: None where it does not hold, else the hits that show why (none for metadata and
for absence). A term costs a look-up and a walk over the places of its rarest word, so a query costs at most its size
times the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.model import Span
from monitor.rules.prepare import LEAD_WORD_COUNT, TITLE_AND_BODY, Prepared, View


class Hit(NamedTuple):
    """A run of words of one view; by field and place, so that hits sort and two equal ones are one."""

    field: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Part:
    """One word of a term: whole (`text`), or the beginning of one (`is_stem`), or a pattern with single letters left
    open.
    """

    text: str
    is_stem: bool = False
    pattern: re.Pattern[str] | None = None

    def places(self, view: View) -> list[int]:
        """Where it stands in the view, ascending."""
        if not self.is_stem and self.pattern is None:
            return view.places.get(self.text, [])
        found = view.starting_with(self.text)
        if self.pattern is not None:
            pattern = self.pattern
            found = [word for word in found if pattern.fullmatch(word)]
        return sorted(place for word in found for place in view.places[word])


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase in one or several fields. `signs` are currency signs that must stand before the n-th word."""

    parts: tuple[Part, ...]
    signs: tuple[tuple[int, str], ...] = ()
    fields: tuple[str, ...] = TITLE_AND_BODY

    def find(self, text: Prepared, now: datetime | None) -> list[Hit] | None:
        return self.hits(text) or None

    def hits(self, text: Prepared) -> list[Hit]:
        """All places of the term, by field; one that runs past the lead's end is not in the lead."""
        if self.fields == ("lead",):
            last_word = LEAD_WORD_COUNT - 1
            in_body = [hit for hit in self._in(text.view("body")) if hit.last <= last_word]
            return [*self._in(text.view("title")), *in_body]
        return [hit for field in self.fields for hit in self._in(text.view(field), field)]

    def _in(self, view: View, field: str = "") -> list[Hit]:
        name = field or view.field
        if len(self.parts) == 1:
            firsts: Iterable[int] = self.parts[0].places(view)
        else:
            firsts = self._phrase_places(view)
        more = len(self.parts) - 1
        return [Hit(name, first, first + more) for first in firsts if not self.signs or self._has_signs(view, first)]

    def _phrase_places(self, view: View) -> Iterator[int]:
        """Where the parts stand one after the other, walking along the rarest."""
        places = [part.places(view) for part in self.parts]
        rarest = min(range(len(places)), key=lambda index: len(places[index]))
        if not places[rarest]:
            return
        others = [(index - rarest, set(found)) for index, found in enumerate(places) if index != rarest]
        for place in places[rarest]:
            if all(place + offset in found for offset, found in others):
                yield place - rarest

    def _has_signs(self, view: View, first: int) -> bool:
        return all(sign in view.words.signs.get(first + offset, "") for offset, sign in self.signs)


@dataclass(frozen=True, slots=True)
class Value:
    """A metadata field with exactly this value, case and spelling folded; `site` also takes a host's subdomains and
    `lang` a language's regions (RFC 4647, basic filtering).
    """

    field: str
    value: str
    pattern: re.Pattern[str] | None = None

    def find(self, text: Prepared, now: datetime | None) -> list[Hit] | None:
        return [] if any(map(self._is_met, text.values(self.field))) else None

    def _is_met(self, value: str) -> bool:
        if self.pattern is not None:
            return self.pattern.fullmatch(value) is not None
        if value == self.value:
            return True
        if self.field == "site":
            return value.endswith("." + self.value)
        return self.field == "lang" and value.startswith(self.value + "-")


@dataclass(frozen=True, slots=True)
class Since:
    """Published at or after an instant, or within a time before now; a text without a date never is."""

    at: datetime | None = None
    within_s: float = 0.0

    def find(self, text: Prepared, now: datetime | None) -> list[Hit] | None:
        start = self.at
        if start is None:
            if now is None:
                raise ValueError("a query with `within:` needs to know the time")
            start = now - timedelta(seconds=self.within_s)
        published_at = text.matchable.published_at
        return [] if published_at is not None and published_at >= start else None


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Plan, ...]

    def find(self, text: Prepared, now: datetime | None) -> list[Hit] | None:
        hits: list[Hit] = []
        for part in self.parts:
            found = part.find(text, now)
            if found is None:
                return None
            hits += found
        return hits


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Plan, ...]

    def find(self, text: Prepared, now: datetime | None) -> list[Hit] | None:
        hits: list[Hit] | None = None
        for part in self.parts:
            found = part.find(text, now)
            if found is not None:
                hits = found if hits is None else hits + found
        return hits


@dataclass(frozen=True, slots=True)
class Absent:
    inner: Plan

    def find(self, text: Prepared, now: datetime | None) -> list[Hit] | None:
        return [] if self.inner.find(text, now) is None else None


Plan = Term | Value | Since | All | Any | Absent


def fields_of(plan: Plan) -> Iterator[str]:
    """The text fields a plan's terms look at, some perhaps more than once."""
    match plan:
        case Term(fields=fields):
            yield from fields
        case All(parts) | Any(parts):
            for part in parts:
                yield from fields_of(part)
        case Absent(inner):
            yield from fields_of(inner)


_FIELD_ORDER = {"title": 0, "body": 1}


def spans_of(text: Prepared, hits: list[Hit]) -> tuple[Span, ...]:
    """The hits as stretches of the original, each once, in order of field (title, body, others) and place."""
    spans = {text.view(hit.field).span(hit.first, hit.last) for hit in hits}
    return tuple(sorted(spans, key=lambda span: (_FIELD_ORDER.get(span.field, 2), span.field, span.start, span.end)))
