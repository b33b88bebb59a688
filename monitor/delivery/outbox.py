"""Draining the outbox: claim one row, send its bytes, record what became of it, and on to the next.

Sent at least once: a row is claimed before it is sent and recorded after, so that a crash between the two sends it
again, the same bytes under the same Message-ID. One recipient's refusal stops nobody else, and no channel waits for another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.delivery.channel import Channel, ChannelError, LoginError
from monitor.errors import DeliveryError
from monitor.model import Delivery, Resting
from monitor.store import Store

LEASE_S = 300.0
SEND_S = 240.0  # a message that takes longer is given up before its lease ends
GIVE_UP_AFTER = timedelta(days=5)
_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120, 240))
_ASKED_MOST = timedelta(days=1)
_DOUBLINGS = 20

Clock = Callable[[], datetime]
Locks = Mapping[str, asyncio.Lock]


@dataclass(frozen=True, slots=True)
class Way:
    """Channels that leave through one `Channel`, and share its connection and its troubles."""

    names: tuple[str, ...]
    channel: Channel

    @property
    def name(self) -> str:
        """The first of them stands for all."""
        return self.names[0]


@dataclass(slots=True)
class Drained:
    """What one drain did: rows sent, put off and refused (with the reason), and the ways that could not be used."""

    sent: list[Delivery] = field(default_factory=list)
    put_off: list[tuple[Delivery, str]] = field(default_factory=list)
    failed: list[tuple[Delivery, str]] = field(default_factory=list)
    down: dict[str, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.sent) + len(self.put_off) + len(self.failed)

    def add(self, other: Drained) -> None:
        self.sent += other.sent
        self.put_off += other.put_off
        self.failed += other.failed
        self.down |= other.down


class _Gone:
    """Stands for a channel that left the configuration while messages waited for it."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def send(self, delivery: Delivery, body: bytes) -> None:
        raise ChannelError(f"there is no channel {self._name!r} in the configuration any more")

    async def close(self) -> None:
        """There is nothing to let go of."""


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after so many attempts (1 or more): a minute at first, four hours in the end."""
    return _DELAYS[min(attempts, len(_DELAYS)) - 1]


def rest_delay(failures: int, asked_s: float | None) -> timedelta:
    """How long to leave a channel alone after so many failures in a row (1 or more).

    As long as it asks for (a day at most), and at least two seconds, doubled with each failure, in case it asks for too
    little; by the growing delays of messages where it does not ask.
    """
    delay = retry_delay(failures)
    if asked_s is None:
        return delay
    asked = timedelta(seconds=min(asked_s, _ASKED_MOST.total_seconds()))
    return max(asked, min(timedelta(seconds=2 ** min(failures, _DOUBLINGS)), delay))


def ways_due(store: Store, channels: Mapping[str, Channel], now: datetime) -> list[Way]:
    """The ways by which something is due. Raises `StoreError`."""
    ways: dict[int, Way] = {}
    for name in store.deliveries.due_channels(now):
        channel = channels.get(name)
        if channel is None:
            gone = _Gone(name)
            ways[id(gone)] = Way((name,), gone)
        elif id(channel) not in ways:
            names = tuple(other for other, found in channels.items() if found is channel)
            ways[id(channel)] = Way(names, channel)
    return list(ways.values())


async def drain(
    store: Store,
    channels: Mapping[str, Channel],
    clock: Clock,
    limit: int | None = None,
    locks: Locks | None = None,
) -> Drained:
    """Send what is due by every way, the ways side by side; at most `limit` rows (None: all) by each.

    `locks` holds one by the name of each way, held while it is used. Raises the first `StoreError` when all ways are done.
    """

    async def one(way: Way) -> Drained:
        async with locks[way.name] if locks is not None else nullcontext():
            return await drain_way(store, way, clock, limit)

    found = await asyncio.gather(*map(one, ways_due(store, channels, clock())), return_exceptions=True)
    done = Drained()
    for drained in found:
        if isinstance(drained, BaseException):
            raise drained
        done.add(drained)
    return done


async def drain_way(store: Store, way: Way, clock: Clock, limit: int | None = None) -> Drained:
    """Send what is due by one way, oldest first, at most `limit` rows (None: all), and close it.

    Where it cannot be used, it rests, and its other rows wait without an attempt of their own. Raises `StoreError` where the
    database fails; the row on its way is then sent again later.
    """
    done = Drained()
    try:
        while not done.down and (limit is None or done.count < limit):
            claimed = store.deliveries.claim(clock(), LEASE_S, way.names)
            if claimed is None:
                break
            delivery, body = claimed
            try:
                await _send(way.channel, delivery, body)
            except DeliveryError as error:
                _record(store, way, delivery, error, clock(), done)
            else:
                store.deliveries.sent(delivery.id, clock(), way.names)
                done.sent.append(delivery)
    finally:
        await way.channel.close()
    return done


async def _send(channel: Channel, delivery: Delivery, body: bytes) -> None:
    try:
        async with asyncio.timeout(SEND_S):
            await channel.send(delivery, body)
    except TimeoutError as error:
        raise DeliveryError(f"not taken within {SEND_S:.0f} s", is_transient=True) from error


def _record(store: Store, way: Way, delivery: Delivery, error: DeliveryError, now: datetime, done: Drained) -> None:
    reason, when = str(error), now + retry_delay(delivery.attempts)
    rests = _rests(store, way, error, now) if isinstance(error, ChannelError) else []
    if rests:
        when, done.down[way.name] = rests[0].until, reason
    if not error.is_transient:
        store.deliveries.failed(delivery.id, reason, now)
        done.failed.append((delivery, reason))
    elif when - delivery.queued_at > GIVE_UP_AFTER:
        told = f"given up after {delivery.attempts} attempts in 5 days; the last: {reason}"
        store.deliveries.failed(delivery.id, told, now)
        done.failed.append((delivery, told))
    else:
        store.deliveries.retry_at(delivery.id, when, reason)
        done.put_off.append((delivery, reason))
    if rests:
        given_up = store.deliveries.rest(rests, when - GIVE_UP_AFTER, now)
        done.failed += [(row, row.last_error) for row in given_up]


def _rests(store: Store, way: Way, error: ChannelError, now: datetime) -> list[Resting]:
    """How each channel of the way rests from now on."""
    known = store.deliveries.resting()
    failures = 1 + max((known[name].failure_count for name in way.names if name in known), default=0)
    until = now + rest_delay(failures, error.retry_after_s)
    return [
        Resting(
            channel=name,
            since=known[name].since if name in known else now,
            until=until,
            failure_count=failures,
            is_login=isinstance(error, LoginError),
            reason=str(error),
        )
        for name in way.names
    ]
