"""What stands in an edition: a story once, in the first section that takes it, and every article accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.digests.select import Gathered, select
from monitor.model import Item, Kind, Relation, Section, SourceFacts, Story, Wire

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def item(number: int, story: int | None = None, publisher: str = "courier", **changes: object) -> Item:
    values: dict[str, object] = {
        "id": number,
        "source_id": f"{publisher}-feed",
        "publisher": publisher,
        "title": f"Title {number}",
        "url": f"https://{publisher}.example/{number}",
        "author": "",
        "text": f"Text of article {number}.",
        "html": "",
        "language": "en",
        "published_at": NOW - HOUR,
        "published_claim": "",
        "first_seen_at": NOW - HOUR,
        "updated_at": None,
        "version": 1,
        "story_id": number if story is None else story,
        "relation": Relation.LEAD,
        "share": None,
        "wire": Wire(),
    }
    return Item(**(values | changes))  # type: ignore[arg-type]


def gather(window: Sequence[Item], older: Sequence[Item] = (), told: dict[int, set[str]] | None = None) -> Gathered:
    copies = {copy.id: copy for copy in (*older, *window)}
    stories = {}
    for story_id in {copy.story_id for copy in window}:
        ids = tuple(sorted(copy.id for copy in copies.values() if copy.story_id == story_id))
        lead = next((number for number in ids if copies[number].tags == ("lead",)), ids[0])
        ordered = (lead, *(number for number in ids if number != lead))
        publishers = {copies[number].publisher for number in ids}
        stories[story_id] = Story(story_id, lead, ordered, len(publishers), NOW, NOW)
    facts = {
        copy.source_id: SourceFacts(copy.source_id, copy.publisher.title(), copy.publisher, Kind.PRESS, language="de")
        for copy in copies.values()
    }
    named = {story_id: frozenset(publishers) for story_id, publishers in (told or {}).items()}
    return Gathered(tuple(window), stories, copies, facts, named)


def by_title(*wanted: Sequence[int]):
    """Section n asks for the items of these numbers."""
    return lambda section, copy: copy.id in wanted[section]


def all_of(section: int, copy: Item) -> bool:
    return True


ONE = (Section("News", "x"),)


def test_a_story_stands_once_in_the_first_section_that_takes_it() -> None:
    sections = (Section("Ours", "x"), Section("World", "y"))
    told, tally = select(sections, gather([item(1), item(2)]), by_title([1], [1, 2]), NOW)
    assert [[entry.item_id for entry in section.entries] for section in told] == [[1], [2]]
    assert (tally.new_count, tally.told_count) == (2, 2)


def test_a_story_is_taken_where_any_copy_matches_and_shown_by_its_lead() -> None:
    window = [item(1, story=1, tags=("lead",)), item(2, story=1, publisher="wire")]
    told, tally = select(ONE, gather(window), by_title([2]), NOW)
    [entry] = told[0].entries
    assert (entry.item_id, entry.title, entry.outlet) == (1, "Title 1", "Courier")
    assert (tally.told_count, tally.folded_count) == (1, 1)


def test_the_lead_is_shown_though_it_was_stored_before_the_window() -> None:
    told, _ = select(ONE, gather([item(5, story=1, publisher="wire")], older=[item(1, story=1)]), all_of, NOW)
    assert [entry.item_id for entry in told[0].entries] == [1]


def test_other_outlets_are_named_once_a_publisher_in_the_order_they_came() -> None:
    window = [
        item(1, story=1),
        item(2, story=1, publisher="wire"),
        item(3, story=1, publisher="radio"),
        item(4, story=1, publisher="wire"),
        item(5, story=1),
    ]
    told, tally = select(ONE, gather(window), all_of, NOW)
    [entry] = told[0].entries
    assert entry.also == ("Wire", "Radio")
    assert entry.publishers == ("courier", "radio", "wire")
    assert tally.folded_count == 4


def test_entries_stand_by_publishers_then_the_latest_first() -> None:
    window = [
        item(1, published_at=NOW - 3 * HOUR),
        item(2, published_at=NOW - HOUR),
        item(3, story=3, published_at=NOW - 9 * HOUR),
        item(4, story=3, publisher="wire"),
        item(5, published_at=None, first_seen_at=NOW - 2 * HOUR),
    ]
    told, _ = select(ONE, gather(window), all_of, NOW)
    assert [entry.item_id for entry in told[0].entries] == [3, 2, 5, 1]
    assert [entry.is_seen for entry in told[0].entries] == [False, False, True, False]


def test_a_limit_cuts_the_last_and_counts_them() -> None:
    sections = (Section("News", "x", limit=1), Section("Rest"))
    window = [item(1, story=1), item(2, story=1, publisher="wire"), item(3), item(4, story=3)]
    told, tally = select(sections, gather(window), by_title([1, 3]), NOW)
    assert [entry.story_id for entry in told[0].entries] == [1]
    assert told[0].cut_count == 1
    assert told[1].entries == ()  # what a section took and cut goes to no other
    assert (tally.cut_count, tally.told_count, tally.folded_count) == (2, 1, 1)


def test_a_section_without_a_query_takes_what_is_left() -> None:
    sections = (Section("Ours", "x"), Section("Rest"))
    told, tally = select(sections, gather([item(1), item(2), item(3)]), by_title([2]), NOW)
    assert [len(section.entries) for section in told] == [1, 2]
    assert tally.untaken_count == 0


def test_without_sections_one_takes_everything() -> None:
    told, _ = select((), gather([item(1), item(2)]), by_title(), NOW)
    assert [(section.title, len(section.entries)) for section in told] == [("All items", 2)]


def test_what_no_section_takes_is_counted() -> None:
    told, tally = select(ONE, gather([item(1), item(2, story=1, publisher="wire"), item(3)]), by_title([3]), NOW)
    assert len(told[0].entries) == 1
    assert tally.untaken_count == 2


def test_nothing_new_gives_empty_sections() -> None:
    told, tally = select((Section("A", "x"), Section("B")), gather([]), all_of, NOW)
    assert [section.entries for section in told] == [(), ()]
    assert tally.new_count == 0


def test_a_story_that_was_mailed_returns_only_with_the_publishers_that_joined() -> None:
    window = [item(2, story=1, publisher="wire"), item(3, story=1, publisher="radio"), item(4, story=1)]
    told, tally = select(ONE, gather(window, older=[item(1, story=1)], told={1: {"courier", "wire"}}), all_of, NOW)
    assert told[0].entries == ()
    [again] = told[0].follow_ups
    assert (again.item_id, again.title, again.joined) == (1, "Title 1", ("Radio",))
    assert again.publishers == ("courier", "radio", "wire")
    assert (tally.told_count, tally.folded_count) == (0, 3)


def test_a_story_that_was_mailed_stays_out_where_nobody_joined() -> None:
    told, tally = select(ONE, gather([item(2, story=1)], older=[item(1, story=1)], told={1: {"courier"}}), all_of, NOW)
    assert (told[0].entries, told[0].follow_ups) == ((), ())
    assert tally.folded_count == 1


def test_a_limit_holds_for_follow_ups_too() -> None:
    window = [item(1, publisher="wire"), item(2, publisher="wire")]
    told, tally = select((Section("N", "x", limit=1),), gather(window, told={1: {"a"}, 2: {"a"}}), all_of, NOW)
    assert (len(told[0].follow_ups), told[0].cut_count) == (1, 1)
    assert tally.folded_count == 2


def test_items_published_more_than_three_months_ago_are_left_out_and_counted() -> None:
    old = item(1, published_at=NOW - timedelta(days=93))
    young = item(2, published_at=NOW - timedelta(days=91))
    told, tally = select(ONE, gather([old, young]), all_of, NOW)
    assert [entry.item_id for entry in told[0].entries] == [2]
    assert (tally.old_count, tally.told_count) == (1, 1)


def test_a_young_copy_is_shown_where_the_lead_is_old_or_gone() -> None:
    old = item(1, story=1, published_at=NOW - timedelta(days=200))
    told, _ = select(ONE, gather([old, item(2, story=1, publisher="wire")]), all_of, NOW)
    assert [entry.item_id for entry in told[0].entries] == [2]
    gone = gather([item(2, story=1, publisher="wire")])
    story = Story(1, 1, (1, 2), 2, NOW, NOW)
    told, _ = select(ONE, Gathered(gone.items, {1: story}, gone.copies, gone.facts, {}), all_of, NOW)
    assert [entry.item_id for entry in told[0].entries] == [2]


def test_the_entry_has_the_place_and_not_the_dateline() -> None:
    text = "ISLAMABAD, Nov 22 (APP): The ministers met on Sunday. They will meet again."
    dated = item(1, text=text, wire=Wire(place="ISLAMABAD"), language="")
    told, _ = select(ONE, gather([dated]), all_of, NOW)
    [entry] = told[0].entries
    assert (entry.place, entry.summary) == ("ISLAMABAD", "The ministers met on Sunday. They will meet again.")
    assert entry.language == "de"  # the source's, where the item says none


def test_a_text_that_only_says_the_title_again_is_no_summary() -> None:
    told, _ = select(ONE, gather([item(1, title="Ministers meet", text="“Ministers  MEET.”")]), all_of, NOW)
    assert told[0].entries[0].summary == ""


def test_a_source_nobody_knows_is_shown_by_its_id() -> None:
    known = gather([item(1)])
    bare = Gathered(known.items, known.stories, known.copies, {}, {})
    told, _ = select(ONE, bare, all_of, NOW)
    assert told[0].entries[0].outlet == "courier-feed"


ITEMS = st.lists(st.tuples(st.integers(1, 6), st.sampled_from("abc"), st.booleans(), st.integers(0, 2)), max_size=14)


@given(rows=ITEMS, mailed=st.dictionaries(st.integers(1, 6), st.sets(st.sampled_from("abc"))), limit=st.integers(0, 3))
def test_every_article_is_accounted_for_and_no_story_stands_twice(rows, mailed, limit) -> None:
    window = [
        item(number, story, publisher, published_at=NOW - timedelta(days=200 if is_old else 1), version=wants + 1)
        for number, (story, publisher, is_old, wants) in enumerate(rows, 1)
    ]
    sections = (Section("A", "x", limit=limit), Section("B", "y"))
    told, tally = select(sections, gather(window, told=mailed), lambda number, copy: copy.version == number + 1, NOW)
    shown = [entry.story_id for section in told for entry in (*section.entries, *section.follow_ups)]
    assert len(shown) == len(set(shown))
    parts = (tally.told_count, tally.folded_count, tally.cut_count, tally.old_count, tally.untaken_count)
    assert min(parts) >= 0
    assert sum(parts) == tally.new_count == len(window)
