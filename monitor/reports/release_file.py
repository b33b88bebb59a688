"""A release as people have it: a mail, a page, or plain text whose first line is the title.

Sources: RFC 5322 and RFC 2045 to 2049 (mails), by the standard library; HTML by the same cleaning as feeds'.
"""

from __future__ import annotations

import email.policy
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

from selectolax.lexbor import LexborHTMLParser

from monitor.feeds.charsets import decide
from monitor.feeds.clean import clean_html, cut_text, html_of_plain, one_line, plain_text, shorten, tidy

TITLE_CHARS = 500
_FIELD = re.compile(rb"[!-9;-~]+:")
_TELLING = re.compile(rb"^(?:subject|mime-version|received|message-id|date):", re.I | re.M)
_PAGE = re.compile(r"<(?:!doctype html|html|head|body|p|div|h1|h2|article|table|br|span)\b[^>]*>", re.I)
# What stands over a release and is not its headline.
_MARK = re.compile(
    r"^\W*(?:for immediate release|press[ -]?release|(?:press|media) (?:statement|advisory|release)|communiqué de presse"
    r"|pressemitteilung|comunicado de prensa|nota de prensa|comunicato stampa|пресс-релиз|basın (?:açıklaması|bülteni)"
    r"|mətbuat (?:relizi|açıqlaması)|بيان صحفي|پریس ریلیز|新闻稿)(?:\W*(?:no|nr|№)?\.?\s?\d[\d./-]*)?(?:\s*[:|–—-]+\s*|\s*$)",
    re.IGNORECASE,
)
_NUMBER_LINE = re.compile(r"^\W*(?:no|nr|№|ref)?\.?:?\s?\d[\d./-]*\W*$", re.IGNORECASE)
_SIGNATURE = re.compile(r"\n-- ?\n.*", re.S)
_REPLY = re.compile(r"^(?:(?:re|fw|fwd|aw|wg|tr|rv|отв|пер)\s*:\s*)+", re.I)


@dataclass(frozen=True, slots=True)
class Given:
    """A release as it was given: `html` is clean; `published_at` is a mail's date, None where none is said."""

    title: str
    text: str
    html: str
    published_at: datetime | None = None


def read_release(data: bytes, title: str = "") -> Given:
    """The release in `data`: a mail (the part that reads best, attachments left out), an HTML page, or plain text. A `title`
    given apart goes before the document's own, and plain text is then body from its first line.

    Empty title and text where there is nothing to read.
    """
    if _is_mail(data):
        return _of_mail(data, title)
    text = data.decode(decide(data), errors="replace")
    return _of_page(text, title) if _PAGE.search(text[:4_000]) else _of_plain(text, title)


def _is_mail(data: bytes) -> bool:
    """Whether it begins with header fields, one of which only mails have."""
    head = re.split(rb"\r?\n\r?\n", data.lstrip(b"\r\n")[:100_000], maxsplit=1)[0]
    lines = head.replace(b"\r\n", b"\n").split(b"\n")
    if lines[0].startswith(b"From "):
        del lines[0]
    is_headed = bool(lines) and all(_FIELD.match(line) or line[:1] in (b" ", b"\t") for line in lines)
    return is_headed and len(_TELLING.findall(head)) > 1


def _of_mail(data: bytes, title: str) -> Given:
    message = message_from_bytes(data.lstrip(b"\r\n"), _class=EmailMessage, policy=email.policy.default)
    title = title or _headline(one_line(_REPLY.sub("", _said(message, "subject"))))
    body = message.get_body(("plain", "html"))
    content = _content(body) if isinstance(body, EmailMessage) else ""
    is_page = isinstance(body, EmailMessage) and body.get_content_subtype() == "html"
    plain = _SIGNATURE.sub("", content.replace("\r\n", "\n"))  # RFC 3676, section 4.3
    given = _of_page(content, title) if is_page else _of_plain(plain, title)
    return Given(given.title, given.text, given.html, _date(_said(message, "date")))


def _said(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError, AttributeError):  # the library's parser of fields fails on some that are broken
        return ""


def _content(part: EmailMessage) -> str:
    data = part.get_payload(decode=True)
    return (
        data.decode(decide(data, str(part.get("content-type", ""))), errors="replace")
        if isinstance(data, bytes)
        else ""
    )


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _of_page(markup: str, title: str) -> Given:
    tree = LexborHTMLParser(markup)
    headings = [_headline(one_line(node.text())) for node in (*tree.css("h1"), *tree.css("title"))]
    title = title or next(filter(None, headings), "")
    for node in tree.css("head, title, script, style, nav, footer, noscript"):
        node.decompose()
    for node in tree.css("h1"):
        if _headline(one_line(node.text())) in (title, ""):
            node.decompose()
    body = tree.body
    html = clean_html((body.html if body else None) or "", "")
    text = plain_text(html)
    return Given(shorten(title, TITLE_CHARS), text, html) if title else _of_plain(text, "")


def _of_plain(text: str, title: str) -> Given:
    text = tidy(text).strip()
    if not title:
        lines = text.split("\n")
        at = next((place for place, line in enumerate(lines) if _headline(one_line(line))), 0)
        title, text = _headline(one_line(lines[at])) or lines[at], "\n".join(lines[at + 1 :])
    title, body = shorten(one_line(title), TITLE_CHARS), cut_text(_unwrapped(text.strip().split("\n")))
    return Given(title, body, html_of_plain(body))


def _headline(line: str) -> str:
    """A headline without what announces a release; empty for a line that says nothing else, or only a number."""
    return "" if _NUMBER_LINE.match(line) or not any(map(str.isalpha, line)) else _MARK.sub("", line)


def _unwrapped(lines: Iterable[str]) -> str:
    """The lines with white space at their ends gone; what parts paragraphs stays."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in lines))
