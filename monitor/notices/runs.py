"""Text in runs, each with its look, before any channel puts its own marks around them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from monitor.notices.excerpt import clean

_BEFORE_SHARE = 3  # of a window, a third stands before the first hit


class Look(StrEnum):
    PLAIN = "plain"
    STRONG = "strong"  # a title
    MARK = "mark"  # a word that a rule hit
    FAINT = "faint"  # about a text, not of it


@dataclass(frozen=True, slots=True)
class Run:
    """Clean text of one look; `url` makes a link of it."""

    text: str
    look: Look = Look.PLAIN
    url: str = ""


Line = tuple[Run, ...]


def plain(line: Line) -> str:
    """The line's text alone."""
    return "".join(run.text for run in line)


def with_marks(text: str, marks: Iterable[tuple[int, int]], limit: int, look: Look = Look.PLAIN) -> Line:
    """The text on one clean line of at most `limit` characters, its marked stretches as runs of their own.

    `marks` are (start, end) in code points of `text`, in order, none over another. A text that is too long is cut around the
    first of them, at words where there are any, with an ellipsis where something is missing. Empty for an empty text.
    """
    cleaned, places = _cleaned(text, marks)
    begin, end = _window(cleaned, places, limit)
    runs = list(_runs(cleaned, places, (begin, end), look))
    if runs and begin:
        runs[0:0] = [Run("…", look)]
    if runs and end < len(cleaned):
        runs.append(Run("…", look))
    return _joined(runs)


def _cleaned(text: str, marks: Iterable[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """The clean text, and where the marks stand in it; cleaning takes characters away, so pieces are cleaned one by one."""
    pieces: list[tuple[str, bool]] = []
    position = 0
    for start, end in marks:
        pieces += [(text[position:start], False), (text[start:end], True)]
        position = end
    pieces.append((text[position:], False))
    told, places = "", []
    for piece, is_hit in pieces:
        inner = clean(f"|{piece}|")[1:-1]  # keeps the blanks at both ends
        inner = inner.lstrip() if not told or told.endswith(" ") else inner
        if is_hit and inner.strip():
            places.append((len(told), len(told) + len(inner.rstrip())))
        told += inner
    told = told.rstrip()
    return told, places


def _window(text: str, places: Sequence[tuple[int, int]], limit: int) -> tuple[int, int]:
    """Which part of the text is shown: at most `limit` characters with the ellipses, the first mark within."""
    if len(text) <= limit:
        return 0, len(text)
    room = max(limit - 2, 0)
    start, stop = places[0] if places else (0, 0)
    begin = 0 if stop <= room else max(0, start - room // _BEFORE_SHARE)
    if begin:
        space = text.find(" ", begin, start)
        begin = space + 1 if space >= 0 else begin
        begin = _whole(text, begin)
    end = min(len(text), begin + room)
    if end < len(text):
        space = text.rfind(" ", max(begin + room // 2, stop), end + 1)
        end = space if space >= 0 else _whole(text, end)
    return begin, max(begin, end)


def _whole(text: str, position: int) -> int:
    """The position moved back, so that no letter is parted from its marks."""
    while 0 < position < len(text) and unicodedata.combining(text[position]):
        position -= 1
    return position


def _runs(text: str, places: Sequence[tuple[int, int]], window: tuple[int, int], look: Look) -> Iterator[Run]:
    begin, end = window
    position = begin
    for start, stop in places:
        if stop <= begin or start >= end:
            continue
        yield Run(text[position : max(position, start)], look)
        yield Run(text[max(position, start) : min(stop, end)], Look.MARK)
        position = min(stop, end)
    yield Run(text[position:end], look)


def _joined(runs: Iterable[Run]) -> Line:
    """Runs without empty ones, neighbours of one look as one."""
    joined: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        if joined and (joined[-1].look, joined[-1].url) == (run.look, run.url):
            joined[-1] = replace(run, text=joined[-1].text + run.text)
        else:
            joined.append(run)
    return tuple(joined)
