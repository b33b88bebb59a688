"""How well copies are told from twins: a stream of releases, copies and twins is taken in as polls bring it, and scored.

The way is the product's own: `Intake`, a store on disk, one transaction a poll. Polls hold one source's items of an hour.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations, groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from benches.stories_documents import from_documents
from benches.stories_score import Placed, score
from benches.stories_stream import OFFICIALS, SOURCES_EACH, WIRES, Piece, made_up
from benches.stories_twins import made_up_twins, twins_of_documents
from monitor.intake import Intake
from monitor.model import Acquired, Entry, Gate, Kind, Source
from monitor.rules import RuleSet
from monitor.store import Store, open_store
from monitor.stories.shingles import containment, shingles
from monitor.text.reading import read

BEGINNING = datetime(2026, 11, 1, tzinfo=UTC)
UNRELATED_TEXTS = 400


def measure(
    releases: int, seed: int, documents: Path | None, windows: Sequence[int] = (), twins: int = 0
) -> dict[str, object]:
    """The figures of made-up releases, of those found in `documents` beside them, of so many hard negatives around each kind, and
    the cost in windows of so many items."""
    stream, pieces = made_up(releases, seed)
    found: dict[str, object] = {"made up": _measured(pieces, stream.source_languages)}
    if documents is not None:
        stream, pieces = from_documents(documents, seed)
        found["documents"] = _measured(pieces, stream.source_languages)
    if twins:
        stream, pieces = made_up_twins(twins, seed)
        found["hard negatives, made up"] = _measured(pieces, stream.source_languages)
    if twins and documents is not None:
        stream, pieces = twins_of_documents(documents, twins, seed)
        found["hard negatives, documents"] = _measured(pieces, stream.source_languages)
    if windows:
        from benches import stories_cost

        found["cost"] = stories_cost.measure(windows, seed)
    return found


def _measured(pieces: Sequence[Piece], languages: Sequence[str]) -> dict[str, object]:
    with TemporaryDirectory(prefix="bench-stories-") as folder:
        store = open_store(Path(folder) / "monitor.db")
        try:
            sources = configured(languages)
            store.sources.mirror(sources)
            began = time.process_time()
            take_in(store, sources, pieces)
            cpu_ms = (time.process_time() - began) * 1000 / len(pieces)
            figures = score(pieces, placed(store))
        finally:
            store.close()
    return figures | {"items": len(pieces), "cpu_ms_item": cpu_ms, "unrelated": unrelated(pieces)}


def configured(languages: Sequence[str]) -> list[Source]:
    """The sources of a stream, in its order: each a publisher of its own."""
    return [
        Source(
            id=f"source-{number}",
            url=f"https://s{number}.example/feed",
            name=f"Source {number}",
            publisher=f"publisher-{number}",
            kind=_kind(number % SOURCES_EACH),
            language=language if len(language) == 2 else "",
        )
        for number, language in enumerate(languages)
    ]


def _kind(place: int) -> Kind:
    if place < OFFICIALS:
        return Kind.MINISTRY
    return Kind.WIRE if place < OFFICIALS + WIRES else Kind.PRESS


def take_in(store: Store, sources: Sequence[Source], pieces: Sequence[Piece]) -> None:
    """Poll by poll, in the order of time."""
    for hour, of_hour in groupby(pieces, lambda piece: int(piece.at_h)):
        now = BEGINNING + timedelta(hours=hour + 1)
        by_source: dict[int, list[Piece]] = defaultdict(list)
        for piece in of_hour:
            by_source[piece.source].append(piece)
        for number, polled in by_source.items():
            with store.transaction():
                intake = Intake(store, sources[number], RuleSet(), now, now - timedelta(hours=1))
                intake.take(Acquired(sources[number].id, Gate.WHOLE, entries=tuple(map(_entry, reversed(polled)))))


def _entry(piece: Piece) -> Entry:
    url = f"https://s{piece.source}.example/{piece.key}"
    at = BEGINNING + timedelta(hours=piece.at_h)
    return Entry(guid=url, url=url, title=piece.text.title, text=piece.text.body, html="", published_at=at)


def placed(store: Store) -> dict[int, Placed]:
    """Where each piece came to stand, by its key."""
    rows = store.connection.rows(
        "SELECT id, story_id, relation, share, sighting.url FROM item JOIN sighting ON item_id = id"
    )
    return {
        int(url.rpartition("/")[2]): Placed(item_id, story_id, relation, share, _also_in(store, item_id))
        for item_id, story_id, relation, share, url in rows
    }


def _also_in(store: Store, item_id: int) -> tuple[int, ...]:
    item = store.items.get(item_id)
    return item.also_in if item else ()


def unrelated(pieces: Sequence[Piece]) -> dict[str, float]:
    """How much of the shorter text two releases of one language share that have nothing to do with each other."""
    by_language: dict[str, list[frozenset[int]]] = defaultdict(list)
    for piece in pieces:
        texts = by_language[piece.text.language]
        if piece.kind == "release" and len(texts) < UNRELATED_TEXTS // 4:
            texts.append(shingles(read(piece.text.title, piece.text.body).bare("body").texts))
    shares = sorted(
        containment(one, other).of_shorter for texts in by_language.values() for one, other in combinations(texts, 2)
    )
    if not shares:
        return {}
    return {
        "median": shares[len(shares) // 2],
        "p99": shares[int(len(shares) * 0.99)],
        "p99.9": shares[int(len(shares) * 0.999)],
        "most": shares[-1],
    }
