"""Announcements put together: entries with their sentences and outlets, subjects, and the order within a roll-up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.alerts.plan import AlertPlan
from monitor.alerts.sentence import hit_sentence
from monitor.model import (
    Alert,
    AlertKind,
    AnnouncedItem,
    Announcement,
    AnnouncementKind,
    Item,
    Span,
)

RULES_NAMED = 3
_GRAVITY = (AlertKind.WITHDRAWAL, AlertKind.CORRECTION, AlertKind.SPIKE, AlertKind.ALERT, AlertKind.FOLLOW_UP)
_BEFORE_TITLE = {
    AlertKind.CORRECTION: "Correction: ",
    AlertKind.WITHDRAWAL: "Withdrawn: ",
    AlertKind.SPIKE: "Far more than usual",
}


@dataclass(frozen=True, slots=True)
class Context:
    """What an alert's entry shows besides the alert: its item as it is now, where the rule hit it, and the names of the outlets
    that carry its story, the item's own first."""

    item: Item
    spans: tuple[Span, ...]
    outlets: tuple[str, ...]


def entry(alert: Alert, context: Context, plan: AlertPlan) -> AnnouncedItem:
    """An alert as it is shown."""
    item = context.item
    shown = hit_sentence(item.title, item.text, context.spans)
    return AnnouncedItem(
        item=item,
        rule_id=alert.rule_id,
        rule_name=plan.rule(alert.rule_id).name,
        priority=alert.priority,
        outlet=context.outlets[0],
        publishers=context.outlets,
        sentence=shown.text,
        marks=shown.marks,
        reason=alert.reason,
        link=item.url,
        kind=alert.kind.announced,
    )


def announce(alert: Alert, context: Context, plan: AlertPlan, now: datetime) -> Announcement:
    """An alert that goes out by itself."""
    told = entry(alert, context, plan)
    is_spike = alert.kind is AlertKind.SPIKE
    return Announcement(
        kind=told.kind,
        key=f"alert:{alert.channel}:{alert.id}:{_stamp(alert.decided_at)}",
        title=f"[{told.rule_name}] {_BEFORE_TITLE.get(alert.kind, '')}{'' if is_spike else told.item.title}",
        at=now,
        priority=alert.priority,
        entries=(told,),
        lines=(f"{alert.reason}. The latest:",) if is_spike else (),
        timezone=plan.timezone,
    )


def announce_together(
    alerts: Sequence[Alert], contexts: Mapping[int, Context], plan: AlertPlan, now: datetime
) -> Announcement:
    """What one channel is told at once of several alerts (one at least): urgent before important before routine, what was told
    wrongly first among equals, then in the order decided. `contexts` go by the alerts' ids."""
    ordered = sorted(alerts, key=lambda alert: (-alert.priority.weight, _GRAVITY.index(alert.kind), alert.id))
    entries = tuple(entry(alert, contexts[alert.id], plan) for alert in ordered)
    if len(ordered) == 1:
        only = announce(ordered[0], contexts[ordered[0].id], plan, now)
        held = f"Held since {ordered[0].decided_at:%Y-%m-%d %H:%M} UTC: {ordered[0].held_for}."
        return replace(only, lines=(*only.lines, held))
    ids = [alert.id for alert in alerts]
    return Announcement(
        kind=AnnouncementKind.ROLLUP,
        key=f"rollup:{alerts[0].channel}:{min(ids)}-{max(ids)}:{_stamp(now)}",
        title=f"[{_rules_named(entries)}] {len(entries)} alerts",
        at=now,
        priority=ordered[0].priority,
        entries=entries,
        lines=(_held_because(alerts),),
        timezone=plan.timezone,
    )


def _rules_named(entries: Sequence[AnnouncedItem]) -> str:
    names = list(dict.fromkeys(told.rule_name for told in entries))
    more = f" +{len(names) - RULES_NAMED}" if len(names) > RULES_NAMED else ""
    return ", ".join(names[:RULES_NAMED]) + more


def _held_because(alerts: Iterable[Alert]) -> str:
    reasons = list(dict.fromkeys(alert.held_for for alert in alerts if alert.held_for))
    return f"Told together ({'; '.join(reasons)})."


def _stamp(at: datetime) -> str:
    """An instant as a part of a key: a database that is restored gives its numbers again."""
    return f"{at.timestamp() * 1000:.0f}"
