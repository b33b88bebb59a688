"""The server and a monitor's folder, set up for a run."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benches.server import feed_url

ROOT = Path(__file__).resolve().parents[2]
QUIET_S = 60


class Served:
    """A running server of feeds."""

    def __init__(self, port: int, count: int) -> None:
        self.port, self.count = port, count

    @property
    def urls(self) -> list[str]:
        return [feed_url(number, self.count, self.port) for number in range(self.count)]

    def control(self, *path: object) -> dict[str, Any]:
        """Move the world; see the server's own words."""
        url = f"http://127.0.0.1:{self.port}/control/{'/'.join(map(str, path))}"
        with urllib.request.urlopen(url, timeout=QUIET_S * 5) as answered:
            found: dict[str, Any] = json.load(answered)
            return found


@contextmanager
def serving(count: int, faulty: float = 0.0) -> Iterator[Served]:
    """The feeds of a made-up world, served by a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "benches.server", str(port), str(count), str(faulty)]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        try:
            assert process.stdout is not None
            if process.stdout.readline() != "ready\n":
                raise SystemExit("the server of feeds did not start")
            yield Served(port, count)
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def write_folder(folder: Path, urls: list[str], fetch: str = "", web_port: int = 0) -> None:
    """A configuration that polls these feeds, with the rules of the starter, so that every item is tagged."""
    folder.mkdir(parents=True)
    (folder / "monitor.toml").write_text(
        f'[store]\npath = "data/monitor.db"\n[fetch]\nallow_private = ["127.0.0.0/8"]\n{fetch}\n'
        f'[web]\nlisten = "127.0.0.1:{web_port}"\n',
        "utf-8",
    )
    tables = (f'[[source]]\nid = "s{number:05d}"\nurl = "{url}"\n' for number, url in enumerate(urls))
    (folder / "sources.toml").write_text("\n".join(tables), "utf-8")
    shutil.copy(ROOT / "config" / "rules.toml", folder / "rules.toml")
    shutil.copytree(ROOT / "config" / "lists", folder / "lists")


def monitor(folder: Path, *arguments: str) -> list[str]:
    """The command line of `monitor`, in the interpreter that runs this."""
    return [sys.executable, "-m", "monitor", "-c", str(folder), *arguments]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}
