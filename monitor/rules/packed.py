"""Many short lists of numbers in few blocks of memory.

Where rules are many, most of the time goes into fetching from memory what lies far apart; lists that lie end to end are
fetched together.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable


class Packed:
    """Lists of whole numbers of 32 bits, end to end in `values`; the n-th lies from `bounds[n]` to `bounds[n + 1]`. Numbers below
    zero count from the last list."""

    __slots__ = ("bounds", "values")

    def __init__(self, lists: Iterable[Iterable[int]]) -> None:
        self.values, self.bounds = array("i"), array("i", (0,))
        for one in lists:
            self.values.extend(one)
            self.bounds.append(len(self.values))

    def __getitem__(self, number: int) -> array[int]:
        if number < 0:
            number -= 1
        return self.values[self.bounds[number] : self.bounds[number + 1]]
