"""`scripts/bench digests`: a hundred digests over a day of very many items, selected, rendered and queued as the daemon does."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from benches import archive, wire_texts
from monitor.app import plans
from monitor.configuration import check_configuration
from monitor.digests.edition import draft_edition, open_digests
from monitor.digests.plan import Plan
from monitor.digests.work import edition_work
from monitor.notices.digest_mail import HTML_MOST_BYTES
from monitor.store import Store, open_store

DAY = timedelta(days=1)
STORIES = 60
SECTIONS = 6
ALONE = 10  # of the digests are also made one by one
COPIED = 10  # of so many items in a row the first is copied by the next three
NOW = archive.NOW


def digests_toml(count: int) -> str:
    """So many digests of six sections: a tag, a name, words near each other, a kind with a word, a country, what is left."""
    english, russian = map(wire_texts.language, ("english", "russian"))
    word, tables = english.words, []
    for number in range(count):
        at = 200 + number
        name = english.names[number]
        queries = (
            f"tag:desk-{number % 20}",
            f'"{name[0]} {name[1]}" OR {word[2 * at]}',
            f"({word[60 + number % 60]} NEAR/8 {word[150 + number % 90]}) AND NOT {word[at]}",
            f"(kind:embassy OR kind:ministry) AND ({word[at]} OR {russian.words[at]})",
            f"country:{archive.COUNTRIES[number % len(archive.COUNTRIES)]} AND {word[3 * at]}",
            "",
        )
        tables.append(
            f'[[digest]]\nid = "d{number}"\ntitle = "Digest {number}"\nat = "07:00"\nto = ["desk@mission.example"]\n'
        )
        for place, query in enumerate(queries):
            limit = STORIES // SECTIONS
            tables.append(f"[[digest.section]]\ntitle = \"Section {place}\"\nquery = '''{query}'''\nlimit = {limit}\n")
    return "\n".join(tables)


def measure(items: int, count: int) -> dict[str, Any]:
    """The figures: a JSON object."""
    with tempfile.TemporaryDirectory(prefix="bench-") as made:
        folder = Path(made)
        (folder / "config").mkdir()
        (folder / "config" / "sources.toml").write_text(
            '[[source]]\nid = "a"\nurl = "https://a.example/feed"\n', "utf-8"
        )
        (folder / "config" / "digests.toml").write_text(digests_toml(count), "utf-8")
        print(f"building {items:,} items …", file=sys.stderr)
        store = archive.build(folder / "data.db", items, DAY)
        _fold(store)
        configured = plans(check_configuration(folder / "config", {}))
        open_digests(store, [plan.digest for plan in configured], NOW - DAY)
        figures = _make(store, folder / "data.db", configured)
        store.close()
        return {"items": items, "digests": count, **figures}


def _fold(store: Store) -> None:
    """Let every tenth item lead a story of four."""
    with store.transaction():
        store.connection.execute(
            f"""UPDATE item SET story_id = id - id % {COPIED}, relation = 'reprint'
                WHERE id % {COPIED} IN (1, 2, 3) AND id > {COPIED}"""
        )
        store.connection.execute("DELETE FROM story WHERE id NOT IN (SELECT story_id FROM item)")


def _make(store: Store, database: Path, configured: tuple[Plan, ...]) -> dict[str, Any]:
    """Make what is due, each draft read through a connection of its own, as beside the daemon's loop."""
    alone = [_alone(database, plan) for plan in configured[:ALONE]]
    wall, cpu, largest, entries = [], time.process_time(), 0, []
    begun = time.perf_counter()
    for work in edition_work(store, configured, lambda: NOW):
        since = time.perf_counter()
        reader = open_store(database, read_only=True)
        draft = work.draft(reader, NOW, "Monitor <monitor@mission.example>")
        reader.close()
        work.file(store, draft, NOW)
        wall.append(time.perf_counter() - since)
        largest = max(largest, len(draft.mail.html.encode()))
        entries.append(draft.content.entry_count)
    assert largest <= HTML_MOST_BYTES
    return {
        "seconds": time.perf_counter() - begun,
        "cpu_s": time.process_time() - cpu,
        "median_s": statistics.median(wall),
        "alone_s": max(alone),
        "largest_bytes": largest,
        "stories": statistics.mean(entries),
        "mails": len(store.deliveries.list()),
    }


def _alone(database: Path, plan: Plan) -> float:
    """The seconds that a digest's edition takes where no other is due."""
    begun = time.perf_counter()
    reader = open_store(database, read_only=True)
    draft_edition(reader, plan, None, NOW, "Monitor <monitor@mission.example>")
    reader.close()
    return time.perf_counter() - begun


def table(figures: dict[str, Any]) -> str:
    """The figures for people."""
    return (
        f"{figures['digests']} digests over {figures['items']:,} items, {figures['stories']:.0f} stories each: "
        f"{figures['seconds']:.1f} s ({figures['cpu_s']:.1f} s of CPU), an edition {figures['median_s'] * 1000:.0f} ms, "
        f"the slowest of some made alone {figures['alone_s'] * 1000:.0f} ms, the largest page {figures['largest_bytes']:,} bytes"
    )
