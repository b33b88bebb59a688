"""How people write values, and what they mean: pure functions from what stands in a file to what the program uses.

Each takes the value as TOML gave it, returns the meaning, and raises ValueError with a message that says what is
wrong and what would be right. No message repeats a value that may hold a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from difflib import get_close_matches
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

_UNIT_S = {"w": 604_800.0, "d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[wdhms]))+")
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[wdhms])")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(k|M|G|ki|Mi|Gi|K|Ki)?B?")
_SIZE_UNIT = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
_DAY = re.compile(r"(?:\d{4}-)?\d\d-\d\d", re.ASCII)
_MONTH_AND_DAY, _LEAP_YEAR = 5, 2028
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_COUNTRY = re.compile(r"[A-Z]{2,3}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_FIRST_DAY = datetime(2000, 1, 1)  # noqa: DTZ001 - cronsim only checks the expression here
_ANY_DAY = datetime(2026, 11, 23)  # noqa: DTZ001 - neither the first day of a month nor the first month
_LAST_PORT = 65_535
_WINDOW_LEAST_S, _WINDOW_MOST_S = 7 * 86_400.0, 30 * 86_400.0
_LONGEST_QUOTE = 60
_CRON_FIELDS = 5

Network = IPv4Network | IPv6Network


class Unfit(ValueError):
    """A value that cannot be used; the message says what is wrong with it and what would be right."""


def quoted(value: Any) -> str:
    """The value as a message may show it: in quotes, cut where it is long."""
    text = str(value)
    return f'"{text}"' if len(text) <= _LONGEST_QUOTE else f'"{text[:_LONGEST_QUOTE]}…"'


def closest(word: str, known: list[str]) -> str:
    """`; did you mean "…"?` with the known word nearest to `word`, or nothing where none is near."""
    near = get_close_matches(word.lower(), known, n=1, cutoff=0.7)
    return f'; did you mean "{near[0]}"?' if near else ""


def one_of(*allowed: str) -> Callable[[Any], str]:
    """A validator that takes these words only."""

    def check(value: Any) -> str:
        if isinstance(value, str) and value in allowed:
            return value
        hint = closest(value, list(allowed)) if isinstance(value, str) else ""
        raise Unfit(f"{quoted(value)} is not possible here; write one of {', '.join(allowed)}{hint}")

    return check


def line(value: Any) -> str:
    """One line of text: no control characters."""
    if not isinstance(value, str):
        raise Unfit('must be text in quotes, e.g. "…"')
    if not value.isprintable():
        raise Unfit("holds a line break or a control character; write it on one line")
    return value


def filled(value: Any) -> str:
    """One line of text with something in it."""
    if not line(value).strip():
        raise Unfit("is empty; write something, or take the line out")
    return str(value)


def duration_s(value: Any) -> float:
    """Seconds of "15m", "1h30m", "20s", "500ms", "2d", "1w"; more than nothing."""
    if not isinstance(value, str):
        raise Unfit('must be a duration in quotes with its unit, e.g. "15m", "1h30m" or "20s"')
    if not _DURATION.fullmatch(value):
        raise Unfit(f'{quoted(value)} is no duration; write e.g. "15m", "1h30m" or "20s"')
    seconds = sum(float(count) * _UNIT_S[unit] for count, unit in _DURATION_PART.findall(value))
    if seconds <= 0:
        raise Unfit(f'{quoted(value)} is no time at all; write e.g. "15m", "1h30m" or "20s"')
    return seconds


def window_s(value: Any) -> float:
    """Seconds of a span in which copies are looked for: 7 to 30 days, the least and the most that are in use."""
    seconds = duration_s(value)
    if not _WINDOW_LEAST_S <= seconds <= _WINDOW_MOST_S:
        raise Unfit(f'{quoted(value)} is no window for stories; write 7 to 30 days, e.g. "14d"')
    return seconds


def duration_text(seconds: float) -> str:
    """A duration as people write it, the inverse of `duration_s` to the millisecond: 5400.0 is "1h30m"."""
    left_ms = round(seconds * 1000)
    text = ""
    for unit, unit_s in _UNIT_S.items():
        count, left_ms = divmod(left_ms, round(unit_s * 1000))
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def size_bytes(value: Any) -> int:
    """Bytes of "10MB" (decimal), "4MiB" (binary), "500kB", or of a bare whole number."""
    found = _SIZE.fullmatch(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
    if not found:
        raise Unfit(f'{quoted(value)} is no size; write e.g. "10MB", "500kB" or "4MiB"')
    size = int(float(found[1]) * _SIZE_UNIT[(found[2] or "").lower()])
    if size < 1:
        raise Unfit('must be more than nothing, e.g. "10MB"')
    return size


def count(value: Any) -> int:
    """A whole number from 1."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unfit("must be a whole number without quotes, e.g. 15")
    if value < 1:
        raise Unfit(f"{value} is too small; write 1 or more")
    return value


