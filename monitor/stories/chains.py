"""Versions of a report that a wire marks in its headlines: UPDATE 2, WRAPUP 1, 2ND LD, CORRECTED, STORY WITHDRAWN.

An update joins the story of what it updates although its numbers differ; a withdrawal says little but the headline of
what it withdraws.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.stories.titles import telling_words

ALIKE_FROM = 0.6  # share of the shorter headline's telling words that stand in the other
NAMED_FROM = 0.8  # share of the earlier headline's telling words that stand in a notice about it
TELLING_LEAST = 3
VERSIONS_MOST = 8

_NOTICE = re.compile(r"WITHDRAW|KILL|RETRACT|ADVISORY|CORRECT|CLARIF|REFILE", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A headline that the same source printed before, as folded words without furniture."""

    item_id: int
    title: tuple[str, ...]


def earlier_versions(edit: str, title: Sequence[str], body: Sequence[str], before: Sequence[Earlier]) -> list[int]:
    """The items that a marked report may be a version of, among those of the same source, newest first: those with a
    headline like its own, or that a notice names. The likest first, at most eight."""
    ours, told = set(telling_words(title)), {*title, *body}
    found: list[tuple[float, int]] = []
    for place, earlier in enumerate(before):
        theirs = set(telling_words(earlier.title))
        likeness = _likeness(ours, theirs)
        if likeness < ALIKE_FROM and _NOTICE.search(edit) and len(theirs) >= TELLING_LEAST:
            likeness = len(theirs & told) / len(theirs)
            likeness = likeness if likeness >= NAMED_FROM else 0.0
        if likeness >= ALIKE_FROM:
            found.append((-likeness, place))
    return [before[place].item_id for _, place in sorted(found)[:VERSIONS_MOST]]


def _likeness(ours: set[str], theirs: set[str]) -> float:
    shorter = min(len(ours), len(theirs))
    return len(ours & theirs) / shorter if shorter >= TELLING_LEAST else 0.0
