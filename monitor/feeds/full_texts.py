"""The whole text of new entries, from their pages: for sources whose feeds carry a teaser only.

What is fetched goes through the same guard and limits as feeds do, as robots.txt allows, one page of a host at a time
whoever asks, and at most ten pages and half a minute a poll. Whatever goes wrong leaves the feed's own text.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

from monitor.errors import ParseError, SourceError
from monitor.feeds import charsets
from monitor.feeds.answers import Limits
from monitor.feeds.fetch import Fetcher
from monitor.feeds.messages import Request, request_message
from monitor.feeds.robots import Robots
from monitor.feeds.workers import Pool
from monitor.model import Entry, FailureKind, Job

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Article:
    """An article's page as read: cleaned HTML, text, headline and language, each empty where it has none."""

    url: str
    html: str
    text: str
    title: str
    language: str
    published_at: datetime | None


PAGES_MOST = 10
POLL_S = 30.0
REMEMBERED_MOST = 20_000


class FullTexts:
    """Fetches articles' pages. It remembers in memory which it asked for, so that a feed that has to be read whole at
    every poll does not have its pages fetched every time."""

    def __init__(self, fetcher: Fetcher, robots: Robots, pool: Pool, limits: Limits) -> None:
        self._fetcher, self._robots, self._pool, self._limits = fetcher, robots, pool, limits
        self._asked: OrderedDict[bytes, None] = OrderedDict()
        self._hosts: dict[str, tuple[asyncio.Lock, list[None]]] = {}

    async def filled(self, job: Job, entries: Sequence[Entry], now: datetime) -> tuple[Entry, ...]:
        """The entries in their order, those whose page says more with that text, and the feed's in `feed_text`."""
        wanted = [at for at, entry in enumerate(entries) if entry.url and _mark(entry) not in self._asked][:PAGES_MOST]
        found = list(entries)
        try:
            async with asyncio.timeout(POLL_S):
                for at in wanted:
                    found[at] = await self._filled(job, entries[at], now)
                    self._remember(_mark(entries[at]))
        except TimeoutError:
            log.info("full texts of %s: the time for this poll is over", job.source_id)
        return tuple(found)

    async def _filled(self, job: Job, entry: Entry, now: datetime) -> Entry:
        url = entry.url or ""
        page = Job(job.source_id, url, user_agent=job.user_agent, proxy=job.proxy, verify=job.verify)
        if urlsplit(url)[:2] == urlsplit(job.url)[:2]:  # credentials stay with their origin
            page = replace(page, headers=job.headers, auth=job.auth)
        try:
            article = await self.article(page, now)
        except SourceError as error:
            log.info("full text of %s not taken: %s", job.source_id, error)
            return entry
        if len(article.text) <= len(entry.text):
            return entry
        return replace(entry, text=article.text, html=article.html, feed_text=entry.text)

    async def article(self, job: Job, now: datetime) -> Article:
        """What stands at the job's address. Raises SourceError."""
        host = urlsplit(job.url).netloc
        lock, users = self._hosts.setdefault(host, (asyncio.Lock(), []))
        users.append(None)
        try:
            async with lock:
                await self._robots.check(job, job.url, now)
                answer = await self._fetcher.fetch(job, now)
                if answer.url != job.url:
                    await self._robots.check(job, answer.url, now)
        finally:
            users.pop()
            if not users:
                self._hosts.pop(host, None)
        request = Request(
            form="article",
            url=answer.url,
            encoding=charsets.decide(answer.body, answer.headers.text(b"content-type")),
            now=now.isoformat(),
            deadline_s=self._limits.parse_timeout_s,
        )
        return _article(answer.url, await self._pool.ask(request_message(request), answer.body))

    def _remember(self, mark: bytes) -> None:
        self._asked[mark] = None
        while len(self._asked) > REMEMBERED_MOST:
            self._asked.popitem(last=False)


def _mark(entry: Entry) -> bytes:
    """What an entry is remembered by: an edited one is asked for again."""
    return blake2b(f"{entry.url}\n{entry.title}\n{entry.text}".encode("utf-8", "replace"), digest_size=8).digest()


def _article(url: str, message: Any) -> Article:
    try:
        if "refused" in message:
            raise ParseError(FailureKind.WORKER, str(message["refused"]["message"]))
        told = message["article"]
        html, text, title, language = (str(told[name]) for name in ("html", "text", "title", "language"))
        at = datetime.fromisoformat(told["published"]) if told["published"] else None
        return Article(url, html, text, title, language, at)
    except (KeyError, TypeError, ValueError) as error:
        raise ParseError(FailureKind.WORKER, "The parser gave an answer that makes no sense.") from error
