from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.instants import latest_instant, next_instant

ZONES = st.sampled_from(["UTC", "Asia/Karachi", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
MINUTES = st.integers(0, 60 * 24 * 500).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(ZONES, MINUTES, st.sampled_from(["0 * * * *", "30 2 * * *", "0 8 * * 1"]))
def test_the_next_instant_lies_after_the_latest_and_nothing_between(timezone, now, cron):
    latest, following = latest_instant(cron, timezone, now), next_instant(cron, timezone, now)
    assert latest <= now < following
    assert next_instant(cron, timezone, latest) == following


def test_an_hour_that_is_skipped_comes_right_after_the_gap_and_a_doubled_one_counts_once():
    spring = datetime(2026, 3, 29, 0, tzinfo=UTC)  # in Berlin 02:00 becomes 03:00 at 01:00 UTC
    assert next_instant("30 2 * * *", "Europe/Berlin", spring) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    autumn = datetime(2026, 10, 24, 22, tzinfo=UTC)
    first = next_instant("30 2 * * *", "Europe/Berlin", autumn)
    assert next_instant("30 2 * * *", "Europe/Berlin", first) - first > timedelta(hours=23)


def test_a_day_that_is_off_in_the_zone_has_no_instant():
    def is_off(day: date) -> bool:
        return day == date(2026, 1, 2)

    ending = datetime(2026, 1, 1, 19, 30, tzinfo=UTC)  # half past midnight of the 2nd in Karachi
    assert next_instant("0 1 * * *", "Asia/Karachi", ending, is_off) == datetime(2026, 1, 2, 20, tzinfo=UTC)
    assert latest_instant("0 0 * * *", "Asia/Karachi", ending, is_off) == datetime(2025, 12, 31, 19, tzinfo=UTC)
