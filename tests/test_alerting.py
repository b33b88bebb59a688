"""What a poll tells, and what waits: whole stories through the desk, by the real way of an item."""

import json
from datetime import UTC, datetime, time, timedelta

import pytest

from monitor.errors import StoreError
from monitor.model import AlertKind, AlertState, DeliveryState, Kind, MuteKind, Priority
from tests.alert_desk import AlertDesk
from tests.desk import NOON, sentences

TALKS = "The talks begin. " + sentences("talks", 6)
NIGHT = (time(22), time(6))


@pytest.fixture
def desk(tmp_path):
    made = AlertDesk(tmp_path / "monitor.db")
    made.rule()
    yield made
    made.store.close()


def test_a_new_story_is_told_at_once_with_its_decision(desk):
    item_id = desk.bring("herald", "Talks begin", TALKS)
    [alert] = desk.alerts()
    assert (alert.item_id, alert.kind, alert.state) == (item_id, AlertKind.ALERT, AlertState.QUEUED)
    assert (alert.reason, alert.priority, alert.told_at) == ("the first of its story", Priority.ROUTINE, NOON)
    [row] = desk.store.deliveries.list()
    assert (row.subject, row.state, row.items) == ("[Talks] Talks begin", DeliveryState.QUEUED, (item_id,))
    assert desk.store.alerts.deliveries_of(alert.told_as) == [row.id]


def test_what_no_rule_asks_for_leaves_no_trace(desk):
    desk.bring("herald", "A concert", sentences("concert", 5))
    assert desk.alerts() == []


def test_copies_of_a_story_are_merged_until_the_third_the_tenth_and_the_thirtieth_publisher(desk):
    for number in range(31):
        desk.bring(f"paper{number}", "Talks begin", TALKS, hours=number / 10)
    followed = [alert for alert in desk.alerts() if alert.kind is AlertKind.FOLLOW_UP and alert.state.is_told]
    assert [alert.publisher_count for alert in followed] == [3, 10, 30]
    assert next(alert.reason for alert in followed) == "carried by 3 publishers now"
    assert len(desk.told()) == 4
    assert len(desk.alerts()) == 31


def test_one_publishers_many_sources_are_one_voice(desk):
    desk.bring("paper", "Talks begin", TALKS)
    for number in range(5):
        desk.source(f"edition{number}", publisher="paper")
        desk.bring(f"edition{number}", "Talks begin", TALKS + f" Edition {number}.")
    assert len(desk.told()) == 1


def test_a_new_official_source_is_told_once(desk):
    desk.bring("paper", "Talks begin", TALKS)
    desk.bring("ministry", "Talks begin", TALKS, kind=Kind.MINISTRY)
    desk.bring("ministry", "Talks begin", TALKS + " Corrected a typing error.", kind=Kind.MINISTRY)
    assert [alert.reason for alert in desk.alerts() if alert.state.is_told] == [
        "the first of its story",
        "an official source joins: Ministry",
    ]


def test_an_official_source_that_began_the_story_is_no_follow_up(desk):
    desk.bring("ministry", "Talks begin", TALKS, kind=Kind.MINISTRY)
    desk.bring("paper", "Talks begin", TALKS)
    assert len(desk.told()) == 1


def test_each_rule_and_channel_is_told_for_itself(desk):
    desk.rule("begin", "begin", to=("desk", "chat"))
    desk.bring("paper", "Talks begin", TALKS)
    desk.bring("herald", "Talks begin", TALKS)
    told = {(alert.rule_id, alert.channel) for alert in desk.alerts() if alert.state.is_told}
    assert told == {("talks", "desk"), ("begin", "desk"), ("begin", "chat")}
    assert len(desk.told()) == 3


