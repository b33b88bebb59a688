"""What a site's robots.txt allows us (RFC 9309): asked before pages and sitemaps, never before feeds, which are made
for programs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from monitor.errors import FetchError
from monitor.feeds import charsets
from monitor.feeds.answers import Answer
from monitor.model import FailureKind, Job

KEPT_FOR = timedelta(days=1)
SITES_MOST = 2_000
ROBOTS_BYTES = 500_000

Fetch = Callable[[Job, datetime], Awaitable[Answer]]
Origin = tuple[str, str]


class Robots:
    """The rules of sites, each fetched once a day at most, and kept in memory."""

    def __init__(self, fetch: Fetch, user_agent: str) -> None:
        self._fetch, self._user_agent = fetch, user_agent
        self._sites: OrderedDict[Origin, tuple[datetime, Protego | None]] = OrderedDict()

    async def check(self, job: Job, url: str, now: datetime) -> None:
        """Return where `url` may be fetched on behalf of `job`, whose way of fetching (proxy, verification) is used.

        A robots.txt that is missing or refused (4xx) allows everything. Raises FetchError: `robots` where the page is
        disallowed, and the error itself, as transient, where the rules cannot be read (5xx, no answer): then the site
        is left alone until they can.
        """
        rules = await self._rules(job, url, now)
        if rules is not None and not rules.can_fetch(url, job.user_agent or self._user_agent):
            host = urlsplit(url).hostname
            raise FetchError(
                FailureKind.ROBOTS, f"{host} asks programs not to read this page (robots.txt).", is_transient=False
            )

    async def _rules(self, job: Job, url: str, now: datetime) -> Protego | None:
        parts = urlsplit(url)
        origin = parts.scheme, parts.netloc.rpartition("@")[2]
        kept = self._sites.get(origin)
        if kept is not None and timedelta() <= now - kept[0] < KEPT_FOR:
            return kept[1]
        rules = await self._read(replace(_bare(job), url=f"{origin[0]}://{origin[1]}/robots.txt"), now)
        self._sites[origin] = now, rules
        self._sites.move_to_end(origin)
        while len(self._sites) > SITES_MOST:
            self._sites.popitem(last=False)
        return rules

    async def _read(self, job: Job, now: datetime) -> Protego | None:
        try:
            answer = await self._fetch(job, now)
        except FetchError as error:
            is_refused = error.status is not None and 400 <= error.status < 500 and error.status != 429
            if is_refused or error.reason == FailureKind.EMPTY_BODY:
                return None
            raise FetchError(
                error.reason,
                f"Whether programs may read this site is not known, since its robots.txt cannot be read: {error}",
                status=error.status,
                retry_after_s=error.retry_after_s,
            ) from error
        body = answer.body[:ROBOTS_BYTES]
        return Protego.parse(body.decode(charsets.decide(body), "replace"))


def _bare(job: Job) -> Job:
    """The job without what is meant for its own address alone."""
    return Job(job.source_id, job.url, user_agent=job.user_agent, proxy=job.proxy, verify=job.verify)
