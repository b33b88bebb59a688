"""What a compiled query is made of, and how it finds its words in a prepared text.

Every node answers `find(text, now)`: None where it does not hold, else the hits that show why (none for metadata and
for absence). What has hits that nearness and `atleast` can speak of (`Hits`) answers `trace(text)` too. A term costs a
look-up and a walk over the places of its rarest word, and nearness goes over hits once, so a query costs at most its
size times the length of the text.

`start` and `end` say where a node stands in the text it was compiled from (code points); they make no two nodes differ.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from monitor.model import Span
from monitor.rules.nearness import Run, apart, joined, members, within
from monitor.rules.prepare import LEAD_WORD_COUNT, TITLE_AND_BODY, Prepared, View
from monitor.text.folding import fold_text


class Hit(NamedTuple):
    """A run of words of one view; by field and place, so that hits sort and two equal ones are one. `before` and `after` are the
    code points beside it that reach over currency signs of its term.
    """

    field: str
    first: int
    last: int
    before: int = 0
    after: int = 0


Runs = dict[str, list[Run]]
"""Runs of words by field; no field without any."""


class Trace:
    """The hits of a plan as runs, and the way back to the hits of its terms."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs

    def terms(self, chosen: Runs) -> list[Hit]:
        """The hits of terms behind the chosen ones of `runs`."""
        return [Hit(name, *run) for name, runs in chosen.items() for run in runs]


class _Signed(Trace):
    """Hits with signs beside their words."""

    def __init__(self, hits: list[Hit]) -> None:
        super().__init__(_by_field(hits))
        self.hits = hits

    def terms(self, chosen: Runs) -> list[Hit]:
        wanted = {(name, *run) for name, runs in chosen.items() for run in runs}
        return [hit for hit in self.hits if hit[:3] in wanted]


def traced(hits: list[Hit]) -> Trace:
    """The trace of a term with these hits, which come in order."""
    return _Signed(hits) if any(hit.before or hit.after for hit in hits) else Trace(_by_field(hits))


class _Union(Trace):
    def __init__(self, parts: list[Trace]) -> None:
        self.parts = parts
        found: dict[str, set[Run]] = {}
        for part in parts:
            for name, runs in part.runs.items():
                found.setdefault(name, set()).update(runs)
        super().__init__({name: sorted(runs) for name, runs in found.items()})

    def terms(self, chosen: Runs) -> list[Hit]:
        wanted = {name: set(runs) for name, runs in chosen.items()}
        return [
            hit
            for part in self.parts
            for hit in part.terms(
                {name: [run for run in runs if run in wanted.get(name, ())] for name, runs in part.runs.items()}
            )
        ]


class _Pair(Trace):
    def __init__(self, near: Near, left: Trace, right: Trace) -> None:
        self.near, self.left, self.right = near, left, right
        found = {
            name: joined(runs, right.runs.get(name, ()), near.distance, is_ordered=near.is_ordered)
            for name, runs in left.runs.items()
        }
        super().__init__({name: runs for name, runs in found.items() if runs})

    def terms(self, chosen: Runs) -> list[Hit]:
        left: Runs = {}
        right: Runs = {}
        for name, runs in chosen.items():
            if runs:
                left[name], right[name] = members(
                    self.left.runs[name],
                    self.right.runs[name],
                    self.near.distance,
                    is_ordered=self.near.is_ordered,
                    starts={first for first, _ in runs},
                )
        return self.left.terms(left) + self.right.terms(right)


class _Rest(Trace):
    def __init__(self, plan: NotNear, hit: Trace, other: Trace) -> None:
        self.hit = hit
        found = {name: apart(runs, other.runs.get(name, ()), plan.distance) for name, runs in hit.runs.items()}
        super().__init__({name: runs for name, runs in found.items() if runs})

    def terms(self, chosen: Runs) -> list[Hit]:
        return self.hit.terms(chosen)


_NOWHERE: list[int] = []


