"""What a rule would have told: by the deciders that tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from random import Random

import pytest

from monitor.alerts.trial import try_alerts
from monitor.model import Alert, Kind
from tests.alert_desk import AlertDesk
from tests.desk import NOON, sentences

TALKS = "The talks begin. " + sentences("talks", 6)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[AlertDesk]:
    made = AlertDesk(tmp_path / "monitor.db")
    made.rule(to=("desk", "chat"))
    yield made
    made.store.close()


def tried(desk: AlertDesk, since: float = -1, now: float = 2000) -> list[Alert]:
    begin, end = NOON + timedelta(hours=since), NOON + timedelta(hours=now)
    return try_alerts(desk.store, desk.rules.rules[0], desk.manners, begin, end)


def outline(alerts: list[Alert]) -> Counter[tuple[object, ...]]:
    return Counter(
        (alert.item_id, alert.channel, alert.kind, alert.state, alert.held_for, alert.told_at) for alert in alerts
    )


def test_it_says_what_was_told_of_a_busy_week_with_quiet_hours_a_cap_and_roll_ups(desk: AlertDesk) -> None:
    desk.channel("desk", most=3, quiet=(time(22), time(6)))
    desk.channel("chat", rollup="daily")
    random, minute = Random(7), 0
    for number in range(120):
        story, wait = random.randrange(25), random.randrange(1, 60)
        for later in range(minute + 1, minute + wait + 1):
            desk.tick(later / 60)
        minute += wait
        kind = Kind.MINISTRY if story % 5 == 0 else Kind.PRESS
        mark = "CORRECTED-" if number % 17 == 16 else ""
        name = f"{kind}{random.randrange(12)}"
        desk.bring(name, f"{mark}Story {story}", f"Talks. {sentences(f'story{story}', 6)}", kind=kind)
    for later in range(minute + 1, minute + 60 * 48):
        desk.tick(later / 60)
    told, would = outline(desk.alerts()), outline(tried(desk))
    assert told == would
    assert {state for _, _, _, state, _, _ in told} == {"queued", "rolled-up", "merged"}
    assert {why for _, _, _, _, why, _ in told} >= {"", "quiet hours", "daily roll-up", "cap of 3 an hour"}


def test_it_tells_of_items_since_then_only_and_writes_nothing(desk: AlertDesk) -> None:
    desk.bring("paper", "Talks begin", TALKS)
    desk.bring("herald", "Other talks", "Talks. " + sentences("other", 6), hours=5)
    before = desk.alerts()
    assert {alert.item_id for alert in tried(desk, since=4)} == {2}
    assert desk.alerts() == before


def test_messages_are_numbered_in_the_order_they_leave(desk: AlertDesk) -> None:
    desk.rule(to=("desk",))
    desk.channel("desk", most=1)
    for number in range(3):
        desk.bring("paper", f"Talks {number}", f"Talks. {sentences(f'story{number}', 6)}", hours=number / 10)
    found = tried(desk)
    assert [(alert.told_as, alert.state) for alert in found] == [
        ("1", "queued"),
        ("2", "rolled-up"),
        ("2", "rolled-up"),
    ]
    assert [alert.state for alert in tried(desk, now=0.5)] == ["queued", "held", "held"]


def test_corrections_are_told_when_an_edit_brought_them(desk: AlertDesk) -> None:
    desk.rule(to=("desk",))
    desk.bring("wire", "Talks begin", TALKS, url="https://wire.example/1")
    desk.bring("wire", "KILL-Meeting begins", TALKS.replace("talks", "meeting"), url="https://wire.example/1", hours=5)
    found = tried(desk)
    assert [(alert.kind, alert.decided_at) for alert in found] == []  # by the text as it is now, nothing was told
    desk.bring("wire", "KILL-Talks begin", TALKS, url="https://wire.example/1", hours=6)
    found = tried(desk)
    assert [alert.kind for alert in found] == ["alert", "withdrawal"]
    assert found[1].decided_at == NOON + timedelta(hours=5)


def test_older_news_is_told_to_nobody(desk: AlertDesk) -> None:
    desk.bring("paper", "Talks of old", TALKS, published_hours=-40, is_first=True)
    assert tried(desk) == []
