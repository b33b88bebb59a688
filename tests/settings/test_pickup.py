from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from monitor.settings import PickupSettings, Settings, load_settings


def written(folder: Path, text: str, file: str = "monitor.toml") -> Settings:
    (folder / file).write_text(text, "utf-8")
    return load_settings(folder, {})


def test_reports_of_releases_go_to_nobody_unless_asked_for(folder: Path) -> None:
    assert written(folder, "").pickup == PickupSettings((), (86_400.0, 259_200.0), "UTC")


def test_reports_are_due_in_order_and_each_once(folder: Path) -> None:
    text = '[pickup]\nto = ["press@mission.example"]\nafter = ["3d", "6h", "72h"]\ntimezone = "Asia/Baku"'
    assert written(folder, text).pickup == PickupSettings(
        ("press@mission.example",), (21_600.0, 259_200.0), "Asia/Baku"
    )


def test_a_rule_looks_at_items_unless_it_looks_at_edits(folder: Path) -> None:
    rules = '[[rule]]\nid = "a"\nquery = "treaty"\n[[rule]]\nid = "b"\nquery = "treaty"\non = "edit"'
    assert [rule.on for rule in written(folder, rules, "rules.toml").rules] == ["item", "edit"]


def test_the_id_of_releases_added_by_hand_is_kept_for_them(told: Callable[..., list[str]]) -> None:
    lines = told("sources.toml", '[[source]]\nid = "own"\nurl = "https://a.example/feed"\n')
    assert lines == [
        'sources.toml:2: source[own].id: the id "own" is kept for releases that are added by hand (`monitor own add`); '
        "choose another"
    ]
