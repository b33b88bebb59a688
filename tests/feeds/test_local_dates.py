"""Dates as pages write them, by table: languages, digits, calendars, and what is no date."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.local_dates import find_date, solar_hijri

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
DAY = datetime(2026, 11, 23, tzinfo=UTC)

THE_DAY = """23 November 2026
Nov 23, 2026
Monday, 23 Nov 2026
November 23rd, 2026
23 novembre 2026
23. November 2026
23 ноября 2026
23 ноября 2026 г.
23 листопада 2026
23 Kasım 2026
23 noyabr 2026
23 նոյեմբերի, 2026
Նոյեմբեր 23, 2026
23 ნოემბერი 2026
23 de noviembre de 2026
۲۳ نومبر ۲۰۲۶
23 نوفمبر 2026
٢٣ نوفمبر ٢٠٢٦
23 تشرين الثاني 2026
۲ آذر ۱۴۰۵
۱۴۰۵/۰۹/۰۲
2026年11月23日
二〇二六年十一月二十三日
2026년 11월 23일
[2026-11-23]
2026.11.23
23.11.2026
23/11/2026
11/23/2026
2026 November 23
Published on 23 Nov 2026 by the press desk
23 Nov
Nov 23"""


@pytest.mark.parametrize("text", THE_DAY.splitlines())
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    assert find_date(text, NOW) == DAY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("23 ноября 2026, 14:30", datetime(2026, 11, 23, 14, 30, tzinfo=UTC)),
        ("2026年11月23日 10:20", datetime(2026, 11, 23, 10, 20, tzinfo=UTC)),
        ("Mon, 11/23/2026 - 10:15", datetime(2026, 11, 23, 10, 15, tzinfo=UTC)),
        ("le 1er février 2026", datetime(2026, 2, 1, tzinfo=UTC)),
        ("3 Ağustos 2026", datetime(2026, 8, 3, tzinfo=UTC)),
        ("7 İyul 2026", datetime(2026, 7, 7, tzinfo=UTC)),
        ("5 iyun 2026", datetime(2026, 6, 5, tzinfo=UTC)),
        ("12 մարտի 2026", datetime(2026, 3, 12, tzinfo=UTC)),
        ("30 ژوئن 2026", datetime(2026, 6, 30, tzinfo=UTC)),
        ("5 مئی 2026", datetime(2026, 5, 5, tzinfo=UTC)),
        ("25 Dec", datetime(2025, 12, 25, tzinfo=UTC)),
        ("二〇二六年一月十日", datetime(2026, 1, 10, tzinfo=UTC)),
        ("03/04/2026", datetime(2026, 4, 3, tzinfo=UTC)),
    ],
)
def test_times_neighbouring_months_and_missing_years_are_read(text: str, expected: datetime) -> None:
    assert find_date(text, NOW) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31.02.2026",
        "Press release 12/2026",
        "5 people",
        "Ukraine 2026",
        "Room 23, 2nd floor",
        "30 Farv 1405",
        "29 Feb",
    ],
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert find_date(text, NOW) is None


def test_an_impossible_solar_date_in_words_is_none() -> None:
    assert find_date("۲ نومبر ۱۴۰۵", NOW) is None


@pytest.mark.parametrize(
    ("solar", "expected"),
    [
        ((1400, 1, 1), date(2021, 3, 21)),
        ((1403, 1, 1), date(2024, 3, 20)),
        ((1399, 12, 30), date(2021, 3, 20)),
        ((1405, 7, 1), date(2026, 9, 23)),
    ],
)
def test_solar_hijri_dates_are_those_of_the_calendar(solar: tuple[int, int, int], expected: date) -> None:
    assert solar_hijri(*solar) == expected


@pytest.mark.parametrize(("month", "day"), [(0, 1), (13, 1), (1, 0), (1, 32)])
def test_a_solar_day_that_cannot_be_is_refused(month: int, day: int) -> None:
    with pytest.raises(ValueError, match="no such day"):
        solar_hijri(1405, month, day)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text: str) -> None:
    found = find_date(text, NOW)
    assert found is None or found.tzinfo is UTC


@given(st.dates(date(1950, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_back(day: date) -> None:
    expected = datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert find_date(f"{day.day} {day:%B} {day.year}", NOW) == expected
    assert find_date(f"{day:%Y}年{day.month}月{day.day}日", NOW) == expected
