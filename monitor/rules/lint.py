"""What is no error in a query, but probably no intention either."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

from monitor.rules.lexer import marks
from monitor.rules.match import Absent, All, Any, AtLeast, Case, Near, NotNear, Plan, Term, Value, Within
from monitor.rules.prepare import TITLE_AND_BODY
from monitor.rules.ruleset import CompiledRule
from monitor.text.tokens import is_unspaced

DISTANCE_WIDE = 20
FREQUENT_SHARE = 0.05

_OPERATORS = frozenset(("and", "or", "not"))
_WORD = re.compile(r"\S+")
_QUOTES = '"“„«'
_LIKE_NEAR = re.compile(r"(?i:(?:o?near|within)(?:/\d+)?)")
_BEFORE_STAR = re.compile(r"(\S)\*")
_IN_ANY_RUN = "the star says nothing: words of this script are found inside any longer run anyway; leave it out"
_ENDS_OF_TERMS = frozenset(("WORD", "PHRASE", "LIST", "CASE", "LOOSE", "RPAR"))


@dataclass(frozen=True, slots=True)
class QueryWarning:
    """A warning with its place (code points into the query)."""

    message: str
    position: int


def lint(text: str) -> list[QueryWarning]:
    """Warnings for a query that compiles, by their place: operators written in lower case between terms, and nearness
    that reaches very far. None is the usual answer.
    """
    found = marks(text)
    warnings = [
        QueryWarning(
            f"`{mark.value}` is looked for as a word here; the operator is written {mark.value.upper()}, the word"
            f' better in quotation marks: "{mark.value}"',
            mark.start,
        )
        for before, mark, after in zip(found, found[1:], found[2:], strict=False)
        if mark.kind == "WORD" and _looks_like_operator(mark.value) and after.kind != "RPAR"
        if before.kind in _ENDS_OF_TERMS or (before.kind == "LPAR" and mark.value.casefold() == "not")
    ]
    warnings += [
        QueryWarning(_far(mark.count), mark.start)
        for mark in found
        if (mark.type == "NEAR" or mark.kind == "LOOSE") and mark.count > DISTANCE_WIDE
    ]
    warnings += [
        QueryWarning(_IN_ANY_RUN, mark.start)
        for mark in found
        if mark.kind in ("WORD", "PHRASE") and any(map(is_unspaced, _BEFORE_STAR.findall(mark.value)))
    ]
    return sorted(warnings, key=lambda warning: warning.position)


def _far(distance: int) -> str:
    return (
        f"{distance} words apart is hardly near: words of one sentence mostly stand within {DISTANCE_WIDE}; where any place"
        " in the text will do, AND says so"
    )


class RuleWarning(NamedTuple):
    """A warning for a part of a rule: the keys that lead to it in the rule's table, its text, and what is wrong there."""

    keys: tuple[str | int, ...]
    text: str
    warning: QueryWarning


def lint_rule(compiled: CompiledRule, known: Mapping[str, Collection[str]]) -> Iterator[RuleWarning]:
    """Warnings for all parts of a rule: its query, as `lint` and `lint_plan` have them; operators among the words of its terms
    and combinations, which know none; combinations that can never hold; nearness that reaches very far. None is usual.
    """
    rule = compiled.rule
    plans = list(compiled.any_of)
    if rule.query:
        for warning in sorted((*lint(rule.query), *lint_plan(plans.pop(0), known)), key=lambda found: found.position):
            yield RuleWarning(("query",), rule.query, warning)
    for number, plan in enumerate(plans):
        for warning in lint_plan(plan, known):
            yield RuleWarning(("any_of", number), "", warning)
    for text, _ in rule.terms:
        yield from _lint_term(("terms", text), text)
    for number, combination in enumerate(rule.any_of):
        for box, texts in (("all", combination.all), ("any", combination.any), ("none", combination.none)):
            for place, text in enumerate(texts):
                yield from _lint_term(("any_of", number, box, place), text)
        if combination.near is not None and combination.near > DISTANCE_WIDE:
            yield RuleWarning(("any_of", number, "near"), "", QueryWarning(_far(combination.near), 0))


def _lint_term(keys: tuple[str | int, ...], text: str) -> Iterator[RuleWarning]:
    """Operators in lower case amid a term (those in capitals are refused); in quotation marks they are words on purpose."""
    for found in list(_WORD.finditer(text))[1:-1]:
        word = found[0]
        if text.lstrip()[0] not in _QUOTES and _looks_like_operator(word):
            message = (
                f"`{word}` is looked for as a word here: a term is a word or a phrase, and operators belong into a `query`;"
                f' where the phrase is meant, put it in quotation marks: "{text.strip()}"'
            )
            yield RuleWarning(keys, text, QueryWarning(message, found.start()))


def lint_plan(plan: Plan, known: Mapping[str, Collection[str]]) -> list[QueryWarning]:
    """Warnings for what can never hold as things are, by their place: a term both asked for and excluded, and metadata that
    nothing has. `known` holds the folded values there are by field (`source`, `publisher`, `tag`); other fields are passed over.
    """
    found = [*_contradictions(plan), *_unmet(plan, known, 0)]
    return sorted(found, key=lambda warning: warning.position)


