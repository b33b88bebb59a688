"""What a rule would have told of what is stored: the same deciders, run over the items in the order they came.

Texts and stories are taken as they are now; what was muted or acknowledged, and what other rules told, is left out of account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count, islice

from monitor.alerts.deciding import Happening, mark_of, should_alert
from monitor.alerts.timing import Load, Manner, hold, release
from monitor.model import Alert, AlertKind, AlertState, Item
from monitor.rules.ruleset import CompiledRule
from monitor.search.narrow import Known, narrow_rule
from monitor.search.tryout import text_of_item
from monitor.store import Store
from monitor.store.finding import SeenSince, every
from monitor.text.furniture import find_furniture

BATCH = 400


@dataclass(frozen=True, slots=True)
class _Event:
    """An item that came, or an edit that marked it, at `at`."""

    at: datetime
    item: Item
    is_matched: bool
    mark: AlertKind | None


def try_alerts(
    store: Store, compiled: CompiledRule, manners: Mapping[str, Manner], since: datetime, now: datetime
) -> list[Alert]:
    """The decisions on the items first seen since `since`, in their order, one for each channel of the rule; those held
    past `now` stay held. `told_as` numbers the messages ("1", "2", …) in the order they would have left. Raises
    `StoreError`."""
    return _Trial(store, compiled, manners).run(since, now)


class _Trial:
    """One run of a rule's alerts over what is stored."""

    def __init__(self, store: Store, compiled: CompiledRule, manners: Mapping[str, Manner]) -> None:
        self.store, self.compiled, self.manners, self.rule = store, compiled, manners, compiled.rule
        self.facts = store.sources.facts()
        self.alerts: dict[int, Alert] = {}
        self.of_story: dict[tuple[int, str], list[int]] = defaultdict(list)
        self.held: dict[str, set[int]] = defaultdict(set)
        self.sent_at: dict[str, list[datetime]] = defaultdict(list)
        self.messages = count(1)
        self.upto_item = 0

    def run(self, since: datetime, now: datetime) -> list[Alert]:
        for event in sorted(self._events(since, now), key=lambda event: (event.at, event.item.id)):
            self._release(event.at)
            for channel in self.rule.alert:
                self._decide(event, channel)
        self._release(now)
        return list(self.alerts.values())

    def _events(self, since: datetime, now: datetime) -> Iterator[_Event]:
        store = self.store
        condition = every([narrow_rule(self.compiled, Known(self.facts, None, now)), SeenSince(since)])
        wanted = {*store.items.find(condition), *store.alerts.marked_since(store.items.first_id_since(since))}
        ids = iter(sorted(wanted))
        while batch := list(islice(ids, BATCH)):
            for item in store.items.by_ids(batch).values():
                mark = mark_of(item.wire.edit)
                text = text_of_item(item, self.facts[item.source_id])
                is_matched = self.compiled.match(text) is not None
                if not (is_matched or mark) or store.alerts.is_backlog(item.id):
                    continue
                marked_at = self._marked_at(item) if mark else None
                yield _Event(item.first_seen_at, item, is_matched, None if marked_at else mark)
                if marked_at is not None:
                    yield _Event(marked_at, item, False, mark)

    def _marked_at(self, item: Item) -> datetime | None:
        """When an edit gave an item its mark; None where it came with it."""
        for version in reversed(self.store.items.versions(item.id)):
            if find_furniture(version.title, version.text).wire.edit != item.wire.edit:
                return version.replaced_at
        return None

    def _decide(self, event: _Event, channel: str) -> None:
        item = event.item
        so_far = [self.alerts[number] for number in self.of_story[item.story_id, channel]]
        self.upto_item = max(self.upto_item, item.id)
        publishers = self._publishers(item.story_id, item.id)
        happening = Happening(
            publisher=item.publisher,
            outlet=self.facts[item.source_id].name,
            publisher_count=len(set(publishers)),
            is_new_publisher=publishers.count(item.publisher) == 1,
            is_official=self.facts[item.source_id].kind.authority == 0,
            is_matched=event.is_matched,
            mark=event.mark,
        )
        verdict = should_alert(happening, so_far)
        if verdict is None:
            return
        alert = Alert(
            id=len(self.alerts) + 1,
            item_id=item.id,
            version=item.version,
            story_id=item.story_id,
            publisher=item.publisher,
            rule_id=self.rule.id,
            channel=channel,
            kind=verdict.kind or AlertKind.FOLLOW_UP,
            priority=self.rule.priority,
            decided_at=event.at,
            state=AlertState.MERGED,
            reason=verdict.reason,
            publisher_count=happening.publisher_count,
        )
        self.alerts[alert.id] = alert if verdict.kind is None else self._timed(alert)
        self.of_story[item.story_id, channel].append(alert.id)

    def _publishers(self, story_id: int, upto_item: int) -> list[str]:
        """The publisher of each of a story's items up to one."""
        voices = self.store.items.voices(self.store.stories.members(story_id))
        return [row[2] for row in voices if row[0] <= upto_item]

    def _timed(self, alert: Alert) -> Alert:
        """The alert as it leaves at once, or waits."""
        now = alert.decided_at
        capped = [one.due_at for one in self._held(alert.channel) if one.is_capped and one.due_at]
        load = Load(tuple(self.sent_at[alert.channel]), min(capped, default=None))
        waits = hold(self.manners[alert.channel], alert.priority, self.rule.rollup, load, now)
        if waits is None:
            self.sent_at[alert.channel].append(now)
            return replace(alert, state=AlertState.QUEUED, told_as=str(next(self.messages)), told_at=now)
        self.held[alert.channel].add(alert.id)
        return replace(
            alert, state=AlertState.HELD, held_for=waits.reason, due_at=waits.until, is_capped=waits.is_for_cap
        )

    def _held(self, channel: str) -> list[Alert]:
        return [self.alerts[number] for number in sorted(self.held[channel])]

    def _release(self, now: datetime) -> None:
        """Tell what fell due until now, each channel's at its time."""
        for channel in self.rule.alert:
            while due_at := min((one.due_at for one in self._held(channel) if one.due_at), default=None):
                if due_at > now:
                    break
                self._release_at(channel, due_at)

    def _release_at(self, channel: str, at: datetime) -> None:
        due = [alert for alert in self._held(channel) if alert.due_at is not None and alert.due_at <= at]
        released = release(self.manners[channel], due, Load(tuple(self.sent_at[channel])), at)
        for alert, waits in released.waiting:
            self.alerts[alert.id] = replace(
                alert, held_for=waits.reason, due_at=waits.until, is_capped=waits.is_for_cap
            )
        if released.told:
            self.sent_at[channel].append(at)
            message = str(next(self.messages))
            for alert in released.told:
                self.held[channel].discard(alert.id)
                self.alerts[alert.id] = replace(
                    alert,
                    state=AlertState.ROLLED_UP,
                    told_as=message,
                    told_at=at,
                    publisher_count=len(set(self._publishers(alert.story_id, self.upto_item))),
                )
