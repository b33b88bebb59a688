"""The operator's daily mail: the sources whose state changed, in plain text, gravest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from monitor.model import Outgoing, SourceState
from monitor.notices.excerpt import fit, shorten, wrap
from monitor.notices.mail import Mail, Mailbox, message_id, render_mail

CHANNEL = "mail"
COLUMNS = 76
SOURCES_NAMED = 200
PASSING_NAMED = 20
_REASON_LENGTH = 300
_WELL = frozenset({SourceState.OK, SourceState.NEW})
_HEADINGS = {
    SourceState.GONE: "Retired by their publishers, and polled no more",
    SourceState.FAILING: "Failing",
    SourceState.BLOCKED: "Blocked",
    SourceState.NOT_A_FEED: "No feed at the address",
    SourceState.MOVED: "Moved for good",
    SourceState.SILENT: "Silent",
    SourceState.EMPTY: "Empty",
    SourceState.PAUSED: "Paused",
    SourceState.OK: "Well again",
    SourceState.NEW: "New",
}


@dataclass(frozen=True, slots=True)
class SourceNews:
    """What became of one source: from `was` to `state`, where it arrived at `at`, by `change_count` changes."""

    source_id: str
    name: str
    was: SourceState
    state: SourceState
    at: datetime
    reason: str
    change_count: int = 1

    @property
    def is_passing(self) -> bool:
        """Whether the source is as it was before."""
        return self.was == self.state


def notice_subject(news: Sequence[SourceNews]) -> str:
    """`Sources: 2 need a look, 1 well again`; at most one of the two where the other is none."""
    lasting = [told for told in news if not told.is_passing]
    well = sum(told.state in _WELL for told in lasting)
    ailing = len(lasting) - well
    parts = [
        f"{ailing} need{'s' if ailing == 1 else ''} a look" if ailing else "",
        f"{well} well again" if well else "",
    ]
    return "Sources: " + (", ".join(filter(None, parts)) or "passing trouble")


def notice_text(news: Sequence[SourceNews], timezone: str) -> str:
    """The mail's text, ending in a line feed: each source once, under its state, with the reason and since when."""
    zone = ZoneInfo(timezone)
    lines = [f"What changed among the sources (times in {timezone})."]
    lasting, room = [told for told in news if not told.is_passing], SOURCES_NAMED
    for state, heading in _HEADINGS.items():
        found = [told for told in lasting if told.state is state]
        if found and room > 0:
            lines += ["", f"{heading} ({len(found)})"]
            for told in found[:room]:
                lines += _told(told, zone)
            room -= len(found)
    if len(lasting) > SOURCES_NAMED:
        lines += ["", f"And {len(lasting) - SOURCES_NAMED:,} more."]
    passing = [told for told in news if told.is_passing]
    if passing:
        names = ", ".join(fit(told.name) for told in passing[:PASSING_NAMED])
        more = f" (+{len(passing) - PASSING_NAMED:,})" if len(passing) > PASSING_NAMED else ""
        lines += ["", *wrap(f"Trouble that passed by itself: {names}{more}.", COLUMNS)]
    lines += ["", "`monitor sources list` shows them all, `monitor sources show ID` one."]
    return "\n".join(lines) + "\n"


def _told(told: SourceNews, zone: ZoneInfo) -> list[str]:
    when = f"{told.at.astimezone(zone):%Y-%m-%d %H:%M}"
    lines = wrap(f"- {fit(told.name)} ({told.source_id}), since {when}; was {told.was.value}", COLUMNS)
    return [*lines, *wrap(shorten(fit(told.reason), _REASON_LENGTH), COLUMNS, "  ")] if told.reason else lines


def operator_mail(
    news: Sequence[SourceNews], due_at: datetime, now: datetime, timezone: str, boxes: tuple[Mailbox, Mailbox]
) -> Outgoing:
    """The notice that is due at `due_at` for one recipient; `boxes` are the sender and the recipient. Its key and Message-ID
    go by the day and the recipient, so that a day has one."""
    sender, recipient = boxes
    zone, subject = ZoneInfo(timezone), notice_subject(news)
    identifier = message_id(sender, "sources", due_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"), recipient)
    mail = Mail(
        sender=sender,
        recipient=recipient,
        subject=subject,
        date=now.astimezone(zone),
        message_id=identifier,
        text=notice_text(news, timezone),
    )
    return Outgoing(
        key=f"notice:sources:{due_at.astimezone(zone):%Y-%m-%d}:{recipient.address.lower()}",
        kind="notice",
        channel=CHANNEL,
        recipient=recipient.address,
        message_id=identifier,
        subject=subject,
        body=render_mail(mail),
    )
