"""Queries from text to something that can be asked: words folded, lists filled in, what cannot mean anything refused."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, NoReturn

from monitor.errors import RuleError
from monitor.model import Span
from monitor.rules import syntax
from monitor.rules.grammar import parse
from monitor.rules.lexer import DATE_FIELDS, VALUE_FIELDS
from monitor.rules.match import Absent, All, Any, Part, Plan, Since, Term, Value, spans_of
from monitor.rules.prepare import TITLE_AND_BODY, Prepared
from monitor.text.folding import fold_text
from monitor.text.tokens import ANY_LETTERS, ONE_LETTER, is_unspaced, pattern_words

Purpose = Literal["rule", "search"]
Lists = Mapping[str, Sequence[str]]

STEM_LENGTH_MIN = 3
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


def compile_query(text: str, lists: Lists, *, purpose: Purpose) -> Query:
    """The query of a rule, or of a search or section, which alone may limit the time of publication.

    `lists` holds name forms by list name. Raises `RuleError` with the place and a correction.
    """
    tree = parse(text)
    if free := _free_negation(tree):
        shown = text[free.start : free.end]
        raise RuleError(
            f"`{shown}` alone would match every text without it; say beside it what the text must hold:"
            f" `word AND {shown}`",
            text,
            free.start,
        )
    return Query(text, Compiler(text, lists, purpose).plan(tree))


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

    def __init__(self, text: str, lists: Lists, purpose: Purpose) -> None:
        self.text, self.lists, self.purpose = text, lists, purpose

    def plan(self, node: syntax.Node, field: str = "") -> Plan:
        """The plan of a tree; `field` is the field it is limited to, if any."""
        match node:
            case syntax.And(parts):
                return All(self._plans(parts, field))
            case syntax.Or(parts):
                return Any(self._plans(parts, field))
            case syntax.Not(inner):
                return Absent(self.plan(inner, field))
            case syntax.Limited(name, inner):
                return self._limited(node, name, inner, field)
            case syntax.ListName():
                return self._list(node, field)
            case _:
                return self._leaf(node, field)

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
            return Since(at=datetime(day.year, day.month, day.day, tzinfo=UTC))
        found = _DURATION.fullmatch(value)
        if not found:
            self._refuse(
                "`within:` takes a duration: `within:7d`, `within:12h` (m, h, d, w), or `date:P7D`", inner.start
            )
        count, unit = (found["count"], found["unit"]) if found["count"] else (found["iso"], found["iso_unit"].lower())
        return Since(within_s=int(count) * _UNITS_S[unit])

    def _list(self, node: syntax.ListName, field: str) -> Plan:
        forms = self.lists.get(node.name)
        if forms is None:
            near = difflib.get_close_matches(node.name, self.lists, n=1)
            hint = f"did you mean `@{near[0]}`?" if near else "lists stand in rules.toml under [list]"
            self._refuse(f"there is no list `{node.name}`; {hint}", node.start)
        if not forms:
            self._refuse(f"the list `{node.name}` is empty: give it a form, or leave it out", node.start)
        return Any(tuple([self._form(form, node, field) for form in forms]))

    def _form(self, form: str, node: syntax.ListName, field: str) -> Plan:
        written = form.rstrip() + "*" if node.is_truncated and not form.rstrip().endswith("*") else form
        try:
            return self._leaf(syntax.Phrase(written, node.start, node.end), field)
        except RuleError as error:
            message = f'the form "{form}" on the list `{node.name}`: {error.message}'
        self._refuse(message, node.start)

    def _leaf(self, node: syntax.Word | syntax.Phrase, field: str) -> Plan:
        if not node.text.strip():
            self._refuse("this phrase is empty: write a word between the quotation marks", node.start)
        if field in VALUE_FIELDS:
            return self._value(node, field)
        words = pattern_words(node.text.replace("*", ANY_LETTERS).replace("?", ONE_LETTER))
        if not any(map(_has_letters, words.texts)):
            self._refuse_wordless(node)
        parts = tuple([self._part(word, node) for word in words.texts])
        signs = tuple((place, sign) for place, found in sorted(words.signs.items()) for sign in found)
        return Term(parts, signs, (field,) if field else TITLE_AND_BODY)

    def _refuse_wordless(self, node: syntax.Word | syntax.Phrase) -> NoReturn:
        if "*" in node.text or "?" in node.text:
            self._refuse(
                f"`{node.text}` would match any word: write the letters it stands beside, as in `word*`", node.start
            )
        self._refuse(f"`{node.text}` holds no word to look for: leave it out, or write a word", node.start)

    def _part(self, word: str, node: syntax.Word | syntax.Phrase) -> Part:
        stem, star, rest = word.partition(ANY_LETTERS)
        if rest:
            self._refuse("`*` stands only at a word's end, once: `word*`", node.start)
        if not _has_letters(stem):
            self._refuse(
                f"the wildcard in `{node.text}` stands alone: write it beside the letters of its word", node.start
            )
        if not star and ONE_LETTER not in stem:
            return Part(stem)
        if is_unspaced(stem):  # found inside any longer run anyway
            return Part(stem.replace(ONE_LETTER, ""))
        if star and _letter_count(stem) < STEM_LENGTH_MIN:
            self._refuse(
                f"`*` needs at least {STEM_LENGTH_MIN} letters before it, or far too much would match: write more of"
                f" `{stem.replace(ONE_LETTER, '?')}*`, or the whole words",
                node.start,
            )
        if ONE_LETTER not in stem:
            return Part(stem, is_stem=True)
        pattern = ".".join(map(re.escape, stem.split(ONE_LETTER))) + (".*" if star else "")
        return Part(stem.partition(ONE_LETTER)[0], pattern=re.compile(pattern, re.DOTALL))

    def _value(self, node: syntax.Word | syntax.Phrase, field: str) -> Plan:
        folded = fold_text(node.text.strip())
        if "*" not in folded and "?" not in folded:
            return Value(field, folded)
        if not _has_letters(folded):
            self._refuse_wordless(node)
        pattern = "".join(
            {"*": ".*", "?": "."}.get(letter) or re.escape(letter) for letter in re.sub(r"\*+", "*", folded)
        )
        return Value(field, folded, re.compile(pattern, re.DOTALL))

    def _refuse(self, message: str, position: int) -> NoReturn:
        raise RuleError(message, self.text, position)


def _has_letters(word: str) -> bool:
    return any(map(str.isalnum, word))


def _letter_count(word: str) -> int:
    return sum(map(str.isalnum, word))
