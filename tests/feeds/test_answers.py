"""Headers as servers write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.errors import FetchError
from monitor.feeds.answers import Headers, check_status, hints_of, http_date

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "max_age_s"),
    [
        ([], None),
        ([(b"Cache-Control", b"max-age=300")], 300),
        ([(b"cache-control", b"public,MAX-AGE=300, must-revalidate")], 300),
        ([(b"Cache-Control", b's-maxage=9, max-age="40"')], 40),
        ([(b"Cache-Control", b"s-maxage=9")], None),
        ([(b"Cache-Control", b"max-age=0")], None),
        ([(b"Cache-Control", b"no-cache, max-age=300")], None),
        ([(b"Cache-Control", b"no-store")], None),
        ([(b"Cache-Control", b"max-age=99999999999999")], 9_999_999_999),
        ([(b"Expires", b"Mon, 23 Nov 2026 09:00:00 GMT")], 3_600),
        ([(b"Expires", b"Mon, 23 Nov 2026 09:00:00 GMT"), (b"Date", b"Mon, 23 Nov 2026 08:30:00 GMT")], 1_800),
        ([(b"Expires", b"Mon, 23 Nov 2020 09:00:00 GMT")], None),
        ([(b"Expires", b"0")], None),
        ([(b"Cache-Control", b"max-age=60"), (b"Expires", b"Mon, 23 Nov 2026 09:00:00 GMT")], 60),
    ],
)
def test_freshness_is_read_from_max_age_or_else_expires(
    headers: list[tuple[bytes, bytes]], max_age_s: float | None
) -> None:
    assert hints_of(Headers(headers), NOW).max_age_s == max_age_s


def test_the_first_of_several_headers_counts_and_an_empty_one_is_none() -> None:
    headers = Headers([(b"ETag", b"a"), (b"etag", b"b"), (b"X", b"")])
    assert headers.raw(b"etag") == b"a"
    assert headers.raw(b"x") is None
    assert (headers.text(b"x"), headers.text(b"y")) == ("", "")


@pytest.mark.parametrize("text", ["", "soon", "Mon, 99 Nov 2026 09:00:00 GMT", "\x00", "1 Jan 99999 00:00:00 GMT"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert http_date(text) is None


def test_a_date_with_a_zone_is_put_into_utc_and_one_without_is_taken_as_utc() -> None:
    assert http_date("Mon, 23 Nov 2026 13:00:00 +0500") == NOW
    assert http_date("Mon, 23 Nov 2026 08:00:00 -0000") == NOW


@pytest.mark.parametrize("status", [200, 201, 203, 226])
def test_successes_pass(status: int) -> None:
    check_status(status, "feeds.example", Headers(), NOW)


@pytest.mark.parametrize(
    ("status", "is_transient"), [(404, False), (429, True), (500, True), (410, False), (999, True)]
)
def test_only_some_failures_may_pass_by_themselves(status: int, is_transient: bool) -> None:
    with pytest.raises(FetchError) as caught:
        check_status(status, "feeds.example", Headers(), NOW)
    assert caught.value.is_transient is is_transient
