"""Draining the outbox into a real mail server: everything arrives, nothing is lost, nobody waits for another's refusal."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta

import pytest

from monitor.delivery import outbox
from monitor.delivery.mail import MailChannel
from monitor.delivery.outbox import drain, retry_delay
from monitor.model import DeliveryState, Outgoing
from monitor.settings import MailSettings
from monitor.store import Store, open_store

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SENDER = "Monitor <monitor@example.org>"


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def mail(port: int, **changes: object) -> dict[str, MailChannel]:
    values: dict[str, object] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": SENDER,
        "timeout_s": 2.0,
    }
    return {"mail": MailChannel(MailSettings(**(values | changes)))}  # type: ignore[arg-type]


def body_for(recipient: str) -> bytes:
    return f"To: {recipient}\r\nMessage-ID: <{recipient}>\r\nSubject: Review\r\n\r\nText\r\n".encode()


def queue(store: Store, *recipients: str, channel: str = "mail", at: datetime = NOW) -> None:
    with store.transaction(durable=True):
        for to in recipients:
            store.deliveries.queue(Outgoing(to, "edition", channel, to, f"<{to}>", "Review", body_for(to), (1,)), at)


def states(store: Store) -> dict[str, DeliveryState]:
    return {row.recipient: row.state for row in store.deliveries.list()}


async def test_what_is_queued_arrives_oldest_first_and_once(store, postbox, clock) -> None:
    queue(store, "b@example.org", "a@example.org")
    done = await drain(store, mail(postbox.port), clock)
    again = await drain(store, mail(postbox.port), clock)
    assert postbox.mood.taken == [(to, body_for(to)) for to in ("b@example.org", "a@example.org")]
    assert [row.recipient for row in done.sent] == ["b@example.org", "a@example.org"]
    assert again.sent == []
    assert set(states(store).values()) == {DeliveryState.SENT}


async def test_one_refused_recipient_fails_alone(store, postbox, clock) -> None:
    postbox.mood.rcpt["gone@example.org"] = "550 no such user"
    queue(store, "a@example.org", "gone@example.org", "c@example.org")
    done = await drain(store, mail(postbox.port), clock)
    assert [to for to, _ in postbox.mood.taken] == ["a@example.org", "c@example.org"]
    assert states(store)["gone@example.org"] is DeliveryState.FAILED
    [(row, reason)] = done.failed
    assert (row.recipient, "no such user" in reason) == ("gone@example.org", True)


async def test_a_busy_mailbox_is_tried_again_later_and_only_that_one(store, postbox, clock) -> None:
    postbox.mood.rcpt["busy@example.org"] = "450 try later"
    queue(store, "busy@example.org", "b@example.org")
    done = await drain(store, mail(postbox.port), clock)
    assert [row.recipient for row, _ in done.put_off] == ["busy@example.org"]
    clock.now += timedelta(seconds=59)
    assert (await drain(store, mail(postbox.port), clock)).sent == []
    postbox.mood.rcpt.clear()
    clock.now += timedelta(seconds=1)
    await drain(store, mail(postbox.port), clock)
    assert [to for to, _ in postbox.mood.taken] == ["b@example.org", "busy@example.org"]


async def test_a_server_that_is_down_is_asked_once_and_everything_arrives_when_it_is_back(
    store, postbox, clock
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    queue(store, "a@example.org", "b@example.org", "c@example.org")
    done = await drain(store, mail(closed), clock)
    assert list(done.down) == ["mail"]
    assert "does not answer" in done.down["mail"]
    assert sorted(row.attempts for row in store.deliveries.list()) == [0, 0, 1]
    assert (await drain(store, mail(postbox.port), clock)).sent == []
    clock.now += timedelta(minutes=1)
    await drain(store, mail(postbox.port), clock)
    assert sorted(to for to, _ in postbox.mood.taken) == ["a@example.org", "b@example.org", "c@example.org"]


async def test_a_refused_log_in_is_tried_ever_more_seldom(store, strict_postbox, clock) -> None:
    queue(store, "a@example.org", "b@example.org")
    tries = []
    while clock.now < NOW + timedelta(hours=3):
        done = await drain(store, mail(strict_postbox.port, user="desk", password="wrong"), clock)
        if done.down:
            tries.append((clock.now - NOW) // timedelta(minutes=1))
        clock.now += timedelta(minutes=1)
    assert tries == [0, 1, 3, 8, 23, 53, 113]
    assert set(states(store).values()) == {DeliveryState.QUEUED}


async def test_a_crash_between_the_server_and_the_record_repeats_the_same_bytes(tmp_path, postbox, clock) -> None:
    path = tmp_path / "monitor.db"
    store = open_store(path)
    queue(store, "a@example.org")
    delivery, body = store.deliveries.claim(NOW, outbox.LEASE_S, ["mail"])
    channel = mail(postbox.port)["mail"]
    await channel.send(delivery, body)  # the server says 250, and here the process dies
    await channel.close()
    store.close()
    successor = open_store(path)
    assert (await drain(successor, mail(postbox.port), clock)).sent == []
    assert successor.deliveries.void_leases() == 1
    await drain(successor, mail(postbox.port), clock)
    assert postbox.mood.taken == [("a@example.org", body_for("a@example.org"))] * 2
    assert states(successor) == {"a@example.org": DeliveryState.SENT}
    successor.close()


async def test_a_crash_before_the_send_loses_nothing_even_if_nobody_voids_the_lease(store, postbox, clock) -> None:
    queue(store, "a@example.org")
    store.deliveries.claim(NOW, outbox.LEASE_S, ["mail"])
    clock.now += timedelta(seconds=outbox.LEASE_S)
    await drain(store, mail(postbox.port), clock)
    assert [to for to, _ in postbox.mood.taken] == ["a@example.org"]


async def test_a_connection_dropped_after_the_text_is_tried_again_with_the_same_bytes(store, postbox, clock) -> None:
    postbox.mood.drop_after_data = 1
    queue(store, "a@example.org", "b@example.org")
    await drain(store, mail(postbox.port), clock)
    clock.now += timedelta(minutes=1)
    await drain(store, mail(postbox.port), clock)
    assert postbox.mood.taken == [(to, body_for(to)) for to in ("b@example.org", "a@example.org")]


async def test_after_five_days_of_trying_a_message_fails_with_the_last_reason(store, postbox, clock) -> None:
    postbox.mood.rcpt["busy@example.org"] = "450 try later"
    queue(store, "busy@example.org")
    while states(store)["busy@example.org"] is DeliveryState.QUEUED:
        await drain(store, mail(postbox.port), clock)
        clock.now = store.deliveries.next_attempt_at() or clock.now
    [row] = store.deliveries.list()
    assert timedelta(days=4, hours=19) < clock.now - NOW <= timedelta(days=5)
    assert row.last_error.startswith(f"given up after {row.attempts} attempts in 5 days; the last: ")
    assert "450 try later" in row.last_error


async def test_rows_of_a_channel_that_left_the_configuration_wait(store, postbox, clock) -> None:
    queue(store, "a@example.org", channel="desk")
    queue(store, "b@example.org")
    done = await drain(store, mail(postbox.port), clock)
    assert "no channel 'desk'" in done.down["desk"]
    assert states(store) == {"a@example.org": DeliveryState.QUEUED, "b@example.org": DeliveryState.SENT}


async def test_a_limit_ends_the_drain(store, postbox, clock) -> None:
    queue(store, "a@example.org", "b@example.org", "c@example.org")
    done = await drain(store, mail(postbox.port), clock, limit=2)
    assert len(done.sent) == len(postbox.mood.taken) == 2


async def test_a_message_that_takes_for_ever_is_given_up_before_its_lease_ends(
    store, postbox, clock, monkeypatch
) -> None:
    monkeypatch.setattr(outbox, "SEND_S", 0.1)
    postbox.mood.stalls = True
    queue(store, "a@example.org")
    done = await drain(store, mail(postbox.port), clock)
    assert [reason for _, reason in done.put_off] == ["not taken within 0 s"]


async def test_a_drain_that_is_cancelled_leaves_the_row_for_a_successor(store, postbox, clock) -> None:
    postbox.mood.stalls = True
    queue(store, "a@example.org")
    draining = asyncio.create_task(drain(store, mail(postbox.port), clock))
    await postbox.mood.stalled.wait()
    draining.cancel()
    with pytest.raises(asyncio.CancelledError):
        await draining
    assert states(store) == {"a@example.org": DeliveryState.SENDING}
    assert store.deliveries.void_leases() == 1


def test_delays_grow_from_a_minute_to_four_hours() -> None:
    delays = [retry_delay(attempts) for attempts in range(1, 12)]
    assert delays == sorted(delays)
    assert (delays[0], delays[-1]) == (timedelta(minutes=1), timedelta(hours=4))
    assert outbox.SEND_S < outbox.LEASE_S
