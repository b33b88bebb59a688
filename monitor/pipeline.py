"""The way of an item: poll a source, decide what is new, fold it, tag it, store it; one transaction a poll.

`Pipeline.poll` is the whole way of one source; what happens to a document once it is here stands in `intake`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from urllib.parse import urlsplit

import structlog

from monitor.alerting import Alerting
from monitor.alerts.plan import AlertPlan
from monitor.errors import StoreError
from monitor.feeds.acquire import Acquirer
from monitor.feeds.cadence import Bounds, spread, wants_whole
from monitor.feeds.condition import Poll, judge
from monitor.intake import Intake
from monitor.model import (
    Acquired,
    Failure,
    FailureKind,
    Gate,
    Job,
    PollRecord,
    Source,
)
from monitor.rules import RuleSet
from monitor.store import Store
from monitor.stories.fold import WINDOW

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

    `rules`, `edit_rules`, `alert_plan`, `window` (how long copies are looked for) and `manners` may be replaced at any time: a
    poll uses those in force when its document is taken in.
    """

    def __init__(
        self, store: Store, acquirer: Acquirer, rules: RuleSet, manners: Manners, clock: Callable[[], datetime]
    ) -> None:
        self.store, self.acquirer, self.rules, self.manners, self._clock = store, acquirer, rules, manners, clock
        self.edit_rules, self.window = RuleSet(), WINDOW
        self.alert_plan = AlertPlan()
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
        if self.manners.proxy and not job.proxy:
            job = replace(job, proxy=self.manners.proxy)
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
            intake = Intake(store, source, self.rules, now, status.last_success_at, self.window)
            intake.edit_rules = self.edit_rules
            intake.alerting = Alerting(store, self.alert_plan, source, now)
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