@pytest.mark.parametrize(
    ("mark", "kind"), [("CORRECTED", "correction"), ("STORY WITHDRAWN", "withdrawal"), ("KILL", "withdrawal")]
)
def test_a_correction_goes_to_those_who_were_told_though_it_lacks_the_rules_words(desk, mark, kind):
    desk.rule(to=("desk", "chat"))
    desk.bring("wire", "Talks begin", TALKS, url="https://wire.example/1")
    title = f"{mark}-Meeting begins"
    desk.bring("wire", title, TALKS.replace("talks", "meeting"), url="https://wire.example/1", hours=1)
    told = [alert for alert in desk.alerts() if alert.kind.value == kind]
    assert [(alert.channel, alert.state) for alert in told] == [("chat", "queued"), ("desk", "queued")]
    assert desk.told()[-1].startswith("[Talks] " + {"correction": "Correction: ", "withdrawal": "Withdrawn: "}[kind])


def test_a_correction_that_comes_as_an_item_of_its_own_is_told_once_a_publisher(desk):
    desk.bring("wire", "Talks begin", TALKS)
    for name in ("wire", "paper", "herald"):
        desk.bring(name, "CORRECTED-Talks begin", TALKS + " The date is mended.", hours=1)
    kinds = [kind for _, kind, state in desk.states() if state == "queued"]
    assert kinds == ["alert", "correction", "follow-up"]


def test_an_edit_that_leaves_the_mark_as_it_was_corrects_nothing_again(desk):
    desk.bring("wire", "CORRECTED-Talks begin", TALKS, url="https://wire.example/1")
    desk.bring("wire", "CORRECTED-Talks begin", TALKS + " More.", url="https://wire.example/1")
    assert [kind for _, kind, _ in desk.states()] == ["alert"]


def test_a_correction_of_what_was_never_told_is_an_alert_like_any_other(desk):
    desk.bring("wire", "CORRECTED-Talks begin", TALKS)
    assert [kind for _, kind, _ in desk.states()] == ["alert"]


def test_an_edit_that_brings_in_the_rules_words_is_told(desk):
    desk.bring("paper", "A meeting", sentences("meeting", 5), url="https://paper.example/1")
    desk.bring("paper", "A meeting", sentences("meeting", 5) + " The talks begin.", url="https://paper.example/1")
    assert len(desk.told()) == 1


def test_an_edit_of_what_the_rule_asked_for_before_is_not_told_where_it_was_not_then(desk):
    desk.rule(to=())
    desk.bring("paper", "Talks begin", TALKS, url="https://paper.example/1")
    desk.rule(to=("desk",))
    desk.bring("paper", "Talks begin", TALKS + " More.", url="https://paper.example/1")
    assert desk.told() == []


def test_a_rule_that_watches_edits_tells_each_that_sets_it_off(desk):
    desk.rule("promise", "promise", on="edit")
    text = sentences("page", 5)
    for more in ("", " A promise.", ""):
        desk.bring("ministry", "A page", text + more, url="https://ministry.example/1")
    assert desk.told() == ["[Promise] A page", "[Promise] A page"]


def test_a_rule_that_watches_edits_tells_those_of_what_was_there_before_it_too(desk):
    text, url = sentences("page", 5), "https://ministry.example/1"
    desk.bring("ministry", "A page", text, url=url, published_hours=-500, is_first=True)
    desk.rule("promise", "promise", on="edit")
    desk.bring("ministry", "A page", text + " A promise.", url=url)
    assert desk.told() == ["[Promise] A page"]
    assert [alert.reason for alert in desk.alerts()] == ["Ministry edited its text"]


def test_nothing_is_told_of_what_was_stored_before_the_rule_was_saved(desk):
    desk.bring("paper", "Meeting begins", "The meeting begins. " + sentences("x", 5), url="https://paper.example/1")
    desk.rule("meeting", "meeting OR summit")
    desk.bring(
        "paper", "Meeting begins", "The summit begins. " + sentences("x", 5), url="https://paper.example/1", hours=1
    )
    assert desk.told() == []
    desk.bring("herald", "Meeting begins", "The meeting begins. " + sentences("x", 5), hours=2)
    assert desk.told() == ["[Meeting] Meeting begins"]


