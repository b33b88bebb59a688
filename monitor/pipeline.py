"""The way of an item: poll a source, decide what is new, fold it, tag it, store it; one transaction a poll.

`Pipeline.poll` is the whole way of one source; `Intake` is what happens to a document once it is here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from urllib.parse import urlsplit

import structlog

from monitor.errors import StoreError
from monitor.feeds.acquire import Acquirer
from monitor.feeds.cadence import Bounds, spread, wants_whole
from monitor.feeds.condition import Poll, judge
from monitor.model import (
    Acquired,
    Entry,
    Failure,
    FailureKind,
    Gate,
    Item,
    Job,
    Observed,
    PollRecord,
    Relation,
    Source,
    SourceFacts,
)
from monitor.rules import RuleSet, prepare
from monitor.search.matchable import matchable
from monitor.store import Store
from monitor.stories.canonical import url_key
from monitor.stories.fingerprint import content_key, guid_key, text_key, title_key
from monitor.stories.fold import WINDOW, fold, lead_of
from monitor.stories.identity import identify
from monitor.stories.likeness import relate
from monitor.text.reading import Reading, read
from monitor.text.tokens import words

FRESH = timedelta(hours=24)  # of a first poll, or after an outage as long, only what was published within it is news

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Manners:
    """How polling behaves: seconds between polls unless a source has its own, their bounds, and how many at once."""

    interval_s: float
    min_interval_s: float
    max_interval_s: float
    concurrency: int
    per_host: int
    proxy: str = field(default="", repr=False)  # for sources that name none of their own


class Pipeline:
    """Polls sources, each by one caller at a time, as many at once as the manners allow.

    `rules` and `manners` may be replaced at any time: a poll uses those in force when its document is taken in.
    """

    def __init__(
        self, store: Store, acquirer: Acquirer, rules: RuleSet, manners: Manners, clock: Callable[[], datetime]
    ) -> None:
        self.store, self.acquirer, self.rules, self.manners, self._clock = store, acquirer, rules, manners, clock
        self._random = Random()  # noqa: S311 - spreads polls in time
        self._all = asyncio.Semaphore(manners.concurrency)
        self._hosts: dict[str, tuple[asyncio.Semaphore, set[str]]] = {}
        self._under_way: dict[str, asyncio.Task[PollRecord]] = {}

    @property
    def under_way(self) -> int:
        """How many sources are being polled now, or wait for their host."""
        return len(self._under_way)

    def is_polling(self, source_id: str) -> bool:
        return source_id in self._under_way

    async def poll(self, source: Source) -> PollRecord:
        """Poll one source now; a second caller gets the poll already under way. A bug in it is logged and fails that poll only.

        Raises `StoreError` where the store cannot take the result: nothing of it is kept then, and the source stays due.
        """
        task = self._under_way.get(source.id)
        if task is None:
            task = asyncio.create_task(self._poll(source), name=f"poll {source.id}")
            self._under_way[source.id] = task
            task.add_done_callback(lambda _: self._under_way.pop(source.id, None))
        return await asyncio.shield(task)

    async def settle(self, within_s: float) -> None:
        """Wait until no poll is under way; what is not done in time is cancelled, and stays due."""
        tasks = list(self._under_way.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=within_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _poll(self, source: Source) -> PollRecord:
        job = self.store.sources.job(source)
        job = replace(job, proxy=job.proxy or self.manners.proxy)
        asked = self._asked(job)
        async with AsyncExitStack() as turn:
            await self._wait_turn(turn, source.id, urlsplit(job.url).netloc)
            try:
                acquired = await self.acquirer.acquire(asked, self._clock())
            except Exception:
                log.exception("poll failed by a bug", source=source.id)
                failure = Failure(FailureKind.BUG, "An error in the monitor itself; its log has the details.")
                acquired = Acquired(source.id, Gate.WHOLE, url=job.url, seen=job.seen, failure=failure)
        return self.take_in(source, job, acquired)

    def _asked(self, job: Job) -> Job:
        """The job as it is sent: without validators once a day, and where they lie. The kept ones are compared afterwards."""
        if job.etag is None and job.last_modified is None:
            return job
        whole_at, validators_lie = self.store.sources.trust(job.source_id)
        if wants_whole(self._clock(), whole_at, validators_lie=validators_lie):
            return replace(job, etag=None, last_modified=None)
        return job

    def spread_overdue(self) -> int:
        """Put off what fell due while nothing was polled, so that it comes evenly over one interval: all but new sources and as
        many overdue ones as can be polled at once. Returns how many were put off. Raises `StoreError`."""
        store, now, manners = self.store, self._clock(), self.manners
        store.sources.follow_clock(now)
        waiting = store.sources.overdue(now)
        later = spread(waiting, now, manners.interval_s, at_once=manners.concurrency, jitter=self._random.random)
        if later:
            store.sources.put_off(later)
        return len(later)

    @property
    def at_work(self) -> int:
        """How many polls are under way or wait for a place among all; those that wait for their host hold nobody up."""
        return sum(min(len(users), self.manners.per_host) for _, users in self._hosts.values())

    async def _wait_turn(self, turn: AsyncExitStack, source_id: str, host: str) -> None:
        """First the host's turn, then a place among all, so that a slow host holds no more places than its own."""
        semaphore, users = self._hosts.setdefault(host, (asyncio.Semaphore(self.manners.per_host), set()))
        users.add(source_id)
        turn.callback(self._leave_host, host, source_id)
        await turn.enter_async_context(semaphore)
        await turn.enter_async_context(self._all)

    def _leave_host(self, host: str, source_id: str) -> None:
        users = self._hosts[host][1]
        users.discard(source_id)
        if not users:
            del self._hosts[host]

    def take_in(self, source: Source, job: Job, acquired: Acquired) -> PollRecord:
        """Store what one poll brought: its entries, what it means for the source, and the record of it; all or nothing."""
        store, now, manners = self.store, self._clock(), self.manners
        interval_s = manners.interval_s if source.interval_s is None else source.interval_s
        bounds = Bounds(interval_s, manners.min_interval_s, manners.max_interval_s)
        with store.transaction():
            status = store.sources.status(source.id)
            if status is None:
                raise StoreError(f"source {source.id!r} is not in the store")
            intake = Intake(store, source, self.rules, now, status.last_success_at)
            acquired = intake.take(acquired)
            poll = Poll(
                job=job,
                acquired=acquired,
                new_count=intake.new_count,
                edited_count=intake.edited_count,
                now=now,
                bounds=bounds,
                jitter=self._random.random(),
                is_bound=bool(source.auth or source.headers),
            )
            outcome = judge(status, poll)
            return store.sources.record(job, acquired, outcome, now)