@dataclass(frozen=True, slots=True)
class Part:
    """One word of a term: whole (`text`), or the beginning of one (`is_stem`), or a pattern with single letters left
    open. One that `is_joined` stands right behind the part before, as letters of scripts without spaces do.
    """

    text: str
    is_stem: bool = False
    pattern: re.Pattern[str] | None = None
    is_joined: bool = False

    def places(self, view: View) -> list[int]:
        """Where it stands in the view, ascending."""
        if not self.is_stem and self.pattern is None:
            return view.places.get(self.text, _NOWHERE)
        found = view.starting_with(self.text)
        if self.pattern is not None:
            pattern = self.pattern
            found = [word for word in found if pattern.fullmatch(word)]
        return sorted(place for word in found for place in view.places[word])


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase in one or several fields. `signs` are currency signs that must stand before the n-th word, and whether
    they must touch it.
    """

    parts: tuple[Part, ...]
    signs: tuple[tuple[int, str, bool], ...] = ()
    fields: tuple[str, ...] = TITLE_AND_BODY
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)

    def find(self, text: Prepared, now: datetime | None) -> list[Hit] | None:
        return self.hits(text) or None

    def trace(self, text: Prepared) -> Trace:
        return traced(self.hits(text))

    def hits(self, text: Prepared) -> list[Hit]:
        """All places of the term, by field; one that runs past the lead's end is not in the lead."""
        if len(self.parts) == 1 and self.fields == TITLE_AND_BODY and not self.signs:  # as most are
            part = self.parts[0]
            hits = [Hit("title", place, place) for place in part.places(text.view("title"))]
            hits += [Hit("body", place, place) for place in part.places(text.view("body"))]
            return hits
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
        for offset in [offset for offset, part in enumerate(self.parts) if part.is_joined]:
            firsts = [first for first in firsts if view.touches(first + offset - 1)]
        more = len(self.parts) - 1
        if self.signs:
            return [hit for first in firsts if (hit := self._signed(view, Hit(name, first, first + more)))]
        return [Hit(name, first, first + more) for first in firsts]

    def _phrase_places(self, view: View) -> list[int]:
        """Where the parts stand one after the other, walking along the rarest."""
        places = [part.places(view) for part in self.parts]
        rarest = min(range(len(places)), key=lambda index: len(places[index]))
        sets = {
            id(found): set(found) for found in places
        }  # a word's places are one list, however often it is asked for
        firsts = [place - rarest for place in places[rarest]]
        for index, part in enumerate(places):
            found = sets[id(part)]
            firsts = [first for first in firsts if first + index in found]
        return firsts

    def _signed(self, view: View, hit: Hit) -> Hit | None:
        """The hit with the signs beside it; None where one is not there."""
        for offset, sign, is_touching in self.signs:
            position = hit.first + offset
            if sign not in view.words.signs.get(position, ""):
                return None
            if position > hit.last:
                end = view.words.place(hit.last)[1]
                hit = hit._replace(after=max(hit.after, _found(view.text[end : end + _SIGN_REACH], sign)))
                continue
            start = view.words.place(position)[0]
            away = _found(view.text[max(0, start - _SIGN_REACH) : start][::-1], sign)
            if is_touching and away != 1:
                return None
            if offset == 0:
                hit = hit._replace(before=max(hit.before, away))
        return hit


_SIGN_REACH = 8  # code points beside a word in which its sign is looked for


def _found(text: str, sign: str) -> int:
    """Up to where a text reaches to take a folded sign in; 0 for nowhere."""
    return next((place for place, character in enumerate(text, 1) if fold_text(character) == sign), 0)


def _by_field(hits: list[Hit]) -> Runs:
    runs: Runs = {}
    for name, first, last, _, _ in hits:
        runs.setdefault(name, []).append((first, last))
    return runs


@dataclass(frozen=True, slots=True)
class Case:
    """A word or phrase in exactly this spelling: `spellings` are its words in NFC, compared with the original's."""

    term: Term
    spellings: tuple[str, ...]
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)

    def find(self, text: Prepared, now: datetime | None) -> list[Hit] | None:
        return self.hits(text) or None

    def trace(self, text: Prepared) -> Trace:
        return traced(self.hits(text))

    def hits(self, text: Prepared) -> list[Hit]:
        return [hit for hit in self.term.hits(text) if self._is_spelled(text.view(hit.field), hit.first)]

    def _is_spelled(self, view: View, first: int) -> bool:
        return all(
            unicodedata.normalize("NFC", view.span(place, place).text) == spelling
            for place, spelling in enumerate(self.spellings, first)
        )


@dataclass(frozen=True, slots=True)
class Near:
    """A hit of each side with at most `distance` words between them, in this order where `is_ordered`."""

    left: Hits
    right: Hits
    distance: int
    is_ordered: bool = False
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)

    def find(self, text: Prepared, now: datetime | None) -> list[Hit] | None:
        return _all_terms(self.trace(text))

    def trace(self, text: Prepared) -> Trace:
        left = self.left.trace(text)
        return _Pair(self, left, self.right.trace(text)) if left.runs else left


@dataclass(frozen=True, slots=True)
class NotNear:
    """A hit of `hit` that is not within `distance` words of any of `other`."""

    hit: Hits
    other: Hits
    distance: int
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)

    def find(self, text: Prepared, now: datetime | None) -> list[Hit] | None:
        return _all_terms(self.trace(text))

    def trace(self, text: Prepared) -> Trace:
        hit = self.hit.trace(text)
        return _Rest(self, hit, self.other.trace(text)) if hit.runs else hit


