"""A year of daily digests in twelve zones: whatever clocks do and however long the daemon is down, one edition a local day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.digests.schedule import due_edition, latest_due, next_due, next_held
from monitor.model import Digest, Review

ZONES = (
    *(
        "Europe/Berlin",
        "Europe/London",
        "America/New_York",
        "America/St_Johns",
        "America/Santiago",
        "Australia/Lord_Howe",
    ),
    *("Africa/Cairo", "Asia/Beirut", "Pacific/Chatham", "Asia/Karachi", "Asia/Kathmandu", "UTC"),
)  # with changes by an hour and by half of one, at midnight and on either side of the year; and without
YEAR = 2028
HOUR = timedelta(hours=1)


def digest(zone: str, hour: int, minute: int = 0, **changes: object) -> Digest:
    return Digest("morning", "Morning", f"{minute} {hour} * * *", zone, **changes)  # type: ignore[arg-type]


def days() -> list[date]:
    return [date(YEAR, 1, 1) + timedelta(days=number) for number in range(366)]


@pytest.mark.parametrize("zone", ZONES)
def test_every_hour_has_one_edition_on_each_local_day_of_a_leap_year(zone: str) -> None:
    tz = ZoneInfo(zone)
    for hour in range(24):
        daily = digest(zone, hour, 30 * (hour % 2))
        due, found = next_due(daily, datetime(YEAR, 1, 1, tzinfo=tz) - timedelta(seconds=1)), []
        while (day := due.astimezone(tz).date()).year == YEAR:
            found.append(day)
            due = next_due(daily, due)
        assert found == days(), hour


@pytest.mark.parametrize("zone", ZONES)
def test_a_daemon_that_is_down_over_the_hour_makes_one_late_edition_a_local_day(zone: str) -> None:
    tz, daily = ZoneInfo(zone), digest(zone, 2, 30)
    now = loaded = datetime(YEAR, 1, 1, tzinfo=tz).astimezone(UTC)
    last, made, late = None, [], 0
    while now < datetime(YEAR + 1, 1, 1, tzinfo=tz):
        is_down = now - latest_due(daily, now) < 3 * HOUR  # from its minute on
        if not is_down and (due := due_edition(daily, last, loaded, now)):
            last, late = due.due_at, late + due.is_late
            made.append(due.due_at.astimezone(tz).date())
        now += HOUR
    assert made == days()
    assert late == 366


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "Asia/Karachi"])
def test_days_of_downtime_are_one_edition_and_the_days_after_have_theirs(zone: str) -> None:
    tz, daily = ZoneInfo(zone), digest(zone, 1, 15)
    now = loaded = datetime(YEAR, 1, 1, tzinfo=tz).astimezone(UTC)
    last, made = None, []
    while now < datetime(YEAR + 1, 1, 1, tzinfo=tz):
        is_down = now.day % 5 in (1, 2)
        if not is_down and (due := due_edition(daily, last, loaded, now)):
            last = due.due_at
            made.append(due.due_at.astimezone(tz).date())
        now += HOUR
    assert len(made) == len(set(made))
    assert 210 <= len(made) <= 300


def test_holidays_have_no_edition_each_year_or_in_one() -> None:
    off = digest("Asia/Karachi", 7, holidays=frozenset({"12-25", "2026-11-24"}))
    tz = ZoneInfo("Asia/Karachi")
    monday = datetime(2026, 11, 23, 7, tzinfo=tz)
    assert next_due(off, monday) == datetime(2026, 11, 25, 7, tzinfo=tz)
    assert latest_due(off, datetime(2026, 11, 24, 12, tzinfo=tz)) == monday
    assert next_due(off, datetime(2027, 12, 24, 8, tzinfo=tz)) == datetime(2027, 12, 26, 7, tzinfo=tz)


def test_an_edition_is_held_from_its_lead_on_and_no_earlier_than_half_way() -> None:
    review, tz = Review(from_s=1800.0), ZoneInfo("Asia/Karachi")
    daily, due = digest("Asia/Karachi", 7), datetime(2026, 11, 23, 7, tzinfo=tz)
    assert next_held(daily, review, due - timedelta(minutes=31)) is None
    assert next_held(daily, review, due - timedelta(minutes=30)) == due
    assert next_held(daily, review, due - timedelta(seconds=1)) == due
    assert next_held(daily, review, due) is None
    often = Digest("often", "Often", "*/10 * * * *", "UTC")
    assert next_held(often, review, due + timedelta(minutes=4)) is None
    assert next_held(often, review, due + timedelta(minutes=5)) == due + timedelta(minutes=10)
