"""The instants that a schedule names in a zone. Pure: the zone's clock decides, never a scheduler's memory.

The five cron fields are read as Debian's cron reads them (by cronsim): an hour that the spring change skips comes right
after the gap, an hour that the autumn change doubles counts once. Local days that are off have none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

_AHEAD = timedelta(hours=3)  # wider than any change of clocks: backwards, a doubled hour's second run hides its first

IsOff = Callable[[date], bool]
"""Whether a local day has no instants."""


def _never(_day: date) -> bool:
    return False


def next_instant(cron: str, timezone: str, after: datetime, is_off: IsOff = _never) -> datetime:
    """The first instant strictly after `after`, in UTC."""
    return next(instant for instant in _instants(cron, timezone, after, is_off) if instant > after)


def latest_instant(cron: str, timezone: str, now: datetime, is_off: IsOff = _never) -> datetime:
    """The last instant not after `now`, in UTC."""
    return next(instant for instant in _instants(cron, timezone, now + _AHEAD, is_off, reverse=True) if instant <= now)


def _instants(cron: str, timezone: str, start: datetime, is_off: IsOff, *, reverse: bool = False) -> Iterator[datetime]:
    local = start.astimezone(ZoneInfo(timezone))
    for instant in CronSim(cron, local, reverse=reverse):
        if not is_off(instant.date()):
            yield instant.astimezone(UTC)
