"""What crosses rooms, and nothing else: identifiers, enumerations and frozen records.

Times are aware datetimes in UTC, durations seconds, sizes bytes; the names say so. Text is NFC-neutral: as published, cleaned
of control characters, never folded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

# -- sources ---------------------------------------------------------------------------------------


class Kind(StrEnum):
    """What sort of voice a source is. Lower in `authority` speaks first for a story."""

    OFFICIAL = "official"
    EMBASSY = "embassy"
    MINISTRY = "ministry"
    IGO = "igo"
    WIRE = "wire"
    PRESS = "press"
    AGGREGATOR = "aggregator"

    @property
    def authority(self) -> int:
        """0 for originators (official bodies), 1 for wires, 2 for the press, 3 for aggregators."""
        return {"wire": 1, "press": 2, "aggregator": 3}.get(self.value, 0)


class SourceState(StrEnum):
    """How a source is doing, in the order of gravity of DESIGN's contract (last is gravest)."""

    OK = "ok"
    NEW = "new"
    EMPTY = "empty"
    SILENT = "silent"
    MOVED = "moved"
    NOT_A_FEED = "not-a-feed"
    BLOCKED = "blocked"
    FAILING = "failing"
    GONE = "gone"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class PageShape:
    """Where a page keeps its entries, as CSS selectors: `list` gives each entry's element, the others look inside it; empty
    ones stand for what is usual. `date_format` is a strptime format, where dates are written in a way of their own."""

    list: str
    link: str = ""
    title: str = ""
    date: str = ""
    date_format: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A configured feed. `publisher` is never empty: it defaults to the source's own id."""

    id: str
    url: str
    name: str
    publisher: str
    kind: Kind = Kind.PRESS
    country: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    own: bool = False
    enabled: bool = True
    format: str = "feed"  # feed | page | sitemap
    page: PageShape | None = None  # of a source whose format is "page"
    opml: tuple[tuple[str, str], ...] = ()  # attributes of an imported outline that say nothing to us
    interval_s: float | None = None
    identity: str = "auto"  # auto | guid | link | title+link
    full_text: bool = False
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)  # user, password
    user_agent: str = ""
    proxy: str = field(default="", repr=False)
    verify: bool = True
    note: str = ""


# -- fetching ----------------------------------------------------------------------------------------


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


# -- items and stories -----------------------------------------------------------------------------


class Relation(StrEnum):
    """How a copy relates to its story's lead."""

    LEAD = "lead"
    REPRINT = "reprint"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class Wire:
    """Wire furniture, kept apart from the text it stood in; each as printed, None where there is none."""

    label: str | None = None  # Islamabad(TNS)
    place: str | None = None
    dated: str | None = None
    agency: str | None = None
    edit: str | None = None  # UPDATE 1, CORRECTED


@dataclass(frozen=True, slots=True)
class Item:
    """An article as stored. `id` is 0 until it is stored."""

    id: int
    source_id: str
    publisher: str
    title: str
    url: str | None
    author: str
    text: str
    html: str
    language: str
    published_at: datetime | None
    published_claim: str
    first_seen_at: datetime
    updated_at: datetime | None
    version: int
    story_id: int
    relation: Relation
    share: float | None
    wire: Wire
    sources: tuple[str, ...] = ()  # every source that carried it, first first
    tags: tuple[str, ...] = ()
    also_in: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """An edited item's earlier text."""

    version: int
    title: str
    text: str
    replaced_at: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """Items folded together; `items` lead first, then by first sight."""

    id: int
    lead_id: int
    items: tuple[int, ...]
    publisher_count: int
    first_seen_at: datetime
    last_seen_at: datetime
    related: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Observed:
    """An entry as the deciders see it. Keys are eight-byte fingerprints; `words` are the folded words of title and text."""

    guid: str | None
    guid_key: bytes | None
    url: str | None
    url_key: bytes | None
    title_key: bytes
    text_key: bytes | None
    content_key: bytes
    words: tuple[str, ...]
    published_at: datetime | None
    word_count: int = 0  # of the body, without its furniture
    wire: Wire = Wire()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored article that shares a mark with an entry: what its nearest sighting and its stored text say."""

    item_id: int
    is_same_source: bool  # seen in the entry's own source
    is_same_publisher: bool
    guid_key: bytes | None
    url: str | None
    url_key: bytes | None
    title_key: bytes
    text_key: bytes | None
    words: tuple[str, ...]
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a text. `when` is its publication, or its first sight where that is unknown."""

    item_id: int
    story_id: int
    publisher: str
    kind: Kind
    title_key: bytes
    when: datetime
    word_count: int


# -- rules -----------------------------------------------------------------------------------------


class Priority(StrEnum):
    ROUTINE = "routine"
    IMPORTANT = "important"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Sample:
    """A text that a rule must match, or must not."""

    text: str
    match: bool


