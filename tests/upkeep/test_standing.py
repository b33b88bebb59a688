"""How things stand, from a real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from monitor.model import Digest, Outgoing, Source
from monitor.store import open_store
from monitor.upkeep.standing import standing

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
DAILY = Digest("daily", "Daily", "0 8 * * *", "UTC", ("a@x.example", "b@x.example"))


def test_an_empty_store_stands_empty(tmp_path: Path) -> None:
    store = open_store(tmp_path / "m.db")
    found = standing(store, [], NOW)
    store.close()
    assert (found.sources, found.ailing, found.source_count) == ({}, (), 0)
    assert (found.item_count, found.story_count, found.last_polled_at, found.deliveries) == (0, 0, None, {})
    assert found.next_editions == ()


def test_sources_queue_and_next_editions_are_counted_soonest_first(tmp_path: Path) -> None:
    store = open_store(tmp_path / "m.db")
    on = Source("on", "https://x.example/", "On", "on")
    store.sources.mirror([on, replace(on, id="too"), replace(on, id="off", enabled=False)])
    with store.transaction():
        store.deliveries.queue(Outgoing("k", "notice", "mail", "a@x.example", "<1@x>", "S", b"b"), NOW)
    sooner = replace(DAILY, id="sooner", cron="30 7 * * *", to=())
    found = standing(store, [DAILY, sooner], NOW)
    store.close()
    assert (found.sources, found.source_count) == ({"new": 2}, 2)
    assert found.deliveries == {"queued": 1}
    assert [(e.digest_id, e.due_at.hour, e.due_at.minute, e.recipient_count) for e in found.next_editions] == [
        ("sooner", 7, 30, 0),
        ("daily", 8, 0, 2),
    ]
