"""When an alert may leave: quiet hours, roll-ups and the hourly cap of its channel.

What waits carries the instant until which it does, so that a late start sends it once, and a clock that jumps skips nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from monitor.instants import latest_instant, next_instant
from monitor.model import Alert, Priority

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a channel wants to be told. `quiet` is (from, until) in `timezone`, None for none; `rollup` is none, hourly, daily or
    weekly, the latter two at `rollup_at`."""

    channel: str
    max_per_hour: int = 30
    quiet: tuple[time, time] | None = None
    timezone: str = "UTC"
    rollup: str = "none"
    rollup_at: time = time(8)


@dataclass(frozen=True, slots=True)
class Load:
    """What left through a channel lately: `sent_at`, oldest first, of the last hour at least; `capped_until` is set where
    something waits for a place of the hour already, which goes before what comes now."""

    sent_at: tuple[datetime, ...] = ()
    capped_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Why something waits, and until when. `is_for_cap`: for the channel's next free place of the hour."""

    until: datetime
    reason: str
    is_for_cap: bool = False


def hold(manner: Manner, priority: Priority, rollup: str, load: Load, now: datetime) -> Hold | None:
    """Why an alert must wait, None where it may leave now. `rollup` is the rule's own, "" where the channel's holds.

    An urgent one passes quiet hours and a channel's roll-up, not what its rule itself says, and not the cap.
    """
    is_urgent = priority is Priority.URGENT
    period = rollup or ("none" if is_urgent else manner.rollup)
    if period != "none":
        return _awake(manner, Hold(next_rollup(manner, period, now), f"{period} roll-up"), is_urgent=is_urgent)
    if not is_urgent and (until := quiet_until(manner, now)) is not None:
        return Hold(until, "quiet hours")
    return capped(manner, load, now, is_urgent=is_urgent)


def capped(manner: Manner, load: Load, now: datetime, *, is_urgent: bool = False) -> Hold | None:
    """Why a channel takes no further message now, None where it does: as many as it may have in an hour have left."""
    free_at = load.capped_until if load.capped_until is not None and load.capped_until > now else None
    recent = [at for at in load.sent_at if now - HOUR < at <= now]  # a clock put back leaves some in the future
    if len(recent) >= manner.max_per_hour:
        free_at = max(recent[-manner.max_per_hour] + HOUR, free_at or now)
    elif load.capped_until is not None:
        free_at = free_at or now
    if free_at is None:
        return None
    return _awake(manner, Hold(free_at, f"cap of {manner.max_per_hour} an hour", is_for_cap=True), is_urgent=is_urgent)


@dataclass(frozen=True, slots=True)
class Released:
    """Of what a channel is due: what is told now, in one announcement, and what waits once more."""

    told: tuple[Alert, ...]
    waiting: tuple[tuple[Alert, Hold], ...]


def release(manner: Manner, due: Sequence[Alert], load: Load, now: datetime) -> Released:
    """What of the alerts whose time has come leaves now: in quiet hours the urgent ones, and nothing while the hour is full."""
    until = quiet_until(manner, now)
    asleep = [alert for alert in due if until is not None and alert.priority is not Priority.URGENT]
    told = [alert for alert in due if alert not in asleep]
    waiting = [(alert, Hold(until or now, "quiet hours")) for alert in asleep]
    is_urgent = any(alert.priority is Priority.URGENT for alert in told)
    full = capped(manner, Load(load.sent_at), now, is_urgent=is_urgent)
    if full is not None:
        waiting += [(alert, full) for alert in told]
        told = []
    return Released(tuple(told), tuple(waiting))


def next_rollup(manner: Manner, period: str, now: datetime) -> datetime:
    """When the next roll-up of a period (hourly, daily, weekly: on Mondays) leaves, after `now`."""
    at = manner.rollup_at
    cron = {"hourly": "0 * * * *", "weekly": f"{at.minute} {at.hour} * * 1"}.get(period, f"{at.minute} {at.hour} * * *")
    return next_instant(cron, manner.timezone, now)


def quiet_until(manner: Manner, now: datetime) -> datetime | None:
    """When the quiet hours end that `now` falls into; None where it falls into none."""
    if manner.quiet is None:
        return None
    begin, end = (f"{at.minute} {at.hour} * * *" for at in manner.quiet)
    if latest_instant(begin, manner.timezone, now) <= latest_instant(end, manner.timezone, now):
        return None
    return next_instant(end, manner.timezone, now)


def _awake(manner: Manner, held: Hold, *, is_urgent: bool) -> Hold:
    """The same, put off to the end of quiet hours where it would end within them."""
    later = None if is_urgent else quiet_until(manner, held.until)
    return held if later is None else Hold(later, f"{held.reason}, then quiet hours")
