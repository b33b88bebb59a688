from __future__ import annotations

import re
import sqlite3

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.text import pieces
from monitor.text.folding import fold
from monitor.text.scanning import signs_among, word_spans, words_at
from monitor.text.tokens import (
    ANY_LETTERS,
    FTS5_TOKENIZER,
    ONE_LETTER,
    is_unspaced,
    pattern_words,
    search_text,
    tokenize,
    without,
    words,
)

WORDS = [
    ("", []),
    ("  — … ", []),
    ("Two  words.", ["two", "words"]),
    ("e-mail l’ambassade O'Brien", ["e", "mail", "l", "ambassade", "o", "brien"]),
    ("The U.S. and the U.S say us", ["the", "u.s.", "and", "the", "u.s.", "say", "us"]),
    ("H.E.Ilham Aliyev", ["h.e.", "ilham", "aliyev"]),
    ("И.Алиев А.С. Пушкин", ["и", "алиев", "а.с.", "пушкин"]),
    ("भा.ज.पा. ने", ["भा.ज.पा.", "ने"]),
    ("talks.Next example.com", ["talks", "next", "example", "com"]),
    ("3.5 1,000 v2.0 End 3.", ["3.5", "1,000", "v2.0", "end", "3"]),
    ("G20 covid19 10кг 3D", ["g20", "covid19", "10кг", "3d"]),
    ("Kарабах aб1в", ["k", "арабах", "a", "б1в"]),
    ("victory_day _emphasis_ ___", ["victory_day", "emphasis"]),
    ("1_000 2_", ["1_000", "2"]),
    ("col·laboració", ["col·laboracio"]),
    ('צה"ל אמר "שלום"', ['צה"ל', "אמר", "שלום"]),
    ("卡拉巴赫2023年", ["卡", "拉", "巴", "赫", "2023", "年"]),
    ("カラバフ人々〇", ["カ", "ラ", "バ", "フ", "人", "々", "〇"]),
    ("ไทย กิน", ["ไ", "ท", "ย", "กิ", "น"]),
    ("한국의 대통령", ["한국의", "대통령"]),
    ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
    ("தமிழ்2 ⴰⵎⴰ_ⵣ", ["தமிழ்2", "ⴰⵎⴰ_ⵣ"]),
    ("قره‌باغ قره باغ", ["قرهباغ", "قره", "باغ"]),
    ("name™ x² y", ["name", "x", "y"]),
    ("\u093e x", ["x"]),
]


@pytest.mark.parametrize(("text", "expected"), WORDS)
def test_words_have_the_boundaries_of_the_field(text: str, expected: list[str]) -> None:
    assert words(text) == expected
    assert list(tokenize(text).texts) == expected


def test_offsets_are_those_of_the_original() -> None:
    text = "The U.S. visit to قره‌باغ: Straße, ﬁn"
    found = tokenize(text)
    cut = [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)]
    assert cut == ["The", "U.S.", "visit", "to", "قره‌باغ", "Straße", "ﬁn"]


def test_currency_signs_stand_before_words_and_are_none() -> None:
    found = tokenize("paid US$5 and €7, 8₼ £")
    assert found.texts == ("paid", "us", "5", "and", "7", "8")
    assert found.signs == {2: "$", 4: "€", 6: "₼£"}
    assert tokenize("no money").signs == {}


def test_wildcards_of_a_pattern_belong_to_their_word() -> None:
    pattern = f"wo{ONE_LETTER}d {ONE_LETTER}aku sté{ANY_LETTERS} {ANY_LETTERS}"
    assert pattern_words(pattern).texts == (f"wo{ONE_LETTER}d", f"{ONE_LETTER}aku", f"ste{ANY_LETTERS}", ANY_LETTERS)


def test_scripts_without_spaces_are_known() -> None:
    assert [is_unspaced(word) for word in ("卡", "ไ", "баку", "")] == [True, True, False, False]


def fts_tokens(text: str) -> list[str]:
    connection = sqlite3.connect(":memory:")
    connection.execute(f'CREATE VIRTUAL TABLE page USING fts5(text, tokenize = "{FTS5_TOKENIZER}")')
    connection.execute("INSERT INTO page VALUES (?)", (text,))
    connection.execute("CREATE VIRTUAL TABLE token USING fts5vocab(page, 'instance')")
    found = [row[0] for row in connection.execute("SELECT term FROM token ORDER BY offset")]
    connection.close()
    return found


@pytest.mark.parametrize("text", [text for text, _ in WORDS])
def test_the_full_text_index_sees_the_same_words(text: str) -> None:
    assert fts_tokens(search_text(text)) == words(text)


