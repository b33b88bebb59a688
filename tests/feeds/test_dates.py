"""Dates in the dialects that feeds write."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.dates import believable, read_date, read_struct

AT = "2026-11-23T08:05:00+00:00"


@pytest.fixture(autouse=True)
def _odd_zone() -> Iterator[None]:
    """A process in a zone of thirty minutes: nothing may depend on it."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Australia/Lord_Howe"
    time.tzset()
    yield
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon, 23 Nov 2026 08:05:00 GMT", AT),
        ("Mon, 23 Nov 2026 08:05 +0000", AT),
        ("Mon,23 Nov 2026 13:05:00 PKT", AT),
        ("23 Nov 26 10:05:00 EET", AT),
        ("Mon, 23 Nov 2026 11:05:00 EEST", AT),
        ("Mon, 23 Nov 2026 10:05:00 CEST", AT),
        ("Mon, 23 Nov 2026 09:05:00 CET", AT),
        ("Mon, 23 Nov 2026 09:05:00 BST", AT),
        ("Mon, 23 Nov 2026 11:05:00 MSK", AT),
        ("Mon, 23 Nov 2026 12:05:00 AZT", AT),
        ("Mon, 23 Nov 2026 03:05:00 EST", AT),
        ("Mon, 23 Nov 2026 04:05:00 edt", AT),
        ("Mon, 23 Nov 2026 08:05:00 XYZ", AT),
        ("Mon, 23 Nov 2026 11:05:00 GMT+3", AT),
        ("Mon, 23 Nov 2026 11:05:00 UTC+03:00", AT),
        ("Mon, 23 Nov 2026 13:35:00 +0530", AT),
        ("Mon, 23 Nov 2026 05:05:00 -300", AT),
        ("Mon, 23 Nov 2026 08:05:00.123 GMT", AT),
        ("Mon, 23 November 2026 08:05:00 GMT", AT),
        ("November 23, 2026 08:05", AT),
        ("Mon, Nov 23rd, 2026 8:05 AM", AT),
        ("Monday, 23 November 2026 12:05 am +1200", "2026-11-22T12:05:00+00:00"),
        ("23 Nov 2026 08:05 PM", "2026-11-23T20:05:00+00:00"),
        ("2026-11-23T08:05:00Z", AT),
        ("2026-11-23T08:05:00.999999Z", AT),
        ("2026-11-23T13:05:00+05:00", AT),
        ("2026-11-23t13:05:00+0500", AT),
        ("2026-11-23 08:05", AT),
        ("2026-11-23 11:05:00 MSK", AT),
        ("20261123T080500Z", AT),
        ("2026-11-23T24:00:00Z", "2026-11-24T00:00:00+00:00"),
        ("2026-11-23T08:04:60Z", AT),
        ("2026-11-23", "2026-11-23T00:00:00+00:00"),
        ("Пн, 23 ноя 2026 11:05:00 +0300", AT),
        ("23 ноября 2026 11:05:00 +0300", AT),
        ("lun., 23 novembre 2026 09:05:00 +0100", AT),
        ("23. Februar 2026 08:05", "2026-02-23T08:05:00+00:00"),
        ("23 de noviembre de 2026, 08:05", AT),
        ("23 août 2026", "2026-08-23T00:00:00+00:00"),
        ("23 juillet 2026", "2026-07-23T00:00:00+00:00"),
        ("23 juin 2026", "2026-06-23T00:00:00+00:00"),
        ("Pzt, 23 Kas 2026 11:05:00 +0300", AT),
        ("23 İyun 2026", "2026-06-23T00:00:00+00:00"),
        ("23 Nov 70", "1970-11-23T00:00:00+00:00"),
        ("", None),
        ("yesterday", None),
        ("Mon, 32 Nov 2026 08:05:00 GMT", None),
        ("Mon, 23 Foo 2026 08:05:00 GMT", None),
        ("0001-01-01T00:00:00Z", None),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
        ("9999-12-31T23:59:59Z", None),
        ("2026-13-01", None),
        ("2026-11-23T08:05:00+99:99", None),
        ("1899-12-31T23:00:00Z", None),
    ],
)
def test_a_date_is_read_as_the_instant_it_names(text: str, expected: str | None) -> None:
    found = read_date(text)
    assert (found and found.isoformat()) == expected
    assert found is None or found.tzinfo is UTC


@given(st.datetimes(datetime(1970, 1, 1), datetime(2069, 12, 31), timezones=st.just(UTC)))
def test_what_is_written_properly_is_read_to_the_second(at: datetime) -> None:
    at = at.replace(microsecond=0)
    assert read_date(at.isoformat()) == at
    assert read_date(format_datetime(at)) == at


@given(st.text(max_size=60))
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = read_date(text)
    assert found is None or 1900 <= found.year <= 9998


def test_nine_parts_are_read_as_utc_and_odd_ones_are_none() -> None:
    assert read_struct(time.struct_time((2026, 11, 23, 8, 5, 0, 0, 327, 0))) == datetime.fromisoformat(AT)
    assert read_struct(None) is None
    assert read_struct((1, 1, 1, 0, 0, 0, 0, 1, 0)) is None
    assert read_struct((99_999, 1, 1, 0, 0, 0, 0, 1, 0)) is None


def test_a_date_more_than_a_day_ahead_is_not_believed() -> None:
    now = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert believable(now + timedelta(days=1), now) == now + timedelta(days=1)
    assert believable(now + timedelta(days=1, seconds=1), now) is None
    assert believable(None, now) is None
