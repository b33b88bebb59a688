from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.model import Copy, Kind, Relation
from monitor.stories.fold import Found, fold, lead_of
from monitor.stories.likeness import Comparison, Text

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TITLE = ("a", "new", "bridge")


def copy(item_id: int, publisher: str, kind: Kind = Kind.PRESS, *, hours: int = 0, words: int = 100) -> Copy:
    return Copy(item_id, item_id, publisher, kind, NOON + timedelta(hours=hours), words)


def text(*title: str) -> Text:
    return Text(title or TITLE, (), frozenset())


def found(
    lead: Copy,
    share: float | None = 1.0,
    *,
    contained: float = 1.0,
    of_copy: float = 1.0,
    title: tuple[str, ...] = TITLE,
    is_update: bool = False,
    shared: int = 0,
) -> Found:
    relation = Relation.REPRINT if contained >= 0.6 else Relation.PARTIAL
    return Found(lead, title, Comparison(relation, share, contained, "told", of_copy, shared), is_update)


def test_an_item_without_another_copy_stays_alone() -> None:
    none = Found(copy(1, "a"), TITLE, Comparison(None, None, 0.1, "too few"))
    assert fold(copy(2, "b"), text(), [none]).story_id is None
    assert fold(copy(2, "b"), text(), []).reason == "no other copy of this text"


def test_a_copy_joins_the_story_of_the_text_and_the_earlier_leads() -> None:
    folding = fold(copy(2, "b", hours=1), text(), [found(copy(1, "a"), 0.8)])
    assert (folding.story_id, folding.lead_id, folding.reason) == (1, 1, "told with item 1")
    assert folding.comparison is not None
    assert folding.comparison.share == 0.8


def test_an_originator_that_arrives_late_leads_and_takes_the_stories_of_its_copies_over() -> None:
    embassy = copy(5, "embassy", Kind.EMBASSY, hours=5)
    quoted = found(copy(3, "c"), 0.2, contained=0.4, of_copy=0.2)
    folding = fold(embassy, text(), [found(copy(1, "a")), found(copy(2, "b"), 0.9), quoted])
    assert (folding.story_id, folding.lead_id, folding.absorbed) == (1, 5, (2,))
    assert folding.also == (quoted,)


def test_an_official_bulletin_that_quotes_earlier_news_takes_no_story_over() -> None:
    quoted = found(copy(3, "c"), 0.25, contained=0.25, of_copy=0.3)
    folding = fold(copy(5, "ministry", Kind.MINISTRY, hours=5), text(), [quoted])
    assert (folding.story_id, folding.also) == (None, (quoted,))
    before = fold(copy(5, "ministry", Kind.MINISTRY, hours=-1), text(), [quoted])
    assert (before.story_id, before.lead_id) == (3, 5)


def test_an_originator_that_comes_late_is_told_of_stories_that_have_its_copies_as_parts_of_something_else() -> None:
    unlike = Comparison(None, None, 0.1, "too few")
    copied = Comparison(Relation.REPRINT, 1.0, 1.0, "told")
    embassy = copy(5, "embassy", Kind.EMBASSY, hours=5)
    folding = fold(embassy, text(), [Found(copy(1, "a"), TITLE, unlike, through=copied)])
    assert (folding.story_id, folding.rivals) == (None, (1,))
    partly = replace(found(copy(1, "a"), 0.25, contained=0.25, of_copy=0.2), through=copied)
    assert fold(embassy, text(), [partly]).lead_id == 5


def test_a_wire_leads_before_the_press_and_official_bodies_before_wires() -> None:
    assert lead_of([copy(1, "a"), copy(2, "w", Kind.WIRE, hours=3)]).item_id == 2
    assert lead_of([copy(1, "m", Kind.MINISTRY, hours=9), copy(2, "w", Kind.WIRE, hours=3)]).item_id == 1
    assert lead_of([copy(1, "agg", Kind.AGGREGATOR), copy(2, "a", hours=3)]).item_id == 2


def test_a_text_that_holds_two_stories_joins_the_one_it_keeps_most_of() -> None:
    more, less = found(copy(2, "b"), 0.9), found(copy(1, "a"), 0.5)
    folding = fold(copy(9, "c", hours=1), text(), [less, more])
    assert (folding.story_id, folding.also) == (2, (less,))


def test_of_two_stories_kept_alike_the_official_one_is_joined_then_the_earlier() -> None:
    press, embassy = found(copy(1, "a"), 1.0), found(copy(2, "e", Kind.EMBASSY, hours=1), 0.97)
    assert fold(copy(9, "c", hours=2), text(), [press, embassy]).story_id == 2
    assert fold(copy(9, "c", hours=2), text(), [found(copy(3, "b", hours=1)), press]).story_id == 1


