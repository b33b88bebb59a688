"""Learned rhythms: a day of a rule that is far above its last two weeks, and an intake that is far below its own.

Both are told from counts alone. Counts of news come in bursts, so how far is far is learned from how much the same
weekdays differ from one week to the next.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

DAYS = 14
WEEK = 7
SPIKE_LEAST = 10  # items; with fewer a day, three times as many is chance
SPIKE_FACTOR = 1.7  # of what its weekday brings
SPIKE_DEVIATIONS = 2.2
LEVEL_FACTOR = 0.6  # of the mean of the two weeks: less is no news of a rule, whatever its quiet days bring
LASTING_FACTOR = 1.3  # of yesterday, where that was as unusual: a rise is told on its first day
FEWER, MORE = 1.0, 2.2  # deviations by which weekdays may differ over two weeks and still count as days of one kind
PRIOR_DAYS = 3  # how counts vary: as if so many days had varied as chance has it
SILENT_PART = 0.1  # of the least that the same hours brought
SILENT_LEAST = 20  # items that the same hours never fell below, for their absence to say something


def spike(today: int, before: Sequence[int]) -> str:
    """Why a rule's day so far is a spike, for people; "" where it is none. `before` are the counts of the days before, the last
    of them yesterday; with fewer than fourteen nothing is known yet.

    The day must stand out from the same weekday of both weeks and those like it, by a factor and by more than counts of its
    size vary, and not merely go on from yesterday.
    """
    if len(before) < DAYS or today < SPIKE_LEAST:
        return ""
    days = before[-DAYS:]
    usual, deviation = _usual(days)
    mean = sum(days) / DAYS
    if today <= max(SPIKE_FACTOR * usual, usual + SPIKE_DEVIATIONS * deviation, LEVEL_FACTOR * mean):
        return ""
    rise = days[-1] / max(days[-1 - WEEK], 1)
    if rise > SPIKE_FACTOR and days[-1] > mean and today <= LASTING_FACTOR * rise * usual:
        return ""
    return (
        f"{today} items so far today; {days[-1]} yesterday, {days[-WEEK]} and {days[-2 * WEEK]} on the same day of the "
        f"last two weeks, {mean:.0f} a day on average"
    )


def _usual(days: Sequence[int]) -> tuple[float, float]:
    """What fourteen days lead to expect of the day after them, and by how much it varies.

    Two days of the same weekday say little, so weekdays that brought about as much count as well: working days know each
    other, and days off. A holiday on one of the two leaves the other to go by.
    """
    sums = [days[at] + days[at + WEEK] for at in range(WEEK)]  # the first is today's weekday
    varied = _varied(days)
    far = [math.sqrt(varied * (total + sums[0])) for total in sums]
    kin = [at for at in range(WEEK) if -FEWER * far[at] <= sums[at] - sums[0] <= MORE * far[at]]
    counts = [days[at + week] for at in kin for week in (0, WEEK)]
    mean = max(sum(counts) / len(counts), 1.0)
    spread = sum((count - mean) ** 2 for count in counts) / mean + PRIOR_DAYS
    dispersion = max(1.0, spread / (len(counts) - 1 + PRIOR_DAYS))
    higher = max(days[0], days[WEEK])
    usual = max(mean, higher - math.sqrt(dispersion * higher))
    return usual, math.sqrt(dispersion * usual)


def _varied(days: Sequence[int]) -> float:
    """How much more counts vary than chance alone has it (about 1), by the pairs of same weekdays; the pair that differs most is
    left out, since a holiday is no burst."""
    pairs = [(days[at], days[at + WEEK]) for at in range(WEEK)]
    terms = sorted((one - other) ** 2 / max(one + other, 1) for one, other in pairs)[:-1]
    return max(1.0, (sum(terms) + PRIOR_DAYS) / (len(terms) + PRIOR_DAYS))


def lull(now_count: int, before: Sequence[int]) -> str:
    """Why the whole intake is far below its rhythm, for people; "" where it is not. `before` counts the same hours of the last
    fourteen days; with fewer nothing is known yet."""
    if len(before) < DAYS:
        return ""
    least = min(before)
    if least < SILENT_LEAST or now_count > SILENT_PART * least:
        return ""
    return f"{now_count} new items in these hours, which brought {least} at least on each of the last {DAYS} days"
