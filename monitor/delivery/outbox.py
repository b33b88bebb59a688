"""Draining the outbox: claim one row, send its bytes, record what became of it, and on to the next.

Sent at least once: a row is claimed before it is sent and recorded after, so that a crash between the two sends it
again, the same bytes under the same Message-ID. One recipient's refusal stops nobody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.delivery.channel import Channel, ChannelError
from monitor.errors import DeliveryError
from monitor.model import Delivery
from monitor.store import Store

LEASE_S = 300.0
SEND_S = 240.0  # a message that takes longer is given up before its lease ends
GIVE_UP_AFTER = timedelta(days=5)
_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120, 240))


@dataclass(slots=True)
class Drained:
    """What one drain did: rows sent, put off and refused (with the reason), and the channels that could not be used."""

    sent: list[Delivery] = field(default_factory=list)
    put_off: list[tuple[Delivery, str]] = field(default_factory=list)
    failed: list[tuple[Delivery, str]] = field(default_factory=list)
    down: dict[str, str] = field(default_factory=dict)


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after so many attempts (1 or more): a minute at first, four hours in the end."""
    return _DELAYS[min(attempts, len(_DELAYS)) - 1]


async def drain(
    store: Store, channels: Mapping[str, Channel], clock: Callable[[], datetime], limit: int | None = None
) -> Drained:
    """Send what is due, oldest first, at most `limit` rows (None: all), and close the channels.

    Where a channel cannot be used, its other rows wait as long as the one that met it, without an attempt of their own.
    Raises `StoreError` where the database fails; the row on its way is then sent again later.
    """
    done = Drained()
    try:
        while limit is None or len(done.sent) + len(done.put_off) + len(done.failed) < limit:
            claimed = store.deliveries.claim(clock(), LEASE_S, without=done.down)
            if claimed is None:
                break
            await _deliver(store, channels, clock, claimed, done)
    finally:
        for channel in channels.values():
            await channel.close()
    return done


async def _deliver(
    store: Store,
    channels: Mapping[str, Channel],
    clock: Callable[[], datetime],
    claimed: tuple[Delivery, bytes],
    done: Drained,
) -> None:
    delivery, body = claimed
    try:
        await _send(channels.get(delivery.channel), delivery, body)
    except DeliveryError as error:
        _record(store, delivery, error, clock(), done)
    else:
        store.deliveries.sent(delivery.id, clock())
        done.sent.append(delivery)


async def _send(channel: Channel | None, delivery: Delivery, body: bytes) -> None:
    if channel is None:
        raise ChannelError(f"there is no channel {delivery.channel!r} in the configuration any more")
    try:
        async with asyncio.timeout(SEND_S):
            await channel.send(delivery, body)
    except TimeoutError as error:
        raise DeliveryError(f"not taken within {SEND_S:.0f} s", is_transient=True) from error


def _record(store: Store, delivery: Delivery, error: DeliveryError, now: datetime, done: Drained) -> None:
    when = now + retry_delay(delivery.attempts)
    reason = str(error)
    if isinstance(error, ChannelError):
        done.down[delivery.channel] = reason
        store.deliveries.postpone(delivery.channel, when)
    if not error.is_transient:
        store.deliveries.failed(delivery.id, reason)
        done.failed.append((delivery, reason))
    elif when - delivery.queued_at > GIVE_UP_AFTER:
        reason = f"given up after {delivery.attempts} attempts in 5 days; the last: {reason}"
        store.deliveries.failed(delivery.id, reason)
        done.failed.append((delivery, reason))
    else:
        store.deliveries.retry_at(delivery.id, when, reason)
        done.put_off.append((delivery, reason))
