"""The daemon: what it does every few seconds, what it answers to signals, and how it stops.

All that is due lives in the store as data; APScheduler only ticks. A tick that fails is logged and comes again.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from monitor.actions import Parts
from monitor.actions.applying import apply_pending
from monitor.alerting import tell_due
from monitor.app import open_parts, reconfigure, retire
from monitor.catching_up import catch_up
from monitor.configuration import check_configuration
from monitor.delivery.channels import MAIL
from monitor.delivery.outbox import Drained, Way, drain_way, ways_due
from monitor.digests.edition import Draft
from monitor.digests.work import Work, edition_work
from monitor.errors import ConfigError, StoreError
from monitor.model import Source
from monitor.reports.schedule import DueReport, ReportDraft, draft_report, due_reports, file_report
from monitor.settings import Settings
from monitor.store import open_store
from monitor.upkeep.disk import disk_ailments
from monitor.upkeep.operator import tell_ailments, tell_operator
from monitor.upkeep.outbox import delivery_ailments
from monitor.upkeep.source_notice import notify_operator
from monitor.upkeep.store_news import TITLE, News, StoreNews, tell_past_store
from monitor.watching import LULL, intake_lull, tell_spikes

SUCCESSOR_WAITS_S = 5.0
POLL_TICK_S, EDITION_TICK_S, OUTBOX_TICK_S, APPLY_TICK_S, UPKEEP_TICK_S, NOTICE_TICK_S = 1, 2, 1, 2, 3600, 600
REPORT_TICK_S, FOLD_TICK_S, ALERT_TICK_S, RHYTHM_TICK_S, AILMENT_TICK_S, STORE_TICK_S = 5, 2, 1, 600, 60, 5
AWAY = timedelta(seconds=60)  # nothing was looked at for longer: the machine slept, or the store was gone
WAITING_A_HOST = 16  # sources begun for each that a host may be asked for at once; they wait for their turn
BUSY_S = 1.0  # to wait for a lock on the database: everything else waits too
STORE_REST_S = 5.0  # after the store failed, nothing is begun for as long: what it brings could not be kept
REST_S = 15.0  # after one source or digest failed in a way that another try at once would repeat
STALLED_AFTER_S, MAIL_STALLED_AFTER_S = 60.0, 900.0
LOGGED_PARTS = 10  # of the way that changed rules go through what is stored
DRAINED_AT_ONCE = 20
SETTLE_S = 2.5

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
        self._store_news = StoreNews()
        self._down: dict[str, tuple[str, float]] = {}  # way out → why nothing leaves by it, since when
        self._sending: set[str] = set()  # ways out that are at it
        self._bugs: dict[str, str] = {}  # what → what an error of our own keeps from being done
        self._resting: dict[str, float] = {}  # what failed and is left alone → until when
        self._looked_at: datetime | None = None  # when it was last looked who is due
        self._awake_since = parts.clock()  # since when that was done without a break
        self._sources = _by_id(parts)
        self._tasks: set[asyncio.Task[None]] = set()
        self._reloading = asyncio.Lock()
        parts.reload = self.reload_now

    # -- ticks -------------------------------------------------------------------------------------------

    async def tick(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do a tick's work, and live through whatever becomes of it. Nothing is begun while the store takes nothing, but what
        tells of that."""
        if not self._has_store() and work != self.watch_store:
            return
        try:
            await work()
            self._bugs.pop(work.__name__, None)
        except StoreError as error:
            self._note_store(error)
        except asyncio.CancelledError:
            if not self.stopping.is_set():
                raise
        except Exception:
            self._note_bug(work.__name__, "an error in the monitor itself stops a part of its work")

    async def poll_due(self) -> None:
        """Start polling the sources that are due, as many as there is room for."""
        pipeline, now = self.parts.pipeline, self.parts.clock()
        if self._looked_at is None or not timedelta() <= now - self._looked_at <= AWAY:
            self._awake_since = now
            put_off = pipeline.spread_overdue()
            if put_off:
                log.info("overdue sources spread over their intervals", put_off=put_off)
        self._looked_at = now
        room = 2 * pipeline.manners.concurrency - pipeline.at_work
        if room > 0:
            most, a_host = room + pipeline.under_way, WAITING_A_HOST * pipeline.manners.per_host
            for source_id in self.parts.store.sources.due(now, most, a_host):
                source = self._sources.get(source_id)
                if source is not None and not pipeline.is_polling(source_id) and not self._is_resting(source_id):
                    self._begin(self._poll(source))
        self._polled_at = time.monotonic()

    async def _poll(self, source: Source) -> None:
        try:
            record = await self.parts.pipeline.poll(source)
        except StoreError as error:
            self._note_store(error)
            if error.is_transient:
                # The other polls under way could not be kept either, and would each wait for the database.
                await self.parts.pipeline.settle(0)
            else:
                self._rest(source.id)
            return
        except Exception:
            self._rest(source.id)
            self._note_bug(source.id, f"an error in the monitor itself keeps {source.id} from being polled")
            return
        self._bugs.pop(source.id, None)
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
        """Do what is to be done about editions: make those that are due, hold and release those that are reviewed."""
        parts, sender = self.parts, self.parts.configuration.settings.mail.sender
        for work in edition_work(parts.store, parts.plans, parts.clock):
            if self._is_resting(work.what):
                continue
            try:
                draft = await asyncio.to_thread(self._draft, work, sender)
                event, facts = work.file(parts.store, draft, parts.clock())
            except StoreError:
                raise
            except Exception:
                self._rest(work.what)
                self._note_bug(work.what, f"an error in the monitor itself keeps {work.what} from being made")
                continue
            self._bugs.pop(work.what, None)
            log.info(event, **facts)

    def _draft(self, work: Work, sender: str) -> Draft | None:
        """Draft an edition beside the loop, which goes on polling and answering meanwhile."""
        with closing(open_store(self.parts.store.connection.path, read_only=True)) as store:
            return work.draft(store, self.parts.clock(), sender)

    async def make_reports(self) -> None:
        """Make and queue the reports on releases of ours that are due."""
        settings = self.parts.configuration.settings
        for due in due_reports(self.parts.store, settings.pickup, self.parts.clock()):
            what = f"report on release {due.item_id}"
            if self._is_resting(what):
                continue
            try:
                draft = await asyncio.to_thread(self._draft_report, due, settings)
                queued = file_report(self.parts.store, draft, self.parts.clock())
            except StoreError:
                raise
            except Exception:
                self._rest(what)
                self._note_bug(what, f"an error in the monitor itself keeps the {what} from being made")
                continue
            self._bugs.pop(what, None)
            log.info("report made", item=due.item_id, hours=round(due.after_s / 3600, 1), mails=queued)

    def _draft_report(self, due: DueReport, settings: Settings) -> ReportDraft:
        """Draft a report beside the loop."""
        with closing(open_store(self.parts.store.connection.path, read_only=True)) as store:
            return draft_report(store, due, settings.pickup, settings.mail.sender, self.parts.clock())

    async def send_deliveries(self) -> None:
        """Begin to send what is due, by each way out that is not at it already: none waits for another."""
        parts = self.parts
        if self._down and parts.store.deliveries.next_attempt_at() is None:
            self._down.clear()
        for way in ways_due(parts.store, parts.channels, parts.clock()):
            if way.name not in self._sending:
                self._sending.add(way.name)
                self._begin(self._send(way))

    async def _send(self, way: Way) -> None:
        """Send what is due by one way, some messages at a time, so that a stop need not wait for all."""
        parts, is_more = self.parts, True
        try:
            while is_more and not self.stopping.is_set():
                async with parts.draining[way.name]:
                    drained = await drain_way(parts.store, way, parts.clock, DRAINED_AT_ONCE)
                self._note_drained(way, drained)
                is_more = len(drained.sent) + len(drained.failed) > 0 and not drained.down
            self._bugs.pop(f"channel {way.name}", None)
        except StoreError as error:
            self._note_store(error)
        except Exception:
            what = f"channel {way.name}"
            self._note_bug(what, f"an error in the monitor itself keeps a message from leaving through {what}")
        finally:
            self._sending.discard(way.name)

    async def apply_rules(self) -> None:
        """Tag what is stored by the rules that came since."""
        logged = 0
        async for done in apply_pending(self.parts, is_over=self.stopping.is_set):
            part = int(done["share"] * LOGGED_PARTS)
            if done["rules"] and (part != logged or done["state"] != "under way"):
                log.info("rules applied", **done)
                logged = part

    async def fold_stored(self) -> None:
        """Put what an earlier version stored into stories."""
        parts = self.parts
        count = await catch_up(parts.store, parts.clock(), parts.window, self.stopping.is_set)
        if count:
            log.info("items stored before were folded", items=count)

    async def keep_up(self) -> None:
        """Forget old polls and old changes of state."""
        self.parts.store.sources.trim_polls()
        self.parts.store.sources.trim_changes(self.parts.clock())

    async def tell_alerts(self) -> None:
        """Queue what was held and is due: after quiet hours, at the end of a roll-up's period, where the hour has room again."""
        parts = self.parts
        if queued := tell_due(parts.store, parts.alert_plan, parts.clock()):
            log.info("alerts rolled up", announcements=queued)

    async def watch_rhythms(self) -> None:
        """Tell of rules with far more items than usual."""
        parts = self.parts
        if decided := tell_spikes(parts.store, parts.alert_plan, parts.clock()):
            log.info("spikes told", alerts=decided)

    async def tell_operator(self) -> None:
        """Queue the day's notice of the sources whose state changed, once it is due."""
        parts = self.parts
        queued = notify_operator(parts.store, parts.alert_plan, parts.clock())
        if queued:
            log.info("operator notified", messages=queued)

    async def tell_ailments(self) -> None:
        """Tell the operator what ails the monitor itself, and what ails it no more."""
        parts, now = self.parts, self.parts.clock()
        found = [*disk_ailments(parts.store.connection.path), *delivery_ailments(parts.store, now)]
        if now - self._awake_since > LULL:
            found += intake_lull(parts.store, now)
        if queued := tell_ailments(parts.store, parts.alert_plan, found, now):
            log.info("operator told how the monitor does", messages=queued)

    async def watch_store(self) -> None:
        """Tell the operator of a store that takes nothing, past it, and by the outbox when it is over."""
        parts, now = self.parts, self.parts.clock()
        news = self._store_news.due(time.monotonic(), is_failing=bool(self.store_error))
        if news is News.AILS:
            reason = self._store_news.reason
            sent = await tell_past_store(parts.alert_plan, parts.channels, parts.draining, reason, now)
            log.warning("operator told that the store fails", messages=sent)
        elif news is News.OVER:
            key = f"store:{now.timestamp() * 1000:.0f}:over"
            with parts.store.transaction(durable=True):
                tell_operator(parts.store, parts.alert_plan, key, f"Over: {TITLE}", ("It takes news again.",), now)

    # -- signals -----------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the configuration again; a faulty one is reported and the last good one stays in force."""
        self._begin(self._reload())

    async def reload_now(self) -> list[str]:
        """The same for who waits for it; returns what is wrong with the configuration, nothing where it is in force."""
        await self._reload()
        return [str(problem) for problem in self.configuration_error.problems] if self.configuration_error else []

    async def _reload(self) -> None:
        async with self._reloading:
            try:
                # Ten thousand sources take seconds to check: polls, pages and commands go on meanwhile.
                configuration = await asyncio.to_thread(check_configuration, self.folder, self.environ)
                before = self.parts.configuration.settings
                retired = reconfigure(self.parts, configuration)
            except ConfigError as error:
                self.configuration_error = error
                log.warning("configuration not taken over", problems=[str(problem) for problem in error.problems])
                return
            except StoreError as error:
                self._note_store(error)
                log.warning("configuration not taken over", reason=str(error))
                return
            self.configuration_error = None
            self._bugs.clear()  # of sources and digests that may be there no more; those that stay are met again
            self._sources = _by_id(self.parts)
            _set_apart()
            log.info("configuration taken over", sources=len(self._sources))
            if (before.store, before.web) != (configuration.settings.store, configuration.settings.web):
                log.warning("changes of [store] and [web] wait for the next start")
        if retired is not None:
            await retire(self.parts, retired)

    # -- condition -----------------------------------------------------------------------------------------

    def health(self) -> Health:
        """Healthy while the store takes what is polled, polling goes on and mail leaves (it may wait a while)."""
        now = time.monotonic()
        problems = [self.store_error] if self.store_error else []
        if now - self._polled_at > STALLED_AFTER_S:
            problems.append(f"nothing has been polled for {now - self._polled_at:.0f} s")
        problems += self._bugs.values()
        is_mail_stalled = MAIL in self._down and now - self._down[MAIL][1] > MAIL_STALLED_AFTER_S
        waiting = [
            f"{reason}; what is to {'be mailed' if name == MAIL else f'go to {name}'} waits"
            for name, (reason, _) in self._down.items()
        ]
        return Health(not problems and not is_mail_stalled, (*problems, *waiting))

    async def settle(self) -> None:
        """Let messages on their way arrive, so that they are not sent again after the next start."""
        try:
            async with asyncio.timeout(SETTLE_S):
                for lock in list(self.parts.draining.values()):
                    async with lock:
                        pass
        except TimeoutError:
            log.warning("a message was still on its way; it will be sent again under the same Message-ID")

    def _has_store(self) -> bool:
        """Whether the store can be written; after a failure it is tried again every few seconds."""
        if not self.store_error:
            return True
        if time.monotonic() - self._store_failed_at < STORE_REST_S:
            return False
        try:
            with self.parts.store.transaction():
                pass
        except StoreError as error:
            self._note_store(error)
            return False
        log.info("the store is back")
        self.store_error = ""
        return True

    def _note_store(self, error: StoreError) -> None:
        if str(error) != self.store_error:
            log.error("the store failed", reason=str(error))
        self.store_error, self._store_failed_at = str(error), time.monotonic()
        self._store_news.failed(self.store_error, self._store_failed_at)

    def _note_bug(self, what: str, consequence: str) -> None:
        """Log the exception at hand, once as long as it lasts."""
        if what not in self._bugs:
            log.exception("failed by a bug", what=what)
        self._bugs[what] = f"{consequence}; the log has the details"

    def _note_drained(self, way: Way, drained: Drained) -> None:
        for row in drained.sent:
            self._down.pop(way.name, None)
            log.info("sent", delivery=row.id, kind=row.kind, recipient=row.recipient)
        for row, reason in drained.put_off:
            log.warning("put off", delivery=row.id, recipient=row.recipient, reason=reason)
        for row, reason in drained.failed:
            log.error("not delivered", delivery=row.id, recipient=row.recipient, reason=reason)
        for name, reason in drained.down.items():
            _, since = self._down.get(name, ("", time.monotonic()))
            self._down[name] = reason, since

    def _rest(self, what: str) -> None:
        self._resting[what] = time.monotonic() + REST_S

    def _is_resting(self, what: str) -> bool:
        if self._resting.get(what, 0.0) > time.monotonic():
            return True
        self._resting.pop(what, None)
        return False

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("failed by a bug", exc_info=task.exception())


