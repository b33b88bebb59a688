"""What an edition says of what is stored: one entry a story, by its lead, with all that a reader is owed about it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.digests.corrections import is_correction
from monitor.model import Acquired, Failure, FailureKind, Gate, Match, Section, SourceState, Span, Wire
from monitor.notices.content import Mark, SameEvent
from monitor.store.sources import Outcome
from tests.digests.made import DAY, DUE, HOUR, SOURCES, Made, sections, titles


def only(draft):
    [entry] = [entry for section in draft.content.sections for entry in section.entries]
    return entry


def test_a_story_is_taken_where_any_copy_matches_and_shown_by_its_lead(made: Made) -> None:
    lead = made.keep("courier", "Rain in the north")
    made.keep("wire", "Harbour floods", story=lead)
    draft = made.draft(made.plan(*sections("harbour")))
    entry = only(draft)
    assert (entry.item_id, entry.title, entry.outlet) == (lead, "Rain in the north", "The Daily Courier")
    assert entry.also == ("Karachi Wire",)
    assert (draft.content.tally.told_count, draft.content.tally.folded_count) == (1, 1)


def test_a_story_is_taken_by_a_copy_from_before_the_window(made: Made) -> None:
    plan = made.plan(*sections("harbour"), when_empty="skip")
    lead = made.keep("courier", "Harbour floods", 2 * DAY)
    made.keep("radio", "Rain in the north", story=lead)
    assert titles(made.draft(plan)) == [["Harbour floods"]]


def test_sections_that_ask_for_words_tags_and_voices_each_take_theirs(made: Made) -> None:
    made.keep("embassy", "Reception tonight")
    made.keep("courier", "Harbour floods")
    tagged = made.keep("radio", "Choir sings")
    with made.store.transaction():
        made.store.items.tag(tagged, ["music"], [])
    made.keep("wire", "Something else")
    wanted = sections("kind:embassy", "harbour", "tag:music OR kind:igo", "")
    assert titles(made.draft(made.plan(*wanted))) == [
        ["Reception tonight"],
        ["Harbour floods"],
        ["Choir sings"],
        ["Something else"],
    ]


def test_other_outlets_are_named_once_a_publisher_in_the_order_they_came(made: Made) -> None:
    lead = made.keep("courier", "Rain", 9 * HOUR)
    for source, ago in (("wire", 8), ("radio", 7), ("wire", 6), ("courier", 5)):
        made.keep(source, f"Rain, {source} {ago}", ago * HOUR, story=lead)
    draft = made.draft(made.plan())
    assert only(draft).also == ("Karachi Wire", "Radio Indus")
    assert only(draft).publishers == ("courier", "radio", "wire")
    assert draft.content.tally.folded_count == 4


def test_an_item_without_a_date_is_shown_as_seen(made: Made) -> None:
    made.keep("courier", "Rain", published_at=None)
    entry = only(made.draft(made.plan()))
    assert (entry.is_seen, entry.at) == (True, DUE - HOUR)


def test_what_was_published_more_than_three_months_ago_is_left_out_and_counted(made: Made) -> None:
    made.keep("courier", "Old news", published_at=DUE - timedelta(days=93))
    made.keep("courier", "Young news", published_at=DUE - timedelta(days=91))
    draft = made.draft(made.plan())
    assert titles(draft) == [["Young news"]]
    assert draft.content.tally.old_count == 1


def test_a_young_copy_is_shown_where_the_lead_is_old(made: Made) -> None:
    lead = made.keep("courier", "Old news", published_at=DUE - timedelta(days=200))
    young = made.keep("wire", "News again", story=lead)
    assert only(made.draft(made.plan())).item_id == young


def test_an_entry_has_the_place_and_neither_dateline_nor_standing_lines(made: Made) -> None:
    text = "ISLAMABAD, Nov 22 (APP): The ministers met on Sunday. Subscribe to our letter. They meet again soon."
    at = text.index("Subscribe")
    made.keep(
        "courier",
        "Ministers meet",
        text=text,
        wire=Wire(place="ISLAMABAD"),
        language="",
        set_apart=((at, at + len("Subscribe to our letter.")),),
    )
    with made.store.transaction():
        made.store.connection.execute("UPDATE item SET set_apart = ?", (f"[[{at}, {at + 24}]]",))
    entry = only(made.draft(made.plan()))
    assert (entry.place, entry.language) == ("ISLAMABAD", "de")
    assert entry.summary == "The ministers met on Sunday. They meet again soon."


def test_a_source_may_allow_a_short_excerpt_or_none(made: Made) -> None:
    text = "The first sentence stands here. " * 40
    made.keep("courier", "One", text=text)
    made.keep("radio", "Two", text=text)
    made.keep("wire", "Three", text=text)
    [section] = made.draft(made.plan(excerpts={"courier": 100, "radio": 0})).content.sections
    lengths = {entry.outlet: len(entry.summary) for entry in section.entries}
    assert lengths["Radio Indus"] == 0
    assert 60 < lengths["The Daily Courier"] <= 100
    assert 700 < lengths["Karachi Wire"] <= 800


def test_a_text_that_only_says_the_title_again_is_no_summary(made: Made) -> None:
    made.keep("courier", "Ministers meet", text="“Ministers  MEET.”")
    assert only(made.draft(made.plan())).summary == ""


def test_hits_of_rules_and_of_the_section_are_kept_as_they_stand_in_the_text(made: Made) -> None:
    item = made.keep("courier", "Harbour floods", text="Rain fell on the harbour and on the Old Bridge all night.")
    made.match(item, "bridges", Span("body", 36, 46, "Old Bridge"), Span("body", 0, 99, "x" * 99))
    entry = only(made.draft(made.plan(*sections("harbour*"))))
    assert entry.hits == ("Old Bridge", "Harbour", "harbour")


def test_alerts_come_first_by_the_urgency_of_their_rules(made: Made) -> None:
    for number, rule in (
        (made.keep("courier", "Calm"), ""),
        (made.keep("wire", "Grave"), "u"),
        (made.keep("radio", "Odd"), "r"),
    ):
        if rule:
            made.match(number, rule)
    assert titles(made.draft(made.plan(urgencies={"u": 3, "r": 1}))) == [["Grave", "Odd", "Calm"]]
    newest = Section("News", order="newest")
    assert titles(made.draft(made.plan(newest, urgencies={"u": 3}))) == [["Calm", "Grave", "Odd"]]


def test_matches_made_late_are_no_alerts(made: Made) -> None:
    first, second = made.keep("courier", "One"), made.keep("wire", "Two")
    with made.store.transaction():
        made.store.items.tag(second, (), [Match("u", 1, ())])
        made.store.connection.execute("UPDATE match SET is_late = 1")
    assert made.store.windows.urgency(0, 9, {"u": 3}) == {}
    assert first < second


def test_other_tellings_of_an_event_are_named_those_of_the_edition_first(made: Made) -> None:
    outside = made.keep("radio", "Ribbon cut", 3 * DAY)
    told, other = made.keep("courier", "Bridge opens"), made.keep("wire", "Bridge is open at last")
    with made.store.transaction():
        made.store.events.link(told, outside, 9.0, "names")
        made.store.events.link(told, other, 2.0, "names")
    [entry, _] = made.draft(made.plan()).content.sections[0].entries
    of = made.store.items.by_ids([other, outside])
    assert entry.same_event == (
        SameEvent(other, "Bridge is open at last", "Karachi Wire", of[other].url),
        SameEvent(outside, "Ribbon cut", "Radio Indus", of[outside].url),
    )


def test_a_correction_within_the_window_stands_beside_its_story(made: Made) -> None:
    lead = made.keep("wire", "Bridge opens in April", 3 * HOUR)
    made.keep("wire", "CORRECTED: Bridge opens in May", 2 * HOUR, story=lead, wire=Wire(edit="CORRECTED"))
    draft = made.draft(made.plan())
    assert only(draft).mark == Mark("CORRECTED", "Karachi Wire", DUE - 2 * HOUR)
    assert draft.content.corrections == ()


def test_a_correction_of_what_was_mailed_stands_among_the_corrections_once(made: Made) -> None:
    plan = made.plan(*sections("bridge"))
    lead = made.keep("wire", "Bridge opens in April", 3 * HOUR)
    made.make(plan)
    wire = Wire(edit="STORY WITHDRAWN")
    made.keep("wire", "STORY WITHDRAWN: Bridge opens", now=DUE + 5 * HOUR, story=lead, wire=wire)
    made.keep("wire", "UPDATE 1: Bridge opens", now=DUE + 5 * HOUR, story=lead, wire=Wire(edit="UPDATE 1"))
    second = made.draft(plan, DUE + DAY)
    [correction] = second.content.corrections
    assert (correction.told_title, correction.told_at) == ("Bridge opens in April", DUE)
    assert correction.mark.edit == "STORY WITHDRAWN"
    assert not second.content.is_empty
    assert "1 correction" in second.mail.subject
    made.make(plan, DUE + DAY)
    assert made.draft(plan, DUE + 2 * DAY).content.corrections == ()


def test_an_item_that_was_edited_into_a_correction_is_told_with_the_title_that_was_mailed(made: Made) -> None:
    plan = made.plan()
    item = made.keep("wire", "Bridge opens in April", 3 * HOUR)
    plain = made.keep("courier", "Choir sings", 3 * HOUR)
    made.make(plan)
    made.edit(item, "CORRECTED: Bridge opens in May", "CORRECTED", DUE + HOUR)
    made.edit(plain, "Choir sang", None, DUE + HOUR)
    [correction] = made.draft(plan, DUE + DAY).content.corrections
    assert (correction.title, correction.told_title) == ("CORRECTED: Bridge opens in May", "Bridge opens in April")
    made.make(plan, DUE + DAY)
    assert made.draft(plan, DUE + 2 * DAY).content.corrections == ()


@pytest.mark.parametrize(
    ("edit", "corrects"),
    [
        ("CORRECTED (OFFICIAL)", True),
        ("STORY WITHDRAWN", True),
        ("BULLETIN KILL", True),
        ("ИСПРАВЛЕНО", True),
        ("DÜZELTME", True),
        ("CORREÇÃO", True),
        ("UPDATE 3", False),
        ("WRAPUP 1", False),
        ("", False),
        (None, False),
    ],
)
def test_corrections_are_told_from_updates(edit, corrects) -> None:
    assert is_correction(edit) is corrects


def test_the_most_carried_stories_of_the_week_stand_in_the_edition_of_their_day(made: Made) -> None:
    made.store.editions.open_digest("morning", DUE - 9 * DAY)
    plan = made.plan(Section("News", "bridge OR choir"), week_in_review=0)  # DUE is a Monday
    bridge = made.keep("wire", "Bridge opens", 2 * HOUR, now=DUE - 3 * DAY)
    made.keep("courier", "Choir sings", 2 * HOUR, now=DUE - 3 * DAY)
    made.make(plan, DUE - 3 * DAY)
    for source in ("courier", "radio"):
        made.keep(source, f"Open: {source}", story=bridge)
    assert made.draft(plan, DUE - DAY).content.week == ()  # a Sunday
    [carried] = made.draft(plan).content.week
    assert (carried.title, carried.publisher_count, carried.told_at) == ("Bridge opens", 3, DUE - 3 * DAY)
    assert made.draft(made.plan()).content.week == ()


def test_a_story_told_more_than_a_week_ago_is_in_no_review_of_the_week(made: Made) -> None:
    made.store.editions.open_digest("morning", DUE - 9 * DAY)
    plan = made.plan(week_in_review=0)
    bridge = made.keep("wire", "Bridge opens", now=DUE - 8 * DAY)
    made.keep("radio", "Open", now=DUE - 8 * DAY, story=bridge)
    made.make(plan, DUE - 8 * DAY)
    assert made.draft(plan).content.week == ()


def poll(made: Made, number: int, was: SourceState, state: SourceState, at, reason: str = "") -> None:
    source = SOURCES[number]
    failure = Failure(FailureKind.HTTP, reason) if reason else None
    with made.store.transaction():
        outcome = Outcome(state, reason, 1.0 if reason else 0.0, at + HOUR, 0, 0, was=was)
        made.store.sources.record(
            made.store.sources.job(source), Acquired(source.id, Gate.WHOLE, failure=failure), outcome, at
        )


def test_the_footer_tells_of_sources_that_failed_were_late_or_recovered_within_the_window(made: Made) -> None:
    new, well, ill = SourceState.NEW, SourceState.OK, SourceState.FAILING
    poll(made, 0, new, ill, DUE - HOUR, "HTTP 503")
    poll(made, 1, new, well, DUE - 5 * HOUR)
    poll(made, 2, well, ill, DUE - 3 * DAY, "HTTP 500")
    poll(made, 2, ill, well, DUE - HOUR)
    poll(made, 3, new, well, DUE - HOUR)
    with made.store.transaction():
        made.store.connection.execute(
            "UPDATE source SET gap_at = ? WHERE id = 'wire'", (int((DUE - HOUR).timestamp() * 1000),)
        )
    found = [(source.name, source.state, source.is_over) for source in made.draft(made.plan()).content.ailing]
    assert found == [
        ("Embassy of Atlantis", "failing", False),
        ("The Daily Courier", "late", False),
        ("Karachi Wire", "gaps", False),
        ("Radio Indus", "failing", True),
    ]
    text = made.draft(made.plan()).mail.text
    assert "The Daily Courier: late (last polled Mon 23 Nov, 02:00)" in text
    assert "Radio Indus: failing for a while, well again (HTTP 500)" in text
    assert "Karachi Wire: entries may be missing" in text


def test_digests_of_one_window_share_its_reading_and_tell_what_they_would_alone(made: Made) -> None:
    from monitor.digests.edition import Occasion, draft_edition
    from monitor.digests.gather import Sharing
    from monitor.digests.schedule import Due
    from tests.digests.made import SENDER

    made.keep("wire", "Bridge opens")
    made.keep("courier", "Choir sings")
    one, other = made.plan(*sections("bridge", "")), made.plan(*sections("choir"), id="evening")
    alone = [made.draft(plan).content.sections for plan in (one, other)]
    sharing = Sharing([one, other])
    together = []
    for plan in (one, other):
        occasion = Occasion(Due(DUE, is_late=False), sharing=sharing)
        together.append(draft_edition(made.store, plan, occasion, DUE, SENDER).content.sections)
        made.keep("radio", "Came meanwhile")  # is for the next editions of all
    assert together == alone
