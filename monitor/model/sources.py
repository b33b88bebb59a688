"""Sources as configured: who is polled, and what is said of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

OWN_SOURCE = "own"
"""The source of releases that are added by hand; no configured one may have its id."""
CLIPS_SOURCE = "clips"
"""The source of clips that are added to stories by hand; likewise."""


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
    excerpt: int | None = None  # how many characters of its texts a mail or an export may show; None: as many as others
    note: str = ""
