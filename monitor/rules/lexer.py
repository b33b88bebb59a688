"""A query's marks and words in order, with what the grammar needs to know of each.

Queries are pasted from mails and text processors, so any quotation mark opens and any closes, a dash of any length
before a word excludes it, full-width letters and marks are as good as narrow ones (but for `！` and `？`, which end
sentences), and what cannot be seen (direction marks, joiners, byte-order marks) at the edge of a word is passed over.
A single quotation mark opens before a word where another ends a later one; any other is an apostrophe. What looks like
an operator of this language or another and is none is refused, since it would be looked for as a word.
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

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "！？"}
_QUOTES = '"“”„‟«»‹›״「」『』《》〝〞〟❝❞'
_SINGLE = "'‘’‚‛"
_DASHES = "-‐‑‒–—―−"
_UNSEEN = "\u00ad\u061c\u200c-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_HEBREW = "\u05d0-\u05ea\u05ef-\u05f2\ufb1d-\ufb4f"
_SPACE = re.compile(rf"[\s\u200b{_UNSEEN}]*")
_LEADING_DASHES = re.compile(rf"[{_DASHES}{_UNSEEN}]*")
_AT_END = re.compile(rf"[{_UNSEEN}]+$")
_BEFORE_NEGATION = re.compile(rf"[\s\u200b{_UNSEEN}(]")
_AMID_SINGLE = re.compile(rf"[{_SINGLE}{_QUOTES}()]")
_OPERATOR = r"(?:AND|OR|NOT|ANDNOT|(?:O|NOT)?NEAR(?:/\d+)?|&&|\|\|)(?!\S)"
_OPERATOR_AMID = re.compile(rf"(?<=\s){_OPERATOR}")
# Between Hebrew letters a quotation mark belongs to the word (צה"ל).
_IN_WORD = rf"(?<=[{_HEBREW}])[{_QUOTES}](?=[{_HEBREW}])"
_QUOTE = re.compile(rf"(?<![{_HEBREW}])[{_QUOTES}]|[{_QUOTES}](?![{_HEBREW}])")
_CHUNK = re.compile(rf"(?![{_QUOTES}])(?:[^\s\u200b(){_QUOTES}&|]+|&(?!&)|\|(?!\|)|{_IN_WORD})+")

_OPERATORS = {"AND": ("AND",), "OR": ("OR",), "NOT": ("NOT",), "ANDNOT": ("AND", "NOT"), "&&": ("AND",), "||": ("OR",)}
_FIELD = re.compile(r"([A-Za-z]+):")
_LIST = re.compile(r"@([\w.-]*\w)(\*?)")
_NEAR = re.compile(r"(?:(O|NOT)?NEAR|[wW](?=/)|([pP][rR][eE])(?=/))(?:/(\d+))?")
_LIKE_NEAR = re.compile(
    r"(?:O|NOT)?NEAR(?:[/:~]\S*|\d+)|(?i:w|pre)/(?i:s|p|sent|para)|(?:WITHIN|NEXT|ADJ)(?:[/:~]\S*|\d+)"
)
_WITHIN = re.compile(r"WITHIN\s+\d+")
_STRAY_DISTANCE = re.compile(r"[/~:]\d+")
_TERM_AHEAD = re.compile(rf"\s+(?!{_OPERATOR})[^\s)]")
_ATLEAST = re.compile(r"(?i:atleast)(?:/?(\d+)\s*|(\s+\d+\s*)?)[(]")
_LIKE_ATLEAST = re.compile(r"(?i:atleast)(?:/\S*|\d+)")
_CASE = re.compile(rf"\s*([^\s(){_QUOTES}]*)\s*[)]")
_LOOSE = re.compile(r"~(\d*)")
_CLOSE = re.compile(r"\s*[)]")


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
        # The text is as long as what was written, so that places are the same.
        self.written, self.text = text, text if text.isascii() else text.translate(_HALF_WIDTH)
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
        if self.text[self.position] in _SINGLE and (closing := self._single_closing(self.position)):
            self._single_phrase(closing)
            return
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
        elif self.text[end : end + 1] in ("(", " ") and self._function(word):
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
        if character in "()":
            self._parenthesis("LPAR" if character == "(" else "RPAR", self.position + 1)
        elif character in _QUOTES:
            closing = _QUOTE.search(self.text, self.position + 1)
            if closing is None:
                self._refuse("this quotation mark is never closed: close it where the phrase ends")
            self._phrase(closing.start())
        else:
            self._operator(self.text[self.position : self.position + 2])

    def _parenthesis(self, kind: str, end: int, count: int = 0) -> None:
        self.depth += -1 if kind == "RPAR" else 1
        if self.depth > NESTING_MAX:
            self._refuse(f"parentheses may stand {NESTING_MAX} deep; this one is deeper")
        if self.depth < 0:
            self._refuse("this closing parenthesis has no opening one: leave it out, or open it before")
        self._add(kind, self.text[self.position : end], end, count)

    def _single_closing(self, opening: int) -> int | None:
        """Where the phrase ends that a single quotation mark opens; None where it is an apostrophe."""
        text = self.text
        if not _is_edge(text[opening - 1 : opening]) or text[opening + 1 : opening + 2].isspace():
            return None
        for found in _AMID_SINGLE.finditer(text, opening + 1):
            place = found.start()
            is_inside = text[place - 1].isalnum() and text[place + 1 : place + 2].isalnum()
            if found[0] not in _SINGLE or not (is_inside or _is_closing(text, place)):
                return None
            if not is_inside:
                return place
        return None

    def _single_phrase(self, closing: int) -> None:
        if operator := _OPERATOR_AMID.search(self.text, self.position + 1, closing):
            self._refuse(
                f"single quotation marks round {operator[0]} can be read as a phrase or as apostrophes: put double"
                " quotation marks round the phrase, or leave the apostrophes out"
            )
        self._phrase(closing)

    def _phrase(self, closing: int) -> None:
        """Read a phrase up to its closing mark, and a distance behind it."""
        phrase, end = self.text[self.position + 1 : closing], closing + 1
        loose = _LOOSE.match(self.text, end)
        if loose is None:
            self._add("PHRASE", phrase, end)
            return
        if not loose[1] or len(phrase.split()) != 2:
            self._refuse_loose(phrase.split(), loose[1] or str(DISTANCE_DEFAULT), end)
        self._add("LOOSE", phrase, loose.end(), self._distance(loose[1], loose.group(), end))

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
        is_before_term = bool(after) and not after.isspace() and after != ")"
        if is_before_term and self._is_after_field and self.found[-1].value not in DATE_FIELDS:
            self._refuse_dash(start)
        if is_before_term and (not before or _BEFORE_NEGATION.match(before)):
            self._add("NOT", "-", start)
        elif start < self.position + len(word) and not self._is_after_field:
            self.position = start
            self._next()
        else:
            self._add("WORD", _AT_END.sub("", word), self.position + len(word))

    def _refuse_dash(self, start: int) -> NoReturn:
        field = self.found[-1]
        chunk = _CHUNK.match(self.text, start)
        term = chunk[0] if chunk else "(…)" if self.text[start] == "(" else '"…"'
        self._refuse(
            f"a minus stands before the field: `-{field.value}:{term}`, or `NOT {field.value}:{term}`; where it belongs"
            f' to the value, put this between quotation marks: {field.value}:"-…"',
            field.start,
        )

    def _function(self, word: str) -> bool:
        """Read `cs(…)` or the beginning of `atleast/n(…)`, where one stands here."""
        name = word[:7].casefold()
        if name == "cs" and self.text[self.position + 2] == "(":
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
        start = _SPACE.match(self.text, self.position + 3).end()  # type: ignore[union-attr]  # may match nothing
        closing = self._closing_of_case(start)
        if closing is not None:
            close = _CLOSE.match(self.text, closing + 1)
            if close is None:
                self._refuse_case()
            self._add("CASE", self.written[start + 1 : closing], close.end())
            return
        found = _CASE.match(self.text, start)
        if found is None or not found[1]:
            self._refuse_case()
        word = found[1]
        if word[0] == "@":
            self._refuse(
                f"`cs()` takes no list, whose forms are told apart by themselves: write the forms, `cs(WHO) OR cs(UN)`,"
                f" or `{word}`"
            )
        if (field := _FIELD.match(word)) and field[1].casefold() in FIELDS:
            self._refuse(f"a field stands before `cs()`: `{field[0]}cs({word[field.end() :] or 'WHO'})`")
        self._add("CASE", self.written[found.start(1) : found.end(1)], found.end())

    def _closing_of_case(self, start: int) -> int | None:
        """Where a phrase in quotation marks that begins here is closed; None where there is none."""
        opening = self.text[start : start + 1]
        if opening and opening in _SINGLE:
            return self._single_closing(start)
        closing = _QUOTE.search(self.text, start + 1) if opening and opening in _QUOTES else None
        return closing.start() if closing else None

    def _refuse_case(self) -> NoReturn:
        self._refuse('`cs()` takes one word, or one phrase between quotation marks: `cs(WHO)`, `cs("Red Cross")`')

    def _word(self, word: str) -> None:
        if not word.isascii():
            word = _AT_END.sub("", word)
        if word in _OPERATORS:
            self._operator(word)
            return
        if word[0] in "ANOwWpP" and self._near(word):
            return
        if ":" in word and (field := _FIELD.match(word)) and self._field(field, word):
            return
        if word[0] in "!/~:" or (word[0] in "aA" and word[:7].casefold() == "atleast"):
            self._check_sign(word)
        if self.found and self.found[-1].type == "NEAR":
            self._check_distance(word)
        # A mark at a word's edge parts it from nothing.
        self._add("WORD", word.strip(_SINGLE) or word, self.position + len(word))

    def _check_sign(self, word: str) -> None:
        """Refuse what is written like an operator, and would be looked for as a word."""
        if _LIKE_ATLEAST.fullmatch(word):
            number = re.search(r"\d+", word)
            self._refuse(
                "`atleast` takes a number behind a stroke, and what it counts in parentheses right behind that:"
                f" `atleast/{number[0] if number else 3}(…)`; as a word, put it between quotation marks"
            )
        if _LOOSE.fullmatch(word):
            self._refuse(f'`~` stands right behind a phrase of two words, without a blank: `"two words"{word}`')
        if word[0] == "!" and (word[1:] or self.text[self.position + 1 : self.position + 2] in ("(", *_QUOTES)):
            self._refuse(f"`!` is no operator: `-{word[1:] or '(…)'}` or `NOT {word[1:] or '(…)'}` excludes")

    def _check_distance(self, word: str) -> None:
        """Refuse a word after a NEAR that is meant as its distance."""
        near = self.found[-1]
        if not near.value[-1].isdigit() and self._is_distance(word):
            self._refuse(
                f"the distance stands behind a stroke, without a blank: `{near.value}/{word.lstrip('/~:')}`; as a word, put"
                " it between quotation marks"
            )

    def _is_distance(self, word: str) -> bool:
        """Whether a word after a NEAR is its distance: a number that no operator follows, or one behind a stroke."""
        if word.isdecimal():
            follows = _TERM_AHEAD.match(self.text, self.position + len(word))
            return follows is not None and _number(word, DISTANCE_MAX) <= DISTANCE_MAX
        return _STRAY_DISTANCE.fullmatch(word) is not None

    def _operator(self, sign: str) -> None:
        end = self.position + len(sign)
        for kind in _OPERATORS[sign]:
            self._add(kind, sign, end)

    def _near(self, word: str) -> bool:
        """Read a NEAR, where the word is one; with the NOT before it, it is one mark."""
        found = _NEAR.fullmatch(word)
        if found is None:
            within = _WITHIN.match(self.text, self.position)
            if within or _LIKE_NEAR.fullmatch(word):
                self._refuse_like_near(within[0] if within else word)
            return False
        kind = f"{'O' if found[2] else found[1] or ''}NEAR"
        distance = self._distance(found[3], word, self.position) if found[3] else DISTANCE_DEFAULT
        end = self.position + len(word)
        before = self.found[-1] if self.found else None
        if before is None or before.value != "NOT" or kind == "NOTNEAR":
            self._add(kind, word, end, distance)
            return True
        if kind == "ONEAR":
            self._refuse(f"NOT does not go with {word}: write `a NOT NEAR/{distance} b`, or `a AND NOT (a {word} b)`")
        self.found[-1] = Mark("NOTNEAR", f"NOT {word}", before.start, end, distance)
        return True

    def _refuse_like_near(self, word: str) -> NoReturn:
        number = re.search(r"\d+", word)
        operator = "ONEAR" if word[0] in "OpP" else "NOT NEAR" if word.startswith("NOT") else "NEAR"
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
        if not self._is_after_field:
            self._refuse_field(field[1], word)
        return False

    def _refuse_field(self, name: str, word: str) -> NoReturn:
        near = difflib.get_close_matches(name.casefold(), FIELDS, n=1)
        hint = f"did you mean `{near[0]}:`?" if near else "fields are " + ", ".join(f"{field}:" for field in FIELDS)
        self._refuse(
            f'there is no field `{name}:`; {hint} If the text is meant, put it between quotation marks: "{word}"'
        )

    def _refuse(self, message: str, position: int | None = None) -> NoReturn:
        raise RuleError(message, self.written, self.position if position is None else position)


def _is_edge(before: str) -> bool:
    """Whether what stands before a single quotation mark lets it open a phrase."""
    return not before or before in f"(:|&#{_DASHES}" or _SPACE.fullmatch(before) is not None


def _is_closing(text: str, place: int) -> bool:
    return not text[place - 1].isspace() and not text[place + 1 : place + 2].isalnum()


def _number(digits: str, most: int) -> int:
    """The number that digits of any script write; more than `most` for one too long to matter."""
    return int(digits) if len(digits.lstrip("0")) <= len(str(most)) and len(digits) < 100 else most + 1
