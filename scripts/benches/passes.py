"""The five passes, through `monitor fetch` in a process of its own each, and through `reader` beside it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benches import meter
from benches.scene import Served, environment, monitor, write_folder
from benches.world import ENTRIES

NEW_ENTRIES = 3


@dataclass(frozen=True, slots=True)
class Pass:
    """A state of the world to poll in. `most` is how much CPU beside `reader`, index included, is allowed at most."""

    name: str
    most: float
    prepare: Callable[[Served], int]  # returns how many entries it edited


def _mode(name: str) -> Callable[[Served], int]:
    def prepare(served: Served) -> int:
        served.control("mode", name)
        return 0

    return prepare


def _advance(served: Served) -> int:
    served.control("mode", "conditional")
    return int(served.control("advance", NEW_ENTRIES)["edited"])


PASSES = (
    Pass("first poll", 0.6, _mode("conditional")),
    Pass("304", 0.5, _mode("conditional")),
    Pass("same body", 0.1, _mode("same")),
    Pass("new build date", 0.15, _mode("touched")),
    Pass("three new each", 0.2, _advance),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What one pass took, the start of the process (`start_cpu_s`) included; `counts` are of its polls."""

    name: str
    cpu_s: float
    start_cpu_s: float
    wall_s: float
    peak_mb: float
    counts: dict[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def cpu_ms_each(self, count: int) -> float:
        """Milliseconds of CPU a source, or an entry, with the process's start set apart."""
        return max(0.0, self.cpu_s - self.start_cpu_s) * 1000 / count


def _fetch(work: Path, *arguments: str) -> meter.Used:
    return meter.run(monitor(work / "config", "fetch", *arguments), environment(), work / "monitor.log")


def start_cost_s(work: Path, served: Served) -> float:
    """CPU seconds of a `monitor fetch` with as many sources configured and none to poll."""
    folder = work / "idle"
    write_folder(folder / "config", served.urls)
    sources = folder / "config" / "sources.toml"
    sources.write_text(sources.read_text("utf-8").replace("[[source]]", "[[source]]\nenabled = false"), "utf-8")
    runs = [_fetch(folder, "--json") for _ in range(2)]  # the first one makes the store
    return runs[1].cpu_s


def poll(work: Path, served: Served, one: Pass, edited: int, start_cpu_s: float) -> Taken:
    """One pass through `monitor fetch`; `problems` say where it did not bring what the server published."""
    used = _fetch(work, "--json")
    polls = [json.loads(line) for line in used.output.splitlines()]
    gates = Counter(poll["gate"] for poll in polls)
    counts = {
        "polls": len(polls),
        "failed": sum(poll["failure"] is not None for poll in polls),
        **{name: sum(poll[name] for poll in polls) for name in ("new", "edited", "cut", "parsed")},
        **{f"gate {gate}": count for gate, count in sorted(gates.items())},
    }
    expected = {
        "polls": served.count,
        "failed": 0,
        "new": served.count * {"first poll": ENTRIES, "three new each": NEW_ENTRIES}.get(one.name, 0),
        "edited": edited,
    }
    problems = [f"{name}: {counts[name]}, not {right}" for name, right in expected.items() if counts[name] != right]
    if used.code:
        problems.append(f"exit code {used.code}")
    return Taken(one.name, used.cpu_s, start_cpu_s, used.wall_s, used.peak_mb, counts, tuple(problems))
