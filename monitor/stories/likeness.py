"""How much of one text is in another, by words and by runs of three words (FIELD: containment, not similarity of the whole)."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import Relation

RUN = 3
REPRINT_FROM = 0.6
PARTIAL_FROM = 0.2


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """The share (0–1) of the shorter text's distinct words that stand in the other; 0 where either is empty."""
    ours, theirs = set(one), set(other)
    shorter = min(len(ours), len(theirs))
    return len(ours & theirs) / shorter if shorter else 0.0


def relate(copy: Sequence[str], lead: Sequence[str]) -> tuple[Relation | None, float | None]:
    """How a copy relates to its lead, both as folded words, and the share (0–1) of the lead's text that it kept.

    None, None for texts that have too little in common to be copies of each other.
    """
    kept, whole = _runs(copy), _runs(lead)
    shared = len(kept & whole)
    shorter = min(len(kept), len(whole))
    if shorter == 0 or shared / shorter < PARTIAL_FROM:
        return None, None
    relation = Relation.REPRINT if shared / shorter >= REPRINT_FROM else Relation.PARTIAL
    return relation, round(shared / len(whole), 3)


def _runs(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}
