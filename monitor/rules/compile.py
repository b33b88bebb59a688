"""Queries from text to something that can be asked: words folded, lists filled in, what cannot mean anything refused."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, NoReturn

from monitor.errors import RuleError
from monitor.model import Kind, Span
from monitor.rules import syntax
from monitor.rules.codes import misfit
from monitor.rules.grammar import parse
from monitor.rules.lexer import DATE_FIELDS, TEXT_FIELDS, VALUE_FIELDS, on_one_line
from monitor.rules.match import (
    Absent,
    All,
    Any,
    AtLeast,
    Case,
    Hits,
    Near,
    NotNear,
    Plan,
    Since,
    Term,
    Value,
    spans_of,
    whereabouts,
)
from monitor.rules.prepare import TITLE_AND_BODY, Prepared
from monitor.rules.terms import can_be_truncated, has_letters, read_spellings, read_term, refuse_operators, wordless
from monitor.text.folding import fold_text

Purpose = Literal["rule", "search"]
Lists = Mapping[str, Sequence[str]]
Forms = dict[tuple[str, bool, str], tuple[Plan, ...]]
"""The compiled forms of lists, by name, whether truncated, and field: for queries to share."""

_UNITS_S = {"m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION = re.compile(r"(?:P(?P<iso>\d{1,5})(?P<iso_unit>[DW])|(?P<count>\d{1,5})(?P<unit>[mhdw]))")


@dataclass(frozen=True, slots=True)
class Query:
    """A compiled query; `text` is as written."""

    text: str
    plan: Plan

    def matches(self, text: Prepared, now: datetime | None = None) -> tuple[Span, ...] | None:
        """Why the query holds for a text, as spans of the original; None where it does not, an empty tuple where only
        metadata made it hold. `now` (aware) is needed where the query says `within:`; ValueError without it.
        """
        hits = self.plan.find(text, now)
        return None if hits is None else spans_of(text, hits)


def compile_query(text: str, lists: Lists, *, purpose: Purpose, forms: Forms | None = None) -> Query:
    """The query of a rule, or of a search or section, which alone may limit the time of publication.

    `lists` holds name forms by list name; queries that are given one dictionary of `forms` compile each of these lists
    once for all. Raises `RuleError` with the place and a correction.
    """
    tree = parse(text)
    if free := _free_negation(tree):
        shown = on_one_line(text[free.start : free.end])
        raise RuleError(
            f"`{shown}` alone would match every text without it; say beside it what the text must hold:"
            f" `word AND {shown}`",
            text,
            free.start,
        )
    return Query(text, Compiler(text, lists, purpose, forms).plan(tree))


def _free_negation(node: syntax.Node) -> syntax.Not | None:
    """The NOT that makes a tree hold for a text with none of its words; None where nothing does."""
    match node:
        case syntax.Not(inner):
            return None if _free_negation(inner) else node
        case syntax.And(parts):
            found = [_free_negation(part) for part in parts]
            return found[0] if all(found) else None
        case syntax.Or(parts):
            return next(filter(None, map(_free_negation, parts)), None)
        case syntax.Limited(_, inner):
            return _free_negation(inner)
        case _:
            return None


class Compiler:
    """Compiles the trees of one query text."""

    def __init__(self, text: str, lists: Lists, purpose: Purpose, forms: Forms | None = None) -> None:
        self.text, self.lists, self.purpose = text, lists, purpose
        self.forms = {} if forms is None else forms

    def plan(self, node: syntax.Node, field: str = "") -> Plan:
        """The plan of a tree; `field` is the field it is limited to, if any."""
        match node:
            case syntax.Word() | syntax.Phrase():
                return self._leaf(node, field)
            case syntax.And(parts):
                return All(self._plans(parts, field), node.start, node.end)
            case syntax.Or(parts):
                return Any(self._plans(parts, field), node.start, node.end)
            case syntax.Not(inner):
                found = self.plan(inner, field)
                return found.inner if isinstance(found, Absent) else Absent(found, node.start, node.end)
            case syntax.Limited(name, inner):
                return self._limited(node, name, inner, field)
            case syntax.ListName():
                return self._list(node, field)
            case _:
                return self._counted(node, field)

    def _counted(self, node: syntax.Near | syntax.AtLeast | syntax.Case, field: str) -> Plan:
        match node:
            case syntax.Near():
                return self._near(node, field)
            case syntax.AtLeast(count, inner):
                return AtLeast(count, self._hits(inner, field, _IN_ATLEAST), node.start, node.end)
            case _:
                return self._case(node, field)

    def _plans(self, parts: Sequence[syntax.Node], field: str) -> tuple[Plan, ...]:
        """The plans of several trees, each different one once."""
        return tuple(dict.fromkeys([self.plan(part, field) for part in parts]))

    def _limited(self, node: syntax.Limited, name: str, inner: syntax.Node, field: str) -> Plan:
        if field:
            self._refuse(f"fields do not nest: `{name}:` stands inside `{field}:`", node.start)
        if name in DATE_FIELDS:
            return self._since(node, name, inner)
        return self.plan(inner, name)

    def _since(self, node: syntax.Limited, name: str, inner: syntax.Node) -> Plan:
        if self.purpose == "rule":
            self._refuse(
                f"`{name}:` limits searches and digest sections; a rule looks at each item as it comes", node.start
            )
        value = inner.text if isinstance(inner, syntax.Word) else ""
        if name == "after":
            try:
                day = date.fromisoformat(value)
            except ValueError:
                self._refuse("`after:` takes a day: `after:2026-11-01`", inner.start)
            return Since(at=datetime(day.year, day.month, day.day, tzinfo=UTC), start=node.start, end=node.end)
        found = _DURATION.fullmatch(value)
        if not found:
            self._refuse(
                "`within:` takes a duration: `within:7d`, `within:12h` (m, h, d, w), or `date:P7D`", inner.start
            )
        count, unit = (found["count"], found["unit"]) if found["count"] else (found["iso"], found["iso_unit"].lower())
        return Since(within_s=int(count) * _UNITS_S[unit], start=node.start, end=node.end)

    def _near(self, node: syntax.Near, field: str) -> Plan:
        left, right = self._hits(node.left, field, _IN_NEAR), self._hits(node.right, field, _IN_NEAR)
        if node.is_negated:
            return NotNear(left, right, node.distance, node.start, node.end)
        near = Near(left, right, node.distance, node.is_ordered, node.start, node.end)
        if not whereabouts(near):
            self._refuse(
                "the two sides of this NEAR look in different fields, and words of different fields are never near each"
                " other: put both under one field, as in `title:(a NEAR/5 b)`",
                node.start,
            )
        return near

    def _hits(self, node: syntax.Node, field: str, refusals: Mapping[type, str]) -> Hits:
        """The plan of what stands beside a NEAR or inside `atleast`."""
        self._check_hits(node, field, refusals)
        plan = self.plan(node, field)
        assert isinstance(plan, Hits)  # noqa: S101  # what else there is was refused
        return plan

    def _check_hits(self, node: syntax.Node, field: str, refusals: Mapping[type, str]) -> None:
        """Refuse what has no hits that could be counted, or be near."""
        if refusal := refusals.get(type(node)):
            self._refuse(refusal, node.start)
        if field in VALUE_FIELDS or (isinstance(node, syntax.Limited) and node.field not in TEXT_FIELDS):
            name = node.field if isinstance(node, syntax.Limited) else field
            self._refuse(
                f"`{name}:` says nothing of places in a text, so NEAR and atleast have no place with it: join it by AND",
                node.start,
            )
        if isinstance(node, syntax.Limited):
            self._check_hits(node.inner, field, refusals)
        elif isinstance(node, syntax.Or):
            for part in node.parts:
                self._check_hits(part, field, refusals)

    def _case(self, node: syntax.Case, field: str) -> Plan:
        if field in VALUE_FIELDS:
            self._refuse(f"`{field}:` compares whole values, folded; `cs()` has no place there", node.start)
        try:
            spellings = read_spellings(node.text)
        except RuleError as error:
            self._refuse(error.message, node.start)
        return Case(self._term(node, field), spellings, node.start, node.end)

    def _list(self, node: syntax.ListName, field: str) -> Plan:
        key = (node.name, node.is_truncated, field)
        parts = self.forms.get(key)
        if parts is None:
            parts = self.forms[key] = self._forms(node, field)
        return Any(parts, node.start, node.end)

    def _forms(self, node: syntax.ListName, field: str) -> tuple[Plan, ...]:
        forms = self.lists.get(node.name)
        if forms is None:
            near = difflib.get_close_matches(node.name, self.lists, n=1)
            hint = (
                f"did you mean `@{near[0]}`?"
                if near
                else "lists stand in the folder lists/, and in rules.toml under [list]"
            )
            self._refuse(f"there is no list `{node.name}`; {hint}", node.start)
        if not forms:
            self._refuse(f"the list `{node.name}` is empty: give it a form, or leave it out", node.start)
        return tuple(dict.fromkeys([self._form(form, node, field) for form in forms]))

    def _form(self, form: str, node: syntax.ListName, field: str) -> Plan:
        written = f"{form.rstrip()}*" if node.is_truncated and can_be_truncated(form) else form
        try:
            refuse_operators(form, _IN_LIST)
            return self._leaf(syntax.Phrase(written), field)  # without a place, since other queries may share it
        except RuleError as error:
            message = f'the form "{form}" on the list `{node.name}`: {error.message}'
        self._refuse(message, node.start)

    def _leaf(self, node: syntax.Word | syntax.Phrase, field: str) -> Plan:
        return self._value(node, field) if field in VALUE_FIELDS else self._term(node, field)

    def _term(self, node: syntax.Word | syntax.Phrase | syntax.Case, field: str) -> Term:
        try:
            parts, signs = read_term(node.text)
        except RuleError as error:
            self._refuse(error.message, node.start)
        return Term(parts, signs, _FIELDS[field], node.start, node.end)

    def _value(self, node: syntax.Word | syntax.Phrase, field: str) -> Plan:
        folded = fold_text(node.text.strip())
        if not folded:
            self._refuse("this phrase is empty: write a word between the quotation marks", node.start)
        if "*" not in folded and "?" not in folded:
            if wrong := misfit(field, folded):
                self._refuse(wrong, node.start)
            return Value(field, folded, None, node.start, node.end)
        if not has_letters(folded):
            self._refuse(wordless(node.text).message, node.start)
        pattern = "".join(
            {"*": ".*", "?": "."}.get(letter) or re.escape(letter) for letter in re.sub(r"\*+", "*", folded)
        )
        found = re.compile(pattern, re.DOTALL)
        if field == "kind" and not any(map(found.fullmatch, Kind)):
            self._refuse(misfit(field, folded), node.start)
        return Value(field, folded, found, node.start, node.end)

    def _refuse(self, message: str, position: int) -> NoReturn:
        raise RuleError(message, self.text, position)


_IN_LIST = (
    "a list holds words and phrases, and this belongs into the query that names the list, as in `title:@name` or"
    " `NOT @name`"
)
_FIELDS = {"": TITLE_AND_BODY} | {field: (field,) for field in TEXT_FIELDS}

_IN_NEAR: Mapping[type, str] = {
    syntax.And: "AND has no place inside NEAR, whose sides are terms, phrases, lists, and ORs and NEARs in parentheses:"
    " write each pair, as in `(a NEAR/5 b) AND (a NEAR/5 c)`",
    syntax.Not: "NOT has no place inside NEAR: write `a NOT NEAR/5 b` for an `a` that no `b` is near, or `a AND NOT b`",
    syntax.AtLeast: "atleast counts in the whole text and has no place inside NEAR: write `atleast/3(a) AND (a NEAR/5 b)`",
}
_IN_ATLEAST: Mapping[type, str] = {
    syntax.And: "AND has no place inside atleast, which counts hits of terms, phrases, lists, ORs and NEARs: write"
    " `atleast/3(a) AND atleast/3(b)`",
    syntax.Not: "NOT has no place inside atleast, which counts hits: write `atleast/3(a) AND NOT b`",
    syntax.AtLeast: "one atleast stands inside another: write one of them, or join them by AND",
}
