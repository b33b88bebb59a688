"""What is no error in a query, but probably no intention either."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from monitor.model import Rule
from monitor.rules.lexer import marks
from monitor.rules.match import All, Any, AtLeast, Case, Near, NotNear, Plan, Term, Within

DISTANCE_WIDE = 20
FREQUENT_SHARE = 0.05

_OPERATORS = frozenset(("and", "or", "not"))
_WORD = re.compile(r"\S+")
_QUOTES = '"“„«'
_LIKE_NEAR = re.compile(r"(?i:o?near(?:/\d+)?)")
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


def lint_rule(rule: Rule) -> Iterator[RuleWarning]:
    """Warnings for all parts of a rule that compiles: its query; operators among the words of its terms and combinations, which
    know none; nearness that reaches very far. None is the usual answer."""
    for warning in lint(rule.query):
        yield RuleWarning(("query",), rule.query, warning)
    for text, _ in rule.terms:
        yield from _lint_term(("terms", text), text)
    for number, combination in enumerate(rule.any_of):
        for box, texts in (("all", combination.all), ("any", combination.any), ("none", combination.none)):
            for place, text in enumerate(texts):
                yield from _lint_term(("any_of", number, box, place), text)
        if combination.near is not None and combination.near > DISTANCE_WIDE:
            yield RuleWarning(("any_of", number, "near"), "", QueryWarning(_far(combination.near), 0))


def _lint_term(keys: tuple[str | int, ...], text: str) -> Iterator[RuleWarning]:
    """Operators in a term, in capitals or not, with something to join; in quotation marks they are words on purpose."""
    words = list(_WORD.finditer(text))
    for before, found in zip([None, *words], words[:-1], strict=False):
        word = found[0]
        if text.lstrip()[0] not in _QUOTES and _looks_like_operator(word) and (before or word == "NOT"):
            message = (
                f"`{word}` is looked for as a word here: a term is a word or a phrase, and operators belong into a `query`;"
                f' where the phrase is meant, put it in quotation marks: "{text.strip()}"'
            )
            yield RuleWarning(keys, text, QueryWarning(message, found.start()))


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
