"""Three-word shingles of a text as numbers, the few of them that an index keeps, and how much of one text is in
another.

A shingle is a run of three folded words. Its number is made of the CRC-32 of each word, shifted by its place in the run: the same
on every machine and after every restart. Numbers kept by word would have to be fetched from all over the memory, which takes
longer than to work them out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from heapq import nsmallest
from zlib import crc32

RUN = 3
BITS = 34
SAMPLED_PART = 1 / 8
SAMPLED_BELOW = int(2**BITS * SAMPLED_PART)  # these fit into four bytes of the store
SAMPLED_LEAST = 8

_MASK = 2**BITS - 1
_MIXING = (
    0x29E3779B9  # odd, so that no two runs become one; without it words that differ in a letter would be sampled alike
)


@dataclass(frozen=True, slots=True)
class Containment:
    """Shared shingles by number and as shares (0 to 1) of the shorter text's, the copy's and the lead's; all 0 where
    one of the texts has none."""

    shared: int
    of_shorter: float
    of_copy: float
    of_lead: float


def shingle_run(words: Sequence[str]) -> list[int]:
    """The shingles of folded words in their order, two fewer than words; empty for fewer than three words."""
    if len(words) < RUN:
        return []
    found = list(map(crc32, " ".join(words).encode("utf-8", "surrogatepass").split(b" ")))
    runs = zip(found, found[1:], found[2:], strict=False)
    return [(one ^ two << 1 ^ three << 2) * _MIXING & _MASK for one, two, three in runs]


def shingles(words: Sequence[str]) -> frozenset[int]:
    """The different shingles of folded words, each below 2**34; empty for fewer than three words."""
    return frozenset(shingle_run(words))


def sample(found: Collection[int]) -> list[int]:
    """The shingles that the index keeps of a text: the low eighth of all numbers, and of a short text its eight lowest.

    Two texts that share a shingle of the low eighth both keep it, wherever it stands in them.
    """
    return _lowest(found, [shingle for shingle in found if shingle < SAMPLED_BELOW], SAMPLED_LEAST)


def marks(found: Collection[int]) -> tuple[list[int], list[int]]:
    """The sample of a text, and the shingles that the index is asked for: twice as many as it keeps, since of a short text
    it keeps more than its low eighth, and a longer one that embeds it holds them somewhere."""
    low = [shingle for shingle in found if shingle < 2 * SAMPLED_BELOW]
    asked = _lowest(found, low, 2 * SAMPLED_LEAST)
    return _lowest(asked, [shingle for shingle in low if shingle < SAMPLED_BELOW], SAMPLED_LEAST), asked


def _lowest(found: Collection[int], low: list[int], least: int) -> list[int]:
    return low if len(low) >= least else nsmallest(least, found)


def containment(copy: AbstractSet[int], lead: AbstractSet[int]) -> Containment:
    """How much of one text is in the other, both as `shingles`."""
    if not copy or not lead:
        return Containment(0, 0.0, 0.0, 0.0)
    shared = len(copy & lead)
    return Containment(shared, shared / min(len(copy), len(lead)), shared / len(copy), shared / len(lead))
