"""Sitemaps to entries, in a worker process: Google's news sitemaps, plain ones (sitemaps.org 0.9), and indexes of them.

Read by expat itself, with a document's own entities refused. A plain sitemap has no titles: they are made of the
addresses, which on most sites are made of the titles. Only the latest thousand addresses are looked at, since a plain
sitemap lists all that a site ever published.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import unquote, urlsplit
from xml.parsers import expat

from monitor.feeds import clean
from monitor.feeds.dates import believable, read_date
from monitor.feeds.gate import entry_hash, split_seen
from monitor.feeds.messages import CHILDREN_MOST, NotAFeedError, Parsed, Request
from monitor.feeds.parse import guid_of, language_of, mend, not_a_feed
from monitor.model import Entry

LATEST_MOST = 1_000
TEXT_CHARS = 5_000
SITEMAP_SPACE = "http://www.sitemaps.org/schemas/sitemap/"
NEWS_SPACE = "http://www.google.com/schemas/sitemap-news/"
_FIELDS = frozenset({"loc", "lastmod", "news:title", "news:publication_date", "news:language"})
_WORDY_PATH = re.compile(r"[^\W\d_]{2,}[-_+ ][^\W_]")

Fields = dict[str, str]


def parse_sitemap(request: Request, document: bytes) -> Parsed:
    """The unseen entries of a sitemap, the latest first, with the hashes of all that were looked at; of an index no
    entries but its `children`, the latest first.

    Raises NotAFeedError for everything else.
    """
    text = document.decode(request.encoding, "replace")
    reading = _Reading()
    try:
        reading.read(mend(text))
    except expat.ExpatError as error:
        # A sitemap that was cut off keeps what came whole.
        if not reading.root or not reading.found:
            raise not_a_feed(text, request.url) from error
    if reading.root == "sitemapindex":
        return Parsed(children=tuple(_children(reading.found, request.url)))
    return _parsed(request, _latest(reading.found))


def _parsed(request: Request, found: list[Fields]) -> Parsed:
    known = frozenset(split_seen(bytes.fromhex(request.seen)))
    hashes = [entry_hash(repr(sorted(fields.items())).encode("utf-8", "replace")) for fields in found]
    fresh = [at for at, mark in enumerate(hashes) if mark not in known]
    taken, postponed = fresh[: request.entry_limit], frozenset(fresh[request.entry_limit :])
    now = datetime.fromisoformat(request.now)
    return Parsed(
        entries=tuple(_entry(found[at], request.url, now) for at in taken),
        entry_count=len(found),
        hashes=b"".join(mark for at, mark in enumerate(hashes) if at not in postponed),
        cut_count=len(found) - len(fresh),
    )


def _entry(fields: Fields, url: str, now: datetime) -> Entry:
    address = clean.link(fields.get("loc", ""), url)
    written = fields.get("news:publication_date") or fields.get("lastmod", "")
    return Entry(
        guid=guid_of(fields.get("loc", "")),
        url=address,
        title=clean.plain_title(fields.get("news:title", "")) or title_of_address(address or ""),
        text="",
        html="",
        language=language_of(fields.get("news:language", "")),
        published_at=believable(read_date(written), now),
        published_claim=clean.shorten(clean.one_line(written), 100),
        updated_at=believable(read_date(fields.get("lastmod", "")), now),
    )


def title_of_address(url: str) -> str:
    """A title made of an address that is made of a title; else the address itself, without its scheme.

    >>> title_of_address("https://mission.example/en/2026/talks-on-trade-resume.html")
    'Talks on trade resume'
    """
    for part in reversed(unquote(urlsplit(url).path).split("/")):
        stem = re.sub(r"\.[a-z]{2,5}$", "", part)
        if _WORDY_PATH.search(stem):
            title = " ".join(re.sub(r"[-_+]", " ", stem).split())
            return clean.shorten(clean.one_line(title[:1].upper() + title[1:]), clean.TITLE_CHARS)
    return clean.shorten(clean.one_line(url.partition("://")[2]), clean.TITLE_CHARS) or "(untitled)"


def _latest(found: Iterable[Fields]) -> list[Fields]:
    """Those with an address, the latest first where they say when; each address once."""
    by_address = {fields["loc"]: fields for fields in found if fields.get("loc")}
    return sorted(by_address.values(), key=_moment, reverse=True)[:LATEST_MOST]


def _children(found: Iterable[Fields], url: str) -> list[str]:
    """The sitemaps of an index worth reading: those that name news first, then the latest."""
    ordered = sorted(_latest(found), key=lambda fields: "news" not in fields["loc"].lower())
    links = (clean.link(fields["loc"], url) for fields in ordered)
    return [link for link in dict.fromkeys(links) if link][:CHILDREN_MOST]


def _moment(fields: Fields) -> float:
    instant = read_date(fields.get("news:publication_date") or fields.get("lastmod", ""))
    return instant.timestamp() if instant else 0.0


class _Reading:
    """The `url` or `sitemap` elements met so far, each as its fields."""

    def __init__(self) -> None:
        self.root = ""
        self.found: list[Fields] = []
        self._fields: Fields | None = None
        self._field = ""

    def read(self, text: str) -> None:
        """Raises NotAFeedError for what begins as something else, ExpatError for what is not well-formed."""
        parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._entity
        parser.Parse(text.encode("utf-8", "replace"), True)

    def _entity(self, *_declared: object) -> None:
        raise NotAFeedError("The document declares entities of its own, which no sitemap needs.")

    def _start(self, name: str, _given: dict[str, str]) -> None:
        short = _short(name)
        if not self.root:
            if short not in ("urlset", "sitemapindex"):
                raise NotAFeedError(f"The document is no sitemap: it begins as <{short[:40]}>.")
            self.root = short
        elif short in ("url", "sitemap"):
            self._fields = {}
        self._field = short if short in _FIELDS else ""

    def _text(self, text: str) -> None:
        if self._fields is not None and self._field and len(self._fields.get(self._field, "")) < TEXT_CHARS:
            self._fields[self._field] = self._fields.get(self._field, "") + text

    def _end(self, name: str) -> None:
        self._field = ""
        if _short(name) in ("url", "sitemap") and self._fields is not None:
            self.found.append({key: clean.one_line(text) for key, text in self._fields.items()})
            self._fields = None


def _short(name: str) -> str:
    """The element's name: that of the news extension with `news:` before it, that of other extensions in full."""
    space, _, local = name.rpartition(" ")
    if space.startswith(NEWS_SPACE):
        return f"news:{local}"
    return local if not space or space.startswith(SITEMAP_SPACE) or local in ("urlset", "sitemapindex") else name