def count_or_none(value: Any) -> int:
    """A whole number from 0."""
    return 0 if value == 0 and isinstance(value, int) and not isinstance(value, bool) else count(value)


def port(value: Any) -> int:
    """A TCP port, 1 to 65535."""
    if count(value) > _LAST_PORT:
        raise Unfit(f"{value} is no port; ports go from 1 to {_LAST_PORT}, e.g. 25, 465 or 587")
    return int(value)


def network(value: Any) -> Network:
    """A network in CIDR form; a bare address is the network of itself."""
    text = line(value)
    try:
        wider = ip_network(text, strict=False)
    except ValueError:
        raise Unfit(f'{quoted(text)} is no network; write e.g. "10.0.0.0/8" or "fd00::/8"') from None
    if wider.network_address != ip_address(text.partition("/")[0]):
        raise Unfit(f'{quoted(text)} has bits set behind its prefix; the network is "{wider}"')
    return wider


def timezone(value: Any) -> str:
    """A zone of the IANA database, by name."""
    name = line(value)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        near = get_close_matches(name, available_timezones(), n=1) or get_close_matches(
            f"Asia/{name.title()}", available_timezones(), n=1, cutoff=0.9
        )
        hint = f'did you mean "{near[0]}"?' if near else 'write e.g. "Asia/Karachi", "Europe/Berlin" or "UTC"'
        raise Unfit(f"{quoted(name)} is no time zone; {hint}") from None
    return name


def time_of_day(value: Any) -> time:
    """A local time "07:00", to the minute."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise Unfit(f'{quoted(value)} is no time of day; write hours and minutes in quotes, e.g. "07:00"')
    return time(int(found[1]), int(found[2]))


def time_or_duration(value: Any) -> time | float:
    """A local time "06:50", or seconds before something ("10m")."""
    if isinstance(value, str) and ":" in value:
        return time_of_day(value)
    try:
        return duration_s(value)
    except Unfit:
        message = (
            f'{quoted(value)} is neither a time nor a duration; write e.g. "06:50", or "10m" for ten minutes before'
        )
        raise Unfit(message) from None


def holiday(value: Any) -> str:
    """A day without an edition: "2026-12-25", also as TOML's own date, or "12-25" for that day of every year."""
    text = value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value
    try:
        if isinstance(text, str) and _DAY.fullmatch(text):
            date.fromisoformat(text if len(text) > _MONTH_AND_DAY else f"{_LEAP_YEAR}-{text}")
            return text
    except ValueError:
        pass
    raise Unfit(f'{quoted(value)} is no day; write e.g. "2026-12-25", or "12-25" for every year')


def quiet_hours(value: Any) -> tuple[time, time] | None:
    """(from, until) of "22:00-06:00"; None for an empty text."""
    if value == "":
        return None
    begin, dash, end = value.partition("-") if isinstance(value, str) else ("", "", "")
    if not (dash and _TIME.fullmatch(begin.strip()) and _TIME.fullmatch(end.strip())):
        raise Unfit(f'{quoted(value)} are no quiet hours; write e.g. "22:00-06:00", or "" for none')
    hours = time_of_day(begin.strip()), time_of_day(end.strip())
    if hours[0] == hours[1]:
        raise Unfit(f'{quoted(value)} begin and end at the same time; write e.g. "22:00-06:00", or "" for none')
    return hours


def cron(value: Any) -> str:
    """A schedule of five cron fields (minute, hour, day of month, month, day of week), single blanks between them."""
    fields = value.split() if isinstance(value, str) else []
    if len(fields) != _CRON_FIELDS:
        raise Unfit(
            f"{quoted(value)} is no schedule; write minute, hour, day, month and weekday, "
            'e.g. "0 7 * * 1-5" for 07:00 from Monday to Friday'
        )
    try:
        next(CronSim(" ".join(fields), _FIRST_DAY))
    except (CronSimError, StopIteration) as error:
        reason = str(error)[:1].lower() + str(error)[1:] or "no such day"
        raise Unfit(f'{quoted(value)} is no schedule ({reason}); write e.g. "0 7 * * 1-5"') from None
    return " ".join(fields)


def mailbox(value: Any) -> str:
    """A mail address, with or without a name: "desk@example.org" or "Press desk <desk@example.org>" (RFC 5322, ASCII
    only).
    """
    text = line(value)
    address = parseaddr(text)[1]
    if not _ADDRESS.fullmatch(address) or ".." in address or not text.rstrip(">").endswith(address) or ", " in address:
        raise Unfit(
            f'{quoted(text)} is no mail address; write e.g. "desk@example.org" or "Press desk <desk@example.org>"'
        )
    return text


