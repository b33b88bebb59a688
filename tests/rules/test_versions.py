"""Whether a rule is another one than before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model import Combination, Priority, Rule, Sample
from monitor.rules import versions
from monitor.rules.versions import fingerprint

RULE = Rule(
    *("r", "R"),
    query="@rooms* AND (bridge OR @halls)",
    any_of=(Combination(all=("bridge",), none=("@clubs",)),),
    tags=("works", "south"),
)
LISTS = {"rooms": ["reading room"], "halls": ["lecture hall"], "clubs": ["club"], "unused": ["x"]}


def test_a_fingerprint_is_the_same_for_the_same_rule() -> None:
    assert fingerprint(RULE, LISTS) == fingerprint(replace(RULE), dict(LISTS))
    assert len(fingerprint(RULE, LISTS)) == 16


@pytest.mark.parametrize(
    "changes",
    [
        {"query": "@rooms AND (bridge OR @halls)"},
        {"tags": ("works",)},
        {"any_of": ()},
        {"terms": (("bridge", 3),), "threshold": 3},
        {"threshold": 2},
        {"title_factor": 1},
        {"count_cap": 2},
    ],
    ids=str,
)
def test_what_may_tag_otherwise_changes_it(changes: dict[str, object]) -> None:
    assert fingerprint(replace(RULE, **changes), LISTS) != fingerprint(RULE, LISTS)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["rooms", "halls", "clubs"])
def test_a_list_that_is_named_changes_it(name: str) -> None:
    assert fingerprint(RULE, {**LISTS, name: ["another"]}) != fingerprint(RULE, LISTS)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Other"},
        {"priority": Priority.URGENT, "alert": ("desk",)},
        {"samples": (Sample("x", match=True),)},
        {"tags": ("south", "works")},
    ],
    ids=str,
)
def test_what_tags_alike_leaves_it_as_it_is(changes: dict[str, object]) -> None:
    assert fingerprint(replace(RULE, **changes), {**LISTS, "unused": []}) == fingerprint(RULE, LISTS)  # type: ignore[arg-type]


def test_rules_that_mean_something_else_now_are_other_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(RULE, LISTS)
    monkeypatch.setattr(versions, "MEANING_VERSION", versions.MEANING_VERSION + 1)
    assert fingerprint(RULE, LISTS) != before
