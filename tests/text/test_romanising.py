"""Headlines in Latin letters, for those who do not read their script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.romanising import romanised, scripts_of

ENGLISH = scripts_of(["en"])


@pytest.mark.parametrize(
    ("headline", "spelled"),
    [
        ("Переговоры о границе в Киеве", "Peregovory o granitse v Kieve"),
        ("سفارت خانے میں قومی دن", "sfart khane min qumi dn"),
        ("وزیر یہاں", "wzir yhan"),
        ("قره‌باغ: گفتگو، امروز", "qrhbagh: gftgu, amruz"),
        ("两国代表团再次会谈", "liang guo dai biao tuan zai ci hui tan"),
        ("两国（会谈）", "liang guo (hui tan)"),
        ("카라바흐 회담", "kalabaheu hoedam"),
        ("ყარაბაღის შესახებ", "q'arabaghis shesakheb"),
        ("Πρόεδρος", "Proedros"),
        ("कराबाख वार्ता", "krabakh varta"),
        ("Карабах: talks 2026", "Karabakh: talks 2026"),
    ],
)
def test_a_headline_of_an_unknown_script_is_spelled_in_latin_letters(headline: str, spelled: str) -> None:
    assert romanised(headline, ENGLISH) == spelled


@pytest.mark.parametrize(
    ("headline", "languages"),
    [
        ("Bridge opens", ["en"]),
        ("Ağ şəhər", []),
        ("Переговоры", ["en", "ru"]),
        ("سفارت خانے", ["ur-PK"]),
        ("两国代表团", ["zh-Hans"]),
        ("カラバフ", ["ja"]),
        ("2026 – 100 %", ["en"]),
        ("", ["en"]),
        ("東京で会談", ["en"]),
    ],
)
def test_what_the_reader_knows_has_no_letters_or_cannot_be_spelled_stays_alone(
    headline: str, languages: list[str]
) -> None:
    assert romanised(headline, scripts_of(languages)) == ""


def test_latin_is_known_to_all_and_an_unknown_language_adds_nothing() -> None:
    assert scripts_of([]) == scripts_of(["tlh"]) == {"LATIN"}
    assert scripts_of(["ja"]) == {"LATIN", "CJK", "HIRAGANA", "KATAKANA"}


@given(st.text(max_size=60))
def test_whatever_comes_is_spelled_in_ascii_on_one_line(text: str) -> None:
    spelled = romanised(text, ENGLISH)
    assert spelled.isascii()
    assert spelled == " ".join(spelled.split())
