"""A text that rules are asked of: which of their leaves hit it, and where.

A leaf is a word or phrase that rules look for, known by a number however many rules share it. Most are a needle, found among the
joined words of title and body; the others have numbers below zero. Most texts are asked by many rules of which few fire, so a
place is a stretch of the joined words until somebody wants to know which words these are, and what they were in the original.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from monitor.model import Span
from monitor.rules.match import Case, Hit, Term, Trace, in_order, traced
from monitor.rules.prepare import Prepared, shared
from monitor.text.folding import hanging_pattern
from monitor.text.tokens import is_unspaced

Leaf = Term | Case
Met = tuple[int, int, int]
"""A needle's number, and where it begins and ends among the joined words."""


class Told:
    """A leaf's hits in one text: what it answers there to nearness and counts."""

    def __init__(self, hits: list[Hit]) -> None:
        self.hits = hits

    @cached_property
    def _trace(self) -> Trace:
        return traced(sorted(self.hits))

    def trace(self, text: Prepared) -> Trace:
        return self._trace


@dataclass(frozen=True, slots=True)
class Others:
    """Leaves that are more than a needle: `leaves` by -1 less their number, the `needles` by which they are found, and the fields
    of those that are a needle `limited` to one."""

    leaves: Sequence[Leaf]
    needles: Mapping[int, int]
    limited: Mapping[int, str]


