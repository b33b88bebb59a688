"""Making an edition: read the store, choose, word, and file all of it in one durable transaction.

Drafting only reads, so a preview is a draft that is not filed, and a long draft holds no lock. Filing refuses a draft
that another edition has overtaken: what it covers was told already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.digests.schedule import Due, due_edition, period
from monitor.digests.select import Gathered, facts_of, select
from monitor.model import Digest, Item, Outgoing, SourceFacts, SourceState
from monitor.notices.content import Ailing, Content, Entry, FollowUp, Section
from monitor.notices.digest_mail import DigestMail, digest_message, render_digest
from monitor.notices.mail import Mailbox, mailbox
from monitor.rules import Prepared, Query, prepare
from monitor.search.matchable import matchable
from monitor.store import Store
from monitor.store.editions import Edition, EditionEntry

CHANNEL = "mail"


@dataclass(frozen=True, slots=True)
class Plan:
    """A digest with its sections' compiled queries, in the sections' order (None: takes everything)."""

    digest: Digest
    queries: tuple[Query | None, ...] = ()


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
    """Keep the instant each digest was first loaded. Call it when the configuration is loaded."""
    with store.transaction(durable=True):
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


def draft_edition(store: Store, plan: Plan, due: Due | None, now: datetime, sender: str) -> Draft:
    """The edition as it would be filed now; reads only. `due` None stands for one that was asked for by hand.

    Raises `StoreError` where the database fails and ValueError for a sender or recipient that is no mail address.
    """
    digest, last = plan.digest, store.editions.last(plan.digest.id)
    upto = store.items.last_id()
    if last is None:
        loaded_at = store.editions.first_loaded_at(digest.id) or now
        since = loaded_at - period(digest, loaded_at)
        after = store.items.last_id_before(since)
    else:
        since, after = last.window_to, last.upto_item
    content = _content(store, plan, due, (since, after, upto), now)
    mail = render_digest(content)
    is_skipped = due is not None and content.is_empty and digest.when_empty == "skip"
    return Draft(
        edition=Edition(
            id=0,
            digest_id=digest.id,
            due_at=content.due_at,
            made_at=now,
            window_from=content.window_from,
            window_to=now,
            after_item=after,
            upto_item=upto,
            subject=mail.subject,
            item_count=content.entry_count,
            is_scheduled=due is not None,
            is_skipped=is_skipped,
        ),
        entries=_edition_entries(content),
        content=content,
        mail=mail,
        mails=() if is_skipped else tuple(_outgoing(content, mail, mailbox(sender), to) for to in _recipients(digest)),
        follows=None if last is None else last.id,
    )


def file_edition(store: Store, draft: Draft, now: datetime) -> int | None:
    """Store the edition, its entries and its mails together; returns its id, None where another was filed meanwhile."""
    with store.transaction(durable=True):
        last = store.editions.last(draft.edition.digest_id)
        if (None if last is None else last.id) != draft.follows:
            return None
        edition_id = store.editions.add(draft.edition, draft.entries)
        if edition_id is None:
            return None
        for outgoing in draft.mails:
            store.deliveries.queue(outgoing, now, edition_id)
        return edition_id


def preview_bytes(draft: Draft, sender: str) -> bytes:
    """The mail as its first recipient would get it (the sender where there is none); also of a skipped edition."""
    if draft.mails:
        return draft.mails[0].body
    return digest_message(draft.content, draft.mail, mailbox(sender), mailbox(sender))[1]


# -- reading -----------------------------------------------------------------------------------------------------


def _content(store: Store, plan: Plan, due: Due | None, window: tuple[datetime, int, int], now: datetime) -> Content:
    since, after, upto = window
    gathered, states = _gather(store, plan.digest.id, after, upto), store.sources.counts()
    sections, tally = select(plan.digest.sections, gathered, _taker(plan.queries, gathered.facts, now), now)
    return Content(
        digest_id=plan.digest.id,
        title=plan.digest.title,
        timezone=plan.digest.timezone,
        due_at=now if due is None else due.due_at,
        made_at=now,
        window_from=min(since, now),
        window_to=now,
        is_late=due is not None and due.is_late,
        sections=sections,
        tally=tally,
        source_count=sum(
            count for state, count in states.items() if state not in (SourceState.NEW, SourceState.PAUSED)
        ),
        waiting_count=states.get(SourceState.NEW, 0),
        ailing=tuple(Ailing(s.facts.name, s.state.value, s.reason) for s in store.sources.ailing()),
    )


def _gather(store: Store, digest_id: str, after: int, upto: int) -> Gathered:
    items = tuple(store.items.window(after, upto))
    stories = store.stories.by_ids(item.story_id for item in items)
    known = {item.id: item for item in items}
    others = {
        item_id for story in stories.values() for item_id in story.items if item_id not in known and item_id <= upto
    }
    copies = known | store.items.by_ids(sorted(others))
    return Gathered(
        items=items,
        stories=stories,
        copies=copies,
        facts=store.sources.facts_of(item.source_id for item in copies.values()),
        told=store.editions.mailed_stories(digest_id, stories),
    )


def _taker(
    queries: Sequence[Query | None], facts: Mapping[str, SourceFacts], now: datetime
) -> Callable[[int, Item], bool]:
    """Whether a section asks for an item; each item is taken apart into words once for all sections."""
    prepared: dict[int, Prepared] = {}

    def takes(section: int, item: Item) -> bool:
        query = queries[section]
        if item.id not in prepared:
            prepared[item.id] = prepare(matchable(item, facts_of(item, facts)))
        return query is None or query.matches(prepared[item.id], now) is not None

    return takes


# -- filing ------------------------------------------------------------------------------------------------------


def _edition_entries(content: Content) -> tuple[EditionEntry, ...]:
    return tuple(
        EditionEntry(
            section.title, told.story_id, told.item_id, told.version, told.publishers, isinstance(told, FollowUp)
        )
        for section in content.sections
        for told in _all_of(section)
    )


def _all_of(section: Section) -> tuple[Entry | FollowUp, ...]:
    return (*section.entries, *section.follow_ups)


def _recipients(digest: Digest) -> list[Mailbox]:
    """The digest's recipients, each address once."""
    boxes = [mailbox(to) for to in digest.to]
    return list({box.address.lower(): box for box in reversed(boxes)}.values())[::-1]


def _outgoing(content: Content, mail: DigestMail, sender: Mailbox, recipient: Mailbox) -> Outgoing:
    message_id, body = digest_message(content, mail, sender, recipient)
    return Outgoing(
        key=f"edition:{content.digest_id}:{content.due_at.isoformat()}:{recipient.address.lower()}",
        kind="edition",
        channel=CHANNEL,
        recipient=recipient.address,
        message_id=message_id,
        subject=mail.subject,
        body=body,
        items=tuple(told.item_id for section in content.sections for told in _all_of(section)),
    )
