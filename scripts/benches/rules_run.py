"""Rules on items in this process, for `scripts/bench rules`: `python -m benches.rules_run RULES ITEMS COUNT` prints JSON.

RULES and ITEMS are files of one JSON value a line: `[id, query, terms, threshold]` and `[title, body]`; COUNT rules are taken.
Everything counts from raw title and body to matches with spans. CPU is this thread's own, so that another program on the machine
is not counted; what it takes from the caches is.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from monitor.model import Match, Matchable, Rule
from monitor.rules import RuleSet, compile_rules, prepare
from monitor.rules.asked import Asked
from monitor.rules.candidates import Candidates
from monitor.rules.index import Index
from monitor.text.reading import read

WARM_ITEMS = 4_000  # met before the clock starts: a monitor has met its words before
BATCHES = 5
STAGES = ("read", "candidates", "evaluation", "spans")


def main() -> None:
    started_mb = _peak_mb()
    rules, compile_s = _compile(Path(sys.argv[1]), int(sys.argv[3]))
    lines = Path(sys.argv[2]).read_text("utf-8").splitlines()
    warm = min(WARM_ITEMS, len(lines) // 3)
    for line in lines[:warm]:
        _matches(rules, *json.loads(line))
    batch = (len(lines) - warm) // (BATCHES + 1)
    took_s, fired, spans = [], 0, 0
    for number in range(BATCHES):
        items = [json.loads(line) for line in lines[warm + number * batch :][:batch]]
        began = time.thread_time()
        found = [_matches(rules, *item) for item in items]
        took_s.append(time.thread_time() - began)
        fired += sum(map(len, found))
        spans += sum(len(match.spans) for matches in found for match in matches)
    stages = _stages(rules, [json.loads(line) for line in lines[warm + BATCHES * batch :][:batch]])
    figures = {
        "rules": len(rules.rules),
        "items": batch * BATCHES,
        "compile_s": compile_s,
        "item_us": median(took_s) / batch * 1e6,
        "best_us": min(took_s) / batch * 1e6,
        "matches_an_item": fired / (batch * BATCHES),
        "spans_an_item": spans / (batch * BATCHES),
        "stages_us": stages,
        "started_mb": started_mb,
        "peak_mb": _peak_mb() - sum(map(sys.getsizeof, lines)) / 2**20,
    }
    print(json.dumps(figures))


def _compile(told: Path, count: int) -> tuple[RuleSet, float]:
    """The rules, and the CPU seconds that reading and compiling them took."""
    with told.open(encoding="utf-8") as lines:
        read_in = [json.loads(line) for line in islice(lines, count)]
    rules = [
        Rule(id=name, name=name, query=query, terms=tuple(map(tuple, terms)), threshold=threshold)
        for name, query, terms, threshold in read_in
    ]
    began = time.thread_time()
    compiled, errors = compile_rules(rules, {})
    took_s = time.thread_time() - began
    assert not errors, errors[0]
    return compiled, took_s


def _matches(rules: RuleSet, title: str, body: str) -> list[Match]:
    reading = read(title, body)
    furniture = reading.furniture
    return rules.match(prepare(Matchable(title, body, wire=furniture.wire, furniture=furniture.spans), reading))


def _stages(rules: RuleSet, items: list[tuple[str, str]]) -> dict[str, float]:
    """µs an item by stage, timed from outside. `read` is folding, words and furniture, joined up to be looked at."""
    spent = dict.fromkeys(STAGES, 0.0)

    def timed(stage: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any) -> Any:
            began = time.thread_time()
            try:
                return original(*args)
            finally:
                spent[stage] += time.thread_time() - began

        return wrapper

    whole = 0.0
    with (
        patch(f"{__name__}.read", timed("read", read)),
        patch.object(Index, "ask", timed("candidates", Index.ask)),
        patch.object(Candidates, "find", timed("candidates", Candidates.find)),
        patch.object(Asked, "spans", timed("spans", Asked.spans)),
        patch.object(Asked, "spans_of", timed("spans", Asked.spans_of)),
    ):
        for item in items:
            began = time.thread_time()
            _matches(rules, *item)
            whole += time.thread_time() - began
    spent["evaluation"] = whole - sum(spent.values())
    return {stage: seconds / len(items) * 1e6 for stage, seconds in spent.items()}


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
