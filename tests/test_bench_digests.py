"""The benchmark of digests: all of them are made, whole and within their size."""

from __future__ import annotations

import json

from tests.test_bench import bench


def test_digests_that_fall_due_together_are_each_made_once() -> None:
    done = bench("digests", "--items", "2000", "--digests", "3", "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["items"], figures["digests"], figures["mails"]) == (2000, 3, 3)
    assert 10 < figures["stories"] <= 60
    assert 0 < figures["largest_bytes"] <= 100_000
    assert 0 < figures["median_s"] <= figures["seconds"]
    assert figures["alone_s"] > 0
    told = bench("digests", "--items", "300", "--digests", "1")
    assert told.stdout.startswith("1 digests over 300 items")
