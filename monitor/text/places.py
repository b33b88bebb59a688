"""Where the words of a text stand in it, worked out when asked for: by the way the text was read."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, compress, count
from operator import add
from sys import maxsize
from typing import NamedTuple, Protocol

from monitor.text import pieces


class Places(Protocol):
    """Of words by their position, from 0; and of stretches of the same words joined by single spaces."""

    def of(self, position: int) -> tuple[int, int]:
        """Where a word begins and ends."""

    def before(self, offset: int) -> int:
        """How many words begin before this offset."""

    def along(self, start: int, end: int) -> tuple[int, int]:
        """Where the words stand that lie from `start` to `end` of the joined ones."""


class Listed:
    """Places that are known already, of the `texts`."""

    def __init__(self, texts: Sequence[str], starts: Sequence[int], ends: Sequence[int]) -> None:
        self._texts, self._starts, self._ends = texts, starts, ends

    def of(self, position: int) -> tuple[int, int]:
        return self._starts[position], self._ends[position]

    def before(self, offset: int) -> int:
        return bisect_left(self._starts, offset)

    def along(self, start: int, end: int) -> tuple[int, int]:
        begun = _begun(self._texts)
        return self._starts[bisect_right(begun, start) - 1], self._ends[bisect_right(begun, end - 1) - 1]


class Kept:
    """The places of some of another text's words: those in stretches of its positions."""

    def __init__(self, words: Sequence[str], places: Places, kept: Sequence[range]) -> None:
        self._words, self._places, self._kept = words, places, kept
        self._shifts: list[
            tuple[int, int]
        ] = []  # of each stretch: its end among the joined words, and what these lack before

    def of(self, position: int) -> tuple[int, int]:
        stretches = iter(self._kept)
        while position >= len(stretch := next(stretches)):
            position -= len(stretch)
        return self._places.of(stretch[position])

    def before(self, offset: int) -> int:
        before = self._places.before(offset)
        return sum([min(max(before - stretch.start, 0), len(stretch)) for stretch in self._kept])

    def along(self, start: int, end: int) -> tuple[int, int]:
        for kept_end, shift in self._shifts or self._align():
            if start < kept_end:
                if end <= kept_end:
                    return self._places.along(start + shift, end + shift)
                return self._places.along(start + shift, kept_end + shift)[0], self.along(kept_end + 1, end)[1]
        raise IndexError(start)  # pragma: no cover - the last stretch has no end

    def _align(self) -> list[tuple[int, int]]:
        begun = reached = passed = 0  # among all words joined, among the kept ones joined, and words
        for stretch in self._kept:
            begun += sum(map(len, self._words[passed : stretch.start])) + stretch.start - passed
            passed = stretch.start
            if stretch is self._kept[-1]:
                self._shifts.append((maxsize, begun - reached))
            elif stretch:
                length = sum(map(len, self._words[passed : stretch.stop])) + len(stretch)
                self._shifts.append((reached + length - 1, begun - reached))
                begun, reached, passed = begun + length, reached + length, stretch.stop
        return self._shifts


class Apart(NamedTuple):
    """A stretch of a text that was read by itself, the position of its first word, and how many it holds."""

    start: int
    end: int
    first: int
    word_count: int


class InAlphabet:
    """Places in a text that was folded character by character into `plain`, but for some stretches."""

    __slots__ = ("_apart", "_begun", "_ends", "_joined", "_plain", "_starts", "_text", "_word_ends")

    def __init__(self, text: str, plain: str, apart: Sequence[Apart]) -> None:
        self._text, self._plain, self._apart = text, plain, apart
        # The stretches in which the text runs as the joined words do, and each word set apart: where they begin in both.
        self._joined: list[int] = []
        self._begun: list[int] = []
        self._word_ends: dict[int, int] = {}  # of the words set apart, by the number of the stretch
        self._starts: list[int] = []  # of the words
        self._ends: list[int] = []

    def along(self, start: int, end: int) -> tuple[int, int]:
        joined, begun = self._joined or self._align(), self._begun
        first, last = bisect_right(joined, start) - 1, bisect_right(joined, end - 1) - 1
        word_end = self._word_ends.get(last)
        return begun[first] + start - joined[first], begun[last] + end - joined[last] if word_end is None else word_end

    def _align(self) -> list[int]:
        reached = joined = 0
        for start, end, _, _ in self._apart:
            joined = self._align_plain(reached, start, joined)
            piece = self._text[start:end]
            for word, (first, last) in zip(pieces.WORDS_OF[piece], pieces.spans_in(piece), strict=True):
                self._word_ends[len(self._joined)] = start + last
                self._joined.append(joined)
                self._begun.append(start + first)
                joined += len(word) + 1
            reached = end
        self._align_plain(reached, len(self._plain), joined)
        return self._joined

    def _align_plain(self, start: int, end: int, joined: int) -> int:
        """Note the stretches of `plain` that several spaces part; where the next one begins among the joined words."""
        for part in self._plain[start:end].rstrip(" ").split("  "):
            begun = start + part.startswith(" ")
            start += len(part) + 2
            if begun < start - 2:
                self._joined.append(joined)
                self._begun.append(begun)
                joined += start - begun - 1
        return joined

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
        lengths = list(map(len, self._plain[start:end].split(" ")))
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


