"""What people say of alerts: known, not now, and not for the time being."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta

from monitor.actions.parts import Parts, UnknownError
from monitor.contract import Object, mute_object
from monitor.model import MuteKind


async def acknowledge(parts: Parts, alerts: list[int], stories: list[int]) -> AsyncGenerator[Object, None]:
    """Note that the stories of these alerts, and these stories, are known: they get no follow-ups but corrections. Yields each
    story. Raises `UnknownError` for an alert or a story there is not, and then nothing is noted."""
    store, now = parts.store, parts.clock()
    with store.transaction():
        wanted = dict.fromkeys(_story_of(parts, alert_id) for alert_id in alerts) | dict.fromkeys(stories)
        for story_id in wanted:
            store.alerts.acknowledge(_lead_of(parts, story_id), now)
    for story_id in wanted:
        yield {"story": story_id, "acknowledged": True}


async def mute(parts: Parts, kind: str, subject: str, for_s: float) -> AsyncGenerator[Object, None]:
    """Let nothing be told of a story, rule or source for so many seconds; yields the mute. Raises `UnknownError` where there is
    none of this id."""
    store, now = parts.store, parts.clock()
    sort = MuteKind(kind)
    with store.transaction():
        if sort is MuteKind.STORY:
            subject = str(_lead_of(parts, int(subject)))
        elif sort is MuteKind.RULE and subject not in {rule.id for rule in parts.configuration.settings.rules}:
            raise UnknownError(f"there is no rule {subject!r} in rules.toml; `monitor rules list` shows them")
        elif sort is MuteKind.SOURCE and store.sources.status(subject) is None:
            raise UnknownError(f"there is no source {subject!r}; `monitor sources list` shows them")
        store.alerts.forget_mutes(now)
        mute_id = store.alerts.mute(sort, subject, now + timedelta(seconds=for_s), now)
    for made in store.alerts.mutes(now):
        if made.id == mute_id:
            yield mute_object(made)


async def unmute(parts: Parts, mute_id: int) -> AsyncGenerator[Object, None]:
    """Take a mute back; yields it. Raises `UnknownError` where there is none of this id."""
    store, now = parts.store, parts.clock()
    found = [made for made in store.alerts.mutes(now) if made.id == mute_id]
    if not found:
        raise UnknownError(f"there is no mute {mute_id}; `monitor alerts mutes` shows them")
    with store.transaction():
        store.alerts.unmute(mute_id)
    yield mute_object(found[0])


def _story_of(parts: Parts, alert_id: int) -> int:
    alert = parts.store.alerts.get(alert_id)
    if alert is None:
        raise UnknownError(f"there is no alert {alert_id}; `monitor alerts list` shows them")
    return alert.story_id


def _lead_of(parts: Parts, story_id: int) -> int:
    story = parts.store.stories.get(story_id)
    if story is None:
        raise UnknownError(f"there is no story {story_id}; `monitor stories list` shows them")
    return story.lead_id
