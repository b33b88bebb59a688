"""Three-word shingles of a text as numbers, the few of them that an index keeps, and how much of one text is in
another.

A shingle is a run of three folded words. Its number is made of the numbers of its words, so that nothing but the words
of a text has to be hashed, and each of those once; it is the same on every machine and after every restart.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from hashlib import blake2b
from heapq import nsmallest

from monitor.text.remembered import Remembered

RUN = 3
BITS = 34
SAMPLED_PART = 1 / 8
SAMPLED_BELOW = int(2**BITS * SAMPLED_PART)  # these fit into four bytes of the store
SAMPLED_LEAST = 8
WORDS_REMEMBERED = 20_000  # and as many that were not met since: some 8 MB

_MASK = 2**BITS - 1


@dataclass(frozen=True, slots=True)
class Containment:
    """Shared shingles by number and as shares (0 to 1) of the shorter text's, the copy's and the lead's; all 0 where
    one of the texts has none."""

    shared: int
    of_shorter: float
    of_copy: float
    of_lead: float


def _places(word: str) -> tuple[int, int, int]:
    """The numbers of a word as the first, second and third of a run: tabulation hashing (Zobrist, 1970)."""
    number = int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=15).digest(), "big")
    return number & _MASK, number >> 40 & _MASK, number >> 80 & _MASK


_KNOWN = Remembered(_places, WORDS_REMEMBERED)


def shingle_run(words: Sequence[str]) -> list[int]:
    """The shingles of folded words in their order, two fewer than words; empty for fewer than three words."""
    if len(words) < RUN:
        return []
    first, second, third = zip(*[_KNOWN[word] for word in words], strict=True)
    return [one ^ two ^ three for one, two, three in zip(first, second[1:], third[2:], strict=False)]


def shingles(words: Sequence[str]) -> frozenset[int]:
    """The different shingles of folded words, each below 2**34; empty for fewer than three words."""
    return frozenset(shingle_run(words))


def sample(found: Collection[int]) -> list[int]:
    """The shingles that the index keeps of a text, in order: the low eighth of all numbers, and of a short text its
    eight lowest.

    Two texts that share a shingle of the low eighth both keep it, wherever it stands in them.
    """
    low = sorted([shingle for shingle in found if shingle < SAMPLED_BELOW])
    return low if len(low) >= SAMPLED_LEAST else nsmallest(SAMPLED_LEAST, set(found))


def asked(found: Collection[int]) -> list[int]:
    """The shingles that the index is asked for, in order: twice as many as it keeps of a text, since of a short text
    it keeps more than its low eighth, and a longer one that embeds it holds them somewhere."""
    low = sorted([shingle for shingle in found if shingle < 2 * SAMPLED_BELOW])
    return low if len(low) >= 2 * SAMPLED_LEAST else nsmallest(2 * SAMPLED_LEAST, set(found))


def containment(copy: AbstractSet[int], lead: AbstractSet[int]) -> Containment:
    """How much of one text is in the other, both as `shingles`."""
    if not copy or not lead:
        return Containment(0, 0.0, 0.0, 0.0)
    shared = len(copy & lead)
    return Containment(shared, shared / min(len(copy), len(lead)), shared / len(copy), shared / len(lead))
