"""The benchmark of searches: its archive is a sound store, and its figures are of what it says."""

from __future__ import annotations

import json
from pathlib import Path

from monitor.store import open_store
from monitor.text.reading import read
from tests.test_bench import bench


def test_the_archive_is_a_store_as_polls_leave_it_and_every_query_is_timed(tmp_path: Path) -> None:
    done = bench("search", "--items", "600", "--keep", str(tmp_path), "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["items"] == 600
    for row in figures["rows"]:
        assert 0 < row["median_ms"] <= row["worst_ms"]
        assert row["whole_ms"] > 0
    assert any(row["found"] for row in figures["rows"])
    assert all(seconds > 0 for seconds in figures["command_s"].values())

    store = open_store(tmp_path / "data" / "monitor.db")
    assert store.connection.value("PRAGMA integrity_check") == "ok"
    assert store.connection.value("SELECT sum(item_count) FROM source") == 600
    for item in store.items.by_ids(range(1, 600, 37)).values():
        # What the index holds can be taken out by what the item says, so it is what a poll would have put in.
        title, body = read(item.title, item.text).search_texts
        sql = "INSERT INTO item_text (item_text, rowid, title, body) VALUES ('delete', ?, ?, ?)"
        store.connection.execute(sql, (item.id, title, body))
    store.connection.execute("INSERT INTO item_text (item_text) VALUES ('integrity-check')")
    store.close()

    again = bench("search", "--keep", str(tmp_path))
    assert again.returncode == 0, again.stderr
    assert "600 items" in again.stdout
    assert again.stdout.count(" ms |") >= 14
