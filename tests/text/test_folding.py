from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.text.folding import Folded, fold, fold_text, script_of

# One row a name: every spelling in a row folds to the first cell.
ONE_SPELLING = [
    ("karabakh", "Karabakh", "KARABAKH", "Kаrabakh".replace("а", "a"), "Kar\u00adabakh", "Ｋａｒａｂａｋｈ"),
    ("qarabag", "Qarabağ", "QARABAĞ", "Qarabaǧ", "Qarabag\u0306"),
    (
        "haut-karabagh",
        "Haut-Karabagh",
        "Haut‑Karabagh",
        "Haut–Karabagh",
        "haut−karabagh",
        "Haut´Karabagh",
        "haut`karabagh",
    ),
    ("карабах", "Карабах", "КАРАБАХ", "Караба́х"),
    ("нагірний", "Нагірний", "НАГІРНИЙ", "Нагірнии\u0306"),
    ("елка", "Ёлка", "елка", "Ёлка".lower(), "ё́лка"),
    ("йод їжак ґ є і", "Йод Їжак Ґ Є І"),
    ("ѓќ", "ЃЌ", "г\u0301к\u0301"),
    ("قرهباغ", "قره‌باغ", "قرهباغ", "قَرهباغ", "قرةباغ", "قرہباغ", "قرۀباغ", "قرۂباغ", "قـرهباغ"),
    ("علياف", "علی‌اف", "علىاف", "علياف"),
    ("كاراباخ", "كاراباخ", "کاراباخ", "كأراباخ", "كإراباخ", "كآراباخ"),
    ("ئ ؤ ے ھ", "ئ ؤ ے ھ", "ی\u0654 و\u0654 ے ھ"),
    ("ղարաբաղ", "Ղարաբաղ", "ՂԱՐԱԲԱՂ", "Ղարաբա՞ղ"),
    ("ալիեւ", "Ալիև", "Ալիեւ", "Ալիեվ", "ԱԼԻԵՎ"),
    ("ყარაბაღი", "ყარაბაღი", "ᲧᲐᲠᲐᲑᲐᲦᲘ"),
    ("カラバフ", "カラバフ", "ｶﾗﾊﾞﾌ"),
    ("eliyev", "Əliyev", "ƏLİYEV", "eliyev"),
    ("istanbul diyarbakir", "İstanbul Diyarbakır", "ISTANBUL DİYARBAKIR"),
    ("strasse", "Straße", "STRASSE", "STRAẞE"),
    ("oslo lodz duro", "Øslo Łódź Đuro", "oslo lodz ðuro"),
    ("aethelthorn hng coeur", "Æthelþorn ħŋg cœur".replace("ŋg", "ng"), "aethelthorn hng coeur"),
    ("ανθρωποσ", "Άνθρωπος", "ΑΝΘΡΩΠΟΣ"),
    ("2023", "２０２３", "٢٠٢٣", "۲۰۲۳", "२०२३"),
    ("שלום", "שָׁלוֹם", "שלום"),
    ('צה"ל', "צה״ל", "צה”ל", 'צה"ל'),
    ("한국", "한국", unicodedata.normalize("NFD", "한국")),
    ("o-brien", "O'Brien", "O’Brien", "Oʼbrien", "O＇Brien", "O׳Brien"),
    ("", "\u200d", "\ufeff", "\u00ad\u200f"),
    ("a b", "a b", "a\u200bb", "a\u00a0b"),
    ("x  name ", "x² name™"),
    ("12.5 1,000", "١٢٫٥ ١٬٠٠٠"),
    (" no 5", "№5"),
]


@pytest.mark.parametrize(("folded", "spelling"), [(row[0], cell) for row in ONE_SPELLING for cell in row[1:]])
def test_every_spelling_of_a_row_folds_to_one(folded: str, spelling: str) -> None:
    assert fold(spelling).text == folded
    assert fold_text(spelling) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("й", "и"),
        ("ї", "і"),
        ("ґ", "г"),
        ("є", "е"),
        ("ے", "ی"),
        ("ھ", "ه"),
        ("ئ", "ی"),
        ("ؤ", "و"),
        ("ガ", "カ"),
        ("नि", "न"),
        ("а", "a"),  # Cyrillic and Latin
        ("قره باغ", "قره‌باغ"),
    ],
)
def test_letters_that_differ_stay_apart(one: str, other: str) -> None:
    assert fold_text(one) != fold_text(other)


def test_offsets_lead_back_to_whole_clusters_of_the_original() -> None:
    text = "«Straße» قره‌باغ e\u0301te"
    folded = fold(text)
    start = folded.text.index("strasse")
    assert text[slice(*folded.span(start, start + 7))] == "Straße"
    start = folded.text.index("قرهباغ")
    assert text[slice(*folded.span(start, start + 6))] == "قره‌باغ"
    start = folded.text.index("ete")
    assert text[slice(*folded.span(start, start + 1))] == "e\u0301"


def test_a_letter_that_becomes_several_shifts_what_follows_it() -> None:
    folded = fold("Straße… ½")
    assert folded.text == "strasse... 1⁄2"
    assert folded.span(0, 7) == (0, 6)
    assert folded.span(7, 10) == (6, 7)
    assert folded.span(11, 14) == (8, 9)


@given(st.text())
def test_with_and_without_offsets_the_same_is_folded(text: str) -> None:
    assert fold(text).text == fold_text(text)


def test_an_ascii_text_needs_no_map() -> None:
    assert fold("The President's VISIT") == Folded("The President's VISIT", "the president-s visit")
    assert fold("The VISIT").span(4, 9) == (4, 9)


@given(st.text())
@example("\u0301")
@example("a" + "\u0301" * 60)
@example("\ud800x")
def test_offsets_rise_and_lie_within_the_text(text: str) -> None:
    folded = fold(text)
    assert folded.text == fold_text(text)
    spans = [folded.span(place, place + 1) for place in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[0] <= other[0] and one[1] <= other[1] for one, other in itertools.pairwise(spans))


@given(st.text())
@example("ﷺ ㍿ ½ Ⓐ ª")
@example("ΐ ŉ ǆ")
def test_folding_a_folded_text_changes_nothing(text: str) -> None:
    once = fold_text(text)
    assert fold_text(once) == once


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll"])))
def test_case_never_matters(text: str) -> None:
    assert fold_text(text.upper().lower()) == fold_text(text.upper())


@pytest.mark.parametrize(
    ("character", "script"),
    [
        ("a", "LATIN"),
        ("я", "CYRILLIC"),
        ("ー", "KATAKANA"),
        ("々", "CJK"),
        ("ๆ", "THAI"),
        ("5", ""),
        ("", ""),
        ("ʰ", ""),
    ],
)
def test_a_letter_has_a_script_and_nothing_else_has(character: str, script: str) -> None:
    assert script_of(character) == script
