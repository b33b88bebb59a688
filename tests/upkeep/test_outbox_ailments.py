"""What ails the outbox is told by itself, as one thing where it is one, and only while it lasts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model import Outgoing, Resting
from monitor.store import Store, open_store
from monitor.upkeep.outbox import DOWN_AFTER, STUCK_AFTER, delivery_ailments

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "monitor.db")
    yield opened
    opened.close()


def queue(store: Store, key: str, channel: str = "mail", at: datetime = NOW) -> None:
    to = "desk@example.org" if channel == "mail" else channel
    with store.transaction():
        store.deliveries.queue(Outgoing(key, "alert", channel, to, f"<{key}>", key, b"x"), at)


def rest(store: Store, *channels: str, is_login: bool = False, reason: str = "it does not answer") -> None:
    rests = [Resting(name, NOW, NOW + MINUTE, 1, is_login, reason) for name in channels]
    store.deliveries.rest(rests, NOW - timedelta(days=5), NOW)


def keys(store: Store, now: datetime = NOW) -> list[str]:
    return [ailment.key for ailment in delivery_ailments(store, now)]


def test_an_outbox_that_is_well_has_nothing_to_tell(store: Store) -> None:
    queue(store, "a")
    assert delivery_ailments(store, NOW) == ()
    store.deliveries.sent(store.deliveries.claim(NOW, 60, ["mail"])[0].id, NOW)
    assert delivery_ailments(store, NOW + timedelta(days=9)) == ()


def test_a_refused_log_in_is_told_at_once_and_with_what_to_do(store: Store) -> None:
    queue(store, "a")
    queue(store, "b", "desk")
    rest(store, "desk", "mail", is_login=True, reason="the mail server refused the log-in; check user and password")
    [ailment] = delivery_ailments(store, NOW)
    assert (ailment.key, ailment.title) == ("login:mail", "The mail server does not let us in")
    assert ailment.lines == (
        "Since 2026-11-23 02:00 UTC: the mail server refused the log-in; check user and password.",
        "2 messages wait in mail, desk; nothing is lost for five days.",
        "Mend it, then `monitor deliveries send` sends at once; otherwise it is tried again ever more seldom.",
    )


def test_a_server_that_is_away_is_told_after_a_quarter_of_an_hour(store: Store) -> None:
    queue(store, "a", "hook")
    rest(store, "hook")
    assert keys(store, NOW + DOWN_AFTER - MINUTE) == []
    [ailment] = delivery_ailments(store, NOW + DOWN_AFTER)
    assert (ailment.key, ailment.title) == ("down:hook", "The channel hook cannot be used")
    assert ailment.lines[1].startswith("1 message waits in hook;")


def test_two_channels_with_troubles_of_their_own_are_two(store: Store) -> None:
    queue(store, "a", "hook")
    queue(store, "b")
    rest(store, "hook")
    rest(store, "mail", reason="it refuses connections")
    assert keys(store, NOW + DOWN_AFTER) == ["down:hook", "down:mail"]


def test_a_channel_for_which_nothing_waits_is_not_told(store: Store) -> None:
    rest(store, "hook", is_login=True)
    assert keys(store) == []


def test_messages_that_wait_for_other_reasons_are_told_after_an_hour(store: Store) -> None:
    queue(store, "a")
    queue(store, "b", at=NOW + STUCK_AFTER)
    assert keys(store, NOW + STUCK_AFTER) == []
    [ailment] = delivery_ailments(store, NOW + STUCK_AFTER + MINUTE)
    assert (ailment.key, ailment.title) == (
        "stuck:mail",
        "The mail server takes no messages: the oldest waits for over an hour",
    )
    assert ailment.lines[0] == "2 messages wait, the oldest since 2026-11-23 02:00 UTC."


def test_who_is_refused_for_good_is_told_until_something_is_taken(store: Store) -> None:
    for key, channel in (("a", "mail"), ("b", "mail"), ("c", "hook")):
        queue(store, key, channel)
        store.deliveries.failed(store.deliveries.claim(NOW, 60, [channel])[0].id, f"550 no {key}", NOW)
    hook, mail = delivery_ailments(store, NOW)
    assert (hook.key, hook.title) == ("refused:hook:hook", "What goes to the channel hook is refused for good")
    assert (mail.key, mail.title) == (
        "refused:mail:desk@example.org",
        "What goes to desk@example.org by mail is refused for good",
    )
    assert mail.lines[0] == "2 since 2026-11-23 02:00 UTC; the last: 550 no b."
    queue(store, "d")
    store.deliveries.sent(store.deliveries.claim(NOW, 60, ["mail"])[0].id, NOW)
    assert keys(store) == ["refused:hook:hook"]