def _contradictions(plan: Plan) -> Iterator[QueryWarning]:
    match plan:
        case All(parts):
            asked = [part for part in parts if not isinstance(part, Absent)]
            for part in parts:
                if isinstance(part, Absent):
                    excluded = _Excluded(part.inner)
                    if any(map(excluded.holds_wherever, asked)):
                        message = (
                            "what is asked for is excluded here, so this can never hold: take the one or the other out"
                        )
                        yield QueryWarning(message, part.start)
                else:
                    yield from _contradictions(part)
        case Any(parts):
            for part in parts:
                yield from _contradictions(part)


class _Excluded:
    """What stands behind a NOT: whether it holds wherever something else does."""

    def __init__(self, plan: Plan) -> None:
        parts = plan.parts if isinstance(plan, Any) else (plan,)
        self._others = {plan, *parts}
        self._fields: dict[tuple[object, object], set[str]] = {}  # where words are excluded
        for part in parts:
            if isinstance(part, Term):
                self._fields.setdefault((part.parts, part.signs), set()).update(part.fields)

    def holds_wherever(self, plan: Plan) -> bool:
        """Whether a text for which `plan` holds is one for which this does; where it says no, that may yet be so."""
        if plan in self._others:
            return True
        match plan:
            case Term(parts, signs, fields):
                fields = TITLE_AND_BODY if fields == ("lead",) else fields
                return self._fields.get((parts, signs), set()).issuperset(fields)
            case Any(parts):
                return all(map(self.holds_wherever, parts))
            case All(parts) | Within(parts):
                return any(map(self.holds_wherever, parts))
            case Near(left, right):
                return self.holds_wherever(left) or self.holds_wherever(right)
            case Case(inner) | NotNear(inner) | AtLeast(_, inner):
                return self.holds_wherever(inner)
            case _:
                return False


def _unmet(plan: Plan, known: Mapping[str, Collection[str]], start: int) -> Iterator[QueryWarning]:
    start = plan.start if plan.end else start  # forms of a list have no place of their own
    match plan:
        case Value(field=field, value=value) if field in known:
            if not any(map(plan.is_met, known[field])):
                near = get_close_matches(value, known[field], n=1)
                hint = f" (did you mean `{field}:{near[0]}`?)" if near else ""
                yield QueryWarning(f"nothing has the {field} `{value}`{hint}, so this holds for no item yet", start)
        case Any(parts) if not parts[0].end:  # of a list's forms one is enough
            found = [list(_unmet(part, known, start)) for part in parts]
            yield from found[0] if all(found) else ()
        case All(parts) | Any(parts):
            for part in parts:
                yield from _unmet(part, known, start)
        case Absent(inner):
            yield from _unmet(inner, known, start)


def _looks_like_operator(word: str) -> bool:
    return word.casefold() in _OPERATORS or ("/" in word and _LIKE_NEAR.fullmatch(word) is not None)


class Leaf(NamedTuple):
    """A word or phrase that a query looks for: where it stands in the query (a form of a list where the list does), and
    what to look it up by.
    """

    plan: Term | Case
    start: int
    end: int


def leaves(plan: Plan) -> list[Leaf]:
    """What a query looks for, in its order; not what it must not find, nor metadata."""
    return list(_leaves(plan, 0, 0))


def _leaves(plan: Plan, start: int, end: int) -> Iterator[Leaf]:
    if plan.end:  # forms of a list have no place of their own
        start, end = plan.start, plan.end
    match plan:
        case Term() | Case():
            yield Leaf(plan, start, end)
        case All(parts) | Any(parts) | Within(parts):
            for part in parts:
                yield from _leaves(part, start, end)
        case Near(left, right):
            yield from _leaves(left, start, end)
            yield from _leaves(right, start, end)
        case NotNear(inner) | AtLeast(_, inner):
            yield from _leaves(inner, start, end)
        case _:
            return


def lint_frequency(text: str, counts: Iterable[tuple[Leaf, int]], item_count: int) -> list[QueryWarning]:
    """Warnings for words that hit more than a twentieth of the items looked at, the most frequent first.

    `text` is the query, `counts` tells in how many items each of its `leaves` was found, `item_count` how many items
    were looked at (those of the last 30 days, say); none for no items.
    """
    frequent = [(count, leaf) for leaf, count in counts if count > item_count * FREQUENT_SHARE]
    return [
        QueryWarning(
            f"{_shown(text, leaf)} was found in {count} of {item_count} items ({100 * count / item_count:.0f} %): too"
            " common to tell anything by itself; say what must stand beside it, as in `word NEAR/5 word`",
            leaf.start,
        )
        for count, leaf in sorted(frequent, key=lambda found: (-found[0], found[1].start))
    ]


def _shown(text: str, leaf: Leaf) -> str:
    """The leaf as written; of a list's form, its words as they are compared."""
    written = text[leaf.start : leaf.end]
    if not written.startswith("@"):
        return f"`{written}`"
    term = leaf.plan.term if isinstance(leaf.plan, Case) else leaf.plan
    form = " ".join(part.text + ("*" if part.is_stem else "") for part in term.parts)
    return f'"{form}" of `{written}`'
