"""The benchmark of rules: it runs, what it says adds up, and its made-up world is what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wire_texts() -> ModuleType:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from benches import wire_texts
    finally:
        sys.path.pop(0)
    return wire_texts


def test_the_figures_of_a_small_set_add_up() -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "scripts"), str(ROOT)])}
    command = [sys.executable, "-m", "benches", "rules", "--items", "120", "--most", "100", "--no-peer", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=env)
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)["rows"]
    assert (row["rules"], row["items"] > 0, row["compile_s"] > 0) == (100, True, True)
    assert set(row["stages_us"]) == {"read", "candidates", "evaluation", "spans"}
    assert sum(row["stages_us"].values()) == pytest.approx(row["item_us"], rel=2)
    assert 10 < row["peak_mb"] < 300


def test_the_made_up_items_are_in_the_scripts_that_are_told(wire_texts: ModuleType) -> None:
    assert sum(wire_texts.SHARES.values()) == 100
    bodies = [body for _, body in wire_texts.items(100)]
    for first, last, share in (("а", "я", 20), ("ا", "ی", 15), ("一", "鿿", 10), ("अ", "ह", 10), ("א", "ת", 2)):
        assert sum(any(first <= letter <= last for letter in body) for body in bodies) == share
    assert bodies == [body for _, body in wire_texts.items(100)]


def test_the_made_up_rules_are_of_the_kinds_that_are_told(wire_texts: ModuleType) -> None:
    rules = wire_texts.rules(90)
    assert sum("NEAR" in rule.query for rule in rules) == pytest.approx(30, abs=4)
    assert sum(bool(rule.terms) for rule in rules) == 9
    assert {rule.id for rule in rules} == {f"rule-{number}" for number in range(90)}
