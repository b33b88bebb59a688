"""What came of each part of a query on a text, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import cast

from monitor.model import Span
from monitor.rules.match import (
    Absent,
    All,
    Any,
    AtLeast,
    Case,
    Hit,
    Hits,
    Near,
    NotNear,
    Plan,
    Runs,
    Since,
    Term,
    Value,
    Within,
    spans_of,
)
from monitor.rules.nearness import Run
from monitor.rules.prepare import LEAD_WORD_COUNT, TITLE_AND_BODY, Prepared, prepare

Leaf = Hits | AtLeast | Within | Value | Since | Absent
"""What makes one clause; an `Any` only of like terms."""

FURNITURE = "in a label, dateline or credit, which is no part of the text"
SHOWN_MOST = 5  # of several alternatives, and of several words


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a rule and how it fared. `text` is what was asked, `start` and `end` where that stands in the query (None in
    a combination of words, which has no query), `why` what came of it; `spans` are the hits that speak for `why`."""

    text: str
    start: int | None
    end: int | None
    holds: bool
    why: str
    spans: tuple[Span, ...] = ()


class Reasons:
    """Tells plans that were compiled from one query text, over one text."""

    def __init__(
        self, text: Prepared, now: datetime | None, query: str, names: Mapping[int, str] | None = None
    ) -> None:
        self.text, self.now, self.query, self.names = text, now, query, names or {}

    def told(self, plan: Plan, *, holds: bool) -> Iterator[Clause]:
        """The clauses that made a plan hold, or fail."""
        match plan:
            case All(parts):
                for part in parts:
                    if (part.find(self.text, self.now) is not None) == holds:
                        yield from self.told(part, holds=holds)
            case Any(parts) if holds:
                for part in parts:
                    if part.find(self.text, self.now) is not None:
                        yield from self.told(part, holds=True)
            case Any(parts) if not _is_list(parts):
                for part in parts:
                    yield from self.told(part, holds=False)
            case _:
                yield self._held(plan) if holds else self._failed(plan)

    # -- what held -----------------------------------------------------------------------------------------

    def _held(self, plan: Leaf) -> Clause:
        spans = spans_of(self.text, plan.find(self.text, self.now) or [])
        match plan:
            case Absent(inner):
                why = f"{self._called(inner)} is not there, as asked"
            case Value(field=field):
                why = f"the {field} is {self._shown_values(field)}"
            case Since():
                why = f"published {self._published()}"
            case Near(left, right):
                why = f"{self._called(left)} and {self._called(right)} stand near each other {_fields(spans)}"
            case Within(parts):
                called = [self._called(part) for part in parts]
                why = f"{some(called)} stand within {_words(plan.distance)} {_fields(spans)}"
            case NotNear(hit, other):
                why = f"{self._called(hit)} stands {_places(spans)}, away from {self._called(other)}"
            case AtLeast(inner=inner):
                why = f"{self._called(inner)} stands {_places(spans)}"
            case _:
                why = f"{self._called(plan)} stands {_places(spans)}"
        return self._clause(plan, why, spans, holds=True)

    # -- what failed ---------------------------------------------------------------------------------------

    def _failed(self, plan: Leaf) -> Clause:
        """The clause of a plan that fails, other than one that is told by its parts."""
        match plan:
            case Absent(inner):
                excluding = self._excluding(inner)
                spans = spans_of(self.text, [hit for part in excluding for hit in part.find(self.text, self.now) or []])
                called = some([self._called(part) for part in excluding])
                return self._clause(plan, f"excluded by {called} {_places(spans)}".rstrip(), spans)
            case Any():
                return self._clause(plan, self._none_of(plan))
            case Value():
                return self._clause(plan, self._other_value(plan))
            case Since():
                return self._clause(plan, self._too_old(plan))
            case AtLeast(count, inner):
                spans = spans_of(self.text, inner.find(self.text, self.now) or [])
                why = f"{self._called(inner)} stands {_times(len(spans))}, {count} are asked for"
                if more := len(spans_of(self.whole, inner.find(self.whole, self.now) or [])) - len(spans):
                    why += f"; {_times(more)} more {FURNITURE}"
                return self._clause(plan, why, spans)
            case _:
                return self._failed_place(plan)

    def _excluding(self, plan: Plan) -> list[Plan]:
        """Of what stands behind a NOT, the alternatives that hold; forms of a list are not told apart."""
        if isinstance(plan, Any) and not self._called(plan).startswith("`@"):
            held = [part for part in plan.parts if part.find(self.text, self.now) is not None]
            return [one for part in held for one in self._excluding(part)]
        return [plan]

    @cached_property
    def whole(self) -> Prepared:
        """The text with its furniture."""
        return prepare(replace(self.text.matchable, furniture=()))

    def _failed_place(self, plan: Term | Case | Near | NotNear | Within) -> Clause:
        """The clause of a plan that asks for places in the text."""
        match plan:
            case Near():
                return self._not_near(plan)
            case Within():
                return self._not_within(plan)
            case NotNear():
                return self._always_near(plan)
            case Case():
                return self._otherwise_spelled(plan)
            case _:
                return self._not_there(plan)

    def _none_of(self, plan: Any) -> str:
        called = self._called(plan)
        where = _where(cast("Term", plan.parts[0]).fields)
        parts = [plan] if called.startswith("`@") else plan.parts
        apart = some([self._called(part) for part in parts if part.find(self.whole, self.now) is not None])
        why = f"; {apart} stands only {FURNITURE}" if apart else ""
        if called.startswith("`@"):
            return f"no form of {called} stands in {where}{why}"
        return f"none of {some([self._called(part) for part in parts])} stands in {where}{why}"

    def _other_value(self, plan: Value) -> str:
        field, asked = plan.field, self._called(plan)
        if not self.text.values(field):
            return f"the {field} is not known" if field != "tag" else f"it has no tags, so not {asked}"
        return f"the {field} is {self._shown_values(field)}, not {asked}"

    def _too_old(self, plan: Since) -> str:
        if self.text.matchable.published_at is None:
            return "the time of publication is not known"
        since = plan.at or cast("datetime", self.now) - timedelta(seconds=plan.within_s)
        return f"published {self._published()}, before {since:%Y-%m-%d %H:%M}"

    def _otherwise_spelled(self, plan: Case) -> Clause:
        spans = spans_of(self.text, plan.term.hits(self.text))
        if not spans:
            return replace(self._not_there(plan.term), text=self._asked(plan))
        found = some([f"`{text}`" for text in dict.fromkeys(span.text for span in spans)])
        return self._clause(plan, f"it stands only as {found}, in another spelling or case", spans)

    def _always_near(self, plan: NotNear) -> Clause:
        spans = spans_of(self.text, plan.hit.find(self.text, self.now) or [])
        if not spans:
            return self._missing(plan, [plan.hit])
        why = f"every {self._called(plan.hit)} stands within {_words(plan.distance)} of {self._called(plan.other)}"
        return self._clause(plan, why, spans)

    def _not_there(self, term: Term) -> Clause:
        called = self._called(term)
        if {*TITLE_AND_BODY, "lead"}.issuperset(term.fields):
            anywhere = replace(term, fields=TITLE_AND_BODY)
            if elsewhere := spans_of(self.text, anywhere.hits(self.text)):
                why = f"{called} stands {_places(elsewhere)}, not in {_where(term.fields)}"
                return self._clause(term, why, elsewhere)
            if set_apart := spans_of(self.whole, anywhere.hits(self.whole)):
                why = f"{called} stands only {FURNITURE}"
                return self._clause(term, why, set_apart)
        if len(term.parts) > 1 and all(replace(term, parts=(part,), signs=()).hits(self.text) for part in term.parts):
            return self._clause(term, f"the words of {called} are there, but not one after the other")
        return self._clause(term, f"{called} stands nowhere in {_where(term.fields)}")

    def _missing(self, plan: Plan, parts: Iterable[Plan]) -> Clause:
        """A plan told by those of its parts that are nowhere."""
        absent = [part for part in parts if part.find(self.text, self.now) is None]
        return self._clause(plan, "; ".join(clause.why for part in absent for clause in self.told(part, holds=False)))

    def _not_near(self, plan: Near) -> Clause:
        left, right = plan.left, plan.right
        ours, theirs = left.trace(self.text).runs, right.trace(self.text).runs
        if not ours or not theirs:
            return self._missing(plan, (left, right))
        one, other = self._called(left), self._called(right)
        nearest = self._nearest(ours, theirs)
        if nearest is None:
            why = "are one and the same words" if ours.keys() & theirs.keys() else "stand in different fields"
            return self._clause(plan, f"{one} and {other} {why}")
        gap, spans = nearest
        if gap <= plan.distance:
            return self._clause(plan, f"{other} stands before {one}, not after it", spans)
        asked = f"{'ONEAR' if plan.is_ordered else 'NEAR'}/{plan.distance}"
        why = f"{other} stands {_words(gap)} away from {one}, {asked} allows {plan.distance}"
        return self._clause(plan, why, spans)

    def _not_within(self, plan: Within) -> Clause:
        if not all(part.trace(self.text).runs for part in plan.parts):
            return self._missing(plan, plan.parts)
        called = some([self._called(part) for part in plan.parts])
        return self._clause(plan, f"{called} are there, but nowhere all within {_words(plan.distance)}")

    def _nearest(self, ours: Runs, theirs: Runs) -> tuple[int, tuple[Span, ...]] | None:
        """The least number of words between two different hits in one field, and these hits; None where no field has two."""
        best: tuple[int, Hit, Hit] | None = None
        for name in ours.keys() & theirs.keys():
            before: list[Run | None] = [None, None]  # of each side, the hit that reaches farthest so far
            for run, side in sorted([*((run, 0) for run in ours[name]), *((run, 1) for run in theirs[name])]):
                other, own = before[1 - side], before[side]
                if other is not None and other != run:
                    gap = max(run[0] - other[1] - 1, 0)
                    if best is None or gap < best[0]:
                        best = gap, Hit(name, *other), Hit(name, *run)
                if own is None or run[1] >= own[1]:
                    before[side] = run
        return None if best is None else (best[0], spans_of(self.text, [best[1], best[2]]))

    # -- words ---------------------------------------------------------------------------------------------

    def _clause(self, plan: Plan, why: str, spans: tuple[Span, ...] = (), *, holds: bool = False) -> Clause:
        start, end = (plan.start, plan.end) if self.query and not self.names else (None, None)
        return Clause(self._asked(plan), start, end, holds, why, spans)

    def _asked(self, plan: Plan) -> str:
        """The part as it was written."""
        return self.names.get(id(plan)) or self.query[plan.start : plan.end]

    def _called(self, plan: Plan) -> str:
        return f"`{self._asked(plan)}`"

    def _shown_values(self, field: str) -> str:
        values = self.text.values(field)
        return some([f"`{value}`" for value in values]) if values else "not known"

    def _published(self) -> str:
        return f"{self.text.matchable.published_at:%Y-%m-%d %H:%M}"


