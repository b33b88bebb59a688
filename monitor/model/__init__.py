"""What crosses rooms, and nothing else: identifiers, enumerations and frozen records.

Times are aware datetimes in UTC, durations seconds, sizes bytes; the names say so. Text is NFC-neutral: as published, cleaned
of control characters, never folded.
"""

from __future__ import annotations

from monitor.model.digests import (
    Delivery,
    DeliveryState,
    Digest,
    Outgoing,
    Section,
)
from monitor.model.items import (
    Candidate,
    Copy,
    Item,
    Observed,
    Relation,
    Story,
    Version,
    Wire,
)
from monitor.model.polling import (
    Acquired,
    Entry,
    Failure,
    FailureKind,
    Gate,
    Hints,
    Job,
)
from monitor.model.rules import (
    Combination,
    Match,
    Matchable,
    Priority,
    Rule,
    Sample,
    Span,
)
from monitor.model.sources import (
    Kind,
    PageShape,
    Source,
    SourceState,
)
from monitor.model.standing import (
    Learned,
    Outcome,
    PollRecord,
    SourceFacts,
    SourceStatus,
    StateChange,
    Waiting,
)

__all__ = [
    "Acquired",
    "Candidate",
    "Combination",
    "Copy",
    "Delivery",
    "DeliveryState",
    "Digest",
    "Entry",
    "Failure",
    "FailureKind",
    "Gate",
    "Hints",
    "Item",
    "Job",
    "Kind",
    "Learned",
    "Match",
    "Matchable",
    "Observed",
    "Outcome",
    "Outgoing",
    "PageShape",
    "PollRecord",
    "Priority",
    "Relation",
    "Rule",
    "Sample",
    "Section",
    "Source",
    "SourceFacts",
    "SourceState",
    "SourceStatus",
    "Span",
    "StateChange",
    "Story",
    "Version",
    "Waiting",
    "Wire",
]
