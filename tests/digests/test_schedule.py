"""Editions fall due by the zone's clock: once a local day, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.digests.schedule import Due, due_edition, latest_due, next_due, period
from monitor.model import Digest

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Karachi", "Asia/Tehran"]
LEAP_YEAR = (datetime(2028, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC))


def daily(zone: str, cron: str = "0 7 * * *") -> Digest:
    return Digest("morning", "Morning", cron, zone)


def local_days(zone: str) -> list[date]:
    return [date(2028, 1, 1) + timedelta(days=number) for number in range(366)]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("cron", ["0 7 * * *", "30 2 * * *", "0 2 * * *", "45 1 * * *", "15 2 * * *", "0 0 * * *"])
def test_a_daily_digest_is_due_once_on_each_local_day_of_a_leap_year(zone: str, cron: str) -> None:
    digest, tz = daily(zone, cron), ZoneInfo(zone)
    due = next_due(digest, datetime(2028, 1, 1, tzinfo=tz) - timedelta(seconds=1))
    days = []
    while (day := due.astimezone(tz).date()).year == 2028:
        days.append(day)
        due = next_due(digest, due)
    assert days == local_days(zone)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_a_daemon_that_ticks_every_ten_minutes_makes_366_editions_in_a_leap_year(zone: str) -> None:
    digest, tz = daily(zone, "30 2 * * *"), ZoneInfo(zone)
    now = loaded = datetime(2028, 1, 1, tzinfo=tz).astimezone(UTC)
    end = datetime(2029, 1, 1, tzinfo=tz)
    last: datetime | None = None
    made = []
    while now < end:
        if due := due_edition(digest, last, loaded, now):
            last = due.due_at
            made.append(due.due_at.astimezone(tz).date())
        now += timedelta(minutes=10)
    assert made == local_days(zone)


def test_an_hour_the_spring_change_skips_comes_right_after_the_gap() -> None:
    due = next_due(daily("Europe/Berlin", "30 2 * * *"), datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert due == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # 03:00 summer time


def test_an_hour_the_autumn_change_doubles_counts_once_also_in_its_second_run() -> None:
    digest = daily("Europe/Berlin", "30 2 * * *")
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert next_due(digest, first - timedelta(hours=1)) == first
    assert latest_due(digest, second) == first
    assert next_due(digest, second) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_an_edition_is_due_at_its_very_instant_and_not_before() -> None:
    digest, due_at = daily("Asia/Karachi"), datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    loaded = due_at - timedelta(hours=5)
    assert due_edition(digest, None, loaded, due_at - timedelta(milliseconds=1)) is None
    assert due_edition(digest, None, loaded, due_at) == Due(due_at, is_late=False)
    assert due_edition(digest, due_at, loaded, due_at + timedelta(seconds=5)) is None


def test_several_missed_editions_are_one_late_one() -> None:
    digest = daily("Asia/Karachi")
    last, now = datetime(2026, 11, 19, 2, 0, tzinfo=UTC), datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
    due = due_edition(digest, last, last, now)
    assert due == Due(datetime(2026, 11, 23, 2, 0, tzinfo=UTC), is_late=True)
    assert due_edition(digest, due.due_at, last, now) is None


def test_the_first_edition_is_the_first_instant_after_the_digest_was_loaded() -> None:
    digest, loaded = daily("Asia/Karachi"), datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert due_edition(digest, None, loaded, loaded + timedelta(hours=23)) is None
    assert due_edition(digest, None, loaded, loaded + timedelta(hours=24)) is not None


def test_a_clock_set_back_brings_nothing_again() -> None:
    digest, last = daily("Asia/Karachi"), datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert due_edition(digest, last, last, last - timedelta(hours=1)) is None
    assert due_edition(digest, last, last, last + timedelta(minutes=1)) is None


def test_the_period_is_that_around_the_instant() -> None:
    weekdays = daily("Asia/Karachi", "0 7 * * 1-5")
    friday, saturday = datetime(2026, 11, 19, 12, tzinfo=UTC), datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert period(weekdays, friday) == timedelta(days=1)
    assert period(weekdays, saturday) == timedelta(days=3)


@given(
    moment=st.datetimes(LEAP_YEAR[0].replace(tzinfo=None), LEAP_YEAR[1].replace(tzinfo=None), timezones=st.just(UTC)),
    zone=st.sampled_from(ZONES),
    cron=st.sampled_from(["0 7 * * *", "30 2 * * *", "0 */6 * * *", "15,45 1-3 * * *", "30 1 * * 1-5", "*/20 * * * *"]),
)
@settings(max_examples=200, deadline=None)
def test_due_instants_lie_around_any_moment_without_a_gap_between(moment: datetime, zone: str, cron: str) -> None:
    digest = daily(zone, cron)
    before, after = latest_due(digest, moment), next_due(digest, moment)
    assert before <= moment < after
    assert next_due(digest, before) == after
    assert latest_due(digest, after) == after
