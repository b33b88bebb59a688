"""Scores where items came to stand: recall and precision by kind of edit, the clustering as a whole, and every twin folded."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benches.stories_edits import CHAIN, COPIES
from benches.stories_stream import Piece

VERIFIED = frozenset({*COPIES, *CHAIN}) - {"30 % reworded", "title only"}


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an item stands in the store."""

    item_id: int
    story_id: int
    relation: str
    share: float | None
    also_in: tuple[int, ...] = ()


def score(pieces: Sequence[Piece], stands: Mapping[int, Placed]) -> dict[str, object]:
    """A copy is found when it stands in its release's story; its precision is the share of the other members of its story that
    belong there. Merged texts may be in either story. A twin is folded when it shares a story with what it should not; an item
    that is all headline and stands with a twin under the same one is the headline's fault, and counts against its own kind."""
    members: dict[int, list[Piece]] = defaultdict(list)
    for piece in pieces:
        if piece.key in stands:
            members[stands[piece.key].story_id].append(piece)
    releases = {piece.truth[0]: piece.key for piece in pieces if piece.kind == "release"}
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    folded: list[dict[str, object]] = []
    for piece in pieces:
        tally = kinds[piece.kind]
        tally["items"] += 1
        if piece.key not in stands:
            tally["lost"] += 1
            continue
        here = stands[piece.key]
        mates = [other for other in members[here.story_id] if other is not piece]
        right = sum(bool(set(other.truth) & set(piece.truth)) for other in mates)
        tally["mates"] += len(mates)
        tally["right"] += right
        stories = {stands[releases[truth]].story_id for truth in piece.truth if releases.get(truth) in stands}
        tally["found"] += here.story_id in stories or bool(stories & set(here.also_in))
        tally[here.relation] += 1
        if piece.truth[0] < 0:
            tally["twins"] += 1
            if bodied := [mate for mate in mates if mate.kind != "title only"]:
                tally["folded"] += 1
                folded.append(_told(piece, here, bodied))
    verified = _sum(tally for kind, tally in kinds.items() if kind in VERIFIED)
    return {
        "kinds": {kind: _figures(kinds[kind]) for kind in (*COPIES, *CHAIN)},
        "all verified copies": _figures(verified),
        "twins": {kind: dict(tally) for kind, tally in kinds.items() if tally["twins"]},
        "twins folded": folded,
        "ari": adjusted_rand(*_labels(pieces, stands)),
        "lost": sum(tally["lost"] for tally in kinds.values()),
    }


def _told(piece: Piece, here: Placed, mates: Sequence[Piece]) -> dict[str, object]:
    with_ = [f"{mate.key} {mate.kind}" for mate in mates[:3]]
    told = {"key": piece.key, "kind": piece.kind, "language": piece.text.language, "relation": here.relation}
    return told | {"share": here.share, "with": with_, "title": piece.text.title, "of": piece.of}


def _sum(tallies: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for tally in tallies:
        total.update(tally)
    return total


def _figures(tally: Counter[str]) -> dict[str, float]:
    recall = tally["found"] / tally["items"] if tally["items"] else 0.0
    precision = tally["right"] / tally["mates"] if tally["mates"] else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    shares = {relation: tally[relation] for relation in ("lead", "reprint", "partial")}
    return {"items": tally["items"], "precision": precision, "recall": recall, "f1": f1, **shares}


def _labels(pieces: Sequence[Piece], stands: Mapping[int, Placed]) -> tuple[list[int], list[int]]:
    """The true story of each item and the one it stands in; a merged text counts by whichever of its two it stands in."""
    releases = {piece.truth[0]: piece.key for piece in pieces if piece.kind == "release"}
    truths, found = [], []
    for piece in pieces:
        if piece.key not in stands:
            continue
        story = stands[piece.key].story_id
        own = [truth for truth in piece.truth if releases.get(truth) in stands]
        truths.append(next((truth for truth in own if stands[releases[truth]].story_id == story), piece.truth[0]))
        found.append(story)
    return truths, found


def adjusted_rand(truths: Sequence[int], found: Sequence[int]) -> float:
    """The adjusted Rand index of two clusterings (Hubert and Arabie, 1985): 1 where they agree, about 0 by chance."""
    together = _pairs(Counter(zip(truths, found, strict=True)).values())
    ours, theirs = _pairs(Counter(truths).values()), _pairs(Counter(found).values())
    whole = len(truths) * (len(truths) - 1) // 2
    if whole == 0:
        return 1.0
    expected, most = ours * theirs / whole, (ours + theirs) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)


def _pairs(counts: Iterable[int]) -> int:
    return sum(count * (count - 1) // 2 for count in counts)
