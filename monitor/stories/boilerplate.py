"""What a source puts under everything it prints: sentences and lines that many of its items share.

It is learned by whole segments (a sentence or a line), so that phrases which merely come often ("the prime minister said") are
never taken for it, and a segment counts only while it stands in a good part of what the source prints.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain

from monitor.stories.likeness import likeness
from monitor.stories.shingles import RUN, containment, shingle_run
from monitor.text.tokens import Words

LEARNED_FROM = 5  # items, besides the one at hand, in as many stories
LEAST_PART = 0.2  # of the source's items since the oldest of those
ALIKE = 0.5  # share of the shorter headline's words that stand in the other
UNRELATED_BELOW = 0.2  # of the shorter text's shingles, those apart that many texts share

_SEGMENT = re.compile(r"[^\n]*?(?:[.!?…。؟।]+[\"'”»)\]]*(?=\s)|\n|$)")


def segments(text: str, words: Words) -> Iterator[tuple[int, int]]:
    """Each sentence or line of a text as a stretch of its words (first, after the last); those without words are left out."""
    starts = words.starts
    first = 0
    for found in _SEGMENT.finditer(text):
        after = first
        while after < len(starts) and starts[after] < found.end():
            after += 1
        if after > first:
            yield first, after
        first = after


def learnt(text: str, words: Words, others: Sequence[AbstractSet[int]]) -> list[int]:
    """The shingles of all segments that stand whole in each of the `others` (shingles of other items), in their order; those
    across two such neighbours are among them. Segments of fewer than three words count with their neighbours only."""
    run = shingle_run(words.texts)
    shared = [all(shingle in other for other in others) for shingle in run]
    found: dict[int, None] = {}
    for first, after in _joined(segments(text, words), shared):
        found.update(dict.fromkeys(run[first : after - RUN + 1]))
    return list(found)


def _joined(stretches: Iterator[tuple[int, int]], shared: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Stretches all of whose shingles are shared, neighbours as one where what spans them is shared too."""
    begun: tuple[int, int] | None = None
    for first, after in stretches:
        start = first if begun is None else begun[0]
        if after - start >= RUN and all(shared[start : after - RUN + 1]):
            begun = (start, after)
            continue
        if begun is not None:
            yield begun
        is_whole = after - first >= RUN and all(shared[first : after - RUN + 1])
        begun = (first, after) if is_whole else None
    if begun is not None:
        yield begun


@dataclass(frozen=True, slots=True)
class Printed:
    """A text as it may be one of many with the same lines: its story, its headline's words, its shingles."""

    story_id: int
    title: tuple[str, ...]
    shingles: AbstractSet[int]


def different(item: Printed, others: Sequence[Printed]) -> list[int]:
    """The places of those of the others that are of further stories, or else further texts: under other headlines, and unlike
    apart from what many share, which may well be all that brought them into one story."""
    counts = Counter(chain.from_iterable(one.shingles for one in (item, *others)))
    common = {shingle for shingle, count in counts.items() if count > LEARNED_FROM}
    chosen, found = [(item, item.shingles - common)], list[int]()
    for place, other in enumerate(others):
        rest = other.shingles - common
        if all(_is_other(other, rest, one, of_one) for one, of_one in chosen):
            chosen.append((other, rest))
            found.append(place)
    return found


def _is_other(other: Printed, rest: AbstractSet[int], known: Printed, of_known: AbstractSet[int]) -> bool:
    if other.story_id != known.story_id:
        return True
    is_unlike = bool(rest) and containment(rest, of_known).of_shorter < UNRELATED_BELOW
    return is_unlike and likeness(other.title, known.title) < ALIKE


def set_apart(text: str, words: Words, learned: Collection[int]) -> tuple[tuple[int, int], ...]:
    """The stretches of a text (code points) whose segments consist of learned shingles alone; none where nothing was learned."""
    if not learned:
        return ()
    known = [shingle in learned for shingle in shingle_run(words.texts)]
    if not any(known):
        return ()
    covered = {place + more for place, is_known in enumerate(known) if is_known for more in range(RUN)}
    return tuple(
        (words.place(first)[0], words.place(after - 1)[1])
        for first, after in segments(text, words)
        if all(known[first : after - RUN + 1]) and covered.issuperset(range(first, after))
    )
