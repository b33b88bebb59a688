"""What an edition of a digest says, chosen and counted, before it is worded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One story. `title` is the shown item's own; `summary` holds at most 800 characters and may be empty.

    `at` is the publication, or the first sight where `is_seen` (the source gave no date). `also` names the other
    publishers' outlets, each once, first to carry it first. `publishers` are all publishers' keys.
    """

    story_id: int
    item_id: int
    version: int
    title: str
    summary: str
    outlet: str
    place: str
    at: datetime
    is_seen: bool
    url: str | None
    language: str
    also: tuple[str, ...]
    publishers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A story that was mailed before, and the outlets that have carried it since."""

    story_id: int
    item_id: int
    version: int
    title: str
    url: str | None
    language: str
    joined: tuple[str, ...]
    publishers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A section as it stands in an edition. `cut_count`: entries and follow-ups that its limit left out."""

    title: str
    entries: tuple[Entry, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    cut_count: int = 0


@dataclass(frozen=True, slots=True)
class Ailing:
    """A source that did not bring what it should: its name, the word for its state, and why."""

    name: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Where the new articles of the window went; together they are `new_count`.

    `told_count` stand as entries, `folded_count` are copies within those entries or within stories mailed before,
    `cut_count` fell to a section's limit, `old_count` were published more than three months ago, `untaken_count`
    fitted no section.
    """

    new_count: int = 0
    told_count: int = 0
    folded_count: int = 0
    cut_count: int = 0
    old_count: int = 0
    untaken_count: int = 0


@dataclass(frozen=True, slots=True)
class Content:
    """An edition, ready to be worded. Times are UTC; they are printed in `timezone`.

    `window_to` is the cut-off. `is_late`: made well after `due_at`. `source_count`: sources that were polled,
    `waiting_count`: that are yet to be polled for the first time.
    """

    digest_id: str
    title: str
    timezone: str
    due_at: datetime
    made_at: datetime
    window_from: datetime
    window_to: datetime
    is_late: bool
    sections: tuple[Section, ...]
    tally: Tally = Tally()
    source_count: int = 0
    waiting_count: int = 0
    ailing: tuple[Ailing, ...] = ()

    @property
    def entry_count(self) -> int:
        return sum(len(section.entries) for section in self.sections)

    @property
    def follow_up_count(self) -> int:
        return sum(len(section.follow_ups) for section in self.sections)

    @property
    def is_empty(self) -> bool:
        return self.entry_count == self.follow_up_count == 0
