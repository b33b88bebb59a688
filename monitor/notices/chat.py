"""Announcements as chat services take them: one JSON document each, within the service's limits, nothing in it that the
service would take for markup of its own.

Sources: Slack's reference of blocks (50 a message, 3,000 characters a section; 13,200 in all, as met) and of escaping;
Mattermost's guide to Markdown and incoming webhooks (16,383 characters); Adaptive Cards 1.4 in Microsoft Teams (28 KB
a message); Telegram's Bot API, sendMessage with HTML (4,096 UTF-16 units of text, 100 entities); ntfy's publishing as
JSON (4,096 bytes of text).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from monitor.model import Announcement, AnnouncementKind, Priority
from monitor.notices.announced import Shown, fitted, links_of, shown_link, text_of
from monitor.notices.excerpt import clean, shorten
from monitor.notices.runs import Line, Look, Run

SLACK_BLOCKS, SLACK_SECTION, SLACK_ALL = 48, 2900, 12_000
MATTERMOST_MOST, TELEGRAM_MOST, TELEGRAM_ENTITIES = 15_000, 4000, 90
TEAMS_BYTES, NTFY_BYTES, NTFY_TITLE, APPRISE_MOST = 24_000, 3900, 240, 1900
_FALLBACK_LENGTH = 300
_APART = "\u200b"  # between a sign and what it would act on; nobody sees it

Document = dict[str, Any]


def as_json(document: Document) -> bytes:
    """The document's bytes: UTF-8, and nothing that a page it might be pasted into would obey."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text).encode()


# -- marks ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Markup:
    """A service's marks: how plain text is written so that none of it acts, and what makes text strong or a link.

    `strong` and `link` take text that is escaped already; an address is percent-encoded where it could end the link.
    """

    escape: Callable[[str], str]
    strong: Callable[[str], str]
    link: Callable[[str, str], str]

    def line(self, line: Line) -> str:
        return "".join(map(self._run, line))

    def _run(self, run: Run) -> str:
        inner = run.text.strip(" ")
        if not inner:
            return run.text
        before, _, after = run.text.partition(inner)  # a mark next to a blank would not count as one
        text = self.escape(inner)
        text = self.link(text, run.url) if run.url else text
        return f"{before}{self.strong(text) if run.look in (Look.STRONG, Look.MARK) else text}{after}"


def _slack_escape(text: str) -> str:
    return re.sub(r"([*_~`])", rf"{_APART}\1", html.escape(text, quote=False))


def _markdown_escape(text: str) -> str:
    """Markdown as Mattermost reads it: entities for what would be HTML, backslashes before signs, mentions taken apart."""
    text = re.sub(r"([\\`*_\[\]#|~])", r"\\\1", html.escape(text, quote=False))
    text = re.sub(r"^(\d*)([+\-.)])", r"\1\\\2", text)  # would begin a list
    return re.sub(r"(@|:(?=[\w+-]+:))", rf"\1{_APART}", text)


def _telegram_escape(text: str) -> str:
    return html.escape(text).replace("@", f"@{_APART}")


def _without(url: str, signs: str) -> str:
    return "".join(f"%{ord(sign):02X}" if sign in signs else sign for sign in url)


SLACK = Markup(
    _slack_escape,
    lambda text: f"*{text}*",
    lambda text, url: f"<{html.escape(_without(url, '|'), quote=False)}|{text}>",
)
MATTERMOST = Markup(
    _markdown_escape,
    lambda text: f"**{text}**",
    lambda text, url: f"[{text}]({_without(url, '()[]|*_`~@' + chr(92))})",
)
TELEGRAM = Markup(
    _telegram_escape, lambda text: f"<b>{text}</b>", lambda text, url: f'<a href="{html.escape(url)}">{text}</a>'
)


# -- services ------------------------------------------------------------------------------------------------------


def slack(announcement: Announcement) -> bytes:
    """A message of sections for an incoming webhook; `text` is what a notification shows."""
    fallback = shorten(clean(announcement.title), _FALLBACK_LENGTH)

    def render(shown: Shown) -> bytes | None:
        texts = list(_paragraphs(shown, SLACK.line))
        sizes = list(map(len, texts))
        if len(texts) > SLACK_BLOCKS or max(sizes) > SLACK_SECTION or sum(sizes) > SLACK_ALL:
            return None
        # `verbatim`: no channel, person or address is made out of plain text.
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}} for text in texts]
        return as_json({"text": _slack_escape(fallback), "blocks": blocks, "unfurl_links": False})

    return fitted(announcement, render)


def mattermost(announcement: Announcement) -> bytes:
    """A post in Markdown for an incoming webhook."""

    def render(shown: Shown) -> bytes | None:
        text = "\n\n".join(_paragraphs(shown, MATTERMOST.line, "  \n"))
        return as_json({"text": text}) if len(text) <= MATTERMOST_MOST else None

    return fitted(announcement, render)


def telegram(announcement: Announcement) -> bytes:
    """A message in Telegram's HTML; the channel adds the chat."""

    def render(shown: Shown) -> bytes | None:
        text = "\n\n".join(_paragraphs(shown, TELEGRAM.line))
        told = html.unescape(re.sub(r"<[^>]*>", "", text))
        if (
            len(told.encode("utf-16-le")) // 2 > TELEGRAM_MOST
            or text.count("<b>") + text.count("<a ") > TELEGRAM_ENTITIES
        ):
            return None
        return as_json({"text": text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}})

    return fitted(announcement, render)


