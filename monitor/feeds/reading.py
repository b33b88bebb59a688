"""From an answer to its new entries, parsing as little of the document as can be relied on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.errors import ParseError
from monitor.feeds import charsets, gate
from monitor.feeds.answers import Answer, Limits
from monitor.feeds.messages import Parsed, Request, parsed_from, request_message
from monitor.feeds.workers import Pool
from monitor.model import FailureKind, Gate

_NOTHING = Parsed()
_ROOT = re.compile(rb"<(?:rss|feed|[\w.\-]{1,40}:(?:RDF|rss|feed))[\s>]")
_ROOT_END = re.compile(rb"</(?:[\w.\-]{1,40}:)?(?:rss|feed|RDF)\s*>")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: `seen` is what to remember with the entries; `is_complete` is False where more new entries stood
    in the document than one poll takes, so that the next one has to look at it again."""

    gate: Gate
    parsed: Parsed
    cut_count: int = 0
    parsed_count: int = 0
    whole_reason: str = ""
    seen: bytes = b""
    is_complete: bool = True


class Reader:
    """Reads documents in the workers of a pool."""

    def __init__(self, pool: Pool, limits: Limits) -> None:
        self._pool, self._limits = pool, limits

    async def read(self, answer: Answer, seen: bytes, is_first: bool, now: datetime) -> Reading:
        """The unseen entries of an answer; with nothing in `seen`, all of them.

        Raises NotAFeedError, or ParseError (reason `worker`) where the limits of time or memory ended the parsing.
        """
        body = answer.body
        codec = charsets.decide(body, answer.headers.text(b"content-type"))
        request = Request(
            form="xml",
            url=answer.url,
            encoding=codec,
            now=now.isoformat(),
            language=answer.headers.text(b"content-language"),
            entry_limit=self._limits.entry_limit,
            deadline_s=self._limits.parse_timeout_s,
            seen=seen.hex(),
            salvage=answer.cut_off,
        )
        if answer.cut_off and not charsets.is_ascii_compatible(codec):
            # Only where ASCII stands for itself can the last whole entry be found.
            body, codec = body.decode(codec, "replace").encode(), "utf-8"
            request = replace(request, encoding=codec)
        if not charsets.is_ascii_compatible(codec):
            return await self._whole(request, body, f"encoding {codec}")
        if is_json(body):
            return await self._json(request, body, is_first)
        if answer.cut_off:
            body = gate.whole_part(body)
            if not body:
                return Reading(Gate.WHOLE, _NOTHING, whole_reason="cut off", seen=seen)
        found = gate.scan(body)
        if found.surplus is not None:
            body = body[: found.surplus[0]] + body[found.surplus[1] :]
        if found.irregular or not found.ranges:
            return await self._whole(request, body, found.irregular or "no entries found to cut")
        return await self._cut(request, body, found, _why_whole(seen, is_first))

    async def _cut(self, request: Request, body: bytes, found: gate.Scan, why_whole: str) -> Reading:
        seen = bytes.fromhex(request.seen)
        fresh = gate.unseen(found.hashes, seen)
        taken, count = fresh[: request.entry_limit], len(found.ranges)
        postponed = set(fresh[request.entry_limit :])
        remembered = gate.seen_after([mark for at, mark in enumerate(found.hashes) if at not in postponed], seen)
        if not taken:
            return Reading(Gate.CUT, _NOTHING, cut_count=count, seen=remembered)
        whole = len(taken) == count
        # Both readings, should a second be needed, together get no more time than one.
        shared = request if whole else replace(request, deadline_s=request.deadline_s / 2)
        parsed = await self._parse(shared, body if whole else gate.cut(body, found.ranges, taken))
        if parsed.entry_count != len(taken):
            why = f"ranges and entries differ ({len(taken)}, {parsed.entry_count})"
            if whole:
                return Reading(Gate.WHOLE, parsed, parsed_count=len(parsed.entries), whole_reason=why)
            return await self._whole(shared, body, why)
        return Reading(
            Gate.WHOLE if whole else Gate.CUT,
            parsed,
            cut_count=count - len(fresh),
            parsed_count=len(taken),
            whole_reason=(why_whole or "every entry is new") if whole else "",
            seen=remembered,
            is_complete=not postponed,
        )

    async def _json(self, request: Request, body: bytes, is_first: bool) -> Reading:
        seen = bytes.fromhex(request.seen)
        parsed = await self._parse(request, body, form="json")
        new_count = parsed.entry_count - parsed.cut_count
        why = _why_whole(seen, is_first) or "every entry is new"
        return Reading(
            Gate.CUT if parsed.cut_count else Gate.WHOLE,
            parsed,
            cut_count=parsed.cut_count,
            parsed_count=len(parsed.entries),
            whole_reason="" if parsed.cut_count else why,
            seen=gate.seen_after(gate.split_seen(parsed.hashes), seen),
            is_complete=new_count <= request.entry_limit,
        )

    async def _whole(self, request: Request, body: bytes, reason: str) -> Reading:
        parsed = await self._parse(request, body)
        return Reading(Gate.WHOLE, parsed, parsed_count=len(parsed.entries), whole_reason=reason)

    async def _parse(self, request: Request, body: bytes, form: str = "xml") -> Parsed:
        def understood(message: Any) -> Parsed:
            parsed = parsed_from(message)
            if len(parsed.entries) > request.entry_limit:
                raise ParseError(FailureKind.WORKER, "The parser gave more entries than it may.")
            return parsed

        asked = request_message(request) | {"form": form, "seen": request.seen * (form == "json")}
        parsed: Parsed = await self._pool.ask(asked, body, understood)
        return parsed


def is_json(body: bytes) -> bool:
    """Whether a document begins as a JSON object or list does."""
    return body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def ends_whole(body: bytes) -> bool:
    """Whether a document ends as one that was not broken off: after its last entry its outermost element is closed (whatever
    stands behind that), or its JSON value is. What does not begin as a feed does is not judged."""
    if b"\0" in body[:100]:
        body = body.replace(b"\0", b"")  # UTF-16 and UTF-32: what is left of their tags is ASCII
    if is_json(body):
        return body[-300:].rstrip().endswith((b"}", b"]"))
    if _ROOT.search(body[:2_000]) is None:
        return True
    return _ROOT_END.search(body, max(0, body.rfind(b"</item"), body.rfind(b"</entry"))) is not None


def _why_whole(seen: bytes, is_first: bool) -> str:
    if is_first:
        return "first poll"
    return "" if seen else "no earlier entries are known"
