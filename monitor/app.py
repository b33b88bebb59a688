"""The composition root: a checked configuration becomes wired parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from monitor import __version__
from monitor.actions import Parts
from monitor.actions.applying import note_rules
from monitor.alerts.plan import Render, alert_plan
from monitor.clock import now
from monitor.configuration import Configuration
from monitor.delivery.channels import open_channels
from monitor.digests.edition import open_digests
from monitor.digests.plan import Plan
from monitor.feeds.acquire import Acquirer, Limits
from monitor.notices.announcing import render
from monitor.notices.mail import mailbox
from monitor.notices.templating import style_of
from monitor.pipeline import Manners, Pipeline
from monitor.settings import FetchSettings, Settings
from monitor.store import Store, open_store
from monitor.store.connection import BUSY_S
from monitor.store.lock import WriterLock

PARSERS = 2
SETTLE_S = 2.5
FAREWELL_S = 1.0  # for a mail server that hangs when we say goodbye


@asynccontextmanager
async def open_parts(
    configuration: Configuration, *, wait_s: float = 0.0, busy_s: float = BUSY_S
) -> AsyncIterator[Parts]:
    """The parts, wired, on a store that nobody else writes to meanwhile; closed in order at the end.

    Each statement waits up to `busy_s` seconds, and all else with it, for a program that locks the database. Raises `StoreError`:
    transient where another monitor holds the store for longer than `wait_s` seconds.
    """
    path = configuration.settings.store.path
    async with WriterLock(path, wait_s):
        store = open_store(path, busy_s=busy_s)
        try:
            store.deliveries.void_leases()  # nobody else sends, so what is claimed was left by a predecessor
            parts = _wired(configuration, store)
            del configuration  # one that is replaced must not stay for as long as this runs
            try:
                yield parts
            finally:
                await parts.pipeline.settle(SETTLE_S)
                await parts.pipeline.acquirer.aclose()
                for channel in parts.channels.values():
                    with suppress(TimeoutError):
                        async with asyncio.timeout(FAREWELL_S):
                            await channel.close()
        finally:
            store.close()


def _wired(configuration: Configuration, store: Store) -> Parts:
    settings = configuration.settings
    pipeline = Pipeline(store, acquirer_for(settings.fetch), configuration.rules, _manners(settings.fetch), now)
    pipeline.edit_rules, pipeline.window = configuration.edit_rules, settings.stories.window
    pipeline.alert_plan = alert_plan(settings, _renderer(settings))
    _mirror(configuration, store)
    return Parts(configuration, plans(configuration), store, pipeline, open_channels(settings, now), now)


def reconfigure(parts: Parts, configuration: Configuration) -> Acquirer | None:
    """Let the parts follow a new configuration; the store's path stays as it was.

    Returns the acquirer that polls under way still use, to be retired; None where it stays in use. Raises `StoreError`; nothing
    is changed then.
    """
    old, new = parts.configuration.settings, configuration.settings
    _mirror(configuration, parts.store)
    pipeline, retired = parts.pipeline, None
    pipeline.rules, pipeline.edit_rules = configuration.rules, configuration.edit_rules
    pipeline.alert_plan = alert_plan(new, _renderer(new))
    pipeline.window, pipeline.manners = new.stories.window, _manners(new.fetch)
    if new.fetch != old.fetch:
        retired, pipeline.acquirer = pipeline.acquirer, acquirer_for(new.fetch)
    parts.configuration, parts.plans, parts.channels = configuration, plans(configuration), open_channels(new, now)
    return retired


async def retire(parts: Parts, acquirer: Acquirer) -> None:
    """Close an acquirer that was replaced, once the polls under way are done or have run out of time."""
    try:
        await parts.pipeline.settle(parts.configuration.settings.fetch.timeout_s + SETTLE_S)
    finally:
        await acquirer.aclose()


def _mirror(configuration: Configuration, store: Store) -> None:
    store.sources.mirror(configuration.settings.sources)
    note_rules(store, configuration, now())
    open_digests(store, configuration.settings.digests, now())


def plans(configuration: Configuration) -> tuple[Plan, ...]:
    """The configured digests with all that their editions are made by."""
    settings = configuration.settings
    urgencies = {rule.id: rule.priority.weight + 1 for rule in settings.rules if rule.alert}
    excerpts = {source.id: source.excerpt for source in settings.sources if source.excerpt is not None}
    return tuple(
        Plan(
            digest,
            configuration.sections[digest.id],
            urgencies,
            excerpts,
            style_of(digest.language, settings.messages, settings.templates),
            settings.web.base_url,
        )
        for digest in settings.digests
    )


def acquirer_for(fetch: FetchSettings) -> Acquirer:
    """What polls, as the settings say; workers start when first needed."""
    contact = f" (+{fetch.contact})" if fetch.contact else ""
    return Acquirer(
        Limits(timeout_s=fetch.timeout_s, max_bytes=fetch.max_bytes),
        allow_private=tuple(map(str, fetch.allow_private)),
        user_agent=fetch.user_agent or f"Monitor/{__version__}{contact}",
        worker_count=PARSERS,
    )


def _renderer(settings: Settings) -> Render:
    """What words an announcement for a configured channel."""
    sender, channels = mailbox(settings.mail.sender), settings.channels
    return lambda announcement, name: render(announcement, channels[name], sender)


def _manners(fetch: FetchSettings) -> Manners:
    return Manners(
        interval_s=fetch.interval_s,
        min_interval_s=fetch.min_interval_s,
        max_interval_s=fetch.max_interval_s,
        concurrency=fetch.concurrency,
        per_host=fetch.per_host,
        proxy=fetch.proxy,
    )
