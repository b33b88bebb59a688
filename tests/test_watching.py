"""Rhythms watched on a real store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.alerts.plan import AlertPlan
from monitor.model import MuteKind
from monitor.upkeep.disk import disk_ailments
from monitor.upkeep.operator import tell_ailments
from monitor.watching import intake_lull, tell_spikes
from tests.alert_desk import AlertDesk, plainly
from tests.desk import NOON

DAY = 24


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[AlertDesk]:
    made = AlertDesk(tmp_path / "monitor.db")
    made.rule(to=())
    yield made
    made.store.close()


def day_of(desk: AlertDesk, day: int, count: int, *, is_first: bool = False) -> None:
    """So many items with talks on one day, from its noon on."""
    for number in range(count):
        old = -100 if is_first else None
        hours = day * DAY + number / 60
        title = f"Talks {day} {number}"
        desk.bring("paper", title, f"{title} x{day}a{number}", hours=hours, published_hours=old, is_first=is_first)


def two_weeks(desk: AlertDesk, a_day: int = 6) -> None:
    for day in range(-15, 0):
        day_of(desk, day, a_day)
    desk.rule(to=("desk",))


def test_a_day_far_above_the_two_weeks_is_told_once_with_what_it_is_compared_to(desk: AlertDesk) -> None:
    two_weeks(desk)
    day_of(desk, 0, 20)
    already = len(desk.told())
    assert tell_spikes(desk.store, desk.plan, desk.now) == 1
    assert tell_spikes(desk.store, desk.plan, desk.now) == 0
    assert desk.told()[already:] == ["[Talks] Far more than usual"]
    body = json.loads(desk.store.deliveries.body(desk.store.deliveries.list()[0].id) or b"")
    assert body["lines"][0].startswith("20 items so far today; 6 yesterday, 6 and 6 on the same day")
    assert body["entries"][0]["item"] == desk.store.items.last_id()


def test_a_usual_day_and_older_news_are_no_spike(desk: AlertDesk) -> None:
    two_weeks(desk)
    day_of(desk, 0, 8)
    day_of(desk, 0, 30, is_first=True)
    assert tell_spikes(desk.store, desk.plan, desk.now) == 0


def test_less_than_two_weeks_tell_nothing(desk: AlertDesk) -> None:
    for day in range(-10, 0):
        day_of(desk, day, 2)
    desk.rule(to=("desk",))
    day_of(desk, 0, 30)
    assert tell_spikes(desk.store, desk.plan, desk.now) == 0


def test_a_muted_rule_has_no_spikes(desk: AlertDesk) -> None:
    two_weeks(desk)
    day_of(desk, 0, 20)
    already = len(desk.told())
    with desk.store.transaction():
        desk.store.alerts.mute(MuteKind.RULE, "talks", desk.now + timedelta(days=1), desk.now)
    tell_spikes(desk.store, desk.plan, desk.now)
    assert len(desk.told()) == already
    assert desk.states()[-1][1:] == ("spike", "muted")


def test_a_spike_does_not_count_as_its_items_story_being_told(desk: AlertDesk) -> None:
    two_weeks(desk)
    day_of(desk, 0, 20)
    tell_spikes(desk.store, desk.plan, desk.now)
    assert all(alert.kind != "spike" for alert in desk.store.alerts.of_story(desk.store.items.last_id()))


def test_an_intake_that_dries_up_is_found_and_one_that_was_off_is_not(desk: AlertDesk) -> None:
    for day in range(-14, 0):
        day_of(desk, day, 25)
    now = NOON + timedelta(hours=1)
    [ailment] = intake_lull(desk.store, now)
    assert (ailment.key, ailment.title) == ("intake", "Hardly anything new comes in")
    assert ailment.lines[0].startswith("0 new items in these hours, which brought 25 at least")
    day_of(desk, 0, 25)
    assert intake_lull(desk.store, desk.now) == ()
    assert intake_lull(desk.store, now + timedelta(days=1, hours=8)) == ()


# -- the operator ------------------------------------------------------------------------------------------------

PLAN = AlertPlan(plainly, operator=("ops", "chat", "ops"))


def test_what_ails_is_told_once_and_its_end_once_on_every_channel(desk: AlertDesk, tmp_path: Path) -> None:
    full = disk_ailments(tmp_path / "monitor.db", low_bytes=10**18)
    for _ in range(3):
        tell_ailments(desk.store, PLAN, full, NOON)
    assert desk.told() == ["The disk is nearly full"] * 2
    for hours in (1, 2):
        tell_ailments(desk.store, PLAN, (), NOON + timedelta(hours=hours))
    assert desk.told()[2:] == ["Over: The disk is nearly full"] * 2
    assert tell_ailments(desk.store, PLAN, full, NOON + timedelta(hours=3)) == 2


def test_without_a_channel_for_the_operator_nothing_counts_as_told(desk: AlertDesk, tmp_path: Path) -> None:
    full = disk_ailments(tmp_path / "monitor.db", low_bytes=10**18)
    assert tell_ailments(desk.store, AlertPlan(plainly), full, NOON) == 0
    assert tell_ailments(desk.store, PLAN, full, NOON) == 2


def test_room_enough_and_a_folder_that_is_not_there_are_no_ailment(tmp_path: Path) -> None:
    assert disk_ailments(tmp_path / "monitor.db", low_bytes=1) == ()
    assert disk_ailments(tmp_path / "gone" / "monitor.db", low_bytes=10**18) == ()
