"""The stretches of a text that show why it was found."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.model import Span

WIDTH = 160  # code points of a snippet, without the ellipses
MOST = 2
CUT_NEAR = 20  # so far from where a snippet would begin or end a space is looked for


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of a field on one line; `marks` are the hits in it, (start, end) in code points of `text`."""

    field: str
    text: str
    marks: tuple[tuple[int, int], ...]


def snippets(title: str, body: str, spans: Sequence[Span]) -> tuple[Snippet, ...]:
    """The whole title where it was hit, then at most two stretches of the body in their order: those with the most different
    hits. Empty where no hit lies in either.
    """
    in_title = [(span.start, span.end) for span in spans if span.field == "title"]
    in_body = sorted((span for span in spans if span.field == "body"), key=lambda span: span.start)
    found = [_cut("title", title, 0, len(title), in_title)] if in_title else []
    shown_to = 0
    for start, end in sorted(_best(in_body, len(body))):
        found.append(_cut("body", body, max(start, shown_to), end, [(span.start, span.end) for span in in_body]))
        shown_to = end
    return tuple(found)


def _best(spans: list[Span], length: int) -> Iterator[tuple[int, int]]:
    """The windows around the hits, the most telling first, none over another."""
    left = spans
    for _ in range(MOST):
        if not left:
            return
        first = max(range(len(left)), key=lambda place: (len(_different(_group(left, place))), -place))
        group = _group(left, first)
        start, end = _window(group[0].start, group[-1].end, length)
        yield start, end
        left = [span for span in left if span.end <= start - WIDTH or span.start >= end]


def _group(spans: list[Span], first: int) -> list[Span]:
    """The hits from the first on that fit into one snippet; the first always does."""
    start = spans[first].start
    group = [spans[first]]
    for span in spans[first + 1 :]:
        if span.end - start > WIDTH:
            break
        group.append(span)
    return group


def _different(spans: Iterable[Span]) -> set[str]:
    return {span.text.casefold() for span in spans}


def _window(first: int, last: int, length: int) -> tuple[int, int]:
    """A stretch of the text around [first, last), a little more of it after than before."""
    room = max(WIDTH - (last - first), 0)
    start = max(min(first - room * 2 // 5, length - WIDTH), 0)
    return start, min(max(start + WIDTH, last), length)


def _cut(field: str, text: str, start: int, end: int, hits: list[tuple[int, int]]) -> Snippet:
    """[start, end) of a text at whole words where there are spaces nearby, with ellipses where more stands around it."""
    inside = [hit for hit in hits if start <= hit[0] and hit[1] <= end]
    first, last = min(hit[0] for hit in inside), max(hit[1] for hit in inside)
    start, end = _word_start(text, start, first), _word_end(text, end, last)
    before, after = "… " if start else "", " …" if end < len(text) else ""
    shown = "".join(" " if letter.isspace() else letter for letter in text[start:end])
    shift = len(before) - start
    return Snippet(field, before + shown + after, tuple(sorted({(hit[0] + shift, hit[1] + shift) for hit in inside})))


def _word_start(text: str, start: int, limit: int) -> int:
    """The first word's beginning at or after `start`, before `limit`; a letter is never parted from its marks."""
    if start == 0 or text[start - 1].isspace():
        return start
    for place in range(start, min(limit, start + CUT_NEAR)):
        if text[place].isspace():
            return place + 1
    while start < limit and _hangs(text[start]):
        start += 1
    return start


def _word_end(text: str, end: int, limit: int) -> int:
    if end == len(text) or text[end].isspace():
        return end
    for place in range(end, max(limit, end - CUT_NEAR), -1):
        if text[place - 1].isspace():
            return place - 1
    while end > limit and _hangs(text[end]):
        end -= 1
    return end


def _hangs(letter: str) -> bool:
    """Whether it is a mark or a joiner on the letter before it."""
    return unicodedata.category(letter)[0] == "M" or letter in "\u200c\u200d"
