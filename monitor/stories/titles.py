"""Headlines as keys, for items that carry no text of their own.

Two headlines are the same where the same words stand in the same order, small words apart: with a name, a number or the order
changed, another thing is told.
"""

# ruff: noqa: SIM905 - words are read and kept more easily as plain lines than as quoted lists

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from monitor.stories.shingles import SAMPLED_BELOW
from monitor.text.tokens import is_unspaced

SMALL_WORDS = frozenset(
    "a an and at by for from in into is of on the to with de des du en et la le les un une el los las y der die das den im in "
    "und von il lo gli di da e o os as и в на о об с у к і та з ve ile و في من د کا کی کے".split()
)
WORDS_LEAST, LETTERS_LEAST = 5, 20
UNSPACED_LEAST = 10  # characters of Han, kana or Thai, each of which is a word


def title_keys(words: Sequence[str]) -> tuple[int, ...]:
    """The keys of a headline's folded words: one, or none for a headline that is too short to tell anything by it.

    They are numbers as `shingles.sample` has them, of a kind of their own.
    """
    told = telling_words(words)
    if not _is_telling(told):
        return ()
    digest = blake2b("\0".join(told).encode("utf-8", "surrogatepass"), digest_size=8, person=b"headline").digest()
    return (int.from_bytes(digest, "big") % SAMPLED_BELOW,)


def telling_words(words: Sequence[str]) -> list[str]:
    """The words without the small ones."""
    return [word for word in words if word not in SMALL_WORDS]


def _is_telling(words: Sequence[str]) -> bool:
    unspaced = sum(is_unspaced(word[0]) for word in words)
    if unspaced * 2 > len(words):
        return unspaced >= UNSPACED_LEAST
    return len(words) >= WORDS_LEAST and sum(map(len, words)) >= LETTERS_LEAST
