"""Adding sources: ids, addresses, and what is shown of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.actions.subscribing import ADDED, REFUSED, THERE, shown_url, slug, subscribe


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sources.toml").write_text('[[source]]\nid = "a"\nurl = "https://a.example:443/feed/"\n')
    return tmp_path


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/feed?x=1", "https://a.example/feed?x=1"),
        ("https://user:w0rd@a.example/feed", "https://a.example/feed"),
        ("https://[broken", ""),
    ],
)
def test_a_log_in_in_an_address_is_not_shown(url: str, shown: str) -> None:
    assert shown_url(url) == shown


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Ministry of Foreign Affairs – Press", "ministry-of-foreign-affairs-press"),
        ("Azərtac", "azertac"),
        ("AZERTAC Новости дня сегодня", ""),
        ("新华网", ""),
        ("...", ""),
        ("", ""),
    ],
)
def test_an_id_is_made_of_latin_letters_where_they_say_most(name: str, made: str) -> None:
    assert slug(name) == made


@pytest.mark.parametrize(
    "url",
    ["https://a.example/feed", "http://A.EXAMPLE/feed/", "https://a.example./feed#top", "https://a.example//feed"],
)
def test_one_address_is_one_source_however_it_is_written(folder: Path, url: str) -> None:
    (verdict,), text = subscribe(folder, [(1, {"url": url})])
    assert (verdict.verdict, verdict.id, text) == (THERE, "a", "")


def test_new_sources_are_compared_with_one_another_too(folder: Path) -> None:
    wanted = [
        (n, {"id": made, "url": url})
        for n, (made, url) in enumerate(
            [("b", "https://b.example/1"), ("c", "https://b.example/1"), ("b", "https://b.example/2")]
        )
    ]
    verdicts, _ = subscribe(folder, wanted)
    assert [verdict.verdict for verdict in verdicts] == [ADDED, THERE, REFUSED]
    renamed, _ = subscribe(folder, wanted[2:], may_rename=True)
    assert [(verdict.verdict, verdict.id) for verdict in renamed] == [(ADDED, "b-2")]
