"""Words of a text: folded, with positions and with offsets into the original.

Boundaries follow Unicode words (Unicode Standard Annex 29) with the rules of media monitoring on top: a full stop
between letters separates, except in acronyms of single letters (`u.s.` is one word, and is not `us`); `.` and `,`
between digits join; letters of different scripts are a boundary; a double quote between Hebrew letters belongs to the
word; scripts written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) give one word a character, so that a name
is found inside a longer run.

No word and no folding reaches over white space or over a Han character, and what stands between comes again and again: so a
text is cut there, and what was read of a piece is remembered. Where a piece begins with a mark that hangs on what stands before
it, the text is read whole. Offsets are worked out when they are asked for.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, chain
from typing import Protocol

from monitor.text.folding import fold, fold_letters, fold_text, hanging_characters
from monitor.text.remembered import Remembered
from monitor.text.scanning import (
    ANY_LETTERS,
    CURRENCY,
    ONE_LETTER,
    is_modifier,
    is_unspaced,
    pattern_spans,
    signs_among,
    word_spans,
    words_at,
)

__all__ = [
    "ANY_LETTERS",
    "FTS5_TOKENIZER",
    "ONE_LETTER",
    "Words",
    "is_unspaced",
    "pattern_words",
    "search_text",
    "tokenize",
    "without",
    "words",
]

FTS5_TOKENIZER = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
"""SQLite FTS5 options under which the tokens of `search_text` are exactly our words: only its spaces separate."""

PIECE_LENGTH_MAX = 48  # a text with a longer one is read whole
PIECES_REMEMBERED = 10_000  # and as many older ones: some 5 MB; more would take longer to fetch than to read anew

_HAN = re.compile("[一-鿿]")  # ideographs that fold to themselves
_PIECE_OR_HAN = re.compile(r"[一-鿿]|[^\s一-鿿]+")
_PIECE = re.compile(r"\S+")
_PUNCTUATION = ".,:;!?()[]“”„«»\"'’…—–-。，、।؟،"  # at an end it belongs to no word, and takes none apart
# Words of one script, each letter of which folds by itself to letters of that script; and those that are folded already.
_ONE_WORD = re.compile(
    "[A-Za-zÀ-ÖØ-öø-ľŁ-ňŊ-žƏəǦǧ]+|[Ѐ-џҐґҒғҚқҮүҰұҺһӘәӨө]+|[ءآ-غف-يٱ-ٴٹ-ۓ]+|[א-ת]+|[ΆΈ-ΊΌΎ-ΡΣ-ώ]+|[Ա-Ֆա-և]+"
)
_FOLDED_WORD = re.compile("[अ-नप-रल-ळव-ह][ँ-नप-रल-ळव-हा-्]*|[가-힣]+|[ა-ჰ]+")
_SIGN = re.compile(f"{CURRENCY.pattern[:-1]}﹩＄￠￡￥￦]")  # as printed, before folding


class Words:
    """The words of one text in order: `texts` folded, `starts` and `ends` in code points of the original.

    `signs` holds the currency signs that stand before a word, by its position (`len(texts)` for those after the
    last); they are no words, and most texts have none.
    """

    __slots__ = ("_places", "signs", "texts")

    def __init__(self, texts: tuple[str, ...], signs: Mapping[int, str], places: _Places) -> None:
        self.texts, self.signs, self._places = texts, signs, places

    def place(self, position: int) -> tuple[int, int]:
        """Where a word begins and ends, without working out the others."""
        return self._places.of(position)

    def count_before(self, offset: int) -> int:
        """How many words begin before this code point of the original."""
        return self._places.before(offset)

    @property
    def starts(self) -> tuple[int, ...]:
        return tuple([self.place(position)[0] for position in range(len(self.texts))])

    @property
    def ends(self) -> tuple[int, ...]:
        return tuple([self.place(position)[1] for position in range(len(self.texts))])


def tokenize(text: str) -> Words:
    """The words of `text`; none for a text without letters and digits."""
    pieces = _pieces(text)
    try:
        found = [_KNOWN[piece] for piece in pieces]
    except _HangsError:
        return _whole(text, word_spans)
    signs = _signs(text, pieces, found)
    return Words(tuple(chain.from_iterable(found)), signs, _InPieces(text, pieces, found))


def words(text: str) -> list[str]:
    """The folded words of `text` in order, for comparing and hashing; empty for a text without any."""
    try:
        return list(chain.from_iterable([_KNOWN[piece] for piece in _pieces(text)]))
    except _HangsError:
        folded = fold_text(text)
        return words_at(folded, word_spans(folded))


def search_text(text: str) -> str:
    """The folded words joined by single spaces: what the full-text index holds. Empty for a text without words."""
    return " ".join(words(text))


def pattern_words(text: str) -> Words:
    """The words of a query's term, in which `ANY_LETTERS` and `ONE_LETTER` count as parts of the word they stand in."""
    return _whole(text, pattern_spans)


def without(words: Words, taken: Sequence[tuple[int, int]]) -> Words:
    """The words outside the stretches taken out, which are in order and apart; those around a stretch become neighbours."""
    if not taken:
        return words
    kept: list[range] = []
    position = 0
    for start, end in taken:
        kept.append(range(position, words.count_before(start)))
        position = words.count_before(end)
    kept.append(range(position, len(words.texts)))
    texts = tuple(chain.from_iterable([words.texts[stretch.start : stretch.stop] for stretch in kept]))
    places = _Kept(words, kept)
    if not words.signs:
        return Words(texts, {}, places)
    stand = [*chain.from_iterable(kept), len(words.texts)]
    return Words(texts, {new: words.signs[old] for new, old in enumerate(stand) if old in words.signs}, places)


