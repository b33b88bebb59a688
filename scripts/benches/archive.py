"""A store of very many items, written in bulk: as polls would have left it, in minutes instead of hours.

Texts are those of `wire_texts`, each written several times under a number of its own, so that words are met as often as in as
many different texts; they are read by the product's own code, in two processes.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from benches import wire_texts
from monitor.model import Kind, Source, Wire
from monitor.store import Store, open_store
from monitor.store.items import CUT_MARK
from monitor.text.reading import read

COPIES = 5  # of each text, under different numbers
CHUNK = 2_000
SOURCES = 200
COUNTRIES = ("PK", "AZ", "TR", "IR", "GB", "FR", "US", "AM", "RU", "CN")
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
PERIOD = timedelta(days=365)

ITEM = """INSERT INTO item (id, source_id, publisher, title, url, author, language, published_at, published_claim, first_seen_at,
    updated_at, version, is_backlog, story_id, relation, share, label, place, dated, agency, edit, url_key, text_key, word_count,
    is_cut) VALUES (?, ?, ?, ?, ?, '', ?, ?, '', ?, NULL, 1, 0, ?, 'lead', NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
REST = (
    "INSERT INTO body (item_id, text, html) VALUES (?, ?, '')",
    "INSERT INTO story (id, lead_id, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?)",
    """INSERT INTO sighting (source_id, item_id, guid_key, title_key, content_key, url, seen_at)
        VALUES (?, ?, ?, ?, x'00', NULL, ?)""",
    "INSERT INTO tag (item_id, tag) VALUES (?, ?)",
    "INSERT INTO item_text (rowid, title, body) VALUES (?, ?, ?)",
)

Text = tuple[str, str, str, str, Wire, bool]  # title, body, what the index holds of each, furniture, is_cut


def sources() -> list[Source]:
    kinds = list(Kind)
    return [
        Source(
            id=f"source-{number}",
            url=f"https://s{number}.example/feed",
            name=f"Source {number}",
            publisher=f"Publisher {number // 2}",
            kind=kinds[number % len(kinds)],
            country=COUNTRIES[number % len(COUNTRIES)],
            tags=(f"desk-{number % 20}",),
        )
        for number in range(SOURCES)
    ]


def build(path: Path, count: int, period: timedelta = PERIOD) -> Store:
    """The store of `count` items, spread over a period, the newest of which was first seen at `NOW`."""
    store = open_store(path)
    configured = sources()
    store.sources.mirror(configured)
    numbers = iter(range(1, count + 1))
    with ProcessPoolExecutor(2) as pool:
        distinct = -(-count // COPIES)
        chunks = pool.map(_texts, [(min(CHUNK, distinct - at), at) for at in range(0, distinct, CHUNK)])
        for texts in chunks:
            rows = [
                _rows(number, text, configured[number * 7 % SOURCES], (count, period))
                for _ in range(COPIES)
                for number, text in zip(islice(numbers, len(texts)), texts, strict=False)
            ]
            with store.transaction():
                store.connection.executemany(ITEM, [row[0] for row in rows])
                for place, sql in enumerate(REST, 1):
                    store.connection.executemany(sql, [row[place] for row in rows])
    store.connection.execute(
        "UPDATE source SET item_count = (SELECT count(*) FROM sighting WHERE source_id = source.id)"
    )
    store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return store


def _texts(wanted: tuple[int, int]) -> list[Text]:
    return [_text(title, body) for title, body in wire_texts.items(*wanted)]


def _text(title: str, body: str) -> Text:
    reading = read(title, body)
    return title, body, *reading.search_texts, reading.furniture.wire, reading.is_cut


def _rows(number: int, text: Text, source: Source, spread: tuple[int, timedelta]) -> tuple[tuple[object, ...], ...]:
    """The rows of one item, the item's own first."""
    title, body, title_words, body_words, wire, is_cut = text
    count, period = spread
    seen_ms = int((NOW - period * ((count - number) / count)).timestamp() * 1000)
    key, serial = number.to_bytes(8, "big"), f"No {number}"
    item = (
        *(number, source.id, source.publisher, title, f"https://{source.id}.example/{number}", "en"),
        *(seen_ms - 600_000, seen_ms, number, wire.label, wire.place, wire.dated, wire.agency, wire.edit),
        *(key, key, len(body_words.split()), is_cut),
    )
    index_body = f"{body_words} {serial.lower()}" + (f" {CUT_MARK}" if is_cut else "")
    return (
        item,
        (number, f"{body} {serial}"),
        (number, number, seen_ms, seen_ms),
        (source.id, number, key, key, seen_ms),
        (number, source.tags[0]),
        (number, title_words, index_body),
    )
