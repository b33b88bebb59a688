"""Editions that wait for a person: held, changed or not, gone at their minute, and nothing lost or doubled on the way."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.digests import review
from monitor.digests.edition import make_edition
from monitor.digests.plan import Plan
from monitor.digests.schedule import Due
from monitor.digests.work import edition_work
from monitor.model import DeliveryState, Review
from monitor.notices.content import kept_content
from monitor.store.editions import HELD, Edition
from tests.digests.made import DAY, DUE, HOUR, SENDER, Made, sections

MINUTE = timedelta(minutes=1)


def reviewed(made: Made, **changes: object) -> Plan:
    return made.plan(*sections("bridge OR choir", "rain"), **({"review": Review(3600.0, 600.0)} | changes))


def work(made: Made, plans: list[Plan], now: datetime) -> list[str]:
    """Do what is to be done at `now`, as the daemon does; returns what became of it."""
    events = []
    for piece in edition_work(made.store, plans, lambda: now):
        events.append(piece.file(made.store, piece.draft(made.store, now, SENDER), now)[0])
    return events


def held(made: Made) -> Edition:
    [edition] = made.store.editions.held()
    return edition


def told(made: Made, edition: Edition) -> list[list[int]]:
    content = kept_content(made.store.editions.content(edition.id))
    return [[entry.story_id for entry in section.entries] for section in content.sections]


def text(made: Made) -> str:
    [row] = made.store.deliveries.list()
    message = email.message_from_bytes(made.store.deliveries.body(row.id), policy=email.policy.default)
    return message.get_body(("plain",)).get_content()


@pytest.fixture
def plan(made: Made) -> Plan:
    for source, title in (("courier", "Bridge opens"), ("wire", "Choir sings"), ("radio", "Rain falls")):
        made.keep(source, title, 3 * HOUR)
    return reviewed(made)


def test_an_edition_is_held_before_its_minute_with_its_mails(made: Made, plan: Plan) -> None:
    assert work(made, [plan], DUE - 2 * HOUR) == []
    assert work(made, [plan], DUE - HOUR) == ["edition held"]
    assert work(made, [plan], DUE - HOUR + MINUTE) == []
    edition = held(made)
    assert (edition.due_at, edition.closes_at, edition.is_touched) == (DUE, DUE - 10 * MINUTE, False)
    [row] = made.store.deliveries.list()
    assert row.state is DeliveryState.HELD
    assert made.store.deliveries.claim(DUE + DAY, 60, ["mail"]) is None


def test_what_nobody_reviews_leaves_at_its_minute_with_all_the_news(made: Made, plan: Plan) -> None:
    work(made, [plan], DUE - HOUR)
    [before] = made.store.deliveries.list()
    made.keep("embassy", "Choir encore", HOUR / 2)
    assert work(made, [plan], DUE - MINUTE) == []
    assert work(made, [plan], DUE) == ["edition released"]
    assert work(made, [plan], DUE + MINUTE) == []
    [row] = made.store.deliveries.list()
    assert (row.state, row.message_id) == (DeliveryState.QUEUED, before.message_id)
    assert "Choir encore" in text(made)
    [edition] = made.store.editions.list()
    assert (edition.state, edition.window_to, edition.item_count) == ("released", DUE, 4)


def test_what_a_person_changed_leaves_as_it_was_left(made: Made, plan: Plan) -> None:
    work(made, [plan], DUE - HOUR)
    edition = held(made)
    review.change_edition(made.store, edition, plan, lambda content: review.dropped(content, 2), SENDER)
    made.keep("embassy", "Choir encore", HOUR / 2)
    assert work(made, [plan], DUE) == ["edition released"]
    sent = text(made)
    assert "Choir" not in sent
    assert "1 item left out by the reviewer." in sent
    assert [entry.item_id for entry in made.store.editions.entries(edition.id)] == [1, 3]
    plain = replace(plan, digest=replace(plan.digest, review=None))
    assert make_edition(made.store, plain, Due(DUE + DAY, is_late=False), DUE + DAY, SENDER) is not None
    [last, _] = made.store.editions.list()
    assert [entry.item_id for entry in made.store.editions.entries(last.id)] == [4]


def test_a_dropped_story_was_not_told_and_may_come_back(made: Made, plan: Plan) -> None:
    work(made, [plan], DUE - HOUR)
    review.change_edition(made.store, held(made), plan, lambda content: review.dropped(content, 2), SENDER)
    work(made, [plan], DUE)
    made.keep("embassy", "Choir again", story=2, now=DUE + 2 * HOUR)
    assert [entry.story_id for entry in made.draft(plan, DUE + DAY).content.sections[0].entries] == [2]


def test_stories_move_within_their_section_and_into_another(made: Made, plan: Plan) -> None:
    work(made, [plan], DUE - HOUR)
    edition = held(made)
    assert told(made, edition) == [[1, 2], [3]]
    review.change_edition(made.store, edition, plan, lambda content: review.moved(content, 2, 1), SENDER)
    assert told(made, edition) == [[2, 1], [3]]
    review.change_edition(made.store, edition, plan, lambda content: review.moved(content, 1, 9, "Section 1"), SENDER)
    assert told(made, edition) == [[2], [3, 1]]
    assert text(made).index("Rain falls") < text(made).index("Bridge opens")
    assert held(made).is_touched


def test_notes_stand_on_a_story_and_on_the_whole_and_can_be_taken_away(made: Made, plan: Plan) -> None:
    work(made, [plan], DUE - HOUR)
    edition = held(made)
    for change in (
        lambda content: review.noted(content, "Call them.", 1),
        lambda content: review.noted(content, "Quiet day."),
    ):
        review.change_edition(made.store, edition, plan, change, SENDER)
    assert "Note: Call them." in text(made)
    assert "Note: Quiet day." in text(made)
    review.change_edition(made.store, edition, plan, lambda content: review.noted(content, "", 1), SENDER)
    assert "Call them" not in text(made)


def test_a_follow_up_can_be_dropped_and_noted_but_has_no_place(made: Made, plan: Plan) -> None:
    made.make(reviewed(made, review=None), DUE - DAY)
    made.keep("embassy", "Bridge, once more", story=1)
    work(made, [plan], DUE - HOUR)
    edition = held(made)
    content = kept_content(made.store.editions.content(edition.id))
    with pytest.raises(review.ReviewError, match="no order of its own"):
        review.moved(content, 1, 1)
    assert review.noted(content, "Again!", 1).sections[0].follow_ups[0].note == "Again!"
    assert review.dropped(content, 1).sections[0].follow_ups == ()
    assert review.dropped(content, 1).tally == content.tally


def test_what_cannot_be_changed_is_refused_with_the_reason(made: Made, plan: Plan) -> None:
    work(made, [plan], DUE - HOUR)
    edition = held(made)
    content = kept_content(made.store.editions.content(edition.id))
    with pytest.raises(review.ReviewError, match="story 99 does not stand in this edition"):
        review.dropped(content, 99)
    with pytest.raises(
        review.ReviewError, match="there is no section 'Sport'; this edition has 'Section 0', 'Section 1'"
    ):
        review.moved(content, 1, 1, "Sport")
    with pytest.raises(review.ReviewError, match="closed at 01:50 UTC"):
        review.held_edition(made.store, edition.id, DUE - 10 * MINUTE)
    assert review.held_edition(made.store, edition.id, None).id == edition.id
    assert review.held_edition(made.store, edition.id, DUE - 11 * MINUTE).id == edition.id
    with pytest.raises(review.ReviewError, match="edition 77 is not held"):
        review.held_edition(made.store, 77, DUE)


def test_a_person_may_let_it_leave_before_its_minute_and_it_leaves_once(made: Made, plan: Plan) -> None:
    work(made, [plan], DUE - HOUR)
    assert review.let_leave(made.store, held(made), None, DUE - 30 * MINUTE)
    [edition] = made.store.editions.list()
    assert not review.let_leave(made.store, edition, None, DUE)
    [row] = made.store.deliveries.list()
    assert (row.state, row.next_attempt_at) == (DeliveryState.QUEUED, DUE - 30 * MINUTE)
    assert work(made, [plan], DUE) == []
    assert len(made.store.editions.list()) == 1


def test_after_days_of_downtime_an_untouched_edition_gives_way_to_the_one_of_today(made: Made, plan: Plan) -> None:
    work(made, [plan], DUE - HOUR)
    assert work(made, [plan], DUE + 2 * DAY + HOUR) == ["edition overtaken", "edition made"]
    [edition] = made.store.editions.list()
    assert (edition.due_at, edition.item_count) == (DUE + 2 * DAY, 3)
    assert len(made.store.deliveries.list()) == 1


def test_after_days_of_downtime_a_changed_edition_still_leaves(made: Made, plan: Plan) -> None:
    work(made, [plan], DUE - HOUR)
    review.change_edition(made.store, held(made), plan, lambda content: review.noted(content, "Mine."), SENDER)
    assert work(made, [plan], DUE + 2 * DAY + HOUR) == ["edition released", "edition made"]
    last, first = made.store.editions.list()
    assert (first.item_count, last.item_count) == (3, 0)


def test_an_edition_made_by_hand_meanwhile_lets_the_held_one_leave_as_it_stands(made: Made, plan: Plan) -> None:
    work(made, [plan], DUE - HOUR)
    made.keep("embassy", "Choir encore", HOUR / 2)
    by_hand = make_edition(made.store, plan, None, DUE - MINUTE, SENDER)
    assert [entry.item_id for entry in made.store.editions.entries(by_hand)] == [4]
    assert work(made, [plan], DUE) == ["edition released"]
    first = made.store.editions.list()[-1]
    assert [entry.item_id for entry in made.store.editions.entries(first.id)] == [1, 2, 3]


def test_a_digest_that_left_the_configuration_still_sends_what_it_held(made: Made, plan: Plan) -> None:
    work(made, [plan], DUE - HOUR)
    assert work(made, [], DUE) == ["edition released"]
    assert made.store.deliveries.list()[0].state is DeliveryState.QUEUED


def test_a_change_that_comes_while_the_edition_is_drafted_again_stands(made: Made, plan: Plan) -> None:
    work(made, [plan], DUE - HOUR)
    edition = held(made)
    draft = review.draft_again(made.store, edition, plan, DUE, SENDER)
    review.change_edition(made.store, edition, plan, lambda content: review.dropped(content, 2), SENDER)
    assert review.let_leave(made.store, edition, draft, DUE)
    assert "Choir" not in text(made)


def test_an_empty_edition_is_skipped_at_its_minute_where_told_so(made: Made) -> None:
    quiet = reviewed(made, when_empty="skip")
    assert work(made, [quiet], DUE - HOUR) == ["edition held"]
    assert work(made, [quiet], DUE) == ["edition released"]
    [edition] = made.store.editions.list()
    assert (edition.is_skipped, edition.state) == (True, "released")
    assert made.store.deliveries.list() == []


def test_a_digest_that_was_never_opened_or_needs_no_review_is_not_held(made: Made, plan: Plan) -> None:
    other = made.plan(id="evening", review=Review())
    assert review.plans_to_hold(made.store, [other, made.plan()], DUE - MINUTE) == []


def test_the_late_draft_says_so(made: Made, plan: Plan) -> None:
    work(made, [plan], DUE - HOUR)
    work(made, [plan], DUE + HOUR)
    assert "Sent late: this edition was due on Mon 23 Nov 2026, 07:00." in text(made)


def test_a_crash_between_the_steps_of_a_release_leaves_it_held_and_whole(made: Made, plan: Plan, monkeypatch) -> None:
    work(made, [plan], DUE - HOUR)
    with monkeypatch.context() as patch:
        patch.setattr(made.store.deliveries, "queue", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            work(made, [plan], DUE)
    assert held(made).state == HELD
    assert work(made, [plan], DUE) == ["edition released"]
    assert len(made.store.deliveries.list()) == 1
