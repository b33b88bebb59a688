"""`scripts/bench fetch`: every pass through the product, and through `reader`, in turn; then the stages."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from benches import passes, peer, stages
from benches.scene import Served, serving, write_folder
from benches.world import ENTRIES

STAGE_SOURCES = 200


def measure(count: int, faulty: float, with_peer: bool, thread_count: int) -> dict[str, Any]:
    """The figures of all passes: a JSON object."""
    if with_peer:
        peer.install()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        work = Path(folder)
        with serving(count, faulty) as served:
            figures = _measure_passes(work, served, peer.Reader(work, served, thread_count) if with_peer else None)
        stage_count = min(count, STAGE_SOURCES)
        with serving(stage_count) as served:
            figures["stages"] = stages.measure(work / "stages", served)
        return {**figures, "stage_sources": stage_count}


def _measure_passes(work: Path, served: Served, other: peer.Reader | None) -> dict[str, Any]:
    start_cpu_s = passes.start_cost_s(work, served)
    write_folder(work / "config", served.urls)
    rows = []
    for one in passes.PASSES:
        print(f"{one.name} …", file=sys.stderr)
        edited = one.prepare(served)
        taken = passes.poll(work, served, one, edited, start_cpu_s)
        row = _row(taken, served.count)
        if other is not None:
            row |= _beside(row["cpu_ms_source"], *other.poll(one), served.count)
        rows.append(row)
    figures = {"sources": served.count, "entries_each": ENTRIES, "start_cpu_s": start_cpu_s, "passes": rows}
    return figures | ({"peer": other.version, "peer_start_cpu_s": other.start_cpu_s} if other else {})


def _row(taken: passes.Taken, count: int) -> dict[str, Any]:
    return {
        "name": taken.name,
        "cpu_s": taken.cpu_s,
        "cpu_ms_source": taken.cpu_ms_each(count),
        "cpu_ms_entry": taken.cpu_ms_each(count * ENTRIES),
        "wall_s": taken.wall_s,
        "peak_mb": taken.peak_mb,
        "counts": taken.counts,
        "problems": taken.problems,
    }


def _beside(ours_ms: float, update: passes.Taken, index: passes.Taken, count: int) -> dict[str, Any]:
    update_ms, index_ms = update.cpu_ms_each(count), index.cpu_ms_each(count)
    return {
        "peer_cpu_ms_source": update_ms,
        "peer_index_ms_source": index_ms,
        "peer_wall_s": update.wall_s,
        "peer_peak_mb": max(update.peak_mb, index.peak_mb),
        "peer_counts": update.counts,
        "ratio": ours_ms / (update_ms + index_ms) if update_ms + index_ms else 0.0,
    }
