"""Words of a text: folded, with positions and with offsets into the original.

Boundaries follow Unicode words (Unicode Standard Annex 29) with the rules of media monitoring on top: a full stop
between letters separates, except in acronyms of single letters (`u.s.` is one word, and is not `us`); `.` and `,`
between digits join; letters of different scripts are a boundary; a double quote between Hebrew letters belongs to the
word; scripts written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) give one word a character, so that a name
is found inside a longer run.

There are several ways to read, each text takes the quickest that will do, and all give the same words: in letters of an alphabet
(`alphabets`), by runs of Han characters, by pieces that are remembered (`pieces`), or whole (`scanning`), where a mark hangs on
what stands before a piece. Offsets are worked out when they are asked for (`places`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, chain

from monitor.text.alphabets import spell
from monitor.text.folding import fold, fold_text
from monitor.text.pieces import WORDS_OF, HangsError
from monitor.text.places import Apart, InAlphabet, InPieces, InRuns, Kept, Listed, Part, Places
from monitor.text.scanning import (
    ANY_LETTERS,
    CURRENCY,
    ONE_LETTER,
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

_HAN = re.compile("[一-鿿]+")  # ideographs that fold to themselves, each of them a word
_SIGN = re.compile(f"{CURRENCY.pattern[:-1]}﹩＄￠￡￥￦]")  # as printed, before folding


class Words:
    """The words of one text in order: `texts` folded, `starts` and `ends` in code points of the original.

    `signs` holds the currency signs that stand before a word, by its position (`len(texts)` for those after the
    last); they are no words, and most texts have none.
    """

    __slots__ = ("places", "signs", "texts")

    def __init__(self, texts: tuple[str, ...], signs: Mapping[int, str], places: Places) -> None:
        self.texts, self.signs, self.places = texts, signs, places

    def place(self, position: int) -> tuple[int, int]:
        """Where a word begins and ends, without working out the others."""
        return self.places.of(position)

    def along(self, start: int, end: int) -> tuple[int, int]:
        """Where those words stand in the original that lie from `start` to `end` of the words joined by single spaces."""
        return self.places.along(start, end)

    def count_before(self, offset: int) -> int:
        """How many words begin before this code point of the original."""
        return self.places.before(offset)

    @property
    def starts(self) -> tuple[int, ...]:
        return tuple([self.place(position)[0] for position in range(len(self.texts))])

    @property
    def ends(self) -> tuple[int, ...]:
        return tuple([self.place(position)[1] for position in range(len(self.texts))])


def tokenize(text: str) -> Words:
    """The words of `text`; none for a text without letters and digits."""
    spelled = spell(text)
    try:
        if spelled is not None:
            return _by_alphabet(text, *spelled)
        return _by_runs(text) if _HAN.search(text) else _by_pieces(text)
    except HangsError:
        return _whole(text, word_spans)


def words(text: str) -> list[str]:
    """The folded words of `text` in order, for comparing and hashing; empty for a text without any."""
    return list(tokenize(text).texts)


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
    places = Kept(words.texts, words.places, kept)
    if not words.signs:
        return Words(texts, {}, places)
    stand = [*chain.from_iterable(kept), len(words.texts)]
    return Words(texts, {new: words.signs[old] for new, old in enumerate(stand) if old in words.signs}, places)


def _by_alphabet(text: str, plain: str, stretches: Sequence[tuple[int, int]]) -> Words:
    if not stretches:
        return Words(tuple(plain.split()), {}, InAlphabet(text, plain, ()))
    found: list[str] = []
    apart: list[Apart] = []
    signs: dict[int, str] = {}
    reached = 0
    for start, end in stretches:
        found += plain[reached:start].split()
        piece = text[start:end]
        inside = WORDS_OF[piece]
        _note_signs(piece, len(found), signs)
        apart.append(Apart(start, end, len(found), len(inside)))
        found += inside
        reached = end
    found += plain[reached:].split()
    return Words(tuple(found), signs, InAlphabet(text, plain, apart))


def _by_runs(text: str) -> Words:
    """The words of a text with Han characters."""
    found: list[str] = []
    parts: list[Part] = []
    signs: dict[int, str] = {}
    reached = 0
    for run in _HAN.finditer(text):
        start, end = run.span()
        _read_between(text, (reached, start), found, parts, signs)
        parts.append(Part(start, end, len(found), is_run=True))
        found += run[0]
        reached = end
    _read_between(text, (reached, len(text)), found, parts, signs)
    return Words(tuple(found), signs, InRuns(text, parts))


def _read_between(
    text: str, stretch: tuple[int, int], found: list[str], parts: list[Part], signs: dict[int, str]
) -> None:
    """Read what stands between two runs."""
    first = len(found)
    for piece in text[stretch[0] : stretch[1]].split():
        inside = WORDS_OF[piece]
        _note_signs(piece, len(found), signs)
        found += inside
    if len(found) > first:
        parts.append(Part(*stretch, first, is_run=False))


def _by_pieces(text: str) -> Words:
    pieces = text.split()
    found = [WORDS_OF[piece] for piece in pieces]
    signs: dict[int, str] = {}
    if _SIGN.search(text):
        for piece, before in zip(pieces, accumulate(map(len, found), initial=0), strict=False):
            _note_signs(piece, before, signs)
    return Words(tuple(chain.from_iterable(found)), signs, InPieces(text, pieces, found))


def _note_signs(piece: str, before: int, signs: dict[int, str]) -> None:
    """Add the signs of a piece that so many words stand before."""
    if _SIGN.search(piece):
        folded = fold_text(piece)
        for position, sign in signs_among(folded, word_spans(folded)).items():
            signs[before + position] = signs.get(before + position, "") + sign


def _whole(text: str, spans_in: Callable[[str], list[tuple[int, int]]]) -> Words:
    """The words of a text read at one go."""
    folded = fold(text)
    spans = spans_in(folded.text)
    places = [folded.span(start, end) for start, end in spans]
    texts = tuple(words_at(folded.text, spans))
    listed = Listed(texts, [start for start, _ in places], [end for _, end in places])
    return Words(texts, signs_among(folded.text, spans), listed)
