"""Dates as feeds write them: RFC 822 and 3339 with all their dialects, read without regard to the zone of this
machine."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

FUTURE_LIMIT = timedelta(days=1)
EARLIEST_YEAR = 1900

# Offsets in minutes. Three letters stand for several zones in some cases: the reading usual in news feeds is taken
# (IST India, BST British summer, CST and EST North America).
_ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 60, "BST": 60, "IST": 330, "CET": 60, "MEZ": 60, "CEST": 120,
    "MESZ": 120, "EET": 120, "EEST": 180, "MSK": 180, "MSD": 240, "TRT": 180, "AZT": 240, "AMT": 240, "GET": 240,
    "SAMT": 240, "IRST": 210, "IRDT": 270, "AST": -240, "GST": 240, "PKT": 300, "UZT": 300, "NPT": 345, "BDT": 360,
    "ICT": 420, "WIB": 420, "HKT": 480, "SGT": 480, "PHT": 480, "AWST": 480, "JST": 540, "KST": 540, "ACST": 570,
    "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "EAT": 180, "CAT": 120, "SAST": 120, "WAT": 60,
    "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
    "AKST": -540, "AKDT": -480, "HST": -600, "NST": -210, "NDT": -150, "ADT": -180, "BRT": -180, "ART": -180,
}  # fmt: skip

# Months by the beginning of their names, case folded: English, French, German, Spanish, Italian, Portuguese, Turkish,
# Azerbaijani, Russian, Ukrainian.
_MONTHS = {
    1: "jan gen ene oca yan янв січ",
    2: "feb fév fev şub fevr фев лют",
    3: "mar mär mrz мар бер",
    4: "apr avr abr nis апр кві",
    5: "may mai mag май мая тра",
    6: "jun juin giu haz iyun июн чер",
    7: "jul juil lug tem iyul июл лип",
    8: "aug aoû aou ago ağu avq авг сер",
    9: "sep set eyl sen сен вер",
    10: "oct okt ott out eki окт жов",
    11: "nov kas noy ноя лис",
    12: "dec déc dez dic dek ara дек гру",
}
_MONTH_BY_START = {start: number for number, starts in _MONTHS.items() for start in starts.split()}

_ISO = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})(?:(?:\s*T\s*|\s+)(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?\s*(.*))?", re.IGNORECASE
)
_WORDY = re.compile(
    r"(?:[^\W\d_]+\.?,?\s*)?(\d{1,2})(?:\.|er|º)?[\s\-]+(?:de\s+)?([^\W\d_]+)\.?,?[\s\-]+(?:de\s+)?(\d{4}|\d{2})\b"
    r"(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(.*))?"
)
_AMERICAN = re.compile(r"(?:[^\W\d_]+\.?,\s*)?([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b(.*)")
_OFFSET = re.compile(r"(?:UTC|GMT|UT)?\s*([+\-−])\s*(\d{1,2}):?(\d{2})?\b")


def read_date(text: str) -> datetime | None:
    """The instant that a feed's date names, in UTC; None where it names none, or a year before 1900 or after 9998.

    A date without a time is its midnight, a time without a zone (or in a zone that is unknown) is taken as UTC.
    """
    text = " ".join(text.split())[:120]
    if not text:
        return None
    american = _AMERICAN.fullmatch(text)
    if american is not None:
        text = f"{american[2]} {american[1]} {american[3]}{american[4]}"
    return _iso(text) or _wordy(text)


def read_struct(parts: Any) -> datetime | None:
    """The instant of a nine-part UTC time as feedparser gives it; None for None and for years outside `read_date`'s."""
    try:
        return _within(datetime.fromtimestamp(calendar.timegm(parts), UTC))
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def believable(instant: datetime | None, now: datetime) -> datetime | None:
    """The instant unless it lies more than a day ahead of `now`."""
    return None if instant is None or instant > now + FUTURE_LIMIT else instant


def _iso(text: str) -> datetime | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.group(1, 2, 3))
    return _instant((year, month, day), found.group(4, 5, 6), found[7])


def _wordy(text: str) -> datetime | None:
    found = _WORDY.fullmatch(text)
    if found is None:
        return None
    month = _month(found[2])
    if month is None:
        return None
    year = int(found[3])
    if len(found[3]) == 2:
        year += 2000 if year < 70 else 1900
    return _instant((year, month, int(found[1])), found.group(4, 5, 6), found[7])


def _month(word: str) -> int | None:
    folded = word.replace("İ", "i").casefold()
    return _MONTH_BY_START.get(folded[:4]) or _MONTH_BY_START.get(folded[:3])


def _instant(day: tuple[int, int, int], clock: Sequence[str | None], zone: str | None) -> datetime | None:
    hour, minute, second = (int(part or 0) for part in clock)
    half = (zone or "").upper()[:2]
    if half in ("AM", "PM"):
        hour, zone = hour % 12 + 12 * (half == "PM"), (zone or "")[2:].strip()
    try:
        # 24:00 and leap seconds are legal in places; adding them up is right for both.
        midnight = datetime(*day, tzinfo=timezone(timedelta(minutes=_offset_min(zone or ""))))
        instant = midnight + timedelta(hours=min(hour, 24), minutes=min(minute, 59), seconds=min(second, 60))
        return _within(instant.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _offset_min(zone: str) -> int:
    found = _OFFSET.match(zone)
    if found is not None:
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        return minutes if found[1] == "+" else -minutes
    name = re.match(r"[A-Za-z]+", zone)
    return _ZONES.get(name[0].upper(), 0) if name else 0


def _within(instant: datetime) -> datetime | None:
    return instant if EARLIEST_YEAR <= instant.year <= 9998 else None
