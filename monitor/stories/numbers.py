"""Numbers and dates as a veto: twins of a template share much of their wording and differ in their numbers.

A number is compared where both texts put it into like surroundings: the two words before it or the two after it.
Rewording changes one number of a text; a twin ("balances on 25 February", "balances on 27 February") changes most.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, cached_property
from itertools import pairwise

from monitor.stories.shingles import shingle_run
from monitor.text.folding import fold_text
from monitor.text.wire_names import MONTHS, WEEKDAYS

# ruff: noqa: SIM905 - words are read and kept more easily as plain lines than as quoted lists
PUBLISHED = (
    "published updated posted publié veröffentlicht aktualisiert publicado actualizado pubblicato опубликовано "
    "обновлено оновлено yayınlanma güncelleme yayımlandı güncellendi"
).split()
STAMPED = (
    "date dated on at the of am pm gmt utc est msk le mis jour à um uhr el il дата года г в tarihi tarix saat".split()
)
VERY_TEXT = 0.95  # shared part from which on the text is the same whatever its title
COVERED_FROM = 0.6  # of the shorter text: where so much is shared, its numbers should be as well
AMID_LEAST = 2  # numbers that are missing, where less is shared
REACH = 12  # words on either side of a number
_HOLE = "#"
_NONE: frozenset[str] = frozenset()
Frame = tuple[str, str, str]
Date = tuple[str, str]


class Figured:
    """A text's numbers with their surroundings and its dates, each worked out once, when it is first asked for."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = _without_stamps(words)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The different numbers."""
        return frozenset(number for number, _ in self.framed)

    @cached_property
    def framed(self) -> list[tuple[str, list[Frame]]]:
        """Each number with its surroundings."""
        return _framed(
            self._words,
            # Folded digits are those of ASCII, which come before all letters.
            {at: number for at, word in enumerate(self._words) if word[0] <= "9" and (number := _number(word))},
        )

    @cached_property
    def known(self) -> dict[Frame, set[str]]:
        """The numbers that stand in each surroundings."""
        return _by_frame(self.framed)

    @cached_property
    def coded(self) -> list[tuple[str, list[Frame]]]:
        """Each word of letters and digits with its surroundings."""
        return _framed(self._words, {at: word for at, word in enumerate(self._words) if _is_code(word)})

    @cached_property
    def dates(self) -> frozenset[Date]:
        """Days of a month, as (day, month)."""
        return frozenset(self._dated.values())

    @cached_property
    def _dated(self) -> dict[int, Date]:
        """Each day of a month by its place."""
        months = _months()
        return {
            at: (one, other) if other in months else (other, one)
            for at, (one, other) in enumerate(pairwise(self._words))
            if (other in months and _is_day(one)) or (one in months and _is_day(other))
        }

    def amid(self, shingles: AbstractSet[int]) -> tuple[frozenset[str], frozenset[Date]]:
        """The different numbers and dates that stand amid what another text has too: some of its shingles are close by on both
        sides. What stands in an outlet's own lines, or in what it wrote besides, does not."""
        shared = [shingle in shingles for shingle in shingle_run(self._words)]

        def is_amid(at: int) -> bool:
            return any(shared[max(0, at - REACH) : max(0, at - 2)]) and any(shared[at + 1 : at + REACH - 1])

        numbers = ((at, _number(word)) for at, word in enumerate(self._words) if word[0] <= "9")
        return (
            frozenset(number for at, number in numbers if number and is_amid(at)),
            frozenset(date for at, date in self._dated.items() if is_amid(at)),
        )


def numbers_in(words: Sequence[str]) -> list[str]:
    """The numbers among folded words, in order: without commas between thousands and endings of order (25th is 25)."""
    return [number for word in words if word[0] <= "9" and (number := _number(word))]


def veto(shorter: Sequence[str], other: Sequence[str], covered: float, *, has_twin_title: bool = False) -> str | None:
    """`veto_of` for two texts' folded words."""
    ours, theirs, known = Figured(shorter), Figured(other), frozenset(shingle_run(other))
    return veto_of(ours, theirs, covered, known, has_twin_title=has_twin_title)


