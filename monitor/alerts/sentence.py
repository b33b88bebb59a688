"""The sentence that shows why a rule fired, its hits marked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model import Span
from monitor.notices.excerpt import fit, sentences
from monitor.search.snippets import snippets

LENGTH = 360  # code points; of a longer sentence, what stands around the hits


@dataclass(frozen=True, slots=True)
class Shown:
    """A sentence on one line, and the hits in it: (start, end) in code points, in order, none over another."""

    text: str = ""
    marks: tuple[tuple[int, int], ...] = ()


def hit_sentence(title: str, body: str, spans: Sequence[Span]) -> Shown:
    """The sentence of the body with the most different hits, the first of equals; the title where only that was hit, and nothing
    where neither was."""
    in_body = [span for span in spans if span.field == "body" and span.start < span.end <= len(body)]
    if not in_body:
        return _shown(title, 0, [span for span in spans if span.field == "title"])
    bounds = sentences(body)
    hits: dict[tuple[int, int], list[Span]] = defaultdict(list)
    for span in in_body:
        place = next((one for one in bounds if one[0] <= span.start < one[1]), None)
        if place is not None:
            hits[place].append(span)
    if not hits:
        return Shown()
    start, end = max(sorted(hits), key=lambda place: len({span.text.casefold() for span in hits[place]}))
    if end - start <= LENGTH:
        return _shown(body[start:end], start, hits[start, end])  # of what hits go on into the next, its part
    cut = snippets("", body, hits[start, end])[0]
    return _shown(cut.text, 0, [Span("body", first, last, "") for first, last in cut.marks])


def _shown(text: str, offset: int, spans: Sequence[Span]) -> Shown:
    """A text fit to be shown, and where its hits stand in that: what must not be shown is taken out, white space is one blank."""
    if not spans:
        return Shown()
    shown, places = "", []
    for letter in text:
        places.append(len(shown))
        if letter.isspace():
            shown += "" if shown.endswith(" ") or not shown else " "
        else:
            shown += fit(letter)
    places.append(len(shown))
    shown = shown.rstrip()
    marks: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        start, end = (min(places[min(max(at - offset, 0), len(text))], len(shown)) for at in (span.start, span.end))
        if start < end and (not marks or start >= marks[-1][1]):
            marks.append((start, end))
    return Shown(shown, tuple(marks))
