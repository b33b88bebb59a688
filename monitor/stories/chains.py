"""Versions of a report that a wire marks in its headlines: UPDATE 2, WRAPUP 1, 2ND LD, CORRECTED, STORY WITHDRAWN.

An update joins the story of what it updates although its numbers differ; a withdrawal says little but the headline of what it
withdraws.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.stories.titles import telling_words

ALIKE_FROM = 0.6  # share of the shorter headline's telling words that stand in the other
NAMED_FROM = 0.8  # share of the earlier headline's telling words that stand in a notice about it
TELLING_LEAST = 3

_NOTICE = re.compile(r"WITHDRAW|KILL|RETRACT|ADVISORY|CORRECT|CLARIF|REFILE", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A headline that the same source printed before, as folded words without furniture."""

    item_id: int
    title: tuple[str, ...]


def earlier_version(edit: str, title: Sequence[str], body: Sequence[str], before: Sequence[Earlier]) -> int | None:
    """The item that a marked report is a version of: among those of the same source, newest first, the likest by its headline, or
    the one that a notice names; None where there is none."""
    ours = set(telling_words(title))
    best: tuple[float, int] | None = None
    for earlier in before:
        theirs = set(telling_words(earlier.title))
        if len(theirs) < TELLING_LEAST:
            continue
        likeness = _likeness(ours, theirs)
        if likeness < ALIKE_FROM and _NOTICE.search(edit):
            named = len(theirs & {*title, *body}) / len(theirs)
            likeness = named if named >= NAMED_FROM else 0.0
        if likeness >= ALIKE_FROM and (best is None or likeness > best[0]):
            best = (likeness, earlier.item_id)
    return None if best is None else best[1]


def _likeness(ours: set[str], theirs: set[str]) -> float:
    shorter = min(len(ours), len(theirs))
    return len(ours & theirs) / shorter if shorter >= TELLING_LEAST else 0.0
