"""The outbox on request: send what waits, or try a failed row again."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from monitor.actions.parts import Parts, UnknownError
from monitor.contract import Object, delivery_object
from monitor.delivery.outbox import drain


async def send_deliveries(parts: Parts) -> AsyncGenerator[Object, None]:
    """Send all that waits, also what was put off after a failure; one object a delivery that was tried, as it stands then.

    Nobody else sends meanwhile, so what is claimed was left by a drain that never ended.
    """
    async with parts.draining:
        parts.store.deliveries.void_leases()
        parts.store.deliveries.hasten(parts.clock())
        drained = await drain(parts.store, parts.channels, parts.clock)
    tried = [*drained.sent, *(row for row, _ in drained.put_off), *(row for row, _ in drained.failed)]
    for delivery in sorted(tried, key=lambda row: row.id):
        now_standing = parts.store.deliveries.get(delivery.id)
        if now_standing is not None:
            yield delivery_object(now_standing)


async def retry_delivery(parts: Parts, delivery_id: int) -> AsyncGenerator[Object, None]:
    """Queue a delivery again from the start; yields it as it stands then."""
    if not parts.store.deliveries.requeue(delivery_id, parts.clock()):
        raise UnknownError(
            f"there is no delivery {delivery_id} that could be sent again; `monitor deliveries list` shows them"
        )
    delivery = parts.store.deliveries.get(delivery_id)
    if delivery is not None:
        yield delivery_object(delivery)
