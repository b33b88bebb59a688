"""Many short lists of numbers in few blocks of memory.

Where rules are many, most of the time goes into fetching from memory what lies far apart; lists that lie end to end are
fetched together.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable


class Packed:
    """Lists of whole numbers of 32 bits, end to end in `values`; `starts` and `ends` say where each lies, by its number. Numbers
    below zero count from the last list."""

    __slots__ = ("ends", "starts", "values")

    def __init__(self, lists: Iterable[Iterable[int]]) -> None:
        self.values, self.starts, self.ends = array("i"), array("i"), array("i")
        for one in lists:
            self.starts.append(len(self.values))
            self.values.extend(one)
            self.ends.append(len(self.values))

    def __getitem__(self, number: int) -> array[int]:
        return self.values[self.starts[number] : self.ends[number]]