class Asked:
    """A text that is asked. `joined` are the words of title and body, each between two spaces, with a line end after the title;
    `title_end` is where that stands. `hit` are the numbers of the leaves that hit, `telling` those of them that mean something by
    themselves: that rules may fire.
    """

    def __init__(self, text: Prepared, others: Others) -> None:
        self.text = text
        self._title, self._body = text.view("title"), text.view("body")
        self.joined = " ".join(["", *self._title.words.texts, "\n", *self._body.words.texts, ""])
        self.title_end = self.joined.index("\n")
        self.hit: set[int] = set()
        self.telling: list[int] = []
        self._met: list[Met] = []
        self._last: dict[int, Met] = {}
        self._others = others
        self._hits: dict[int, list[Hit]] = {}
        self._told: dict[int, Told] = {}
        self._stretches: dict[Hit, tuple[int, int]] = {}
        self._spans: dict[Hit, Span] = {}
        self._leaf_spans: dict[int, tuple[Span, ...]] = {}

    def meet(self, met: list[Met]) -> None:
        """Take note of the needles met, in order of their ends."""
        self._met = met
        self._last = {one[0]: one for one in met}
        self.hit = set(self._last)
        vars(self).pop("_earlier", None)

    def forget_parted(self, joined: Mapping[int, str]) -> None:
        """Forget where needles were met whose characters must touch each other in the original, and do not. `joined` holds these
        needles with their characters, or nothing where some of them need not touch."""
        solid, earlier = self._solid, self._earlier
        parted = set()
        for needle in self.hit & joined.keys():
            characters = joined[needle]
            # One that the text holds as often as it was met touches everywhere.
            is_solid = solid.count(characters) == len(earlier[needle]) + 1 if needle in earlier else characters in solid
            if not is_solid or not characters:
                parted.add(needle)
        if parted:
            self.meet([one for one in self._met if one[0] not in parted or self._is_joined(one, joined[one[0]])])

    @cached_property
    def _solid(self) -> str:
        """Title and body as written, where no letter hangs together with what comes after it."""
        texts = f"{self._title.bare}\n{self._body.bare}"
        return "" if hanging_pattern().search(texts) else texts

    def _is_joined(self, met: Met, characters: str) -> bool:
        if self._span(met[1], met[2]).text == characters:
            return True
        name, first, last, _, _ = self.hit_at(met[1], met[2])
        view = self.text.view(name)
        texts = view.words.texts
        return all(
            view.touches(position) or not (is_unspaced(texts[position]) and is_unspaced(texts[position + 1]))
            for position in range(first, last)
        )

    @cached_property
    def in_title(self) -> set[int]:
        """The needles met in the title, which come first."""
        found, end = set(), self.title_end
        for needle, start, _ in self._met:
            if start > end:
                break
            found.add(needle)
        return found

    @cached_property
    def _earlier(self) -> dict[int, list[Met]]:
        """Where needles were met before the last time; most are met once."""
        earlier: dict[int, list[Met]] = {}
        if len(self._last) < len(self._met):
            last = self._last
            for one in [one for one in self._met if last[one[0]] is not one]:
                earlier.setdefault(one[0], []).append(one)
        return earlier

    def places(self, leaf: int) -> list[Met]:
        """Where a leaf that hits was met, in order; of leaves that are a needle, be it in one field."""
        if leaf < 0:
            is_title, end = self._others.limited[leaf] == "title", self.title_end
            return [one for one in self.places(self._others.needles[leaf]) if (one[1] < end) == is_title]
        last = self._last[leaf]
        return [*self._earlier[leaf], last] if leaf in self._earlier else [last]

    def hits(self, leaf: int) -> list[Hit]:
        """Where a leaf stands, looked up once for all rules; empty where it does not hit."""
        found = self._hits.get(leaf)
        if found is None:
            found = self._hits[leaf] = self._look_up(leaf)
        return found

    def _look_up(self, leaf: int) -> list[Hit]:
        if leaf >= 0 or leaf in self._others.limited:
            return [self.hit_at(start, end) for _, start, end in self.places(leaf)]
        return self._others.leaves[-1 - leaf].hits(self.text)

    def hit_at(self, start: int, end: int) -> Hit:
        """A stretch of the joined words as words: before each stands a space, and none within it."""
        count = self.joined.count
        if start < self.title_end:
            field, first = "title", count(" ", 0, start)
        else:
            field, first = "body", count(" ", self.title_end + 1, start)
        hit = Hit(field, first, first + count(" ", start + 1, end - 1))
        self._stretches[hit] = start, end
        return hit

    def _span(self, start: int, end: int) -> Span:
        """A stretch of the joined words in the original."""
        view, first = (self._title, 1) if start < self.title_end else (self._body, self.title_end + 2)
        end = self.joined.find(" ", end - 1)  # the needle of a beginning ends within its word
        start, end = view.words.along(start + 1 - first, end - first)
        return Span(view.field, start, end, shared(view.text[start:end]))

    def told(self, leaf: int) -> Told:
        found = self._told.get(leaf)
        if found is None:
            found = self._told[leaf] = Told(self.hits(leaf))
        return found

    def are_near(self, left: Met, right: Met, distance: int) -> bool:
        """Whether at most so many words stand between two stretches, which may overlap, in one field."""
        if left[1] > right[1]:
            left, right = right, left
        if left[1] < self.title_end < right[1]:
            return False
        # The space before the right one is among these, and there are none where they overlap.
        return self.joined.count(" ", left[2] - 1, right[1] + 1) <= distance + 1

    def spans(self, hits: list[Hit]) -> tuple[Span, ...]:
        """As `spans_of` gives them, each made once for all rules."""
        known = self._spans
        for hit in hits:
            if hit not in known:
                stretch = self._stretches.get(hit)
                known[hit] = self._span(*stretch) if stretch else self.text.view(hit[0]).span(*hit[1:])
        if len(hits) == 1:
            return (known[hits[0]],)
        return in_order([known[hit] for hit in hits])

    def spans_of(self, leaves: list[int]) -> tuple[Span, ...]:
        """Where any of these leaves stands."""
        if len(leaves) == 1:
            return self._spans_of_leaf(leaves[0])
        return in_order([span for leaf in leaves for span in self._spans_of_leaf(leaf)])

    def _spans_of_leaf(self, leaf: int) -> tuple[Span, ...]:
        found = self._leaf_spans.get(leaf)
        if found is None:
            found = self._leaf_spans[leaf] = self._look_up_spans(leaf)
        return found

    def _look_up_spans(self, leaf: int) -> tuple[Span, ...]:
        if leaf >= 0 and leaf not in self._earlier:  # as most
            _, start, end = self._last[leaf]
            return (self._span(start, end),)
        if leaf >= 0 or leaf in self._others.limited:
            return tuple([self._span(start, end) for _, start, end in self.places(leaf)])
        return self.spans(self.hits(leaf))
