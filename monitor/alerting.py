"""Alerts decided, worded and queued, in the transaction of what they tell of; and what waited told together, once it is due.

The deciding is `alerts`'; here the story is looked up, decisions are kept, and what leaves now is rendered to its bytes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from monitor.alerts.composing import Context, announce, announce_together
from monitor.alerts.deciding import Happening, Verdict, mark_of, should_alert
from monitor.alerts.plan import AlertPlan
from monitor.alerts.timing import HOUR, Hold, Load, hold, release
from monitor.errors import StoreError
from monitor.model import Alert, AlertKind, AlertState, Item, Mute, MuteKind, Source, Span
from monitor.store import Store

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Came:
    """An item that a poll brought or edited: the rules that ask for it, and what a new mark on it says of earlier copies."""

    item_id: int
    rule_ids: tuple[str, ...]
    mark: AlertKind | None


class Alerting:
    """One poll's alerts. Items are noted as they come, and decided on when all stand in their stories."""

    def __init__(self, store: Store, plan: AlertPlan, source: Source, now: datetime) -> None:
        self._store, self._plan, self._source, self._now = store, plan, source, now
        self.noted: list[Came] = []
        self._mutes: list[Mute] | None = None
        self.queued_count = 0

    def asking(self, rule_ids: Iterable[str]) -> tuple[str, ...]:
        """Those of these rules that alert."""
        return tuple(rule_id for rule_id in rule_ids if rule_id in self._plan.rules)

    def note(self, item_id: int, rule_ids: Iterable[str], edit: str | None) -> None:
        """Note an item that came, or was edited, with the rules that ask for it now (and did not before), and the wire's mark on
        it where that is new. Older news is not to be noted."""
        asking, mark = self.asking(rule_ids), mark_of(edit)
        if asking or (mark is not None and self._plan.manners):
            self.noted.append(Came(item_id, asking, mark))

    def decide(self) -> None:
        """Decide on what was noted. A bug in deciding on one item costs nobody else's alerts."""
        for came in self.noted:
            try:
                with self._store.savepoint():
                    self._decide(came)
            except StoreError:
                raise
            except Exception:
                log.exception("not decided whether to alert, by a bug", item=came.item_id)
        self.noted.clear()

    def _decide(self, came: Came) -> None:
        alerts = self._store.alerts
        item = self._store.items.get(came.item_id)
        if item is None:
            return
        decided = alerts.of_story(item.story_id)
        asked = {
            (rule_id, channel)
            for rule_id in came.rule_ids
            if self._plan.rules[rule_id].on == "edit" or item.id > self._since_item(rule_id)
            for channel in self._plan.rules[rule_id].alert
        }
        told = {(alert.rule_id, alert.channel) for alert in decided if alert.state.is_told} if came.mark else set()
        if not asked and not told:
            return
        publishers = {row[2] for row in self._store.items.voices(self._store.stories.members(item.story_id))}
        happening = Happening(
            publisher=item.publisher,
            outlet=self._source.name,
            publisher_count=len(publishers),
            is_new_publisher=not alerts.had_voice(item.story_id, item.publisher, item.id),
            is_official=self._source.kind.authority == 0,
            mark=came.mark,
        )
        is_known = alerts.acknowledged_at(item.story_id) is not None
        for rule_id, channel in sorted(asked | told):
            if channel not in self._plan.manners:
                continue
            so_far = [alert for alert in decided if (alert.rule_id, alert.channel) == (rule_id, channel)]
            is_edit = self._plan.rule(rule_id).on == "edit"
            what = replace(happening, is_matched=(rule_id, channel) in asked, is_edit=is_edit)
            verdict = should_alert(what, so_far, is_acknowledged=is_known)
            if verdict is not None:
                self._keep(item, rule_id, channel, verdict, happening.publisher_count)

    def _since_item(self, rule_id: str) -> int:
        """The newest item stored before a rule was saved as it is: only later ones may alert (any edit that a rule sees is
        later)."""
        since = self._store.rules.since_item(rule_id)
        return self._store.items.last_id() if since is None else since

    def _keep(self, item: Item, rule_id: str, channel: str, verdict: Verdict, publisher_count: int) -> None:
        rule = self._plan.rule(rule_id)
        alert = Alert(
            id=0,
            item_id=item.id,
            version=item.version,
            story_id=item.story_id,
            publisher=item.publisher,
            rule_id=rule_id,
            channel=channel,
            kind=verdict.kind or AlertKind.FOLLOW_UP,
            priority=rule.priority,
            decided_at=self._now,
            state=AlertState.MERGED if verdict.kind is None else AlertState.QUEUED,
            reason=verdict.reason,
            publisher_count=publisher_count,
        )
        if verdict.kind is not None and self._mutes is None:
            self._mutes = self._store.alerts.mutes(self._now)
        self.queued_count += file_alert(self._store, self._plan, alert, item, self._mutes or ())


