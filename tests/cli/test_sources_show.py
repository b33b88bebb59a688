"""`monitor sources show`: what polling learned of a source."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from monitor.model import Acquired, Gate, Learned, Outcome, Source, SourceState
from monitor.store import open_store
from tests.conftest import Article, Folder, Site, source

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


def learn(folder: Folder, learned: Learned) -> None:
    """Record a poll that taught this of the source "a"."""
    store = open_store(folder.database)
    with store.transaction():
        outcome = Outcome(SourceState.OK, "", 0.0, NOW, 1, 0, learned=learned, has_gap=True)
        job = store.sources.job(Source("a", "", "", ""))
        store.sources.record(job, replace(Acquired("a", Gate.CUT), cut_count=3), outcome, NOW)
    store.close()


def test_a_new_source_has_a_pace_and_no_rhythm(folder: Folder, site: Site) -> None:
    folder.write(sources=source("a", site.publish("/a", Article("One"))))
    folder.run("fetch")
    [shown] = folder.objects("sources", "show", "a")
    assert (shown["interval_s"], shown["rhythm_s"], shown["validators_lie"], shown["gap_at"]) == (
        *(3600.0, None, False, None),
    )
    text = folder.run("sources", "show", "a").stdout
    assert "interval:     1h\n" in text
    assert "rhythm" not in text
    assert "validators" not in text


def test_what_was_learned_is_shown_in_words_and_figures(folder: Folder, site: Site) -> None:
    folder.write(sources=source("a", site.publish("/a", Article("One"))))
    folder.run("fetch")
    gaps = (30, 3_600, 5_400, 7_200, 180_000)
    learned = Learned(interval_s=5_775.0, gaps_s=gaps, validators_lie=True, gap_at=NOW, moved_to="https://b.example/f")
    learn(folder, learned)
    [shown] = folder.objects("sources", "show", "a")
    assert shown["rhythm_s"] == {"median": 5_400, "p95": 180_000, "gaps": 5}
    assert (shown["interval_s"], shown["validators_lie"], shown["gap_at"], shown["moved_to"]) == (
        *(5_775.0, True, "2026-11-23T07:00:00.000Z", "https://b.example/f"),
    )
    assert [poll["gap"] for poll in shown["polls"]] == [True, False]
    text = folder.run("sources", "show", "a").stdout
    assert "interval:     1h36m\n" in text
    assert "something new every 1h30m, 19 times of 20 within 2d2h (from 5 gaps)" in text
    assert "validators:   not relied on" in text
    assert "0 new, a gap" not in text.splitlines()[-1]
    assert "a gap" in text
    learn(folder, Learned(interval_s=45.0))
    assert "interval:     45s\n" in folder.run("sources", "show", "a").stdout
