"""Where the words of a text stand in it, worked out when asked for: by the way the text was read."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, compress, count
from operator import add
from typing import NamedTuple, Protocol

from monitor.text import pieces


class Places(Protocol):
    """By the position of a word, from 0."""

    def of(self, position: int) -> tuple[int, int]:
        """Where a word begins and ends."""

    def before(self, offset: int) -> int:
        """How many words begin before this offset."""


class Listed:
    """Places that are known already."""

    def __init__(self, starts: Sequence[int], ends: Sequence[int]) -> None:
        self._starts, self._ends = starts, ends

    def of(self, position: int) -> tuple[int, int]:
        return self._starts[position], self._ends[position]

    def before(self, offset: int) -> int:
        return bisect_left(self._starts, offset)


class Kept:
    """The places of some of another text's words: those in stretches of its positions."""

    def __init__(self, places: Places, kept: Sequence[range]) -> None:
        self._places, self._kept = places, kept

    def of(self, position: int) -> tuple[int, int]:
        stretches = iter(self._kept)
        while position >= len(stretch := next(stretches)):
            position -= len(stretch)
        return self._places.of(stretch[position])

    def before(self, offset: int) -> int:
        before = self._places.before(offset)
        return sum([min(max(before - stretch.start, 0), len(stretch)) for stretch in self._kept])


class Apart(NamedTuple):
    """A stretch of a text that was read by itself, the position of its first word, and how many it holds."""

    start: int
    end: int
    first: int
    word_count: int


class InAlphabet:
    """Places in a text that was folded character by character into `plain`, but for some stretches."""

    __slots__ = ("_apart", "_ends", "_plain", "_starts", "_text")

    def __init__(self, text: str, plain: str, apart: Sequence[Apart]) -> None:
        self._text, self._plain, self._apart = text, plain, apart
        self._starts: list[int] = []
        self._ends: list[int] = []

    def of(self, position: int) -> tuple[int, int]:
        if not self._starts:
            self._list()
        return self._starts[position], self._ends[position]

    def _list(self) -> None:
        reached = 0
        for start, end, _, _ in self._apart:
            self._list_plain(reached, start)
            spans = pieces.spans_in(self._text[start:end])
            self._starts += [start + first for first, _ in spans]
            self._ends += [start + last for _, last in spans]
            reached = end
        self._list_plain(reached, len(self._plain))

    def _list_plain(self, start: int, end: int) -> None:
        parts = self._plain[start:end].split(" ")
        lengths = list(map(len, parts))
        begun = list(compress(map(add, accumulate(lengths, initial=start), count()), lengths))
        self._starts += begun
        self._ends += map(add, begun, filter(None, lengths))

    def before(self, offset: int) -> int:
        reached = known = 0
        for start, end, first, word_count in self._apart:
            if start >= offset:
                break
            if offset < end:
                spans = pieces.spans_in(self._text[start:end])
                return first + sum([begun + start < offset for begun, _ in spans])
            reached, known = end, first + word_count
        return known + len(self._plain[reached:offset].split())


class InPieces:
    """Places by way of the pieces that a text was read by, `found` being the words of each."""

    __slots__ = ("_counts", "_ends", "_found", "_pieces", "_starts", "_text")

    def __init__(self, text: str, cut: Sequence[str], found: Sequence[tuple[str, ...]]) -> None:
        self._text, self._pieces, self._found = text, cut, found
        self._counts: list[int] | None = None  # of the words up to each piece's last
        self._ends: list[int] = []  # of the pieces, were there nothing between them
        self._starts: list[int] = []  # of the pieces, where there is more than one character of white space somewhere

    def _measure(self) -> list[int]:
        self._starts = list(pieces.starts(self._text))
        self._counts = list(accumulate(map(len, self._found)))
        return self._counts

    def of(self, position: int) -> tuple[int, int]:
        counts = self._counts or self._measure()
        number = bisect_right(counts, position)
        shift = self._starts[number]
        start, end = pieces.spans_in(self._pieces[number])[
            position - counts[number]
        ]  # counted from the piece's last word
        return start + shift, end + shift

    def before(self, offset: int) -> int:
        begun = pieces.cut(self._text[:offset])
        if not begun:
            return 0
        last = len(begun) - 1
        inside = sum([start < len(begun[last]) for start, _ in pieces.spans_in(self._pieces[last])])
        return sum(map(len, self._found[:last])) + inside