def veto_of(
    ours: Figured, theirs: Figured, covered: float, shingles: AbstractSet[int], *, has_twin_title: bool = False
) -> str | None:
    """Why numbers or dates speak against two texts being copies; None where they do not.

    `covered` (0 to 1) is how much of the shorter text, `ours`, is in the other, which has these `shingles`; `has_twin_title`
    says that titles differ in numbers alone. A date stamp that opens or ends a text is passed over.
    """
    agreeing, differing = _compared(ours.framed, theirs.known)
    if not agreeing + differing and ours.coded:
        agreeing, differing = _compared(ours.coded, _by_frame(theirs.coded))
    if differing > agreeing:
        return f"{differing} of {agreeing + differing} numbers differ"
    if has_twin_title and (differing or (not agreeing and covered < VERY_TEXT)):
        return "the titles differ in their numbers"
    if agreeing and not (ours.dates and theirs.dates):
        return None
    numbers, dates = ours.amid(shingles)
    # One date alone may have been changed by rewording.
    if min(len(dates), len(theirs.dates)) >= (2 if agreeing > differing else 1) and not dates & theirs.dates:
        return "the dates differ"
    missing, known = len(numbers - theirs.numbers), len(theirs.numbers)
    least = 1 if covered >= COVERED_FROM else AMID_LEAST
    # Where the other text has hardly any numbers of its own, they were cut or put into words.
    if not agreeing and missing >= least and missing * 2 > len(numbers) and known * 2 >= len(numbers):
        return f"{missing} of {len(numbers)} numbers are missing"
    return None


def same_numbers(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether at least half of the numbers of the text that has fewer stand in the other."""
    fewer, more = sorted((set(numbers_in(one)), set(numbers_in(other))), key=len)
    return len(fewer & more) * 2 >= len(fewer)


def are_twins(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two titles are alike but for their numbers ("Balances on 25 February", "Balances on 27 February")."""
    ours = set(numbers_in(one))
    theirs = set(numbers_in(other)) if ours else ours
    if not theirs or ours & theirs:
        return False
    left, right = ({word for word in words if not _number(word)} for words in (one, other))
    return len(left & right) * 5 >= len(left | right) * 4


def _compared(framed: Sequence[tuple[str, list[Frame]]], known: Mapping[Frame, AbstractSet[str]]) -> tuple[int, int]:
    """How many numbers stand in like surroundings in the other text: the same ones, and other ones."""
    agreeing = differing = 0
    for number, frames in framed:
        values = [known.get(frame, _NONE) for frame in frames]
        if any(number in found for found in values):
            agreeing += 1
        elif values and all(values):  # on both sides: "towns of 12" may be said of many things
            differing += 1
    return agreeing, differing


def _by_frame(framed: Sequence[tuple[str, list[Frame]]]) -> dict[Frame, set[str]]:
    known: dict[Frame, set[str]] = {}
    for number, frames in framed:
        for frame in frames:
            known.setdefault(frame, set()).add(number)
    return known


def _framed(words: Sequence[str], numbers: Mapping[int, str]) -> list[tuple[str, list[Frame]]]:
    """Each number, given by its place, with the two words before it and the two after it, numbers among them left open. Two of
    which neither is a word are no surroundings."""
    framed = []
    for place, number in numbers.items():
        before, after = [
            [_HOLE if at in numbers else words[at] if 0 <= at < len(words) else "" for at in (first, first + 1)]
            for first in (place - 2, place + 1)
        ]
        frames: list[Frame] = [("before", before[0], before[1]), ("after", after[0], after[1])]
        framed.append((number, [frame for frame in frames if not {"", _HOLE}.issuperset(frame[1:])]))
    return framed


def _is_day(word: str) -> bool:
    return len(word) <= 2 and word.isdigit()


_NUMBER = re.compile(r"(\d+(?:[.,]\d+)*)(?:st|nd|rd|th)?")


def _number(word: str) -> str | None:
    """The number that a word is; None for other words, those that merely hold a digit (covid19, u19) among them."""
    found = _NUMBER.fullmatch(word)
    return found[1].replace(",", "") if found else None


_DIGIT = re.compile("[0-9]")


def _is_code(word: str) -> bool:
    """Whether a word has letters and digits, as the names of devices and genes have."""
    return _DIGIT.search(word) is not None and not word.isdigit()


def _without_stamps(words: Sequence[str]) -> Sequence[str]:
    """The words without a date stamp that opens or ends the text ("Published 7 November 2023 at 14:05")."""
    rest = words[_stamp_length(words) :]
    end = len(rest) - _stamp_length(rest[::-1])
    # A sentence may well end with a date; a stamp there says what it is.
    return rest[: next((place for place in range(end, len(rest)) if rest[place] in _published()), len(rest))]


def _stamp_length(words: Sequence[str]) -> int:
    length = 0
    while length < len(words) and (words[length] in _stamp_words() or _number(words[length])):
        length += 1
    has_date = any(word in _months() or word.count(".") == 2 for word in words[:length])
    return length if has_date else 0


@cache
def _months() -> frozenset[str]:
    return frozenset(map(fold_text, MONTHS))


@cache
def _published() -> frozenset[str]:
    return frozenset(map(fold_text, PUBLISHED))


@cache
def _stamp_words() -> frozenset[str]:
    return _months() | _published() | frozenset(map(fold_text, (*WEEKDAYS, *STAMPED)))
