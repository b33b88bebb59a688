"""The only door of this room: a job goes in, what the poll brought comes out. Stateless: everything needed is in the
job.

Three gates, each cheaper than the next stage: the server's 304, the same body hash, and the entries whose raw bytes
were seen before, which are cut out of the document before a parser reads it.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from types import TracebackType

from monitor.errors import FetchError, ParseError
from monitor.feeds import bodies
from monitor.feeds.answers import Answer, Limits
from monitor.feeds.fetch import Fetcher
from monitor.feeds.full_texts import Article, FullTexts
from monitor.feeds.guard import Guard
from monitor.feeds.messages import NotAFeedError
from monitor.feeds.reading import Reader, Reading, ends_whole
from monitor.feeds.robots import Robots
from monitor.feeds.sites import Proposals, SiteReader, site_hash
from monitor.feeds.workers import Pool
from monitor.model import Acquired, Failure, FailureKind, Gate, Job

__all__ = ["Acquirer", "Article", "Limits"]

_DEFAULTS = Limits()


class Acquirer:
    """Polls sources. Use it as an async context manager, or call `aclose` at the end; workers start when first needed.

    `allow_private` are the CIDR networks that sources may live in although they are not public; ValueError for one
    that is no network. `user_agent` is sent unless the job has its own; `worker_count` documents are parsed at a time.
    """

    def __init__(
        self,
        limits: Limits = _DEFAULTS,
        *,
        allow_private: tuple[str, ...] = (),
        user_agent: str = "Monitor",
        worker_count: int = 1,
    ) -> None:
        self._fetcher = Fetcher(limits, Guard(allow_private), user_agent)
        self._pool = Pool(worker_count, limits.worker_memory_bytes)
        self._reader = Reader(self._pool, limits)
        self._robots = Robots(self._fetcher.fetch, user_agent)
        self._sites = SiteReader(self._fetcher, self._robots, self._pool, limits)
        self._full_texts = FullTexts(self._fetcher, self._robots, self._pool, limits)

    async def __aenter__(self) -> Acquirer:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the workers. What is still being parsed ends as a failure of its source."""
        await self._pool.aclose()

    async def acquire(self, job: Job, now: datetime) -> Acquired:
        """One poll of one source. A source's fault is the result's `failure`; nothing is raised for it.

        After a failure the result carries the job's own `seen` and `body_hash` and no validators, so that the next
        poll is unconditional: only a whole answer proves that a source has recovered. `title`, `site_url`, `language`
        and all of `hints` but `max_age_s` are empty or None where the document was not parsed: what was known of them stands.
        """
        started = time.monotonic()
        try:
            if job.format == "feed":
                answer = await self._fetcher.fetch(job, now)
            else:
                job, answer = await self._sites.fetch(job, now)
            acquired = await self._taken(job, answer, now)
        except FetchError as error:
            acquired = _unfetched(job, error)
        if job.full_text and acquired.entries:
            acquired = replace(acquired, entries=await self._full_texts.filled(job, acquired.entries, now))
        return replace(acquired, duration_s=time.monotonic() - started)

    async def propose(self, job: Job, now: datetime) -> Proposals:
        """Selectors for a page without a feed, the likeliest first; robots.txt is asked first. Raises SourceError."""
        return await self._sites.propose(job, now)

    async def article(self, job: Job, now: datetime) -> Article:
        """The article at the job's address; robots.txt is asked first. Raises SourceError."""
        return await self._full_texts.article(job, now)

    async def _taken(self, job: Job, answer: Answer, now: datetime) -> Acquired:
        if answer.status == 304:
            return _base(job, answer, Gate.NOT_MODIFIED)
        body_hash = bodies.body_hash(answer.body) if job.format == "feed" else site_hash(job, answer.body)
        if body_hash == job.body_hash and not answer.cut_off:
            return _base(job, answer, Gate.SAME_BODY)
        # A length that was kept vouches for the bytes, not for the document: some generators stop in the middle.
        stops_short = not answer.cut_off and not ends_whole(answer.body)
        if stops_short:
            answer = replace(answer, cut_off=True)
        base = _base(job, answer, Gate.WHOLE)
        try:
            reader = self._reader if job.format == "feed" else self._sites.reader(job)
            reading = await reader.read(answer, job.seen, job.body_hash is None and not job.seen, now)
        except ParseError as error:
            if answer.cut_off and not (stops_short and answer.is_framed):
                return _cut_off(base, answer)
            return _unread(base, answer, error)
        acquired = _read(base, reading)
        if answer.cut_off:
            return _cut_off(acquired, answer)
        if not reading.is_complete:
            return replace(acquired, etag=None, last_modified=None)
        return replace(acquired, body_hash=body_hash)


def _base(job: Job, answer: Answer, gate: Gate) -> Acquired:
    """What is known before the document is read. A 304 that names no validators leaves those that were sent."""
    etag, last_modified = answer.etag, answer.last_modified
    if gate is Gate.NOT_MODIFIED:
        etag, last_modified = etag or job.etag, last_modified or job.last_modified
    return Acquired(
        source_id=job.source_id,
        gate=gate,
        etag=etag,
        last_modified=last_modified,
        body_hash=job.body_hash,
        seen=job.seen,
        url=answer.url,
        moved_to=answer.moved_to,
        status=answer.status,
        body_bytes=len(answer.body),
        hints=answer.hints,
    )


def _read(base: Acquired, reading: Reading) -> Acquired:
    parsed = reading.parsed
    return replace(
        base,
        gate=reading.gate,
        entries=parsed.entries,
        cut_count=reading.cut_count,
        parsed_count=reading.parsed_count,
        whole_reason=reading.whole_reason,
        seen=reading.seen,
        title=parsed.title,
        site_url=parsed.site_url,
        language=parsed.language,
        hints=replace(base.hints, ttl_s=parsed.ttl_s, skip_hours=parsed.skip_hours, skip_days=parsed.skip_days),
    )


def _unfetched(job: Job, error: FetchError) -> Acquired:
    failure = Failure(FailureKind(error.reason), str(error), error.status, error.retry_after_s)
    return Acquired(
        source_id=job.source_id,
        gate=Gate.WHOLE,
        body_hash=job.body_hash,
        seen=job.seen,
        url=job.url,
        status=error.status,
        failure=failure,
    )


def _unread(base: Acquired, answer: Answer, error: ParseError) -> Acquired:
    found_feeds = error.found_feeds if isinstance(error, NotAFeedError) else ()
    failure = Failure(FailureKind(error.reason), str(error), answer.status, found_feeds=found_feeds)
    return replace(base, etag=None, last_modified=None, moved_to=None, failure=failure)


def _whole(acquired: Acquired) -> str:
    count = acquired.cut_count + len(acquired.entries)
    return "1 entry" if count == 1 else f"{count} entries"


def _cut_off(acquired: Acquired, answer: Answer) -> Acquired:
    """The entries that came whole are kept; the document is not vouched for."""
    failure = Failure(
        FailureKind.CUT_OFF,
        f"The answer broke off after {len(answer.body):,} bytes; {_whole(acquired)} came whole.",
        answer.status,
    )
    return replace(acquired, etag=None, last_modified=None, moved_to=None, failure=failure)
