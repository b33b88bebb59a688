"""A release, and what others made of it: the pick-up report as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.items import Wire

HOUR_S = 3600


class MentionClass(StrEnum):
    """How much of a release a mention kept (FIELD: containment of 0.6 and more, of 0.2 to 0.6, less)."""

    REPRINT = "reprint"
    PARTIAL = "partial"
    MENTION = "mention"


@dataclass(frozen=True, slots=True)
class Release:
    """A text whose way is followed. `item_id`, `source_id`, `url` and `released_at` are None or empty where it is not known:
    of one given as a file there may be nothing but its text."""

    title: str
    text: str
    item_id: int | None = None
    source_id: str = ""
    outlet: str = ""
    publisher: str = ""
    language: str = ""
    url: str | None = None
    released_at: datetime | None = None
    first_seen_at: datetime | None = None
    story_id: int | None = None
    is_lead: bool = False
    is_own: bool = True  # ours: what sources of ours bring of it is the release itself
    set_apart: tuple[tuple[int, int], ...] = ()  # of the text: what its source puts under everything


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a word diff, in the words as printed: `op` is "=" (in both), "-" (the former text only) or "+" (the later)."""

    op: str
    text: str


@dataclass(frozen=True, slots=True)
class CutPassage:
    """What a copy left out: paragraph number `paragraph` of the release (from 1), whole, or one `sentence` of it (from 1)."""

    paragraph: int
    sentence: int | None
    text: str


@dataclass(frozen=True, slots=True)
class ChangedPassage:
    """A sentence that a copy reworded, as a word diff from the release to the copy."""

    paragraph: int
    sentence: int
    diff: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """An item that kept part of a release, or names it.

    `at` is its publication, or its first sight where `is_seen`; `delay_s` counts from the release, negative where the copy came
    before it, None where the release has no time. `share` (0 to 1) is how much of the release's text was
    kept (None where one of the texts is too short to tell), `of_copy` how much
    of the copy came from it; `run_words` counts the longest run of words kept as they are, `run` shows it. `evidence` says why it
    counts.
    """

    item_id: int
    source_id: str
    outlet: str
    publisher: str
    country: str
    language: str
    title: str
    url: str | None
    at: datetime
    is_seen: bool
    first_seen_at: datetime
    delay_s: float | None
    share: float | None
    of_copy: float
    run_words: int
    run: str
    sort: MentionClass
    evidence: str
    wire: Wire
    is_retitled: bool
    cut: tuple[CutPassage, ...] = ()
    changed: tuple[ChangedPassage, ...] = ()
    added_words: int = 0


@dataclass(frozen=True, slots=True)
class Pickup:
    """The report on one release: its mentions, the earliest first. Hours count from the release, or from the first mention where
    its time is not known."""

    release: Release
    mentions: tuple[Mention, ...]
    made_at: datetime

    @property
    def starts_at(self) -> datetime | None:
        """The instant that hours count from; None where nothing has a time."""
        return self.release.released_at or min((mention.at for mention in self.mentions), default=None)

    @property
    def publisher_count(self) -> int:
        return len({mention.publisher for mention in self.mentions})

    def totals(self, of: Callable[[Mention], str]) -> list[tuple[str, int]]:
        """How many mentions there are of each kind by `of`, most first, then by name."""
        counts = Counter(map(of, self.mentions))
        return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))

    def by_hour(self) -> list[tuple[int, int]]:
        """(hour, mentions) in order, hours without any left out; hour 0 is the first after the release, those before are
        negative."""
        start = self.starts_at
        if start is None:
            return []
        counts = Counter(int((mention.at - start).total_seconds() // HOUR_S) for mention in self.mentions)
        return sorted(counts.items())
