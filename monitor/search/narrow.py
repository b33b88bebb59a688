"""What a query asks of the store before items are read: never too much, so that nothing is lost, and as little as may be.

The word index holds every word of title and body, furniture and all, in order. Words that are neighbours there are so in the
text as well, but for texts with furniture amid their words: those carry a mark in the index, and are asked for by their words
alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from monitor.model import Matchable, SourceFacts
from monitor.rules import prepare
from monitor.rules.match import (
    Absent,
    All,
    Any,
    AtLeast,
    Case,
    Hits,
    Near,
    NotNear,
    Part,
    Plan,
    Since,
    Term,
    Value,
    Within,
    fields_of,
)
from monitor.rules.ruleset import CompiledRule
from monitor.store.finding import ANYTHING, Condition, Every, FromSources, PublishedSince, Tagged, Words, either, every
from monitor.store.items import CUT_MARK

PAIRS_MOST = 64  # of terms near each other that are asked for as such
_COLUMNS = {("title", "body"): "", ("lead",): "", ("title",): "title : ", ("body",): "body : "}
_ROW_FIELDS = frozenset(
    ["source", "kind", "country", "publisher", "lang", "author", "url", "site", "label", "place", "agency", "time"]
)
_OF_VOICES = frozenset(("source", "kind", "country", "publisher", "lang"))
_OF_SOURCES = frozenset(("source", "kind", "country"))  # fields that an item has from the source of its text


@dataclass(frozen=True, slots=True)
class Known:
    """What conditions are worked out from: the sources by id, the tags that items carry (without them `tag:` says nothing, as for
    rules, which do not see what rules gave), the time."""

    facts: Mapping[str, SourceFacts]
    tags: Callable[[], Iterable[str]] | None
    now: datetime


def narrow(plan: Plan, known: Known) -> Condition:
    """The condition that every item has for which `plan` holds; one of no parts where nothing can be said beforehand."""
    conditions = list(_conditions(plan, known))
    near = expression(plan, is_near=True)
    if near is not None:
        apart = expression(plan, is_near=False)
        conditions.append(Words(near if near == apart else f'({near}) OR (({apart}) AND "{CUT_MARK}")'))
    return every(conditions)


def narrow_rule(compiled: CompiledRule, known: Known) -> Condition:
    """The condition that every item has on which the rule may fire."""
    plans = (*compiled.any_of, *(term.plan for term in compiled.weighted if term.weight > 0))
    return either([narrow(plan, known) for plan in plans])


def has_words(condition: Condition) -> bool:
    """Whether words narrow the items down."""
    return isinstance(condition, Words) or (isinstance(condition, Every) and any(map(has_words, condition.parts)))


def looks_at_rows(plan: Plan) -> bool:
    """Whether an item's row is enough to judge the plan: it asks for neither title, body nor tags."""
    return _ROW_FIELDS.issuperset(_fields(plan))


def looks_beside_texts(plan: Plan) -> bool:
    """Whether an item's row and its tags are enough to judge the plan."""
    return (_ROW_FIELDS | {"tag"}).issuperset(_fields(plan))


def looks_at_voices(plan: Plan) -> bool:
    """Whether source, publisher and language are enough to judge the plan."""
    return _OF_VOICES.issuperset(_fields(plan))


# -- words ---------------------------------------------------------------------------------------------


def expression(plan: Plan, *, is_near: bool) -> str | None:
    """The FTS5 expression that holds wherever the plan does; None where words say nothing. `is_near` asks for neighbours as
    such (right for a text without furniture amid it), else all words are asked for wherever they stand."""
    match plan:
        case Term():
            return _term(plan, is_near=is_near)
        case Any(parts):
            found = [expression(part, is_near=is_near) for part in parts]
            known = [part for part in found if part is not None]
            return _joined(known, " OR ") if len(known) == len(found) else None
        case _:
            near = _neighbours(plan) if is_near else []
            left = [part for part in _needed(plan) if not (near and isinstance(plan, Near) and _is_flat(part))]
            return _joined([*_known(expression(part, is_near=is_near) for part in left), *near], " AND ")


def _needed(plan: Plan) -> tuple[Plan, ...]:
    """The parts that all hold where the plan does."""
    match plan:
        case All(parts) | Within(parts):
            return parts
        case Near(left, right):
            return left, right
        case Case(inner) | AtLeast(_, inner) | NotNear(inner):
            return (inner,)
        case _:
            return ()


def _known(parts: Iterable[str | None]) -> list[str]:
    return [part for part in parts if part is not None]


def _joined(parts: list[str], joint: str) -> str | None:
    different = list(dict.fromkeys(parts))
    if len(different) > 1:
        return f"({joint.join(different)})"
    return different[0] if different else None


def _term(term: Term, *, is_near: bool) -> str | None:
    column = _COLUMNS.get(term.fields)
    if column is None:
        return None
    if not is_near:
        found = _joined([_word(part) for part in term.parts if part.text], " AND ")
        return None if found is None else f"{column}{found}"
    runs = list(_runs(term.parts))
    if not runs:
        return None
    if len(runs) == 1:
        return f"{column}{runs[0].phrase}"
    between = runs[-1].first - runs[0].last - 1
    return f"{column}NEAR({' '.join(run.phrase for run in runs)}, {between})"


