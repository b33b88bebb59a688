from __future__ import annotations

from datetime import timedelta

from monitor.model import Mention, MentionClass, Pickup, Release
from monitor.reports.pickup import pickup_of, release_of
from monitor.store import Store
from tests.reports.conftest import PARAGRAPHS, RELEASED, TEXT, TITLE, Put

LATER = RELEASED + timedelta(days=3)
FURTHER = (
    "The ring road is closed on Wednesday for repairs. The zoo expects its first snow leopards. {} The theatre plays a comedy "
    "on Friday, and the market moves to the river bank for the season of fairs."
)


def report(store: Store, item_id: int) -> Pickup:
    item = store.items.get(item_id)
    assert item is not None
    return pickup_of(store, release_of(item, store), LATER)


def by_source(found: Pickup) -> dict[str, Mention]:
    return {mention.source_id: mention for mention in found.mentions}


def test_a_whole_copy_under_label_and_dateline_is_a_reprint(store: Store, put: Put, release: int) -> None:
    put("tns", f"Islamabad(TNS): {TITLE}", f"ISLAMABAD, Nov 23 (TNS): {TEXT}", 0.7)
    found = by_source(report(store, release))["tns"]
    assert (found.outlet, found.publisher, found.country, found.language) == ("The News Service", "TNS", "PK", "en")
    assert (found.sort, found.share, found.delay_s) == (MentionClass.REPRINT, 1.0, 2520.0)
    assert (found.wire.label, found.wire.place, found.wire.agency) == ("Islamabad(TNS)", "ISLAMABAD", "TNS")
    assert found.run_words > 100
    assert found.run.startswith("The Embassy of Atlantis in Islamabad marked")
    assert (found.cut, found.changed, found.added_words, found.is_retitled) == ((), (), 0, False)


def test_a_cut_and_retitled_copy_says_what_was_cut(store: Store, put: Put, release: int) -> None:
    put("courier", "Boat show opens at library", "\n\n".join(PARAGRAPHS[:2]))
    found = by_source(report(store, release))["courier"]
    assert found.sort is MentionClass.REPRINT
    assert found.share is not None
    assert 0.4 < found.share < 0.5
    assert [cut.paragraph for cut in found.cut] == [3, 4]
    assert found.is_retitled


def test_a_passage_within_a_longer_article_is_partial(store: Store, put: Put, release: int) -> None:
    put("radio", "What is on this week", FURTHER.format(PARAGRAPHS[0]))
    found = by_source(report(store, release))["radio"]
    assert found.sort is MentionClass.PARTIAL
    assert found.added_words > 20


def test_a_quotation_and_the_title_alone_are_mentions(store: Store, put: Put, release: int) -> None:
    quotation = "“A boat that is well kept carries three generations across the strait,” one guest recalled."
    put("radio", "What is on this week", FURTHER.format(quotation) + " " + FURTHER.format("It rains."), 2)
    put("week", "Heard in town", FURTHER.format(f"“{TITLE}” was the headline of the week."), 3)
    found = by_source(report(store, release))
    assert {mention.sort for mention in found.values()} == {MentionClass.MENTION}
    assert found["radio"].evidence == "a run of 12 words"
    assert found["week"].evidence == "names it by its title"


def test_a_link_to_the_release_is_a_mention(store: Store, put: Put, release: int) -> None:
    item = store.items.get(release)
    assert item is not None
    put(
        "week",
        "Links of the week",
        FURTHER.format("It opens daily from nine to five until 14 December 2026."),
        html=f'<p><a href="{item.url}">Boats</a></p>',
    )
    assert by_source(report(store, release))["week"].evidence == "links to the release"


def test_a_copy_of_which_the_feed_gives_the_title_alone_is_a_mention_of_unknown_share(
    store: Store, put: Put, release: int
) -> None:
    put("herald", TITLE, "")
    found = by_source(report(store, release))["herald"]
    assert (found.sort, found.share) == (MentionClass.MENTION, None)
    assert (found.cut, found.changed) == ((), ())


def test_other_news_is_no_mention(store: Store, put: Put, release: int) -> None:
    put("herald", "Harbour dues rise", FURTHER.format("The harbour dues rise in spring."))
    put("week", "The Embassy of Atlantis", FURTHER.format("The Embassy of Atlantis in Islamabad marked no day."))
    assert report(store, release).mentions == ()


def test_words_that_were_written_before_show_nothing(store: Store, put: Put) -> None:
    about = "The cultural section of the embassy lends books, films and instruments to all schools free of charge."
    put("embassy", "Library hours change", FURTHER.format(about), -30)
    release = put("embassy", TITLE, f"{TEXT}\n\n{about}", 0)
    put("week", "What schools may borrow", FURTHER.format(about), 5)
    put(
        "herald",
        "Show on",
        FURTHER.format("She thanked the boatyards that had lent forty models for the show in Islamabad."),
        6,
    )
    assert "week" not in by_source(report(store, release))