def _is_list(parts: tuple[Plan, ...]) -> bool:
    """Whether these are terms of the same fields, of which one word may be said."""
    return len({part.fields if isinstance(part, Term) else None for part in parts}) == 1 and isinstance(parts[0], Term)


def _fields(spans: tuple[Span, ...]) -> str:
    return " and ".join(dict.fromkeys(f"in the {span.field}" for span in spans))


def _places(spans: tuple[Span, ...]) -> str:
    """Where hits stand: in the title, three times in the body."""
    counts: dict[str, int] = {}
    for span in spans:
        counts[span.field] = counts.get(span.field, 0) + 1
    return " and ".join(f"{'' if count == 1 else _times(count) + ' '}in the {field}" for field, count in counts.items())


def _times(count: int) -> str:
    return {0: "nowhere", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _words(count: int) -> str:
    return "1 word" if count == 1 else f"{count} words"


def _where(fields: tuple[str, ...]) -> str:
    if fields == TITLE_AND_BODY:
        return "title or body"
    return f"the title and the first {LEAD_WORD_COUNT} words" if fields == ("lead",) else f"the {fields[0]}"


def some(names: list[str]) -> str:
    more = len(names) - SHOWN_MOST
    shown = ", ".join(names[:SHOWN_MOST])
    return f"{shown} and {more} more" if more > 0 else shown