@dataclass(frozen=True, slots=True)
class Combination:
    """One `[[rule.any_of]]`: all of `all`, one of `any`, none of `none`, within `near` words where set."""

    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    near: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as configured: a `query`, or weighted `terms` with a `threshold`, and combinations."""

    id: str
    name: str
    query: str = ""
    terms: tuple[tuple[str, int], ...] = ()
    threshold: int | None = None
    count_cap: int = 1
    title_factor: int = 2
    any_of: tuple[Combination, ...] = ()
    tags: tuple[str, ...] = ()
    alert: tuple[str, ...] = ()
    priority: Priority = Priority.ROUTINE
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Matchable:
    """What rules and queries look at. `title` and `body` are the original text, furniture and all; `furniture` says which spans
    of them (field, start, end in code points) only `label:`, `place:` and `agency:` may answer to."""

    title: str
    body: str
    author: str = ""
    url: str = ""
    source: str = ""
    publisher: str = ""
    kind: str = ""
    lang: str = ""
    country: str = ""
    tags: tuple[str, ...] = ()
    wire: Wire = Wire()
    furniture: tuple[tuple[str, int, int], ...] = ()
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A hit in the original text: code points, `text` as it stands there."""

    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that fires on a text, with the reason: `spans` in order of field and place; `score` is 1 for query rules."""

    rule_id: str
    score: int
    spans: tuple[Span, ...]


# -- digests and delivery --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    query: str = ""  # empty: everything not yet taken
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """A configured digest. `cron` holds its schedule, five fields, also where `at` was written."""

    id: str
    title: str
    cron: str
    timezone: str
    to: tuple[str, ...] = ()
    when_empty: str = "send"  # send | skip
    sections: tuple[Section, ...] = ()


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to leave, rendered to its final bytes. `key` makes it unique for ever."""

    key: str
    kind: str  # edition | alert | notice
    channel: str
    recipient: str
    message_id: str
    subject: str
    body: bytes = field(repr=False)
    items: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """An outbox row as it stands."""

    id: int
    key: str
    kind: str
    channel: str
    recipient: str
    state: DeliveryState
    attempts: int
    message_id: str
    subject: str
    queued_at: datetime
    next_attempt_at: datetime
    sent_at: datetime | None
    last_error: str
    items: tuple[int, ...]
    edition_id: int | None = None  # the edition it carries


# -- what the store tells of sources ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What is configured of a source, as the store mirrors it: enough to show and to query items by."""

    id: str
    name: str
    publisher: str
    kind: Kind
    country: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    own: bool = False

    @classmethod
    def of(cls, source: Source) -> SourceFacts:
        """The facts of a configured source."""
        return cls(
            id=source.id,
            name=source.name,
            publisher=source.publisher,
            kind=source.kind,
            country=source.country,
            language=source.language,
            tags=source.tags,
            own=source.own,
        )

    @property
    def item_tags(self) -> tuple[str, ...]:
        """The tags that every item of the source carries, whatever the rules say of it."""
        return (*self.tags, "own") if self.own else self.tags


@dataclass(frozen=True, slots=True)
class Learned:
    """What polling learned of a source's ways, beside the documents themselves; all of it speaks of one address.

    `interval_s` is the time between two polls that its overlaps led to, starting from `interval_of_s`, the configured one.
    `gaps_s` are the last times between polls that brought something new, oldest first.
    """

    interval_s: float | None = None
    interval_of_s: float | None = None
    hints: Hints = Hints()  # of the last document that was read; headers' hints are not kept
    gaps_s: tuple[int, ...] = ()
    validators_lie: bool = False
    whole_at: datetime | None = None  # when a whole document last came, not a 304
    gap_at: datetime | None = None  # when a poll last found nothing of the one before
    moved_to: str | None = None
    moved_since: datetime | None = None
    moved_count: int = 0  # polls that confirmed the move


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a poll changes of its source's standing. `was` is the state before it; `learned` replaces what was learned."""

    state: SourceState
    reason: str
    failures: float
    next_fetch_at: datetime
    new_count: int
    edited_count: int
    was: SourceState | None = None
    learned: Learned = Learned()
    adopted_url: str | None = None  # a permanent address to poll from now on
    has_gap: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A source that should have been polled already; `interval_s` is None where none was learned."""

    source_id: str
    host: str
    interval_s: float | None


@dataclass(frozen=True, slots=True)
class StateChange:
    """A source whose state a poll changed."""

    id: int
    source_id: str
    name: str
    at: datetime
    was: SourceState
    state: SourceState
    reason: str


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source as polling found it. `state` is the gravest that holds; `reason` is for people."""

    facts: SourceFacts
    enabled: bool
    configured_url: str
    url: str  # as now polled
    moved_to: str | None
    site_url: str | None
    state: SourceState
    reason: str
    failures: float
    item_count: int
    next_fetch_at: datetime
    last_polled_at: datetime | None
    last_success_at: datetime | None
    last_new_at: datetime | None
    learned: Learned = Learned()
    verify: bool = True  # whether its certificate is verified


@dataclass(frozen=True, slots=True)
class PollRecord:
    """One poll as it went: the last ones of each source are kept."""

    source_id: str
    at: datetime
    gate: Gate
    status: int | None
    cut_count: int
    parsed_count: int
    new_count: int
    edited_count: int
    whole_reason: str
    failure: FailureKind | None
    message: str
    body_bytes: int
    duration_s: float
    has_gap: bool = False  # nothing of the poll before was left: entries may have been missed
