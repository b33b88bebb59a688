"""Articles as stored, the stories they are folded into, and the marks by which they are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.sources import Kind


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
    also_in: tuple[int, ...] = ()  # stories of which it holds text without being in them
    set_apart: tuple[tuple[int, int], ...] = ()  # of the text: what its source puts under everything


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
    is_cut: bool = False  # furniture stands amid its words, whose neighbours are others without it
    set_apart: tuple[tuple[int, int], ...] = ()  # of the body: what its source puts under everything


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
    when: datetime
    word_count: int


@dataclass(frozen=True, slots=True)
class StoredText:
    """A copy with its text, as stored. `edit` is the wire's mark of a version, `is_by_hand` says that a person put it into its
    story, `set_apart` is what its source puts under everything."""

    copy: Copy
    source_id: str
    title: str
    text: str
    edit: str | None
    is_by_hand: bool = False
    set_apart: tuple[tuple[int, int], ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class Fold:
    """Why an item is in its story: how much of the shorter text it shares with the lead (`contained`, 0 to 1), a reason for
    people, the earlier version that it follows, and whether a person put it there."""

    contained: float
    reason: str
    follows: int | None = None
    is_by_hand: bool = False
