"""A desk with rules that alert: items go in as a poll brings them, and what would leave is noted in plain records."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

from monitor.alerting import Alerting, tell_due
from monitor.alerts.plan import AlertPlan
from monitor.alerts.timing import Manner
from monitor.intake import Intake
from monitor.model import Acquired, Alert, Announcement, Entry, Gate, Kind, Outgoing, Priority, Rule
from monitor.rules import compile_rules
from monitor.rules.versions import fingerprint
from tests.desk import NOON, TakingIn


def plainly(announcement: Announcement, channel: str) -> list[Outgoing]:
    """An announcement as one message of plain JSON; a channel called "broken" shows what a bug does."""
    if channel == "broken":
        raise ZeroDivisionError
    told = [
        {"item": one.item.id, "rule": one.rule_id, "kind": one.kind, "reason": one.reason, "outlets": one.publishers}
        for one in announcement.entries
    ]
    body = {"kind": announcement.kind, "title": announcement.title, "lines": announcement.lines, "entries": told}
    return [
        Outgoing(
            key=f"{announcement.key}:desk@mission.example",
            kind=announcement.kind,
            channel=channel,
            recipient="desk@mission.example",
            message_id=f"<{announcement.key}@mission.example>",
            subject=announcement.title,
            body=json.dumps(body).encode(),
            items=tuple(one.item.id for one in announcement.entries),
        )
    ]


class CutOff(Exception):
    """What a kill amid a poll is to the store."""


class AlertDesk(TakingIn):
    """`rule` adds one that alerts; `bring` takes in an item as a poll does, at `hours` after noon by the desk's clock."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.watched: list[Rule] = []
        self.manners: dict[str, Manner] = {}

    def channel(
        self,
        name: str = "desk",
        *,
        most: int = 30,
        quiet: tuple[time, time] | None = None,
        rollup: str = "none",
        timezone: str = "UTC",
    ) -> None:
        self.manners[name] = Manner(name, most, quiet, timezone, rollup)

    def rule(
        self,
        id: str = "talks",
        query: str = "talks",
        *,
        to: Sequence[str] = ("desk",),
        priority: Priority = Priority.ROUTINE,
        rollup: str = "",
        on: str = "item",
    ) -> None:
        for name in to:
            self.manners.setdefault(name, Manner(name))
        added = Rule(id, id.title(), query=query, alert=tuple(to), priority=priority, rollup=rollup, on=on)
        self.watched = [*(rule for rule in self.watched if rule.id != id), added]
        self.rules, _ = compile_rules([rule for rule in self.watched if rule.on == "item"], {})
        with self.store.transaction():
            self.store.rules.note({rule.id: fingerprint(rule, {}) for rule in self.watched}, self.now)

    @property
    def plan(self) -> AlertPlan:
        return AlertPlan(plainly, {rule.id: rule for rule in self.watched}, self.manners)

    def at(self, hours: float) -> datetime:
        """Let the clock stand so many hours after noon."""
        self.now = NOON + timedelta(hours=hours)
        return self.now

    def bring(
        self,
        source_id: str,
        title: str,
        text: str = "",
        *,
        hours: float | None = None,
        url: str = "",
        published_hours: float | None = None,
        is_first: bool = False,
        kind: Kind = Kind.PRESS,
        is_cut_off: bool = False,
    ) -> int:
        """Take in an item; returns its id. The same `url` again is an edit. One that `is_cut_off` ends as a kill ends it."""
        source = self.source(source_id, kind)
        if hours is not None:
            self.at(hours)
        at = self.now if published_hours is None else NOON + timedelta(hours=published_hours)
        address = url or f"https://{source_id}.example/{self.store.items.last_id() + 1}"
        entry = Entry(guid=address, url=address, title=title, text=text or title, html="", published_at=at)
        with self.store.transaction():
            last = None if is_first else self.now - timedelta(minutes=15)
            intake = Intake(self.store, source, self.rules, self.now, last)
            intake.edit_rules, _ = compile_rules([rule for rule in self.watched if rule.on == "edit"], {})
            intake.alerting = Alerting(self.store, self.plan, source, self.now)
            intake.take(Acquired(source_id, Gate.WHOLE, (entry,)))
            [item_id] = intake.taken
            if is_cut_off:
                raise CutOff
        return item_id

    def tick(self, hours: float | None = None) -> int:
        """What the daemon does every second; returns how many announcements were queued."""
        if hours is not None:
            self.at(hours)
        return tell_due(self.store, self.plan, self.now)

    def alerts(self) -> list[Alert]:
        """All decisions, the earliest first."""
        return self.store.alerts.list()[::-1]

    def told(self) -> list[str]:
        """The subjects of what was queued, the earliest first."""
        return [row.subject for row in self.store.deliveries.list()[::-1]]

    def states(self) -> list[tuple[int, str, str]]:
        """(item, kind, state) of each decision, the earliest first."""
        return [(alert.item_id, alert.kind.value, alert.state.value) for alert in self.alerts()]
