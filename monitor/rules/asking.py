"""Rules as what a text's leaves say of them.

To a question a text is the set of the numbers of the leaves that hit it: it answers by that alone whether it may hold, so most of
a rule's answer is sets meeting sets, and places are looked at for what is left. Where leaves stand in other fields than title and
body, or metadata is asked for, the plan itself is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from functools import partial
from typing import NamedTuple, Protocol, cast

from monitor.rules.asked import Asked, Met
from monitor.rules.match import Any, Hit, Hits, Near, Plan

_PAIRS_MOST = 16


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


class Beside(Placed):
    """Two sides that must be near each other, each of them leaves. Most are not, which shows without looking for words."""

    __slots__ = ("_leaves", "_near")

    def __init__(self, near: Near, left: One | OneOf, right: One | OneOf) -> None:
        super().__init__(partial(Near, distance=near.distance, is_ordered=near.is_ordered), (left, right), needed=2)
        self._leaves = left.leaves, right.leaves
        self._near = near.distance, near.is_ordered

    def find(self, asked: Asked) -> list[Hit] | None:
        left, right = self._leaves[0] & asked.hit, self._leaves[1] & asked.hit
        if not left or not right:
            return None
        if min(*left, *right) < 0:  # not all of them needles
            return super().find(asked)
        ours = [place for leaf in left for place in asked.places(leaf)]
        theirs = [place for leaf in right for place in asked.places(leaf)]
        return self._paired(asked, ours, theirs) if len(ours) * len(theirs) <= _PAIRS_MOST else super().find(asked)

    def _paired(self, asked: Asked, ours: list[Met], theirs: list[Met]) -> list[Hit] | None:
        """The hits that are near one of the other side, by trying all."""
        distance, is_ordered = self._near
        near = [(one, other) for one in ours for other in theirs if asked.are_near(one, other, distance)]
        found: list[Hit] = []
        for (_, start, end), (_, other_start, other_end) in near:
            hit, other = asked.hit_at(start, end), asked.hit_at(other_start, other_end)
            if hit != other and (hit.first < other.first or not is_ordered):
                found += hit, other
        return found or None


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
