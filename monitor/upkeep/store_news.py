"""A store that takes nothing, told past it: what cannot be kept cannot be queued either."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import structlog

from monitor.alerts.plan import AlertPlan
from monitor.delivery.channel import Channel
from monitor.errors import DeliveryError
from monitor.model import Delivery
from monitor.upkeep.operator import operator_messages

TOLD_AFTER_S = 60.0  # a backup may lock it for a while
WELL_AFTER_S = 60.0  # without a failure: on a full disk, what is small may still be taken
SEND_S = 30.0
TITLE = "The database takes nothing"

log = structlog.get_logger(__name__)


class News(StrEnum):
    NONE = "none"
    AILS = "ails"
    OVER = "over"


class StoreNews:
    """Whether the operator is to be told that the store fails, or that it does no more; each once. Seconds are monotonic."""

    def __init__(self) -> None:
        self._since_s: float | None = None
        self._last_s = 0.0
        self._is_told = False
        self.reason = ""

    def failed(self, reason: str, now_s: float) -> None:
        """Note that the store failed."""
        self._since_s = now_s if self._since_s is None else self._since_s
        self._last_s, self.reason = now_s, reason

    def due(self, now_s: float, *, is_failing: bool) -> News:
        """What is to be told now; what it returns counts as told."""
        if self._since_s is None:
            return News.NONE
        if is_failing or now_s - self._last_s < WELL_AFTER_S:
            if self._is_told or now_s - self._since_s < TOLD_AFTER_S:
                return News.NONE
            self._is_told = True
            return News.AILS
        was_told, self._is_told, self._since_s = self._is_told, False, None
        return News.OVER if was_told else News.NONE


def store_lines(reason: str) -> tuple[str, ...]:
    """What to tell of a store that fails, and what to do."""
    return (
        f"{reason}.",
        "Nothing that is polled can be kept meanwhile, and no alert or digest leaves. Sources are asked again by themselves once "
        "it is mended; `monitor status` and the page /healthz say how things stand.",
    )


async def tell_past_store(
    plan: AlertPlan, channels: Mapping[str, Channel], locks: Mapping[str, asyncio.Lock], reason: str, now: datetime
) -> int:
    """Send the operator the news that the store fails, without the outbox: once, to each channel that takes it; returns to how
    many. `locks` holds one by the name of each way out (the first of the channels that share it)."""
    sent = 0
    for outgoing in operator_messages(plan, f"store:{now.timestamp() * 1000:.0f}", TITLE, store_lines(reason), now):
        channel = channels.get(outgoing.channel)
        if channel is None:
            continue
        way = next(name for name, other in channels.items() if other is channel)
        try:
            async with locks[way], asyncio.timeout(SEND_S):
                await channel.send(Delivery.unkept(outgoing, now), outgoing.body)
            sent += 1
        except (DeliveryError, TimeoutError) as error:
            log.warning(
                "the operator could not be told that the store fails", channel=outgoing.channel, reason=str(error)
            )
        finally:
            await channel.close()
    return sent
