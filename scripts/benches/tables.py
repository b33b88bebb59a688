"""The figures as Markdown."""

from __future__ import annotations

from typing import Any

from benches.passes import PASSES
from benches.stages import STAGES

Figures = dict[str, Any]


def fetch_tables(figures: Figures) -> str:
    """The passes beside the peer, then the stages."""
    count, entries, peer = figures["sources"], figures["entries_each"], figures.get("peer", "")
    lines = [
        f"{count:,} sources of {entries} entries, CPU in ms a source (start of the process set apart: "
        f"{figures['start_cpu_s']:.2f} s); server's own CPU not counted.",
        "",
        "| pass | CPU a source | CPU an entry | wall | peak | "
        + (f"reader {peer} | its index | ratio | at most |" if peer else "at most |"),
        "|---|---|---|---|---|" + ("---|---|---|---|" if peer else "---|"),
    ]
    for one, row in zip(PASSES, figures["passes"], strict=True):
        cells = [
            one.name,
            f"{row['cpu_ms_source']:.2f} ms",
            f"{row['cpu_ms_entry']:.3f} ms",
            f"{row['wall_s']:.1f} s",
            f"{row['peak_mb']:.0f} MB",
        ]
        if peer:
            cells += [f"{row['peer_cpu_ms_source']:.2f} ms", f"{row['peer_index_ms_source']:.2f} ms"]
            cells += [f"{row['ratio']:.2f}×{'' if row['ratio'] <= one.most else ' (!)'}"]
        lines.append(f"| {' | '.join([*cells, f'{one.most}×'])} |")
    lines += ["", f"By stage, one poll at a time, {figures['stage_sources']} sources, ms of CPU a source:", ""]
    lines += [f"| pass | {' | '.join(STAGES)} |", "|---" * (len(STAGES) + 1) + "|"]
    for name, spent in figures["stages"].items():
        lines.append(f"| {name} | " + " | ".join(f"{spent[stage]:.2f}" for stage in STAGES) + " |")
    lines += [f"\n**{row['name']}**: {problem}" for row in figures["passes"] for problem in row["problems"]]
    return "\n".join(lines)


def daemon_table(figures: Figures) -> str:
    """What the daemon held, beside what it should."""
    rows = [
        (
            "first poll of all, before it",
            f"{figures['first_wall_s']:.0f} s, {figures['first_cpu_ms_source']:.1f} ms of CPU each",
            "",
        ),
        ("polls", f"{figures['polls']:,}", ""),
        ("new items", f"{figures['new']:,}", ""),
        ("failed polls", str(figures["failed"]), "0"),
        ("lag, median", f"{figures['lag_s']['median']:.1f} s", ""),
        ("lag, 99th percentile", f"{figures['lag_s']['p99']:.1f} s", "< 30 s"),
        ("lag, worst", f"{figures['lag_s']['worst']:.1f} s", ""),
        ("CPU, of one processor", f"{figures['cpu_share']:.2f}", ""),
        ("memory of the daemon", f"{figures['daemon_mb']:.0f} MB", "< 300 MB"),
        ("memory, workers included", f"{figures['tree_mb']:.0f} MB", "< 700 MB"),
        ("page `/`, median and worst", _answers(figures["page_s"]), "< 0.5 s"),
        ("`monitor items --limit 20 --json`", _answers(figures["items_s"]), "< 0.5 s"),
        ("`monitor sources add URL`, median and worst", _answers(figures["add_s"]), "< 1 s"),
        ("time to stop", f"{figures['stop_s']:.1f} s", "< 10 s"),
    ]
    head = f"{figures['sources']:,} sources every 15 minutes for {figures['minutes']:g} minutes, one new entry an hour each."
    return "\n".join(
        [head, "", "| what | measured | wanted |", "|---|---|---|"] + [f"| {' | '.join(row)} |" for row in rows]
    )


def _answers(times: dict[str, float]) -> str:
    return f"{times['median']:.2f} s, {times['worst']:.2f} s"
