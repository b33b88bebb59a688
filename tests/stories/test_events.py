"""Same event in other words: what is linked, what is not, and how well on pairs labelled by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from monitor.stories.events import same_event
from monitor.stories.telling import Telling, as_told, event_keys, tell, written

PAIRS = Path(__file__).parent / "data" / "same_event.txt"
NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Labelled:
    """A line of the labelled tellings."""

    family: str
    event: str
    language: str
    telling: Telling


def labelled(text: str) -> list[Labelled]:
    found = []
    for line in text.splitlines():
        if " | " in line and not line.startswith("#"):
            name, language, day, title, lead = (cell.strip() for cell in line.split(" | "))
            at = datetime(2026, 11, int(day), 9, tzinfo=UTC)
            found.append(Labelled(name.partition("/")[0], name, language, tell(title, lead, at, language)))
    return found


def pairs(text: str) -> list[tuple[Labelled, Labelled]]:
    """All pairs of one family: of one event, or of two that are alike."""
    return [(one, other) for one, other in combinations(labelled(text), 2) if one.family == other.family]


def scored(found: list[tuple[Labelled, Labelled]]) -> tuple[float, float]:
    """Precision and recall."""
    linked = [(one, other) for one, other in found if same_event(one.telling, other.telling).is_same]
    right = sum(one.event == other.event for one, other in linked)
    return right / len(linked), right / sum(one.event == other.event for one, other in found)


TUNED, REST = PAIRS.read_text("utf-8").split("# held out", 1)
HELD_OUT, FRESH = REST.split("# fresh", 1)
ALL = [*pairs(TUNED), *pairs(HELD_OUT), *pairs(FRESH)]


def test_there_are_enough_labelled_pairs_in_many_languages_and_half_of_them_are_negatives() -> None:
    across = [(one, other) for one, other in ALL if one.language != other.language]
    assert len(ALL) >= 300
    assert len(across) >= 50
    assert sum(one.event == other.event for one, other in across) >= 50
    assert sum(one.event != other.event for one, other in ALL) >= len(ALL) / 2
    assert len({one.language for one in labelled(TUNED + REST)}) >= 20


def test_links_of_labelled_pairs_are_nine_in_ten_right_and_seven_in_ten_are_found() -> None:
    precision, recall = scored(ALL)
    assert precision >= 0.95
    assert recall >= 0.70


def test_pairs_written_after_the_points_were_set_are_found_as_well() -> None:
    precision, recall = scored(pairs(HELD_OUT))
    assert precision >= 0.89
    assert recall >= 0.79
    precision, recall = scored(pairs(FRESH))
    assert precision >= 0.95
    assert recall >= 0.80


def test_across_languages_links_are_as_good() -> None:
    precision, recall = scored([(one, other) for one, other in ALL if one.language != other.language])
    assert precision >= 0.95
    assert recall >= 0.70


def test_no_two_events_of_different_families_are_linked() -> None:
    everything = labelled(TUNED + REST)
    linked = [
        (one.event, other.event)
        for one, other in combinations(everything, 2)
        if one.family != other.family and same_event(one.telling, other.telling).is_same
    ]
    assert linked == []


def test_what_is_linked_shares_keys_by_which_it_is_found() -> None:
    for one, other in ALL:
        if same_event(one.telling, other.telling).is_same:
            assert len(event_keys(one.telling) & event_keys(other.telling)) >= 2, (
                one.event,
                one.language,
                other.language,
            )


def test_deciding_is_the_same_either_way_round() -> None:
    for one, other in ALL:
        there, back = same_event(one.telling, other.telling), same_event(other.telling, one.telling)
        assert there.is_same == back.is_same, (one.event, one.language, other.event, other.language)


# -- what an item tells ------------------------------------------------------------------------------


def test_names_are_capitals_within_sentences_and_in_a_row() -> None:
    telling = tell("Talks in Oslo", "Ministers met. Ingrid Solberg spoke. NATO listened. The Sunday rain fell.", NOW)
    assert telling.names == {"oslo", "ingrid", "solberg", "nato"}


def test_a_title_with_a_capital_on_every_word_gives_no_names_where_the_text_has_some() -> None:
    assert tell("Talks On Water Supplies End In Oslo Today", "The talks ended in Oslo today.", NOW).names == {"oslo"}
    assert tell("Talks On Water Supplies End In Oslo Today", "", NOW).names >= {"oslo", "water"}


def test_scripts_without_capitals_give_their_longer_words() -> None:
    telling = tell("محادثات في أوسلو", "", NOW)
    assert not telling.is_cased
    assert telling.names == {"محادثات", "اوسلو"}


def test_words_are_stems_and_of_han_pairs_of_characters() -> None:
    assert tell("Bridges reopened today", "", NOW).words == {"bridg", "reope", "today"}
    assert tell("大桥开通", "", NOW).words == {"大桥", "桥开", "开通"}


def test_only_the_first_words_of_a_body_count() -> None:
    body = "harbour " * 60 + "Solberg 512"
    telling = tell("Harbour", body, NOW)
    assert "512" not in telling.numbers
    assert tell("Harbour", "x" * 900, NOW).words == {"harbo", "xxxxx"}


def test_an_empty_item_tells_nothing() -> None:
    telling = tell("", "", NOW)
    assert (telling.names, telling.words, telling.numbers, telling.script) == (
        frozenset(),
        frozenset(),
        frozenset(),
        "",
    )
    assert event_keys(telling) == frozenset()
    assert not same_event(telling, telling).is_same


def test_what_was_written_is_read_again() -> None:
    telling = tell("Oslo: 512 tonnes by 3 May", "Ingrid Solberg said so.", NOW, "en-GB", "Wire")
    assert telling.language == "en"
    assert as_told(written(telling)) == telling


# -- deciding ----------------------------------------------------------------------------------------

SHIP = tell(
    "Ship Aurora brings 512 tonnes of flour to Port Vila", "Captain Moli Tari unloaded flour in Port Vila.", NOW
)


def test_names_and_a_number_are_enough() -> None:
    other = tell("512 tonnes of flour reach Port Vila", "Moli Tari, captain of the Aurora, was cheered.", NOW)
    agreement = same_event(SHIP, other)
    assert agreement.is_same
    assert agreement.reason.startswith("names ")


def test_tellings_more_than_three_days_apart_are_not_of_one_event() -> None:
    later = replace(SHIP, at=NOW + timedelta(days=3, minutes=1))
    assert same_event(SHIP, later).reason == "told more than three days apart"
    assert same_event(SHIP, replace(SHIP, at=NOW + timedelta(days=3))).is_same


def test_other_numbers_veto() -> None:
    other = tell(
        "Ship Aurora brings 498 tonnes of flour to Port Vila", "Captain Moli Tari unloaded flour in Port Vila.", NOW
    )
    assert same_event(SHIP, other).reason == "1 of 1 numbers differ"


def test_a_number_of_the_headline_has_to_stand_in_the_other() -> None:
    fewer = tell(
        "Ship Aurora brings 498 tonnes of flour to Port Vila", "After 512 tonnes in May, Moli Tari came again.", NOW
    )
    assert same_event(SHIP, fewer).reason == "1 of 1 numbers differ"


def test_other_dates_veto() -> None:
    one, other = (
        tell(f"Aurora to leave Port Vila on {day} May", "Captain Moli Tari of Vanuatu.", NOW) for day in (3, 4)
    )
    assert same_event(one, other).reason == "the dates differ"


def test_one_date_and_names_are_enough() -> None:
    one = tell("Aurora to leave Port Vila on 3 May", "Captain Moli Tari of Vanuatu.", NOW)
    other = tell("Am 3. Mai verlässt die Aurora Port Vila", "Kapitän Moli Tari kommt aus Vanuatu.", NOW, "de")
    assert same_event(one, other).is_same


NAMED = tell("Moli Tari leaves Port Vila", "Captain Moli Tari of the Aurora left Port Vila for Nouméa at noon.", NOW)


def test_without_numbers_nearly_all_names_and_the_day_have_to_agree() -> None:
    other = tell(
        "Moli Tari sails from Port Vila", "The Aurora, captain Moli Tari, left Port Vila for Nouméa at noon.", NOW
    )
    assert same_event(NAMED, other).is_same
    assert not same_event(NAMED, replace(other, at=NOW + timedelta(days=1))).is_same
    assert not same_event(
        NAMED, replace(other, names=frozenset({"moli", "tari", "port", "rita", "noor", "sven", "olga"}))
    ).is_same
    assert not same_event(NAMED, replace(other, words=frozenset({"other", "stems"}))).is_same
    assert same_event(NAMED, replace(other, words=frozenset({"other", "stems"}), script="CYRILLIC")).is_same


def test_what_one_outlet_tells_twice_needs_more() -> None:
    own = replace(SHIP, publisher="wire")
    other = replace(own, names=frozenset({"port", "vila"}))
    assert same_event(own, replace(other, publisher="paper")).is_same
    assert not same_event(own, other).is_same
    assert same_event(replace(own, language="en"), replace(other, language="fr")).is_same  # in two languages it may
    assert not same_event(replace(NAMED, publisher="wire"), replace(NAMED, publisher="wire")).is_same


def test_scripts_without_capitals_are_compared_word_by_word() -> None:
    arabic = tell("السفينة تنقل 512 طنا و 77 صندوقا إلى بورت فيلا", "", NOW)
    persian = tell("کشتی ۵۱۲ تن و ۷۷ جعبه به بندر بورت فيلا برد", "", NOW, "fa")
    assert same_event(arabic, replace(arabic, at=NOW + timedelta(hours=1))).is_same
    shared = same_event(arabic, persian)
    assert shared.points >= 170  # two numbers, and a word that both spell alike
    hebrew = tell("512 טון ו-77 ארגזים הגיעו לפורט וילה עם סטפנוביץ", "", NOW)
    named = tell("512 طنا و 77 صندوقا مع ستيفانوفيتش", "", NOW)
    assert same_event(hebrew, named).points > same_event(hebrew, arabic).points
    nameless = tell("محادثات طويلة", "", NOW)
    assert not same_event(nameless, nameless).is_same  # without capitals nobody knows how many names there are


@pytest.mark.parametrize(("number", "points"), [("7", 35), ("12", 70), ("100", 70), ("512", 100), ("42.5", 100)])
def test_a_number_is_worth_more_the_more_digits_it_has(number: str, points: int) -> None:
    one = Telling(NOW, "", "", "", True, frozenset(), frozenset(), frozenset({number}), frozenset(), frozenset())
    assert same_event(one, one).points == points


def test_keys_are_few_and_pair_names_with_numbers() -> None:
    many = tell(
        "Berlin Tokyo Madrid Lisbon Vienna Prague Warsaw Dublin Athens Ottawa: 111, 222, 333, 444, 555",
        "They met in Berlin, Tokyo, Madrid, Lisbon, Vienna, Prague, Warsaw, Dublin, Athens and Ottawa.",
        NOW,
    )
    assert len(event_keys(many)) == 16
    assert all(0 <= key < 2**40 for key in event_keys(many))
