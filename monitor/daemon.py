"""The daemon: what it does every few seconds, what it answers to signals, and how it stops.

All that is due lives in the store as data; APScheduler only ticks. A tick that fails is logged and comes again.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from monitor.actions import Parts
from monitor.app import open_parts, reconfigure
from monitor.configuration import check_configuration
from monitor.delivery.outbox import drain
from monitor.digests.edition import Draft, Plan, draft_edition, due_plans, file_edition
from monitor.digests.schedule import Due
from monitor.errors import ConfigError, StoreError
from monitor.model import Source
from monitor.store import open_store

SUCCESSOR_WAITS_S = 5.0
POLL_TICK_S, EDITION_TICK_S, OUTBOX_TICK_S, UPKEEP_TICK_S = 1, 2, 1, 3600
STORE_REST_S = 15.0  # after the store failed, sources are left alone as long: their documents could not be kept
STALLED_AFTER_S = 60.0
SETTLE_S = 3.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the daemon does its work. `problems` say in plain words what does not, worst first."""

    is_healthy: bool
    problems: tuple[str, ...]


class Daemon:
    """The running monitor: its parts, its ticks, its condition."""

    def __init__(self, folder: Path, environ: dict[str, str], parts: Parts) -> None:
        self.folder, self.environ, self.parts = folder, environ, parts
        self.stopping = asyncio.Event()
        self.configuration_error: ConfigError | None = None
        self.store_error = ""
        self._store_failed_at = self._polled_at = time.monotonic()
        self._sources = _by_id(parts)
        self._tasks: set[asyncio.Task[None]] = set()
        self._reloading, self._draining = asyncio.Lock(), asyncio.Lock()

    # -- ticks -------------------------------------------------------------------------------------------

    async def poll_due(self) -> None:
        """Start polling the sources that are due, as many as there is room for."""
        if self.store_error and time.monotonic() - self._store_failed_at < STORE_REST_S:
            return
        pipeline = self.parts.pipeline
        room = 2 * pipeline.manners.concurrency - pipeline.under_way
        if room > 0:
            try:
                due = self.parts.store.sources.due(self.parts.clock(), room + pipeline.under_way)
            except StoreError as error:
                self._note_store(error)
                return
            for source_id in due:
                source = self._sources.get(source_id)
                if source is not None and not pipeline.is_polling(source_id):
                    self._begin(self._poll(source))
        self._polled_at = time.monotonic()

    async def _poll(self, source: Source) -> None:
        try:
            record = await self.parts.pipeline.poll(source)
        except StoreError as error:
            self._note_store(error)
            return
        self.store_error = ""
        log.info(
            "polled",
            source=source.id,
            gate=record.gate.value,
            cut=record.cut_count,
            parsed=record.parsed_count,
            new=record.new_count,
            edited=record.edited_count,
            whole_because=record.whole_reason or None,
            failure=record.message or None,
        )

    async def make_editions(self) -> None:
        """Make and queue the editions that are due."""
        parts = self.parts
        for plan, due in due_plans(parts.store, parts.plans, parts.clock()):
            try:
                draft = await asyncio.to_thread(self._draft, plan, due)
                edition = file_edition(parts.store, draft, parts.clock())
            except StoreError as error:
                self._note_store(error)
                return
            except Exception:
                log.exception("edition failed by a bug", digest=plan.digest.id)
                continue
            log.info("edition made", digest=plan.digest.id, edition=edition, late=due.is_late)

    def _draft(self, plan: Plan, due: Due) -> Draft:
        """Draft an edition beside the loop, which goes on polling and answering meanwhile."""
        settings = self.parts.configuration.settings
        store = open_store(settings.store.path, read_only=True)
        try:
            return draft_edition(store, plan, due, self.parts.clock(), settings.mail.sender)
        finally:
            store.close()

    async def send_deliveries(self) -> None:
        """Drain the outbox of what is due."""
        parts, now = self.parts, self.parts.clock()
        next_at = parts.store.deliveries.next_attempt_at()
        if next_at is None or next_at > now:
            return
        async with self._draining:
            drained = await drain(parts.store, parts.channels, parts.clock)
        for row in drained.sent:
            log.info("sent", delivery=row.id, kind=row.kind, recipient=row.recipient)
        for row, reason in drained.put_off:
            log.warning("put off", delivery=row.id, recipient=row.recipient, reason=reason)
        for row, reason in drained.failed:
            log.error("not delivered", delivery=row.id, recipient=row.recipient, reason=reason)

    async def keep_up(self) -> None:
        """Forget old polls."""
        self.parts.store.sources.trim_polls()

    # -- signals -----------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the configuration again; a faulty one is reported and the last good one stays in force."""
        self._begin(self._reload())

    async def _reload(self) -> None:
        async with self._reloading:
            try:
                configuration = check_configuration(self.folder, self.environ)
                await reconfigure(self.parts, configuration)
            except ConfigError as error:
                self.configuration_error = error
                log.warning("configuration not taken over", problems=[str(problem) for problem in error.problems])
                return
            except StoreError as error:
                self._note_store(error)
                return
            self.configuration_error = None
            self._sources = _by_id(self.parts)
            log.info("configuration taken over", sources=len(self._sources))

    # -- condition -----------------------------------------------------------------------------------------

    def health(self) -> Health:
        """Healthy while the store takes what is polled and the poll tick runs."""
        problems = []
        if self.store_error:
            problems.append(self.store_error)
        stalled_s = time.monotonic() - self._polled_at
        if stalled_s > STALLED_AFTER_S:
            problems.append(f"nothing has been polled for {stalled_s:.0f} s")
        return Health(not problems, tuple(problems))

    async def settle(self) -> None:
        """Let a message on its way arrive, so that it is not sent again after the next start."""
        try:
            async with asyncio.timeout(SETTLE_S), self._draining:
                pass
        except TimeoutError:
            log.warning("a message was still on its way; it will be sent again under the same Message-ID")

    def _note_store(self, error: StoreError) -> None:
        if str(error) != self.store_error:
            log.error("the store failed", reason=str(error))
        self.store_error, self._store_failed_at = str(error), time.monotonic()

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


