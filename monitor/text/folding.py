"""One spelling for every script: separators, then NFKC, then case, marks, letters and digits.

Rules and texts are folded alike, so that *Qarabağ*, *QARABAG* and *Qarabaǧ* are one word, and ي and ی one letter.
Every folded character knows the stretch of the original it came from; a stretch is a whole cluster (a letter with its
marks), so that a hit is never cut inside an accent.

Sources: Unicode Standard Annex 15 (NFKC), Unicode Character Database (case folding, decompositions) by way of
`unicodedata`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

FOLD_VERSION = 1
"""Grows whenever a text may fold differently: indexes over folded text are built again then."""

SEPARATOR = "-"
_SEPARATORS = frozenset("'’‘‛ʼʻ`´′＇՚׳-‐‑‒–—―−－֊־")
_DOUBLE_QUOTES = frozenset('"“”„‟״＂″')
# Dropped in every script: soft hyphen, joiners, direction and byte-order marks, invisible operators, variation
# selectors, and the Arabic tatweel and the Armenian marks of stress, exclamation and question, which stand inside
# words and are no letters.
_DROPPED = (
    "\u00ad\u034f\u061c\u0640\u055b\u055c\u055e\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0100-\U000e01ef"
)
_IS_DROPPED = re.compile(f"[{_DROPPED}]")
_CONJOINING = "\u1160-\u11ff\ud7b0-\ud7ff\uff9e\uff9f"  # vowels and finals of Hangul, halfwidth voicing marks of kana
_MARKS_KEPT_MAX = 24  # marks on one letter; more are taken as clusters of their own, so that normalising stays linear
_LAST_BLOCK_WITH_MARKS = 0x1F000

_LETTERS = str.maketrans(
    {"ə": "e", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŋ": "n", "æ": "ae", "œ": "oe", "ı": "i"}
    | {"ё": "е", "ѐ": "е", "ѝ": "и"}
    | dict.fromkeys("ىی", "ي")
    | {"ک": "ك"}
    | dict.fromkeys("ةہۀۂ", "ه")
    | dict.fromkeys("أإآ", "ا")
    | {"\u066b": ".", "\u066c": ","}  # Arabic decimal and thousands marks
)
_ACUTE_AND_GRAVE = frozenset("\u0300\u0301")
_ASCII = {**{code: chr(code).lower() for code in range(128)}, ord("'"): SEPARATOR, ord("`"): SEPARATOR}


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text with its way back. `starts` and `ends` are None where both texts run character by character."""

    original: str
    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The code points of the original behind `text[start:end]`, `start < end`."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """The folded form of `text`, of any length, with offsets back into it.

    White space, punctuation and line ends stay; apostrophes and hyphens of all kinds become `-`, double quotes `"`.
    Folding a folded text changes nothing. An empty text gives an empty one.
    """
    if text.isascii():
        return Folded(text, text.translate(_ASCII))
    starts: list[int] = []
    ends: list[int] = []
    if not _holds_hanging(text):
        joined = text.translate(_TABLE)
        if len(joined) == len(text):  # nothing is dropped, so equal length means one for one
            return Folded(text, join_armenian(joined))
        _place_plain(text, 0, len(text), (starts, ends))
        return Folded(text, join_armenian(joined), starts, ends)
    pieces: list[str] = []
    position = 0
    for hanging in hanging_pattern().finditer(text):
        start, end = max(hanging.start() - 1, position), hanging.end()
        _fold_plain(text, position, start, (pieces, starts, ends))
        folded = _fold_cluster(text[start:end])
        pieces.append(folded)
        starts.extend([start] * len(folded))
        ends.extend([end] * len(folded))
        position = end
    _fold_plain(text, position, len(text), (pieces, starts, ends))
    return Folded(text, join_armenian("".join(pieces)), starts, ends)


def fold_text(text: str) -> str:
    """`fold(text).text`, without the offsets."""
    if text.isascii():
        return text.translate(_ASCII)
    if not _holds_hanging(text):
        return join_armenian(text.translate(_TABLE))
    pieces: list[str] = []
    position = 0
    for hanging in hanging_pattern().finditer(text):
        start = max(hanging.start() - 1, position)
        pieces.append(text[position:start].translate(_TABLE))
        pieces.append(_fold_cluster(text[start : hanging.end()]))
        position = hanging.end()
    pieces.append(text[position:].translate(_TABLE))
    return join_armenian("".join(pieces))


def fold_letters(letters: str) -> str:
    """`fold_text` of letters on which nothing hangs."""
    return join_armenian(letters.translate(_TABLE))


def _fold_plain(text: str, start: int, end: int, out: tuple[list[str], list[int], list[int]]) -> None:
    """Fold a stretch without marks."""
    pieces, starts, ends = out
    joined = text[start:end].translate(_TABLE)
    pieces.append(joined)
    if len(joined) == end - start:  # nothing is dropped here, so equal length means one for one
        starts.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))
    else:
        _place_plain(text, start, end, (starts, ends))


def _place_plain(text: str, start: int, end: int, out: tuple[list[int], list[int]]) -> None:
    """The places of a stretch without marks, folded before: one for one, but for the few characters that become several."""
    starts, ends = out
    position = start
    for wide in _TABLE.wide().finditer(text, start, end):
        place = wide.start()
        width = len(_TABLE[ord(text[place])])
        starts.extend(range(position, place))
        ends.extend(range(position + 1, place + 1))
        starts.extend([place] * width)
        ends.extend([place + 1] * width)
        position = place + 1
    starts.extend(range(position, end))
    ends.extend(range(position + 1, end + 1))


class _Table(dict[int, str]):
    """Folded form by code point, filled as characters are met."""

    def __init__(self) -> None:
        super().__init__()
        self._wide, self._pattern = "", re.compile("(?!)")

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_cluster(chr(code))
        if len(folded) != 1:
            self._wide += chr(code)
            self._pattern = re.compile(f"[{re.escape(self._wide)}]")
        return folded

    def wide(self) -> re.Pattern[str]:
        """Any of the characters met so far that do not fold to exactly one."""
        return self._pattern


_TABLE = _Table()


@cache
def mark_class() -> str:
    """The combining marks of all scripts, as the inside of a regular expression's character class."""
    marks = [code for code in range(0x300, _LAST_BLOCK_WITH_MARKS) if unicodedata.category(chr(code)).startswith("M")]
    ranges: list[list[int]] = []
    for code in marks:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


