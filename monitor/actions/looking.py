"""Looking at sources without storing anything: what an address can be followed by, and what a poll would bring."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from monitor.contract import Object, when
from monitor.feeds.acquire import Acquirer
from monitor.feeds.condition import state_after
from monitor.feeds.discover import SURE, SURE_COUNT, Discovery, FoundFeed, newest_at
from monitor.feeds.sites import Proposal
from monitor.intake import observe
from monitor.model import Entry, Job, Source, SourceState
from monitor.store import Store
from monitor.stories.identity import identify
from monitor.text.reading import read

SAMPLE = 5
AT_ONCE = 16


def found_objects(discovery: Discovery) -> list[Object]:
    """What was found at an address as JSON objects, the best first: `what` is feed, page or nothing."""
    objects = [_feed_object(feed) for feed in discovery.feeds]
    objects += [_page_object(discovery, proposal) for proposal in discovery.proposals]
    if not objects:
        objects.append({"what": "nothing", "url": discovery.url, "reason": discovery.failure})
    return objects


def _feed_object(feed: FoundFeed) -> Object:
    return {
        "what": "feed",
        "url": feed.url,
        "format": feed.format,
        "title": feed.title,
        "site_url": feed.site_url,
        "language": feed.language,
        "entries": len(feed.entries),
        "newest_at": when(feed.newest_at),
        "sample": [_entry_object(entry) for entry in feed.entries[:SAMPLE]],
    }


def _entry_object(entry: Entry) -> Object:
    return {"title": entry.title, "url": entry.url, "date": when(entry.published_at) or entry.published_claim or None}


def _page_object(discovery: Discovery, proposal: Proposal) -> Object:
    return {
        "what": "page",
        "url": discovery.url,
        "format": "page",
        "title": discovery.title,
        "language": discovery.language,
        "entries": proposal.count,
        "list": proposal.list,
        "confidence": proposal.confidence,
        "sure": is_sure(proposal),
        "sample": [{"title": title, "url": url or None, "date": date or None} for title, url, date in proposal.sample],
    }


def is_sure(proposal: Proposal) -> bool:
    """Whether a proposal is more than a guess."""
    return proposal.confidence >= SURE and proposal.count >= SURE_COUNT


def table_of(discovery: Discovery, *, accept_page: bool) -> dict[str, Any] | None:
    """The `[[source]]` table, but its id, for the best of what was found; None where there is nothing, or only a page
    and that is not wanted."""
    if discovery.feeds:
        feed = discovery.feeds[0]
        table: dict[str, Any] = {"name": feed.title, "url": feed.url, "language": feed.language}
        return _filled(table | ({"format": feed.format} if feed.format != "feed" else {}))
    if discovery.proposals and accept_page:
        page = {"list": discovery.proposals[0].list}
        table = {"name": discovery.title, "url": discovery.url, "language": discovery.language, "format": "page"}
        return _filled(table | {"page": page})
    return None


def _filled(table: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value}


@dataclass(frozen=True, slots=True)
class Looker:
    """Polls sources without storing: `store` is only read, for what is known already."""

    acquirer: Acquirer
    store: Store
    proxy: str
    per_host: int
    now: datetime
    window: timedelta

    async def check(self, sources: Sequence[Source]) -> AsyncGenerator[Object, None]:
        """Fetch each source whole, and say how it is doing and what a poll would change; one object a source, as they
        end."""
        turn = asyncio.Semaphore(AT_ONCE)
        hosts = {urlsplit(source.url).netloc: asyncio.Semaphore(self.per_host) for source in sources}
        checks = [
            asyncio.ensure_future(self._check(source, hosts[urlsplit(source.url).netloc], turn)) for source in sources
        ]
        try:
            for check in asyncio.as_completed(checks):
                yield await check
        finally:
            for check in checks:
                check.cancel()

    async def _check(self, source: Source, host: asyncio.Semaphore, turn: asyncio.Semaphore) -> Object:
        job = Job(
            source_id=source.id,
            url=source.url,
            headers=source.headers,
            auth=source.auth,
            user_agent=source.user_agent,
            proxy=source.proxy or self.proxy,
            verify=source.verify,
            format=source.format,
            page=source.page,
        )
        async with host, turn:
            acquired = await self.acquirer.acquire(job, self.now)
        state, reason = state_after(SourceState.NEW, "", acquired)
        new_count = self._new_count(source, acquired.entries)
        return {
            "id": source.id,
            "url": source.url,
            "state": state.value,
            "reason": reason,
            "failure": acquired.failure.kind.value if acquired.failure else None,
            "title": acquired.title,
            "moved_to": acquired.moved_to,
            "found_feeds": list(acquired.failure.found_feeds) if acquired.failure else [],
            "entries": len(acquired.entries),
            "newest_at": when(newest_at(acquired.entries)),
            "new": new_count,
            "known": len(acquired.entries) - new_count,
            "seconds": round(acquired.duration_s, 3),
        }

    def _new_count(self, source: Source, entries: Sequence[Entry]) -> int:
        claimed: set[int] = set()
        count = 0
        for entry in entries:
            observed = observe(entry, read(entry.title, entry.text))
            known = self.store.items.candidates(observed, source.id, source.publisher, self.now - self.window)
            found = identify(observed, known, source.identity, claimed)
            if found.item_id is None:
                count += 1
            else:
                claimed.add(found.item_id)
        return count
