"""How sources are doing, as the store tells of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from monitor.model.polling import FailureKind, Gate, Hints
from monitor.model.sources import Kind, Source, SourceState


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
    hints: Hints = field(default_factory=Hints)  # of the last document that was read; headers' hints are not kept
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
