"""Summaries cut at a sentence, lines wrapped for reading, and characters that must not reach a reader's screen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from monitor.text.folding import script_of

# Surrogates and controls cannot be sent; direction overrides, embeddings and isolates would reorder what follows them.
UNFIT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]")
# What cannot be seen: soft hyphens, direction marks, fillers, joiners of words, tags. Joiners within words (ZWJ, ZWNJ) stay.
_INVISIBLE = re.compile("[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2060-\u206f\U000e0000-\U000e007f]")
_SPACES = re.compile(r"[\s\u2028\u2029\x85]+")
_PARAGRAPH = re.compile(r"\n")
# What ends a sentence (Sentence_Terminal of Unicode's PropList for scripts in use, and Tibetan's mark); those of the first kind
# also stand elsewhere, and end one only before a space.
_STOPS_ELSEWHERE = ".!?…"
_STOPS = re.compile(
    "[.!?…؟۔։।॥။၊።፧៕។᠃᠉᱾།。！？．｡؝؞\u0700-\u0702\u07f9\u061d-\u061f\uaaf0\uaaf1\uabeb]+[\"'”’»)\\]」』）]*"
)
# Words whose full stop ends no sentence.
_NO_STOP = frozenset(
    re.findall(
        r"\w+",
        "mr mrs ms dr prof gen col capt lt maj sgt amb sen rep hon rev gov st no nos vs vol art ca approx inc ltd co corp "
        "jan feb mar apr jun jul aug sep sept oct nov dec г гг ул им т тыс млн млрд bzw usw sayın",
    )
)
_WORD_BEFORE = re.compile(r"[^\W\d_](?:[\w.]*[^\W_])?$")
_EARLIEST = 0.25  # a sentence that ends before this part of the limit leaves too little; then cut at a word


def fit(text: str) -> str:
    """The text on one line, without what cannot be sent or would disturb what stands around it."""
    return _SPACES.sub(" ", UNFIT.sub("", text)).strip()


def clean(text: str) -> str:
    """The text on one line, as `fit`, and without what nobody sees: what stands in headers and short messages."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", fit(text))).strip()


def excerpt(text: str, limit: int) -> str:
    """The beginning of `text` in at most `limit` characters, on one line: whole sentences where one ends in time, else
    whole words and an ellipsis. Empty for an empty text or a limit of 0.
    """
    text = fit(text)
    if len(text) <= limit:
        return text
    end = _last_stop(text, limit)
    if end >= limit * _EARLIEST:
        return text[:end]
    return shorten(text, limit)


def shorten(text: str, limit: int) -> str:
    """The text cut at a word to at most `limit` characters with the ellipsis; without spaces, at a character."""
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    if space >= limit // 2:
        cut = cut[:space]
    while cut and unicodedata.combining(text[len(cut)]):
        cut = cut[:-1]  # never part a letter from its marks
    return cut.rstrip(" ,;:–—-،؛、，") + "…"


def _last_stop(text: str, limit: int) -> int:
    """Where the last whole sentence within `limit` ends; 0 where none does."""
    return max(sentence_ends(text, limit), default=0)


def sentence_ends(text: str, limit: int | None = None) -> Iterator[int]:
    """Where sentences end in the text, or in its first `limit` characters: behind the stop and the quotes and brackets after
    it, in order. The end of the text is none by itself."""
    for stop in _STOPS.finditer(text, 0, len(text) if limit is None else limit):
        if _is_sentence_end(text, stop.start(), stop.end()):
            yield stop.end()


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence, in order, without the white space around it; a line break that stands for a new
    paragraph ends one too."""
    found, start = [], 0
    lines = (line.start() for line in _PARAGRAPH.finditer(text))
    for end in sorted({*sentence_ends(text), *lines, len(text)}):
        while start < end and text[start].isspace():
            start += 1
        if start < end:
            found.append((start, end))
            start = end
    return found


def _is_sentence_end(text: str, start: int, end: int) -> bool:
    if text[start] not in _STOPS_ELSEWHERE:
        return True
    after = text[end : end + 2]
    if after and not after[0].isspace():
        return False
    if text[start] != ".":
        return True
    if after[1:].islower():
        return False
    word = _WORD_BEFORE.search(text, max(0, start - 20), start)
    return word is None or (len(word.group()) > 1 and "." not in word.group() and word.group().lower() not in _NO_STOP)


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction runs from right to left (Unicode Standard Annex 9, rules P2 and P3)."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def wrap(text: str, width: int, indent: str = "") -> list[str]:
    """Lines of at most `width` columns, cut at spaces, between characters only in scripts that have none.

    Words that are longer (addresses) stay whole. Lines that run from right to left are left as they are, for the
    reader's own program to lay out.
    """
    if is_right_to_left(text):
        return [text]
    lines, line, left = [], "", width - columns(indent)
    for word in text.split():
        for number, piece in enumerate(_pieces(word)):
            joint, wide = "" if number or not line else " ", columns(piece)
            if line and wide + len(joint) > left:
                lines.append(indent + line)
                line, joint, left = "", "", width - columns(indent)
            line += joint + piece
            left -= wide + len(joint)
    return [*lines, indent + line] if line else lines


def columns(text: str) -> int:
    """How wide a text stands in fixed columns: two for wide East Asian characters, none for marks."""
    if text.isascii():
        return len(text)
    return sum(
        2 if unicodedata.east_asian_width(character) in "WF" else 0 if unicodedata.combining(character) else 1
        for character in text
    )


def _pieces(word: str) -> list[str]:
    """A word in the pieces between which a line may end: characters of Han and kana with the marks that follow them."""
    if word.isascii() or not any(script_of(character) in ("CJK", "HIRAGANA", "KATAKANA") for character in word):
        return [word]
    return re.findall(r"[「『（《“]*[^「『（《“][、。，．！？：；」』）》”’ー々]*", word) or [word]
