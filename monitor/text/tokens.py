"""Words of a text: folded, with positions and with offsets into the original.

Boundaries follow Unicode words (Unicode Standard Annex 29) with the rules of media monitoring on top: a full stop
between letters separates, except in acronyms of single letters (`u.s.` is one word, and is not `us`); `.` and `,`
between digits join; letters of different scripts are a boundary; a double quote between Hebrew letters belongs to the
word; scripts written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) give one word a character, so that a name
is found inside a longer run.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from monitor.text.folding import Folded, fold, fold_text, script_of

ANY_LETTERS = "\ue000"
ONE_LETTER = "\ue001"
"""Stand-ins for `*` and `?` in `pattern_words`, from the private use area, so that they pass as parts of a word."""

FTS5_TOKENIZER = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
"""SQLite FTS5 options under which the tokens of `search_text` are exactly our words: only its spaces separate."""

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
_OTHER_SCRIPTS_FROM = 0x100  # further scripts are numbered from here as they are met


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one text in order: `texts` folded, `starts` and `ends` in code points of the original.

    `signs` holds the currency signs that stand before a word, by its position (`len(texts)` for those after the
    last); they are no words, and most texts have none.
    """

    texts: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    signs: Mapping[int, str] = field(default_factory=dict)


def tokenize(text: str) -> Words:
    """The words of `text`; none for a text without letters and digits."""
    folded = fold(text)
    return _words_of(folded, list(_scan(folded.text, _word_pattern())))


def words(text: str) -> list[str]:
    """The folded words of `text` in order, for comparing and hashing; empty for a text without any."""
    folded = fold_text(text)
    return _as_words(folded, _scan(folded, _word_pattern()))


def search_text(text: str) -> str:
    """The folded words joined by single spaces: what the full-text index holds. Empty for a text without words."""
    return " ".join(words(text))


def pattern_words(text: str) -> Words:
    """The words of a query's term, in which `ANY_LETTERS` and `ONE_LETTER` count as parts of the word they stand in."""
    folded = fold(text)
    return _words_of(folded, list(_scan(folded.text, _pattern_pattern())))


def without(words: Words, taken: Sequence[tuple[int, int]]) -> Words:
    """The words outside the stretches taken out; those around a stretch become neighbours."""
    if not taken:
        return words
    kept = [
        position
        for position, start in enumerate(words.starts)
        if not any(first <= start < last for first, last in taken)
    ]
    count = len(words.texts)
    signs = {new: words.signs[old] for new, old in enumerate([*kept, count]) if old in words.signs}
    return Words(
        tuple([words.texts[position] for position in kept]),
        tuple([words.starts[position] for position in kept]),
        tuple([words.ends[position] for position in kept]),
        signs,
    )


def _words_of(folded: Folded, spans: list[tuple[int, int]]) -> Words:
    texts = tuple(_as_words(folded.text, spans))
    signs = _signs(folded.text, spans)
    if folded.starts is None or folded.ends is None:
        return Words(texts, tuple([start for start, _ in spans]), tuple([end for _, end in spans]), signs)
    starts, ends = folded.starts, folded.ends
    return Words(texts, tuple([starts[start] for start, _ in spans]), tuple([ends[end - 1] for _, end in spans]), signs)


def _as_words(folded: str, spans: list[tuple[int, int]]) -> list[str]:
    """The words at these places; an acronym has its last full stop whether the text has it or not."""
    found = [folded[start:end] for start, end in spans]
    if "." not in "".join(found):  # as in most texts
        return found
    return [f"{word}." if _is_open_acronym(word) else word for word in found]


def _is_open_acronym(word: str) -> bool:
    return "." in word and word[-1] != "." and not any(map(str.isdigit, word))


def _signs(folded: str, spans: list[tuple[int, int]]) -> dict[int, str]:
    signs: dict[int, str] = {}
    found = [match.start() for match in _CURRENCY.finditer(folded)]
    position = 0
    for place in found:
        while position < len(spans) and spans[position][0] < place:
            position += 1
        signs[position] = signs.get(position, "") + folded[place]
    return signs


_CURRENCY = re.compile("[$¢£¤¥֏؋\u07fe\u07ff৲৳৻૱௹฿៛₠-\u20cf꠸]")


def _scan(folded: str, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    classes = folded.translate(_ASCII_CLASSES if folded.isascii() else _CLASSES)
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


def is_unspaced(word: str) -> bool:
    """Whether a word is a character of a script written without spaces."""
    return bool(word) and _CLASSES[ord(word[0])] == "x"
