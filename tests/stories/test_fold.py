from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.model import Copy, Kind
from monitor.stories.fold import fold, lead_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def copy(
    item_id: int,
    publisher: str,
    kind: Kind = Kind.PRESS,
    *,
    hours: int = 0,
    title: bytes = b"t",
    words: int = 100,
    story: int = 0,
) -> Copy:
    return Copy(item_id, story or item_id, publisher, kind, title, NOON + timedelta(hours=hours), words)


def test_an_item_without_another_copy_stays_alone() -> None:
    assert fold(copy(1, "a"), []).story_id is None


def test_a_copy_joins_the_story_of_the_text_and_the_earlier_leads() -> None:
    folding = fold(copy(2, "b", hours=1), [copy(1, "a")])
    assert (folding.story_id, folding.lead_id, folding.share) == (1, 1, 1.0)
    assert "item 1" in folding.reason


def test_an_originator_that_arrives_late_leads_the_story_of_its_reprints() -> None:
    folding = fold(copy(3, "embassy", Kind.EMBASSY, hours=5), [copy(1, "a"), copy(2, "wire", Kind.WIRE, story=1)])
    assert (folding.story_id, folding.lead_id) == (1, 3)


def test_a_wire_leads_before_the_press_and_official_bodies_before_wires() -> None:
    assert lead_of([copy(1, "a"), copy(2, "w", Kind.WIRE, hours=3)]).item_id == 2
    assert lead_of([copy(1, "m", Kind.MINISTRY, hours=9), copy(2, "w", Kind.WIRE, hours=3)]).item_id == 1
    assert lead_of([copy(1, "agg", Kind.AGGREGATOR), copy(2, "a", hours=3)]).item_id == 2


def test_a_short_body_under_two_titles_of_one_publisher_is_a_teaser_and_folds_nothing() -> None:
    teasers = [copy(1, "a", title=b"one", words=20)]
    assert fold(copy(2, "a", title=b"two", words=20), teasers).story_id is None
    assert (
        fold(copy(3, "b", title=b"three", words=20), [*teasers, copy(2, "a", title=b"two", words=20)]).story_id is None
    )


def test_a_long_text_may_be_sent_twice_under_two_titles_but_not_under_three() -> None:
    assert fold(copy(2, "a", title=b"two"), [copy(1, "a", title=b"one")]).story_id == 1
    assert fold(copy(3, "a", title=b"three"), [copy(1, "a", title=b"one"), copy(2, "a", title=b"two")]).story_id is None


def test_outlets_may_retitle_a_short_text_each_in_its_own_way() -> None:
    assert fold(copy(2, "b", title=b"two", words=20), [copy(1, "a", title=b"one", words=20)]).story_id == 1
