"""What an item costs to place, in windows of several sizes: CPU by step, the size of the index, how soon a store is open again.

A window is filled by SQL. Each row stands for an item whose common shingles, those that many texts have, are a composed text's
own, and whose others are random numbers, as unlike as those of different texts. Then items are taken in the product's own way:
three in four are texts that nobody has, the others copies of them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from unittest.mock import patch

from benches.stages import Clock
from benches.stories import BEGINNING, configured, take_in
from benches.stories_edits import COPIES, Desk, house_text
from benches.stories_stream import SOURCES_EACH, Piece
from benches.stories_writer import TONGUES, Text, Writer
from monitor import placing
from monitor.linking import Linking
from monitor.placing import Placing
from monitor.store import Store, open_store
from monitor.store.connection import Connection, stored_ms
from monitor.store.events import HOLDERS_MOST as KEY_HOLDERS
from monitor.store.postings import stored_ids
from monitor.store.shingles import HOLDERS_MOST as SHINGLE_HOLDERS
from monitor.store.shingles import ShingleIndex
from monitor.stories.fold import WINDOW
from monitor.stories.likeness import Text as Compared
from monitor.stories.shingles import SAMPLED_BELOW
from monitor.stories.telling import event_keys, tell, written
from monitor.text.reading import read

TEMPLATES = 4_000
COMMON_FROM = 2  # texts of the templates that hold a shingle: then it is a common one
WARMING, TIMED_MOST = 400, 2_000
COPIED_EACH = 4  # of four items one is a copy
STAGES = ("fingerprint", "look-up", "verification", "insertion", "same event", "commit of all")
LINKED_PART = 3 / 14  # of the window tellings are kept
SHINGLE_TABLES, EVENT_TABLES = ("shingle",), ("telling", "telling_key")

Template = tuple[
    Text, list[int], list[int], list[int], str
]  # text, common shingles, how many others, event keys, telling


def measure(sizes: Sequence[int], seed: int) -> list[dict[str, object]]:
    """The figures of each size of the window."""
    writer = Writer(Random(seed))
    templates = _templates(writer, min(TEMPLATES, max(sizes)))
    return [_measured(size, writer, templates) for size in sizes]


def _measured(size: int, writer: Writer, templates: Sequence[Template]) -> dict[str, object]:
    languages = [language for language in TONGUES for _ in range(SOURCES_EACH)]
    with TemporaryDirectory(prefix="bench-stories-") as folder:
        path = Path(folder) / "monitor.db"
        store = open_store(path)
        sources = configured(languages)
        store.sources.mirror(sources)
        _fill(store, size, writer.random, templates, [source.id for source in sources])
        sizes = {
            name: _bytes(store, tables) for name, tables in (("shingles", SHINGLE_TABLES), ("events", EVENT_TABLES))
        }
        store.close()
        began = time.perf_counter()
        store = open_store(path)
        store.shingles.holders([1, 2, 3])
        open_s = time.perf_counter() - began
        timed = min(TIMED_MOST, size)
        pieces = list(_pieces(writer, size, WARMING + timed))
        take_in(store, sources, pieces[:WARMING])
        clock = Clock()
        clock.spent_s = dict.fromkeys(STAGES, 0.0)
        with _timed(clock):
            take_in(store, sources, pieces[WARMING:])
        store.close()
    spent_ms = {name: spent_s * 1000 / timed for name, spent_s in clock.spent_s.items()}
    return {
        "items": size,
        "ms": spent_ms,
        "index_bytes_item": sizes["shingles"] / size,
        "event_bytes_item": sizes["events"] / size,
        "open_s": open_s,
    }


def _timed(clock: Clock) -> ExitStack:
    """The doors between the steps, each timed from outside; what is inside another is taken off it."""
    doors = (
        (Placing, "expect", "fingerprint"),
        (Placing, "place_new", "fingerprint"),
        (ShingleIndex, "expect", "look-up"),
        (ShingleIndex, "holders", "look-up"),
        (Placing, "_plausible", "look-up"),
        (Placing, "_fold", "verification"),
        (Placing, "_join", "insertion"),
        (Placing, "finish", "insertion"),
        (Linking, "expect", "same event"),
        (Linking, "link", "same event"),
        (Linking, "finish", "same event"),
    )
    stack = ExitStack()
    for owner, name, stage in doors:
        stack.enter_context(patch.object(owner, name, clock.calling(stage, getattr(owner, name))))
    committing = Clock.committing(clock, Connection.execute)
    clock.spent_s["commit"] = 0.0
    stack.enter_context(patch.object(Connection, "execute", committing))
    stack.callback(lambda: clock.spent_s.update({"commit of all": clock.spent_s.pop("commit")}))
    return stack


# -- filling -----------------------------------------------------------------------------------------


def _templates(writer: Writer, count: int) -> list[Template]:
    texts = [writer.release(writer.language()) for _ in range(count)]
    readings = [read(text.title, text.body) for text in texts]
    hashes = [placing._hashes(Compared.of(reading, frozenset())) for reading in readings]
    tellings = [tell(text.title, text.body, BEGINNING, text.language) for text in texts]
    held = Counter(number for found in hashes for number in found)
    keys = [event_keys(telling) for telling in tellings]
    held_keys = Counter(key for found in keys for key in found)
    return [
        (
            text,
            [number for number in found if held[number] >= COMMON_FROM],
            [0] * sum(held[number] < COMMON_FROM for number in found),
            [key if held_keys[key] >= COMMON_FROM else 0 for key in own_keys],
            written(telling),
        )
        for text, found, own_keys, telling in zip(texts, hashes, keys, tellings, strict=True)
    ]


def _fill(store: Store, size: int, random: Random, templates: Sequence[Template], source_ids: Sequence[str]) -> None:
    """Items over the window, the newest last, and the indexes that they would have left."""
    connection, step = store.connection, WINDOW / size
    connection.execute("PRAGMA temp_store = FILE")  # rows are sorted there
    first_at = BEGINNING - WINDOW + timedelta(hours=12)
    with store.transaction():
        for low in range(0, size, 5_000):
            numbers = range(low + 1, min(low + 5_000, size) + 1)
            items, bodies, stories = [], [], []
            for number in numbers:
                text = templates[number % len(templates)][0]
                at_ms = stored_ms(first_at + step * number)
                source_id = source_ids[number * 7 % len(source_ids)]
                items.append(
                    (number, source_id, f"publisher-{number}", text.title, at_ms, at_ms, number, len(text.body) // 6)
                )
                bodies.append((number, text.body))
                stories.append((number, number, at_ms, at_ms))
            connection.executemany(_ITEM, items)
            connection.executemany("INSERT INTO body (item_id, text, html) VALUES (?, ?, '')", bodies)
            connection.executemany(
                "INSERT INTO story (id, lead_id, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?)", stories
            )
        connection.execute("CREATE TEMP TABLE row (number INTEGER, item_id INTEGER)")
        _fill_index(store, "shingle", _shingle_rows(size, random, templates), SHINGLE_HOLDERS)
        first_told = size - int(size * LINKED_PART)
        told = [(number, templates[number % len(templates)]) for number in range(first_told + 1, size + 1)]
        rows = ((key or random.getrandbits(40), number) for number, template in told for key in template[3])
        _fill_index(store, "telling_key", rows, KEY_HOLDERS)
        connection.execute("DROP TABLE row")
        connection.executemany(
            "INSERT INTO telling (item_id, told) VALUES (?, ?)", ((number, template[4]) for number, template in told)
        )
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _fill_index(store: Store, table: str, rows: Iterator[tuple[int, int]], most: int) -> None:
    """Write lists of items by number. Of numbers that very many hold, the newest items are kept."""
    connection = store.connection
    connection.execute("DELETE FROM row")
    connection.executemany("INSERT INTO row VALUES (?, ?)", rows)
    ordered = connection.stream("SELECT DISTINCT number, item_id FROM row ORDER BY number, item_id DESC")
    lists = ((number, [item_id for _, item_id in found][:most]) for number, found in groupby(ordered, itemgetter(0)))
    sql = f"INSERT INTO {table} (number, holders) VALUES (?, ?)"
    connection.executemany(sql, ((number, stored_ids(ids)) for number, ids in lists))


_ITEM = """INSERT INTO item (id, source_id, publisher, title, author, language, published_at, published_claim, first_seen_at,
    story_id, relation, word_count) VALUES (?, ?, ?, ?, '', '', ?, '', ?, ?, 'lead', ?)"""


def _shingle_rows(size: int, random: Random, templates: Sequence[Template]) -> Iterator[tuple[int, int]]:
    for number in range(1, size + 1):
        _, common, others, _, _ = templates[number % len(templates)]
        for shingle in common:
            yield shingle, number
        for _ in others:
            yield random.randrange(SAMPLED_BELOW), number


def _bytes(store: Store, tables: Sequence[str]) -> int:
    marks = ", ".join("?" * len(tables))
    return int(store.connection.value(f"SELECT sum(pgsize) FROM dbstat WHERE name IN ({marks})", tables) or 0)


# -- taking in ---------------------------------------------------------------------------------------


def _pieces(writer: Writer, size: int, count: int) -> Iterator[Piece]:
    """Texts that nobody has, every fourth item a copy of one of the last hundred of them."""
    random, kinds = writer.random, list(COPIES.items())
    languages = tuple(TONGUES)
    fresh: list[Text] = []
    for number in range(count):
        if number % COPIED_EACH == COPIED_EACH - 1 and fresh:
            original = random.choice(fresh[-100:])
            kind, edit = random.choice(kinds)
            language = original.language
            house = house_text(language, writer)
            desk = Desk(writer, partial(writer.release, language), partial(writer.word, language), house)
            text = edit(original, desk)
        else:
            kind, text = "release", writer.release(writer.language())
            fresh.append(text)
        source = languages.index(text.language) * SOURCES_EACH + random.randrange(SOURCES_EACH)
        yield Piece(size + number, source, 12 + number / 500, text, kind, (number,))
