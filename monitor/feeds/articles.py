"""An article's page, in a worker process: its text by trafilatura, an extra that is loaded with the first page, and its
headline, language and date by the marks that pages give them.

The marks are those of Open Graph (ogp.me), schema.org's datePublished (as JSON-LD or an attribute), Dublin Core and `time`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from monitor.errors import ParseError
from monitor.feeds import clean
from monitor.feeds.dates import believable, read_date
from monitor.feeds.local_dates import find_date
from monitor.feeds.messages import Request
from monitor.feeds.pages import page_language, page_title, tree_of
from monitor.model import FailureKind

_LINKED_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_META_DATE = ", ".join(
    f"meta[{mark}]"
    for mark in (
        *("property='article:published_time'", "itemprop=datePublished", "name=date", "name=pubdate"),
        *("name='DC.date.issued'", "name='dcterms.issued'"),
    )
)
_TIME = "[itemprop=datePublished], article time, time"


def extract(request: Request, document: bytes) -> dict[str, str]:
    """The article's `html`, cleaned, `text`, `title`, `language` and `published` (RFC 3339), each empty where the page has none.

    Raises ParseError where the extra is not installed.
    """
    try:
        import trafilatura
    except ImportError as error:
        message = "The extra that reads articles is not installed (`pip install 'monitor[fulltext]'`)."
        raise ParseError(FailureKind.WORKER, message) from error
    for name in ("trafilatura", "htmldate", "courlan"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # a page without an article is no event
    page = document.decode(request.encoding, "replace")
    found: Any = trafilatura.extract(
        page, url=request.url, output_format="html", include_comments=False, include_tables=True, include_links=True
    )
    markup = clean.clean_html(found or "", request.url)
    tree = tree_of(page)
    published_at = _published_at(page, tree, datetime.fromisoformat(request.now))
    return {
        "html": markup,
        "text": clean.plain_text(markup),
        "title": _headline(tree),
        "language": page_language(tree),
        "published": published_at.isoformat() if published_at else "",
    }


def _headline(tree: LexborHTMLParser) -> str:
    """What stands over the article: its only heading of the first rank, else what the page calls itself elsewhere."""
    headings = [heading for node in tree.css("h1") if (heading := clean.one_line(node.text()))]
    shared = tree.css_first("meta[property='og:title']")
    named = clean.one_line(shared.attributes.get("content") or "") if shared is not None else ""
    title = headings[0] if len(headings) == 1 else named or next(iter(headings), "") or page_title(tree)
    return clean.plain_title(title, is_plain=True)


def _published_at(page: str, tree: LexborHTMLParser, now: datetime) -> datetime | None:
    """When the article came out: the first of its marks that can be believed."""
    dates = (believable(found, now) for found in _dates(page, tree, now))
    return next(filter(None, dates), None)


def _dates(page: str, tree: LexborHTMLParser, now: datetime) -> Iterator[datetime | None]:
    yield from (read_date(node.attributes.get("content") or "") for node in tree.css(_META_DATE))
    yield from map(read_date, _LINKED_DATE.findall(page))
    for node in tree.css(_TIME):
        yield read_date(node.attributes.get("datetime") or "") or find_date(node.text(), now)
