from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.lookalikes import settle
from monitor.text.reading import read


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        ("The pаpеr wаs rеаd а second time", "The paper was read a second time"),
        ("Новaя библиотекa открытa в городe", "Новая библиотека открыта в городе"),
        ("Η νέα βιβλιoθήκη άνoιξε", "Η νέα βιβλιοθήκη άνοιξε"),
        ("The օffice is open", "The office is open"),
        ("Москва и Washington", "Москва и Washington"),
        ("Берлин, Nov: открыт новый мост через реку", "Берлин, Nov: открыт новый мост через реку"),
        ("Агентство AFP сообщает: открыт мост", "Агентство AFP сообщает: открыт мост"),
        ("He wrote: «Привет, мир» and left the room", "He wrote: «Привет, мир» and left the room"),
        ("plain text", "plain text"),
        ("", ""),
    ],
)
def test_letters_that_stand_in_for_like_ones_are_put_right(text: str, settled: str) -> None:
    assert settle(text) == settled


@given(st.text(st.sampled_from("abcopxABе о арсОΟοօ«» 1")))
def test_a_text_stays_as_long_as_it_is_and_settles_once(text: str) -> None:
    assert len(settle(text)) == len(text)
    assert settle(settle(text)) == settle(text)


def test_a_text_without_stand_ins_is_given_back_itself() -> None:
    text = "Çox yaxşı"
    assert settle(text) is text


def test_copies_are_told_by_settled_words_and_rules_see_what_is_printed() -> None:
    reading = read("Pаper reаd", "BAKU, Nov 7 (APP): The pаper wаs reаd in the reading room of the city")
    assert reading.compared("title").texts == ("paper", "read")
    assert reading.compared("body").texts[:4] == ("the", "paper", "was", "read")
    assert "paper" not in reading.bare("body").texts
