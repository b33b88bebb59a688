"""Ways out drained side by side: the trouble of one is nobody else's, and each rests as long as it must."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.delivery.channel import Channel, ChannelError
from monitor.delivery.channels import open_channels
from monitor.delivery.outbox import drain, rest_delay, ways_due
from monitor.errors import StoreError
from monitor.model import Delivery, DeliveryState, Outgoing
from monitor.settings import Channel as ChannelSettings
from monitor.settings import MailSettings, Settings, StoreSettings
from monitor.store import Store, open_store
from tests.delivery.conftest import Postbox
from tests.delivery.standin import Reply, StandIn, is_signed, standing_in
from tests.delivery.test_services import SECRET

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def channels_to(postbox: Postbox, service: StandIn, **changes: object) -> dict[str, Channel]:
    hook = {"url": f"{service.url}/hush", "secret": SECRET, "timeout_s": 0.5, **changes}
    settings = Settings(
        Path(),
        StoreSettings(Path()),
        mail=MailSettings(host="127.0.0.1", port=postbox.port, timeout_s=2.0),
        channels={
            "hook": ChannelSettings("hook", "webhook", **hook),  # type: ignore[arg-type]
            "desk": ChannelSettings("desk", "mail", ("desk@example.org",)),
        },
    )
    return dict(open_channels(settings, lambda: NOW))


def queue(store: Store, *keys: str, channel: str, at: datetime = NOW) -> None:
    with store.transaction(durable=True):
        for key in keys:
            is_mail = channel != "hook"
            to, body = (
                (f"{key}@example.org", f"Subject: {key}\r\n\r\nx\r\n") if is_mail else ("hook", f'{{"key":"{key}"}}')
            )
            store.deliveries.queue(Outgoing(key, "alert", channel, to, f"msg_{key}", key, body.encode(), ()), at)


def states(store: Store) -> dict[str, DeliveryState]:
    return {row.key: row.state for row in store.deliveries.list()}


async def test_channels_that_are_mail_are_one_way_and_the_others_each_their_own(store: Store, postbox: Postbox) -> None:
    async with standing_in() as service:
        channels = channels_to(postbox, service)
        queue(store, "a", channel="desk")
        queue(store, "b", channel="mail")
        queue(store, "c", channel="hook")
        queue(store, "d", channel="left")
        ways = ways_due(store, channels, NOW)
        assert [way.names for way in ways] == [("mail", "desk"), ("hook",), ("left",)]
        done = await drain(store, channels, lambda: NOW)
    assert sorted(row.key for row in done.sent) == ["a", "b", "c"]
    assert postbox.mood.sessions == 1
    assert list(done.down) == ["left"]
    assert list(store.deliveries.resting()) == ["left"]


async def test_a_hanging_service_delays_no_mail_and_no_longer_than_its_own_time(store: Store, postbox: Postbox) -> None:
    arrived_s: list[float] = []
    async with standing_in(lambda _: Reply(hangs=True)) as service:
        queue(store, *"abc", channel="hook")
        queue(store, *"xyz", channel="desk")
        began = time.monotonic()
        draining = asyncio.create_task(drain(store, channels_to(postbox, service), lambda: NOW))
        while len(postbox.mood.taken) < 3:
            await asyncio.sleep(0.01)
        arrived_s.append(time.monotonic() - began)
        done = await draining
        took_s = time.monotonic() - began
    assert arrived_s[0] < 0.5 <= took_s < 2
    assert len(service.got) == 1  # the other two wait without an attempt of their own
    assert [row.key for row, _ in done.put_off] == ["a"]
    assert states(store) == {
        **dict.fromkeys("abc", DeliveryState.QUEUED),
        **dict.fromkeys("xyz", DeliveryState.SENT),
    }


async def test_what_is_refused_by_a_service_waits_in_the_dead_letters_and_can_be_sent_again(
    store: Store, postbox: Postbox
) -> None:
    async with standing_in() as service:
        service.replies = [Reply(400, b"bad"), Reply(404)]
        channels = channels_to(postbox, service)
        queue(store, *"abc", channel="hook")
        done = await drain(store, channels, lambda: NOW)
        assert [row.key for row, _ in done.failed] == ["a", "b"]
        assert [row.key for row in done.sent] == ["c"]
        assert done.down == {}
        store.deliveries.requeue_failed("hook", NOW)
        again = await drain(store, channels, lambda: NOW)
    assert [row.key for row in again.sent] == ["a", "b"]
    assert [got.headers["webhook-id"] for got in service.got] == ["msg_a", "msg_b", "msg_c", "msg_a", "msg_b"]
    assert all(is_signed(got, SECRET, NOW.timestamp()) for got in service.got)
    assert set(states(store).values()) == {DeliveryState.SENT}


async def test_a_service_that_asks_for_time_is_left_alone_that_long_what_comes_meanwhile_included(
    store: Store, postbox: Postbox
) -> None:
    clock = Clock()
    async with standing_in() as service:
        service.replies = [Reply(429, headers={"Retry-After": "30"})]
        channels = channels_to(postbox, service)
        queue(store, "a", channel="hook")
        await drain(store, channels, clock)
        queue(store, "b", channel="hook")
        clock.now += timedelta(seconds=29)
        assert (await drain(store, channels, clock)).count == 0
        clock.now += timedelta(seconds=1)
        assert [row.key for row in (await drain(store, channels, clock)).sent] == ["b", "a"]
    assert store.deliveries.resting() == {}


async def test_a_service_that_breaks_off_is_tried_again_under_the_same_id(store: Store, postbox: Postbox) -> None:
    clock = Clock()
    async with standing_in() as service:
        service.replies = [Reply(drops=True)]
        channels = channels_to(postbox, service)
        queue(store, "a", channel="hook")
        assert (await drain(store, channels, clock)).down == {}
        clock.now += timedelta(minutes=1)
        await drain(store, channels, clock)
    first, second = service.got
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)


def test_rests_grow_and_go_by_what_is_asked_for_where_that_is_longer() -> None:
    own = [rest_delay(failures, None) for failures in range(1, 12)]
    assert (own[0], own[-1]) == (timedelta(minutes=1), timedelta(hours=4))
    assert rest_delay(1, 30.0) == timedelta(seconds=30)
    assert rest_delay(1, 0.0) == timedelta(seconds=2)
    assert rest_delay(99, 0.0) == timedelta(hours=4)
    assert rest_delay(1, 1e12) == timedelta(days=1)


async def test_a_channel_that_is_down_for_five_days_gives_all_up_with_its_reason(
    store: Store, postbox: Postbox
) -> None:
    clock = Clock()
    async with standing_in(lambda _: Reply(503)) as service:
        channels = channels_to(postbox, service)
        queue(store, *"abc", channel="hook")
        while DeliveryState.QUEUED in states(store).values():
            done = await drain(store, channels, clock)
            clock.now = store.deliveries.next_attempt_at() or clock.now
    assert timedelta(days=4, hours=19) < clock.now - NOW <= timedelta(days=5)
    assert len(done.failed) == 3
    assert all("given up after" in row.last_error and "503" in row.last_error for row in store.deliveries.list())
    assert len(service.got) < 45


async def test_one_way_waits_for_its_lock_and_the_others_do_not(store: Store, postbox: Postbox) -> None:
    locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
    async with standing_in() as service:
        queue(store, "a", channel="hook")
        queue(store, "x", channel="desk")
        async with locks["mail"]:
            draining = asyncio.create_task(drain(store, channels_to(postbox, service), lambda: NOW, locks=locks))
            await service.asked.wait()
            await asyncio.sleep(0.05)
            assert postbox.mood.taken == []
        await draining
    assert len(postbox.mood.taken) == 1


class Blocked:
    """A channel during whose sending another program takes the database."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def send(self, delivery: Delivery, body: bytes) -> None:
        self.other = open_store(self.path)
        self.held = self.other.transaction()
        self.held.__enter__()

    async def close(self) -> None:
        """Nothing to let go of."""


async def test_a_database_that_fails_is_raised_when_all_ways_are_done(tmp_path: Path, postbox: Postbox) -> None:
    store = open_store(tmp_path / "monitor.db", busy_s=0.05)
    async with standing_in() as service:
        blocked = Blocked(tmp_path / "monitor.db")
        channels = {**channels_to(postbox, service), "hook": blocked}
        queue(store, "a", channel="hook")
        with pytest.raises(StoreError, match="locked"):
            await drain(store, channels, lambda: NOW)
        blocked.held.__exit__(None, None, None)
        blocked.other.close()
    assert states(store) == {"a": DeliveryState.SENDING}  # sent again when its lease ends, or after a start
    store.close()


async def test_errors_of_channels_say_whether_others_would_hear_the_same() -> None:
    assert ChannelError("down").is_transient
    assert ChannelError("down", retry_after_s=3.0).retry_after_s == 3.0
