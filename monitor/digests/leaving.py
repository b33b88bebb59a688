"""Links by which a reader ends a digest: each carries a token that only this store can have made (RFC 8058)."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from hashlib import sha256

from monitor.model import Digest
from monitor.notices.mail import mailbox

PATH = "/unsubscribe/"
_TOKEN_BYTES = 18


def token_of(key: bytes, digest_id: str, address: str) -> str:
    """The token for one recipient of a digest: 24 letters, digits, hyphens and underscores, always the same."""
    signed = hmac.digest(key, f"unsubscribe\n{digest_id}\n{address.lower()}".encode(), sha256)
    return base64.urlsafe_b64encode(signed[:_TOKEN_BYTES]).decode()


def unsubscribe_url(base_url: str, key: bytes, digest_id: str, address: str) -> str:
    """The address that takes a POST which ends the digest for one recipient."""
    return f"{base_url}{PATH}{token_of(key, digest_id, address)}"


def recipient_of(key: bytes, digests: Iterable[Digest], token: str) -> tuple[Digest, str] | None:
    """The digest and the address (in lower case) that a token stands for; None for one that stands for none of today's."""
    for digest in digests:
        for to in digest.to:
            address = mailbox(to).address.lower()
            if hmac.compare_digest(token_of(key, digest.id, address).encode(), token.encode("utf-8", "replace")):
                return digest, address
    return None
