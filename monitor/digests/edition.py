"""Making an edition: read the store, choose, word, and file all of it in one durable transaction.

Drafting only reads, so a preview is a draft that is not filed, and a long draft holds no lock. Filing refuses a draft
that another edition has overtaken: what it covers was told already.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.digests.gather import Gathering, Sharing
from monitor.digests.leaving import unsubscribe_url
from monitor.digests.plan import Plan
from monitor.digests.schedule import Due, due_edition
from monitor.model import Digest, Outgoing, SourceState
from monitor.notices.content import Content, Entry, FollowUp, Section, content_text
from monitor.notices.digest_mail import DigestMail, digest_message, render_digest
from monitor.notices.mail import Mailbox, mailbox
from monitor.store import Store
from monitor.store.editions import HELD, Edition, EditionEntry

CHANNEL = "mail"
KEY_BYTES = 32
CORRECTIONS = "Corrections"  # what the record calls them, in whatever language they are told


@dataclass(frozen=True, slots=True)
class Draft:
    """An edition before it is filed. `follows` is the id of the edition it goes on from; `mails` are rendered to bytes,
    and none where an empty edition is skipped."""

    edition: Edition
    entries: tuple[EditionEntry, ...]
    content: Content
    mail: DigestMail
    mails: tuple[Outgoing, ...]
    follows: int | None


def open_digests(store: Store, digests: Iterable[Digest], now: datetime) -> None:
    """Keep the instant each digest was first loaded, and a key for links. Call it when the configuration is loaded."""
    with store.transaction(durable=True):
        store.subscribers.keep_key(secrets.token_bytes(KEY_BYTES))
        for digest in digests:
            store.editions.open_digest(digest.id, now)


def due_plans(store: Store, plans: Iterable[Plan], now: datetime) -> list[tuple[Plan, Due]]:
    """The editions that should leave now; a digest that was never opened is not due."""
    found = []
    for plan in plans:
        loaded_at = store.editions.first_loaded_at(plan.digest.id)
        if loaded_at is None:
            continue
        due = due_edition(plan.digest, store.editions.last_due_at(plan.digest.id, now), loaded_at, now)
        if due is not None:
            found.append((plan, due))
    return found


def make_edition(store: Store, plan: Plan, due: Due | None, now: datetime, sender: str) -> int | None:
    """Make the edition that is due, or (None) one asked for by hand; returns its id, None where it was made already."""
    return file_edition(store, draft_edition(store, plan, due, now, sender), now)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why an edition is made: `due` None stands for one that was asked for by hand. `replacing` is the id of a held edition whose
    place it is to take (0: none), `sharing` what is made at the same time."""

    due: Due | None
    replacing: int = 0
    sharing: Sharing | None = None


def draft_edition(store: Store, plan: Plan, occasion: Occasion | Due | None, now: datetime, sender: str) -> Draft:
    """The edition as it would be filed now; reads only.

    Raises `StoreError` where the database fails and ValueError for a sender or recipient that is no mail address.
    """
    why = occasion if isinstance(occasion, Occasion) else Occasion(occasion)
    sharing = why.sharing or Sharing([plan])
    window = sharing.window(store, plan, now, why.replacing)
    gathering = Gathering(store, plan, window, sharing.of(store, plan, window, now), now)
    content = _content(gathering, why.due)
    edition = Edition(
        id=why.replacing,
        digest_id=plan.digest.id,
        due_at=content.due_at,
        made_at=now,
        window_from=content.window_from,
        window_to=now,
        after_item=window.after,
        upto_item=window.upto,
        subject="",
        item_count=0,
        is_scheduled=why.due is not None,
    )
    last = store.editions.last(plan.digest.id, beside=why.replacing)
    return worded(store, plan, edition, content, sender, None if last is None else last.id)


def worded(store: Store, plan: Plan, edition: Edition, content: Content, sender: str, follows: int | None) -> Draft:
    """The draft of an edition that says this."""
    mail = render_digest(content, plan.style)
    is_skipped = edition.is_scheduled and content.is_empty and plan.digest.when_empty == "skip"
    return Draft(
        edition=replace(edition, subject=mail.subject, item_count=content.entry_count, is_skipped=is_skipped),
        entries=_edition_entries(content),
        content=content,
        mail=mail,
        mails=() if is_skipped else _mails(store, plan, content, mail, mailbox(sender)),
        follows=follows,
    )


