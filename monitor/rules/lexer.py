"""A query's marks and words in order, with what the grammar needs to know of each.

Queries are pasted from mails and text processors, so any quotation mark opens and any closes, a dash of any length
before a word excludes it, full-width parentheses and colons are as good as narrow ones, and what cannot be seen
(direction marks, joiners, byte-order marks) at the edge of a word is passed over.
"""

from __future__ import annotations

import difflib
import re
from typing import NoReturn

from monitor.errors import RuleError

TEXT_FIELDS = ("title", "lead", "body", "author", "url", "label", "place", "agency")
VALUE_FIELDS = ("source", "publisher", "kind", "lang", "country", "tag", "site")
DATE_FIELDS = ("after", "within")
ALIASES = {"intitle": "title", "headline": "title", "inurl": "url", "date": "within"}
FIELDS = (*TEXT_FIELDS, *VALUE_FIELDS, *DATE_FIELDS, *ALIASES)

NESTING_MAX = 40
LENGTH_MAX = 100_000
DISTANCE_DEFAULT = 4
DISTANCE_MAX = 50
COUNT_MAX = 1000

_QUOTES = '"“”„‟«»‹›＂״「」『』《》〝〞〟❝❞'
_DASHES = "-‐‑‒–—―−－"
_UNSEEN = "\u00ad\u061c\u200c-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_HEBREW = "\u05d0-\u05ea\u05ef-\u05f2\ufb1d-\ufb4f"
_SPACE = re.compile(rf"[\s\u200b{_UNSEEN}]*")
_LEADING_DASHES = re.compile(rf"[{_DASHES}{_UNSEEN}]*")
_AT_END = re.compile(rf"[{_UNSEEN}]+$")
_BEFORE_NEGATION = re.compile(rf"[\s\u200b{_UNSEEN}(（]")
# Between Hebrew letters a quotation mark belongs to the word (צה"ל).
_IN_WORD = rf"(?<=[{_HEBREW}])[{_QUOTES}](?=[{_HEBREW}])"
_QUOTE = re.compile(rf"(?<![{_HEBREW}])[{_QUOTES}]|[{_QUOTES}](?![{_HEBREW}])")
_CHUNK = re.compile(rf"(?![{_QUOTES}])(?:[^\s\u200b()（）{_QUOTES}&|]+|&(?!&)|\|(?!\|)|{_IN_WORD})+")

_OPERATORS = {"AND": ("AND",), "OR": ("OR",), "NOT": ("NOT",), "ANDNOT": ("AND", "NOT"), "&&": ("AND",), "||": ("OR",)}
_FIELD = re.compile(r"([A-Za-z]+)([:：])")
_LIST = re.compile(r"@([\w.-]*\w)(\*?)")
_NEAR = re.compile(r"(?:(O?)NEAR|[wW](?=/)|([pP][rR][eE])(?=/))(?:/(\d+))?")
_LIKE_NEAR = re.compile(r"O?NEAR(?:[/:~]\S*|\d+)|(?i:w|pre)/(?i:s|p|sent|para)")
_ATLEAST = re.compile(r"(?i:atleast)(?:/?(\d+)\s*|(\s+\d+\s*)?)[(（]")
_CASE = re.compile(rf"\s*([^\s()（）{_QUOTES}]*)\s*[)）]")
_LOOSE = re.compile(r"~(\d*)")


class Mark:
    """One mark of a query. `kind` says what it is and `type` which terminal of the grammar; `value` is its text without
    quotation marks and the like, `count` the number it carries (a distance, a least count). Terms are all one terminal.
    """

    __slots__ = ("count", "end", "kind", "start", "type", "value")

    def __init__(self, kind: str, value: str, start: int, end: int, count: int = 0) -> None:
        self.kind, self.value, self.start, self.end, self.count = kind, value, start, end, count
        self.type = _TERMINALS.get(kind, kind)


_TERMINALS = dict.fromkeys(("WORD", "PHRASE", "LOOSE", "LIST", "CASE"), "TERM") | dict.fromkeys(
    ("ONEAR", "NOTNEAR"), "NEAR"
)


def marks(text: str) -> list[Mark]:
    """The marks of a query in order; none for blank text. Raises `RuleError` for what can be no part of any query."""
    if len(text) > LENGTH_MAX:
        raise RuleError(f"a query has at most {LENGTH_MAX} characters; put name forms into a [list]", text, LENGTH_MAX)
    return _Lexer(text).run()


def is_bare(text: str) -> bool:
    """Whether a text may stand in a query as a bare word, and is read as this word."""
    try:
        found = marks(text)
    except RuleError:
        return False
    return len(found) == 1 and found[0].kind == "WORD" and found[0].value == text


def is_bare_after(field: str, text: str) -> bool:
    """Whether a text may stand behind a field as a bare word."""
    try:
        found = marks(f"{field}:{text}")
    except RuleError:
        return False
    return len(found) == 2 and found[1].kind == "WORD" and found[1].value == text


