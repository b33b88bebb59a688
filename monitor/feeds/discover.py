"""What an address can be followed by: a feed that it is, feeds that its page names, feeds in the usual places, or else
selectors proposed for the page itself.

Everything is fetched one after the other, through the same guard and limits as a poll.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from monitor.errors import SourceError
from monitor.feeds.acquire import Acquirer
from monitor.feeds.clean import link
from monitor.feeds.sites import Proposal, Proposals
from monitor.model import Acquired, Entry, Failure, FailureKind, Job

USUAL_PATHS = ("/feed", "/rss", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml")
NAMED_MOST = 5
FEEDS_MOST = 5
SURE = 0.7
SURE_COUNT = 3
_HOPELESS = frozenset({FailureKind.DNS, FailureKind.CONNECT, FailureKind.TIMEOUT, FailureKind.TLS, FailureKind.GUARD})
_UNWELCOME = frozenset({401, 403, 429, 451})
_SIDE_FEEDS = ("comment", "oembed", "wp-json")


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that was read: `newest_at` is None where no entry has a date that can be read; `format` is feed or
    sitemap."""

    url: str
    title: str
    site_url: str | None
    language: str
    entries: tuple[Entry, ...]
    newest_at: datetime | None
    format: str = "feed"


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found at an address: feeds, the best first, or else `proposals` for the page. Where there is neither,
    `failure` says why; `asked` counts the addresses that were asked for."""

    url: str
    feeds: tuple[FoundFeed, ...] = ()
    title: str = ""
    language: str = ""
    proposals: tuple[Proposal, ...] = ()
    failure: str = ""
    asked: int = 0


async def discover(acquirer: Acquirer, job: Job, now: datetime) -> Discovery:
    """Look at an address, then at what its page names, then at no more than six usual places on its site."""
    first = await acquirer.acquire(job, now)
    failure = first.failure
    if failure is None:
        return Discovery(job.url, (_found(first, job.url),), first.title, first.language, asked=1)
    if failure.kind is not FailureKind.NOT_A_FEED:
        return Discovery(job.url, failure=failure.message, asked=1)
    sitemap = await acquirer.acquire(replace(job, format="sitemap"), now) if _may_be_sitemap(first) else None
    if sitemap is not None and sitemap.failure is None:
        return Discovery(job.url, (replace(_found(sitemap, job.url), format="sitemap"),), asked=2)
    feeds, asked = await _feeds(acquirer, job, first, failure, now)
    if feeds:
        return Discovery(job.url, feeds, asked=asked)
    try:
        proposed = await acquirer.propose(replace(job, url=first.url), now)
    except SourceError as error:
        return Discovery(job.url, failure=f"{failure.message} {error}", asked=asked + 1)
    return _proposed(job, proposed, asked + 1)


def newest_at(entries: Iterable[Entry]) -> datetime | None:
    """The latest publication among entries; None where none has a date."""
    return max((entry.published_at for entry in entries if entry.published_at), default=None)


def _proposed(job: Job, proposed: Proposals, asked: int) -> Discovery:
    failure = "" if proposed.proposals else "The page names no feed, and no list of news was found in it."
    return Discovery(job.url, (), proposed.title, proposed.language, proposed.proposals, failure, asked)


async def _feeds(
    acquirer: Acquirer, job: Job, first: Acquired, failure: Failure, now: datetime
) -> tuple[tuple[FoundFeed, ...], int]:
    """The feeds that a page names and that can be read, or the first in a usual place; and how much was asked."""
    named = sorted(failure.found_feeds, key=lambda url: any(mark in url.lower() for mark in _SIDE_FEEDS))
    found, asked = [], 1
    async for url, acquired in _tried(acquirer, job, named[:NAMED_MOST], now):
        asked += 1
        if acquired.failure is None:
            found.append(_found(acquired, url))
    if found:
        return tuple(found[:FEEDS_MOST]), asked
    usual = [place for path in USUAL_PATHS if (place := link(path, first.url))]
    async for url, acquired in _tried(acquirer, job, [place for place in usual if place not in named], now):
        asked += 1
        if acquired.failure is None and (acquired.entries or acquired.title):
            return (_found(acquired, url),), asked
    return (), asked


async def _tried(
    acquirer: Acquirer, job: Job, urls: Iterable[str], now: datetime
) -> AsyncIterator[tuple[str, Acquired]]:
    """Each address with what it brought, until the site does not answer or asks us to stop."""
    for url in urls:
        acquired = await acquirer.acquire(replace(job, url=url, headers=(), auth=None), now)
        yield url, acquired
        failure = acquired.failure
        if failure is not None and (failure.kind in _HOPELESS or failure.status in _UNWELCOME):
            return


def _found(acquired: Acquired, asked_url: str) -> FoundFeed:
    return FoundFeed(
        url=acquired.moved_to or asked_url,
        title=acquired.title,
        site_url=acquired.site_url,
        language=acquired.language or next((entry.language for entry in acquired.entries if entry.language), ""),
        entries=acquired.entries,
        newest_at=newest_at(acquired.entries),
    )


def _may_be_sitemap(acquired: Acquired) -> bool:
    """Whether an answer that is no feed may be a sitemap, by its address."""
    return "sitemap" in urlsplit(acquired.url).path.lower()