class Intake:
    """One document's entries on their way into the store, within the poll's transaction."""

    def __init__(
        self, store: Store, source: Source, rules: RuleSet, now: datetime, last_success_at: datetime | None
    ) -> None:
        self.new_count = self.edited_count = 0
        self._store, self._source, self._rules, self._now = store, source, rules, now
        self._is_first = last_success_at is None
        self._is_behind = last_success_at is None or now - last_success_at > FRESH
        self._facts = SourceFacts.of(source)
        self._claimed: set[int] = set()

    def take(self, acquired: Acquired) -> Acquired:
        """Take in the entries, the document's last (usually its oldest) first, so that ids follow time.

        An entry that a bug spoils is logged and left out; the document then vouches for nothing, so the next poll tries again.
        """
        spoiled = False
        for entry in reversed(acquired.entries):
            try:
                with self._store.savepoint():
                    self._take_entry(entry)
            except StoreError:
                raise
            except Exception:
                log.exception("entry left out by a bug", source=self._source.id, title=ascii(entry.title[:80]))
                spoiled = True
        if spoiled:
            return replace(acquired, etag=None, last_modified=None, body_hash=None, seen=b"")
        return acquired

    def _take_entry(self, entry: Entry) -> None:
        store, source, now = self._store, self._source, self._now
        reading = read(entry.title, entry.text)
        observed = observe(entry, reading)
        known = store.items.candidates(observed, source.id, source.publisher, now - WINDOW)
        found = identify(observed, known, source.identity, self._claimed)
        if found.item_id is None:
            self._claimed.add(self._add(entry, observed, reading))
            return
        is_again = found.item_id in self._claimed
        self._claimed.add(found.item_id)
        before = store.items.sight(found.item_id, source.id, observed, now)
        if not is_again and before not in (None, observed.content_key):
            self._edit(found.item_id, entry, observed, reading)

    def _add(self, entry: Entry, observed: Observed, reading: Reading) -> int:
        item = Item(
            id=0,
            source_id=self._source.id,
            publisher=self._source.publisher,
            title=entry.title,
            url=entry.url,
            author=entry.author,
            text=entry.text,
            html=entry.html,
            language=entry.language or self._source.language,
            published_at=entry.published_at,
            published_claim=entry.published_claim,
            first_seen_at=self._now,
            updated_at=entry.updated_at,
            version=1,
            story_id=0,
            relation=Relation.LEAD,
            share=None,
            wire=observed.wire,
        )
        item_id = self._store.items.add(item, observed, reading.search_texts, is_backlog=self._is_backlog(entry))
        self._join(item_id, observed)
        self._tag(replace(item, id=item_id), reading)
        self.new_count += 1
        return item_id

    def _is_backlog(self, entry: Entry) -> bool:
        """Whether an entry is older news, which a first poll or the first after an outage brings: stored, but told to nobody."""
        if entry.published_at is None:
            return self._is_first
        return self._is_behind and self._now - entry.published_at > FRESH

    def _edit(self, item_id: int, entry: Entry, observed: Observed, reading: Reading) -> None:
        """Keep an article's earlier text as a version; only the source that an item's text came from edits it."""
        store = self._store
        item = store.items.get(item_id)
        if item is None or item.source_id != self._source.id or (item.title, item.text) == (entry.title, entry.text):
            return
        store.items.edit(item_id, entry, observed, reading.search_texts, self._now)
        if len(store.stories.copies(item.story_id)) == 1:
            self._join(item_id, observed)
        else:
            self._measure(item.story_id)
        edited = store.items.get(item_id)
        self._tag(edited or item, reading)
        self.edited_count += 1

    def _join(self, item_id: int, observed: Observed) -> None:
        """Let an item that is alone in its story join the one that holds its very text, and lead it if it is the originator."""
        if observed.text_key is None:
            return
        stories = self._store.stories
        copies = stories.copies_of_text(observed.text_key, self._now - WINDOW)
        this = next((copy for copy in copies if copy.item_id == item_id), None)
        others = [copy for copy in copies if copy is not this]
        if this is None or not others:
            return
        folding = fold(this, others)
        if folding.story_id is not None:
            stories.move(item_id, folding.story_id, self._now)
            stories.relate(item_id, Relation.REPRINT, folding.share)
            stories.lead(folding.story_id, folding.lead_id)

    def _measure(self, story_id: int) -> None:
        """Measure a story's copies against its lead after an edit; a copy with too little left of the lead goes its own way."""
        stories, items = self._store.stories, self._store.items
        copies = stories.copies(story_id)
        lead_id = lead_of(copies).item_id
        texts = {copy_id: words(item.text) for copy_id, item in items.by_ids(copy.item_id for copy in copies).items()}
        for copy in copies:
            if copy.item_id == lead_id:
                continue
            relation, share = relate(texts[copy.item_id], texts[lead_id])
            if relation is None:
                stories.move(copy.item_id, None, self._now)
            else:
                stories.relate(copy.item_id, relation, share)
        stories.lead(story_id, lead_id)

    def _tag(self, item: Item, reading: Reading) -> None:
        """Run the rules over an item, and keep its tags and matches with it."""
        facts = self._facts
        text = matchable(replace(item, tags=facts.item_tags), facts, reading.furniture)
        matches = self._rules.match(prepare(text, reading))
        tags = {*facts.item_tags, *(tag for match in matches for tag in self._rules.tags_of(match.rule_id))}
        self._store.items.tag(item.id, tags, matches)


def observe(entry: Entry, reading: Reading) -> Observed:
    """An entry's marks: what the deciders compare it by. Its text counts without outlet label, dateline and credit."""
    title, body = reading.bare("title").texts, reading.bare("body").texts
    return Observed(
        guid=entry.guid,
        guid_key=guid_key(entry.guid),
        url=entry.url,
        url_key=url_key(entry.url),
        title_key=title_key(title),
        text_key=text_key(body),
        content_key=content_key(entry.title, entry.text if entry.feed_text is None else entry.feed_text),
        words=(*title, *body),
        published_at=entry.published_at,
        word_count=len(body),
        wire=reading.furniture.wire,
    )
