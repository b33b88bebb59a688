"""Rules as what a text's leaves say of them.

A leaf is a word or phrase that rules look for, known by a number however many rules share it; a text is the set of the numbers of
leaves that hit it. A question answers whether it may hold by that set alone, so most of a rule's answer is sets meeting sets;
places are looked at for what is left. Where leaves stand in other fields than title and body, or metadata is asked for, the plan
itself is asked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple, Protocol, cast

from monitor.model import Span
from monitor.rules.match import Any, Case, Hit, Hits, Plan, Runs, Term, Trace, in_order
from monitor.rules.prepare import Prepared

Leaf = Term | Case


class Told:
    """A leaf's hits in one text: what it answers there to nearness and counts."""

    def __init__(self, hits: list[Hit]) -> None:
        self.hits = hits

    @cached_property
    def _trace(self) -> Trace:
        runs: Runs = {}
        for name, first, last in sorted(self.hits):
            runs.setdefault(name, []).append((first, last))
        return Trace(runs)

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
    """A text that is asked: the numbers of the leaves that hit it, what these mean for rules, and where each stands, looked up
    once.

    `joined` are the words of title and body, each between two spaces, with a line end after the title; `title_end` is where that
    stands. `hit` are the leaves that hit, `setting_off` those of them that set rules off, `bringing` those that bring points.
    """

    def __init__(self, text: Prepared, others: Others) -> None:
        self.text = text
        self.joined = " ".join(["", *text.view("title").words.texts, "\n", *text.view("body").words.texts, ""])
        self.title_end = self.joined.index("\n")
        self.hit: set[int] = set()
        self.setting_off: list[int] = []
        self.bringing: list[int] = []
        self._met: list[tuple[int, int, int]] = []
        self._others = others
        self._hits: dict[int, list[Hit]] = {}
        self._told: dict[int, Told] = {}
        self._spans: dict[Hit, Span] = {}

    def meet(self, met: list[tuple[int, int, int]]) -> None:
        """Take note of the needles met: number, start, end."""
        self._met = met
        self.hit = {needle for needle, _, _ in met}

    @cached_property
    def in_title(self) -> set[int]:
        """The needles met in the title."""
        end = self.title_end
        return {needle for needle, start, _ in self._met if start < end}

    @cached_property
    def _places(self) -> dict[int, list[tuple[int, int]]]:
        places: dict[int, list[tuple[int, int]]] = {}
        for needle, start, end in self._met:
            if needle in places:
                places[needle].append((start, end))
            else:
                places[needle] = [(start, end)]
        return places

    def hits(self, leaf: int) -> list[Hit]:
        """Where a leaf stands, looked up once for all rules; empty where it does not hit."""
        found = self._hits.get(leaf)
        if found is None:
            found = self._hits[leaf] = self._look_up(leaf)
        return found

    def _look_up(self, leaf: int) -> list[Hit]:
        if leaf >= 0:
            return [self._hit(start, end) for start, end in self._places[leaf]]
        limited = self._others.limited.get(leaf)
        if limited is None:
            return self._others.leaves[-1 - leaf].hits(self.text)
        places = self._places[self._others.needles[leaf]]
        return [self._hit(start, end) for start, end in places if (start < self.title_end) == (limited == "title")]

    def _hit(self, start: int, end: int) -> Hit:
        """A needle's place as words. The first begins behind a space; the last holds the needle's end, or ends before it."""
        field, begun = "title", self._title_begun
        if start >= self.title_end:
            field, begun = "body", self._body_begun
        first = bisect_right(begun, start + 1) - 1
        is_one_word = end <= begun[first + 1]
        return Hit(field, first, first if is_one_word else bisect_right(begun, end - 1, first) - 1)

    @cached_property
    def _title_begun(self) -> list[int]:
        """Where each word of the title begins in `joined`, and where one more would."""
        return _begun(self.text.view("title").words.texts, 1)

    @cached_property
    def _body_begun(self) -> list[int]:
        return _begun(self.text.view("body").words.texts, self.title_end + 2)

    def told(self, leaf: int) -> Told:
        found = self._told.get(leaf)
        if found is None:
            found = self._told[leaf] = Told(self.hits(leaf))
        return found

    def spans(self, hits: list[Hit]) -> tuple[Span, ...]:
        """As `spans_of` gives them, each made once for all rules."""
        known = self._spans
        for hit in hits:
            if hit not in known:
                known[hit] = self.text.view(hit[0]).span(hit[1], hit[2])
        if len(hits) == 1:
            return (known[hits[0]],)
        return in_order([known[hit] for hit in hits])


def _begun(words: Sequence[str], first: int) -> list[int]:
    return list(accumulate([len(word) + 1 for word in words], initial=first))


class Question(Protocol):
    """A plan as asked of leaves. `is_exact` where `may_hold` is the whole answer."""

    is_exact: bool

    def may_hold(self, hit: AbstractSet[int]) -> bool: ...

    def find(self, asked: Asked) -> list[Hit] | None:
        """What the plan's `find` gives: hits, None where it does not hold."""


class Traced(Question, Protocol):
    """A question that nearness and counts can speak of."""

    def told(self, asked: Asked) -> Hits:
        """The plan cut down to what hits this text."""


