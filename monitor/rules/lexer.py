"""A query's marks and words in order, with what the grammar needs to know of each."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from monitor.errors import RuleError
from monitor.text.folding import script_of

TEXT_FIELDS = ("title", "lead", "body", "author", "url", "label", "place", "agency")
VALUE_FIELDS = ("source", "publisher", "kind", "lang", "country", "tag", "site")
DATE_FIELDS = ("after", "within")
ALIASES = {"intitle": "title", "headline": "title", "inurl": "url", "date": "within"}
FIELDS = (*TEXT_FIELDS, *VALUE_FIELDS, *DATE_FIELDS, *ALIASES)

NESTING_MAX = 40
LENGTH_MAX = 100_000

_QUOTES = frozenset('"“”„‟«»″＂')
_OPERATORS = {"AND": ("AND",), "OR": ("OR",), "NOT": ("NOT",), "ANDNOT": ("AND", "NOT"), "&&": ("AND",), "||": ("OR",)}
_FIELD = re.compile(r"([A-Za-z]+):")
_LIST = re.compile(r"@([\w.-]*\w)(\*?)")
# Constructs of the language that this version does not have; read so that none is taken for words.
_NOT_YET = (
    (
        re.compile(r"(?:O?NEAR(?:/\d+)?|(?:[wW]|[pP][rR][eE])/\d+)(?=[\s()]|$)"),
        "nearness (NEAR/n, ONEAR/n, w/n, PRE/n)",
    ),
    (re.compile(r"(?i:atleast)/?\d+\s*\("), "atleast/n(…)"),
    (re.compile(r"(?i:cs)\("), "cs(…)"),
    (re.compile(r"~\d+"), 'nearness ("…"~n)'),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark of a query: `kind` is a terminal of the grammar, `value` its text without quotation marks and the
    like.
    """

    kind: str
    value: str
    start: int
    end: int


def marks(text: str) -> list[Mark]:
    """The marks of a query in order; none for blank text. Raises `RuleError` for what can be no part of any query."""
    if len(text) > LENGTH_MAX:
        raise RuleError(f"a query has at most {LENGTH_MAX} characters; put name forms into a [list]", text, LENGTH_MAX)
    return list(_Lexer(text).run())


class _Lexer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.depth = 0
        self.after_field = False

    def run(self) -> Iterator[Mark]:
        while True:
            self._skip_space()
            if self.position >= len(self.text):
                return
            found = self._next()
            self.after_field = found[-1].kind == "FIELD"
            self.position = found[-1].end
            yield from found

    def _skip_space(self) -> None:
        while self.position < len(self.text) and self.text[self.position].isspace():
            self.position += 1

    def _next(self) -> tuple[Mark, ...]:
        """The next mark, or the two that stand for one word (`ANDNOT`, `#tag`)."""
        character = self.text[self.position]
        if character in "()":
            return (self._parenthesis(character),)
        self._refuse_what_is_not_yet()
        if character in _QUOTES:
            return (self._phrase(),)
        if character == "@":
            return (self._list(),)
        if character == "#":
            return self._hashtag()
        if character == "-" and self._starts_negation():
            return (self._mark("NOT", "-", self.position + 1),)
        return self._chunk()

    def _mark(self, kind: str, value: str, end: int) -> Mark:
        return Mark(kind, value, self.position, end)

    def _parenthesis(self, character: str) -> Mark:
        self.depth += 1 if character == "(" else -1
        if self.depth > NESTING_MAX:
            self._refuse(f"parentheses may stand {NESTING_MAX} deep; this one is deeper")
        if self.depth < 0:
            self._refuse("this closing parenthesis has no opening one: leave it out, or open it before")
        return self._mark("LPAR" if character == "(" else "RPAR", character, self.position + 1)

    def _refuse_what_is_not_yet(self) -> None:
        for pattern, name in _NOT_YET:
            if found := pattern.match(self.text, self.position):
                self._refuse(
                    f"this version does not have {name} yet; put `{found.group()}` between quotation marks if the words"
                    " are meant"
                )

    def _phrase(self) -> Mark:
        end = self._end_of_phrase()
        if end >= len(self.text):
            self._refuse("this quotation mark is never closed: close it where the phrase ends")
        return self._mark("PHRASE", self.text[self.position + 1 : end], end + 1)

    def _end_of_phrase(self) -> int:
        end = self.position + 1
        while end < len(self.text) and not self._is_quote(end):
            end += 1
        return end

    def _is_quote(self, place: int) -> bool:
        """Whether a quotation mark stands here; between Hebrew letters it belongs to the word (צה"ל)."""
        if self.text[place] not in _QUOTES:
            return False
        return not (
            script_of(self.text[place - 1 : place]) == "HEBREW"
            and script_of(self.text[place + 1 : place + 2]) == "HEBREW"
        )

    def _list(self) -> Mark:
        found = _LIST.match(self.text, self.position)
        if not found:
            self._refuse("`@` stands before the name of a list: `@name`")
        return self._mark("LIST", found.group()[1:], found.end())

    def _hashtag(self) -> tuple[Mark, ...]:
        end = self._end_of_chunk(self.position + 1)
        if end == self.position + 1:
            self._refuse("`#` stands before a tag: `#name`, or `tag:name`")
        value = self.text[self.position + 1 : end]
        if self.after_field:
            return (self._mark("WORD", value, end),)
        return (
            self._mark("FIELD", "tag", self.position + 1),
            Mark("WORD", value, self.position + 1, end),
        )

    def _starts_negation(self) -> bool:
        before = self.text[self.position - 1 : self.position]
        after = self.text[self.position + 1 : self.position + 2]
        return (not before or before.isspace() or before == "(") and bool(after) and not after.isspace()

    def _chunk(self) -> tuple[Mark, ...]:
        if self.text.startswith(("&&", "||"), self.position):
            return self._operator(self.text[self.position : self.position + 2])
        end = self._end_of_chunk(self.position)
        chunk = self.text[self.position : end]
        if chunk in _OPERATORS:
            return self._operator(chunk)
        if field := _FIELD.match(chunk):
            name = field[1].casefold()
            if name in FIELDS:
                return (self._mark("FIELD", ALIASES.get(name, name), self.position + field.end()),)
            if not self.after_field:
                self._refuse_field(field[1], chunk)
        return (self._mark("WORD", chunk, end),)

    def _operator(self, chunk: str) -> tuple[Mark, ...]:
        end = self.position + len(chunk)
        return tuple(self._mark(kind, chunk, end) for kind in _OPERATORS[chunk])

    def _end_of_chunk(self, start: int) -> int:
        end = start
        while end < len(self.text) and not self.text[end].isspace() and self.text[end] not in "()":
            if self._is_quote(end) or (end > start and self.text.startswith(("&&", "||"), end)):
                break
            end += 1
        return end

    def _refuse_field(self, name: str, chunk: str) -> NoReturn:
        near = difflib.get_close_matches(name.casefold(), FIELDS, n=1)
        hint = f"did you mean `{near[0]}:`?" if near else "fields are " + ", ".join(f"{field}:" for field in FIELDS)
        self._refuse(
            f'there is no field `{name}:`; {hint} If the text is meant, put it between quotation marks: "{chunk}"'
        )

    def _refuse(self, message: str) -> NoReturn:
        raise RuleError(message, self.text, self.position)
