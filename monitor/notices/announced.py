"""What an announcement says, in lines of runs and as much of it as fits, before a channel puts its own marks around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from monitor.model import AnnouncedItem, Announcement, Priority
from monitor.notices.excerpt import clean, shorten
from monitor.notices.page import link
from monitor.notices.runs import Line, Look, Run, plain, with_marks

HEADING_LENGTH = 300
_NAME_LENGTH = 80
_LINK_LENGTH = 1000
_NO_TITLE = "(without a title)"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Measure:
    """How much is shown: characters of a sentence, a title, a reason and a plain line; outlets by name."""

    sentence: int
    names: int
    title: int
    reason: int
    line: int


MEASURES = (
    Measure(sentence=1000, names=12, title=500, reason=500, line=2000),
    Measure(sentence=400, names=5, title=240, reason=240, line=500),
    Measure(sentence=200, names=3, title=160, reason=120, line=240),
    Measure(sentence=0, names=0, title=120, reason=60, line=160),
)
"""From all there is to the least that is worth showing; after that the last ones are counted."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An announcement cut to a measure: `heading` is None where the one entry says it; `more` counts in words what is not
    shown, and is empty where all is."""

    heading: Line | None
    lines: tuple[Line, ...]
    entries: tuple[tuple[Line, ...], ...]
    more: str = ""


def fitted(announcement: Announcement, render: Callable[[Shown], T | None]) -> T:
    """What `render` makes of as much of the announcement as it takes: it returns None for what is too much.

    First everything gets shorter, and only then the last lines and entries are counted instead of shown. Raises ValueError
    where a heading of 300 characters is too much.
    """
    for measure in MEASURES:
        rendered = render(shown(announcement, measure))
        if rendered is not None:
            return rendered
    least, count = MEASURES[-1], len(announcement.lines) + len(announcement.entries)
    few, many = 0, count
    found = render(shown(announcement, least, 0))
    if found is None:
        raise ValueError("not even the heading fits")
    while many - few > 1:
        middle = (few + many) // 2
        rendered = render(shown(announcement, least, middle))
        if rendered is None:
            many = middle
        else:
            few, found = middle, rendered
    return found


def shown(announcement: Announcement, measure: Measure, count: int | None = None) -> Shown:
    """The announcement cut to the measure; only the first `count` of its lines and entries together, unless None."""
    lines, entries = announcement.lines, announcement.entries
    if count is not None:
        lines, entries = lines[:count], entries[: max(0, count - len(lines))]
    title, before = clean(announcement.title), None
    if len(announcement.entries) == len(entries) == 1:
        own = clean(entries[0].item.title) or None
        before = title.removesuffix(own) if own and title.endswith(own) else None
    return Shown(
        heading=(Run(shorten(title, HEADING_LENGTH), Look.STRONG),) if before is None else None,
        lines=tuple((Run(shorten(clean(line), measure.line)),) for line in lines if clean(line)),
        entries=tuple(entry_lines(entry, announcement.timezone, measure, before or "") for entry in entries),
        more=_more(len(announcement.entries) - len(entries), len(announcement.lines) - len(lines)),
    )


def entry_lines(entry: AnnouncedItem, timezone: str, measure: Measure, before: str = "") -> tuple[Line, ...]:
    """An entry's lines: the title (after `before`), who carried it and when, the sentence with the hits, the rule and the
    reason. The title is the link; where the hits are in it, the outlet is."""
    item, url = entry.item, shown_link(entry.link)
    title = clean(item.title) or _NO_TITLE
    is_in_title = bool(entry.marks) and clean(entry.sentence) == title
    if is_in_title:
        head = with_marks(entry.sentence, entry.marks, measure.title, Look.STRONG)
    else:
        head = (Run(shorten(title, measure.title), Look.STRONG, url),)
    told = [(Run(before, Look.STRONG), *head) if before else head]
    told.append(_about(entry, timezone, measure, url if is_in_title else ""))
    if measure.sentence and entry.sentence and not is_in_title:
        told.append(with_marks(entry.sentence, entry.marks, measure.sentence))
    return (*told, (Run(why(entry, measure.reason), Look.FAINT),))


def _about(entry: AnnouncedItem, timezone: str, measure: Measure, url: str) -> Line:
    outlet = shorten(clean(entry.outlet), _NAME_LENGTH) or entry.item.source_id
    others = tuple(name for name in entry.publishers[1:] if clean(name))
    also = f" – also: {named(others, measure.names)}" if others else ""
    return Run(outlet, Look.FAINT, url), Run(f" – {moment(entry, timezone)}{also}", Look.FAINT)


def named(names: tuple[str, ...], most: int) -> str:
    """`A, B (+7)`; with none to be named, `+9`."""
    told = ", ".join(shorten(clean(name), _NAME_LENGTH) for name in names[:most])
    more = len(names) - most
    if more <= 0:
        return told
    return f"{told} (+{more})" if told else f"+{more}"


def moment(entry: AnnouncedItem, timezone: str) -> str:
    """When the item was published, or first seen where that is not known, with its zone: `2026-11-23 07:00 +05`."""
    item, zone = entry.item, ZoneInfo(timezone)
    if item.published_at is None:
        return f"seen {_minute(item.first_seen_at.astimezone(zone))}"
    return _minute(item.published_at.astimezone(zone))


def _minute(local: datetime) -> str:
    return f"{local:%Y-%m-%d %H:%M %Z}"


def why(entry: AnnouncedItem, limit: int) -> str:
    """`Karabakh (urgent): the reason`."""
    urgency = "" if entry.priority is Priority.ROUTINE else f" ({entry.priority.value})"
    name = shorten(clean(entry.rule_name), _NAME_LENGTH) or entry.rule_id
    return f"{name}{urgency}" + (f": {shorten(clean(entry.reason), limit)}" if clean(entry.reason) else "")


def shown_link(url: str | None) -> str:
    """The address as a link that may be shown; empty for none, for one that is not the web's, and for one that hides
    something or is longer than anybody's."""
    found = link(url)
    return found if len(found) <= _LINK_LENGTH and clean(found) == found else ""


def text_of(line: Line) -> str:
    """The line as plain text, hits between asterisks."""
    return "".join(f"*{run.text}*" if run.look is Look.MARK else run.text for run in line)


def links_of(line: Line) -> list[str]:
    return [run.url for run in line if run.url]


def _more(entry_count: int, line_count: int) -> str:
    """What is not shown: `And 12 more.`"""
    if not entry_count and not line_count:
        return ""
    return f"And {entry_count or line_count:,} more."


__all__ = [
    "MEASURES",
    "Measure",
    "Shown",
    "entry_lines",
    "fitted",
    "links_of",
    "named",
    "plain",
    "shown",
    "text_of",
    "why",
]
