"""Reviewing on request: a story of a held edition dropped, moved or noted, the edition released before its minute."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from monitor.actions.editions import plan_among
from monitor.actions.parts import Parts
from monitor.contract import Object, delivery_object, edition_object
from monitor.digests import review
from monitor.notices.content import Content, Entry, FollowUp
from monitor.store.editions import Edition


def told_object(section: str, told: Entry | FollowUp) -> Object:
    """A story as an edition tells it."""
    return {
        "section": section,
        "story": told.story_id,
        "item": told.item_id,
        "version": told.version,
        "title": told.title,
        "follow_up": isinstance(told, FollowUp),
        "note": told.note,
    }


def review_object(edition: Edition, content: Content) -> Object:
    """A held edition with its stories in order: each with the section it stands in and its place there, from 1."""
    entries = []
    for section in content.sections:
        told: tuple[Entry | FollowUp, ...] = (*section.entries, *section.follow_ups)
        entries += [told_object(section.title, one) | {"place": place} for place, one in enumerate(told, 1)]
    return edition_object(edition) | {"note": content.note, "entries": entries}


async def drop_story(parts: Parts, edition_id: int, story_id: int) -> AsyncGenerator[Object, None]:
    """Take a story out of a held edition; yields the edition as it stands then."""
    yield _changed(parts, edition_id, lambda content: review.dropped(content, story_id))


async def move_story(
    parts: Parts, edition_id: int, story_id: int, place: int, section: str = ""
) -> AsyncGenerator[Object, None]:
    """Put a story of a held edition at another place, from 1, of its section or another; yields the edition as it stands then."""
    yield _changed(parts, edition_id, lambda content: review.moved(content, story_id, place, section))


async def note_edition(
    parts: Parts, edition_id: int, text: str, story_id: int | None = None
) -> AsyncGenerator[Object, None]:
    """Put a note on a story of a held edition, or on the whole; yields the edition as it stands then."""
    yield _changed(parts, edition_id, lambda content: review.noted(content, text, story_id))


async def release_edition(parts: Parts, edition_id: int) -> AsyncGenerator[Object, None]:
    """Let a held edition leave now, as it stands; one object a delivery."""
    held = review.held_edition(parts.store, edition_id, None)
    review.let_leave(parts.store, held, None, parts.clock())
    for delivery in parts.store.deliveries.of_edition(edition_id):
        yield delivery_object(delivery)


def _changed(parts: Parts, edition_id: int, change: review.Change) -> Object:
    held = review.held_edition(parts.store, edition_id, parts.clock())
    sender = parts.configuration.settings.mail.sender
    plan = plan_among(parts.plans, held.digest_id)
    content = review.change_edition(parts.store, held, plan, change, sender)
    return review_object(parts.store.editions.get(edition_id) or held, content)
