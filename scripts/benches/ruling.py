"""`scripts/bench rules`: rule sets of several sizes on the same items, a process each, beside naive alternations."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benches import peer, wire_texts
from benches.rules_run import STAGES, WARM_ITEMS
from benches.scene import ROOT

SIZES = (100, 1_000, 10_000)
NAIVE_RULES, NAIVE_ITEMS = 100, 40  # the sample that is scaled up
WANTED = {100: "", 1_000: "≥ 5,000", 10_000: "≥ 3,000"}

Figures = dict[str, Any]


def measure(item_count: int, most: int, with_peer: bool) -> Figures:
    """The figures of all sizes up to `most` rules: a JSON object."""
    sizes = [size for size in SIZES if size <= most]
    naive = _naive() if with_peer else {}
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        rules, items = Path(folder) / "rules.jsonl", Path(folder) / "items.jsonl"
        _write(rules, ([rule.id, rule.query, rule.terms, rule.threshold] for rule in wire_texts.rules(max(sizes))))
        _write(items, wire_texts.items(item_count + WARM_ITEMS))
        for size in sizes:
            print(f"{size:,} rules …", file=sys.stderr)
            command = [sys.executable, "-m", "benches.rules_run", str(rules), str(items), str(size)]
            rows.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    return {"items": item_count, "scripts": wire_texts.SCRIPTS, "rows": rows, "naive": naive}


def _write(file: Path, values: Iterable[Any]) -> None:
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(value, ensure_ascii=False) + "\n" for value in values)


def _naive() -> Figures:
    peer.install("regex")
    rules = [_terms(rule.query) or [term for term, _ in rule.terms] for rule in wire_texts.rules(NAIVE_RULES)]
    texts = [f"{title}\n{body}" for title, body in wire_texts.items(NAIVE_ITEMS)]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        told = Path(folder) / "told.json"
        told.write_text(json.dumps({"rules": rules, "texts": texts}), "utf-8")
        script = ROOT / "scripts" / "benches" / "naive_regex.py"
        done = subprocess.run([str(peer.PYTHON), str(script), str(told)], check=True, capture_output=True, text=True)
    found: Figures = json.loads(done.stdout)
    return found


def _terms(query: str) -> list[str]:
    """The words and phrases of a made-up query."""
    found = re.findall(r'"([^"]+)"|([^\s()"]+)', re.sub(r"\b(?:OR|AND|NOT|O?NEAR(?:/\d+)?)\b|title:", " ", query))
    return [phrase or word for phrase, word in found]


def table(figures: Figures) -> str:
    """The figures as Markdown."""
    naive = figures["naive"]
    lines = [
        f"{figures['items']:,} items of {wire_texts.TITLE_WORDS + wire_texts.TEXT_WORDS} words: {figures['scripts']}."
        f" Rules of 1 to {wire_texts.RULE_TERMS_MAX} terms, a third with NEAR, a tenth weighted.",
        "From raw text to matches with spans, CPU of one core in µs an item; median of five batches (best).",
        "",
        f"| rules | {' | '.join(STAGES)} | an item | items a second | wanted | matches an item | compiled in | peak |"
        + (f" regex {naive['version']}, an alternation a rule |" if naive else ""),
        "|---" * (len(STAGES) + (8 if naive else 7)) + "|",
    ]
    for row in figures["rows"]:
        size = row["rules"]
        cells = [f"{size:,}", *(f"{row['stages_us'][stage]:.0f}" for stage in STAGES)]
        cells += [f"{row['item_us']:.0f} ({row['best_us']:.0f})", f"{1e6 / row['item_us']:,.0f}", WANTED[size]]
        cells += [f"{row['matches_an_item']:.1f}", f"{row['compile_s']:.1f} s", f"{row['peak_mb']:.0f} MB"]
        if naive:
            cells.append(f"{1e6 / (naive['pair_us'] * size):,.1f} items a second")
        lines.append(f"| {' | '.join(cells)} |")
    first, last = figures["rows"][0], figures["rows"][-1]
    growth = f"{last['item_us'] / first['item_us']:.1f}× (wanted: under 4×)"
    lines += ["", f"From {first['rules']:,} to {last['rules']:,} rules the cost grows {growth}."]
    return "\n".join(lines)
