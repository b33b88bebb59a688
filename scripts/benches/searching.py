"""`scripts/bench search`: queries of each kind over an archive of a million items, as a search in a running process and as a
command."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from benches import archive, wire_texts
from monitor.search.find import find
from monitor.store import Store, open_store
from monitor.store.items import Selection

ROUNDS = 15
LIMIT = 50
MOST = 2_000  # answers read of a search without a limit


def queries() -> dict[str, str]:
    """A query of each kind, made of words by how often the texts hold them."""
    english, chinese, russian = map(wire_texts.language, ("english", "chinese", "russian"))
    word, name = english.words, english.names
    stem = next(word for word in russian.words[600:] if len(word) >= 6)[:4]
    return {
        "one common word": word[3],
        "one rare word": word[6000],
        "three common words, NEAR": f"({word[5]} NEAR/5 {word[12]}) NEAR/5 {word[40]}",
        "three rarer words, NEAR": f"({word[60]} NEAR/10 {word[90]}) NEAR/10 {word[120]}",
        "a name NEAR a word, and a third": f"({name[10][0]} NEAR/5 {name[10][1]}) AND {word[50]}",
        "a phrase": f'"{name[0][0]} {name[0][1]}"',
        "a name in Han": "".join(chinese.names[3]),
        "the beginning of a word": f"{stem}*",
        "NEAR in the title, last week": f"title:({word[5]} NEAR/5 {word[12]}) AND within:7d",
        "a common word and a tag": f"tag:desk-3 AND {word[3]}",
        "a common word, embassies": f"kind:embassy AND {word[3]}",
        "a word or ministries": f"kind:ministry OR {word[300]}",
        "one publisher": 'publisher:"Publisher 3"',
        "forty words": " OR ".join(word[500:540]),
    }


def measure(count: int, keep: Path | None) -> dict[str, Any]:
    """The figures: a JSON object. `keep` is a folder to build the archive in, or to find it in."""
    with tempfile.TemporaryDirectory(prefix="bench-") as made:
        folder = keep or Path(made)
        database = folder / "data" / "monitor.db"
        begun = time.perf_counter()
        if not database.exists():
            print(f"building {count:,} items …", file=sys.stderr)
            database.parent.mkdir(parents=True)
            archive.build(database, count).close()
        built_s = time.perf_counter() - begun
        (folder / "config").mkdir(exist_ok=True)
        store = open_store(database, read_only=True)
        try:
            rows = [_row(store, kind, query) for kind, query in queries().items()]
            figures = {
                "items": store.items.count(),
                "build_s": built_s,
                "mb": database.stat().st_size / 1e6,
                "rows": rows,
            }
        finally:
            store.close()
        return {**figures, "command_s": _commands(folder / "config")}


def _row(store: Store, kind: str, query: str) -> dict[str, Any]:
    first = _times(store, query, LIMIT, 1)
    warm = _times(store, query, LIMIT, ROUNDS)
    ranked = _times(store, query, LIMIT, 3, is_ranked=True)
    whole = _times(store, query, None, 3)
    return {
        "kind": kind,
        "query": query,
        "found": whole[1],
        "first_ms": first[0][0],
        "median_ms": statistics.median(warm[0]),
        "worst_ms": max(warm[0]),
        "ranked_ms": statistics.median(ranked[0]),
        "whole_ms": statistics.median(whole[0]),
    }


def _times(
    store: Store, query: str, limit: int | None, rounds: int, *, is_ranked: bool = False
) -> tuple[list[float], int]:
    times, found = [], 0
    for _ in range(rounds):
        begun = time.perf_counter()
        answers = find(store, query, {}, Selection(limit=limit), archive.NOW, is_ranked=is_ranked)
        found = sum(1 for _ in islice(answers, MOST))
        times.append((time.perf_counter() - begun) * 1000)
    return times, found


def _commands(config: Path) -> dict[str, float]:
    """Seconds of a whole `monitor search --limit 50`, its start included, by kind of query: the median of five."""
    wanted = {
        kind: query for kind, query in queries().items() if kind in ("one common word", "three common words, NEAR")
    }
    return {kind: statistics.median([_command(config, query) for _ in range(5)]) for kind, query in wanted.items()}


def _command(config: Path, query: str) -> float:
    begun = time.perf_counter()
    arguments = ["-m", "monitor", "-c", str(config), "search", query, "--limit", str(LIMIT), "--json"]
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=os.environ)
    return time.perf_counter() - begun


def table(figures: Mapping[str, Any]) -> str:
    lines = [
        f"{figures['items']:,} items, {figures['mb']:,.0f} MB, built in {figures['build_s']:.0f} s; the newest {LIMIT} answers,"
        f" median of {ROUNDS}",
        "",
        f"| query | found | first | warm | worst | ranked | all (at most {MOST:,}) |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in figures["rows"]:
        found = f"{row['found']:,}" + ("+" if row["found"] == MOST else "")
        times = [row[name] for name in ("first_ms", "median_ms", "worst_ms", "ranked_ms", "whole_ms")]
        lines.append(f"| {row['kind']} | {found} | {' | '.join(f'{ms:.0f} ms' for ms in times)} |")
    lines += ["", *(f"`monitor search`, {kind}: {s:.2f} s" for kind, s in figures["command_s"].items())]
    return "\n".join(lines)
