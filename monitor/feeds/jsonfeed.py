"""JSON Feed 1.0 and 1.1 (jsonfeed.org) to entries, in a worker process. Items seen before are told apart by the hash
of their canonical form and not cleaned again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from monitor.feeds import clean
from monitor.feeds.dates import believable, read_date
from monitor.feeds.gate import entry_hash, split_seen
from monitor.feeds.messages import NotAFeedError, Parsed, Request
from monitor.feeds.parse import guid_of, language_of
from monitor.model import Entry

_VERSIONS = ("https://jsonfeed.org/version/", "http://jsonfeed.org/version/")


def parse_json(request: Request, document: bytes) -> Parsed:
    """The unseen entries of a JSON Feed, in its order, with the hashes of all its items.

    A document that was cut off gives its whole items. Raises NotAFeedError for anything else that is no JSON Feed.
    """
    text = document.decode(request.encoding, "replace").lstrip("\ufeff")
    feed = _loaded(text, request.salvage)
    items = feed["items"]
    known = frozenset(split_seen(bytes.fromhex(request.seen)))
    hashes = [entry_hash(_canonical(item)) for item in items]
    fresh = [at for at, found in enumerate(hashes) if found not in known]
    taken, postponed = fresh[: request.entry_limit], frozenset(fresh[request.entry_limit :])
    now = datetime.fromisoformat(request.now)
    base = clean.link(_text(feed.get("home_page_url")), request.url) or request.url
    language = language_of(feed.get("language")) or language_of(request.language.partition(",")[0])
    authors = _authors(feed)
    return Parsed(
        entries=tuple(_entry(items[at], base, language, authors, now) for at in taken),
        entry_count=len(items),
        title=clean.plain_title(_text(feed.get("title")), is_plain=True),
        site_url=clean.link(_text(feed.get("home_page_url")), request.url),
        language=language,
        hashes=b"".join(found for at, found in enumerate(hashes) if at not in postponed),
        cut_count=len(items) - len(fresh),
    )


def _loaded(text: str, salvage: bool) -> dict[str, Any]:
    try:
        feed = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        if salvage and '"items"' in text:
            return {"items": list(_whole_items(text))}
        raise NotAFeedError("The answer begins like JSON, and is not valid JSON.") from error
    is_feed = isinstance(feed, dict) and isinstance(feed.get("items"), list)
    if not is_feed or not (_text(feed.get("version")).startswith(_VERSIONS) or "title" in feed):
        raise NotAFeedError("The answer is JSON, but not a JSON Feed.")
    feed["items"] = [item for item in feed["items"] if isinstance(item, dict)]
    return dict(feed)


def _whole_items(text: str) -> Iterator[dict[str, Any]]:
    """The items of a broken-off document that can be read from their start to their end."""
    decoder = json.JSONDecoder(strict=False)
    at = text.find("[", text.find('"items"')) + 1
    while at > 0:
        at = text.find("{", at)
        if at < 0:
            return
        try:
            item, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield item


def _entry(item: dict[str, Any], base: str, language: str, authors: str, now: datetime) -> Entry:
    url = clean.link(_text(item.get("url")), base) or clean.link(_text(item.get("external_url")), base)
    markup = _text(item.get("content_html"))
    if not markup.strip():
        markup = clean.html_of_plain(_text(item.get("content_text")) or _text(item.get("summary")))
    cleaned = clean.clean_html(markup, url or base)
    text = clean.plain_text(cleaned)
    published, modified = _text(item.get("date_published")), _text(item.get("date_modified"))
    return Entry(
        guid=guid_of(_id(item.get("id"))),
        url=url,
        title=clean.plain_title(_text(item.get("title")), is_plain=True) or clean.title_from(text),
        text=text,
        html=cleaned,
        author=_authors(item) or authors,
        language=language_of(item.get("language")) or language,
        published_at=believable(read_date(published) or read_date(modified), now),
        published_claim=clean.shorten(clean.one_line(published or modified), 100),
        updated_at=believable(read_date(modified), now),
    )


def _authors(holder: dict[str, Any]) -> str:
    """The names of 1.1's `authors`, or of 1.0's `author`."""
    several = holder.get("authors")
    people = several if isinstance(several, list) else [holder.get("author")]
    names = [clean.one_line(_text(person.get("name"))) for person in people if isinstance(person, dict)]
    return clean.shorten(", ".join(filter(None, names)), 200)


def _id(value: Any) -> str:
    """Ids are text; numbers are to be read as such (JSON Feed 1.1, "Items")."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else _text(value)


def _canonical(item: dict[str, Any]) -> bytes:
    return json.dumps(item, sort_keys=True, separators=(",", ":")).encode()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
