"""Rhythms watched: rules that have far more items than usual, and an intake that has far fewer."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.alerting import file_alert
from monitor.alerts.plan import AlertPlan
from monitor.alerts.rhythm import DAYS, SPIKE_LEAST, lull, spike
from monitor.instants import latest_instant
from monitor.model import Ailment, Alert, AlertKind, AlertState, Rule
from monitor.store import Store

LULL = timedelta(hours=6)
DAY = timedelta(days=1)


def tell_spikes(store: Store, plan: AlertPlan, now: datetime) -> int:
    """Tell the channels of each alerting rule whose day so far, by the plan's zone, is far above its last two weeks; once a day
    each. Returns how many alerts were decided. Raises `StoreError`, and then none is."""
    midnights = _midnights(plan.timezone, now)
    if not store.alerts.has_items_before(midnights[0]):
        return 0  # what is not two weeks old has no rhythm yet
    bounds = [*store.alerts.first_items_at(midnights), store.items.last_id() + 1]
    found = []
    for rule in plan.rules.values():
        last_at = store.alerts.last_spike_at(rule.id)
        if rule.on != "item" or (last_at is not None and last_at >= midnights[-1]):
            continue
        [today] = store.alerts.matched_between(rule.id, bounds[-2:])
        if today >= SPIKE_LEAST and (why := spike(today, store.alerts.matched_between(rule.id, bounds[:-1]))):
            found.append((rule, why))
    if not found:
        return 0
    with store.transaction(durable=True):
        return sum(_tell(store, plan, rule, why, now) for rule, why in found)


def _tell(store: Store, plan: AlertPlan, rule: Rule, why: str, now: datetime) -> int:
    item = store.items.get(store.alerts.last_match(rule.id) or 0)
    if item is None:
        return 0
    mutes = store.alerts.mutes(now)
    channels = [channel for channel in rule.alert if channel in plan.manners]
    for channel in channels:
        alert = Alert(
            id=0,
            item_id=item.id,
            version=item.version,
            story_id=item.story_id,
            publisher=item.publisher,
            rule_id=rule.id,
            channel=channel,
            kind=AlertKind.SPIKE,
            priority=rule.priority,
            decided_at=now,
            state=AlertState.QUEUED,
            reason=why,
        )
        file_alert(store, plan, alert, item, mutes)
    return len(channels)


def intake_lull(store: Store, now: datetime) -> tuple[Ailment, ...]:
    """That the last six hours brought far less than the same hours of each of the last fourteen days, if they did; reads only.
    Where the monitor was off on some of these days, that says nothing."""
    ends = [now - day * DAY for day in range(DAYS + 1)]
    counts = [store.alerts.count_seen(end - LULL, end) for end in ends]
    why = lull(counts[0], counts[1:])
    if not why:
        return ()
    advice = "Is the network up? `monitor status` says how many sources fail, `monitor sources list` which and why."
    return (Ailment("intake", "Hardly anything new comes in", (f"{why}.", advice)),)


def _midnights(timezone: str, now: datetime) -> list[datetime]:
    """When today and each of the fourteen days before it began in the zone, the earliest first."""
    found = [latest_instant("0 0 * * *", timezone, now)]
    for _ in range(DAYS):
        found.append(latest_instant("0 0 * * *", timezone, found[-1] - timedelta(seconds=1)))
    return found[::-1]
