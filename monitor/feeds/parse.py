"""XML feeds to entries, in a worker process: RSS 0.9x, 1.0, 2.0, Atom 0.3 and 1.0, by feedparser, whose traps end here.

It is given bytes that are well-formed as far as they can be made so, in UTF-8, and it fetches, sanitises and resolves
nothing. Its dates are read again from what was written: it takes most zone names for UTC.
"""

from __future__ import annotations

import html.entities
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

import feedparser
from feedparser import api
from feedparser.datetimes import _parse_date
from selectolax.lexbor import LexborHTMLParser

from monitor.feeds import clean
from monitor.feeds.dates import believable, read_date, read_struct
from monitor.feeds.elements import IrregularError
from monitor.feeds.messages import NotAFeedError, Parsed, Request
from monitor.feeds.plain import read_plain
from monitor.model import Entry

GUID_CHARS = 1_000
FOUND_FEEDS = 10
FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "application/json"}
)
_PERIODS_S = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SKIPPED = re.compile(r"<(?:hour|day)>\s*([0-9]{1,2}|[A-Za-z]{6,9})\s*</(?:hour|day)>")

_DECLARATION = re.compile(r"<\?xml\b[^>]{0,300}\?>", re.IGNORECASE)
_START = re.compile(r"<(?:\?xml\s|!DOCTYPE\b|rss\b|feed\b|channel\b|[\w.\-]{1,40}:(?:RDF|rss|feed)\b)", re.IGNORECASE)
_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_AMPERSAND = re.compile(r"&(?:#(?:x([0-9A-Fa-f]{1,8})|([0-9]{1,8}));|([A-Za-z][A-Za-z0-9]{1,31});)?")
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_PAGE = re.compile(r"<(?:!doctype\s+)?html\b|\A\s*<(?:head|body)\b", re.IGNORECASE)
_LINK_TAG = re.compile(r"<(?:link|base)\b[^<>]{0,2000}>", re.IGNORECASE)
_FEED_TAG = re.compile(r"<(?:rss|feed|channel|[\w.\-]{1,40}:(?:RDF|rss|feed|channel))[\s>]", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}>")
_KNOWN_TAG = re.compile(r"</?(?:a|b|i|u|br|em|strong|span|font|p|div|sup|sub|img|small)\b[^<>]*>", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}")

# A parser that nobody installs would be looked for on the whole path for each document.
api.PREFERRED_XML_PARSERS = []

# An entry's id is what the publisher wrote, not an address to resolve: it must not change with the feed's own address.
for _parser in (api.StrictFeedParser, api.LooseFeedParser):
    _parser.can_be_relative_uri = set(_parser.can_be_relative_uri) - {"id"}


@dataclass(frozen=True, slots=True)
class _Context:
    """What all entries of a document share."""

    url: str
    language: str
    is_atom: bool
    now: datetime


def parse_xml(request: Request, document: bytes) -> Parsed:
    """The entries of an XML feed, in its order; a valid feed without entries gives an empty result.

    Raises NotAFeedError for a web page (with the feeds it names) and for everything else that is no feed.
    """
    text = document.decode(request.encoding, "replace")
    if _PAGE.search(text[:2_000]) and not _FEED_TAG.search(text):
        raise not_a_feed(text, request.url)
    feed = _parsed(mend(text), request)
    found = feed["entries"]
    if not feed.get("version") and (not found or _PAGE.search(text[:2_000])):
        raise not_a_feed(text, request.url)
    channel = feed["feed"]
    language = language_of(channel.get("language")) or language_of(request.language.partition(",")[0])
    is_atom = _text(feed.get("version")).startswith("atom")
    context = _Context(request.url, language, is_atom, datetime.fromisoformat(request.now))
    entries = tuple(_entry(entry, context) for entry in found[: request.entry_limit])
    return Parsed(
        entries=entries,
        entry_count=len(found),
        title=clean.plain_title(_text(channel.get("title"))),
        site_url=clean.link(_text(channel.get("link")), request.url),
        language=language,
        ttl_s=ttl_s(channel),
        skip_hours=skipped(text, "skipHours"),
        skip_days=skipped(text, "skipDays"),
    )


def mend(text: str) -> str:
    """The document as well-formed as it can be made without knowing what was meant.

    Nothing stands before its first tag, characters that XML forbids are gone (also as references), named entities of
    HTML are characters, and a bare `&` outside CDATA is written out.
    """
    start = _START.search(text[:20_000])
    text = _NOT_XML.sub("", text[start.start() :] if start else text)
    declaration = _DECLARATION.match(text)
    text = text[declaration.end() :].lstrip() if declaration else text
    if "&" not in text:
        return text
    own_entities = "<!ENTITY" in text
    parts = _CDATA.split(text) if "<![CDATA[" in text else [text]
    for at in range(0, len(parts), 2):
        parts[at] = _AMPERSAND.sub(lambda found: _reference(found, own_entities), parts[at])
    return "".join(parts)


