"""Announcements by mail: plain text whole, a page under 100 KB beside it, one mail a recipient."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from zoneinfo import ZoneInfo

from css_inline import CSSInliner
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from monitor.model import Announcement, AnnouncementKind, Outgoing, Priority
from monitor.notices.announced import MEASURES, Shown, fitted, links_of, shown, text_of
from monitor.notices.excerpt import clean, is_right_to_left, wrap
from monitor.notices.mail import Mail, Mailbox, clean_header, label, message_id, render_mail
from monitor.notices.page import named_language
from monitor.notices.runs import plain

COLUMNS = 76
HTML_MOST_BYTES = 100_000  # Gmail cuts what is longer
SUBJECT_LENGTH = 160


def announcement_mails(
    announcement: Announcement, channel: str, sender: Mailbox, recipients: tuple[Mailbox, ...], kind: str
) -> list[Outgoing]:
    """One message a recipient, under keys and Message-IDs that go by the announcement's key and the address."""
    text, html = announcement_text(announcement), announcement_html(announcement)
    instant = sha256(announcement.key.encode()).hexdigest()[:24]
    subject = clean_header(announcement.title, SUBJECT_LENGTH)
    name, list_name, thread = _list(announcement)
    found = []
    for recipient in recipients:
        identifier = message_id(sender, announcement.kind.value, instant, recipient)
        mail = Mail(
            sender=sender,
            recipient=recipient,
            subject=subject,
            date=announcement.at.astimezone(ZoneInfo(announcement.timezone)),
            message_id=identifier,
            text=text,
            html=html,
            thread=f"<{thread}@{sender.domain}>" if thread else "",
            list_name=list_name,
            list_id=f"{name}.alert.{sender.domain}",
            is_urgent=announcement.priority is Priority.URGENT,
        )
        found.append(
            Outgoing(
                key=f"{announcement.key}:{recipient.address.lower()}",
                kind=kind,
                channel=channel,
                recipient=recipient.address,
                message_id=identifier,
                subject=subject,
                body=render_mail(mail),
                items=tuple(dict.fromkeys(entry.item.id for entry in announcement.entries)),
            )
        )
    return found


def _list(announcement: Announcement) -> tuple[str, str, str]:
    """The list an announcement belongs to: its label and name, the rule's where there is one rule; and the thread, which what
    comes later on the same story joins."""
    rules = {entry.rule_id: entry.rule_name for entry in announcement.entries}
    if len(rules) == 1 and announcement.kind is not AnnouncementKind.ROLLUP:
        [(rule_id, name)] = rules.items()
        return label(rule_id), name, f"{label(rule_id)}.story-{announcement.entries[0].item.story_id}.alert"
    if announcement.kind is AnnouncementKind.OPERATOR:
        return "operator", "Monitor: how it does", ""
    return "alerts", "Alerts", ""


def announcement_text(announcement: Announcement) -> str:
    """All of it as plain text, in lines of at most 76 columns where words allow it, ending in a line feed."""
    whole = shown(announcement, MEASURES[0])
    lines: list[str] = []
    for line in whole.lines:
        lines += wrap(text_of(line), COLUMNS)
    is_numbered = len(whole.entries) > 1
    for number, entry in enumerate(whole.entries, 1):
        lines += [""] if lines else []
        indent = " " * (len(str(number)) + 2) if is_numbered else ""
        for place, line in enumerate(entry):
            wrapped = wrap(text_of(line), COLUMNS, indent)
            if is_numbered and not place:
                wrapped[0] = f"{number}. {wrapped[0].removeprefix(indent)}"
            lines += wrapped
            lines += [f"{indent}{url}" for url in links_of(line)]
    return "\n".join(lines or [clean(announcement.title)]) + "\n"


def announcement_html(announcement: Announcement) -> str:
    """The announcement as a page that carries its own style, the hits marked; shortened until it fits."""

    def render(what: Shown) -> str | None:
        template = _environment().get_template("announcement.html.j2")
        page = template.render(
            title=clean(announcement.title),
            shown=what,
            entries=list(zip(what.entries, announcement.entries, strict=False)),
            is_shortened=bool(what.more),
        )
        page = _inliner().inline(page)
        return page if len(page.encode()) <= HTML_MOST_BYTES else None

    return fitted(announcement, render)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("monitor.notices"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., str]] = {"language": named_language, "plain": plain}
    environment.filters.update(filters)
    environment.tests["right_to_left"] = is_right_to_left
    return environment


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False, minify_css=True)