def test_what_the_releases_own_publisher_brings_is_no_pick_up(store: Store, put: Put, release: int) -> None:
    put("embassy-news", "The embassy in the news", f"As we wrote: {TEXT}", 2)
    assert report(store, release).mentions == ()


def test_what_came_before_counts_only_where_the_release_leads_the_story(store: Store, put: Put) -> None:
    early = put("courier", "Boats in the library", TEXT, -1)
    release = put("embassy", TITLE, TEXT, 0)
    put("week", "Boats and songs", TEXT, 30)
    found = by_source(report(store, release))
    assert set(found) == {"courier", "week"}
    assert found["courier"].delay_s == -3600
    assert set(by_source(report(store, early))) == {"embassy", "week"}  # as a release of the paper's


def test_a_copy_that_gives_only_its_day_is_not_taken_for_earlier(store: Store, put: Put, release: int) -> None:
    put("herald", "Boats ashore", FURTHER.format(PARAGRAPHS[2]), -7, seen_hours=2)
    assert set(by_source(report(store, release))) == {"herald"}


def test_a_release_from_a_file_finds_what_a_stored_one_does(store: Store, put: Put, release: int) -> None:
    put("tns", TITLE, TEXT, 0.7)
    put("radio", "What is on this week", FURTHER.format(PARAGRAPHS[0]), 5)
    given = Release(TITLE, TEXT, released_at=RELEASED)
    assert set(by_source(pickup_of(store, given, LATER))) == {"tns", "radio"}
    undated = pickup_of(store, Release(TITLE, TEXT), LATER)
    assert {mention.delay_s for mention in undated.mentions} == {None}
    assert undated.by_hour() == [(0, 1), (4, 1)]


def test_another_article_under_the_same_headline_is_none(store: Store, put: Put, release: int) -> None:
    put("week", TITLE, FURTHER.format("It rains."), 2)
    put("radio", TITLE, FURTHER.format("They lent forty models for the show, and more."), 3)
    assert set(by_source(report(store, release))) == {"radio"}


def test_a_twin_that_keeps_a_long_run_is_a_mention_that_says_what_speaks_against_it(store: Store, put: Put) -> None:
    bulletin = (
        "The harbour counted {} boats, {} crates of fish and {} visitors between the two lighthouses this week, and the keeper "
        "of the books thanks all who were on the quay early in the morning in fog and rain to count them with him."
    )
    release = put("embassy", "Harbour bulletin 41", bulletin.format(12, 340, 2105), 0)
    put("herald", "Harbour bulletin 42", bulletin.format(15, 410, 1980), 1)
    mention = by_source(report(store, release))["herald"]
    assert mention.sort is MentionClass.MENTION
    assert mention.evidence.startswith("a run of ")
    assert "numbers differ" in mention.evidence


def test_what_a_person_put_into_the_story_is_told_by_what_it_kept(store: Store, put: Put) -> None:
    bulletin = "The harbour counted {} boats, {} crates of fish and {} visitors between the two lighthouses this week."
    release = put("embassy", "Harbour bulletin 41", bulletin.format(12, 340, 2105), 0)
    twin = put("herald", "Harbour bulletin 42", bulletin.format(15, 410, 1980), 1)
    bare = put("week", "Fairs", FURTHER.format("It rains."), 2)
    stored = store.items.get(release)
    assert stored is not None
    assert report(store, release).mentions == ()
    with store.transaction():
        for item in (twin, bare):
            store.stories.move(item, stored.story_id, RELEASED)
    found = by_source(report(store, release))
    assert found["herald"].sort is MentionClass.PARTIAL
    assert found["herald"].evidence.startswith("in the release's story; ")
    assert (found["week"].sort, found["week"].evidence) == (MentionClass.MENTION, "in the release's story")


def test_look_alike_letters_hide_no_copy(store: Store, put: Put, release: int) -> None:
    put("herald", "Boats", TEXT.replace("a", "а").replace("o", "о"))
    found = by_source(report(store, release))["herald"]
    assert found.share == 1.0
    assert found.changed == ()


def test_totals_are_by_publisher_country_language_and_hour(store: Store, put: Put, release: int) -> None:
    put("tns", TITLE, TEXT, 0.7)
    put("courier", "Boat show", TEXT, 0.9)
    put("herald", "Forty boats", TEXT, 26.5)
    found = report(store, release)
    assert found.publisher_count == 3
    assert found.totals(lambda mention: mention.country) == [("PK", 2), ("AE", 1)]
    assert found.by_hour() == [(0, 2), (26, 1)]


def test_a_release_nobody_carried_has_an_empty_report(store: Store, release: int) -> None:
    found = report(store, release)
    assert (found.mentions, found.by_hour(), found.starts_at) == ((), [], RELEASED)
    assert pickup_of(store, Release("", ""), LATER).by_hour() == []