# -- where words stand -------------------------------------------------------------------------------


class _Places(Protocol):
    def of(self, position: int) -> tuple[int, int]: ...

    def before(self, offset: int) -> int: ...


class _Listed:
    """Places that are known already."""

    def __init__(self, starts: Sequence[int], ends: Sequence[int]) -> None:
        self._starts, self._ends = starts, ends

    def of(self, position: int) -> tuple[int, int]:
        return self._starts[position], self._ends[position]

    def before(self, offset: int) -> int:
        return bisect_left(self._starts, offset)


class _Kept:
    """The places of some of another text's words: those in stretches of its positions."""

    def __init__(self, words: Words, kept: Sequence[range]) -> None:
        self._words, self._kept = words, kept

    def of(self, position: int) -> tuple[int, int]:
        stretches = iter(self._kept)
        while position >= len(stretch := next(stretches)):
            position -= len(stretch)
        return self._words.place(stretch[position])

    def before(self, offset: int) -> int:
        count = self._words.count_before(offset)
        return sum([min(max(count - stretch.start, 0), len(stretch)) for stretch in self._kept])


class _InPieces:
    """Places by way of the pieces that a text was read by, `found` being the words of each."""

    __slots__ = ("_counts", "_ends", "_found", "_pieces", "_starts", "_text")

    def __init__(self, text: str, pieces: Sequence[str], found: Sequence[tuple[str, ...]]) -> None:
        self._text, self._pieces, self._found = text, pieces, found
        self._counts: list[int] | None = None  # of the words up to each piece's last
        self._ends: list[int] = []  # of the pieces, were there nothing between them
        self._starts: list[int] = []  # of the pieces, where there is more than one character of white space somewhere

    def _measure(self) -> list[int]:
        pieces, text = self._pieces, self._text
        self._ends = list(accumulate(map(len, pieces)))
        if len(text) != self._ends[-1] + len(pieces) - 1 or _HAN.search(text):
            pattern = _PIECE_OR_HAN if _HAN.search(text) else _PIECE
            self._starts = [match.start() for match in pattern.finditer(text)]
        self._counts = list(accumulate(map(len, self._found)))
        return self._counts

    def of(self, position: int) -> tuple[int, int]:
        counts = self._counts or self._measure()
        number = bisect_right(counts, position)
        piece = self._pieces[number]
        start, end = _spans_in(piece)[position - counts[number]]  # counted from the piece's last word
        shift = self._starts[number] if self._starts else self._ends[number] - len(piece) + number
        return start + shift, end + shift

    def before(self, offset: int) -> int:
        begun = _pieces(self._text[:offset])
        if not begun:
            return 0
        last = len(begun) - 1
        inside = sum([start < len(begun[last]) for start, _ in _spans_in(self._pieces[last])])
        return sum(map(len, self._found[:last])) + inside


# -- reading -----------------------------------------------------------------------------------------


class _HangsError(Exception):
    """A piece begins with what belongs to the piece before it, or is so long that it is no piece."""


def _read_piece(piece: str) -> tuple[str, ...]:
    if len(piece) > PIECE_LENGTH_MAX:
        raise _HangsError
    core = piece.strip(_PUNCTUATION)
    if core.isascii() and core.isalnum():
        return (core.lower(),)
    if _ONE_WORD.fullmatch(core):
        return (fold_letters(core),)
    if _FOLDED_WORD.fullmatch(core):
        return (core,)
    if _hangs(piece[0]):
        raise _HangsError
    folded = fold_text(piece)
    return tuple(words_at(folded, word_spans(folded)))


_KNOWN = Remembered(_read_piece, PIECES_REMEMBERED)


def _pieces(text: str) -> list[str]:
    if text.isascii() or not _HAN.search(text):
        return text.split()
    return _PIECE_OR_HAN.findall(text)


@lru_cache(maxsize=4096)
def _hangs(character: str) -> bool:
    return character in hanging_characters() or any(map(is_modifier, fold_text(character)))


@lru_cache(maxsize=8192)
def _spans_in(piece: str) -> list[tuple[int, int]]:
    """Where the words of a piece stand in it."""
    core = piece.lstrip(_PUNCTUATION)
    start = len(piece) - len(core)
    core = core.rstrip(_PUNCTUATION)
    if (core.isascii() and core.isalnum()) or _ONE_WORD.fullmatch(core):
        return [(start, start + len(core))]
    folded = fold(piece)
    return [folded.span(start, end) for start, end in word_spans(folded.text)]


def _signs(text: str, pieces: Sequence[str], found: Sequence[tuple[str, ...]]) -> Mapping[int, str]:
    printed = set(_SIGN.findall(text))
    if not printed:
        return {}
    signs: dict[int, str] = {}
    before = [0, *accumulate(map(len, found))]
    for number in sorted({number for sign in printed for number, piece in enumerate(pieces) if sign in piece}):
        folded = fold_text(pieces[number])
        for position, sign in signs_among(folded, word_spans(folded)).items():
            place = before[number] + position
            signs[place] = signs.get(place, "") + sign
    return signs


def _whole(text: str, spans_in: Callable[[str], list[tuple[int, int]]]) -> Words:
    """The words of a text read at one go."""
    folded = fold(text)
    spans = spans_in(folded.text)
    places = [folded.span(start, end) for start, end in spans]
    listed = _Listed([start for start, _ in places], [end for _, end in places])
    return Words(tuple(words_at(folded.text, spans)), signs_among(folded.text, spans), listed)
