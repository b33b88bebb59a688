"""The figures of the stories benchmark as Markdown."""

from __future__ import annotations

from typing import Any

Figures = dict[str, Any]
TWINS_SHOWN = 50


def stories_tables(figures: Figures) -> str:
    """One part for each set of texts, then what an item costs in windows of several sizes."""
    lines: list[str] = []
    for name, part in figures.items():
        if name != "cost":
            lines += [*_quality(name, part), ""]
    return "\n".join([*lines, *_cost(figures.get("cost", []))]).rstrip()


def _quality(name: str, part: Figures) -> list[str]:
    unrelated, whole = part["unrelated"], part["all verified copies"]
    lines = [
        f"## {name}: {part['items']:,} items",
        "",
        f"Clustering ARI {part['ari']:.4f}; intake {part['cpu_ms_item']:.2f} ms of CPU an item in all; {part['lost']} lost. "
        + "Unrelated texts of a language share "
        + ", ".join(f"{100 * share:.1f} % ({which})" for which, share in unrelated.items())
        + " of their shingles.",
        "",
        "| kind of copy | items | precision | recall | F1 | lead | reprint | partial |",
        "|---|---|---|---|---|---|---|---|",
    ]
    rows = {kind: row for kind, row in part["kinds"].items() if row["items"]}
    for kind, row in [*rows.items(), ("**all but title only and 30 %**", whole)]:
        cells = [f"{row['items']:,}", *(f"{row[figure]:.4f}" for figure in ("precision", "recall", "f1"))]
        cells += [f"{row[relation]:,}" for relation in ("lead", "reprint", "partial")]
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    lines += ["", "| twins | items | folded |", "|---|---|---|"]
    lines += [f"| {kind} | {row['twins']:,} | {row.get('folded', 0):,} |" for kind, row in part["twins"].items()]
    folded = part["twins folded"]
    lines += ["", f"{len(folded):,} of {sum(row['twins'] for row in part['twins'].values()):,} twins folded."]
    lines += [
        f"- {twin['key']} {twin['kind']} ({twin['language']}, {twin['relation']}, share {twin['share']}): "
        f"{twin['title']} — with {', '.join(twin['with'])}"
        for twin in folded[:TWINS_SHOWN]
    ]
    return lines


def _cost(rows: list[Figures]) -> list[str]:
    """CPU an item; `all` is without the commit, which writes everything else of an item as well."""
    if not rows:
        return []
    steps = [*rows[0]["ms"]]
    head = [
        "items in the window",
        *steps[:-1],
        "all",
        steps[-1],
        "index, bytes an item",
        "tellings, bytes an item",
        "open in",
    ]
    lines = ["## cost", "", f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for row in rows:
        *spent, commit = row["ms"].values()
        cells = [f"{row['items']:,}", *(f"{ms:.3f} ms" for ms in (*spent, sum(spent), commit))]
        cells += [f"{row['index_bytes_item']:.0f}", f"{row['event_bytes_item']:.0f}", f"{row['open_s']:.2f} s"]
        lines.append(f"| {' | '.join(cells)} |")
    return lines
