"""Runs of words near each other, in one field: which there are, and what they are made of.

A run is `(first, last)`, positions of words; lists of runs are ascending and hold none twice. Two runs are near where at
most `distance` words stand between them; those that overlap are near, and a run is not near itself. In order means that
the one begins before the other.

What is near makes a run of its own, from the first word of the one to the last of the other, so that nearness nests. Of
those that begin at one word the longest stands for all: it is near whatever a shorter one is near. So there are never
more runs than there were hits, and every function here looks at each of them a bounded number of times, besides sorting
and bisecting.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence

Run = tuple[int, int]


def joined(left: Sequence[Run], right: Sequence[Run], distance: int, *, is_ordered: bool) -> list[Run]:
    """The runs made of one of `left` and one of `right` near it, the longest for each first word; empty for none."""
    if not left or not right:
        return []
    longest: dict[int, int] = {}
    _join(left, right, distance, is_ordered, longest)
    if not is_ordered:
        _join(right, left, distance, is_ordered, longest)
    return sorted(longest.items())


def _join(begin: Sequence[Run], end: Sequence[Run], distance: int, is_ordered: bool, longest: dict[int, int]) -> None:
    """Add the runs that begin with one of `begin`.

    From right to left; `firsts` (negative, so that they ascend) and `lasts` hold those of `end` behind the place
    reached that no nearer one outreaches: the last of them within distance reaches farthest.
    """
    firsts: list[int] = []
    lasts: list[int] = []
    waiting = len(end) - 1
    for first, last in reversed(begin):
        while waiting >= 0 and end[waiting][0] > first:
            while lasts and lasts[-1] <= end[waiting][1]:
                firsts.pop()
                lasts.pop()
            firsts.append(-end[waiting][0])
            lasts.append(end[waiting][1])
            waiting -= 1
        farthest = -1 if is_ordered else _beside(end, waiting, first, last)
        place = bisect_left(firsts, -(last + distance + 1))
        if place < len(firsts):
            farthest = max(farthest, lasts[place])
        if farthest >= 0:
            longest[first] = max(last, farthest, longest.get(first, -1))


def _beside(runs: Sequence[Run], place: int, first: int, last: int) -> int:
    """The farthest last word of another run that begins at `first`, of those up to `place`; -1 for none."""
    if place >= 0 and runs[place] == (first, last):
        place -= 1
    return runs[place][1] if place >= 0 and runs[place][0] == first else -1


def members(
    left: Sequence[Run], right: Sequence[Run], distance: int, *, is_ordered: bool, starts: Collection[int]
) -> tuple[list[Run], list[Run]]:
    """What `joined` runs are made of, those that begin at `starts`: all of `left` and all of `right` that take part."""
    chosen_left, chosen_right = _pairing(left, right, distance, starts)
    if not is_ordered:
        more_right, more_left = _pairing(right, left, distance, starts)
        beside_left, beside_right = _pairing_beside(left, right, starts)
        chosen_left |= more_left | beside_left
        chosen_right |= more_right | beside_right
    return sorted(chosen_left), sorted(chosen_right)


def _pairing(
    begin: Sequence[Run], end: Sequence[Run], distance: int, starts: Collection[int]
) -> tuple[set[Run], set[Run]]:
    """Those of `begin` at `starts` and those of `end` that are near one another, where the latter begin later."""
    firsts = [first for first, _ in end]
    beginning: set[Run] = set()
    ending: set[Run] = set()
    taken = 0
    for run in begin:
        if run[0] not in starts:
            continue
        low, high = bisect_right(firsts, run[0]), bisect_right(firsts, run[1] + distance + 1)
        if low < high:
            beginning.add(run)
            ending.update(end[max(low, taken) : high])
            taken = max(taken, high)
    return beginning, ending


def _pairing_beside(left: Sequence[Run], right: Sequence[Run], starts: Collection[int]) -> tuple[set[Run], set[Run]]:
    """Those at `starts` that begin at one word and differ."""
    ours, theirs = _by_first(left, starts), _by_first(right, starts)
    both = ours.keys() & theirs.keys()
    chosen = [run for first in both for run in ours[first] if theirs[first] != [run]]
    others = [run for first in both for run in theirs[first] if ours[first] != [run]]
    return set(chosen), set(others)


def _by_first(runs: Sequence[Run], starts: Collection[int]) -> dict[int, list[Run]]:
    found: dict[int, list[Run]] = {}
    for run in runs:
        if run[0] in starts:
            found.setdefault(run[0], []).append(run)
    return found


def apart(runs: Sequence[Run], others: Sequence[Run], distance: int) -> list[Run]:
    """Those of `runs` that are near none of `others`."""
    firsts = [first for first, _ in others]
    reaching: list[Run] = []  # up to each of `others`: the farthest last word, and that of another run
    best = second = -1
    for _, last in others:
        best, second = (last, best) if last > best else (best, max(second, last))
        reaching.append((best, second))
    own = set(others)
    found = []
    for run in runs:
        place = bisect_right(firsts, run[1] + distance + 1) - 1
        best, second = reaching[place] if place >= 0 else (-1, -1)
        if best == run[1] and run in own:  # itself, which it is not near
            best = second
        if best < run[0] - distance - 1 or best < 0:
            found.append(run)
    return found


def within(parts: Sequence[Sequence[Run]], distance: int) -> list[list[Run]]:
    """Those of each part that lie near one of every other part, all of these near each other; empty lists for none.

    The leftmost of such a group ends at some word, and all others begin at most `distance` words behind it. A run that
    two parts share stands for both.
    """
    if not all(parts):
        return [[] for _ in parts]
    ends = sorted({last for runs in parts for _, last in runs})
    for runs in parts:
        firsts = [first for first, _ in runs]
        farthest, reaching = -1, []
        for _, last in runs:
            farthest = max(farthest, last)
            reaching.append(farthest)
        places = [bisect_right(firsts, end + distance + 1) - 1 for end in ends]
        ends = [end for end, place in zip(ends, places, strict=True) if place >= 0 and reaching[place] >= end]
    return [
        [run for run in runs if bisect_right(ends, run[1]) > bisect_left(ends, run[0] - distance - 1)] for runs in parts
    ]
