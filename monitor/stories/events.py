"""Same event in other words: a link between stories, never a fold.

Title and first words carry little, so much must agree. Numbers and dates veto: headlines that share half their words are mostly
of one event where their numbers agree, and seldom where they differ. Where numbers agree, names or words besides are enough;
where a telling has none, nearly all names must agree, and the tellings be of one day. Across scripts names are compared by their
skeletons, since each alphabet spells them its own way.

What agreement is worth was set on one part of the labelled pairs that stand with the tests, and judged on the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

from monitor.stories.skeletons import are_alike, skeletons
from monitor.stories.telling import ENDING_MOST, WORD_LEAST, Telling

WINDOW = timedelta(days=3)  # at most between two tellings of one event
ONE_DAY = timedelta(hours=20)
# Points in hundredths, so that their sum is the same in whatever order they are added.
POINTS_LEAST, FOREIGN_LEAST = 270, 200  # where numbers agree, within a language and across
OWN_LEAST, OWN_FIGURES = 500, 170  # in what one outlet tells twice, since it writes much of the same people
# Where there are none: so many points of names, and so many for each name of the fuller telling, of which at most ten count.
NAMES_LEAST, NAMES_SHARE, NAMES_MOST = 300, 60, 10
WORDS_LEAST = 0.45  # and so many words within a language
WORDS_SHARE = 0.3  # of the shorter telling's stems: so many agree within a language, seldom across
WORDS_POINTS = 400  # for all of them
DATE_POINTS = 70
NUMBER_POINTS = (35, 70, 100)  # by digits that are not zeros at an end: one, two, more
SPELLED_ALIKE, SAME_STEM = 100, 80
# What a shared name is worth by the classes of its skeleton: where both scripts have capitals; and where one has none, so that
# every word of it had to be tried.
NAME_POINTS = {True: (0, 0, 20, 60, 90, 100, 100, 100), False: (0, 0, 10, 35, 75, 100, 100, 100)}
WORD_POINTS, LONG_SKELETON, LONG_POINTS = 25, 5, 50  # where neither script has capitals


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether two tellings are of one event, with the points that speak for it, and the reason with figures."""

    is_same: bool
    points: int  # hundredths
    reason: str


def same_event(one: Telling, other: Telling) -> Agreement:
    """Whether two tellings, in whatever languages, are of one event."""
    apart = abs(one.at - other.at)
    if apart > WINDOW:
        return Agreement(False, 0, "told more than three days apart")
    if (veto := _veto(one, other)) is not None:
        return Agreement(False, 0, veto)
    shared = one.numbers & other.numbers
    names, words = _shared_names(one, other), _shared_words(one, other)
    figured = sum(map(_number_points, shared)) + DATE_POINTS * len(one.dates & other.dates)
    points = names + figured + (int(WORDS_POINTS * words) if words >= WORDS_SHARE else 0)
    told = f"names {names / 100:.1f}, numbers and dates {figured / 100:.1f}, words {words:.0%}"
    is_foreign = _are_foreign(one, other)
    is_own = not is_foreign and one.publisher == other.publisher != ""
    if figured >= DATE_POINTS:
        least = FOREIGN_LEAST if is_foreign else OWN_LEAST if is_own else POINTS_LEAST
        return Agreement(points >= least and (not is_own or figured >= OWN_FIGURES), points, told)
    if apart > ONE_DAY or is_own:
        return Agreement(False, points, f"{told}; no number or date in both")
    wanted = max(NAMES_LEAST, NAMES_SHARE * _names_to_share(one, other))
    is_same = names >= wanted and (is_foreign or words >= WORDS_LEAST)
    return Agreement(is_same, points, f"{told}; no number or date in both")


def _are_foreign(one: Telling, other: Telling) -> bool:
    """Whether two tellings are in different scripts or languages, as far as feeds say."""
    return one.script != other.script or (one.language != other.language and "" not in (one.language, other.language))


def _veto(one: Telling, other: Telling) -> str | None:
    """Why dates or numbers speak against one event; None where they do not."""
    if one.dates and other.dates and not one.dates & other.dates:
        return "the dates differ"
    if not one.numbers or not other.numbers:
        return None
    fewer = min(one.numbers, other.numbers, key=len)
    for told, known in (
        (fewer, one.numbers & other.numbers),
        (one.title_numbers, other.numbers),
        (other.title_numbers, one.numbers),
    ):
        if len(told & known) * 2 < len(told):
            return f"{len(told - known)} of {len(told)} numbers differ"
    return None


def _names_to_share(one: Telling, other: Telling) -> float:
    """How many names two tellings could share, at most ten; without capitals in either nobody knows."""
    counts = [len(telling.names) for telling in (one, other) if telling.is_cased]
    return min(max(counts), NAMES_MOST) if counts else math.inf


def _shared_names(one: Telling, other: Telling) -> int:
    """Points for the names that stand in both."""
    if not one.is_cased and not other.is_cased:
        return sum([_word_points(name, other) for name in one.names])
    asking, asked = sorted((one, other), key=lambda telling: (not telling.is_cased, len(telling.names)))
    points = NAME_POINTS[asked.is_cased]
    return sum([_points_among(name, asked, points) for name in asking.names])


def _points_among(name: str, asked: Telling, points: tuple[int, ...]) -> int:
    """For the name of a telling that agrees best."""
    if name in asked.names:
        return SPELLED_ALIKE
    return max([_name_points(name, known, points) for known in asked.like(name)], default=0)


def _name_points(name: str, other: str, points: tuple[int, ...]) -> int:
    """For two names that differ."""
    short, long = sorted((name, other), key=len)
    if len(short) >= WORD_LEAST and len(long) - len(short) <= ENDING_MOST and long.startswith(short):
        return SAME_STEM
    ours, theirs = skeletons(name), skeletons(other)
    return max((points[min(len(a), len(b))] for a in ours for b in theirs if are_alike(a, b)), default=0)


def _word_points(word: str, other: Telling) -> int:
    """Of two scripts without capitals each word counts, and any word may be a name: little for one that is spelled alike, and for
    another only where its skeleton is long."""
    if word in other.names:
        return WORD_POINTS
    is_named = any(len(skeleton) >= LONG_SKELETON and skeleton in other.skeletons for skeleton in skeletons(word))
    return LONG_POINTS if is_named else 0


def _shared_words(one: Telling, other: Telling) -> float:
    fewer = min(len(one.words), len(other.words))
    return len(one.words & other.words) / fewer if fewer else 0.0


def _number_points(number: str) -> int:
    telling = number.replace(".", "").strip("0")
    return NUMBER_POINTS[min(max(len(telling), min(len(number), 2)), len(NUMBER_POINTS)) - 1]
