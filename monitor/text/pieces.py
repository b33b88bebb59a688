"""Pieces of texts: what stands between white space, over which no word and no folding reaches, and beside Han characters.

They come again and again, so what was read of a piece is remembered.
"""

from __future__ import annotations

import re
from functools import lru_cache

from monitor.text.folding import fold, fold_letters, fold_text, hanging_characters
from monitor.text.remembered import Remembered
from monitor.text.scanning import is_modifier, word_spans, words_at

LENGTH_MAX = 48  # a text with a longer one is read whole
REMEMBERED = 10_000  # and as many older ones: some 5 MB; more would take longer to fetch than to read anew

_PIECE = re.compile(r"\S+")
_PUNCTUATION = ".,:;!?()[]“”„«»\"'’…—–-。，、।؟،"  # at an end it belongs to no word, and takes none apart
# Words of one script, each letter of which folds by itself to letters of that script; and those that are folded already.
_ONE_WORD = re.compile(
    "[A-Za-zÀ-ÖØ-öø-ľŁ-ňŊ-žƏəǦǧ]+|[Ѐ-џҐґҒғҚқҮүҰұҺһӘәӨө]+|[ءآ-غف-يٱ-ٴٹ-ۓ]+|[א-ת]+|[ΆΈ-ΊΌΎ-ΡΣ-ώ]+|[Ա-Ֆա-և]+"
)
_FOLDED_WORD = re.compile("[अ-नप-रल-ळव-ह][ँ-नप-रल-ळव-हा-्]*|[가-힣]+|[ა-ჰ]+")


class HangsError(Exception):
    """A piece begins with what belongs to the piece before it, or is so long that it is no piece."""


def starts(text: str) -> list[int]:
    """Where the pieces of a text begin."""
    return [found.start() for found in _PIECE.finditer(text)]


def _read(piece: str) -> tuple[str, ...]:
    if len(piece) > LENGTH_MAX:
        raise HangsError
    core = piece.strip(_PUNCTUATION)
    if core.isascii() and core.isalnum():
        return (core.lower(),)
    if _ONE_WORD.fullmatch(core):
        return (fold_letters(core),)
    if _FOLDED_WORD.fullmatch(core):
        return (core,)
    if _hangs(piece[0]):
        raise HangsError
    folded = fold_text(piece)
    return tuple(words_at(folded, word_spans(folded)))


WORDS_OF = Remembered(_read, REMEMBERED)
"""The folded words of a piece. Raises `HangsError`."""


@lru_cache(maxsize=4096)
def _hangs(character: str) -> bool:
    return character in hanging_characters() or any(map(is_modifier, fold_text(character)))


@lru_cache(maxsize=8192)
def spans_in(piece: str) -> list[tuple[int, int]]:
    """Where the words of a piece stand in it."""
    core = piece.lstrip(_PUNCTUATION)
    start = len(piece) - len(core)
    core = core.rstrip(_PUNCTUATION)
    if (core.isascii() and core.isalnum()) or _ONE_WORD.fullmatch(core):
        return [(start, start + len(core))]
    folded = fold(piece)
    return [folded.span(start, end) for start, end in word_spans(folded.text)]
