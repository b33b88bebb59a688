"""Sources that are no feeds: pages and sitemaps, asked for as robots.txt allows and read in the workers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

from monitor.errors import FetchError, ParseError, SourceError
from monitor.feeds import bodies, charsets, clean, gate
from monitor.feeds.answers import Answer, Limits
from monitor.feeds.fetch import Fetcher
from monitor.feeds.messages import NotAFeedError, Parsed, Request, parsed_from, request_message
from monitor.feeds.reading import Reading
from monitor.feeds.robots import Robots
from monitor.feeds.workers import Pool
from monitor.model import FailureKind, Gate, Job

SHAPE_BYTES = 4
_GZIP_MAGIC = b"\x1f\x8b"
_ENDS = (b"</urlset>", b"</sitemapindex>")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A selector for a page's entries, how sure it is (0 to 1), how many elements it finds, and the first of them as
    (title, address, date as RFC 3339 or as written)."""

    list: str
    confidence: float
    count: int
    sample: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Proposals:
    """What a page is called, and the selectors proposed for it, the likeliest first."""

    title: str
    language: str
    proposals: tuple[Proposal, ...]


class SiteReader:
    """Fetches and reads pages and sitemaps."""

    def __init__(self, fetcher: Fetcher, robots: Robots, pool: Pool, limits: Limits) -> None:
        self._fetcher, self._robots, self._pool, self.limits = fetcher, robots, pool, limits

    async def fetch(self, job: Job, now: datetime) -> tuple[Job, Answer]:
        """The document of a source that is no feed, where its robots.txt (and that of where it redirects to) allows.

        The job comes back without what earlier polls left, where that was read by other selectors. Raises FetchError.
        """
        if job.body_hash is not None and job.body_hash[:SHAPE_BYTES] != _shape_mark(job):
            job = replace(job, etag=None, last_modified=None, body_hash=None, seen=b"")
        await self._robots.check(job, job.url, now)
        answer = await self._fetcher.fetch(job, now)
        if answer.url != job.url:
            await self._robots.check(job, answer.url, now)
        if job.format == "sitemap":
            answer = self._plain(answer)
        return job, answer

    def reader(self, job: Job) -> _JobReader:
        """What reads the answers to a job."""
        return _JobReader(self, job)

    async def propose(self, job: Job, now: datetime) -> Proposals:
        """Selectors for a page. Raises SourceError where it cannot be fetched, may not be, or is no page."""
        _, answer = await self.fetch(replace(job, format="page"), now)
        message = await self._pool.ask(request_message(self._request("proposals", answer, now)), answer.body)
        return _proposals(message)

    async def page(self, job: Job, answer: Answer, seen: bytes, now: datetime) -> Parsed:
        """The unseen entries of a page."""
        shape = asdict(job.page) if job.page is not None else {}
        request = replace(self._request("page", answer, now), page=shape, seen=seen.hex())
        return self._checked(await self._pool.ask(request_message(request), answer.body))

    async def sitemap(self, job: Job, answer: Answer, seen: bytes, now: datetime) -> Parsed:
        """The unseen entries of a sitemap, or of the sitemaps that an index names; of these, what can be had.

        Raises ParseError, also where of an index's sitemaps none can be had.
        """
        parsed = await self._one_sitemap(answer, seen, now)
        if not parsed.children:
            return parsed
        read = [await self._child(job, child, seen, now) for child in parsed.children]
        whole = [one for one in read if isinstance(one, Parsed) and not one.children]
        if not whole:
            reason = next((str(one) for one in read if isinstance(one, SourceError)), "they are indexes themselves.")
            raise NotAFeedError(f"None of the sitemaps that this index names can be read: {reason}")
        return self._joined(whole)

    def _joined(self, read: Iterable[Parsed]) -> Parsed:
        entries, hashes, entry_count, cut_count = [], b"", 0, 0
        for one in read:
            entries += list(one.entries)
            hashes += one.hashes
            entry_count += one.entry_count
            cut_count += one.cut_count
        return Parsed(tuple(entries[: self.limits.entry_limit]), entry_count, hashes=hashes, cut_count=cut_count)

    async def _child(self, job: Job, url: str, seen: bytes, now: datetime) -> Parsed | SourceError:
        bare = Job(job.source_id, url, user_agent=job.user_agent, proxy=job.proxy, verify=job.verify, format="sitemap")
        try:
            _, answer = await self.fetch(bare, now)
            return await self._one_sitemap(answer, seen, now)
        except (FetchError, ParseError) as error:
            return error

    async def _one_sitemap(self, answer: Answer, seen: bytes, now: datetime) -> Parsed:
        request = replace(self._request("sitemap", answer, now), seen=seen.hex())
        return self._checked(await self._pool.ask(request_message(request), answer.body))

    def _checked(self, message: Any) -> Parsed:
        parsed = parsed_from(message)
        if len(parsed.entries) > self.limits.entry_limit:
            raise ParseError(FailureKind.WORKER, "The parser gave more entries than it may.")
        return parsed

    def _plain(self, answer: Answer) -> Answer:
        """The answer unpacked (a sitemap may be a gzip file), and marked as cut off where its end is missing."""
        body, cut_off = answer.body, answer.cut_off
        if body.startswith(_GZIP_MAGIC):
            decoder = bodies.Decoder("gzip", self.limits.max_bytes)
            decoder.feed(body)
            body, cut_off = decoder.result(), cut_off or decoder.is_open
        is_whole = any(end in body[-300:] for end in _ENDS) or not any(
            b"<" + end[2:-1] in body[:3_000] for end in _ENDS
        )
        return replace(answer, body=body, cut_off=cut_off or not is_whole)

    def _request(self, form: str, answer: Answer, now: datetime) -> Request:
        return Request(
            form=form,
            url=answer.url,
            encoding=charsets.decide(answer.body, answer.headers.text(b"content-type")),
            now=now.isoformat(),
            language=answer.headers.text(b"content-language"),
            entry_limit=self.limits.entry_limit,
            deadline_s=self.limits.parse_timeout_s,
        )