def file_alert(store: Store, plan: AlertPlan, alert: Alert, item: Item, mutes: Collection[Mute]) -> bool:
    """Keep an alert that was decided at its `decided_at`, in the transaction of what it tells of; whether it was queued to leave
    at once. One that is to be told may be muted or held instead."""
    now = alert.decided_at
    if alert.state is AlertState.QUEUED and (why := muted_by(alert, item, mutes)):
        alert = replace(alert, state=AlertState.MUTED, held_for=why)
    if alert.state is AlertState.QUEUED:
        waits = _wait(store, plan, alert, now)
        if waits is not None:
            alert = replace(
                alert,
                state=AlertState.HELD,
                held_for=waits.reason,
                due_at=waits.until,
                is_capped=waits.is_for_cap,
            )
    alert = replace(alert, id=store.alerts.add(alert))
    if alert.state is not AlertState.QUEUED:
        return False
    try:
        announcement = announce(alert, _contexts(store, [alert])[alert.id], plan, now)
        messages = plan.render(announcement, alert.channel)
    except StoreError:
        raise
    except Exception:
        # Neither the items of a poll nor this alert are lost by a bug in wording it: it is tried again, where health shows it.
        log.exception("an alert not worded, by a bug", item=alert.item_id, rule=alert.rule_id)
        store.alerts.keep_back(alert.id, now, "an error in the monitor itself")
        return False
    for outgoing in messages:
        store.deliveries.queue(outgoing, now)
    store.alerts.tell(alert.id, announcement.key, now)
    return True


def muted_by(alert: Alert, item: Item, mutes: Iterable[Mute]) -> str:
    """What keeps an alert from being told, for people; "" for nothing."""
    for mute in mutes:
        is_meant = {
            MuteKind.STORY: mute.story_id == item.story_id,
            MuteKind.RULE: mute.subject == alert.rule_id,
            MuteKind.SOURCE: mute.subject == item.source_id,
        }[mute.kind]
        if is_meant:
            return f"the {mute.kind.value} is muted until {mute.until:%Y-%m-%d %H:%M} UTC"
    return ""


def _wait(store: Store, plan: AlertPlan, alert: Alert, now: datetime) -> Hold | None:
    rule, manner = plan.rule(alert.rule_id), plan.manners[alert.channel]
    load = Load(store.alerts.told_between(alert.channel, now - HOUR, now), store.alerts.capped_until(alert.channel))
    return hold(manner, alert.priority, rule.rollup, load, now)


# -- what waited ---------------------------------------------------------------------------------------------------


def tell_due(store: Store, plan: AlertPlan, now: datetime) -> int:
    """Tell what was held and is due, each channel's in one announcement; returns how many were queued. What quiet hours or the
    cap keep back waits again, and what was muted meanwhile is not told. Raises `StoreError`, and then nothing is changed;
    a bug over one channel's is raised when the others have theirs."""
    if not store.alerts.has_due(now):
        return 0
    with store.transaction(durable=True):
        store.alerts.follow_clock(now)
        of_channel: dict[str, list[Alert]] = defaultdict(list)
        for alert in store.alerts.due(now):
            of_channel[alert.channel].append(alert)
        mutes = store.alerts.mutes(now) if of_channel else []
        queued_count, bug = 0, None
        for channel, due in of_channel.items():
            try:
                with store.savepoint():
                    queued_count += _tell(store, plan, channel, due, mutes, now)
            except StoreError:
                raise
            except Exception as error:  # what one channel is due stays due; the others get theirs
                bug = error
    if bug is not None:
        raise bug
    return queued_count


def _tell(
    store: Store, plan: AlertPlan, channel: str, due: Sequence[Alert], mutes: Collection[Mute], now: datetime
) -> bool:
    """Tell what one channel is due; whether something left."""
    manner = plan.manners.get(channel)
    if manner is None:
        store.alerts.silence([alert.id for alert in due], f"there is no channel {channel!r} any more")
        return False
    items = store.items.by_ids(alert.item_id for alert in due)
    wanted: list[Alert] = []
    for alert in due:
        if why := muted_by(alert, items[alert.item_id], mutes):
            store.alerts.silence([alert.id], why)
        else:
            wanted.append(alert)
    released = release(manner, wanted, Load(store.alerts.told_between(channel, now - HOUR, now)), now)
    for alert, waits in released.waiting:
        store.alerts.put_off([alert.id], waits.until, waits.reason, is_capped=waits.is_for_cap)
    if not released.told:
        return False
    contexts = _contexts(store, released.told)
    announcement = announce_together(released.told, contexts, plan, now)
    for outgoing in plan.render(announcement, channel):
        store.deliveries.queue(outgoing, now)
    counts = [(alert.id, len(contexts[alert.id].outlets)) for alert in released.told]
    store.alerts.roll_up(counts, announcement.key, now)
    return True


# -- what is shown -------------------------------------------------------------------------------------------------


def _contexts(store: Store, alerts: Sequence[Alert]) -> dict[int, Context]:
    """What these alerts show, by their ids."""
    items = store.items.by_ids(alert.item_id for alert in alerts)
    stories = store.stories.by_ids(item.story_id for item in items.values())
    voices = {row[0]: row for story in stories.values() for row in store.items.voices(story.items)}
    facts = store.sources.facts_of(row[1] for row in voices.values())
    contexts = {}
    for alert in alerts:
        item = items[alert.item_id]
        copies = (voices[item.id], *(voices[copy] for copy in stories[item.story_id].items))
        first_source: dict[str, str] = {}
        for _, source_id, publisher, _ in copies:
            first_source.setdefault(publisher, source_id)
        names = tuple(facts[source].name if source in facts else source for source in first_source.values())
        contexts[alert.id] = Context(item, tuple(_spans(store, alert)), names)
    return contexts


def _spans(store: Store, alert: Alert) -> Iterator[Span]:
    """Where the alert's rule hit its item: in the text as it is now, or by the edit it was decided on."""
    for match in store.items.matches_of([alert.item_id])[alert.item_id]:
        if match.rule_id == alert.rule_id:
            yield from match.spans
    for edit in store.edits.matches(alert.item_id):
        if (edit.rule_id, edit.version) == (alert.rule_id, alert.version):
            yield from edit.appeared