class One:
    """A leaf."""

    __slots__ = ("leaf",)
    __match_args__ = ("leaf",)
    is_exact = True

    def __init__(self, leaf: int) -> None:
        self.leaf = leaf

    @property
    def leaves(self) -> frozenset[int]:
        return frozenset((self.leaf,))

    def may_hold(self, hit: AbstractSet[int]) -> bool:
        return self.leaf in hit

    def find(self, asked: Asked) -> list[Hit] | None:
        return asked.hits(self.leaf) if self.leaf in asked.hit else None

    def told(self, asked: Asked) -> Hits:
        return cast("Hits", asked.told(self.leaf) if self.leaf in asked.hit else _NOTHING)


class OneOf:
    """Any of several leaves."""

    __slots__ = ("leaves",)
    __match_args__ = ("leaves",)
    is_exact = True

    def __init__(self, leaves: frozenset[int]) -> None:
        self.leaves = leaves

    def may_hold(self, hit: AbstractSet[int]) -> bool:
        return not self.leaves.isdisjoint(hit)

    def find(self, asked: Asked) -> list[Hit] | None:
        return [hit for leaf in self.leaves & asked.hit for hit in asked.hits(leaf)] or None

    def told(self, asked: Asked) -> Hits:
        found = [asked.told(leaf) for leaf in self.leaves & asked.hit]
        return cast("Hits", found[0] if len(found) == 1 else Any(cast("tuple[Plan, ...]", tuple(found))))


class _Several:
    """Questions that are asked together."""

    __slots__ = ("is_exact", "parts")
    __match_args__ = ("parts",)

    def __init__(self, parts: tuple[Question, ...]) -> None:
        self.parts = parts
        self.is_exact = all(part.is_exact for part in parts)


class Either(_Several):
    """Any of several questions."""

    __slots__ = ()

    def may_hold(self, hit: AbstractSet[int]) -> bool:
        for part in self.parts:  # noqa: SIM110 - twice as quick as a generator
            if part.may_hold(hit):
                return True
        return False

    def find(self, asked: Asked) -> list[Hit] | None:
        found = [hits for part in self.parts if (hits := part.find(asked)) is not None]
        return [hit for hits in found for hit in hits] if found else None

    def told(self, asked: Asked) -> Hits:
        return Any(cast("tuple[Plan, ...]", tuple([cast("Traced", part).told(asked) for part in self.parts])))


class Every(_Several):
    """All of several questions."""

    __slots__ = ()

    def may_hold(self, hit: AbstractSet[int]) -> bool:
        for part in self.parts:  # noqa: SIM110 - twice as quick as a generator
            if not part.may_hold(hit):
                return False
        return True

    def find(self, asked: Asked) -> list[Hit] | None:
        if not self.may_hold(asked.hit):
            return None
        hits: list[Hit] = []
        for part in self.parts:
            found = part.find(asked)
            if found is None:
                return None
            hits += found
        return hits


class Without:
    """That a question does not hold."""

    __slots__ = ("inner", "is_exact")
    __match_args__ = ("inner",)

    def __init__(self, inner: Question) -> None:
        self.inner, self.is_exact = inner, inner.is_exact

    def may_hold(self, hit: AbstractSet[int]) -> bool:
        return not self.is_exact or not self.inner.may_hold(hit)

    def find(self, asked: Asked) -> list[Hit] | None:
        return [] if self.inner.find(asked) is None else None


class Placed:
    """A plan that asks where its parts stand: `build` makes it of them, cut down to a text; `needed` must all hold."""

    __slots__ = ("build", "needed", "parts")
    __match_args__ = ("needed",)
    is_exact = False

    def __init__(self, build: Callable[..., Plan], parts: tuple[Traced, ...], needed: int) -> None:
        self.build, self.parts, self.needed = build, parts, parts[:needed]

    def may_hold(self, hit: AbstractSet[int]) -> bool:
        for part in self.needed:  # noqa: SIM110 - twice as quick as a generator
            if not part.may_hold(hit):
                return False
        return True

    def find(self, asked: Asked) -> list[Hit] | None:
        if not self.may_hold(asked.hit):
            return None
        return self.build(*[part.told(asked) for part in self.parts]).find(asked.text, None)

    def told(self, asked: Asked) -> Hits:
        return cast("Hits", self.build(*[part.told(asked) for part in self.parts]))


class Other:
    """A plan that the words of title and body say nothing of."""

    __slots__ = ("plan",)
    is_exact = False

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def may_hold(self, hit: AbstractSet[int]) -> bool:
        return True

    def find(self, asked: Asked) -> list[Hit] | None:
        return self.plan.find(asked.text, None)

    def told(self, asked: Asked) -> Hits:
        return cast("Hits", self.plan)


class Demands(NamedTuple):
    """What the leaves that hit must be like: one at least of each of `needs`, none of `bans`. Where this is not the `whole`
    of a question, it is what can be said beforehand."""

    needs: tuple[frozenset[int], ...] = ()
    bans: tuple[frozenset[int], ...] = ()
    is_whole: bool = False


def demands(question: Question) -> Demands:
    """What a question demands of the leaves that hit."""
    match question:
        case One() | OneOf():
            return Demands(needs=(question.leaves,), is_whole=True)
        case Without(One() | OneOf() as inner):
            return Demands(bans=(inner.leaves,), is_whole=True)
        case Every(parts) | Placed(parts):
            found = [demands(part) for part in parts]
            return Demands(
                tuple([group for part in found for group in part.needs]),
                tuple([group for part in found for group in part.bans]),
                isinstance(question, Every) and all(part.is_whole for part in found),
            )
        case _:
            return Demands()


_NOTHING = Any(())
