"""Numbers and dates as a veto: twins of a template share much of their wording and differ in their numbers.

A number is compared where both texts put it into like surroundings: the two words before it or the two after it.
Rewording changes one number of a text; a twin ("balances on 25 February", "balances on 27 February") changes most.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

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
_HOLE = "#"
Frame = tuple[str, str, str]


def numbers_in(words: Sequence[str]) -> list[str]:
    """The numbers among folded words, in order: without commas between thousands and endings of order (25th is 25)."""
    return [number for word in words if (number := _number(word))]


def veto(shorter: Sequence[str], other: Sequence[str], covered: float, *, has_twin_title: bool = False) -> str | None:
    """Why numbers or dates speak against two texts being copies, given their folded words; None where they do not.

    `covered` (0 to 1) is how much of the shorter text is in the other; `has_twin_title` says that titles differ in
    numbers alone. A date stamp that opens or ends a text is passed over.
    """
    ours, theirs = _without_stamps(shorter), _without_stamps(other)
    agreeing, differing = _compared(ours, theirs, _number)
    if not agreeing + differing:
        agreeing, differing = _compared(ours, theirs, _code)
    if differing > agreeing:
        return f"{differing} of {agreeing + differing} numbers differ"
    if has_twin_title and (differing or (not agreeing and covered < VERY_TEXT)):
        return "the titles differ in their numbers"
    if differing and _dates_differ(ours, theirs, least=2 if agreeing > differing else 1):
        return "the dates differ"
    if agreeing:
        return None
    wanted, known = set(numbers_in(ours)), set(numbers_in(theirs))
    missing = len(wanted - known)
    # Where the other has hardly any numbers of its own, they were cut or put into words.
    if covered >= COVERED_FROM and missing * 2 > len(wanted) and len(known) * 2 >= len(wanted):
        return f"{missing} of {len(wanted)} numbers are missing"
    return None


def same_numbers(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether at least half of the numbers of the text that has fewer stand in the other."""
    fewer, more = sorted((set(numbers_in(one)), set(numbers_in(other))), key=len)
    return len(fewer & more) * 2 >= len(fewer)


def are_twins(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two titles are alike but for their numbers ("Balances on 25 February", "Balances on 27 February")."""
    ours, theirs = set(numbers_in(one)), set(numbers_in(other))
    if not ours or not theirs or ours & theirs:
        return False
    left, right = ({word for word in words if not _number(word)} for words in (one, other))
    return len(left & right) * 5 >= len(left | right) * 4


def _compared(ours: Sequence[str], theirs: Sequence[str], find: Callable[[str], str | None]) -> tuple[int, int]:
    """How many numbers of the one stand in like surroundings in the other: the same ones, and other ones."""
    known: dict[Frame, set[str]] = {}
    for number, frames in _framed(theirs, find):
        for frame in frames:
            known.setdefault(frame, set()).add(number)
    agreeing = differing = 0
    for number, frames in _framed(ours, find):
        values = [known[frame] for frame in frames if frame in known]
        if any(number in found for found in values):
            agreeing += 1
        elif values:
            differing += 1
    return agreeing, differing


def _framed(words: Sequence[str], find: Callable[[str], str | None]) -> list[tuple[str, list[Frame]]]:
    """Each number with the two words before it and the two after it, numbers among them left open. Two of which neither is a
    word are no surroundings."""
    numbers = {place: number for place, word in enumerate(words) if (number := find(word))}
    if not numbers:
        return []
    open_ = [_HOLE if place in numbers else word for place, word in enumerate(words)]
    padded = ["", "", *open_, "", ""]
    framed = []
    for place, number in numbers.items():
        frames = [("before", padded[place], padded[place + 1]), ("after", padded[place + 3], padded[place + 4])]
        framed.append((number, [frame for frame in frames if not {"", _HOLE}.issuperset(frame[1:])]))
    return framed


def _dates_differ(ours: Sequence[str], theirs: Sequence[str], least: int) -> bool:
    """Whether both have so many dates, and none in common. One alone may have been changed by rewording."""
    left, right = _dates(ours), _dates(theirs)
    return min(len(left), len(right)) >= least and not left & right


def _dates(words: Sequence[str]) -> set[tuple[str, str]]:
    """Days of a month, as (day, month)."""
    pairs = {(one, other) for one, other in pairwise(words) if _is_day(one) and other in _months()}
    return pairs | {(other, one) for one, other in pairwise(words) if _is_day(other) and one in _months()}


def _is_day(word: str) -> bool:
    return len(word) <= 2 and word.isdigit()


_NUMBER = re.compile(r"(\d+(?:[.,]\d+)*)(?:st|nd|rd|th)?")


def _number(word: str) -> str | None:
    """The number that a word is; None for other words, those that merely hold a digit (covid19, u19) among them."""
    found = None if word.isalpha() else _NUMBER.fullmatch(word)
    return found[1].replace(",", "") if found else None


def _code(word: str) -> str | None:
    """A word of letters and digits, such as the name of a device or a gene."""
    return None if word.isalpha() or not any(map(str.isdigit, word)) else word


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
