"""The operator's daily news of sources: those whose state changed, in plain lines, gravest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.model import SourceState
from monitor.notices.excerpt import fit, shorten

SOURCES_NAMED = 200
PASSING_NAMED = 20
_REASON_LENGTH = 300
_WELL = frozenset({SourceState.OK, SourceState.NEW})
_HEADINGS = {
    SourceState.GONE: "Retired by their publishers, and polled no more",
    SourceState.FAILING: "Failing",
    SourceState.BLOCKED: "Blocked",
    SourceState.NOT_A_FEED: "No feed at the address",
    SourceState.MOVED: "Moved for good",
    SourceState.SILENT: "Silent",
    SourceState.EMPTY: "Empty",
    SourceState.PAUSED: "Paused",
    SourceState.OK: "Well again",
    SourceState.NEW: "New",
}


@dataclass(frozen=True, slots=True)
class SourceNews:
    """What became of one source: from `was` to `state`, where it arrived at `at`, by `change_count` changes."""

    source_id: str
    name: str
    was: SourceState
    state: SourceState
    at: datetime
    reason: str
    change_count: int = 1

    @property
    def is_passing(self) -> bool:
        """Whether the source is as it was before."""
        return self.was == self.state


def notice_subject(news: Sequence[SourceNews]) -> str:
    """`Sources: 2 need a look, 1 well again`; at most one of the two where the other is none."""
    lasting = [told for told in news if not told.is_passing]
    well = sum(told.state in _WELL for told in lasting)
    ailing = len(lasting) - well
    parts = [
        f"{ailing} need{'s' if ailing == 1 else ''} a look" if ailing else "",
        f"{well} well again" if well else "",
    ]
    return "Sources: " + (", ".join(filter(None, parts)) or "passing trouble")


def notice_lines(news: Sequence[SourceNews], timezone: str) -> tuple[str, ...]:
    """What there is to say, in lines: each source once, under its state, with the reason and since when."""
    zone = ZoneInfo(timezone)
    lines = [f"What changed among the sources (times in {timezone})."]
    lasting, room = [told for told in news if not told.is_passing], SOURCES_NAMED
    for state, heading in _HEADINGS.items():
        found = [told for told in lasting if told.state is state]
        if found and room > 0:
            lines.append(f"{heading} ({len(found)})")
            lines += [_told(told, zone) for told in found[:room]]
            room -= len(found)
    if len(lasting) > SOURCES_NAMED:
        lines.append(f"And {len(lasting) - SOURCES_NAMED:,} more.")
    passing = [told for told in news if told.is_passing]
    if passing:
        names = ", ".join(fit(told.name) for told in passing[:PASSING_NAMED])
        more = f" (+{len(passing) - PASSING_NAMED:,})" if len(passing) > PASSING_NAMED else ""
        lines.append(f"Trouble that passed by itself: {names}{more}.")
    return (*lines, "`monitor sources list` shows them all, `monitor sources show ID` one.")


def _told(told: SourceNews, zone: ZoneInfo) -> str:
    when = f"{told.at.astimezone(zone):%Y-%m-%d %H:%M}"
    reason = f": {shorten(fit(told.reason), _REASON_LENGTH)}" if told.reason else ""
    return f"- {fit(told.name)} ({told.source_id}), since {when}; was {told.was.value}{reason}"
