"""Polling on request, pausing and resuming."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from difflib import get_close_matches

from monitor.actions.parts import Parts, UnknownError
from monitor.catching_up import catch_up
from monitor.contract import Object, poll_object, source_object
from monitor.model import PollRecord, Source

DUE_MOST = 100_000


async def fetch(parts: Parts, ids: Sequence[str] = (), due: bool = False) -> AsyncGenerator[Object, None]:
    """Poll the named sources, or every active one, or (`due`) only those whose time has come; one object a poll, as they end.
    What an earlier version stored is folded first, so that copies of it are found.

    Raises `UnknownError` for an id that the configuration does not have.
    """
    chosen = _chosen(parts, ids, due=due)
    await catch_up(parts.store, parts.clock(), parts.window)
    polls = [asyncio.ensure_future(parts.pipeline.poll(source)) for source in chosen]
    try:
        for poll in asyncio.as_completed(polls):
            record: PollRecord = await poll
            yield poll_object(record)
    finally:
        for poll in polls:
            poll.cancel()


def _chosen(parts: Parts, ids: Sequence[str], *, due: bool) -> list[Source]:
    known = {source.id: source for source in parts.configuration.settings.sources}
    for source_id in ids:
        if source_id not in known:
            raise _unknown(source_id, known)
    now = parts.clock()
    chosen = parts.store.sources.due(now, DUE_MOST) if due else list(ids) or parts.store.sources.active()
    return [known[source_id] for source_id in chosen if source_id in known and (not due or not ids or source_id in ids)]


def _unknown(source_id: str, known: dict[str, Source]) -> UnknownError:
    near = get_close_matches(source_id, known, 1)
    hint = f"; did you mean {near[0]!r}?" if near else "; `monitor sources list` shows them"
    return UnknownError(f"there is no source {source_id!r} in sources.toml{hint}")


async def pause_source(parts: Parts, source_id: str, paused: bool) -> AsyncGenerator[Object, None]:
    """Stop (`paused`) or resume polling a source; yields the source as it stands then."""
    with parts.store.transaction():
        found = parts.store.sources.pause(source_id, paused=paused)
    if not found:
        raise _unknown(source_id, {source.id: source for source in parts.configuration.settings.sources})
    status = parts.store.sources.status(source_id)
    if status is not None:
        yield source_object(status)