def test_a_first_poll_tells_only_what_was_published_in_the_last_day(desk):
    desk.bring("paper", "Talks of old", sentences("old", 5) + " talks", published_hours=-30, is_first=True)
    desk.bring("paper", "Talks of today", sentences("new", 5) + " talks", published_hours=-3, is_first=True)
    assert desk.told() == ["[Talks] Talks of today"]


def test_an_edit_of_older_news_is_not_told(desk):
    url = "https://paper.example/1"
    desk.bring("paper", "Of old", sentences("old", 5), published_hours=-30, is_first=True, url=url)
    desk.bring("paper", "Of old", sentences("old", 5) + " The talks begin.", published_hours=-30, url=url)
    assert desk.alerts() == []


def test_late_matches_are_told_to_nobody(desk):
    item_id = desk.bring("paper", "A concert", sentences("concert", 5))
    item = desk.item(item_id)
    desk.rule("concert", "concert")
    with desk.store.transaction():
        desk.store.items.retag(item.id, item.tags, desk.store.items.matches_of([item.id])[item.id], late=["concert"])
    assert desk.tick(hours=1) == 0
    assert desk.told() == []


# -- what waits ------------------------------------------------------------------------------------------------


def test_in_quiet_hours_only_what_is_urgent_is_told_and_the_rest_in_the_morning_important_first(desk):
    desk.rule("fire", "fire", priority=Priority.URGENT)
    desk.rule("visit", "visit", priority=Priority.IMPORTANT)
    desk.channel(quiet=NIGHT)
    desk.bring("paper", "Talks begin", TALKS, hours=11)
    desk.bring("paper", "A visit", "The visit. " + sentences("visit", 5), hours=12)
    desk.bring("paper", "A fire", "The fire. " + sentences("fire", 5), hours=13)
    assert desk.told() == ["[Fire] A fire"]
    assert desk.tick(hours=17.9) == 0
    assert desk.tick(hours=18) == 1
    assert desk.tick(hours=18.1) == 0
    assert desk.told()[1] == "[Visit, Talks] 2 alerts"
    body = json.loads(desk.store.deliveries.body(2))
    assert [told["rule"] for told in body["entries"]] == ["visit", "talks"]
    assert body["lines"] == ["Told together (quiet hours)."]
    assert {alert.state for alert in desk.alerts()} == {AlertState.QUEUED, AlertState.ROLLED_UP}


def test_the_cap_rolls_the_rest_up_into_one_message_an_hour_after_the_first(desk):
    desk.channel(most=3)
    for number in range(10):
        name = f"story{number}"
        desk.bring("paper", f"Talks on {name}", f"Talks. {sentences(name, 5)}", hours=number / 60)
    assert len(desk.told()) == 3
    assert desk.tick(hours=0.99) == 0
    assert desk.tick(hours=1) == 1
    assert desk.told()[-1] == "[Talks] 7 alerts"
    # One place is taken by the roll-up; the second of the first three leaves the next free a minute later.
    desk.bring("paper", "Talks at last", f"Talks. {sentences('last', 5)}", hours=1)
    assert len(desk.told()) == 4
    assert desk.tick(hours=1 + 1 / 60) == 1
    assert desk.told()[-1] == "[Talks] Talks at last"


@pytest.mark.parametrize(("period", "hours"), [("hourly", 1), ("daily", 20), ("weekly", 44)])
def test_a_rule_is_rolled_up_by_its_period_and_a_late_start_tells_it_once(desk, period, hours):
    desk.rule(rollup=period)
    for number in range(3):
        name = f"story{number}"
        desk.bring("paper", f"Talks on {name}", f"Talks. {sentences(name, 5)}", hours=number / 10)
    assert desk.tick(hours=hours - 0.1) == 0
    assert desk.tick(hours=hours + 500) == 1
    assert desk.tick(hours=hours + 501) == 0
    assert desk.told() == ["[Talks] 3 alerts"]