@cache
def hanging_pattern() -> re.Pattern[str]:
    """What hangs on the character before it: marks, dropped characters, parts of a syllable or kana."""
    return re.compile(f"[{mark_class()}{_DROPPED}{_CONJOINING}]{{1,{_MARKS_KEPT_MAX}}}")


@cache
def hanging_characters() -> frozenset[str]:
    """What hangs on the character before it: those that `hanging_pattern` finds."""
    ranges = re.findall("(.)(?:-(.))?", mark_class() + _DROPPED + _CONJOINING)
    return frozenset(chr(code) for first, last in ranges for code in range(ord(first), ord(last or first) + 1))


def _holds_hanging(text: str) -> bool:
    """Whether something hangs in a text: its different characters are few, so that this is quicker than to search it."""
    return not hanging_characters().isdisjoint(set(text))


@lru_cache(maxsize=8192)
def _fold_cluster(cluster: str) -> str:
    """Fold a letter with its marks, or a lone character. Empty where nothing but dropped characters is there."""
    cluster = _IS_DROPPED.sub("", cluster)
    if not cluster:
        return ""
    base = cluster[0]
    if base in _SEPARATORS:
        return SEPARATOR
    if base in _DOUBLE_QUOTES:
        return '"'
    if base == "\u200b" or unicodedata.decomposition(base).startswith("<super>"):
        return " "  # zero-width space; ™ and superscripts end a word
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).casefold())
    folded = unicodedata.normalize("NFC", _strip_marks(folded)).translate(_LETTERS)
    folded = "".join(map(_fold_digit_or_separator, folded))
    if unicodedata.category(base) == "So" and folded != base:
        return f" {folded} "  # № ℃ ㎏: letters that belong to no word beside them
    return folded


def _fold_digit_or_separator(character: str) -> str:
    if character in _SEPARATORS:
        return SEPARATOR
    decimal = unicodedata.decimal(character, None)
    return character if decimal is None else str(decimal)


def _strip_marks(text: str) -> str:
    """Drop the marks that spelling varies in; which they are depends on the script of the letter below."""
    below = ""
    kept: list[str] = []
    # Arabic hamza forms must compose with any of the three yehs before the marks go, so letters are made one first.
    composed = unicodedata.normalize("NFC", text.translate(_LETTERS))
    for character in unicodedata.normalize("NFD", composed):
        category = unicodedata.category(character)
        if not unicodedata.combining(character) and category[0] != "M":
            below = character
        # Marks that take room of their own are the vowels of Indic scripts: spelling never drops them, and others stand on them.
        elif category != "Mc" and not _is_kept(character, below):
            continue
        kept.append(character)
    return "".join(kept)


def _is_kept(mark: str, below: str) -> bool:
    script = script_of(below)
    if script == "CYRILLIC":
        return mark not in _ACUTE_AND_GRAVE or below in "гк"  # ѓ and ќ are letters; elsewhere these two mark the stress
    if script == "ARABIC":
        return mark == "\u0654" and below in "يوے"  # ئ ؤ ۓ
    return script not in ("LATIN", "GREEK", "HEBREW", "")


@lru_cache(maxsize=16384)
def script_of(character: str) -> str:
    """The script of a letter as Unicode names it (`LATIN`, `CJK`, `HANGUL` …); empty for anything else, and for no
    character.
    """
    if not character or not character.isalpha() or unicodedata.category(character) == "Lm":
        return _LETTER_MODIFIERS.get(character, "")
    return unicodedata.name(character, "").partition(" ")[0].partition("-")[0]


_LETTER_MODIFIERS = dict.fromkeys("ーゝゞヽヾ", "KATAKANA") | dict.fromkeys("々〻", "CJK") | {"ๆ": "THAI", "ໆ": "LAO"}


def join_armenian(folded: str) -> str:
    """և is written եւ and եվ too; both are two letters, so offsets stay."""
    return folded.replace("եվ", "եւ")