def identifier(value: Any) -> str:
    """An id: lower-case letters, digits, full stop, underscore and hyphen, at most 64, a letter or digit first."""
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    better = re.sub(r"[^a-z0-9._-]+", "-", value.lower()).strip("-._")[:64] if isinstance(value, str) else ""
    hint = f'write e.g. "{better}"' if better else 'write e.g. "app-pk"'
    raise Unfit(
        f"{quoted(value)} is no id; ids are made of a-z, 0-9, full stop, underscore and hyphen, "
        f"at most 64, beginning with a letter or digit; {hint}"
    )


def web_url(value: Any) -> str:
    """An http or https address with a host and no credentials in it."""
    text = line(value)
    if "@" in text.partition("//")[2].partition("/")[0]:
        raise Unfit("has a user name or password in it; leave them out (a source takes them from its auth_file)")
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in text and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        shown = text.partition("?")[0]  # what follows may be a token
        guess = shown.partition("://")[2] or shown
        hint = f'write e.g. "https://{guess}"' if re.fullmatch(r"[\w.-]+\.[a-z]{2,}(?:/\S*)?", guess) else ""
        raise Unfit(f"{quoted(shown)} is no web address; {hint or 'write e.g. https://example.org/feed.xml'}")
    return text


def optional_url(value: Any) -> str:
    """A web address, or empty: none."""
    return web_url(value) if value else ""


def base_url(value: Any) -> str:
    """The address links in mails begin with, without a slash at its end; empty: none."""
    return web_url(value).rstrip("/") if value else ""


def proxy_url(value: Any) -> str:
    """An http or https proxy, credentials apart (proxy_file); empty: none."""
    if value and "@" in line(value):
        raise Unfit("has credentials in it; put user:password into a file and name it in proxy_file")
    return web_url(value) if value else ""


def listen(value: Any) -> tuple[str, int]:
    """(host, port) of "127.0.0.1:8080" or "[::1]:8080"; port 0 stands for any free one."""
    host, colon, number = line(value).rpartition(":")
    is_host = bool(re.fullmatch(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]", host))
    if not (colon and is_host and number.isdecimal() and int(number) <= _LAST_PORT):
        raise Unfit(f'{quoted(value)} is no address to listen on; write e.g. "127.0.0.1:8080"')
    return host.strip("[]"), int(number)


def country(value: Any) -> str:
    """A country by its two capital letters (ISO 3166-1), or EU, UN, INT for bodies of several; empty: not said."""
    text = line(value)
    if text and not _COUNTRY.fullmatch(text):
        hint = f'write "{text.upper()}"' if _COUNTRY.fullmatch(text.upper()) else 'write e.g. "PK"'
        raise Unfit(f"{quoted(text)} is no country code; {hint}")
    return text


def language(value: Any) -> str:
    """A language tag (RFC 5646), "en", "zh-Hans"; empty: not said."""
    text = line(value)
    if text and not _LANGUAGE.fullmatch(text):
        raise Unfit(f'{quoted(text)} is no language tag; write e.g. "en", "ur" or "zh-Hans"')
    return text


def tag(value: Any) -> str:
    """A tag: one line, something in it, no blanks at its ends."""
    text = line(value)
    if not text or text != text.strip():
        raise Unfit(f'{quoted(text)} is no tag; write a word, e.g. "pakistan"')
    return text


def header_text(value: Any) -> str:
    """The value of an HTTP header (RFC 9110 §5.5): visible ASCII on one line."""
    if not isinstance(value, str) or not (value.isascii() and value.isprintable()):
        raise Unfit("must be ASCII text on one line, in quotes")
    return value


def headers(value: Any) -> dict[str, str]:
    """HTTP headers by name, in their order."""
    if not isinstance(value, dict):
        raise Unfit('must be a table of texts, e.g. { "Accept-Language" = "en" }')
    for name, content in value.items():
        if not _HEADER_NAME.fullmatch(name):
            raise Unfit(f'{quoted(name)} is no name of a header; write e.g. "Accept-Language"')
        try:
            header_text(content)
        except ValueError as error:
            raise Unfit(f"the header {quoted(name)} {error}") from None
    return value


def selector(value: Any) -> str:
    """A CSS selector that can be read (Selectors Level 4, as far as the reader of pages goes); empty: what is usual."""
    text = line(value).strip()
    if not text:
        return ""
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    try:
        LexborHTMLParser("<p></p>").css(text)
    except SelectolaxError:
        raise Unfit(f'{quoted(text)} is no CSS selector; write e.g. "article.news" or "ul.list > li"') from None
    return text


def date_format(value: Any) -> str:
    """A date's pattern as strptime reads it, with a day, a month and a year in it; empty: what is usual."""
    text = line(value)
    if not text:
        return ""
    try:
        usable = datetime.strptime(_ANY_DAY.strftime(text), text).date() == _ANY_DAY.date()  # noqa: DTZ007
    except ValueError:
        usable = False
    if not usable:
        raise Unfit(f'{quoted(text)} is no pattern of a whole date; write e.g. "%d.%m.%Y" or "%d %B %Y"')
    return text
