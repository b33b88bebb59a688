"""Where items come to stand, by what is already there and by what comes later; all over a real store."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.arranging import Arranging
from monitor.model import Kind, Relation
from monitor.stories.fold import WINDOW
from tests.desk import NOON, TakingIn, sentences

BRIDGE = sentences("bridge", 12)
HALF, OTHER_HALF = (" ".join(part) for part in (BRIDGE.split()[:60], BRIDGE.split()[60:]))


@pytest.fixture
def desk(tmp_path: Path) -> TakingIn:
    return TakingIn(tmp_path / "monitor.db")


def test_copies_are_measured_against_the_lead_and_no_chain_joins_what_has_nothing_of_it(desk: TakingIn) -> None:
    lead = desk.add("a", "Bridge", HALF)
    longer = desk.add("b", "Bridge and more", f"{HALF} {sentences('ferry', 12)}", hours=1)
    tail = desk.add("c", "Ferries", sentences("ferry", 12), hours=2)
    assert desk.stories() == [{lead.id, longer.id}, {tail.id}]
    assert (desk.item(longer.id).share, desk.reason(longer)) == (
        1.0,
        f"58 of 58 runs of three words shared with item {lead.id}",
    )


def test_a_text_of_two_stories_joins_the_one_it_keeps_most_of_and_names_the_other(desk: TakingIn) -> None:
    bridge, ferry = desk.add("a", "Bridge", BRIDGE), desk.add("b", "Ferry", sentences("ferry", 12))
    merged = desk.add("c", "Bridge and ferry", f"{BRIDGE} {sentences('ferry', 7)}", hours=1)
    assert merged.story_id == bridge.story_id
    assert merged.also_in == (ferry.story_id,)
    [(held, share, reason)] = desk.store.stories.holders_of(ferry.story_id)
    assert (held, round(share or 0, 1)) == (merged.id, 0.6)
    assert "shared" in reason


def test_an_originator_that_comes_late_gathers_stories_that_had_nothing_in_common(desk: TakingIn) -> None:
    desk.source("ministry", Kind.MINISTRY)
    first = desk.add("a", "First half", HALF, hours=1)
    second = desk.add("b", "Second half", OTHER_HALF, hours=2)
    assert first.story_id != second.story_id
    whole = desk.add("ministry", "The bridge", BRIDGE, hours=3)
    assert desk.stories() == [{first.id, second.id, whole.id}]
    story = desk.story(whole)
    assert (story.lead_id, story.first_seen_at) == (whole.id, NOON + timedelta(hours=1))
    assert desk.item(first.id).relation is desk.item(second.id).relation is Relation.REPRINT


def test_an_originator_takes_its_copies_from_a_story_that_has_little_of_it(desk: TakingIn) -> None:
    desk.source("ministry", Kind.MINISTRY)
    words = BRIDGE.split()
    part = " ".join(words[:26])
    essay = desk.add("a", "Essay", f"{sentences('essay', 4)} {part}")
    copy = desk.add("b", "Bridge", BRIDGE, hours=1)
    assert (copy.story_id, copy.relation) == (essay.story_id, Relation.PARTIAL)
    release = desk.add("ministry", "The bridge", BRIDGE, hours=2)
    assert desk.item(copy.id).story_id == release.story_id
    assert desk.item(copy.id).share == 1.0


def test_an_originator_takes_a_copy_from_the_story_of_another_text_that_it_quotes(desk: TakingIn) -> None:
    desk.source("ministry", Kind.MINISTRY)
    essay = desk.add("a", "Essay", sentences("essay", 12))
    copy = desk.add("b", "Bridge", f"{BRIDGE} {' '.join(sentences('essay', 12).split()[:45])}", hours=1)
    assert (copy.story_id, copy.relation) == (essay.story_id, Relation.PARTIAL)
    release = desk.add("ministry", "The bridge", BRIDGE, hours=2)
    moved = desk.item(copy.id)
    assert (moved.story_id, moved.share, moved.also_in) == (release.story_id, 1.0, (essay.story_id,))


@pytest.mark.parametrize("name", ["bridge", "harbour", "lighthouse", "market", "tunnel", "school"])
def test_an_originator_that_comes_late_takes_its_copies_from_all_stories_that_have_parts_of_it(
    desk: TakingIn, name: str
) -> None:
    desk.source("ministry", Kind.MINISTRY)
    words = sentences(name, 20).split()
    begun, rest, whole = " ".join(words[:46]), " ".join(words[48:]), " ".join(words)
    desk.add("a", "Essay", f"{begun} {sentences('essay', 30)}")
    copies = [desk.add(outlet, f"Copy {outlet}", whole, hours=1) for outlet in "bcdefghijklm"]
    desk.add("n", "The end of it", rest, hours=2)
    assert len(desk.stories()) == 2
    release = desk.add("ministry", "The release", whole, hours=3)
    assert {desk.item(copy.id).story_id for copy in copies} == {release.story_id}


def test_short_releases_are_found_in_long_articles(desk: TakingIn) -> None:
    found = 0
    for number in range(60):
        name = f"r{'abcdefghij'[number % 10]}{'abcdefghij'[number // 10]}"
        release = desk.add("a", f"Release {name}", " ".join(sentences(name, 2).split()[:18]))
        article = f"{sentences(name + 'x', 20)} {release.text} {sentences(name + 'y', 20)}"
        found += desk.add("b", f"Article {name}", article, hours=1).story_id == release.story_id
    assert found >= 57


def test_an_official_bulletin_does_not_lead_what_it_quotes(desk: TakingIn) -> None:
    desk.source("ministry", Kind.MINISTRY)
    report = desk.add("a", "Bridge", BRIDGE)
    bulletin = desk.add("ministry", "Notes", f"{sentences('notes', 16)} {' '.join(BRIDGE.split()[:32])}", hours=30)
    assert desk.stories() == [{report.id}, {bulletin.id}]
    assert bulletin.also_in == (report.story_id,)


def test_an_edit_that_turns_a_lead_into_another_text_sends_its_copies_to_find_each_other(desk: TakingIn) -> None:
    lead = desk.add("a", "Bridge", BRIDGE, url="https://a.example/1")
    one, other = desk.add("b", "Bridge", BRIDGE, hours=1), desk.add("c", "Bridge", BRIDGE, hours=2)
    desk.add("a", "Bridge", sentences("weather", 12), url="https://a.example/1")
    assert desk.stories() == [{lead.id}, {one.id, other.id}]
    assert desk.story(one).lead_id == one.id


def test_a_copy_that_lost_its_lead_and_leads_another_by_now_stays_with_it(desk: TakingIn) -> None:
    ferry, harbour = sentences("ferry", 12), sentences("harbour", 12)
    part = " ".join(harbour.split()[:60])
    quoted = desk.add("a", "Harbour", harbour)
    lead = desk.add("b", "Bridge", BRIDGE, hours=1, url="https://b.example/1")
    later = desk.add("c", "Bridge and ferry", f"{BRIDGE} {ferry}", hours=9)
    earlier = desk.add("d", "All of it", f"{BRIDGE} {ferry} {part}", hours=2)
    assert desk.stories() == [{quoted.id}, {lead.id, later.id, earlier.id}]
    desk.add("b", "Bridge", sentences("weather", 12), hours=9, url="https://b.example/1")
    assert {later.id, earlier.id} in desk.stories()
    assert all(story.lead_id in story.items for story in desk.store.stories.recent())


def test_an_edit_that_makes_a_copy_of_a_part_is_measured_again(desk: TakingIn) -> None:
    desk.add("a", "Bridge", BRIDGE)
    copy = desk.add("b", "Bridge", BRIDGE, hours=1, url="https://b.example/1")
    desk.add("b", "Bridge", HALF, hours=1, url="https://b.example/1")
    assert desk.item(copy.id).share == pytest.approx(0.44, abs=0.06)
    desk.add("b", "Bridge", sentences("weather", 12), hours=1, url="https://b.example/1")
    assert len(desk.stories()) == 2


def test_copies_that_lost_their_lead_are_found_by_those_that_come_later(desk: TakingIn) -> None:
    lead = desk.add("a", "Bridge", BRIDGE, url="https://a.example/1")
    copies = [desk.add(f"b{number}", f"Bridge {number}", BRIDGE, hours=1) for number in range(40)]
    assert len(desk.story(lead).items) == 41
    desk.add("a", "Bridge", sentences("weather", 12), url="https://a.example/1")
    later = desk.add("c", "The bridge", BRIDGE, hours=2)
    assert len(desk.story(later).items) >= 31
    assert all(desk.item(copy.id).story_id != lead.story_id for copy in copies)


def test_a_split_story_is_not_absorbed_by_an_originator_that_comes_late(desk: TakingIn) -> None:
    desk.source("ministry", Kind.MINISTRY)
    first, second = desk.add("a", "First half", HALF, hours=1), desk.add("b", "Second half", OTHER_HALF, hours=2)
    whole = desk.add("c", "Both", BRIDGE, hours=3)
    kept = desk.store.stories
    with desk.store.transaction():
        kept.keep_apart([first.id], [second.id])
    release = desk.add("ministry", "The bridge", BRIDGE, hours=4)
    assert desk.item(whole.id).story_id == release.story_id
    assert desk.item(first.id).story_id != desk.item(second.id).story_id


def test_copies_beyond_the_window_are_stories_of_their_own_and_the_index_lets_go_of_the_old(desk: TakingIn) -> None:
    old = [desk.add("a", f"Old {number}", sentences(f"old{'xyz'[number]}", 12)) for number in range(3)]
    rows = desk.store.shingles.count()
    desk.now = NOON + WINDOW + timedelta(days=1)
    again = desk.add("b", "Old again", sentences("oldx", 12), hours=15 * 24)
    assert again.story_id != old[0].story_id
    for number in range(9):
        desk.add("b", f"New {number}", sentences(f"new{'abcdefghi'[number]}", 12), hours=15 * 24)
    numbers = [row[0] for row in desk.store.connection.rows("SELECT number FROM shingle")]
    held = {item_id for ids in desk.store.shingles.holders(numbers).values() for item_id in ids}
    assert not held & {item.id for item in old}
    assert desk.store.shingles.count() > rows


@pytest.mark.parametrize(("days", "is_found"), [(7, False), (30, True)])
def test_copies_are_looked_for_as_long_as_the_settings_say(desk: TakingIn, days: int, is_found: bool) -> None:
    desk.window = timedelta(days=days)
    old = desk.add("a", "Bridge", BRIDGE)
    copy = desk.add("b", "A bridge", BRIDGE, hours=24 * 10)
    assert (copy.story_id == old.story_id) is is_found


def test_what_a_restart_finds_is_what_was_there(desk: TakingIn) -> None:
    lead = desk.add("a", "Bridge", BRIDGE)
    desk.store.close()
    later = TakingIn(desk.path)
    later.sources = desk.sources
    assert later.add("b", "Bridge", BRIDGE, hours=1).story_id == lead.story_id


# -- versions ----------------------------------------------------------------------------------------


def quake(dead: int, roads: int, more: str = "") -> str:
    return (
        f"A quake shook the coast on Monday; {dead} people were hurt and {roads} roads were shut, the office for rescue said in "
        f"the evening, while crews went from house to house in the old town. {more}"
    )


def test_a_version_does_not_join_what_a_person_keeps_it_apart_from(desk: TakingIn) -> None:
    desk.source("wire", Kind.WIRE)
    first = desk.add("wire", "Quake shakes coast, 9 hurt", quake(9, 2))
    update = desk.add(
        "wire", "UPDATE 1-Quake shakes coast, 14 hurt", quake(14, 5), hours=1, url="https://wire.example/u"
    )
    with desk.store.transaction():
        Arranging(desk.store, desk.now).split(first.story_id, [update.id])
    desk.add("wire", "UPDATE 1-Quake shakes coast, 15 hurt", quake(15, 5), hours=1, url="https://wire.example/u")
    assert desk.stories() == [{first.id}, {update.id}]


def test_an_update_of_the_same_source_joins_what_it_updates_although_its_numbers_differ(desk: TakingIn) -> None:
    desk.source("wire", Kind.WIRE)
    first = desk.add("wire", "Quake shakes coast, 9 hurt", quake(9, 2))
    twin = desk.add("wire", "Quake shakes coast, 9 hurt", sentences("drill", 12), hours=0.5)
    update = desk.add("wire", "UPDATE 1-Quake shakes coast, 14 hurt", quake(14, 5, sentences("crews", 2)), hours=1)
    press = desk.add("a", "Quake hurts 14", quake(14, 5, sentences("crews", 2)), hours=2)
    assert update.story_id == first.story_id != twin.story_id
    fold = desk.store.stories.folds(first.story_id)[update.id]
    assert (fold.follows, update.wire.edit) == (first.id, "UPDATE 1")
    assert fold.reason.startswith(f"UPDATE 1 of item {first.id}: ")
    assert press.story_id != first.story_id


def test_a_withdrawal_joins_what_it_names_and_stays_when_measured_again(desk: TakingIn) -> None:
    desk.source("wire", Kind.WIRE)
    first = desk.add(
        "wire", "Ferry service between islands resumes", sentences("ferry", 12), url="https://wire.example/1"
    )
    notice = (
        "The report headlined Ferry service between islands resumes is withdrawn, as no ferry has left the port so far."
    )
    withdrawal = desk.add("wire", "STORY WITHDRAWN-Islands", notice, hours=1)
    assert (withdrawal.story_id, withdrawal.relation) == (first.story_id, Relation.PARTIAL)
    desk.add("wire", "Ferry service between islands resumes", sentences("ferry", 9), url="https://wire.example/1")
    assert desk.item(withdrawal.id).story_id == first.story_id
    assert desk.reason(withdrawal).startswith("STORY WITHDRAWN of item 1: ")


def test_a_mark_without_an_earlier_version_is_placed_like_any_other(desk: TakingIn) -> None:
    first = desk.add("a", "Bridge opens", BRIDGE)
    assert desk.add("wire", "UPDATE 1-The bridge is open", BRIDGE, hours=1).story_id == first.story_id


# -- headlines ---------------------------------------------------------------------------------------

HEADLINE = "Ministers open 3 new reading rooms in the north"


def test_items_without_text_join_by_their_headline_and_say_so(desk: TakingIn) -> None:
    lead = desk.add("a", HEADLINE, BRIDGE)
    bare = desk.add("b", HEADLINE, "", hours=2)
    assert (bare.story_id, bare.relation, bare.share) == (lead.story_id, Relation.REPRINT, None)
    assert desk.reason(bare) == f"title only: the same headline with item {lead.id}"
    assert desk.add("c", HEADLINE.replace("3", "4"), "", hours=2).story_id != lead.story_id


def test_a_bare_headline_goes_over_to_the_originator_and_nowhere_where_two_texts_bear_it(desk: TakingIn) -> None:
    desk.source("ministry", Kind.MINISTRY)
    bare = desk.add("a", HEADLINE, "", hours=5)
    release = desk.add("ministry", HEADLINE, BRIDGE, hours=4)
    assert desk.item(bare.id).story_id == release.story_id
    desk.add("ministry", HEADLINE, sentences("other", 12), hours=4.5)
    assert desk.item(bare.id).story_id not in {release.story_id}


def test_a_text_after_a_bare_headline_stands_alone(desk: TakingIn) -> None:
    bare, text = desk.add("a", HEADLINE, ""), desk.add("b", HEADLINE, BRIDGE, hours=2)
    assert bare.story_id != text.story_id


# -- boilerplate -------------------------------------------------------------------------------------

FOOTER = (
    "Our desk for harbours and ferries writes from nine towns. Karabakh carpets are sold beside our office every day."
)


def test_what_a_source_puts_under_everything_is_learnt_and_then_neither_compared_nor_matched(desk: TakingIn) -> None:
    desk.watch("karabakh AND carpets")
    early = [
        desk.add("a", f"Item {name}", f"{sentences(name, 4)}\n{FOOTER}", hours=n) for n, name in enumerate("pqrstu")
    ]
    late = [desk.add("a", f"Item {name}", f"{sentences(name, 4)}\n{FOOTER}", hours=9) for name in ("late", "later")]
    assert [item.tags for item in early[:5]] == [("watched",)] * 5
    assert [item.tags for item in late] == [(), ()]
    learned, _ = desk.store.shingles.boilerplate("a")
    assert len(learned) > 15
    assert [late[0].text[start:end] for start, end in late[0].set_apart] == [
        "Our desk for harbours and ferries writes from nine towns",
        "Karabakh carpets are sold beside our office every day",
    ]
    short = desk.add("a", "Short", f"{sentences('short', 1)}\n{FOOTER}", hours=10)
    assert len(desk.story(short).items) == 1
    copy = desk.add("b", "Copy", f"{sentences('late', 4)}", hours=11)
    assert (copy.story_id, copy.share) == (late[0].story_id, 1.0)
    assert desk.add("b", "Carpets", "Karabakh carpets are shown in the museum", hours=12).tags == ("watched",)


def lined(name: str, count: int = 1) -> str:
    """A short text before lines that stand under everything."""
    return f"{sentences(name, count)}\n{FOOTER}\n{FOOTER.replace('every', 'each')}"


def test_an_outlets_first_short_articles_part_once_its_lines_are_known(desk: TakingIn) -> None:
    first = [desk.add(f"one{n % 2}", name, lined(name), hours=n) for n, name in enumerate("pqrstuvw")]
    assert len(desk.stories()) < len(first)  # as long as nothing tells the lines from a copy
    for number, name in enumerate(("late", "later", "last")):
        desk.add(f"one{number % 2}", name, lined(name), hours=20 + number)
    assert all(len(members) == 1 for members in desk.stories())
    assert all(desk.item(item.id).relation is Relation.LEAD for item in first)


def test_outlets_of_one_house_learn_its_lines_from_each_other(desk: TakingIn) -> None:
    for number, name in enumerate("pqrstuv"):
        desk.add("one", f"Item {name}", lined(name, 4), hours=number)
    new = desk.add("two", "The first of another outlet", lined("another"), hours=9)
    assert desk.store.shingles.boilerplate("two")[0] == desk.store.shingles.boilerplate("one")[0] != frozenset()
    assert len(desk.story(new).items) == 1


def test_what_many_outlets_quote_of_a_release_is_not_taken_for_lines_of_theirs(desk: TakingIn) -> None:
    desk.source("ministry", Kind.MINISTRY)
    for name in "ghijklmn":
        for outlet in "xyz":
            desk.add(f"outlet{outlet}", f"Item {name}", sentences(f"{name}{outlet}", 5))
    release = desk.add("ministry", "The bridge", BRIDGE)
    quoted = " ".join(BRIDGE.split()[:40])
    quoting = [
        desk.add(f"outlet{'xyz'[n % 3]}", f"On {name}", f"{quoted}\n{sentences(f'on{name}', 5)}", hours=1 + n)
        for n, name in enumerate("opqrst")
    ]
    assert set(desk.story(release).items) == {release.id, *(item.id for item in quoting)}


def test_a_feed_that_brings_many_outlets_copies_of_a_release_has_no_lines_of_its_own(desk: TakingIn) -> None:
    desk.source("finder", Kind.AGGREGATOR)
    release = desk.add("ministry", "The bridge", BRIDGE)
    found = [
        desk.add("finder", f"Outlet {name}", f"{sentences(name, 4)} {BRIDGE}", hours=n)
        for n, name in enumerate("pqrstuv")
    ]
    assert set(desk.story(release).items) == {release.id, *(item.id for item in found)}


def test_phrases_that_come_often_are_not_taken_for_boilerplate_nor_asked_about_again(desk: TakingIn) -> None:
    for name in "pqrstuvw":
        desk.add("a", f"Item {name}", f"The ministry of public works said on Monday {sentences(name, 3)}", hours=1)
    assert desk.store.shingles.boilerplate("a")[0] == frozenset()
    assert desk.store.shingles.boilerplate("a")[1]


def test_sentences_of_other_sources_are_nobodys_boilerplate(desk: TakingIn) -> None:
    for number, name in enumerate("pqrstuvw"):
        desk.add(f"outlet{name}", f"Item {name}", f"{sentences(name, 20)}\n{FOOTER}", hours=number)
    assert desk.store.shingles.boilerplate("outletw")[0] == frozenset()
