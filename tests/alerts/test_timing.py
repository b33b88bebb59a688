"""When an alert leaves, by table and by any order of events."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.timing import HOUR, Hold, Load, Manner, capped, hold, quiet_until, release
from monitor.model import Alert, AlertKind, AlertState, Priority

NOW = datetime(2026, 11, 23, 7, 20, tzinfo=UTC)  # a Monday
PLAIN = Manner("desk")
NIGHT = replace(PLAIN, quiet=(time(22), time(6)))
DAY = replace(PLAIN, quiet=(time(9), time(17, 30)), timezone="Asia/Karachi")
ROUTINE, IMPORTANT, URGENT = Priority.ROUTINE, Priority.IMPORTANT, Priority.URGENT
NOTHING = Load()


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("manner", "priority", "rollup", "now", "until"),
    [
        (PLAIN, ROUTINE, "", NOW, None),
        (PLAIN, ROUTINE, "none", NOW, None),
        (PLAIN, ROUTINE, "hourly", NOW, at(23, 8)),
        (PLAIN, ROUTINE, "daily", NOW, at(23, 8)),
        (PLAIN, ROUTINE, "daily", at(23, 8), at(24, 8)),
        (PLAIN, ROUTINE, "weekly", NOW, at(23, 8)),
        (PLAIN, ROUTINE, "weekly", at(23, 9), at(30, 8)),
        (replace(PLAIN, rollup="daily", rollup_at=time(19, 5)), ROUTINE, "", NOW, at(23, 19, 5)),
        (replace(PLAIN, rollup="daily"), URGENT, "", NOW, None),
        (replace(PLAIN, rollup="daily"), URGENT, "hourly", NOW, at(23, 8)),
        (replace(PLAIN, rollup="daily"), ROUTINE, "none", NOW, None),
        (NIGHT, ROUTINE, "", NOW, None),
        (NIGHT, IMPORTANT, "", at(23, 22), at(24, 6)),
        (NIGHT, IMPORTANT, "", at(24, 5, 59), at(24, 6)),
        (NIGHT, IMPORTANT, "", at(24, 6), None),
        (NIGHT, URGENT, "", at(23, 23), None),
        (NIGHT, ROUTINE, "hourly", at(23, 21, 30), at(24, 6)),
        (NIGHT, URGENT, "hourly", at(23, 21, 30), at(23, 22)),
        (DAY, ROUTINE, "", at(23, 4), at(23, 12, 30)),
        (DAY, ROUTINE, "", at(23, 3, 59), None),
    ],
)
def test_when_an_alert_leaves(manner: Manner, priority: Priority, rollup: str, now: datetime, until: datetime) -> None:
    waits = hold(manner, priority, rollup, NOTHING, now)
    assert (None if waits is None else waits.until) == until


def test_the_cap_leaves_a_place_an_hour_after_the_message_that_took_it() -> None:
    manner, sent = replace(PLAIN, max_per_hour=2), tuple(NOW - timedelta(minutes=ago) for ago in (70, 40, 10))
    assert hold(manner, URGENT, "", Load(sent), NOW) == Hold(sent[1] + HOUR, "cap of 2 an hour", is_for_cap=True)
    assert hold(manner, URGENT, "", Load(sent[:2]), NOW) is None
    assert hold(manner, URGENT, "", Load(sent), sent[1] + HOUR) is None


def test_what_comes_while_something_waits_for_a_place_waits_with_it() -> None:
    manner = replace(PLAIN, max_per_hour=2)
    waiting = Load((), capped_until=NOW + timedelta(minutes=5))
    assert capped(manner, waiting, NOW) == Hold(NOW + timedelta(minutes=5), "cap of 2 an hour", is_for_cap=True)
    overdue = Load((), capped_until=NOW - timedelta(minutes=5))
    assert capped(manner, overdue, NOW) == Hold(NOW, "cap of 2 an hour", is_for_cap=True)


def test_a_place_that_comes_free_in_quiet_hours_is_left_for_the_urgent() -> None:
    manner, now = replace(NIGHT, max_per_hour=1), at(23, 21, 50)
    load = Load((now - timedelta(minutes=10),))
    assert capped(manner, load, now) == Hold(at(24, 6), "cap of 1 an hour, then quiet hours")
    assert capped(manner, load, now, is_urgent=True) == Hold(at(23, 22, 40), "cap of 1 an hour", is_for_cap=True)


def test_messages_that_a_clock_put_back_left_in_the_future_take_no_place() -> None:
    assert capped(replace(PLAIN, max_per_hour=1), Load((NOW + timedelta(hours=20),)), NOW) is None


def alert(number: int, priority: Priority = ROUTINE) -> Alert:
    kind, state = AlertKind.ALERT, AlertState.HELD
    return Alert(number, 1, 1, 1, "p", "r", "desk", kind, priority, NOW, state, "why", due_at=NOW)


def test_what_is_due_leaves_together_but_for_what_must_sleep_and_what_finds_no_place() -> None:
    one, other = alert(1), alert(2, URGENT)
    assert release(PLAIN, [one, other], NOTHING, NOW).told == (one, other)
    asleep = release(NIGHT, [one, other], NOTHING, at(23, 23))
    assert asleep.told == (other,)
    assert asleep.waiting == ((one, Hold(at(24, 6), "quiet hours")),)
    full = release(replace(PLAIN, max_per_hour=1), [one, other], Load((NOW,)), NOW)
    assert full.told == ()
    assert {waits.until for _, waits in full.waiting} == {NOW + HOUR}


QUIET = st.tuples(st.times(), st.times()).map(
    lambda pair: tuple(one.replace(second=0, microsecond=0, fold=0) for one in pair)
)
ZONES = st.sampled_from(["UTC", "Asia/Karachi", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


@given(QUIET.filter(lambda pair: pair[0] != pair[1]), ZONES, MOMENTS)
def test_quiet_hours_end_within_a_day_and_nobody_is_quiet_at_their_end(
    quiet: tuple[time, time], zone: str, now: datetime
) -> None:
    manner = Manner("desk", quiet=quiet, timezone=zone)
    until = quiet_until(manner, now)
    if until is not None:
        assert now < until <= now + timedelta(hours=26)
        assert quiet_until(manner, until) is None


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(Priority)), max_size=60),
    st.integers(1, 4),
    st.sampled_from(["none", "hourly"]),
    st.booleans(),
)
def test_nothing_is_lost_nothing_told_twice_and_no_hour_has_more_than_its_cap(
    arrivals: list[tuple[int, Priority]], most: int, rollup: str, is_quiet: bool
) -> None:
    manner = Manner("desk", most, (time(8), time(10)) if is_quiet else None, rollup=rollup)
    now, sent, held, told = NOW, [], {}, []

    def tick() -> None:
        due = [waiting for waiting, until in held.values() if until <= now]
        released = release(manner, due, Load(tuple(sent)), now) if due else None
        if released is None:
            return
        for waiting, waits in released.waiting:
            assert waits.until > now
            held[waiting.id] = (waiting, waits.until)
        if released.told:
            sent.append(now)
            told.extend(one.id for one in released.told)
            for one in released.told:
                del held[one.id]

    for number, (minutes, priority) in enumerate(arrivals):
        now += timedelta(minutes=minutes)
        tick()
        waits = hold(manner, priority, "", Load(tuple(sent)), now)
        if waits is None:
            sent.append(now)
            told.append(number)
        else:
            assert waits.until > now
            held[number] = (alert(number, priority), waits.until)
    for _ in range(24 * 12):
        now += timedelta(minutes=5)
        tick()
    assert sorted(told) == list(range(len(arrivals)))
    for place, first in enumerate(sent):
        assert sum(first <= later < first + HOUR for later in sent[place:]) <= most
