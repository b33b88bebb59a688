"""The longest run of words that two texts share, in time that grows with their lengths alone."""

from __future__ import annotations

from collections.abc import Sequence


class Runs:
    """All runs of one text's words, to be looked for in others: a suffix automaton (Blumer et al., 1985)."""

    __slots__ = ("_ends", "_lengths", "_links", "_steps")

    def __init__(self, words: Sequence[str]) -> None:
        self._steps: list[dict[str, int]] = [{}]
        self._links, self._lengths, self._ends = [-1], [0], [0]
        last = 0
        for position, word in enumerate(words):
            last = self._extend(last, word, position + 1)

    def _extend(self, last: int, word: str, end: int) -> int:
        steps, links, lengths = self._steps, self._links, self._lengths
        new, state = self._state({}, lengths[last] + 1, end), last
        while state >= 0 and word not in steps[state]:
            steps[state][word] = new
            state = links[state]
        if state < 0:
            links[new] = 0
            return new
        target = steps[state][word]
        if lengths[state] + 1 == lengths[target]:
            links[new] = target
            return new
        clone = self._state(dict(steps[target]), lengths[state] + 1, self._ends[target])
        links[clone] = links[target]
        while state >= 0 and steps[state].get(word) == target:
            steps[state][word] = clone
            state = links[state]
        links[target] = links[new] = clone
        return new

    def _state(self, steps: dict[str, int], length: int, end: int) -> int:
        self._steps.append(steps)
        self._links.append(0)
        self._lengths.append(length)
        self._ends.append(end)
        return len(self._steps) - 1

    def longest_in(self, other: Sequence[str]) -> tuple[int, int]:
        """(first, end) of the longest run that `other` holds too, in the words of the text; the first met in `other` of equally
        long ones, (0, 0) where no word is shared."""
        best = first = end = 0
        state = length = 0
        for word in other:
            while state and word not in self._steps[state]:
                state = self._links[state]
                length = self._lengths[state]
            if word in self._steps[state]:
                state, length = self._steps[state][word], length + 1
            if length > best:
                best, end = length, self._ends[state]
                first = end - length
        return first, end
