"""Editions on request: one now, or an old one again."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from monitor.actions.parts import Parts, UnknownError
from monitor.contract import Object, delivery_object
from monitor.digests.edition import make_edition
from monitor.digests.plan import Plan
from monitor.store.editions import HELD


def plan_among(plans: Sequence[Plan], digest_id: str) -> Plan:
    """The digest's plan. Raises `UnknownError` where the configuration has no such digest."""
    for plan in plans:
        if plan.digest.id == digest_id:
            return plan
    known = ", ".join(plan.digest.id for plan in plans) or "none is configured"
    raise UnknownError(f"there is no digest {digest_id!r} in digests.toml ({known})")


async def send_edition(parts: Parts, digest_id: str) -> AsyncGenerator[Object, None]:
    """Make an edition of what came in since the last one, and queue its mails; one object a delivery."""
    plan, sender = plan_among(parts.plans, digest_id), parts.configuration.settings.mail.sender
    edition_id = make_edition(parts.store, plan, None, parts.clock(), sender)
    if edition_id is None:
        raise UnknownError(
            f"an edition of {digest_id!r} was made at this very moment; see `monitor digest history {digest_id}`"
        )
    for delivery in parts.store.deliveries.of_edition(edition_id):
        yield delivery_object(delivery)


async def resend_edition(parts: Parts, edition_id: int) -> AsyncGenerator[Object, None]:
    """Queue an edition's mails again: the same bytes under the same Message-IDs; one object a delivery."""
    edition = parts.store.editions.get(edition_id)
    if edition is None:
        raise UnknownError(f"there is no edition {edition_id}; `monitor digest history` lists them")
    if edition.state == HELD:
        raise UnknownError(
            f"edition {edition_id} was not sent yet; `monitor digest review release {edition_id}` sends it now"
        )
    deliveries = parts.store.deliveries.of_edition(edition_id)
    if not deliveries:
        raise UnknownError(f"edition {edition_id} was mailed to nobody, so there is nothing to send again")
    for delivery in deliveries:
        parts.store.deliveries.requeue(delivery.id, parts.clock())
    for delivery in parts.store.deliveries.of_edition(edition_id):
        yield delivery_object(delivery)