def test_an_urgent_alert_passes_its_channels_roll_up_and_not_its_rules_own(desk):
    desk.channel(rollup="daily")
    desk.rule("fire", "fire", priority=Priority.URGENT)
    desk.rule("flood", "flood", priority=Priority.URGENT, rollup="hourly")
    desk.bring("paper", "A fire and a flood", "A fire and a flood. " + sentences("fire", 5))
    assert desk.told() == ["[Fire] A fire and a flood"]


def test_a_follow_up_of_what_still_waits_is_merged_and_the_roll_up_names_all_who_carry_it(desk):
    desk.rule(rollup="hourly")
    for name in ("paper", "herald", "globe", "courier"):
        desk.bring(name, "Talks begin", TALKS)
    desk.tick(hours=1)
    [row] = desk.store.deliveries.list()
    [told] = json.loads(desk.store.deliveries.body(row.id))["entries"]
    assert told["outlets"] == ["Paper", "Herald", "Globe", "Courier"]
    desk.bring("gazette", "Talks begin", TALKS, hours=2)  # the fifth: the third was named with the roll-up
    assert desk.tick(hours=4) == 0


def test_a_correction_of_what_still_waits_stands_beside_it(desk):
    desk.rule(rollup="hourly")
    desk.bring("wire", "Talks begin", TALKS, url="https://wire.example/1")
    desk.bring("wire", "KILL-Talks begin", TALKS, url="https://wire.example/1", hours=0.5)
    desk.tick(hours=1)
    [row] = desk.store.deliveries.list()
    assert [told["kind"] for told in json.loads(desk.store.deliveries.body(row.id))["entries"]] == [
        "withdrawal",
        "alert",
    ]


def test_a_clock_put_back_lets_nothing_wait_longer_and_repeats_nothing(desk):
    desk.rule(rollup="hourly")
    desk.bring("paper", "Talks begin", TALKS, hours=0.5)
    assert desk.tick(hours=-24) == 0
    assert desk.tick(hours=-23.5) == 1
    assert [desk.tick(hours=hours) for hours in (0, 1, 2)] == [0, 0, 0]


def test_what_waits_for_a_channel_that_is_gone_is_not_told_and_says_so(desk):
    desk.rule(rollup="hourly")
    desk.bring("paper", "Talks begin", TALKS)
    del desk.manners["desk"]
    assert desk.tick(hours=1) == 0
    [alert] = desk.alerts()
    assert (alert.state, alert.held_for) == (AlertState.MUTED, "there is no channel 'desk' any more")


def test_quiet_hours_that_begin_before_a_late_roll_up_hold_it_again(desk):
    desk.rule(rollup="hourly")
    desk.channel(quiet=NIGHT)
    desk.bring("paper", "Talks begin", TALKS, hours=8.5)  # due at 21:00
    assert desk.tick(hours=11) == 0
    assert desk.tick(hours=18) == 1


# -- acknowledged and muted ------------------------------------------------------------------------------------


def test_an_acknowledged_story_gets_no_follow_ups_but_corrections(desk):
    first = desk.bring("wire", "Talks begin", TALKS, url="https://wire.example/1")
    with desk.store.transaction():
        desk.store.alerts.acknowledge(first, desk.now)
    for name in ("paper", "herald", "globe"):
        desk.bring(name, "Talks begin", TALKS)
    assert len(desk.told()) == 1
    desk.bring("wire", "CORRECTED-Talks begin", TALKS, url="https://wire.example/1")
    assert [kind for _, kind, state in desk.states() if state == "queued"] == ["alert", "correction"]


@pytest.mark.parametrize(("kind", "subject"), [(MuteKind.RULE, "talks"), (MuteKind.SOURCE, "paper")])
def test_what_is_muted_is_not_told_for_that_time_and_is_kept_as_muted(desk, kind, subject):
    with desk.store.transaction():
        desk.store.alerts.mute(kind, subject, NOON + timedelta(days=3), NOON)
    desk.bring("paper", "Talks begin", TALKS)
    [alert] = desk.alerts()
    assert (alert.state, alert.held_for) == (AlertState.MUTED, f"the {kind.value} is muted until 2026-07-21 12:00 UTC")
    desk.bring("paper", "Talks go on", "Talks. " + sentences("on", 5), hours=73)
    assert desk.told() == ["[Talks] Talks go on"]