def test_a_collection_of_many_stories_joins_none() -> None:
    several = [found(copy(n, f"p{n}"), 0.9, of_copy=0.25, shared=40) for n in (1, 2, 3)]
    folding = fold(copy(9, "c", hours=2), text(), several)
    assert (folding.story_id, folding.also) == (None, tuple(several))
    assert "3 stories" in folding.reason
    several[1] = found(copy(2, "p2"), 0.9, of_copy=0.6, shared=90)
    assert fold(copy(9, "c", hours=2), text(), several).story_id is not None


def test_a_text_that_has_much_of_one_story_and_traces_of_others_is_no_collection() -> None:
    traces = [Found(copy(n, f"p{n}"), TITLE, Comparison(None, None, 0.1, "too few", 0.05, 12)) for n in (2, 3)]
    folding = fold(
        copy(9, "c", hours=2), text(), [found(copy(1, "a"), 0.4, contained=0.4, of_copy=0.2, shared=90), *traces]
    )
    assert folding.story_id == 1


def test_an_outlet_that_repeats_its_own_background_prints_no_copy_unless_it_marks_an_update() -> None:
    before = copy(1, "a")
    assert fold(copy(2, "a", hours=1), text(), [found(before, 0.3, contained=0.4)]).story_id is None
    update = fold(copy(2, "a", hours=1), text(), [found(before, 0.3, contained=0.4, is_update=True)])
    assert (update.story_id, update.follows) == (1, 1)
    assert fold(copy(2, "b", hours=1), text(), [found(before, 0.3, contained=0.4)]).story_id == 1


def test_a_short_body_under_two_titles_of_one_publisher_is_a_teaser_and_folds_nothing() -> None:
    other = ("quite", "something", "else")
    assert fold(copy(2, "a", words=20), text(*other), [found(copy(1, "a"))]).story_id is None
    teasers = [found(copy(1, "a")), found(copy(2, "a"), title=other)]
    assert fold(copy(3, "b", words=20), text("third"), teasers).story_id is None


def test_a_long_text_may_be_sent_twice_under_two_titles_but_not_under_three() -> None:
    first, second = found(copy(1, "a"), title=("one",)), found(copy(2, "a"), title=("two",))
    assert fold(copy(2, "a", hours=1), text("two"), [first]).story_id == 1
    assert fold(copy(3, "a", hours=1), text("three"), [first, second]).story_id is None


def test_outlets_may_retitle_a_short_text_each_in_its_own_way() -> None:
    assert fold(copy(2, "b", hours=1, words=20), text("two"), [found(copy(1, "a"), title=("one",))]).story_id == 1


def test_a_headline_without_text_joins_within_days_and_not_where_one_publisher_has_it_again_and_again() -> None:
    told = found(copy(1, "a"), None)
    assert fold(copy(2, "b", hours=24), text(), [told]).story_id == 1
    assert fold(copy(2, "b", hours=24 * 5), text(), [told]).story_id is None
    assert fold(copy(2, "a", hours=24), text(), [told]).story_id is None
    twice = [told, found(copy(3, "a", hours=20), None)]
    assert fold(copy(2, "b", hours=24), text(), twice).reason == "this headline stands over several texts"


def test_a_headline_over_several_texts_is_the_originators_or_else_nobodys() -> None:
    press, wire = found(copy(1, "a"), None), found(copy(2, "w", Kind.WIRE, hours=1), None)
    assert fold(copy(9, "b", hours=2), text(), [press, wire]).story_id == 2
    assert fold(copy(9, "b", hours=2), text(), [press, found(copy(3, "c", hours=1), None)]).story_id is None
    later = found(copy(3, "c", hours=9), None)
    assert fold(copy(9, "b", hours=2), text(), [press, later]).story_id == 1


def test_a_text_written_after_a_bare_headline_may_be_any_that_bears_it() -> None:
    told = Text(TITLE, (), frozenset(range(100)))
    assert fold(copy(2, "b", hours=1), told, [found(copy(1, "a"), None)]).story_id is None
    assert fold(copy(2, "b", hours=-1), told, [found(copy(1, "a"), None)]).lead_id == 2


def test_a_summary_of_the_news_joins_nothing_but_its_own_copies() -> None:
    summary = text("news", "summary", "of", "monday")
    assert fold(copy(2, "b", hours=1), summary, [found(copy(1, "a"), 0.5, of_copy=0.4)]).story_id is None
    assert fold(copy(2, "b", hours=1), summary, [found(copy(1, "a"))]).story_id == 1


def test_an_originator_takes_no_story_over_that_another_one_leads() -> None:
    ministry = found(copy(2, "ministry", Kind.MINISTRY, hours=-1), 0.7)
    folding = fold(copy(5, "embassy", Kind.EMBASSY, hours=5), text(), [found(copy(1, "a")), ministry])
    assert (folding.story_id, folding.lead_id, folding.absorbed, folding.also) == (1, 5, (), (ministry,))
