"""Fingerprints of texts: eight bytes each, equal for texts that read alike after folding.

Bump `FINGERPRINT_VERSION` with any change that alters them: stored keys are compared with new ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

FINGERPRINT_VERSION = 1
TITLE_ONLY_BELOW = 14  # words: fewer than 12 three-word shingles


def _key(*parts: str) -> bytes:
    return blake2b("".join([f"{part}\0" for part in parts]).encode("utf-8", "surrogatepass"), digest_size=8).digest()


def text_key(words: Sequence[str]) -> bytes | None:
    """The key of a body's folded words; None for a text too short to be told by it (such items count as title-only)."""
    return None if len(words) < TITLE_ONLY_BELOW else _key(" ".join(words))


def title_key(words: Sequence[str]) -> bytes:
    """The key of a title's folded words."""
    return _key(" ".join(words))


def content_key(title: str, text: str) -> bytes:
    """The key of what a source publishes of an article, to the letter: when it changes, the entry was edited."""
    return _key(title, text)


def guid_key(guid: str | None) -> bytes | None:
    """The key of an entry's identifier, white space about it ignored; None where it has none."""
    stripped = guid.strip() if guid else ""
    return _key(stripped) if stripped else None
