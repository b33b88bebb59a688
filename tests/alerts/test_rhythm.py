"""Spikes and lulls: single days by table, and simulated years against the figures that are promised."""

from __future__ import annotations

import math
from random import Random

import pytest

from monitor.alerts.rhythm import lull, spike

STEADY = [20] * 14
WEEKLY = [21, 20, 22, 20, 21, 6, 5, 22, 21, 20, 21, 22, 5, 6]  # two weeks; the next day is like the first


@pytest.mark.parametrize(
    ("today", "before", "is_spike"),
    [
        (60, STEADY, True),
        (30, STEADY, False),
        (60, STEADY[1:], False),
        (9, [1] * 14, False),
        (60, WEEKLY, True),
        (18, [*WEEKLY[5:], *WEEKLY[:5]], True),  # a day off that brings three times what days off do
        (6, [*WEEKLY[5:], *WEEKLY[:5]], False),
        (22, [*WEEKLY[:6], 5, 4, *WEEKLY[8:]], False),  # the same weekday was a holiday last week
        (62, [*STEADY[1:], 60], False),  # goes on from yesterday
        (90, [*STEADY[1:], 60], True),
        (10, [0] * 14, True),
        (12, [0] * 13 + [100], False),
    ],
)
def test_a_day_against_its_two_weeks(today: int, before: list[int], is_spike: bool) -> None:
    assert bool(spike(today, before)) == is_spike


def test_the_reason_names_what_was_compared() -> None:
    why = spike(60, WEEKLY)
    assert why.startswith(
        "60 items so far today; 6 yesterday, 22 and 21 on the same day of the last two weeks, 17 a day"
    )


def counts_of_a_year(random: Random, level: float, weekend: float) -> tuple[list[int], list[float]]:
    """Counts of a year and two weeks, and what was usual of each day: working days, weekends, sixteen holidays."""
    holidays = {random.randrange(365) for _ in range(12)} | {0, 1, 358, 359}
    usual = [level * (weekend if day % 7 >= 5 else 1.0) for day in range(14 + 365)]
    drawn = [level * weekend if (day - 14) % 365 in holidays else mean for day, mean in enumerate(usual)]
    return [poisson(random, mean) for mean in drawn], usual


def poisson(random: Random, mean: float) -> int:
    """Knuth's method, in steps that `exp` can hold."""
    count = 0
    while mean > 0:
        step = min(mean, 50.0)
        limit, product = math.exp(-step), random.random()
        while product > limit:
            count += 1
            product *= random.random()
        mean -= step
    return count


@pytest.mark.parametrize("level", [20, 50, 200])
@pytest.mark.parametrize("weekend", [0.3, 0.6, 1.0])
def test_in_a_simulated_year_false_spikes_are_rare_and_a_tripled_day_is_found(level: int, weekend: float) -> None:
    random, found, tried, false = Random(level), 0, 0, 0
    years = 12
    for _ in range(years):
        counts, usual = counts_of_a_year(random, level, weekend)
        false += sum(bool(spike(counts[day], counts[day - 14 : day])) for day in range(14, len(counts)))
        for day in random.sample([day for day in range(14, len(counts)) if usual[day] >= 15], 30):
            tried += 1
            found += bool(spike(poisson(random, 3 * usual[day]), counts[day - 14 : day]))
    assert false <= 1.0 * 12 * years
    assert found >= 0.95 * tried


@pytest.mark.parametrize(
    ("now_count", "before", "is_lull"),
    [
        (2, [30] * 14, True),
        (4, [30] * 14, False),
        (0, [30] * 13, False),
        (0, [30] * 13 + [5], False),
        (0, [0] * 14, False),
        (200, [3000] * 14, True),
    ],
)
def test_an_intake_against_the_same_hours(now_count: int, before: list[int], is_lull: bool) -> None:
    assert bool(lull(now_count, before)) == is_lull
