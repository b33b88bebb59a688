"""CPU and memory of processes and what they start, from /proc and wait4. Linux only."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLE_S = 0.25
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Used:
    """What a process and its children took; `peak_mb` sums proportional set sizes, so shared pages count once."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    output: str
    code: int


class Peak:
    """The largest memory of a process tree while it is held: `tree_mb` of all, `root_mb` of its root alone."""

    def __init__(self, root: int) -> None:
        self.tree_mb = self.root_mb = 0.0
        self._root = root
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        while True:
            sizes = {pid: pss_mb(pid) for pid in tree(self._root)}
            self.tree_mb = max(self.tree_mb, sum(sizes.values()))
            self.root_mb = max(self.root_mb, sizes.get(self._root, 0.0))
            if self._ended.wait(SAMPLE_S):
                return


def run(command: Sequence[str], env: Mapping[str, str], errors: Path) -> Used:
    """Run a command to its end; `output` is its standard output, standard error goes to a file."""
    with errors.open("ab") as complaints:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, env=dict(env))
        with Peak(process.pid) as peak:
            assert process.stdout is not None
            output = process.stdout.read().decode()
            _, status, used = os.wait4(process.pid, 0)
            wall_s = time.monotonic() - began
        process.stdout.close()
        process.returncode = os.waitstatus_to_exitcode(status)
    return Used(used.ru_utime + used.ru_stime, wall_s, peak.tree_mb, output, process.returncode)


def tree(root: int) -> list[int]:
    """The ids of a process and its living descendants."""
    found, at = [root], 0
    while at < len(found):
        pid = found[at]
        at += 1
        try:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, children.read_text("ascii").split())
        except OSError:
            continue
    return found


def cpu_s(pid: int) -> float:
    """User and system time of a living process and the children it has waited for; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS


def pss_mb(pid: int) -> float:
    """Proportional set size in megabytes; 0 where the process is gone."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("Pss:")), 0.0)
