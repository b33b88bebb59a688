from __future__ import annotations

import pytest

from monitor.stories.numbers import are_twins, numbers_in, same_numbers, veto
from monitor.text.tokens import words

STATEMENT = (
    "The treasury held {a} million on {day} February after paying {b} million to {c} towns. Receipts came to {d} million, "
    "the bureau said, and the deficit was put at {e} per cent."
)
ONE = words(STATEMENT.format(a=512, day=25, b=31, c=14, d=77, e="3.1"))
TWIN = words(STATEMENT.format(a=498, day=27, b=26, c=19, d=81, e="2.9"))
CORRECTED = words(STATEMENT.format(a=512, day=25, b=31, c=14, d=78, e="3.1"))


def test_numbers_are_words_of_digits_with_their_signs_and_not_names_that_hold_digits() -> None:
    assert numbers_in(words("On the 25th some 7,000 of 12.5 litres; U19 and covid-19")) == ["25", "7000", "12.5", "19"]


def test_twins_of_a_template_differ_in_most_numbers_and_a_corrected_copy_in_one() -> None:
    assert veto(ONE, TWIN, 0.6) == "6 of 6 numbers differ"
    assert veto(ONE, CORRECTED, 0.9) is None
    assert veto(ONE, ONE, 1.0) is None


def test_numbers_of_what_was_cut_say_nothing() -> None:
    assert veto(ONE[:12], ONE, 1.0) is None
    other = words("Visitors numbered 9 and 12 in spring while ships came 45 times to harbours of 3 islands")
    assert veto([*ONE[:14], *other], ONE, 0.4) is None


def test_a_number_at_an_edge_has_no_surroundings() -> None:
    assert veto(words("7 bridges were opened"), words("12 museums closed"), 0.3) is None


SHIPS = "the harbour office counted {} large ships in the spring and the town sold {} new boats to the north"


def test_other_numbers_amid_the_words_of_a_reworded_copy_are_missed() -> None:
    ours = words(SHIPS.format(512, 25).replace("counted", "saw").replace("sold", "gave away"))
    reworded = words(SHIPS.format(498, 27).replace("large", "big").replace("new", "old"))
    assert veto(ours, reworded, 0.5) == "2 of 2 numbers are missing"
    assert veto(ours, [*words("512 and 25"), *reworded], 0.5) is None
    assert veto(ours, words(SHIPS.format("many", "some")), 0.5) is None  # put into words
    one = words(SHIPS.format(512, "some").replace("counted", "saw"))
    assert veto(one, reworded, 0.5) is None
    assert veto(one, reworded, 0.7) == "1 of 1 numbers are missing"


def test_numbers_of_what_an_outlet_adds_are_not_missed() -> None:
    own = "Published 8 November at 14:05, 9 readers liked this and 30 wrote"
    copy = words(f"{SHIPS.format('many', 'some')}\n{own} to us")
    assert veto(copy, words(f"{SHIPS.format('many', 'some')} and 77 carts of wood left by 12 roads"), 0.7) is None


def test_a_date_in_another_month_parts_texts_though_its_surroundings_differ_by_that() -> None:
    visit = "The envoy was in the region from {} to the end of the week and met 12 mayors there in 2015"
    ours, theirs = words(visit.format("June 24")), words(visit.format("May 19"))
    assert veto(ours, theirs, 0.8) is None  # two other numbers agree
    assert veto(
        *(words(visit.format(day).replace("12", "some").replace("2015", "time")) for day in ("June 24", "May 19")), 0.8
    )


def test_dates_that_all_differ_part_texts_whose_other_numbers_agree() -> None:
    notice = "The office opens on {a} March and {b} March at 9 in room 14 for 30 guests each and for 12 members"
    one, other = words(notice.format(a=3, b=10)), words(notice.format(a=17, b=24))
    assert veto(one, other, 0.9) == "the dates differ"
    assert veto(one, words(notice.format(a=3, b=11)), 0.9) is None
    single = "The office opens on {a} March at 9 in room 14 for 30 guests and for 12 members"
    assert veto(words(single.format(a=3)), words(single.format(a=4)), 0.9) is None
    short = "The office opens on {a} March at 9"
    assert veto(words(short.format(a=3)), words(short.format(a=4)), 0.9) == "the dates differ"


@pytest.mark.parametrize("stamp", ["Published 8 November 2023 at 14:05\n", "07.11.2023 "])
def test_date_stamps_that_open_or_end_a_text_are_passed_over(stamp: str) -> None:
    text = "The bridge was opened by 3 ministers"
    assert veto(words(text), words(stamp + text), 1.0) is None
    assert veto(words(f"{text}\nUpdated 9 November 2023"), words(f"{text}\nPosted on 10 November"), 1.0) is None


def test_names_made_of_letters_and_digits_count_where_there_are_no_numbers() -> None:
    one = words("The protein CycB2 binds to the factor wox4 in the stem")
    assert veto(one, words("The protein CycB7 binds to the factor wox9 in the stem"), 0.6) == "2 of 2 numbers differ"
    assert veto(one, one, 1.0) is None


def test_titles_alike_but_for_their_numbers_are_twins() -> None:
    one = words("Treasury balances on 25 February")
    assert are_twins(one, words("Treasury balances on 27 February"))
    assert not are_twins(one, words("Treasury balances on 25 February 2026"))
    assert not are_twins(one, words("27 ships in the harbour"))
    assert not are_twins(one, words("Treasury balances"))


def test_a_twin_title_tells_where_the_numbers_of_the_text_do_not_speak_against_it() -> None:
    body = words("The balances were published in the evening as on every day of the week")
    assert veto(body, body[:9], 0.8, has_twin_title=True) == "the titles differ in their numbers"
    assert veto(body, body, 1.0, has_twin_title=True) is None
    assert veto(ONE, ONE, 0.9, has_twin_title=True) is None
    assert veto(ONE, CORRECTED, 0.9, has_twin_title=True) == "the titles differ in their numbers"


def test_half_of_the_fewer_numbers_are_enough_for_a_headline() -> None:
    assert same_numbers(["3", "rooms"], ["3", "rooms", "of", "40"])
    assert same_numbers(["rooms"], ["3"])
    assert not same_numbers(["5120"], ["4870"])
