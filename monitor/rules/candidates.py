"""Which of all rules may fire on a text, by the leaves that hit it.

Where rules are many, most of the time goes into fetching from memory what lies far apart. So what is known of each rule lies end
to end in arrays, most of it beside the leaf that sets the rule off, and for most rules what is there is the whole answer.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
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
        leaves = index.leaves
        self._index = index
        self._set_off = Packed([set_off.get(leaf, ()) for leaf in leaves])
        self._points = Packed([points.get(leaf, ()) for leaf in leaves])
        index.finish(set_off, points)
        self._always = [number for number, rule in enumerate(rules) if rule.triggers is None]
        self._thresholds = array("i", [rule.threshold for rule in rules])
        # The one group that a rule needs, or bans; of rules that are asked the first they need, and the rest of it.
        self._groups = Packed([_first_group(rule) for rule in rules])
        self._rest = {
            number: (rule.needs[1:], rule.bans)
            for number, rule in enumerate(rules)
            if _way(rule) == _ASKS and (rule.needs[1:] or rule.bans)
        }

    def find(self, asked: Asked) -> Found:
        """The rules that fire, or may, in no order."""
        tells, hit = self._index.tells, asked.hit
        values, bounds = self._set_off.values, self._set_off.bounds
        groups, group_bounds = self._groups.values, self._groups.bounds
        told: dict[int, list[int]] = {}
        to_ask = {*self._always, *self._reached(asked)}
        done: set[int] = set()
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
                elif number not in done:
                    done.add(number)
                    group = groups[group_bounds[number] : group_bounds[number + 1]]
                    met = hit.intersection(group)
                    if way == _ASKS:
                        if (met or not group) and self._is_met(number, hit):
                            to_ask.add(number)
                    elif bool(met) == (way == _NEEDS):
                        told[number] = [leaf, *met]
        return Found(told, to_ask)

    def _is_met(self, number: int, hit: set[int]) -> bool:
        """Whether the rest of what a rule demands is met: a leaf of each more group that it needs, and none that it bans."""
        needs, bans = self._rest.get(number, ((), ()))
        return not any(map(hit.isdisjoint, needs)) and all(map(hit.isdisjoint, bans))

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


def _first_group(rule: Asking) -> frozenset[int]:
    if rule.needs:
        return rule.needs[0]
    return frozenset().union(*rule.bans) if _way(rule) == _BANS else frozenset()
