"""`scripts/bench daemon`: sources polled every fifteen minutes, one new entry an hour each, held by `monitor run`.

The first poll of all is done before by `monitor fetch`; then the due times are spread evenly over the interval in the store
itself, which is how they stand after a day. The lag is the time from a source's due time to the end of its poll.
"""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benches import meter
from benches.scene import environment, free_port, monitor, serving, write_folder

INTERVAL_S = 900
ASK_EVERY_S = 10.0
ADDED = 4
MANNERS = 'interval = "15m"\nmin_interval = "15m"\nmax_interval = "15m"'


def measure(count: int, minutes: float) -> dict[str, Any]:
    """The figures: a JSON object."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, serving(count + ADDED) as served:
        work, port = Path(folder), free_port()
        write_folder(work / "config", served.urls[:count], MANNERS, port)
        print("first poll of all …", file=sys.stderr)
        first = meter.run(monitor(work / "config", "fetch", "--json"), environment(), work / "monitor.log")
        if first.code:
            raise SystemExit(f"the first poll failed with exit code {first.code}")
        database = work / "data" / "monitor.db"
        began, due = _spread(database, count)
        served.control("hourly", INTERVAL_S)
        print(f"holding for {minutes:g} minutes …", file=sys.stderr)
        held = _hold(work, port, minutes * 60, served.urls[count:])
        firsts = {"first_cpu_ms_source": first.cpu_s * 1000 / count, "first_wall_s": first.wall_s}
        return {"sources": count, "minutes": minutes, **firsts, **held, **_polled(database, began, due)}


def _spread(database: Path, count: int) -> tuple[int, dict[str, int]]:
    """Spread the due times over the interval from now; returns now and each source's due time, in milliseconds."""
    began = int(datetime.now(UTC).timestamp() * 1000)  # noqa: TID251 - the daemon reads the same clock
    # A source's place in the interval has nothing to do with its place in the file or on a host.
    due = {f"s{number:05d}": began + INTERVAL_S * 1000 * (number * 7919 % count) // count for number in range(count)}
    with sqlite3.connect(database) as store:
        store.executemany("UPDATE source SET next_fetch_at = ? WHERE id = ?", [(at, name) for name, at in due.items()])
    store.close()
    return began, due


def _hold(work: Path, port: int, hold_s: float, new_urls: list[str]) -> dict[str, Any]:
    """What it took to hold, asking every ten seconds, and now and then adding one of `new_urls`."""
    pages: list[float] = []
    items: list[float] = []
    adding: list[float] = []
    waiting = threading.Event()
    with (work / "daemon.log").open("wb") as log:
        process = subprocess.Popen(monitor(work / "config", "run"), stdout=log, stderr=log, env=environment())
        with meter.Peak(process.pid) as peak:
            _wait_for(port, process)
            began = time.monotonic()
            while time.monotonic() - began < hold_s:
                waiting.wait(min(ASK_EVERY_S, hold_s / 4))
                if process.poll() is not None:
                    raise SystemExit("the daemon ended: " + (work / "daemon.log").read_text("utf-8", "replace")[-2000:])
                pages.append(_timed(lambda: _page(port)))
                items.append(_timed(lambda: _run(work, "items", "--limit", "20", "--json")))
                if new_urls and time.monotonic() - began > hold_s * (len(adding) + 1) / (ADDED + 1):
                    url = new_urls.pop()
                    adding.append(_timed(lambda: _run(work, "sources", "add", url)))  # noqa: B023 - called at once
            wall_s = time.monotonic() - began
            cpu_s = sum(meter.cpu_s(pid) for pid in meter.tree(process.pid))
        process.terminate()
        stop_s = _timed(process.wait)
    return {
        "cpu_share": cpu_s / wall_s,
        "daemon_mb": peak.root_mb,
        "tree_mb": peak.tree_mb,
        "page_s": _summary(pages),
        "items_s": _summary(items),
        "add_s": _summary(adding),
        "stop_s": stop_s,
        "exit_code": process.returncode,
    }


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the daemon answers, or has ended."""
    waiting = threading.Event()
    while process.poll() is None:
        try:
            return _page(port)
        except OSError:
            waiting.wait(0.1)


def _page(port: int) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as answered:
        answered.read()


def _run(work: Path, *arguments: str) -> None:
    command = monitor(work / "config", *arguments)
    subprocess.run(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def _timed(ask: Callable[[], object]) -> float:
    began = time.monotonic()
    ask()
    return time.monotonic() - began


def _polled(database: Path, began: int, due: dict[str, int]) -> dict[str, Any]:
    """What the daemon polled since it began. A source that was due and not polled has the lag it had at the last poll."""
    store = sqlite3.connect(database)
    polls = store.execute(
        "SELECT source_id, min(at), sum(new_count), sum(failure IS NOT NULL), count(*) FROM poll WHERE at >= ? GROUP BY 1",
        (began,),
    ).fetchall()
    store.close()
    end = max((poll[1] for poll in polls), default=began)
    first_polled = {poll[0]: poll[1] for poll in polls}
    lags = [(first_polled.get(name, end) - at) / 1000 for name, at in due.items() if name in first_polled or at < end]
    return {
        "polls": sum(poll[4] for poll in polls),
        "new": sum(poll[2] for poll in polls),
        "failed": sum(poll[3] for poll in polls),
        "lag_s": _summary(lags),
    }


def _summary(values: list[float]) -> dict[str, float]:
    """Median, 99th percentile and worst; zeros where there are none."""
    if not values:
        return {"median": 0.0, "p99": 0.0, "worst": 0.0}
    ranked = sorted(values)
    p99 = ranked[min(len(ranked) - 1, int(len(ranked) * 0.99))]
    return {"median": statistics.median(ranked), "p99": p99, "worst": ranked[-1]}
