"""The benchmark of alerts runs, and its parts add up."""

from __future__ import annotations

import json

from tests.test_bench import bench


def test_an_entry_is_followed_to_the_mail_server_and_years_are_simulated() -> None:
    done = bench("alerts", "--entries", "2", "--years", "1", "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    latency = figures["latency"]
    assert latency["entries"] == 2
    medians = {name: part["median_s"] for name, part in latency["parts"].items()}
    *parts, whole = medians.values()
    assert abs(sum(parts) - whole) < 0.1
    assert whole < 10
    assert all(0 <= row["found"] <= 1 and row["false_a_month"] >= 0 for row in figures["spikes"])
    again = bench("alerts", "--entries", "0", "--years", "1")
    assert again.stdout.count("|") > 100
