"""The operator's news: what ails the monitor itself, told once when it begins and once when it is over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from monitor.alerts.plan import AlertPlan
from monitor.model import Ailment, Announcement, AnnouncementKind, Outgoing, Priority
from monitor.store import Store


def tell_operator(store: Store, plan: AlertPlan, key: str, title: str, lines: Sequence[str], now: datetime) -> int:
    """Queue news for each of the operator's channels, in the caller's transaction; returns how many messages were queued: none
    of a key that ever was."""
    messages = operator_messages(plan, key, title, lines, now)
    return sum(store.deliveries.queue(outgoing, now) for outgoing in messages)


def operator_messages(plan: AlertPlan, key: str, title: str, lines: Sequence[str], now: datetime) -> list[Outgoing]:
    """The messages that carry news to the operator's channels, each channel once."""
    found: list[Outgoing] = []
    for channel in dict.fromkeys(plan.operator):
        announcement = Announcement(
            kind=AnnouncementKind.OPERATOR,
            key=f"operator:{channel}:{key}",
            title=title,
            at=now,
            priority=Priority.IMPORTANT,
            lines=tuple(lines),
            timezone=plan.timezone,
        )
        found += plan.render(announcement, channel)
    return found


def tell_ailments(store: Store, plan: AlertPlan, found: Iterable[Ailment], now: datetime) -> int:
    """Tell the operator what ails since, and what ails no more; returns how many messages were queued. `found` is all that ails
    now. Without a channel for the operator nothing is told and nothing counts as told. Raises `StoreError`, and then nothing is
    queued."""
    ailing, known = {ailment.key: ailment for ailment in found}, store.alerts.ailments()
    new = [ailment for key, ailment in ailing.items() if key not in known]
    over = [ailment for key, ailment in known.items() if key not in ailing]
    if not plan.operator or not (new or over):
        return 0
    queued, stamp = 0, f"{now.timestamp() * 1000:.0f}"
    with store.transaction(durable=True):
        for ailment in new:
            store.alerts.ail(ailment.key, ailment.title, now)
            queued += tell_operator(store, plan, f"{ailment.key}:{stamp}", ailment.title, ailment.lines, now)
        for gone in over:
            store.alerts.recover(gone.key)
            lines = (f"It began {gone.since:%Y-%m-%d %H:%M} UTC, and is over by {now:%Y-%m-%d %H:%M} UTC.",)
            queued += tell_operator(store, plan, f"{gone.key}:{stamp}:over", f"Over: {gone.title}", lines, now)
    return queued
