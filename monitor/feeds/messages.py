"""What travels between the parent and its parsing workers: plain JSON objects, checked on arrival.

A worker reads hostile documents, so nothing it says is trusted further than a feed would be: no pickles, no code,
every field of its answer is looked at again in `parsed_from`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from monitor.errors import ParseError
from monitor.model import Entry, FailureKind

CHILDREN_MOST = 5


@dataclass(frozen=True, slots=True)
class Request:
    """One document to read. `url` is the base of relative links; `now` is an RFC 3339 instant; `seen` (hexadecimal
    8-byte hashes end to end) is used for JSON Feeds, pages and sitemaps, whose entries the worker itself tells apart."""

    form: str  # xml | json | page | sitemap | proposals | article
    url: str
    encoding: str
    now: str
    language: str = ""
    entry_limit: int = 2_000
    deadline_s: float = 10.0
    seen: str = ""
    salvage: bool = False  # the document was cut off: keep whole entries only
    page: dict[str, str] = field(default_factory=dict)  # the shape of a page


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document as read. `entry_count` counts the entries found, also those beyond the limit; `hashes` is filled for
    JSON Feeds, pages and sitemaps, one 8-byte hash for each item in the document, and `cut_count` says how many of
    them had been seen."""

    entries: tuple[Entry, ...] = ()
    entry_count: int = 0
    title: str = ""
    site_url: str | None = None
    language: str = ""
    ttl_s: float | None = None
    hashes: bytes = b""
    cut_count: int = 0
    skip_hours: tuple[int, ...] = ()  # as `Hints` has them
    skip_days: tuple[int, ...] = ()
    children: tuple[str, ...] = ()  # of an index of sitemaps: those worth reading, the best first


_REQUEST_FIELDS = tuple(field.name for field in fields(Request))
_PARSED_FIELDS = tuple(field.name for field in fields(Parsed))
_ENTRY_FIELDS = tuple(field.name for field in fields(Entry))


def request_message(request: Request) -> dict[str, Any]:
    """A request as a JSON object."""
    return {name: getattr(request, name) for name in _REQUEST_FIELDS}


def parsed_message(parsed: Parsed) -> dict[str, Any]:
    """The answer as a JSON object: times as RFC 3339, hashes as hexadecimal."""
    # `asdict` would copy every text on its way, at a fifteenth of the cost of parsing.
    message = {name: getattr(parsed, name) for name in _PARSED_FIELDS}
    message["hashes"] = parsed.hashes.hex()
    message["entries"] = [_entry_message(entry) for entry in parsed.entries]
    return {"parsed": message}


def _entry_message(entry: Entry) -> dict[str, Any]:
    message = {name: getattr(entry, name) for name in _ENTRY_FIELDS}
    for key in ("published_at", "updated_at"):
        message[key] = message[key].isoformat() if message[key] else None
    return message


def refused_message(error: ParseError, found_feeds: tuple[str, ...] = ()) -> dict[str, Any]:
    """A document that is no feed, as a JSON object."""
    return {"refused": {"reason": error.reason, "message": str(error), "found_feeds": list(found_feeds)}}


class NotAFeedError(ParseError):
    """An answer that is a web page or something else; `found_feeds` are the feeds that the page itself names."""

    def __init__(self, message: str, found_feeds: tuple[str, ...] = ()) -> None:
        super().__init__(FailureKind.NOT_A_FEED, message, is_transient=False)
        self.found_feeds = found_feeds


def parsed_from(message: Any) -> Parsed:
    """The worker's answer as a `Parsed`.

    Raises NotAFeedError where the worker says so, and ParseError (reason `worker`) for anything that is not an answer.
    """
    try:
        if "refused" in message:
            refused = message["refused"]
            raise NotAFeedError(str(refused["message"]), tuple(str(found) for found in refused["found_feeds"][:10]))
        return _parsed(message["parsed"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ParseError(FailureKind.WORKER, "The parser gave an answer that makes no sense.") from error


def _parsed(message: dict[str, Any]) -> Parsed:
    ttl_s = message["ttl_s"]
    return Parsed(
        entries=tuple(_entry(entry) for entry in message["entries"]),
        entry_count=int(message["entry_count"]),
        title=str(message["title"]),
        site_url=_link(message["site_url"]),
        language=str(message["language"]),
        ttl_s=None if ttl_s is None else float(ttl_s),
        hashes=bytes.fromhex(message["hashes"]),
        cut_count=int(message["cut_count"]),
        skip_hours=_among(message["skip_hours"], 24),
        skip_days=_among(message["skip_days"], 7),
        children=tuple(filter(None, map(_link, message["children"][:CHILDREN_MOST]))),
    )


def _entry(message: dict[str, Any]) -> Entry:
    guid = message["guid"]
    return Entry(
        guid=None if guid is None else str(guid),
        url=_link(message["url"]),
        title=str(message["title"]),
        text=str(message["text"]),
        html=str(message["html"]),
        author=str(message["author"]),
        language=str(message["language"]),
        published_at=_instant(message["published_at"]),
        published_claim=str(message["published_claim"]),
        updated_at=_instant(message["updated_at"]),
    )


def _among(values: Any, count: int) -> tuple[int, ...]:
    """Whole numbers from 0 to below `count`, in order, each once. Raises ValueError for others."""
    found = sorted({int(value) for value in values})
    if found and not 0 <= found[0] <= found[-1] < count:
        raise ValueError("an hour or day that there is none")
    return tuple(found)


def _link(value: Any) -> str | None:
    return value if isinstance(value, str) and value.startswith(("http://", "https://")) else None


def _instant(value: Any) -> datetime | None:
    if value is None:
        return None
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone")
    return instant
