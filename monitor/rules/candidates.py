"""Which of all rules may fire on a text, by the leaves that hit it.

Where rules are many, most of the time goes into fetching from memory what lies far apart. So what is known of each rule lies end
to end in arrays, most of it beside the leaf that sets the rule off, and for most rules what is there is the whole answer.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from monitor.rules.asked import Asked
from monitor.rules.index import BRINGS, SETS_OFF, Index
from monitor.rules.packed import Packed


class Asking(Protocol):
    """A rule as it is found: `triggers` are leaves of which a text must hit one for the rule to fire, None where any text may
    make it fire; `needs` are further such groups, `bans` leaves of which it may hit none. `is_told` where these are the whole of
    it. Or else `reach` holds leaves with the points they bring at most, in the body alone and anywhere, of which the rule wants
    `threshold`.
    """

    @property
    def triggers(self) -> frozenset[int] | None: ...

    @property
    def needs(self) -> Sequence[frozenset[int]]: ...

    @property
    def bans(self) -> Sequence[frozenset[int]]: ...

    @property
    def is_told(self) -> bool: ...

    @property
    def reach(self) -> Sequence[tuple[int, int, int]]: ...

    @property
    def threshold(self) -> int: ...


class Found(NamedTuple):
    """Rules by number: those that fire, with the leaves that show it, and those that must be asked."""

    told: dict[int, list[int]]
    to_ask: set[int]


# How a rule goes on once it is set off: it fires; it wants a leaf of one more group, or none of some; or there is more to it.
_FIRES, _NEEDS, _BANS, _ASKS = range(4)


class Candidates:
    """The rules by their leaves; the numbers of rules are their places among those given."""

    def __init__(self, rules: Sequence[Asking], index: Index) -> None:
        set_off: dict[int, list[int]] = {}
        points: dict[int, list[int]] = {}
        for number, rule in enumerate(rules):
            for leaf in rule.triggers or ():
                set_off.setdefault(leaf, []).append(number * 4 + _way(rule))
            for leaf, in_body, most in rule.reach:
                points.setdefault(leaf, []).extend((number, in_body, most))
        index.finish(set_off, points)
        leaves = index.leaves
        self._index = index
        self._set_off = Packed([set_off.get(leaf, ()) for leaf in leaves])
        self._points = Packed([points.get(leaf, ()) for leaf in leaves])
        self._always = [number for number, rule in enumerate(rules) if rule.triggers is None]
        self._thresholds = array("i", [rule.threshold for rule in rules])
        self._needs = Packed([rule.needs[0] if rule.needs else () for rule in rules])
        self._more_needs = {number: rule.needs[1:] for number, rule in enumerate(rules) if rule.needs[1:]}
        self._bans = Packed([frozenset().union(*rule.bans) for rule in rules])

    def find(self, asked: Asked) -> Found:
        """The rules that fire, or may, in no order."""
        tells, hit = self._index.tells, asked.hit
        values, bounds = self._set_off.values, self._set_off.bounds
        told: dict[int, list[int]] = {}
        to_ask = {*self._always, *self._reached(asked)}
        out: set[int] = set()
        for leaf in asked.telling:
            if not tells[leaf] & SETS_OFF:
                continue
            place = leaf if leaf >= 0 else leaf - 1
            for value in values[bounds[place] : bounds[place + 1]]:
                number, way = value >> 2, value & 3
                if number in told:
                    told[number].append(leaf)
                elif way == _FIRES:
                    told[number] = [leaf]
                elif number not in out:
                    out.add(number)
                    if way == _ASKS:
                        if self._may_fire(number, hit):
                            to_ask.add(number)
                    elif (more := self._more(number, way, hit)) is not None:
                        told[number] = [leaf, *more]
        return Found(told, to_ask)

    def _more(self, number: int, way: int, hit: set[int]) -> Iterable[int] | None:
        """The leaves that show a rule to fire besides those that set it off; None where it does not fire."""
        if way == _NEEDS:
            return hit.intersection(self._needs[number]) or None
        return () if hit.isdisjoint(self._bans[number]) else None

    def _may_fire(self, number: int, hit: set[int]) -> bool:
        """Whether a leaf of each group hits that a rule needs, and none that it bans."""
        if not (self._is_met(number, hit) and hit.isdisjoint(self._bans[number])):
            return False
        return not any(map(hit.isdisjoint, self._more_needs.get(number, ())))

    def _is_met(self, number: int, hit: set[int]) -> bool:
        needed = self._needs[number]
        return not needed or not hit.isdisjoint(needed)

    def _reached(self, asked: Asked) -> list[int]:
        """The rules whose threshold the terms that hit may reach."""
        tells, in_title = self._index.tells, asked.in_title
        values, bounds = self._points.values, self._points.bounds
        reached: dict[int, int] = {}
        for leaf in asked.telling:
            if not tells[leaf] & BRINGS:
                continue
            place, column = (leaf, 2 if leaf in in_title else 1) if leaf >= 0 else (leaf - 1, 2)
            for at in range(bounds[place], bounds[place + 1], 3):
                number = values[at]
                reached[number] = reached.get(number, 0) + values[at + column]
        thresholds = self._thresholds
        return [number for number, points in reached.items() if points >= thresholds[number]]


def _way(rule: Asking) -> int:
    if not rule.is_told or len(rule.needs) > 1 or (rule.needs and rule.bans):
        return _ASKS
    if rule.needs:
        return _NEEDS
    return _BANS if rule.bans else _FIRES
