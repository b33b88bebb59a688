"""Names keep their skeletons from one alphabet to the next."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stories.skeletons import LENGTH_MAX, are_alike, skeletons

NAMES = {
    "ALB": "Əliyev Aliev Алиев Алиева علی‌اف علييف Ալիև Ալիեւ",
    "KRB": "Karabakh Qarabağ Garabagh Karabağ Карабах قره‌باغ كاراباخ Ղարաբաղ ყარაბაღი",
    "TBLS": "Tbilisi Тбилиси Թբիլիսի Թբիլիսիում თბილისში تبليسي",
    "ARBN": "Yerevan Erevan İrəvan Ереван Ереваном Երևան Երևանում يريفان",
    "BSNTN": "Washington Вашингтон Вашингтоном واشنطن ვაშინგტონი וושינגטון",
    "KSNB": "Hasanov Həsənov Гасанов Гасановым Հասանով Հասանովը حسنوف",
    "KLSNK": "Helsinki Хельсинки Հելսինկի هلسنكي הלסינקי",
    "SBRS": "Japaridze Djaparidze Джапаридзе ჯაფარიძე ჯაფარიძის Ջափարիձե",
    "MRSNK": "Marchenko Martchenko Martschenko Марченко Marçenko مارتشينكو",
    "ASKNTR": "Iskander İsgəndər Искандер Искандером",
    "MKSK": "Mexico Mexiko",
}


@pytest.mark.parametrize(("skeleton", "spellings"), NAMES.items())
def test_a_name_has_one_skeleton_in_every_alphabet(skeleton: str, spellings: str) -> None:
    assert {word: skeleton in skeletons(word) for word in spellings.split()} == dict.fromkeys(spellings.split(), True)


def test_a_letter_that_may_be_a_prefix_gives_a_second_skeleton() -> None:
    assert skeletons("بالقاهرة") == ("BLKR", "KR")
    assert skeletons("הממשלה") == ("KMSL", "MSL")
    assert skeletons("בירושלים") == ("BRSLM", "ARSLM")
    assert skeletons("القاهرة") == ("ALKR", "KR")


def test_greek_writes_some_sounds_with_two_letters() -> None:
    assert skeletons("Μπακού") == skeletons("Baku") == ("BK",)
    assert skeletons("Ντακάρ") == skeletons("Dakar")


def test_scripts_that_are_not_known_and_words_without_consonants_have_none() -> None:
    assert skeletons("北京") == ()
    assert skeletons("काठमांडू") == ()
    assert skeletons("Io") == ()
    assert skeletons("") == ()


def test_a_v_that_is_written_as_a_vowel_may_be_missing() -> None:
    assert are_alike("BTRB", "BTR")  # Petrova, پتروا
    assert are_alike("TBLS", "TBLS")
    assert not are_alike("BTR", "TR")  # a first one is not missing
    assert not are_alike("KBTB", "KT")  # too little is left
    assert not are_alike("BTRB", "BTL")


@given(st.text(max_size=30))
def test_any_text_has_at_most_two_short_skeletons(text: str) -> None:
    found = skeletons(text)
    assert len(found) <= 2
    assert all(2 <= len(skeleton) <= LENGTH_MAX and set(skeleton) <= set("ABKLMNRST") for skeleton in found)


@given(st.from_regex("[a-zA-Zа-яА-Я]{1,12}", fullmatch=True))
def test_case_changes_nothing(word: str) -> None:
    assert skeletons(word.upper().lower()) == skeletons(word.lower())
