"""Dates as pages write them for people: in many languages, digits and calendars, inside other text.

Months are known in English, French, German, Spanish, Italian, Portuguese, Russian, Ukrainian, Turkish, Azerbaijani,
Armenian, Georgian, Arabic (both sets of names), Urdu and Persian (Gregorian and Solar Hijri); Chinese, Japanese and
Korean dates are numbers. What is ambiguous in numbers (03/04) is read day first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from monitor.feeds.dates import EARLIEST_YEAR, FUTURE_LIMIT

LONGEST_TEXT = 400

_MONTHS = (
    "january janvier januar jänner enero gennaio janeiro ocak yanvar "
    "январь января січень січня հունվար იანვარი يناير جنوری ژانویه",
    "february février februar febrero febbraio fevereiro şubat fevral "
    "февраль февраля лютий лютого փետրվար თებერვალი فبراير شباط فروری فوریه",
    "march mars märz marzo março mart март марта березень березня մարտ მარტი مارس آذار مارچ",
    "april avril abril aprile nisan aprel апрель апреля квітень квітня ապրիլ აპრილი أبريل نيسان اپریل آوریل",
    "may mai mayo maggio maio mayıs май мая травень травня մայիս მაისი مايو أيار مئی مه",
    "june juin juni junio giugno junho haziran iyun июнь июня червень червня հունիս ივნისი يونيو حزيران جون ژوئن",
    "july juillet juli julio luglio julho temmuz iyul июль июля липень липня հուլիս ივლისი يوليو تموز جولائی ژوئیه",
    "august août agosto ağustos avqust август августа серпень серпня օգոստոս აგვისტო أغسطس آب اگست اوت",
    "september septembre septiembre settembre setembro eylül sentyabr "
    "сентябрь сентября вересень вересня սեպտեմբեր სექტემბერი سبتمبر أيلول ستمبر سپتامبر",
    "october octobre oktober octubre ottobre outubro ekim oktyabr "
    "октябрь октября жовтень жовтня հոկտեմբեր ოქტომბერი أكتوبر اکتوبر اکتبر",
    "november novembre noviembre novembro kasım noyabr "
    "ноябрь ноября листопад листопада նոյեմբեր ნოემბერი نوفمبر نومبر نوامبر",
    "december décembre dezember diciembre dicembre dezembro aralık dekabr "
    "декабрь декабря грудень грудня դեկտեմբեր დეკემბერი ديسمبر دسمبر دسامبر",
)
_ARABIC_PAIRS = {"كانون الثاني": 1, "تشرين الأول": 10, "تشرين الثاني": 11, "كانون الأول": 12}
_SOLAR_HIJRI = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند")
_ALIKE = str.maketrans(
    {"ي": "ی", "ى": "ی", "ك": "ک", "أ": "ا", "إ": "ا", "ة": "ه", "ı": "i", "\u200c": None, "ـ": None}
)
_CHINESE_DIGITS = {char: number for number, char in enumerate("〇一二三四五六七八九")} | {"○": 0, "零": 0}
_CHINESE_DATE = re.compile(
    r"[〇○零一二三四五六七八九]{4}年[〇○零一二三四五六七八九十]{1,3}月[〇○零一二三四五六七八九十]{1,3}日"
)

_YEAR = r"(?P<year>(?:1[3-5]|19|20)\d\d)"
_CLOCK = r"(?:\D{1,12}?(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?!\d|\.\d))?"
_WORD = r"(?P<month>(?:كانون|کانون|تشرين|تشرین)\s\w+|[^\W\d_]{3,12}|مه|دی|آب)"
_PATTERNS = tuple(
    re.compile(pattern + _CLOCK)
    for pattern in (
        rf"(?<!\d){_YEAR}\s?[-./年년]\s?(?P<month>\d{{1,2}})\s?[-./月월]\s?(?P<day>\d{{1,2}})(?!\d)[日일]?",
        rf"(?<!\d)(?P<day>\d{{1,2}})\s?[-./]\s?(?P<month>\d{{1,2}})\s?[-./]\s?{_YEAR}(?!\d)",
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|-?ci|-?cı|º|\.)?[\s\-]{{1,3}}(?:de\s)?{_WORD}[.,،]?[\s\-]{{1,3}}(?:de\s)?{_YEAR}(?!\d)",
        rf"{_WORD}\.?\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s?[,،]?\s{_YEAR}(?!\d)",
        rf"(?<!\d){_YEAR}[\s,]{{1,2}}{_WORD}\.?\s(?P<day>\d{{1,2}})(?!\d)",
        rf"(?<!\d)(?P<day>\d{{1,2}})\.?\s{_WORD}(?P<year>)(?!\w|[.,،]?\s\d{{4}})",
        r"(?<!\w)(?P<month>[^\W\d_]{3,12})\.?\s(?P<day>\d{1,2})(?P<year>)(?![\w:.]|,?\s\d{4})",
    )
)


def _same(word: str) -> str:
    """A month's name as it is compared: case, marks and look-alike letters of Arabic script set aside."""
    folded = word.replace("İ", "i").casefold().translate(_ALIKE)
    return "".join(char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char)).translate(
        _ALIKE
    )