@dataclass(frozen=True, slots=True)
class AtLeast:
    """`count` different hits or more, those of all fields together."""

    count: int
    inner: Hits
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)

    def find(self, text: Prepared, now: datetime | None) -> list[Hit] | None:
        trace = self.inner.trace(text)
        return trace.terms(trace.runs) if sum(map(len, trace.runs.values())) >= self.count else None


@dataclass(frozen=True, slots=True)
class Within:
    """A hit of every part in one field, all of them at most `distance` words from each other."""

    parts: tuple[Hits, ...]
    distance: int
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)

    def find(self, text: Prepared, now: datetime | None) -> list[Hit] | None:
        traces = [part.trace(text) for part in self.parts]
        chosen: list[Runs] = [{} for _ in traces]
        for name in traces[0].runs:
            for part, runs in zip(
                chosen, within([trace.runs.get(name, []) for trace in traces], self.distance), strict=True
            ):
                part[name] = runs
        hits = [hit for trace, runs in zip(traces, chosen, strict=True) for hit in trace.terms(runs)]
        return hits or None


def _all_terms(trace: Trace) -> list[Hit] | None:
    return trace.terms(trace.runs) if trace.runs else None


@dataclass(frozen=True, slots=True)
class Value:
    """A metadata field with exactly this value, case and spelling folded; `site` also takes a host's subdomains and
    `lang` a language's regions (RFC 4647, basic filtering).
    """

    field: str
    value: str
    pattern: re.Pattern[str] | None = None
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)

    def find(self, text: Prepared, now: datetime | None) -> list[Hit] | None:
        return [] if any(map(self.is_met, text.values(self.field))) else None

    def is_met(self, value: str) -> bool:
        """Whether a folded value is the one asked for."""
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
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)

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
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)

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
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)

    def find(self, text: Prepared, now: datetime | None) -> list[Hit] | None:
        hits: list[Hit] | None = None
        for part in self.parts:
            found = part.find(text, now)
            if found is not None:
                hits = found if hits is None else hits + found
        return hits

    def trace(self, text: Prepared) -> Trace:
        """Of parts that all have hits."""
        return _Union([cast("Hits", part).trace(text) for part in self.parts])


@dataclass(frozen=True, slots=True)
class Absent:
    inner: Plan
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)

    def find(self, text: Prepared, now: datetime | None) -> list[Hit] | None:
        return [] if self.inner.find(text, now) is None else None


Hits = Term | Case | Near | NotNear | Any
"""What nearness and `atleast` can speak of; an `Any` only where all its parts are."""

Plan = Term | Case | Near | NotNear | AtLeast | Within | Value | Since | All | Any | Absent


def fields_of(plan: Plan) -> Iterator[str]:
    """The text fields a plan's terms look at, some perhaps more than once."""
    match plan:
        case Term(fields=fields):
            yield from fields
        case All(parts) | Any(parts) | Within(parts):
            for part in parts:
                yield from fields_of(part)
        case Near(left, right) | NotNear(left, right):
            yield from fields_of(left)
            yield from fields_of(right)
        case Case(inner) | AtLeast(_, inner) | Absent(inner):
            yield from fields_of(inner)


def values_of(plan: Plan) -> Iterator[str]:
    """The metadata fields a plan asks for, some perhaps more than once."""
    match plan:
        case Value(field=field):
            yield field
        case All(parts) | Any(parts):
            for part in parts:
                yield from values_of(part)
        case Absent(inner):
            yield from values_of(inner)


def whereabouts(plan: Hits) -> frozenset[str]:
    """The fields a plan's hits may stand in; none where its sides never meet."""
    match plan:
        case Near(left, right):
            return whereabouts(left) & whereabouts(right)
        case NotNear(inner) | Case(inner):
            return whereabouts(inner)
        case Any(parts):
            return frozenset().union(*(whereabouts(cast("Hits", part)) for part in parts))
        case _:
            return frozenset(TITLE_AND_BODY if plan.fields == ("lead",) else plan.fields)


_FIELD_ORDER = {"title": 0, "body": 1}


def spans_of(text: Prepared, hits: list[Hit]) -> tuple[Span, ...]:
    """The hits as stretches of the original, each once, in order of field (title, body, others) and place."""
    return in_order([text.view(hit[0]).span(*hit[1:]) for hit in dict.fromkeys(hits)])


def in_order(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans by field (title, body, others) and place, each once."""
    by_place = {(_FIELD_ORDER.get(span.field, 2), span.field, span.start, span.end): span for span in spans}
    return tuple([by_place[place] for place in sorted(by_place)])