Service = Callable[[Daemon], AbstractAsyncContextManager[None]]


async def run(folder: Path, environ: dict[str, str], services: Sequence[Service] = ()) -> None:
    """Run until SIGTERM or SIGINT; `services` (the page, the socket for commands) start last and stop first.

    Raises `ConfigError` for a configuration that cannot be used, and `StoreError` where the store cannot be opened or another
    daemon holds it.
    """
    async with open_parts(check_configuration(folder, environ), wait_s=SUCCESSOR_WAITS_S, busy_s=BUSY_S) as parts:
        _set_apart()
        daemon = Daemon(folder, environ, parts)
        _listen_to_signals(daemon)
        async with AsyncExitStack() as running:
            for service in services:
                await running.enter_async_context(service(daemon))
            scheduler = _scheduler(daemon)
            scheduler.start()
            running.callback(scheduler.shutdown, wait=False)
            settings = parts.configuration.settings
            log.info("running", sources=len(settings.sources), store=str(settings.store.path))
            del settings  # one that is replaced must not stay for as long as this runs
            await daemon.stopping.wait()
            log.info("stopping")
            scheduler.pause()
            await daemon.settle()
    log.info("stopped")


def _set_apart() -> None:
    """Spare the garbage collector what is there to stay: its rounds over ten thousand rules would stop all else for half a
    second each. A configuration that is replaced still goes, since nothing in it refers back to itself."""
    gc.freeze()


