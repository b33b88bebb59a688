"""Editions that wait for a person: made some time before their minute and held, changed or not, and gone at their minute.

What nobody saw to is drafted again when it leaves, so that it has all the news that came meanwhile; what a person changed
leaves as the person left it, and the next edition goes on from there. Nothing is lost by a review, and nothing waits for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.digests.edition import Draft, Occasion, draft_edition, queue_mails, worded
from monitor.digests.plan import Plan
from monitor.digests.schedule import LATE_AFTER, Due, latest_due, next_held
from monitor.errors import MonitorError
from monitor.notices.content import Content, Entry, Section, content_text, kept_content
from monitor.store import Store
from monitor.store.editions import HELD, RELEASED, Edition


class ReviewError(MonitorError):
    """A change to an edition that cannot be made; the message says why."""

    kind = "review"


Change = Callable[[Content], Content]


# -- holding ---------------------------------------------------------------------------------------------------------


def plans_to_hold(store: Store, plans: Iterable[Plan], now: datetime) -> list[tuple[Plan, datetime]]:
    """The digests whose next edition is to be held by now and is not there yet, each with its instant."""
    found = []
    for plan in plans:
        if plan.digest.review is None or store.editions.first_loaded_at(plan.digest.id) is None:
            continue
        due_at = next_held(plan.digest, plan.digest.review, now)
        if due_at is not None and store.editions.of_instant(plan.digest.id, due_at) is None:
            found.append((plan, due_at))
    return found


def draft_held(store: Store, plan: Plan, due_at: datetime, now: datetime, sender: str) -> Draft:
    """The edition of a coming instant, to be filed as held; reads only."""
    draft = draft_edition(store, plan, Due(due_at, is_late=False), now, sender)
    until_s = plan.digest.review.until_s if plan.digest.review else 0.0
    edition = replace(draft.edition, state=HELD, closes_at=due_at - timedelta(seconds=until_s))
    return replace(draft, edition=edition)


# -- leaving ---------------------------------------------------------------------------------------------------------


def is_overtaken(held: Edition, plan: Plan | None, now: datetime) -> bool:
    """Whether a later edition of the digest is due as well, which tells all that this one, untouched, would."""
    return plan is not None and not held.is_touched and latest_due(plan.digest, now) > held.due_at


def draft_again(store: Store, held: Edition, plan: Plan | None, now: datetime, sender: str) -> Draft | None:
    """The held edition as of now; None where it is to leave as it stands: a person changed it, its digest is configured no more,
    or another edition went on from it."""
    last = store.editions.last(held.digest_id)
    if plan is None or held.is_touched or last is None or last.id != held.id:
        return None
    due = Due(held.due_at, is_late=now - held.due_at > LATE_AFTER)
    return draft_edition(store, plan, Occasion(due, held.id), now, sender)


def let_leave(store: Store, held: Edition, draft: Draft | None, now: datetime) -> bool:
    """Release a held edition, as drafted again where it was and still may be; False where it is held no more."""
    with store.transaction(durable=True):
        found = store.editions.get(held.id)
        if found is None or found.state != HELD:
            return False
        last = store.editions.last(held.digest_id)
        if draft is not None and not found.is_touched and last is not None and last.id == held.id:
            _put(store, replace(draft, edition=replace(draft.edition, state=RELEASED)), now)
            return True
        return store.editions.release(held.id, now)


def discard(store: Store, held: Edition) -> None:
    """Forget a held edition that a later one replaces."""
    with store.transaction(durable=True):
        store.editions.discard(held.id)


def _put(store: Store, draft: Draft, now: datetime) -> None:
    """Let an edition say what the draft does, its waiting mails replaced."""
    store.editions.withdraw_mails(draft.edition.id)
    store.editions.replace(draft.edition, draft.entries, content_text(draft.content))
    queue_mails(store, draft, draft.edition.id, now)


# -- changing --------------------------------------------------------------------------------------------------------


def held_edition(store: Store, edition_id: int, now: datetime | None) -> Edition:
    """The held edition, which may still be changed at `now` (None: whether or not). Raises `ReviewError` where it may not."""
    held = store.editions.get(edition_id)
    if held is None or held.state != HELD:
        raise ReviewError(
            f"edition {edition_id} is not held for review; `monitor digest review list` shows those that are"
        )
    if now is not None and held.closes_at is not None and now >= held.closes_at:
        raise ReviewError(
            f"the review of edition {edition_id} closed at {held.closes_at:%H:%M} UTC; it leaves as it stands"
        )
    return held


def change_edition(store: Store, held: Edition, plan: Plan, change: Change, sender: str) -> Content:
    """Change what a held edition says, and its mails with it; returns what it says now. Raises `ReviewError`."""
    content = change(kept_content(store.editions.content(held.id)))
    draft = worded(store, plan, replace(held, is_touched=True), content, sender, None)
    with store.transaction(durable=True):
        _put(store, draft, held.made_at)
    return content


def dropped(content: Content, story_id: int) -> Content:
    """The content without a story."""
    number, _ = _found(content, story_id)
    is_entry = any(entry.story_id == story_id for entry in content.sections[number].entries)
    section = _without(content.sections[number], story_id)
    tally = content.tally
    if is_entry:
        tally = replace(tally, told_count=tally.told_count - 1, dropped_count=tally.dropped_count + 1)
    return replace(_with_section(content, number, section), tally=tally)


def moved(content: Content, story_id: int, place: int, title: str = "") -> Content:
    """The content with an entry at this place, from 1, of its section, or of the one of this title; places beyond the end are the
    end."""
    number, entry = _found(content, story_id)
    if entry is None:
        raise ReviewError(
            f"story {story_id} stands as further pick-up, which has no order of its own; drop it, or leave it"
        )
    titles = [section.title for section in content.sections]
    if title and title not in titles:
        raise ReviewError(f"there is no section {title!r}; this edition has {', '.join(map(repr, titles))}")
    content = _with_section(content, number, _without(content.sections[number], story_id))
    number = titles.index(title) if title else number
    section = content.sections[number]
    at = max(0, min(place - 1, len(section.entries)))
    entries = (*section.entries[:at], entry, *section.entries[at:])
    return _with_section(content, number, replace(section, entries=entries))


def noted(content: Content, text: str, story_id: int | None = None) -> Content:
    """The content with a note on a story, or on the whole (None); an empty text takes it away."""
    if story_id is None:
        return replace(content, note=text)
    number, _ = _found(content, story_id)
    section = content.sections[number]
    entries = tuple(replace(e, note=text) if e.story_id == story_id else e for e in section.entries)
    follow_ups = tuple(replace(f, note=text) if f.story_id == story_id else f for f in section.follow_ups)
    return _with_section(content, number, replace(section, entries=entries, follow_ups=follow_ups))


def _found(content: Content, story_id: int) -> tuple[int, Entry | None]:
    """The place of the section that tells a story, and its entry (None: a follow-up). Raises `ReviewError` where none does."""
    for number, section in enumerate(content.sections):
        for entry in section.entries:
            if entry.story_id == story_id:
                return number, entry
        if any(again.story_id == story_id for again in section.follow_ups):
            return number, None
    raise ReviewError(
        f"story {story_id} does not stand in this edition; `monitor digest review list` shows those that do"
    )


def _without(section: Section, story_id: int) -> Section:
    entries = tuple(entry for entry in section.entries if entry.story_id != story_id)
    return replace(section, entries=entries, follow_ups=tuple(f for f in section.follow_ups if f.story_id != story_id))


def _with_section(content: Content, number: int, section: Section) -> Content:
    return replace(content, sections=(*content.sections[:number], section, *content.sections[number + 1 :]))