def file_edition(store: Store, draft: Draft, now: datetime) -> int | None:
    """Store the edition, its entries and its mails together; returns its id, None where another was filed meanwhile."""
    with store.transaction(durable=True):
        last = store.editions.last(draft.edition.digest_id)
        if (None if last is None else last.id) != draft.follows:
            return None
        edition_id = store.editions.add(draft.edition, draft.entries, content_text(draft.content))
        if edition_id is not None:
            queue_mails(store, draft, edition_id, now)
        return edition_id


def queue_mails(store: Store, draft: Draft, edition_id: int, now: datetime) -> None:
    """Queue the mails of an edition, to be held where it is."""
    for outgoing in draft.mails:
        store.deliveries.queue(outgoing, now, edition_id)
    if draft.edition.state == HELD:
        store.editions.hold_mails(edition_id)


def preview_bytes(draft: Draft, sender: str) -> bytes:
    """The mail as its first recipient would get it (the sender where there is none); also of a skipped edition."""
    if draft.mails:
        return draft.mails[0].body
    return digest_message(draft.content, draft.mail, mailbox(sender), mailbox(sender))[1]


# -- reading -----------------------------------------------------------------------------------------------------


def _content(gathering: Gathering, due: Due | None) -> Content:
    store, digest, now = gathering.store, gathering.plan.digest, gathering.now
    due_at, states = now if due is None else due.due_at, store.sources.counts()
    sections, tally, corrections = gathering.sections()
    is_week_told = due_at.astimezone(ZoneInfo(digest.timezone)).weekday() == digest.week_in_review
    return Content(
        digest_id=digest.id,
        title=digest.title,
        timezone=digest.timezone,
        due_at=due_at,
        made_at=now,
        window_from=min(gathering.window.since, now),
        window_to=now,
        is_late=due is not None and due.is_late,
        sections=sections,
        tally=tally,
        source_count=sum(
            count for state, count in states.items() if state not in (SourceState.NEW, SourceState.PAUSED)
        ),
        waiting_count=states.get(SourceState.NEW, 0),
        ailing=gathering.ailing(),
        corrections=corrections,
        week=gathering.week(due_at) if is_week_told else (),
        language=digest.language,
        reads=digest.reads,
    )


# -- filing ------------------------------------------------------------------------------------------------------


def _edition_entries(content: Content) -> tuple[EditionEntry, ...]:
    entries = [_told(section.title, told) for section in content.sections for told in _all_of(section)]
    corrections = [
        EditionEntry(CORRECTIONS, told.story_id, told.item_id, told.version, told.publishers, is_follow_up=True)
        for told in content.corrections
    ]
    return (*entries, *corrections)


def _told(section: str, told: Entry | FollowUp) -> EditionEntry:
    is_follow_up = isinstance(told, FollowUp)
    return EditionEntry(section, told.story_id, told.item_id, told.version, told.publishers, is_follow_up)


def _all_of(section: Section) -> tuple[Entry | FollowUp, ...]:
    return (*section.entries, *section.follow_ups)


def _recipients(store: Store, digest: Digest) -> list[Mailbox]:
    """The digest's recipients, each address once, without those that asked to get it no more."""
    boxes, gone = [mailbox(to) for to in digest.to], store.subscribers.gone(digest.id)
    first = {box.address.lower(): box for box in reversed(boxes) if box.address.lower() not in gone}
    return list(first.values())[::-1]


def _mails(store: Store, plan: Plan, content: Content, mail: DigestMail, sender: Mailbox) -> tuple[Outgoing, ...]:
    key = store.subscribers.signing_key() if plan.base_url else None
    told = tuple(told.item_id for section in content.sections for told in _all_of(section))
    items = (*told, *(correction.item_id for correction in content.corrections))
    found = []
    for recipient in _recipients(store, plan.digest):
        url = unsubscribe_url(plan.base_url, key, content.digest_id, recipient.address) if key else ""
        message_id, body = digest_message(content, mail, sender, recipient, url)
        found.append(
            Outgoing(
                key=f"edition:{content.digest_id}:{content.due_at.isoformat()}:{recipient.address.lower()}",
                kind="edition",
                channel=CHANNEL,
                recipient=recipient.address,
                message_id=message_id,
                subject=mail.subject,
                body=body,
                items=items,
            )
        )
    return tuple(found)
