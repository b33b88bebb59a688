"""Alerts: what is told of an item, when, and how it stands; and announcements, which channels word each in their own way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.items import Item
from monitor.model.rules import Priority


class AnnouncementKind(StrEnum):
    """What an announcement is for. All but `rollup` and `operator` tell of one thing."""

    ALERT = "alert"  # one story that a rule asks for, or what is new in one told before
    ROLLUP = "rollup"  # several of them that were held, or are told together
    CORRECTION = "correction"  # of something that was told before, to those who were told
    WITHDRAWAL = "withdrawal"
    SPIKE = "spike"  # a rule has far more items than on other days
    SILENCE = "silence"  # the whole intake, far below its rhythm
    OPERATOR = "operator"  # sources, or the monitor itself
    SAMPLE = "sample"  # a test of a channel, marked as such


@dataclass(frozen=True, slots=True)
class AnnouncedItem:
    """One entry of an announcement: an item, and why it is told.

    `outlet` is the name of the source it came from, `publishers` the names of all outlets that carry its story, the
    item's own first, a publisher once. `sentence` is the one with the hits, on one line, as published; `marks` are the
    hits in it, (start, end) in code points, in order, none over another. It is empty, and so are the marks, where the
    rule met no words of title or text. `reason` says in words why this is told, and why now. `link` is the article's
    address, None where it has none.
    """

    item: Item
    rule_id: str
    rule_name: str
    priority: Priority
    outlet: str
    publishers: tuple[str, ...]
    sentence: str
    marks: tuple[tuple[int, int], ...]
    reason: str
    link: str | None
    kind: AnnouncementKind = AnnouncementKind.ALERT


@dataclass(frozen=True, slots=True)
class Announcement:
    """A message for one channel, not yet worded.

    `key` is unique for ever and names the channel: rows are made unique by it and the recipient, Message-IDs by the
    same, so that what is rendered again is the same message. `title` is the subject; an alert's has its rule's name in
    brackets. `entries` stand in the order to be shown, none of them to be dropped in silence; `lines` are plain lines
    of text to be shown before them (for the operator, spikes and silence: all that there is to say). `at` is printed
    in `timezone`.
    """

    kind: AnnouncementKind
    key: str
    title: str
    at: datetime
    priority: Priority = Priority.ROUTINE
    entries: tuple[AnnouncedItem, ...] = ()
    lines: tuple[str, ...] = ()
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Ailment:
    """Something that ails the monitor itself. `key` stays the same for as long as it does, so that it is told once and its end
    once; `title` says what it is ("The mail server refuses the log-in"), `lines` the details and what to do."""

    key: str
    title: str
    lines: tuple[str, ...] = ()


class AlertKind(StrEnum):
    """What a decision of alerting was about."""

    ALERT = "alert"
    FOLLOW_UP = "follow-up"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    SPIKE = "spike"

    @property
    def announced(self) -> AnnouncementKind:
        """The kind of its announcement: a follow-up is an alert too."""
        return AnnouncementKind.ALERT if self is AlertKind.FOLLOW_UP else AnnouncementKind(self.value)


class AlertState(StrEnum):
    """What became of a decision: told at once, waiting for a roll-up, told in one, or not told at all."""

    QUEUED = "queued"
    HELD = "held"
    ROLLED_UP = "rolled-up"
    MERGED = "merged"  # its story was told before, and nothing that came with it is worth another message
    MUTED = "muted"

    @property
    def is_told(self) -> bool:
        """Whether it was told, or will be."""
        return self in (AlertState.QUEUED, AlertState.HELD, AlertState.ROLLED_UP)


@dataclass(frozen=True, slots=True)
class Alert:
    """A decision on an item, a rule and a channel, as it was made and as it stands.

    `story_id` is the story that the item is in now, `publisher` the item's; `publisher_count` counts those of the story at the
    time. `reason` says why it was told or not, `held_for` why it waits or waited until `due_at`. `told_as` is the key of the
    announcement it left in, at `told_at`. `id` is 0 until it is stored.
    """

    id: int
    item_id: int
    version: int
    story_id: int
    publisher: str
    rule_id: str
    channel: str
    kind: AlertKind
    priority: Priority
    decided_at: datetime
    state: AlertState
    reason: str
    publisher_count: int = 1
    held_for: str = ""
    due_at: datetime | None = None
    is_capped: bool = False  # it waits for a place in the hour
    told_as: str | None = None
    told_at: datetime | None = None


class MuteKind(StrEnum):
    STORY = "story"
    RULE = "rule"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Mute:
    """A story, rule or source of which nothing is told until `until`. A story is kept by one of its items, since stories are
    split and merged: `subject` is that item's id for a story, else the id of the rule or source; `story_id` is None where
    it is about no story."""

    id: int
    kind: MuteKind
    subject: str
    until: datetime
    made_at: datetime
    story_id: int | None = None