class _JobReader:
    """Reads the answers to one job, as `reading.Reader` reads feeds."""

    def __init__(self, sites: SiteReader, job: Job) -> None:
        self._sites, self._job = sites, job

    async def read(self, answer: Answer, seen: bytes, is_first: bool, now: datetime) -> Reading:
        """The unseen entries of an answer. Raises ParseError.

        An index of sitemaps is never vouched for: the sitemaps that it names change without it.
        """
        read = self._sites.page if self._job.format == "page" else self._sites.sitemap
        parsed = await read(self._job, answer, seen, now)
        why = "first poll" if is_first else "every entry is new"
        is_index = b"<sitemapindex" in answer.body[:3_000]
        return Reading(
            Gate.CUT if parsed.cut_count else Gate.WHOLE,
            parsed,
            cut_count=parsed.cut_count,
            parsed_count=len(parsed.entries),
            whole_reason="" if parsed.cut_count else why,
            seen=gate.seen_after(gate.split_seen(parsed.hashes), seen),
            is_complete=not is_index and parsed.entry_count - parsed.cut_count <= self._sites.limits.entry_limit,
        )


def site_hash(job: Job, body: bytes) -> bytes:
    """Sixteen bytes that stand for a document and the selectors that it is read by: other selectors read it anew."""
    return _shape_mark(job) + bodies.body_hash(body)[SHAPE_BYTES:]


def _shape_mark(job: Job) -> bytes:
    return blake2b(repr((job.format, job.page)).encode(), digest_size=SHAPE_BYTES).digest()


def _proposals(message: Any) -> Proposals:
    """The worker's proposals, checked. Raises ParseError as `parsed_from` does."""
    if "refused" in message:
        parsed_from(message)
    try:
        told = message["proposals"]
        made = tuple(
            Proposal(
                str(one["list"]),
                float(one["confidence"]),
                int(one["count"]),
                tuple((str(title), clean.link(str(url), "") or "", str(date)) for title, url, date in one["sample"]),
            )
            for one in told["proposals"]
        )
        return Proposals(str(told["title"]), str(told["language"]), made)
    except (KeyError, TypeError, ValueError) as error:
        raise ParseError(FailureKind.WORKER, "The parser gave an answer that makes no sense.") from error