def _neighbours(plan: Plan) -> list[str]:
    """Expressions of the plan's own nearness, if it speaks of any: each two sides near each other."""
    match plan:
        case Near(left, right, distance):
            pairs = [(left, right)]
        case Within(parts, distance):
            pairs = [(parts[0], other) for other in parts[1:]]
        case _:
            return []
    return _known(_pair(left, right, distance) for left, right in pairs)


def _is_flat(plan: Plan) -> bool:
    """Whether to ask for the plan's terms near something asks for all of the plan."""
    match plan:
        case Any(parts):
            return all(map(_is_flat, parts))
        case Case() | Term():
            return True
        case _:
            return False


def _pair(left: Hits, right: Hits, distance: int) -> str | None:
    """Any term of one side near any of the other; None where they are too many, or the index does not hold one."""
    lefts, rights = list(_sides(left)), list(_sides(right))
    if not 0 < len(lefts) * len(rights) <= PAIRS_MOST or None in lefts or None in rights:
        return None
    nears = [_near(one, other, distance) for one in lefts for other in rights if one and other]
    return _joined(nears, " OR ")


@dataclass(frozen=True, slots=True)
class _Side:
    """A phrase by which a side of a nearness may be met: `slack` words of its term stand beside it, and what stands amid the
    side's hit is no more than `amid` words away from one of its terms."""

    phrase: str
    column: str
    slack: int
    amid: int


def _sides(plan: Hits, amid: int = 0) -> Iterator[_Side | None]:
    """A phrase for each term by which a side may be met; None for one without a phrase in the index."""
    match plan:
        case Term(parts, fields=fields):
            longest = max(_runs(parts), key=lambda run: run.last - run.first, default=None)
            column = _COLUMNS.get(fields)
            if longest is None or column is None:
                yield None
            else:
                yield _Side(longest.phrase, column, len(parts) - 1 - (longest.last - longest.first), amid)
        case Any(parts):
            for part in parts:
                yield from _sides(cast("Hits", part), amid)
        case Near(left, right, distance):  # a hit reaches from one of the two to the other
            yield from _sides(left, max(amid, distance))
            yield from _sides(right, max(amid, distance))
        case Case(inner) | NotNear(inner):
            yield from _sides(inner, amid)


def _near(left: _Side, right: _Side, distance: int) -> str:
    column = left.column if left.column == right.column else ""
    reach = max(distance, left.amid, right.amid) + left.slack + right.slack
    return f"{column}NEAR({left.phrase} {right.phrase}, {reach})"


@dataclass(frozen=True, slots=True)
class _Run:
    """Parts of a term that FTS5 can look for as one phrase, and which of the parts they are."""

    phrase: str
    first: int
    last: int


def _runs(parts: tuple[Part, ...]) -> Iterator[_Run]:
    """A phrase of FTS5 may end in the beginning of a word, and cannot hold one; parts that begin with any letter are left out."""
    words: list[str] = []
    for place, part in enumerate(parts):
        if part.text:
            words.append(part.text)
        if words and (not part.text or not _is_whole(part) or place == len(parts) - 1):
            last = place if part.text else place - 1
            star = "" if _is_whole(parts[last]) else " *"
            yield _Run(_quoted(" ".join(words)) + star, last - len(words) + 1, last)
            words = []


def _word(part: Part) -> str:
    return _quoted(part.text) + ("" if _is_whole(part) else " *")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _is_whole(part: Part) -> bool:
    return not part.is_stem and part.pattern is None


# -- everything else -----------------------------------------------------------------------------------


def _conditions(plan: Plan, known: Known) -> Iterator[Condition]:
    """The conditions on all but words that must hold, one for each conjunct that has one."""
    parts = plan.parts if isinstance(plan, All) else (plan,)
    for part in parts:
        found = _condition(part, known)
        if found is not None:
            yield found


def _condition(plan: Plan, known: Known) -> Condition | None:
    if isinstance(plan, All):
        return every(_conditions(plan, known))
    if _OF_SOURCES.issuperset(_fields(plan)):
        return FromSources(frozenset(_sources(plan, known)))
    match plan:
        case Value(field="tag") if known.tags is not None:
            return Tagged(frozenset(tag for tag in known.tags() if _holds(plan, Matchable("", "", tags=(tag,)))))
        case Since(at=at, within_s=within_s):
            return PublishedSince(at if at is not None else known.now - timedelta(seconds=within_s))
        case Any(parts) if expression(plan, is_near=True) is None:
            found = [_of_part(part, known) for part in parts]
            conditions = tuple(part for part in found if part is not None)
            return either(conditions) if len(conditions) == len(found) else None
        case _:
            return None


def _of_part(plan: Plan, known: Known) -> Condition | None:
    """The condition of one of several parts of which one must hold: whatever can be said of it, words included."""
    found = narrow(plan, known)
    return None if found == ANYTHING else found


def _sources(plan: Plan, known: Known) -> Iterator[str]:
    for facts in known.facts.values():
        if _holds(plan, Matchable("", "", source=facts.id, kind=facts.kind, country=facts.country)):
            yield facts.id


def _holds(plan: Plan, item: Matchable) -> bool:
    return plan.find(prepare(item), None) is not None


def _fields(plan: Plan) -> Iterator[str]:
    """The field that each leaf of a plan looks at; `time` for the publication's, several for a term in several."""
    match plan:
        case Value(field=field):
            yield field
        case Since():
            yield "time"
        case All(parts) | Any(parts):
            for part in parts:
                yield from _fields(part)
        case Absent(inner):
            yield from _fields(inner)
        case _:
            yield from fields_of(plan)
