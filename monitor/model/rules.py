"""Rules as configured, a text as they see it, and what they find."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.items import Wire


class Priority(StrEnum):
    """How pressing a match is, the least first."""

    ROUTINE = "routine"
    IMPORTANT = "important"
    URGENT = "urgent"

    @property
    def weight(self) -> int:
        """The more pressing the higher, from 0."""
        return list(Priority).index(self)


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
    rollup: str = ""  # none | hourly | daily | weekly; empty: as its channels have it
    on: str = "item"  # item | edit: looks at each item as it comes, or at what an edit of one changed
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
    wire: Wire = field(default_factory=Wire)
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


@dataclass(frozen=True, slots=True)
class EditMatch:
    """A rule that an edit sets off: the spans of what `appeared`, in the later text, and of what is `gone`, in the former. Both
    are empty where the rule matches one of the texts for other reasons than its words. `version` is the item's after the edit,
    0 until it is stored."""

    rule_id: str
    appeared: tuple[Span, ...]
    gone: tuple[Span, ...]
    version: int = 0
