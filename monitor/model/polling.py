"""A poll: the job, the way its document was taken, the entries, the failure; and what it leaves of its source."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.sources import PageShape


class FailureKind(StrEnum):
    """Why a poll brought nothing, in one word; the state it leads to is the cadence's business."""

    DNS = "dns"
    CONNECT = "connect"
    TIMEOUT = "timeout"
    TLS = "tls"
    GUARD = "guard"  # the address is not public
    HTTP = "http"  # a status that is no success
    GONE = "gone"  # 410
    REDIRECT = "redirect"
    TOO_LARGE = "too-large"
    CUT_OFF = "cut-off"  # the answer ended before its end
    PROTOCOL = "protocol"
    EMPTY_BODY = "empty-body"
    NOT_A_FEED = "not-a-feed"
    ROBOTS = "robots"  # the site's robots.txt asks us to stay away
    WORKER = "worker"  # the parser ran out of time or memory, or died
    BUG = "bug"


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed poll as a value: `message` is for people and holds no secret."""

    kind: FailureKind
    message: str
    status: int | None = None
    retry_after_s: float | None = None
    found_feeds: tuple[str, ...] = ()  # a page's own `link rel=alternate` feeds


@dataclass(frozen=True, slots=True)
class Job:
    """All that `feeds.acquire` needs to poll one source: serialisable, and free of store and settings."""

    source_id: str
    url: str
    etag: bytes | None = None
    last_modified: bytes | None = None
    body_hash: bytes | None = None
    seen: bytes = b""  # 8-byte hashes of the raw entries of the last documents, end to end
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)
    user_agent: str = ""
    proxy: str = field(default="", repr=False)
    verify: bool = True
    format: str = "feed"  # feed | page | sitemap
    page: PageShape | None = None
    full_text: bool = False  # take the text of new entries from their pages


class Gate(StrEnum):
    """The cheapest way a document could be taken."""

    NOT_MODIFIED = "304"
    SAME_BODY = "same-body"
    CUT = "cut"  # only entries not seen before were parsed
    WHOLE = "whole"  # the whole document was parsed; `whole_reason` says why


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as published, cleaned: `text` plain, `html` sanitised, `url` absolute http(s) or None.

    `published_claim` is what the feed wrote; `published_at` is None where that could not be read or lies more than a day ahead.
    `feed_text` is the feed's own text where `text` was taken from the article's page: what an edit is told by.
    """

    guid: str | None
    url: str | None
    title: str
    text: str
    html: str
    author: str = ""
    language: str = ""
    published_at: datetime | None = None
    published_claim: str = ""
    updated_at: datetime | None = None
    feed_text: str | None = None


@dataclass(frozen=True, slots=True)
class Hints:
    """What a document and its headers say of its own rhythm; None where they are silent."""

    ttl_s: float | None = None  # rss ttl, sy:update*
    max_age_s: float | None = None  # Cache-Control, Expires
    skip_hours: tuple[int, ...] = ()  # rss skipHours: hours of the day in GMT, 0 to 23
    skip_days: tuple[int, ...] = ()  # rss skipDays: 0 for Monday to 6 for Sunday


@dataclass(frozen=True, slots=True)
class Acquired:
    """What one poll of one source brought. With a `failure`, `entries` holds what could be saved (often nothing).

    `cut_count` entries were recognised by their raw bytes and not parsed, `parsed_count` were parsed, `entries` are those, in
    the document's order. `seen`, `body_hash` and the validators are stored with the entries they vouch for.
    """

    source_id: str
    gate: Gate
    entries: tuple[Entry, ...] = ()
    cut_count: int = 0
    parsed_count: int = 0
    whole_reason: str = ""
    etag: bytes | None = None
    last_modified: bytes | None = None
    body_hash: bytes | None = None
    seen: bytes = b""
    url: str = ""  # the address that answered
    moved_to: str | None = None  # target of a permanent redirect
    status: int | None = None
    body_bytes: int = 0
    duration_s: float = 0.0
    title: str = ""
    site_url: str | None = None
    language: str = ""
    hints: Hints = Hints()
    failure: Failure | None = None
