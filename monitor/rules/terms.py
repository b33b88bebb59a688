"""A term's text as the words to look for."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from monitor.errors import RuleError
from monitor.rules.lexer import on_one_line
from monitor.rules.match import Part
from monitor.text.tokens import ANY_LETTERS, ONE_LETTER, is_unspaced, pattern_words, tokenize

STEM_LENGTH_MIN = 3
_REMEMBERED = 32_768  # rules share most of their words


class Words(NamedTuple):
    """The words of a term in order; `signs` are the currency signs before the n-th of them."""

    parts: tuple[Part, ...]
    signs: tuple[tuple[int, str], ...]


@lru_cache(maxsize=_REMEMBERED)
def read_term(text: str) -> Words:
    """The words of a bare word or of a phrase without its quotation marks; equal terms share one answer.

    Raises `RuleError` for what could match any word, or none.
    """
    if not text.strip():
        raise RuleError("this phrase is empty: write a word between the quotation marks", text, 0)
    words = pattern_words(text.replace("*", ANY_LETTERS).replace("?", ONE_LETTER) if _is_open(text) else text)
    if not any(map(has_letters, words.texts)):
        raise wordless(text)
    signs = tuple([(place, sign) for place, found in sorted(words.signs.items()) for sign in found])
    return Words(tuple([_part(word, text) for word in words.texts]), signs)


@lru_cache(maxsize=_REMEMBERED)
def read_spellings(text: str) -> tuple[str, ...]:
    """The words of `cs(…)` as they are spelled, in NFC. Raises `RuleError` for one without words, or with wildcards."""
    if _is_open(text):
        raise RuleError(
            f"`cs()` takes words as they are spelled, without `*` and `?`: `cs(WHO)`, not `cs({on_one_line(text)})`",
            text,
            0,
        )
    words = tokenize(text)
    return tuple(
        [unicodedata.normalize("NFC", text[start:end]) for start, end in zip(words.starts, words.ends, strict=True)]
    )


def wordless(text: str) -> RuleError:
    """What is wrong with a term that holds no word."""
    shown = on_one_line(text)
    if _is_open(text):
        message = f"`{shown}` would match any word: write the letters it stands beside, as in `word*`"
    else:
        message = f"`{shown}` holds no word to look for: leave it out, or write a word"
    return RuleError(message, text, 0)


def has_letters(word: str) -> bool:
    return any(map(str.isalnum, word))


def _is_open(text: str) -> bool:
    return "*" in text or "?" in text


def _part(word: str, text: str) -> Part:
    if word.isalnum():  # as most are
        return Part(word)
    stem, star, rest = word.partition(ANY_LETTERS)
    if rest:
        raise RuleError("`*` stands only at a word's end, once: `word*`", text, 0)
    if not has_letters(stem):
        raise RuleError(
            f"the wildcard in `{on_one_line(text)}` stands alone: write it beside the letters of its word", text, 0
        )
    if not star and ONE_LETTER not in stem:
        return Part(stem)
    if is_unspaced(stem):  # found inside any longer run anyway
        return Part(stem.replace(ONE_LETTER, ""))
    if star and sum(map(str.isalnum, stem)) < STEM_LENGTH_MIN:
        raise RuleError(
            f"`*` needs at least {STEM_LENGTH_MIN} letters before it, or far too much would match: write more of"
            f" `{stem.replace(ONE_LETTER, '?')}*`, or the whole words",
            text,
            0,
        )
    if ONE_LETTER not in stem:
        return Part(stem, is_stem=True)
    pattern = ".".join(map(re.escape, stem.split(ONE_LETTER))) + (".*" if star else "")
    return Part(stem.partition(ONE_LETTER)[0], pattern=re.compile(pattern, re.DOTALL))
