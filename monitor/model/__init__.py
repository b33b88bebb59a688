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
    Review,
    Section,
)
from monitor.model.items import (
    Candidate,
    Copy,
    Fold,
    Item,
    Observed,
    Relation,
    StoredText,
    Story,
    Version,
    Wire,
)
from monitor.model.pickup import (
    ChangedPassage,
    CutPassage,
    Mention,
    MentionClass,
    Pickup,
    Piece,
    Release,
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
    EditMatch,
    Match,
    Matchable,
    Priority,
    Rule,
    Sample,
    Span,
)
from monitor.model.sources import (
    CLIPS_SOURCE,
    OWN_SOURCE,
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
    "CLIPS_SOURCE",
    "OWN_SOURCE",
    "Acquired",
    "Candidate",
    "ChangedPassage",
    "Combination",
    "Copy",
    "CutPassage",
    "Delivery",
    "DeliveryState",
    "Digest",
    "EditMatch",
    "Entry",
    "Failure",
    "FailureKind",
    "Fold",
    "Gate",
    "Hints",
    "Item",
    "Job",
    "Kind",
    "Learned",
    "Match",
    "Matchable",
    "Mention",
    "MentionClass",
    "Observed",
    "Outcome",
    "Outgoing",
    "PageShape",
    "Pickup",
    "Piece",
    "PollRecord",
    "Priority",
    "Relation",
    "Release",
    "Review",
    "Rule",
    "Sample",
    "Section",
    "Source",
    "SourceFacts",
    "SourceState",
    "SourceStatus",
    "Span",
    "StateChange",
    "StoredText",
    "Story",
    "Version",
    "Waiting",
    "Wire",
]
