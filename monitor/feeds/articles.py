"""The text of an article's page, in a worker process, by trafilatura: an extra, loaded with the first page."""

from __future__ import annotations

import logging
from typing import Any

from monitor.errors import ParseError
from monitor.feeds import clean
from monitor.feeds.messages import Request
from monitor.model import FailureKind


def extract(request: Request, document: bytes) -> dict[str, str]:
    """The article's `html`, cleaned, and `text`; both empty where none was found in the page.

    Raises ParseError where the extra is not installed.
    """
    try:
        import trafilatura
    except ImportError as error:
        raise ParseError(FailureKind.WORKER, "The extra that reads articles is not installed.") from error
    for name in ("trafilatura", "htmldate", "courlan"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # a page without an article is no event
    page = document.decode(request.encoding, "replace")
    found: Any = trafilatura.extract(
        page, url=request.url, output_format="html", include_comments=False, include_tables=True, include_links=True
    )
    markup = clean.clean_html(found or "", request.url)
    return {"html": markup, "text": clean.plain_text(markup)}
