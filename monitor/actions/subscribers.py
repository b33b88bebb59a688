"""Who gets a digest no more, by their own click or by the operator's word."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import structlog

from monitor.actions.editions import plan_among
from monitor.actions.parts import Parts, UnknownError
from monitor.contract import Object
from monitor.digests.leaving import recipient_of
from monitor.notices.mail import mailbox

log = structlog.get_logger(__name__)


async def unsubscribe(parts: Parts, token: str) -> AsyncGenerator[Object, None]:
    """End a digest for the recipient whose link has this token; yields the digest and the address."""
    key = parts.store.subscribers.signing_key()
    found = recipient_of(key, [plan.digest for plan in parts.plans], token) if key else None
    if found is None:
        raise UnknownError("this link ends no digest: it is not whole, or its digest is sent to you no more")
    digest, address = found
    with parts.store.transaction(durable=True):
        is_new = parts.store.subscribers.leave(digest.id, address, parts.clock())
    if is_new:
        log.info("unsubscribed", digest=digest.id, recipient=address)
    yield {"digest": digest.id, "title": digest.title, "recipient": address}


async def leave_digest(parts: Parts, digest_id: str, address: str) -> AsyncGenerator[Object, None]:
    """Send a digest to an address no more, whatever digests.toml says; yields both."""
    yield _set(parts, digest_id, address, is_gone=True)


async def join_digest(parts: Parts, digest_id: str, address: str) -> AsyncGenerator[Object, None]:
    """Send a digest to an address again that had ended it; yields both."""
    yield _set(parts, digest_id, address, is_gone=False)


def _set(parts: Parts, digest_id: str, address: str, *, is_gone: bool) -> Object:
    digest = plan_among(parts.plans, digest_id).digest
    known = {mailbox(to).address.lower() for to in digest.to}
    if address.lower() not in known:
        raise UnknownError(
            f"{address!r} is no recipient of {digest_id!r} in digests.toml ({', '.join(sorted(known)) or 'none'})"
        )
    with parts.store.transaction(durable=True):
        if is_gone:
            parts.store.subscribers.leave(digest_id, address, parts.clock())
        else:
            parts.store.subscribers.join(digest_id, address)
    return {"digest": digest_id, "title": digest.title, "recipient": address.lower(), "unsubscribed": is_gone}