@given(st.text())
@example('a.b.c d.e 1.2.3 1,2,x_ א"ב')
def test_words_lie_in_order_and_apart(text: str) -> None:
    found = tokenize(text)
    assert list(found.texts) == words(text)
    assert all(found.texts)
    assert all(start < end for start, end in zip(found.starts, found.ends, strict=True))
    assert list(found.starts) == sorted(found.starts)
    assert all(place <= len(found.texts) for place in found.signs)


@given(st.lists(st.text(alphabet="abкאل卡ไ9.,_'\" ", max_size=6)))
def test_words_stay_words_when_joined_by_spaces(parts: list[str]) -> None:
    text = " ".join(parts)
    assert words(search_text(text)) == words(text)


ODD = "abzéßəİАяйё卡国々カไกิ한ᄒקאהנमाि्علیٱ09१.,_'\"’–-·(“ \n\u3000\x85$€＄₨™½№ﬁև\u0301\u200d\u0640\ufe0f\u309a\u1161"


def whole(text: str) -> tuple[list[str], list[tuple[int, int]], dict[int, str]]:
    """Words, places and signs of a text that is read letter by letter at one go."""
    folded = fold(text)
    spans = word_spans(folded.text)
    places = [folded.span(start, end) for start, end in spans]
    return words_at(folded.text, spans), places, signs_among(folded.text, spans)


@given(st.text(alphabet=ODD, max_size=60))
@example("卡 \u0301a 卡\u0301 卡a\n\n“b”")
@example("a\u1161 \u1161b 卡\u309a $ €5 卡＄7")
@example("x" * 100 + " y")
def test_a_text_read_by_pieces_has_the_words_of_the_whole(text: str) -> None:
    found = tokenize(text)
    places = list(zip(found.starts, found.ends, strict=True))
    assert (list(found.texts), places, dict(found.signs)) == whole(text)
    assert words(text) == whole(text)[0]


@given(
    st.text(alphabet=ODD, max_size=60), st.lists(st.integers(0, 60), min_size=4, max_size=4, unique=True).map(sorted)
)
def test_what_is_taken_out_leaves_the_words_beside_it(text: str, cuts: list[int]) -> None:
    found = tokenize(text)
    taken = [(cuts[0], cuts[1]), (cuts[2], cuts[3])]
    left = without(found, taken)
    kept = [
        position
        for position, start in enumerate(found.starts)
        if not any(first <= start < last for first, last in taken)
    ]
    assert left.texts == tuple(found.texts[position] for position in kept)
    assert left.starts == tuple(found.starts[position] for position in kept)
    assert [left.count_before(offset) for offset in range(62)] == [sum(s < o for s in left.starts) for o in range(62)]
    assert without(found, []) is found


@given(
    st.text(alphabet=ODD, max_size=40), st.lists(st.integers(0, 40), min_size=4, max_size=4, unique=True).map(sorted)
)
@example("-- a,b  U.S. ß-ß,  c ", [2, 3, 5, 6])
def test_stretches_of_the_joined_words_stand_where_their_words_do(text: str, cuts: list[int]) -> None:
    for found in (tokenize(text), without(tokenize(text), [(cuts[0], cuts[1]), (cuts[2], cuts[3])])):
        begun = [sum(len(word) + 1 for word in found.texts[:position]) for position in range(len(found.texts))]
        for first, start in enumerate(begun):
            for last in range(first, len(begun)):
                end = begun[last] + len(found.texts[last])
                assert found.along(start, end) == (found.place(first)[0], found.place(last)[1])


def test_signs_before_a_stretch_that_is_taken_out_stay_with_their_words() -> None:
    left = without(tokenize("$5 of €7 or £9 $"), [(3, 8)])
    assert (left.texts, left.signs) == (("5", "or", "9"), {0: "$", 2: "£", 3: "$"})


@pytest.mark.parametrize("script", pieces._ONE_WORD.pattern.split("|") + pieces._FOLDED_WORD.pattern.split("|"))
def test_words_told_at_a_glance_are_those_of_the_letters(script: str) -> None:
    letters = [chr(code) for code in range(0x10000) if re.match(f"(?:[अგ가])?{script}$", chr(code))]
    assert len(letters) > 20
    assert [letter for letter in letters if words(letter * 2) != whole(letter * 2)[0] or len(words(letter)) != 1] == []


@given(st.lists(st.sampled_from(["क", "ड", "नि", "ही", "ा", "ू", "्", "ं", "ँ", "ः", "़"]), max_size=6).map("".join))
def test_a_word_of_an_indic_script_is_one_and_the_same_in_a_text_and_in_a_query(word: str) -> None:
    assert tokenize(f"ब{word}").texts == pattern_words(f"ब{word}").texts
