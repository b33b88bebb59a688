"""The benchmark itself: it runs, and what it says adds up."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PASSES = ["first poll", "304", "same body", "new build date", "three new each"]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`scripts/bench` without its setting up, in the interpreter that runs the tests."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "scripts"), str(ROOT)])}
    command = [sys.executable, "-m", "benches", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=env)


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    done = bench("fetch", "--sources", "5", "--no-peer", "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_pass_is_taken_the_way_it_is_meant_to_measure(figures: dict[str, Any]) -> None:
    counts = {row["name"]: row["counts"] for row in figures["passes"]}
    assert list(counts) == PASSES
    gates = {name: {key for key in found if key.startswith("gate ")} for name, found in counts.items()}
    assert gates == {
        "first poll": {"gate whole"},
        "304": {"gate 304"},
        "same body": {"gate same-body"},
        "new build date": {"gate cut"},
        "three new each": {"gate cut"},
    }


def test_what_was_published_was_stored(figures: dict[str, Any]) -> None:
    assert [row["problems"] for row in figures["passes"]] == [[]] * 5
    counts = {row["name"]: row["counts"] for row in figures["passes"]}
    assert [counts[name]["new"] for name in PASSES] == [150, 0, 0, 0, 15]
    assert [counts[name]["edited"] for name in PASSES] == [0, 0, 0, 0, 1]
    assert [counts[name]["polls"] for name in PASSES] == [5] * 5
    assert counts["new build date"]["cut"] == 150
    assert counts["three new each"]["parsed"] == 16


def test_the_figures_add_up(figures: dict[str, Any]) -> None:
    for row in figures["passes"]:
        above_start_ms = max(0.0, row["cpu_s"] - figures["start_cpu_s"]) * 1000
        assert row["cpu_ms_source"] * 5 == pytest.approx(above_start_ms)
        assert row["cpu_ms_entry"] * 150 == pytest.approx(above_start_ms)
        assert row["wall_s"] > 0
        assert row["peak_mb"] > 10
    assert set(figures["stages"]) == set(PASSES)
    quiet = figures["stages"]["304"]
    assert quiet["parse (worker)"] == quiet["pipe to the worker"] == 0
    assert all(sum(spent.values()) > 0 for spent in figures["stages"].values())
    assert figures["stages"]["first poll"]["take in"] > quiet["take in"] > 0


def test_faults_are_counted_and_no_reason_to_fail() -> None:
    done = bench("fetch", "--sources", "6", "--faults", "1", "--no-peer")
    assert done.returncode == 0, done.stderr
    assert "| first poll |" in done.stdout
    # An error, a web page and a cut answer fail; what moved, is slow or lies about its charset does not.
    assert "**first poll**: failed: 3, not 0" in done.stdout


def test_the_daemon_holds_its_sources() -> None:
    done = bench("daemon", "--sources", "5", "--minutes", "0.1", "--json")
    assert done.returncode == 0, done.stderr
    held = json.loads(done.stdout)
    assert held["exit_code"] == 0
    assert held["failed"] == 0
    assert held["first_cpu_ms_source"] > 0
    assert held["polls"] >= 1  # the first of the five is due at once
    assert 0 <= held["lag_s"]["median"] <= held["lag_s"]["p99"] <= held["lag_s"]["worst"]
    assert held["tree_mb"] >= held["daemon_mb"] > 10
    assert held["page_s"]["median"] > 0
    assert held["items_s"]["median"] > 0
    assert held["add_s"]["median"] > 0


def test_a_table_has_a_row_for_every_pass_and_measure() -> None:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from benches.stages import STAGES
        from benches.tables import daemon_table, fetch_tables
    finally:
        sys.path.remove(str(ROOT / "scripts"))
    row = {"cpu_ms_source": 1.0, "cpu_ms_entry": 0.1, "wall_s": 2.0, "peak_mb": 90.0, "problems": ["new: 1, not 2"]}
    row |= {"peer_cpu_ms_source": 3.0, "peer_index_ms_source": 1.0, "ratio": 0.25}
    shown = fetch_tables(
        {
            "sources": 2_000,
            "entries_each": 30,
            "peer": "1.0",
            "start_cpu_s": 0.5,
            "passes": [{**row, "name": name} for name in PASSES],
            "stages": {name: dict.fromkeys(STAGES, 0.5) for name in PASSES},
            "stage_sources": 200,
        }
    )
    assert "| first poll | 1.00 ms | 0.100 ms | 2.0 s | 90 MB | 3.00 ms | 1.00 ms | 0.25× | 0.6× |" in shown
    assert "0.25× (!) | 0.2× |" in shown
    assert shown.count("new: 1, not 2") == 5
    times = {"median": 0.1, "p99": 0.2, "worst": 0.3}
    held = {"sources": 10, "minutes": 5.0, "polls": 3, "new": 1, "failed": 0, "lag_s": times, "cpu_share": 0.25}
    held |= {"daemon_mb": 100.0, "tree_mb": 200.0, "page_s": times, "items_s": times, "add_s": times, "stop_s": 0.5}
    held |= {"first_cpu_ms_source": 20.0, "first_wall_s": 3.0}
    assert "| lag, 99th percentile | 0.2 s | < 30 s |" in daemon_table(held)


def test_copies_and_twins_are_taken_in_and_scored(tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    texts = [" ".join(f"word{number * 90 + at}" for at in range(90)) for number in range(8)]
    entries = "".join(
        f"<item><title>Text {number}</title><description>{text}</description></item>"
        for number, text in enumerate(texts)
    )
    feed.write_text(f'<rss version="2.0"><channel><title>Texts</title>{entries}</channel></rss>')
    done = bench("stories", "--releases", "13", "--documents", str(tmp_path), "--window", "200", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == {"made up", "documents", "cost"}
    [cost] = found.pop("cost")
    assert cost["items"] == 200
    assert all(ms > 0 for ms in cost["ms"].values())
    assert cost["index_bytes_item"] > 100
    for part in found.values():
        kinds = part["kinds"]
        assert kinds["exact"]["recall"] == kinds["outlet label"]["recall"] == 1.0
        assert kinds["exact"]["precision"] == 1.0
        assert all(row["lead"] + row["reprint"] + row["partial"] == row["items"] for row in kinds.values())
        assert part["lost"] == 0
        assert 0 < part["ari"] <= 1
        assert part["unrelated"]["median"] < 0.09
    assert found["documents"]["kinds"]["exact"]["items"] == 5  # two thirds of the texts are releases
    assert found["made up"]["twins"]["date-template twin"]["twins"] >= 8


def test_hard_negatives_are_made_taken_in_and_told_in_a_table() -> None:
    done = bench("stories", "--releases", "13", "--twins", "150")
    assert done.returncode == 0, done.stderr
    _, told = done.stdout.split("## hard negatives, made up: ")
    counts = dict(re.findall(r"^\| ([a-z].*?) \| ([\d,]+) \| \d+ \|$", told, re.MULTILINE))
    assert {"numbers changed", "numbers changed, cut", "date-template twin", "same headline", "news summary"} <= set(
        counts
    )
    assert "kind of copy" not in told
    found = re.search(r"(\d+) of (\d+) twins folded\.", told)
    assert found
    assert int(found[2]) == sum(int(count.replace(",", "")) for count in counts.values()) >= 150


def test_the_adjusted_rand_index_is_one_for_equal_groups_and_about_zero_by_chance() -> None:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from benches.stories_score import adjusted_rand
    finally:
        sys.path.remove(str(ROOT / "scripts"))
    assert adjusted_rand([1, 1, 2, 2, 3], [9, 9, 7, 7, 8]) == 1.0
    assert adjusted_rand([1, 1, 2, 2], [1, 2, 1, 2]) < 0.0
    assert adjusted_rand([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]) == pytest.approx(0.2424, abs=1e-4)