_NAMES = {_same(name): number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_PAIRS = {_same(name): number for name, number in _ARABIC_PAIRS.items()}
_SOLAR = {_same(name): number for number, name in enumerate(_SOLAR_HIJRI, 1)}


def find_date(text: str, now: datetime) -> datetime | None:
    """The first whole date in a text, in UTC, with its time of day where one follows it; None where there is none.

    A day and month without a year are the last such day, counted from `now`. A date without a time is its midnight.
    Only the first 400 characters are looked at.
    """
    plain = _plain(text[:LONGEST_TEXT])
    for pattern in _PATTERNS:
        for found in pattern.finditer(plain):
            instant = _instant(found, now)
            if instant is not None:
                return instant
    return None


def _plain(text: str) -> str:
    """The text with the digits of all scripts as 0 to 9, and single blanks."""
    text = _CHINESE_DATE.sub(lambda found: _chinese(found[0]), text)
    digits = "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() and not char.isascii() else char for char in text
    )
    return " ".join(unicodedata.normalize("NFC", digits.translate({0x200E: None, 0x200F: None, 0x200C: None})).split())


def _chinese(text: str) -> str:
    """A date in Chinese numerals in our digits: 二〇二六年十一月二十三日 is 2026年11月23日."""
    return "".join(_chinese_number(part) for part in re.split("([年月日])", text))


def _chinese_number(part: str) -> str:
    if "十" not in part:
        return "".join(str(_CHINESE_DIGITS.get(char, char)) for char in part)
    tens, _, ones = part.partition("十")
    return str(10 * _CHINESE_DIGITS.get(tens, 1) + _CHINESE_DIGITS.get(ones, 0))


def _instant(found: re.Match[str], now: datetime) -> datetime | None:
    day = _day(found["month"], int(found["day"]), found["year"], now)
    if day is None:
        return None
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return midnight + timedelta(hours=int(found["hour"] or 0), minutes=int(found["minute"] or 0))


def _day(month: str, day: int, year: str, now: datetime) -> date | None:
    if not month.isdecimal():
        return _worded(_same(month), day, year, now)
    number, whole = int(month), int(year)
    if number > 12 >= day:
        number, day = day, number
    return _checked(whole, number, day, is_solar=whole < EARLIEST_YEAR)


def _worded(name: str, day: int, year: str, now: datetime) -> date | None:
    solar = _SOLAR.get(name)
    if year and int(year) < EARLIEST_YEAR:
        return None if solar is None else _checked(int(year), solar, day, is_solar=True)
    month = _month(name)
    if month is None:
        return None
    if year:
        return _checked(int(year), month, day)
    this = _checked(now.year, month, day)
    if this is not None and datetime(this.year, this.month, this.day, tzinfo=UTC) > now + FUTURE_LIMIT:
        return _checked(now.year - 1, month, day)
    return this


def _month(name: str) -> int | None:
    """The month that a name, its abbreviation or its inflected form means; None for other words and unclear ones."""
    exact = _NAMES.get(name) or _PAIRS.get(name)
    if exact or len(name) < 3:
        return exact
    near = set(_inflected_or_short(name))
    return near.pop() if len(near) == 1 else None


def _inflected_or_short(name: str) -> Iterator[int]:
    for known, number in _NAMES.items():
        is_short = len(name) <= 4 and known.startswith(name)
        if is_short or (len(known) >= 4 and name.startswith(known) and len(name) - len(known) <= 3):
            yield number


def _checked(year: int, month: int, day: int, *, is_solar: bool = False) -> date | None:
    try:
        return solar_hijri(year, month, day) if is_solar else date(year, month, day)
    except ValueError:
        return None


def solar_hijri(year: int, month: int, day: int) -> date:
    """The Gregorian day of a Solar Hijri date, by the 33-year cycle (right for the years 1178 to 1633).

    >>> solar_hijri(1405, 9, 2)
    datetime.date(2026, 11, 23)
    """
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise ValueError("no such day")
    years = year - 979
    days = 365 * years + years // 33 * 8 + (years % 33 + 3) // 4
    days += 31 * min(month - 1, 6) + 30 * max(month - 7, 0) + day - 1
    return date(1600, 3, 20) + timedelta(days=days)
