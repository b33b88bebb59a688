"""`reader` (from PyPI, the latest) in an environment of its own, doing the same work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from benches import meter
from benches.passes import Pass, Taken
from benches.scene import ROOT, Served

VENV = ROOT / ".venv-bench"
PYTHON = VENV / "bin" / "python"
# reader imports sgmllib, which its own dependencies do not always bring.
PACKAGES = {"reader": ("reader", "sgmllib3k"), "regex": ("regex",)}


def install(module: str = "reader") -> None:
    """Make the environment, and put a module into it, where either is missing. Raises SystemExit where that fails."""
    if (
        PYTHON.exists()
        and subprocess.run([PYTHON, "-c", f"import {module}"], check=False, capture_output=True).returncode == 0
    ):
        return
    print(f"installing {', '.join(PACKAGES[module])} into {VENV.name} …", file=sys.stderr)
    for command in (
        [sys.executable, "-m", "venv", str(VENV)],
        [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES[module]],
    ):
        if subprocess.run(command, check=False).returncode:
            raise SystemExit(f"{module} could not be installed; `--no-peer` measures without it")


class Reader:
    """One store of `reader` in a folder; every step is a process of its own."""

    def __init__(self, work: Path, served: Served, thread_count: int) -> None:
        self._work, self._served, self._thread_count = work, served, thread_count
        self.version = self._step("version").output.strip()
        (work / "urls.json").write_text(json.dumps(served.urls), "utf-8")
        self._step("add", str(work / "urls.json"))
        self.start_cpu_s = self._step("version").cpu_s

    def poll(self, one: Pass) -> tuple[Taken, Taken]:
        """One pass, and the search index brought up to date after it."""
        return self._taken(one.name, "update", str(self._thread_count)), self._taken(one.name, "index")

    def _taken(self, name: str, *arguments: str) -> Taken:
        used = self._step(*arguments)
        counts = json.loads(used.output) if used.output else {}
        problems = (f"exit code {used.code}",) if used.code else ()
        return Taken(name, used.cpu_s, self.start_cpu_s, used.wall_s, used.peak_mb, counts, problems)

    def _step(self, *arguments: str) -> meter.Used:
        script = ROOT / "scripts" / "benches" / "peer_steps.py"
        # Its parser warns of each feed's changed interface; the warnings are not its work.
        command = [str(PYTHON), "-W", "ignore", str(script), str(self._work / "reader.sqlite"), *arguments]
        used = meter.run(command, os.environ, self._work / "reader.log")
        if used.code:
            raise SystemExit(f"reader failed at {arguments[0]}; see {self._work / 'reader.log'}")
        return used
