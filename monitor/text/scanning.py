"""Where words begin and end in a folded text, letter by letter.

This is the exact reading of any stretch of text; `tokens` remembers what it said of stretches that come again.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from monitor.text.folding import script_of

ANY_LETTERS = "\ue000"
ONE_LETTER = "\ue001"
"""Stand-ins for `*` and `?` in `pattern_words`, from the private use area, so that they pass as parts of a word."""

_CLASS_BY_SCRIPT = {
    "LATIN": "l",
    "CYRILLIC": "c",
    "GREEK": "g",
    "ARABIC": "a",
    "HEBREW": "h",
    "ARMENIAN": "r",
    "GEORGIAN": "e",
    "HANGUL": "k",
    "DEVANAGARI": "v",
    "BENGALI": "b",
} | dict.fromkeys(("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "IDEOGRAPHIC"), "x")
_LETTERS = frozenset(_CLASS_BY_SCRIPT.values()) - {"x"}
_OTHER_SCRIPTS_FROM = 0x100  # further scripts are numbered from here as they are met


def word_spans(folded: str) -> list[tuple[int, int]]:
    """Where the words of a folded text stand; none for a text without letters and digits."""
    return _scan(folded, _word_pattern())


def pattern_spans(folded: str) -> list[tuple[int, int]]:
    """Where the words of a folded query's term stand; `ANY_LETTERS` and `ONE_LETTER` are parts of them."""
    return _scan(folded, _pattern_pattern())


def words_at(folded: str, spans: list[tuple[int, int]]) -> list[str]:
    """The words at these places; an acronym has its last full stop whether the text has it or not."""
    found = [folded[start:end] for start, end in spans]
    if "." not in "".join(found):  # as in most texts
        return found
    return [f"{word}." if _is_open_acronym(word) else word for word in found]


def signs_among(folded: str, spans: list[tuple[int, int]]) -> dict[int, str]:
    """The currency signs that stand before a word, by its position (`len(spans)` for those after the last)."""
    signs: dict[int, str] = {}
    position = 0
    for match in CURRENCY.finditer(folded):
        place = match.start()
        while position < len(spans) and spans[position][0] < place:
            position += 1
        signs[position] = signs.get(position, "") + folded[place]
    return signs


def is_unspaced(word: str) -> bool:
    """Whether a word is a character of a script written without spaces."""
    return bool(word) and _CLASSES[ord(word[0])] == "x"


def is_modifier(character: str) -> bool:
    """Whether a folded character goes with the letter before it, of whatever script."""
    return _CLASSES[ord(character)] == "m"


def class_of(character: str) -> str:
    """What a folded character is to a word: `d` a digit, `m` a mark, `x` a letter that is a word by itself, other letters by
    script (`l` Latin, `h` Hebrew); `_` `"` `.` `,` stand for themselves, a space for what separates."""
    return _CLASSES[ord(character)]


CURRENCY = re.compile("[$¢£¤¥֏؋\u07fe\u07ff৲৳৻૱௹฿៛₠-\u20cf꠸]")


def _is_open_acronym(word: str) -> bool:
    return "." in word and word[-1] != "." and not any(map(str.isdigit, word))


def _scan(folded: str, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    classes = folded.translate(_ASCII_CLASSES if folded.isascii() else _CLASSES)
    if classes[:1] in _LETTERS and classes == classes[0] * len(classes):  # as most words by themselves
        return [(0, len(classes))]
    return [match.span() for match in pattern.finditer(classes)]


class _Classes(dict[int, str]):
    """What a folded character is to a word, by code point, filled as characters are met.

    d digit, m mark, x a letter that is a word by itself, other letters by script; `_` and `"` `.` `,` stand for
    themselves, a space for all that separates.
    """

    def __init__(self) -> None:
        super().__init__()
        self._scripts: dict[str, str] = {}

    def __missing__(self, code: int) -> str:
        found = self[code] = self._class_of(chr(code))
        return found

    def _class_of(self, character: str) -> str:
        if character in '.,_"':
            return character
        if character in "·‧":
            return "_"  # joins the letters beside it, as in Catalan
        category = unicodedata.category(character)
        script = script_of(character)
        if script:
            return _CLASS_BY_SCRIPT.get(script) or self._scripts.setdefault(
                script, chr(_OTHER_SCRIPTS_FROM + len(self._scripts))
            )
        if category[0] in "LM" or character in (ANY_LETTERS, ONE_LETTER):
            return "m"  # modifier letters go with any script
        if category[0] == "N":
            return "x" if character == "〇" else "d"
        return " "


_CLASSES = _Classes()
_ASCII_CLASSES = {code: _CLASSES[code] for code in range(128)}


def _run(script: str) -> str:
    """A run of letters of one script, with digits and marks, and what may join within a word."""
    joined = rf"(?:(?:(?<=d)[.,](?=d)|_+)(?:{script}|d)(?:{script}|[dm])*)*"
    quoted = rf"(?:\"{script}(?:{script}|[dm])*)*" if script == "h" else ""
    acronym = rf"{script}m*(?:\.{script}m*(?!{script}|[dm]))+\.?"
    return rf"{acronym}|{script}(?:{script}|[dm])*{quoted}{joined}"


@cache
def _word_pattern() -> re.Pattern[str]:
    return re.compile(_word_source("s"))


@cache
def _pattern_pattern() -> re.Pattern[str]:
    return re.compile(rf"m+(?:{_word_source('s')})?|{_word_source('t')}")


def _word_source(group: str) -> str:
    scripts = "|".join(_run(script) for script in sorted(set(_CLASS_BY_SCRIPT.values()) - {"x"}))
    # A backreference keeps a run within one script where the script has no letter of its own.
    same = rf"(?P={group})"
    other = rf"(?P<{group}>[\u0100-\uffff])(?:{same}|[dm])*(?:(?:(?<=d)[.,](?=d)|_+)(?:{same}|d)(?:{same}|[dm])*)*"
    number = r"d[dm]*(?:(?:[.,]|_+)d[dm]*)*"
    return f"(?:{number}_*)?(?:{scripts}|{other})|{number}|xm*"
