"""An announcement made into the messages that carry it: the bytes, for each kind of channel in its own form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from types import MappingProxyType

from monitor.model import Announcement, AnnouncementKind, Outgoing
from monitor.notices import chat
from monitor.notices.announcement_mail import announcement_mails
from monitor.notices.mail import Mailbox, clean_header, mailbox
from monitor.notices.webhook import webhook
from monitor.settings import Channel

_SUBJECT_LENGTH = 160

BODIES: Mapping[str, Callable[[Announcement], bytes]] = MappingProxyType(
    {
        "webhook": webhook,
        "slack": chat.slack,
        "mattermost": chat.mattermost,
        "teams": chat.teams,
        "ntfy": chat.ntfy,
        "telegram": chat.telegram,
        "apprise": chat.apprise,
    }
)
"""How each kind of channel but mail words an announcement."""


def render(announcement: Announcement, channel: Channel, sender: Mailbox) -> list[Outgoing]:
    """The messages that carry an announcement through a channel, rendered to their bytes: for a mail channel one from
    `sender` to each of its addresses, for any other a single one, whose recipient is the channel.

    The same announcement gives the same keys, Message-IDs and bytes. What the channel's service will not take in full is
    shortened, and what is left out is counted in it.
    """
    kind = "notice" if announcement.kind is AnnouncementKind.OPERATOR else announcement.kind.value
    if channel.kind == "mail":
        boxes = {box.address.lower(): box for box in map(mailbox, channel.to)}
        return announcement_mails(announcement, channel.name, sender, tuple(boxes.values()), kind)
    return [
        Outgoing(
            key=announcement.key,
            kind=kind,
            channel=channel.name,
            recipient=channel.name,
            message_id=f"msg_{sha256(announcement.key.encode()).hexdigest()[:32]}",
            subject=clean_header(announcement.title, _SUBJECT_LENGTH),
            body=BODIES[channel.kind](announcement),
            items=tuple(dict.fromkeys(entry.item.id for entry in announcement.entries)),
        )
    ]