def _listen_to_signals(daemon: Daemon) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, daemon.stopping.set)
    loop.add_signal_handler(signal.SIGHUP, daemon.reload)


def _scheduler(daemon: Daemon) -> AsyncIOScheduler:
    scheduler = AsyncIOScheduler(timezone="UTC")
    for work, every_s in (
        (daemon.poll_due, POLL_TICK_S),
        (daemon.make_editions, EDITION_TICK_S),
        (daemon.make_reports, REPORT_TICK_S),
        (daemon.send_deliveries, OUTBOX_TICK_S),
        (daemon.fold_stored, FOLD_TICK_S),
        (daemon.apply_rules, APPLY_TICK_S),
        (daemon.keep_up, UPKEEP_TICK_S),
        (daemon.tell_operator, NOTICE_TICK_S),
        (daemon.tell_alerts, ALERT_TICK_S),
        (daemon.watch_rhythms, RHYTHM_TICK_S),
        (daemon.tell_ailments, AILMENT_TICK_S),
        (daemon.watch_store, STORE_TICK_S),
    ):
        trigger = IntervalTrigger(seconds=every_s)
        scheduler.add_job(
            daemon.tick, trigger, (work,), name=work.__name__, coalesce=True, max_instances=1, misfire_grace_time=None
        )
    return scheduler


def _by_id(parts: Parts) -> dict[str, Source]:
    return {source.id: source for source in parts.configuration.settings.sources}
