"""The report on a release of ours as a mail: the totals and who carried it; passages are left to the command."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from functools import cache
from itertools import chain
from zoneinfo import ZoneInfo

from css_inline import CSSInliner

from monitor.model import Outgoing, Pickup
from monitor.notices import pickup_words as words
from monitor.notices.excerpt import shorten, wrap
from monitor.notices.mail import Mail, Mailbox, clean_header, message_id, render_mail
from monitor.notices.pickup_report import environment, head_line, render_text

CHANNEL = "mail"
COLUMNS = 76
MENTIONS_SHOWN, TOTALS_SHOWN = 100, 40  # the rest is counted
TITLE_SHOWN = 200  # characters
HTML_MOST_BYTES = 100_000  # Gmail cuts what is longer
HOUR_S = 3600


def pickup_mail(pickup: Pickup, after_s: float, timezone: str, boxes: tuple[Mailbox, Mailbox]) -> Outgoing:
    """The report so many seconds after the release for one recipient; `boxes` are the sender and the recipient. Its key and
    Message-ID go by the release, the time after it and the recipient, so that each gets it once."""
    sender, recipient = boxes
    item_id, made_at = pickup.release.item_id, pickup.made_at.astimezone(ZoneInfo(timezone))
    label = f"pickup-{item_id}-{after_s:g}"
    released_at = pickup.release.released_at or pickup.made_at
    identifier = message_id(sender, label, released_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"), recipient)
    subject = mail_subject(pickup, after_s)
    mail = Mail(
        sender=sender,
        recipient=recipient,
        subject=subject,
        date=made_at,
        message_id=identifier,
        text=mail_text(pickup, timezone),
        html=mail_html(pickup, timezone),
    )
    return Outgoing(
        key=f"pickup:{item_id}:{after_s:g}:{recipient.address.lower()}",
        kind="report",
        channel=CHANNEL,
        recipient=recipient.address,
        message_id=identifier,
        subject=subject,
        body=render_mail(mail),
        items=() if item_id is None else (item_id,),
    )


def mail_subject(pickup: Pickup, after_s: float) -> str:
    """`Pick-up after 24 h – 8 items – Title`."""
    hours = f"{after_s / HOUR_S:.0f} h" if after_s >= HOUR_S else words.delay_text(after_s)
    count = words.plural(len(pickup.mentions), "item") if pickup.mentions else "no items"
    return f"Pick-up after {hours} – {count} – {clean_header(pickup.release.title, 120)}"


def mail_text(pickup: Pickup, timezone: str) -> str:
    """The report in plain text, in lines of at most 76 columns where words allow it, without the passages."""
    shown = replace(pickup, mentions=pickup.mentions[:MENTIONS_SHOWN])
    text = render_text(shown, timezone, with_passages=False, counted=pickup)
    text = f"{text}\n{_closing(pickup, MENTIONS_SHOWN)}"
    lines = [wrap(line.strip(), COLUMNS, " " * (len(line) - len(line.lstrip()))) or [""] for line in text.split("\n")]
    return "\n".join(chain.from_iterable(lines)) + "\n"


def mail_html(pickup: Pickup, timezone: str) -> str:
    """The report as a mail's page under 100 KB: a table, nothing that a mail program would drop; of many mentions the first."""
    shown = MENTIONS_SHOWN
    page = _html(pickup, timezone, shown)
    while len(page.encode()) > HTML_MOST_BYTES and shown:
        shown //= 2
        page = _html(pickup, timezone, shown)
    return page


def _html(pickup: Pickup, timezone: str, shown: int) -> str:
    template = environment().get_template("pickup_mail.html.j2")
    return _inliner().inline(
        template.render(
            pickup=pickup,
            release=pickup.release,
            mentions=pickup.mentions[:shown],
            timezone=timezone,
            totals=words.totals_rows(pickup, TOTALS_SHOWN),
            head=head_line(pickup, timezone),
            closing=_closing(pickup, shown),
            short=lambda title: shorten(words.title_text(title), TITLE_SHOWN),
        )
    )


def _closing(pickup: Pickup, shown: int) -> str:
    command, more = f"monitor pickup {pickup.release.item_id}", len(pickup.mentions) - shown
    rest = f"{words.plural(more, 'more item')} not listed here. " if more > 0 else ""
    return f"{rest}What was cut and changed: `{command}`, or `{command} --format html` for a page to print."


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False, minify_css=True)
