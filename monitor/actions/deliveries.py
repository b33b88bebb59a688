"""The outbox on request: send what waits, or try a failed row again."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from monitor.actions.parts import Parts, UnknownError
from monitor.contract import Object, delivery_object
from monitor.delivery.outbox import drain
from monitor.model import DeliveryState


async def send_deliveries(parts: Parts) -> AsyncGenerator[Object, None]:
    """Send all that waits, also what was put off after a failure; one object a delivery that was tried, as it stands then."""
    parts.store.deliveries.hasten(parts.clock())
    drained = await drain(parts.store, parts.channels, parts.clock, locks=parts.draining)
    tried = {row.id for row in (*drained.sent, *(row for row, _ in (*drained.put_off, *drained.failed)))}
    for delivery_id in sorted(tried):
        delivery = parts.store.deliveries.get(delivery_id)
        if delivery is not None:
            yield delivery_object(delivery)


async def retry_deliveries(
    parts: Parts, delivery_ids: Sequence[int], channel: str | None = None
) -> AsyncGenerator[Object, None]:
    """Queue deliveries again from the start, and all that failed in a channel; yields them as they stand then. Raises
    `UnknownError` for the first that cannot be sent again, before any is."""
    deliveries, now = parts.store.deliveries, parts.clock()
    for delivery_id in delivery_ids:
        found = deliveries.get(delivery_id)
        if found is None or found.state is DeliveryState.SENDING:
            raise UnknownError(
                f"there is no delivery {delivery_id} that could be sent again; `monitor deliveries list` shows them"
            )
    for delivery_id in delivery_ids:
        deliveries.requeue(delivery_id, now)
        delivery = deliveries.get(delivery_id)
        if delivery is not None:
            yield delivery_object(delivery)
    for delivery in deliveries.requeue_failed(channel, now) if channel else ():
        yield delivery_object(delivery)