Service = Callable[[Daemon], AbstractAsyncContextManager[None]]


async def run(folder: Path, environ: dict[str, str], services: Sequence[Service] = ()) -> None:
    """Run until SIGTERM or SIGINT; `services` (the page, the socket for commands) start last and stop first.

    Raises `ConfigError` for a configuration that cannot be used, and `StoreError` where the store cannot be opened or another
    daemon holds it.
    """
    configuration = check_configuration(folder, environ)
    async with open_parts(configuration, wait_s=SUCCESSOR_WAITS_S) as parts:
        parts.store.deliveries.void_leases()
        daemon = Daemon(folder, environ, parts)
        _listen_to_signals(daemon)
        async with AsyncExitStack() as running:
            for service in services:
                await running.enter_async_context(service(daemon))
            scheduler = _scheduler(daemon)
            scheduler.start()
            running.callback(scheduler.shutdown, wait=False)
            log.info(
                "running", sources=len(configuration.settings.sources), store=str(configuration.settings.store.path)
            )
            await daemon.stopping.wait()
            log.info("stopping")
            scheduler.pause()
            await daemon.settle()
    log.info("stopped")


def _listen_to_signals(daemon: Daemon) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, daemon.stopping.set)
    loop.add_signal_handler(signal.SIGHUP, daemon.reload)


def _scheduler(daemon: Daemon) -> AsyncIOScheduler:
    scheduler = AsyncIOScheduler(timezone="UTC")
    for tick, every_s in (
        (daemon.poll_due, POLL_TICK_S),
        (daemon.make_editions, EDITION_TICK_S),
        (daemon.send_deliveries, OUTBOX_TICK_S),
        (daemon.keep_up, UPKEEP_TICK_S),
    ):
        trigger = IntervalTrigger(seconds=every_s)
        scheduler.add_job(tick, trigger, coalesce=True, max_instances=1, misfire_grace_time=None)
    return scheduler


def _by_id(parts: Parts) -> dict[str, Source]:
    return {source.id: source for source in parts.configuration.settings.sources}
