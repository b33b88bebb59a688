"""A term's text as the words to look for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from itertools import zip_longest
from typing import NamedTuple

from monitor.errors import RuleError
from monitor.rules.lexer import marks, on_one_line
from monitor.rules.match import Part
from monitor.text.folding import fold_text, mark_class
from monitor.text.tokens import ANY_LETTERS, ONE_LETTER, is_unspaced, pattern_words, tokenize
from monitor.text.tokens import Words as Tokens

STEM_LENGTH_MIN = 3
_REMEMBERED = 32_768  # rules share most of their words
_MAY_MEAN = re.compile(r"AND|OR|NOT|NEAR|&&|\|\||[:：@＠~～/／(（]|[Ａ-Ｚ]|^\s*\W")
_MEANING = frozenset(("AND", "OR", "NOT", "NEAR", "FIELD", "ATLEAST", "LIST", "CASE", "LOOSE"))
_FIRST_UNSPACED = "\u0e00"  # no script without spaces stands before it
_STAR_INSIDE = "`*` stands only at a word's end, once: `word*`"


class Words(NamedTuple):
    """The words of a term in order; `signs` are the currency signs before the n-th of them, and whether they touch it."""

    parts: tuple[Part, ...]
    signs: tuple[tuple[int, str, bool], ...]


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
    if max(text) < _FIRST_UNSPACED:  # as most are
        parts = [_part(word, text) for word in words.texts]
        return Words(tuple(parts), _signs(words, range(len(parts) + 1), text) if words.signs else ())
    parts = []
    begun: list[int] = []  # with which part each word begins
    run: list[str] = []  # the characters of a script without spaces that touch the word
    for word, end, next_start in zip_longest(words.texts, words.ends, words.starts[1:]):
        begun.append(len(parts))
        if is_unspaced(word.lstrip(ONE_LETTER)):
            run.append(word)
            letters = _letters(_without_star(run, text, is_last=next_start != end))
            parts += [replace(part, is_joined=len(run) > 1 or place > 0) for place, part in enumerate(letters)]
        else:
            parts.append(_part(word, text))
        if next_start != end or not is_unspaced(word.lstrip(ONE_LETTER)):
            run = []
    return Words(tuple(parts), _signs(words, [*begun, len(parts)], text))


def _signs(words: Tokens, begun: Sequence[int], text: str) -> tuple[tuple[int, str, bool], ...]:
    """The signs before each part, and whether they touch it; `begun` says with which part each word begins."""
    starts = [*words.starts, 0]
    return tuple(
        [
            (begun[place], sign, fold_text(text[max(0, starts[place] - 1) : starts[place]]) == sign)
            for place, found in sorted(words.signs.items())
            for sign in found
        ]
    )


def _without_star(run: list[str], text: str, *, is_last: bool) -> str:
    """The last word of a run of characters that are words without spaces, and without the star behind it, which says nothing:
    such words are found inside any longer run anyway."""
    word, star, rest = run[-1].partition(ANY_LETTERS)
    if star and (rest or not is_last):
        raise RuleError(_STAR_INSIDE, text, 0)
    if star and sum(map(letter_count, run)) < STEM_LENGTH_MIN:
        raise RuleError(
            f"`*` needs at least {STEM_LENGTH_MIN} letters before it; in this script words are found inside any longer run"
            f" anyway, so leave it out: `{on_one_line(text).replace('*', '')}`",
            text,
            0,
        )
    return word


def _letters(word: str) -> Iterator[Part]:
    """A character of a script without spaces as a part, and each letter left open beside it as one."""
    for piece in re.split(f"({ONE_LETTER})", word):
        if piece:
            yield Part("", pattern=_any_letter()) if piece == ONE_LETTER else Part(piece)


@cache
def _any_letter() -> re.Pattern[str]:
    return re.compile(f".[{mark_class()}]*", re.DOTALL)


def letter_count(word: str) -> int:
    """How many letters and digits a folded word has; of a Hangul syllable, those it is written with (jamo)."""
    return sum(
        [
            len(unicodedata.normalize("NFD", letter)) if "가" <= letter <= "힣" else 1
            for letter in word
            if letter.isalnum()
        ]
    )


@lru_cache(maxsize=_REMEMBERED)
def can_be_truncated(text: str) -> bool:
    """Whether a star may stand behind a term: behind three letters of a word, not behind an acronym's full stop, nor in a script
    without spaces."""
    words = pattern_words(text.rstrip() + ANY_LETTERS).texts
    stem, star, _ = words[-1].partition(ANY_LETTERS)
    is_word = bool(star) and "." not in stem and not is_unspaced(stem.lstrip(ONE_LETTER))
    return is_word and letter_count(stem) >= STEM_LENGTH_MIN


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


def refuse_operators(text: str, instead: str) -> None:
    """Raises `RuleError` where a term of which only words are looked for holds what means something in a query alone. `instead`
    says what it may hold, and where the rest belongs. Between quotation marks, all are words.
    """
    if not _MAY_MEAN.search(text):
        return
    try:
        found = marks(text)
    except RuleError:  # words, whatever a query would make of them
        return
    for mark in found:
        is_alone = len(found) == 1 and mark.type in ("AND", "OR", "NOT", "NEAR")
        is_inside = mark.value == "-" and mark.start > 0  # a dash between words only parts them
        is_hashtag = mark.kind == "FIELD" and text[mark.start] in "#＃"
        if {mark.type, mark.kind} & _MEANING and not (is_alone or is_inside or is_hashtag):
            shown = on_one_line(text[mark.start : mark.end])
            raise RuleError(
                f"`{shown}` says nothing here: {instead}; where it is meant as a word, put the whole into quotation marks",
                text,
                mark.start,
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
        raise RuleError(_STAR_INSIDE, text, 0)
    if not has_letters(stem):
        raise RuleError(
            f"the wildcard in `{on_one_line(text)}` stands alone: write it beside the letters of its word", text, 0
        )
    if not star and ONE_LETTER not in stem:
        return Part(stem)
    if star and letter_count(stem) < STEM_LENGTH_MIN:
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