def on_one_line(text: str) -> str:
    """A piece of a query as a message shows it."""
    return " ".join(text.split())


class _Lexer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.depth = 0
        self.found: list[Mark] = []

    def run(self) -> list[Mark]:
        text, found = self.text, self.found
        end = len(text)
        while True:
            self.position = _SPACE.match(text, self.position).end()  # type: ignore[union-attr]  # may match nothing
            if self.position >= end:
                return found
            self._next()
            self.position = found[-1].end

    def _next(self) -> None:
        """Read the next mark, or the two that stand for one word (`ANDNOT`, `#tag`)."""
        chunk = _CHUNK.match(self.text, self.position)
        if chunk is None:
            self._sign()
            return
        word, end = chunk.group(), chunk.end()
        first = word[0]
        if first == "@":
            self._list()
        elif first == "#":
            self._hashtag(word)
        elif first in _DASHES:
            self._dash(word)
        elif self.text[end : end + 1] in ("(", "（", " ") and self._function(word):
            return
        else:
            self._word(word)

    def _add(self, kind: str, value: str, end: int, count: int = 0) -> None:
        self.found.append(Mark(kind, value, self.position, end, count))

    @property
    def _is_after_field(self) -> bool:
        return bool(self.found) and self.found[-1].kind == "FIELD"

    def _sign(self) -> None:
        """A parenthesis, a phrase, `&&` or `||`."""
        character = self.text[self.position]
        if character in "()（）":
            self._parenthesis("LPAR" if character in "(（" else "RPAR", self.position + 1)
        elif character in _QUOTES:
            self._phrase()
        else:
            self._operator(self.text[self.position : self.position + 2])

    def _parenthesis(self, kind: str, end: int, count: int = 0) -> None:
        self.depth += -1 if kind == "RPAR" else 1
        if self.depth > NESTING_MAX:
            self._refuse(f"parentheses may stand {NESTING_MAX} deep; this one is deeper")
        if self.depth < 0:
            self._refuse("this closing parenthesis has no opening one: leave it out, or open it before")
        self._add(kind, self.text[self.position : end], end, count)

    def _phrase(self) -> None:
        text, start = self.text, self.position + 1
        closing = _QUOTE.search(text, start)
        if closing is None:
            self._refuse("this quotation mark is never closed: close it where the phrase ends")
        phrase = text[start : closing.start()]
        loose = _LOOSE.match(text, closing.end())
        if loose is None:
            self._add("PHRASE", phrase, closing.end())
            return
        if not loose[1] or len(phrase.split()) != 2:
            self._refuse_loose(phrase.split(), loose[1] or str(DISTANCE_DEFAULT), closing.end())
        self._add("LOOSE", phrase, loose.end(), self._distance(loose[1], loose.group(), closing.end()))

    def _refuse_loose(self, words: list[str], distance: str, position: int) -> NoReturn:
        hint = f'`"{" ".join(words) if len(words) == 2 else "two words"}"~{distance}`'
        if len(words) > 2:
            near = f" NEAR/{distance} "
            hint += f"; say which of more words are near which: `({near.join(words[:2])}){near}{words[2]}`"
        self._refuse(f"`~` takes two words between quotation marks and a number behind it: {hint}", position)

    def _list(self) -> None:
        found = _LIST.match(self.text, self.position)
        if not found:
            self._refuse("`@` stands before the name of a list: `@name`")
        self._add("LIST", found.group()[1:], found.end())

    def _hashtag(self, word: str) -> None:
        """Read a tag; behind a field the `#` makes a word of whatever follows."""
        value = _AT_END.sub("", word[1:])
        value = value[_SPACE.match(value).end() :]  # type: ignore[union-attr]  # may match nothing
        if not value:
            self._refuse("`#` stands before a tag: `#name`, or `tag:name`")
        end = self.position + len(word)
        if self._is_after_field:
            self._add("WORD", value, end)
            return
        self._add("FIELD", "tag", self.position + 1)
        self.found.append(Mark("WORD", value, self.position + 1, end))

    def _dash(self, word: str) -> None:
        """A dash before a word excludes it; elsewhere it only parts words."""
        start = _LEADING_DASHES.match(self.text, self.position).end()  # type: ignore[union-attr]  # may match nothing
        before, after = self.text[self.position - 1 : self.position], self.text[start : start + 1]
        if after and not after.isspace() and after not in ")）" and (not before or _BEFORE_NEGATION.match(before)):
            self._add("NOT", "-", start)
        elif start < self.position + len(word) and not self._is_after_field:
            self.position = start
            self._next()
        else:
            self._add("WORD", _AT_END.sub("", word), self.position + len(word))

    def _function(self, word: str) -> bool:
        """Read `cs(…)` or the beginning of `atleast/n(…)`, where one stands here."""
        name = word[:7].casefold()
        if name == "cs" and self.text[self.position + 2] in "(（":
            self._case()
            return True
        found = _ATLEAST.match(self.text, self.position) if name == "atleast" else None
        if found is None:
            return False
        if not found[1]:
            wanted = (found[2] or "3").strip()
            self._refuse(f"`atleast` takes a number behind a stroke: `atleast/{wanted}(…)`")
        count = _number(found[1], COUNT_MAX)
        if not 1 <= count <= COUNT_MAX:
            self._refuse(f"`atleast/n` takes a number from 1 to {COUNT_MAX}: `atleast/3(…)`")
        self._parenthesis("ATLEAST", found.end(), count)
        return True

    def _case(self) -> None:
        start = self.position + 3
        start = _SPACE.match(self.text, start).end()  # type: ignore[union-attr]  # may match nothing
        if self.text[start : start + 1] and self.text[start] in _QUOTES:
            closing = _QUOTE.search(self.text, start + 1)
            close = re.compile(r"\s*[)）]").match(self.text, closing.end()) if closing else None
            if closing is None or close is None:
                self._refuse_case()
            self._add("CASE", self.text[start + 1 : closing.start()], close.end())
            return
        found = _CASE.match(self.text, start)
        if found is None or not found[1]:
            self._refuse_case()
        self._add("CASE", found[1], found.end())

    def _refuse_case(self) -> NoReturn:
        self._refuse('`cs()` takes one word, or one phrase between quotation marks: `cs(WHO)`, `cs("Red Cross")`')

    def _word(self, word: str) -> None:
        if not word.isascii():
            word = _AT_END.sub("", word)
        if word in _OPERATORS:
            self._operator(word)
            return
        if word[0] in "NOwWpP" and self._near(word):
            return
        if (":" in word or "：" in word) and (field := _FIELD.match(word)) and self._field(field, word):
            return
        self._add("WORD", word, self.position + len(word))

    def _operator(self, sign: str) -> None:
        end = self.position + len(sign)
        for kind in _OPERATORS[sign]:
            self._add(kind, sign, end)

    def _near(self, word: str) -> bool:
        """Read a NEAR, where the word is one; with the NOT before it, it is one mark."""
        found = _NEAR.fullmatch(word)
        if found is None:
            if _LIKE_NEAR.fullmatch(word):
                self._refuse_like_near(word)
            return False
        is_ordered = bool(found[1] or found[2])
        distance = self._distance(found[3], word, self.position) if found[3] else DISTANCE_DEFAULT
        end = self.position + len(word)
        before = self.found[-1] if self.found else None
        if before is None or before.kind != "NOT" or before.value != "NOT":
            self._add("ONEAR" if is_ordered else "NEAR", word, end, distance)
            return True
        if is_ordered:
            self._refuse(f"NOT does not go with {word}: write `a NOT NEAR/{distance} b`, or `a AND NOT (a {word} b)`")
        self.found[-1] = Mark("NOTNEAR", f"NOT {word}", before.start, end, distance)
        return True

    def _refuse_like_near(self, word: str) -> NoReturn:
        number = re.search(r"\d+", word)
        operator = "ONEAR" if word[0] in "OpP" else "NEAR"
        self._refuse(
            f"`{word}` is no operator; the distance is a number of words behind a stroke: "
            f"`{operator}/{number.group() if number else 5}`; as a word, put it between quotation marks"
        )

    def _distance(self, digits: str, shown: str, position: int) -> int:
        distance = _number(digits, DISTANCE_MAX)
        if distance > DISTANCE_MAX:
            operator = shown[: -len(digits)]
            self._refuse(
                f"`{shown}` reaches too far: at most {operator}{DISTANCE_MAX}, or AND where the words may stand anywhere",
                position,
            )
        return distance

    def _field(self, field: re.Match[str], word: str) -> bool:
        name = field[1].casefold()
        if name in FIELDS:
            self._add("FIELD", ALIASES.get(name, name), self.position + field.end())
            return True
        if not self._is_after_field and field[2] == ":":
            self._refuse_field(field[1], word)
        return False

    def _refuse_field(self, name: str, word: str) -> NoReturn:
        near = difflib.get_close_matches(name.casefold(), FIELDS, n=1)
        hint = f"did you mean `{near[0]}:`?" if near else "fields are " + ", ".join(f"{field}:" for field in FIELDS)
        self._refuse(
            f'there is no field `{name}:`; {hint} If the text is meant, put it between quotation marks: "{word}"'
        )

    def _refuse(self, message: str, position: int | None = None) -> NoReturn:
        raise RuleError(message, self.text, self.position if position is None else position)


def _number(digits: str, most: int) -> int:
    """The number that digits of any script write; more than `most` for one too long to matter."""
    return int(digits) if len(digits.lstrip("0")) <= len(str(most)) and len(digits) < 100 else most + 1
