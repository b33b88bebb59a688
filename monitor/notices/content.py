"""What an edition of a digest says, chosen and counted, before it is worded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Entry:
    """One story. `title` is the shown item's own; `summary` holds at most 800 characters and may be empty.

    `at` is the publication, or the first sight where `is_seen` (the source gave no date). `also` names the other
    publishers' outlets, each once, first to carry it first. `publishers` are all publishers' keys. `hits` are the words by which
    rules and the section found the item, as they stand in it. `note` is a reviewer's.
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
    hits: tuple[str, ...] = ()
    same_event: tuple[SameEvent, ...] = ()
    mark: Mark | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SameEvent:
    """Another story that tells of the same event in other words."""

    story_id: int
    title: str
    outlet: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Mark:
    """What a wire says of its report afterwards, as printed (CORRECTED, STORY WITHDRAWN), and which outlet when."""

    edit: str
    outlet: str
    at: datetime


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
    note: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction or withdrawal of what an earlier edition told: its own title and the one it concerns."""

    story_id: int
    item_id: int
    version: int
    title: str
    url: str | None
    language: str
    mark: Mark
    told_title: str
    told_at: datetime
    publishers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """A story of the past week, and how many publishers carry it by now. `told_at`: when the edition that told it was due."""

    story_id: int
    item_id: int
    title: str
    url: str | None
    language: str
    outlet: str
    publisher_count: int
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Section:
    """A section as it stands in an edition. `cut_count`: entries and follow-ups that its limit left out."""

    title: str
    entries: tuple[Entry, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    cut_count: int = 0


@dataclass(frozen=True, slots=True)
class Ailing:
    """A source that did not bring what it should: its name, its state (one of `SourceState`, "late" or "gaps"), and why.

    `is_over`: it was so within the window, and is well again.
    """

    name: str
    state: str
    reason: str
    is_over: bool = False
    last_polled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """Where the new articles of the window went; together they are `new_count`.

    `told_count` stand as entries, `folded_count` are copies within those entries or within stories mailed before,
    `cut_count` fell to a section's limit, `old_count` were published more than three months ago, `untaken_count`
    fitted no section. `dropped_count`: stories that a reviewer took out.
    """

    new_count: int = 0
    told_count: int = 0
    folded_count: int = 0
    cut_count: int = 0
    old_count: int = 0
    untaken_count: int = 0
    dropped_count: int = 0


@dataclass(frozen=True, slots=True)
class Content:
    """An edition, ready to be worded. Times are UTC; they are printed in `timezone`.

    `window_to` is the cut-off. `is_late`: made well after `due_at`. `source_count`: sources that were polled,
    `waiting_count`: that are yet to be polled for the first time. `language` is that of the mail's own words, `reads` are those
    whose scripts its readers know (none: all). `note` is a reviewer's, on the whole.
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
    corrections: tuple[Correction, ...] = ()
    week: tuple[Carried, ...] = ()
    language: str = "en"
    reads: tuple[str, ...] = ()
    note: str = ""

    @property
    def entry_count(self) -> int:
        return sum(len(section.entries) for section in self.sections)

    @property
    def follow_up_count(self) -> int:
        return sum(len(section.follow_ups) for section in self.sections)

    @property
    def is_empty(self) -> bool:
        return not (self.entry_count or self.follow_up_count or self.corrections)


def content_text(content: Content) -> str:
    """The content as JSON, to be kept."""
    return _adapter().dump_json(content).decode()


def kept_content(text: str) -> Content:
    """The content that `content_text` gave."""
    return _adapter().validate_json(text)


@cache
def _adapter() -> TypeAdapter[Content]:
    from pydantic import TypeAdapter

    return TypeAdapter(Content)
