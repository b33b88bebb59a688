"""Whether what came to a story is told, by table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.deciding import FOLLOWED_UP_AT, Happening, mark_of, should_alert
from monitor.model import Alert, AlertKind, AlertState, Priority

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
COPY = Happening("paper", "The Paper", 2, is_new_publisher=True, is_official=False)
OFFICIAL = replace(COPY, is_official=True)
UNASKED = replace(COPY, is_matched=False)
CORRECTED, KILLED = (replace(UNASKED, mark=kind) for kind in (AlertKind.CORRECTION, AlertKind.WITHDRAWAL))


def told(
    number: int = 1,
    kind: AlertKind = AlertKind.ALERT,
    state: AlertState = AlertState.QUEUED,
    publisher: str = "wire",
    publishers: int = 1,
) -> Alert:
    return Alert(
        *(number, 10, 1, 5, publisher, "talks", "desk", kind, Priority.ROUTINE, NOW, state, "why"),
        publisher_count=publishers,
    )


HELD, MUTED, MERGED = (told(state=state) for state in (AlertState.HELD, AlertState.MUTED, AlertState.MERGED))
CORRECTION = told(2, AlertKind.CORRECTION)


@pytest.mark.parametrize(
    ("happening", "decided", "kind"),
    [
        (COPY, [], "alert"),
        (COPY, [MUTED], "alert"),
        (COPY, [MERGED], "alert"),
        (COPY, [told()], None),
        (COPY, [HELD], None),
        (replace(COPY, publisher_count=3), [told()], "follow-up"),
        (replace(COPY, publisher_count=12), [told()], "follow-up"),
        (replace(COPY, publisher_count=3), [HELD], None),
        (replace(COPY, publisher_count=9), [told(publishers=3)], None),
        (replace(COPY, publisher_count=10), [told(), told(2, AlertKind.FOLLOW_UP, publishers=9)], "follow-up"),
        (replace(COPY, publisher_count=31), [told(publishers=30)], None),
        (OFFICIAL, [told()], "follow-up"),
        (replace(OFFICIAL, is_new_publisher=False), [told()], None),
        (replace(COPY, is_edit=True), [told()], "alert"),
        (CORRECTED, [told()], "correction"),
        (CORRECTED, [HELD], "correction"),
        (KILLED, [told()], "withdrawal"),
        (KILLED, [told(), CORRECTION], "withdrawal"),
        (replace(CORRECTED, publisher="wire"), [told(), CORRECTION], "correction"),
        (replace(CORRECTED, is_matched=True), [told(), CORRECTION], None),
        (replace(CORRECTED, is_matched=True, publisher_count=3), [told(), CORRECTION], "follow-up"),
        (replace(CORRECTED, is_matched=True), [], "alert"),
    ],
)
def test_what_is_told(happening: Happening, decided: list[Alert], kind: str | None) -> None:
    verdict = should_alert(happening, decided)
    assert verdict is not None
    assert verdict.kind == kind
    assert verdict.reason


@pytest.mark.parametrize("decided", [[], [MUTED], [told()]])
def test_what_the_rule_does_not_ask_for_is_no_concern_of_its(decided: list[Alert]) -> None:
    assert should_alert(UNASKED, decided) is None
    assert should_alert(CORRECTED, [alert for alert in decided if not alert.state.is_told]) is None


def test_an_acknowledged_story_is_told_of_corrections_only() -> None:
    for happening in (OFFICIAL, replace(COPY, publisher_count=30)):
        verdict = should_alert(happening, [told()], is_acknowledged=True)
        assert verdict is not None
        assert verdict.kind is None
        assert "acknowledged" in verdict.reason
    verdict = should_alert(CORRECTED, [told()], is_acknowledged=True)
    assert verdict is not None
    assert verdict.kind is AlertKind.CORRECTION


@pytest.mark.parametrize(
    ("edit", "kind"),
    [
        (None, None),
        ("UPDATE 2", None),
        ("WRAPUP 1", None),
        ("2ND LD", None),
        ("REFILE", None),
        ("REPEAT", None),
        ("CORRECTED", "correction"),
        ("corrected", "correction"),
        ("CORRECTED (OFFICIAL)", "correction"),
        ("CORRECTED-UPDATE 1", "correction"),
        ("CLARIFICATION", "correction"),
        ("ИСПРАВЛЕНО", "correction"),
        ("УТОЧНЕНИЕ", "correction"),
        ("DÜZƏLİŞ", "correction"),
        ("STORY WITHDRAWN", "withdrawal"),
        ("BULLETIN KILL", "withdrawal"),
        ("STORY KILLED", "withdrawal"),
        ("RETRACTION", "withdrawal"),
    ],
)
def test_what_a_wires_mark_says(edit: str | None, kind: str | None) -> None:
    assert mark_of(edit) == kind


@given(st.lists(st.integers(0, 3), max_size=60))
def test_a_growing_story_is_told_once_and_once_for_each_number_reached(steps: list[int]) -> None:
    count, decided = 0, []
    for step in [1, *steps]:
        count += step
        verdict = should_alert(replace(COPY, publisher_count=count), decided)
        assert verdict is not None
        if verdict.kind is not None:
            decided.append(told(len(decided) + 1, verdict.kind, publishers=count))
    passed = {reached for reached in FOLLOWED_UP_AT if decided[0].publisher_count < reached <= count}
    assert len(decided) <= 1 + len(passed)
    assert bool(passed) == (len(decided) > 1)