def _reference(found: re.Match[str], own_entities: bool) -> str:
    hexadecimal, decimal, name = found.groups()
    if name is not None:
        if name in _XML_ENTITIES:
            return found[0]
        known = html.entities.html5.get(name + ";")
        if known is not None:
            return known.replace("&", "&amp;").replace("<", "&lt;")
        return found[0] if own_entities else "&amp;" + found[0][1:]
    if hexadecimal is None and decimal is None:
        return "&amp;"
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if code > 0x10FFFF or code == 0:
        return ""
    # 128 to 159 mean Windows-1252 wherever they are written (WHATWG HTML §13.2.5.80).
    char = bytes([code]).decode("cp1252", "ignore") if 0x80 <= code < 0xA0 else chr(code)
    return "" if _NOT_XML.match(char) else found[0] if char == chr(code) else char


def _parsed(text: str, request: Request) -> dict[str, Any]:
    """The document as feedparser reads it."""
    try:
        return read_plain(text)
    except IrregularError:
        return _parsed_by_feedparser(text, request)


def _parsed_by_feedparser(text: str, request: Request) -> dict[str, Any]:
    headers = {"content-type": "application/xml; charset=utf-8"}
    if "base" in text:
        # It is to follow xml:base. Elsewhere it would join addresses at every tag, while we resolve the few links we keep.
        headers["content-location"] = request.url
    try:
        feed = feedparser.parse(
            _Document(text.encode("utf-8", "replace")),
            response_headers=headers,
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # feedparser raises whatever its insides meet on hostile documents
        raise NotAFeedError(f"The document cannot be read as a feed ({type(error).__name__}).") from error
    return dict(feed)


class _Document:
    """Bytes that feedparser reads and cannot take for an address or a path."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def read(self) -> bytes:
        return self._raw


def _entry(entry: dict[str, Any], context: _Context) -> Entry:
    markup, base = _body(entry, context.is_atom)
    cleaned = clean.clean_html(markup, clean.link(base, context.url) or context.url)
    text = clean.plain_text(cleaned)
    detail = _mapping(entry, "title_detail")
    written = _text(dict.get(entry, "title"))
    title = clean.plain_title(written, _is_plain(written, detail, context.is_atom))
    claim, published_at = _date(entry, ("published", "updated", "created"))
    return Entry(
        guid=guid_of(_text(dict.get(entry, "id"))),
        url=_link(entry, context.url),
        title=title or clean.title_from(text),
        text=text,
        html=cleaned,
        author=_author(entry),
        language=language_of(detail.get("language")) or context.language,
        published_at=believable(published_at, context.now),
        published_claim=clean.shorten(clean.one_line(claim), 100),
        updated_at=believable(_date(entry, ("updated",))[1], context.now),
    )


def _is_plain(value: str, detail: Mapping[str, Any], is_atom: bool) -> bool:
    """Whether a text is to be taken word for word. Atom says which it is; in RSS a known tag betrays markup."""
    return detail.get("type") == "text/plain" and (is_atom or not _KNOWN_TAG.search(value))


def _body(entry: dict[str, Any], is_atom: bool) -> tuple[str, str]:
    """The longest of an entry's texts as markup, and the base of its links."""
    # Content first: feedparser repeats it as a summary, and forgets its type and base there.
    texts = [part for part in _list(entry, "content") if isinstance(part, dict)]
    texts.append(_mapping(entry, "summary_detail") | {"value": _text(dict.get(entry, "summary"))})
    readable = [
        part for part in texts if _text(part.get("type") or "text/html").startswith(("text/", "application/xh"))
    ]
    chosen = max(readable, key=lambda part: len(_text(part.get("value"))), default={})
    value = _text(chosen.get("value"))
    if _is_plain(value, chosen, is_atom):
        value = clean.html_of_plain(value)
    elif "\n" in value and not _TAG.search(value):
        value = "".join(f"<p>{part}</p>" for part in re.split(r"\n[ \t\r]*\n", value))
    return value, _text(chosen.get("base"))


def _link(entry: dict[str, Any], url: str) -> str | None:
    found = clean.link(_text(dict.get(entry, "link")), url)
    if found is not None:
        return found
    for other in _list(entry, "links"):
        if isinstance(other, dict) and other.get("rel") == "alternate":
            found = clean.link(_text(other.get("href")), url)
            if found is not None:
                return found
    return None


def _author(entry: dict[str, Any]) -> str:
    names = [
        _text(author.get("name") or author.get("email"))
        for author in _list(entry, "authors")
        if isinstance(author, dict)
    ]
    names = [clean.plain_title(name) for name in names if name]
    joined = ", ".join(dict.fromkeys(name for name in names if name))
    return clean.shorten(joined or clean.plain_title(_text(dict.get(entry, "author"))), 200)


def _date(entry: dict[str, Any], keys: Sequence[str]) -> tuple[str, datetime | None]:
    """The first date written under one of the keys, and the first that can be read. Looked up past feedparser's own
    `get`, which gives the published date where there is no updated one."""
    claims = [_text(dict.get(entry, key)) for key in keys]
    for claim in claims:
        instant = read_date(claim) or (read_struct(_parse_date(claim)) if claim else None)
        if instant is not None:
            return next(filter(None, claims)), instant
    return next(filter(None, claims), ""), None


def guid_of(written: str) -> str | None:
    """An entry's id without the white space around it; one that is very long as its start and a hash of the whole."""
    guid = clean.one_line(written)
    if len(guid) <= GUID_CHARS:
        return guid or None
    return guid[:GUID_CHARS] + "#" + blake2b(guid.encode("utf-8", "replace"), digest_size=16).hexdigest()


def language_of(written: Any) -> str:
    """A language tag (BCP 47) in small letters; "" for what is none."""
    tag = _text(written).strip().replace("_", "-")
    return tag.lower() if _LANGUAGE.fullmatch(tag) else ""


def ttl_s(channel: Mapping[str, Any]) -> float | None:
    """How often the feed asks to be read: RSS `ttl` in minutes, or the syndication module; the longer of both, in
    seconds."""
    asked = []
    ttl = _text(channel.get("ttl")).strip()
    if re.fullmatch(r"[0-9]{1,6}", ttl):
        asked.append(int(ttl) * 60.0)
    period = _PERIODS_S.get(_text(channel.get("sy_updateperiod")).strip().lower())
    frequency = _text(channel.get("sy_updatefrequency")).strip()
    if period:
        times = int(frequency) if re.fullmatch(r"[0-9]{1,6}", frequency) else 1
        asked.append(period / max(1, times))
    return max(asked, default=0.0) or None


def skipped(text: str, name: str) -> tuple[int, ...]:
    """The hours (`skipHours`, 0 to 23 in GMT) or days (`skipDays`, Monday is 0) in which an RSS channel asks not to be read,
    in order (RSS 2.0; RSS 0.91 counts hours to 24). Read from the text, since feedparser keeps the last one only, and outside
    the items, which may speak of anything."""
    if f"<{name}" not in text:
        return ()
    head, _, rest = text.partition("<item")
    channel = head + rest.rpartition("</item>")[2]
    inside = channel.partition(f"<{name}>")[2].partition(f"</{name}>")[0]
    written = _SKIPPED.findall(inside[:5_000])
    if name == "skipHours":
        return tuple(sorted({int(hour) % 24 for hour in written if hour.isdecimal() and int(hour) <= 24}))
    return tuple(sorted({_DAYS.index(day) for day in map(str.capitalize, written) if day in _DAYS}))


def not_a_feed(text: str, url: str) -> NotAFeedError:
    """What an answer is instead of a feed, for people, with the feeds that a page names."""
    if not _PAGE.search(text[:5_000]):
        kind = "XML of another kind" if text.lstrip().startswith("<") else "neither a feed nor a page"
        return NotAFeedError(f"The answer is no feed: {kind}.")
    # Only these elements: building the tree of a page takes time by the square of its depth.
    page = LexborHTMLParser("".join(_LINK_TAG.findall(text[:1_000_000])))
    base_node = page.css_first("base[href]")
    base = clean.link(_text(base_node.attributes.get("href")), url) if base_node is not None else None
    found = [
        clean.link(_text(node.attributes.get("href")), base or url)
        for node in page.css("link[rel~=alternate][href]")
        if _text(node.attributes.get("type")).partition(";")[0].strip().lower() in FEED_TYPES
    ]
    return NotAFeedError(
        "The answer is a web page, not a feed.", tuple(dict.fromkeys(filter(None, found)))[:FOUND_FEEDS]
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _mapping(entry: dict[str, Any], key: str) -> dict[str, Any]:
    value = dict.get(entry, key)
    return dict(value) if isinstance(value, dict) else {}


def _list(entry: dict[str, Any], key: str) -> list[Any]:
    value = dict.get(entry, key)
    return value if isinstance(value, list) else []
