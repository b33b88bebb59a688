"""The documents of the demonstration, as its server publishes them: the templates of `content/`, with times set from `now`.

There are two rounds. In the first the world is as found; in the second some sources have news, one entry is edited, a broken
feed is mended, and the rest stands still to the byte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

CONTENT = Path(__file__).parent / "content"
ROUNDS = 2
PAKISTAN = timezone(timedelta(hours=5))
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
MONTHS_SHORT = ["Jan", "Feb", "March", "April", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"]
MONTHS_RUSSIAN = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]
DECLARED = re.compile(r'<\?xml[^>]*encoding="([\w-]+)"')

RSS, RDF, ATOM = "application/rss+xml", "application/rdf+xml", "application/atom+xml"
JSON, HTML = "application/feed+json", "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the demonstration: its headline, and its paragraphs in order."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """How one address is served: from which template, as what, with which validator, compressed or not."""

    template: str
    content_type: str
    validator: Literal["etag", "last-modified", ""] = ""
    is_gzipped: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """What one address answers in one round: `body` in the encoding that the document itself declares."""

    content_type: str
    body: bytes
    validator: Literal["etag", "last-modified", ""] = ""
    is_gzipped: bool = False


PAGES = {
    "/embassy.xml": Page("embassy.xml.j2", RSS, "etag"),
    "/wire.xml": Page("wire.xml.j2", RSS, is_gzipped=True),
    "/tcn/national.xml": Page("tcn_national.xml.j2", ATOM, "etag"),
    "/tcn/culture.xml": Page("tcn_culture.xml.j2", RSS, "etag"),
    "/review.json": Page("review.json.j2", JSON),
    "/ledger.xml": Page("ledger.xml.j2", RSS),
    "/urdu.xml": Page("urdu.xml.j2", RSS),
    "/azerbaijani.xml": Page("azerbaijani.xml.j2", RSS),
    "/armenian.xml": Page("armenian.xml.j2", ATOM),
    "/turkish.xml": Page("turkish.xml.j2", ATOM),
    "/french.xml": Page("french.xml.j2", RDF),
    "/russian.xml": Page("russian.xml.j2", RSS, "last-modified"),
    "/chinese.xml": Page("chinese.xml.j2", RSS, "etag"),
    "/harbour/": Page("harbour.html.j2", HTML),
    "/harbour/feed.xml": Page("harbour.xml.j2", RSS),
}


def documents(now: datetime, round_index: int) -> dict[str, Document]:
    """Every address of the world in a round (0 or 1), as `{path: document}`; times lie in the 24 hours before `now` (aware).

    The same arguments give the same bytes, and what does not change between the rounds is the same in both.
    """
    return {path: _document(page, now, round_index) for path, page in PAGES.items()}


def release() -> Text:
    """The embassy's press release that the outlets of the demonstration reprint."""
    return _text("release.txt")


def second_release() -> Text:
    """The release that appears in the second round."""
    return _text("second_release.txt")


def _document(page: Page, now: datetime, round_index: int) -> Document:
    diary = _text("diary.txt").paragraphs
    seam = diary.index("---")
    template = _templates().get_template(page.template)
    text = template.render(
        round=round_index,
        ago=lambda hours: now.astimezone(UTC) - timedelta(hours=hours),
        release=release(),
        second_release=second_release(),
        diary={"before": diary[:seam], "after": diary[seam + 1 :]},
    )
    declared = DECLARED.match(text)
    body = text.encode(declared[1] if declared else "utf-8")
    return Document(page.content_type, body, page.validator, page.is_gzipped)


@cache
def _text(name: str) -> Text:
    title, *paragraphs = (CONTENT / name).read_text("utf-8").strip().split("\n\n")
    return Text(title, tuple(paragraphs))


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(CONTENT),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    templates.filters |= {
        "rfc822": format_datetime,
        "iso": lambda at: at.isoformat(timespec="seconds"),
        "local": lambda at: at.astimezone(PAKISTAN),
        "long_date": lambda at: f"{at.day} {MONTHS[at.month - 1]} {at.year}",
        "short_date": lambda at: f"{MONTHS_SHORT[at.month - 1]} {at.day}",
        "russian_date": lambda at: f"{at.day} {MONTHS_RUSSIAN[at.month - 1]}",
    }
    return templates
