"""Once a day the operator hears which sources changed their state: decided from the store, and queued in one transaction
with the mark that it was told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.alerts.plan import AlertPlan
from monitor.model import StateChange
from monitor.notices.source_news import SourceNews, notice_lines, notice_subject
from monitor.store import Store
from monitor.upkeep.operator import tell_operator

NOTICE_HOUR = 6  # local: before the press review, and after the night


def last_notice_time(now: datetime, timezone: str) -> datetime:
    """The last instant at which a notice could fall due: 06:00 in the zone, today or yesterday."""
    local = now.astimezone(ZoneInfo(timezone))
    mark = local.replace(hour=NOTICE_HOUR, minute=0, second=0, microsecond=0, fold=0)
    return (mark if mark <= local else mark - timedelta(days=1)).astimezone(UTC)


def condensed(changes: Sequence[StateChange]) -> list[SourceNews]:
    """One piece of news a source: from the state before its first change to that after its last. By name."""
    news: dict[str, SourceNews] = {}
    for change in changes:
        before = news.get(change.source_id)
        news[change.source_id] = SourceNews(
            source_id=change.source_id,
            name=change.name,
            was=change.was if before is None else before.was,
            state=change.state,
            at=change.at,
            reason=change.reason,
            change_count=1 if before is None else before.change_count + 1,
        )
    return sorted(news.values(), key=lambda told: (told.name.casefold(), told.source_id))


def notify_operator(store: Store, plan: AlertPlan, now: datetime) -> int:
    """Queue the day's notice where something changed before its hour and was not told; returns how many messages were queued.

    What changed since that hour is told with it, and then nothing more until the next day's hour. Without a channel for the
    operator nothing is told and nothing counts as told. Raises `StoreError`, and then nothing is queued.
    """
    if not plan.operator:
        return 0
    due_at, changes = last_notice_time(now, plan.timezone), store.sources.untold_changes()
    if not changes or changes[0].at > due_at:
        return 0
    news = condensed(changes)
    day = f"{due_at.astimezone(ZoneInfo(plan.timezone)):%Y-%m-%d}"
    with store.transaction(durable=True):
        lines = notice_lines(news, plan.timezone)
        queued = tell_operator(store, plan, f"sources:{day}", notice_subject(news), lines, now)
        if queued:
            store.sources.mark_told(changes[-1].id)
    return queued