def teams(announcement: Announcement) -> bytes:
    """A message with one Adaptive Card, as a workflow posts it. Rich text blocks are used, since they know no Markdown."""
    fallback = _unbraced(shorten(clean(announcement.title), _FALLBACK_LENGTH))

    def render(shown: Shown) -> bytes | None:
        body: list[Document] = [_card_line(line, is_first=True) for line in ([shown.heading] if shown.heading else [])]
        body += [_card_line(line) for line in shown.lines]
        for entry in shown.entries:
            items = [_card_line(line, is_first=number == 0) for number, line in enumerate(entry)]
            body.append({"type": "Container", "separator": bool(body), "spacing": "Medium", "items": items})
        if shown.more:
            body.append(_card_line((Run(shown.more, Look.FAINT),)))
        card = {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.4",
            "fallbackText": fallback,
            "msteams": {"width": "Full"},
            "body": body,
        }
        attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
        document = as_json({"type": "message", "attachments": [attachment]})
        return document if len(document) <= TEAMS_BYTES else None

    return fitted(announcement, render)


def _card_line(line: Line, *, is_first: bool = False) -> Document:
    runs = [_card_run(run, is_first=is_first) for run in line]
    return {"type": "RichTextBlock", "spacing": "Default" if is_first else "None", "inlines": runs}


def _card_run(run: Run, *, is_first: bool) -> Document:
    told: Document = {"type": "TextRun", "text": _unbraced(run.text)}
    if run.look in (Look.STRONG, Look.MARK):
        told["weight"] = "Bolder"
    if run.look is Look.MARK:
        told["highlight"] = True
    if run.look is Look.FAINT:
        told |= {"isSubtle": True, "size": "Small"}
    elif is_first:
        told["size"] = "Medium"
    if run.url:
        told["selectAction"] = {"type": "Action.OpenUrl", "url": run.url}
    return told


def _unbraced(text: str) -> str:
    """Text in which a card finds no function, such as {{DATE(…)}}, and no expression, such as ${…}."""
    return re.sub(r"([{$])(?=\{)", rf"\1{_APART}", text)


_NTFY_PRIORITY = {Priority.ROUTINE: 3, Priority.IMPORTANT: 4, Priority.URGENT: 5}
_NTFY_TAG = {
    AnnouncementKind.CORRECTION: "memo",
    AnnouncementKind.WITHDRAWAL: "no_entry_sign",
    AnnouncementKind.SPIKE: "chart_with_upwards_trend",
    AnnouncementKind.SILENCE: "mute",
    AnnouncementKind.OPERATOR: "wrench",
    AnnouncementKind.SAMPLE: "test_tube",
}


def ntfy(announcement: Announcement) -> bytes:
    """A notification; the channel adds the topic."""
    rules = dict.fromkeys(entry.rule_id for entry in announcement.entries)
    document: Document = {
        "title": shorten(clean(announcement.title), NTFY_TITLE),
        "priority": _NTFY_PRIORITY[announcement.priority],
        "tags": [_NTFY_TAG.get(announcement.kind, "newspaper"), *list(rules)[:3]],
    }
    if len(announcement.entries) == 1 and (url := shown_link(announcement.entries[0].link)):
        document["click"] = url

    def render(shown: Shown) -> bytes | None:
        text = plain_text(shown, announcement.title)
        whole = as_json(document | {"message": text})
        return whole if len(text.encode()) <= NTFY_BYTES and len(whole) <= 2 * NTFY_BYTES else None

    return fitted(announcement, render)


def apprise(announcement: Announcement) -> bytes:
    """A title and a text for whatever service the address names; the text fits the shortest of the usual ones."""

    def render(shown: Shown) -> bytes | None:
        text = plain_text(shown, announcement.title)
        title = shorten(clean(announcement.title), NTFY_TITLE)
        return as_json({"title": title, "body": text}) if len(text) <= APPRISE_MOST else None

    return fitted(announcement, render)


def plain_text(shown: Shown, title: str) -> str:
    """Plain text under a title that stands elsewhere: hits between asterisks, addresses on lines of their own."""

    def lines(entry: Iterable[Line]) -> Iterator[str]:
        for line in entry:
            if text_of(line) != clean(title):
                yield text_of(line)
            yield from links_of(line)

    told = ["\n".join(lines(entry)) for entry in shown.entries]
    head = "\n".join(text_of(line) for line in shown.lines)
    return "\n\n".join(part for part in (head, *told, shown.more) if part) or "."


def _paragraphs(shown: Shown, write: Callable[[Line], str], end: str = "\n") -> Iterator[str]:
    """Heading and lines, then each entry, then what is not shown."""
    head = [write(line) for line in ((shown.heading,) if shown.heading else ())] + [write(line) for line in shown.lines]
    if head:
        yield end.join(head)
    for entry in shown.entries:
        yield end.join(map(write, entry))
    if shown.more:
        yield write((Run(shown.more, Look.FAINT),))