class Part(NamedTuple):
    """A stretch of a text and the position of its first word: a run of characters each of which is a word, or what stands between
    two such."""

    start: int
    end: int
    first: int
    is_run: bool


class InRuns:
    """Places in a text of runs of characters each of which is a word."""

    __slots__ = ("_counts", "_ends", "_firsts", "_joined", "_parts", "_starts", "_text")

    def __init__(self, text: str, parts: Sequence[Part]) -> None:
        self._text, self._parts = text, parts
        # Of each run, and each other word: its first word, how many it holds, where it stands and among the joined words begins.
        self._firsts: list[int] = []
        self._counts: list[int] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._joined: list[int] = []

    def of(self, position: int) -> tuple[int, int]:
        if not self._firsts:
            self._align()
        number = bisect_right(self._firsts, position) - 1
        if self._counts[number] == 1:
            return self._starts[number], self._ends[number]
        start = self._starts[number] + position - self._firsts[number]
        return start, start + 1

    def along(self, start: int, end: int) -> tuple[int, int]:
        joined = self._joined or self._align()
        first, last = bisect_right(joined, start) - 1, bisect_right(joined, end - 1) - 1
        begun = self._starts[first] + (start - joined[first]) // 2
        if self._counts[last] == 1:
            return begun, self._ends[last]
        return begun, self._starts[last] + (end - 1 - joined[last]) // 2 + 1

    def _align(self) -> list[int]:
        joined = 0
        for start, end, first, is_run in self._parts:
            if is_run:
                self._note(first, end - start, (start, end), joined)
                joined += 2 * (end - start)
            else:
                for position, (word, place) in enumerate(self._between(start, end), first):
                    self._note(position, 1, place, joined)
                    joined += len(word) + 1
        return self._joined

    def _note(self, first: int, word_count: int, place: tuple[int, int], joined: int) -> None:
        self._firsts.append(first)
        self._counts.append(word_count)
        self._starts.append(place[0])
        self._ends.append(place[1])
        self._joined.append(joined)

    def _between(self, start: int, end: int) -> Iterator[tuple[str, tuple[int, int]]]:
        """The words of a stretch that is no run, with their places."""
        text = self._text[start:end]
        for begun, piece in zip(pieces.starts(text), text.split(), strict=True):
            shift = start + begun
            for word, (first, last) in zip(pieces.WORDS_OF[piece], pieces.spans_in(piece), strict=True):
                yield word, (first + shift, last + shift)

    def before(self, offset: int) -> int:
        begun = [part for part in self._parts if part.start < offset]
        if not begun:
            return 0
        start, end, first, is_run = begun[-1]
        if is_run:
            return first + min(offset, end) - start
        return first + sum([place[0] < offset for _, place in self._between(start, end)])


class InPieces:
    """Places by way of the pieces that a text was read by, `found` being the words of each."""

    __slots__ = ("_begun", "_counts", "_found", "_pieces", "_starts", "_text")

    def __init__(self, text: str, cut: Sequence[str], found: Sequence[tuple[str, ...]]) -> None:
        self._text, self._pieces, self._found = text, cut, found
        self._counts: list[int] | None = None  # of the words up to each piece's last
        self._starts: list[int] = []  # of the pieces
        self._begun: list[int] = []  # of the words among the joined ones

    def _measure(self) -> list[int]:
        self._starts = pieces.starts(self._text)
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
        begun = self._text[:offset].split()
        if not begun:
            return 0
        last = len(begun) - 1
        inside = sum([start < len(begun[last]) for start, _ in pieces.spans_in(self._pieces[last])])
        return sum(map(len, self._found[:last])) + inside

    def along(self, start: int, end: int) -> tuple[int, int]:
        if not self._begun:
            self._begun = _begun(chain.from_iterable(self._found))
        first = bisect_right(self._begun, start) - 1
        last = bisect_right(self._begun, end - 1) - 1
        return self.of(first)[0], self.of(last)[1]


def _begun(words: Iterable[str]) -> list[int]:
    """Where each word begins among the joined ones, and where one more would."""
    return list(accumulate([len(word) + 1 for word in words], initial=0))
