"""A text in paragraphs, sentences and words, so that two of them can be laid side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from monitor.notices.excerpt import sentence_ends
from monitor.stories.shingles import shingles
from monitor.text.reading import Reading
from monitor.text.tokens import Words

SENTENCE_WORDS = 80  # what goes on for longer is taken in pieces, so that comparing two stays cheap
LONG_LINE = 90  # characters: where lines are this long on average, each is a paragraph rather than the part of one
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
SIGNS_MOST = 3
_SIGNS = re.compile(rf"[。！？、，；：”’」』）]{{1,{SIGNS_MOST}}}|[^\w\s]{{1,{SIGNS_MOST}}}(?!\w)")
_SIGNS_BEFORE = re.compile(r"(?<!\w)[^\w\s]+$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words `first` up to `end` of a text, in its paragraph number `paragraph`; both count from 0."""

    paragraph: int
    first: int
    end: int


class Passages:
    """The original `text` with its words (as copies are told by, without furniture) and its sentences."""

    def __init__(self, text: str, words: Words) -> None:
        self.text, self.words = text, words
        self.texts = words.texts

    @classmethod
    def of(cls, reading: Reading, field: str, text: str) -> Passages:
        """One field of a reading, "title" or "body", whose original is `text`."""
        return cls(text, reading.compared(field))

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences that hold words, in order."""
        found: list[Sentence] = []
        first = 0
        for paragraph, end_offset in _ends(self.text):
            end = self.words.count_before(end_offset)
            for start in range(first, end, SENTENCE_WORDS):
                found.append(Sentence(paragraph, start, min(end, start + SENTENCE_WORDS)))
            first = max(first, end)
        return tuple(_numbered(found))

    @cached_property
    def shingles(self) -> frozenset[int]:
        """Its runs of three words as numbers."""
        return shingles(self.texts)

    def quote(self, first: int, end: int) -> str:
        """The words from `first` up to `end` as printed, on one line, with the signs between them and those written on to the
        first and the last; empty for none."""
        if first >= end:
            return ""
        start, stop = self.words.place(first)[0], self.words.place(end - 1)[1]
        before, after = (
            _SIGNS_BEFORE.search(self.text, max(0, start - SIGNS_MOST), start),
            _SIGNS.match(self.text, stop),
        )
        start = before.start() if before else start
        return " ".join(self.text[start : after.end() if after else stop].split())


def _ends(text: str) -> list[tuple[int, int]]:
    """(paragraph, offset) of each sentence's end, in order."""
    breaks = [found.end() for found in _BLANK_LINE.finditer(text)]
    if not breaks and len(text) > LONG_LINE * (1 + text.count("\n")):
        breaks = [found.end() for found in re.finditer(r"\n+", text)]
    ends = {*sentence_ends(text), *breaks, len(text)}
    paragraph, found, waiting = 0, [], set(breaks)
    for end in sorted(ends):
        found.append((paragraph, end))
        paragraph += end in waiting
    return found


def _numbered(sentences: list[Sentence]) -> list[Sentence]:
    """The same with paragraphs counted among those that hold words."""
    numbers: dict[int, int] = {}
    return [Sentence(numbers.setdefault(s.paragraph, len(numbers)), s.first, s.end) for s in sentences]
