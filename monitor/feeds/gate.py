"""What of a document need not be parsed again: the byte ranges of its entries, known by their hashes.

Nothing here has to be right for a poll to be right: whoever uses the ranges compares their number with that of the
entries parsed, and parses the whole document where they differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

HASH_BYTES = 8
SEEN_LIMIT = 4_000
SEEN_FACTOR = 4
RANGE_LIMIT = 20_000

# Lengths are bounded, so that a scan is linear in the document whatever it holds.
_TOKEN = re.compile(rb"<(?:(!\[CDATA\[)|(!--)|(/?)((?:[A-Za-z_][\w.\-]{0,40}:)?(?:item|entry))(?=[\s/>]))")


@dataclass(frozen=True, slots=True)
class Scan:
    """The entries of a document as byte ranges, in order, with the hash of each. `irregular` says in a few words why
    they cannot be relied on; then there are none. `surplus` is the range of the entries beyond the first 20,000."""

    ranges: tuple[tuple[int, int], ...] = ()
    hashes: tuple[bytes, ...] = ()
    irregular: str = ""
    surplus: tuple[int, int] | None = None


def entry_hash(raw: bytes) -> bytes:
    """Eight bytes that stand for an entry's raw bytes (BLAKE2b, RFC 7693)."""
    return blake2b(raw, digest_size=HASH_BYTES).digest()


def scan(body: bytes) -> Scan:
    """Find `<item>…</item>` and `<entry>…</entry>`, whatever their prefix, outside comments and CDATA sections.

    `body` must be in an encoding that leaves ASCII in place. A document without entries gives an empty scan.
    """
    ranges: list[tuple[int, int]] = []
    opened, name, position = -1, b"", 0
    while (token := _TOKEN.search(body, position)) is not None:
        cdata, _, slash, found = token.groups()
        mark = b">" if found else b"]]>" if cdata else b"-->"
        end = body.find(mark, token.end())
        if end < 0:
            return Scan(irregular="open tag, comment or section")
        position = end + len(mark)
        if not found:
            continue
        if len(ranges) == RANGE_LIMIT:
            return _filled(body, ranges)
        if slash:
            if opened < 0 or found != name:
                return Scan(irregular="tags do not pair")
            ranges.append((opened, position))
            opened = -1
        elif opened >= 0:
            return Scan(irregular="nested entries")
        elif body[end - 1] == 0x2F:
            ranges.append((token.start(), position))
        else:
            opened, name = token.start(), found
    if opened >= 0:
        return Scan(irregular="open entry")
    return _scanned(body, ranges)


def _filled(body: bytes, ranges: Sequence[tuple[int, int]]) -> Scan:
    """What is found in a document with more entries than are looked at."""
    surplus = (ranges[-1][1], len(whole_part(body)))
    if surplus[0] >= surplus[1]:
        return Scan(irregular="too many entries to tell apart")
    return _scanned(body, ranges, surplus)


def _scanned(body: bytes, ranges: Sequence[tuple[int, int]], surplus: tuple[int, int] | None = None) -> Scan:
    return Scan(tuple(ranges), tuple(entry_hash(body[start:end]) for start, end in ranges), surplus=surplus)


def whole_part(body: bytes) -> bytes:
    """As much of a document that was cut off as ends with a whole entry; empty where there is none."""
    ends = [body.rfind(mark) + len(mark) for mark in (b"</item>", b"</entry>") if mark in body]
    if not ends:
        closings = list(re.finditer(rb"</[A-Za-z_][\w.\-]{0,40}:(?:item|entry)>", body))
        ends = [closings[-1].end()] if closings else [0]
    return body[: max(ends)]


def split_seen(seen: bytes) -> list[bytes]:
    """Stored hashes, one by one; an incomplete last one is left out."""
    return [seen[at : at + HASH_BYTES] for at in range(0, len(seen) - HASH_BYTES + 1, HASH_BYTES)]


def unseen(hashes: Sequence[bytes], seen: bytes) -> list[int]:
    """The positions of the entries whose hash is not among those seen before, in order."""
    known = frozenset(split_seen(seen))
    return [position for position, found in enumerate(hashes) if found not in known]


def cut(body: bytes, ranges: Sequence[tuple[int, int]], kept: Iterable[int]) -> bytes:
    """The document without the entries that are not in `kept` (positions into `ranges`, in order)."""
    keep = frozenset(kept)
    parts, position = [], 0
    for number, (start, end) in enumerate(ranges):
        if number not in keep:
            parts.append(body[position:start])
            position = end
    parts.append(body[position:])
    return b"".join(parts)


def seen_after(hashes: Sequence[bytes], old: bytes) -> bytes:
    """What to remember: this document's hashes in order, then older ones, so that entries that vanish and return cost
    nothing. At most four times the document's own count, and 4,000 unless the document alone has more; a document without
    entries changes nothing."""
    own = dict.fromkeys(hashes)
    if not own:
        return old
    limit = max(len(own), min(SEEN_FACTOR * len(own), SEEN_LIMIT))
    older = [found for found in dict.fromkeys(split_seen(old)) if found not in own]
    return b"".join([*own, *older][:limit])
