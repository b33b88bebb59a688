"""Items of the window that an earlier version stored, put into stories as if they came now: a batch a transaction, the oldest
first, going on wherever it was broken off.

Each is placed at the time it was first seen, so that stories do not look newer than they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from monitor.errors import StoreError
from monitor.linking import Linking
from monitor.model import Item, Relation
from monitor.placing import Placing
from monitor.store import Store
from monitor.stories import events
from monitor.stories.fold import WINDOW
from monitor.text.furniture import find_furniture

BATCH = 25  # items a transaction: some tens of milliseconds
_EVER = datetime.min.replace(tzinfo=UTC)

log = structlog.get_logger(__name__)


async def catch_up(
    store: Store, now: datetime, window: timedelta = WINDOW, is_over: Callable[[], bool] = lambda: False
) -> int:
    """Place what is left of the window's items, until none is or `is_over` says so; polls and pages come between batches. Returns
    how many were looked at, 0 where nothing was left. Raises `StoreError`; the batch at hand is then left to do."""
    count, since = 0, now - window
    while store.unplaced.is_any() and not is_over():
        with store.transaction():
            ids = store.unplaced.next(since, BATCH)
            items = store.items.by_ids(ids)
            for item in map(items.__getitem__, ids):
                _take(store, item, window, told_since=now - events.WINDOW)
            store.unplaced.done(ids[-1] if len(ids) == BATCH else None)
        count += len(ids)
        await asyncio.sleep(0)
    return count


def _take(store: Store, item: Item, window: timedelta, told_since: datetime) -> None:
    """Place an item, and link it where it leads a story and is new enough. One that a bug spoils is logged, and stays where it
    is."""
    try:
        with store.savepoint():
            _place(store, item, window)
            placed = store.items.get(item.id) or item
            if placed.relation is Relation.LEAD and item.first_seen_at >= told_since:
                Linking(store, item.first_seen_at).link_anew(item.id, item, find_furniture(item.title, item.text))
    except StoreError:
        raise
    except Exception:
        log.exception("item not placed, by a bug", item=item.id, title=ascii(item.title[:80]))


def _place(store: Store, item: Item, window: timedelta) -> None:
    stories = store.stories
    story_id = stories.story_of(item.id)
    folds = stories.folds(story_id)
    [standing] = stories.standings([item.id], _EVER).values()
    is_lead = standing.lead_id == item.id
    if item.id in folds or (is_lead and folds):
        return  # a copy that was looked at before, or has come since, brought it along
    if is_lead:
        # The very same text in several outlets is all that was folded before: each looks for its place anew.
        others = [other for other in store.items.by_ids(stories.members(story_id)).values() if other.id != item.id]
        for other in others:
            stories.move(other.id, None, other.first_seen_at)
        for one in (item, *others):
            Placing(store, one.first_seen_at, window).place(one.id)
    elif standing.lead_id < item.id:
        # Its lead is older than the window, or was spoiled: it stays where it is.
        Placing(store, item.first_seen_at, window).edited(item.id)