def test_a_muted_story_is_followed_through_its_copies(desk):
    first = desk.bring("paper", "Talks begin", TALKS)
    with desk.store.transaction():
        desk.store.alerts.mute(MuteKind.STORY, str(first), NOON + timedelta(days=3), NOON)
    for name in ("herald", "globe"):
        desk.bring(name, "Talks begin", TALKS)
    assert len(desk.told()) == 1
    assert desk.states()[-1][1:] == ("follow-up", "muted")


def test_what_is_muted_while_it_waits_is_not_told(desk):
    desk.rule(rollup="hourly")
    desk.bring("paper", "Talks begin", TALKS)
    with desk.store.transaction():
        desk.store.alerts.mute(MuteKind.RULE, "talks", NOON + timedelta(days=3), NOON)
    assert desk.tick(hours=2) == 0
    assert desk.states()[-1][2] == "muted"


def test_a_bug_in_wording_an_alert_loses_neither_the_item_nor_the_alert_nor_other_channels_theirs(desk):
    desk.rule(to=("desk", "broken"))
    item_id = desk.bring("paper", "Talks begin", TALKS)
    assert desk.item(item_id).title == "Talks begin"
    assert {alert.channel: alert.state for alert in desk.alerts()} == {"desk": "queued", "broken": "held"}
    desk.channel(most=1)
    desk.bring("paper", "Talks go on", "Talks. " + sentences("on", 5))
    with pytest.raises(ZeroDivisionError):
        desk.tick(hours=2)
    assert desk.told() == ["[Talks] Talks begin", "[Talks] Talks go on"]


@pytest.mark.parametrize(
    "night", [datetime(2026, 3, 29, 0, 45, tzinfo=UTC), datetime(2026, 10, 24, 23, 45, tzinfo=UTC)]
)
def test_quiet_hours_end_once_on_the_nights_when_the_clocks_change(desk, night):
    desk.channel(quiet=(time(1, 30), time(2, 30)), timezone="Europe/Berlin")
    start = (night - NOON) / timedelta(hours=1)
    desk.at(start)
    desk.bring("paper", "Talks begin", TALKS)
    assert [desk.tick(start + quarter / 4) for quarter in range(12)].count(1) == 1
    assert desk.told() == ["[Talks] Talks begin"]


def test_a_rule_may_name_a_channel_that_is_not_there_yet(desk):
    desk.rule(to=("desk", "later"))
    del desk.manners["later"]
    desk.bring("paper", "Talks begin", TALKS)
    assert [alert.channel for alert in desk.alerts()] == ["desk"]


def test_a_bug_in_deciding_on_one_item_costs_it_its_alert_and_nothing_else(desk, monkeypatch):
    real = desk.store.alerts.had_voice

    def broken(story_id, publisher, item_id):
        if publisher == "paper":
            raise ZeroDivisionError
        return real(story_id, publisher, item_id)

    monkeypatch.setattr(desk.store.alerts, "had_voice", broken)
    assert desk.item(desk.bring("paper", "Talks begin", TALKS)).title == "Talks begin"
    desk.bring("herald", "Talks begin", TALKS)
    assert [alert.publisher for alert in desk.alerts()] == ["herald"]


def test_a_database_that_fails_while_alerts_are_decided_fails_the_poll(desk, monkeypatch):
    def locked(*_):
        raise StoreError("locked", is_transient=True)

    for name in ("had_voice", "tell"):
        with monkeypatch.context() as patched:
            patched.setattr(desk.store.alerts, name, locked)
            with pytest.raises(StoreError, match="locked"):
                desk.bring("paper", "Talks begin", TALKS)
    desk.rule(rollup="hourly")
    desk.bring("paper", "Talks begin", TALKS)
    monkeypatch.setattr(desk.store.alerts, "roll_up", locked)
    with pytest.raises(StoreError, match="locked"):
        desk.tick(hours=2)
    assert desk.told() == []
