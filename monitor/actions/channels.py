"""Channels tried out: a sample, marked as one, sent past the outbox."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime

from monitor.actions.parts import UnknownError
from monitor.contract import Object
from monitor.delivery.channel import Channel
from monitor.delivery.channels import MAIL, open_channels
from monitor.errors import DeliveryError
from monitor.model import (
    AnnouncedItem,
    Announcement,
    AnnouncementKind,
    Delivery,
    Item,
    Outgoing,
    Priority,
    Relation,
    Wire,
)
from monitor.notices.announcing import render
from monitor.notices.mail import mailbox
from monitor.settings import Settings

_SENTENCE = "This sentence shows how the words that a rule asks for are marked."
_MARKED = "words that a rule asks for"


async def try_channel(settings: Settings, name: str, now: datetime) -> AsyncGenerator[Object, None]:
    """Send a sample through a configured channel, at once and past the outbox; one object a recipient: `state` is sent or failed,
    with the `error`. Raises `UnknownError` where there is no such channel, or the mail server's own name is asked for."""
    configured = settings.channels.get(name)
    if configured is None:
        known = ", ".join(settings.channels) or "none is configured"
        own = "; digests leave by it to their own addresses, so test a channel of kind mail" if name == MAIL else ""
        raise UnknownError(f"there is no channel {name!r} in monitor.toml ({known}){own}")
    channel = open_channels(settings, lambda: now)[name]
    try:
        for outgoing in render(sample(name, now), configured, mailbox(settings.mail.sender)):
            error = await _sent(channel, outgoing, now)
            yield {
                "channel": name,
                "recipient": outgoing.recipient,
                "state": "failed" if error else "sent",
                "error": error,
            }
    finally:
        await channel.close()


async def _sent(channel: Channel, outgoing: Outgoing, now: datetime) -> str:
    """Why it was not taken; "" where it was."""
    try:
        await channel.send(Delivery.unkept(outgoing, now), outgoing.body)
    except DeliveryError as error:
        return str(error)
    return ""


def sample(name: str, now: datetime) -> Announcement:
    """An alert on nothing, which says that it is one."""
    item = Item(
        id=0,
        source_id="sample",
        publisher="sample",
        title="A sample headline",
        url="https://example.org/sample",
        author="",
        text=_SENTENCE,
        html="",
        language="en",
        published_at=now,
        published_claim="",
        first_seen_at=now,
        updated_at=None,
        version=1,
        story_id=0,
        relation=Relation.LEAD,
        share=None,
        wire=Wire(),
    )
    start = _SENTENCE.index(_MARKED)
    entry = AnnouncedItem(
        item=item,
        rule_id="sample",
        rule_name="Sample",
        priority=Priority.ROUTINE,
        outlet="Sample outlet",
        publishers=("Sample outlet", "Another outlet"),
        sentence=_SENTENCE,
        marks=((start, start + len(_MARKED)),),
        reason="a test of the channel; nothing has happened",
        link=item.url,
        kind=AnnouncementKind.SAMPLE,
    )
    return Announcement(
        kind=AnnouncementKind.SAMPLE,
        key=f"sample:{name}:{now.timestamp() * 1000:.0f}",
        title=f"[Sample] Test of the channel {name}: nothing has happened",
        at=now,
        entries=(entry,),
        lines=("SAMPLE. Somebody tried this channel out; an alert will look like this.",),
    )
