"""An edition of a digest as a mail: subject, plain text and page.

The page stays under 100 KB, since Gmail cuts what is longer: summaries shorten until it fits, and no entry is dropped.
It loads nothing from anywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from zoneinfo import ZoneInfo

from monitor.notices.content import Content
from monitor.notices.digest_words import WHOLE, Fitting, Words
from monitor.notices.mail import Mail, Mailbox, label, message_id, render_mail
from monitor.notices.templating import HTML, PLAIN_STYLE, TEXT, Style, inliner

HTML_MOST_BYTES = 100_000

_FITTINGS = (
    WHOLE,
    *(Fitting(limit) for limit in (500, 300, 180, 90, 0)),
    *(Fitting(0, names=3, is_plain=True), Fitting(0, names=0, title=140, is_plain=True)),
    Fitting(0, names=0, title=70, is_plain=True),
    Fitting(0, names=0, title=50, is_plain=True, has_outlet=False),
    Fitting(0, names=0, title=40, is_plain=True, has_outlet=False, has_link=False),
)


@dataclass(frozen=True, slots=True)
class DigestMail:
    """A rendered edition, the same for every recipient."""

    subject: str
    text: str
    html: str


def render_digest(content: Content, style: Style = PLAIN_STYLE) -> DigestMail:
    """The edition worded: `text` in lines of at most 76 columns, `html` under 100 KB (UTF-8)."""
    return DigestMail(digest_subject(content, style), render_text(content, style), render_html(content, style))


def digest_subject(content: Content, style: Style = PLAIN_STYLE) -> str:
    """`Title – Mon 23 Nov 2026 – 18 items`: the day is the one the edition is due on, in the digest's zone."""
    return Words(content, style.catalogue).subject()


def render_text(content: Content, style: Style = PLAIN_STYLE) -> str:
    """The whole edition as plain text, ending in a line feed."""
    return style.templates.render(TEXT, Words(content, style.catalogue).values()).strip() + "\n"


def render_whole_html(content: Content, style: Style = PLAIN_STYLE) -> str:
    """The edition as a page that carries its own style, whole however long, to be read or printed."""
    return _html(content, style, WHOLE)


def render_html(content: Content, style: Style = PLAIN_STYLE) -> str:
    """The same for a mail; shortened until it fits, never by an entry."""
    html = _html(content, style, WHOLE)
    if len(html.encode()) <= HTML_MOST_BYTES:
        return html
    long, fits = 0, len(_FITTINGS) - 1  # each fitting makes a shorter page than the one before
    html = _html(content, style, _FITTINGS[fits])
    while fits - long > 1:
        middle = (long + fits) // 2
        tried = _html(content, style, _FITTINGS[middle])
        if len(tried.encode()) <= HTML_MOST_BYTES:
            fits, html = middle, tried
        else:
            long = middle
    return html


def digest_message(
    content: Content, mail: DigestMail, sender: Mailbox, recipient: Mailbox, unsubscribe_url: str = ""
) -> tuple[str, bytes]:
    """The edition for one recipient: its Message-ID, the same however often it is made, and its bytes. `unsubscribe_url` takes
    a POST that ends the mails to this recipient (RFC 8058)."""
    instant = content.due_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ").replace("000000Z", "Z")
    identifier = message_id(sender, content.digest_id, instant, recipient)
    name = label(content.digest_id)
    return identifier, render_mail(
        Mail(
            sender=sender,
            recipient=recipient,
            subject=mail.subject,
            date=content.made_at.astimezone(ZoneInfo(content.timezone)),
            message_id=identifier,
            thread=f"<{name}.digest@{sender.domain}>",
            list_name=content.title,
            list_id=f"{name}.digest.{sender.domain}",
            unsubscribe_url=unsubscribe_url,
            text=mail.text,
            html=mail.html,
        )
    )


def inlined(page: str) -> str:
    """A page with its style beside each element, as mail programs want it, and without the blanks of its template."""
    return re.sub(r"\n\s*", "\n", inliner().inline(page))


def _html(content: Content, style: Style, fitting: Fitting) -> str:
    return inlined(style.templates.render(HTML, Words(content, style.catalogue, fitting).values()))
