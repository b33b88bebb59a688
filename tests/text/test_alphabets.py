"""Texts read in the letters of one alphabet have the words, places and signs that reading letter by letter gives them."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.text import alphabets
from monitor.text.alphabets import spell
from monitor.text.folding import fold, hanging_characters
from monitor.text.scanning import signs_among, word_spans, words_at
from monitor.text.tokens import tokenize

PAGES = list(range(len(alphabets._PAGES)))
ODD = "ß\u0301\u200d\u0640\u1161\u093c卡カ한ไ€$＄½№…·\u3000ʰﬁև\U0001f600\ud800\x00"


def held(number: int) -> str:
    letters, marks = map(alphabets._spelled, alphabets._PAGES[number])
    return alphabets._SHARED + letters + marks


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Texts mostly of one alphabet: words, what joins and parts them, and now and then what the page does not hold."""
    page = held(draw(st.sampled_from(PAGES)))
    letters = [character for character in page if character.isalpha() or character > "\u02ff"]
    script = [letter for letter in letters if letter > "\u02ff"] or letters
    word = st.text(st.sampled_from(script), min_size=1, max_size=6)
    parts = st.one_of(
        word,
        word,
        word,
        st.sampled_from(
            [". ", ", ", " ", " ", " ", "  ", "\n", ".", ",", "_", '"', "-", "’", "“", "7", "1,000", "U.S."]
        ),
        st.text(st.sampled_from(page), max_size=4),
        st.text(st.sampled_from(ODD), max_size=1),
    )
    return "".join(draw(st.lists(parts, max_size=40)))


@settings(max_examples=1000, deadline=None)
@given(texts())
@example("क\u0901\u093f\u094d\u0902\u0903 \u093fक -\u093fक 7\u093f .\u093f aकि किa क.ख.")
@example("\u093fक कि " * 30)
@example('צה"ל "שלום" ' * 8)
@example("кар a1б б1a аx xа U.S. 1,000 _а_ а_б_ €5 и $ ещё $7" + " слово" * 40)
@example("եվ և եւ" + " բառ" * 40)
@example("“Two words”, the U.S.’s e-mail of 3.5 per cent… Straße?" + " word" * 20)
def test_a_text_in_an_alphabet_has_the_words_of_the_whole(text: str) -> None:
    folded = fold(text)
    spans = word_spans(folded.text)
    found = tokenize(text)
    assert list(found.texts) == words_at(folded.text, spans)
    assert list(zip(found.starts, found.ends, strict=True)) == [folded.span(start, end) for start, end in spans]
    assert dict(found.signs) == signs_among(folded.text, spans)
    end = 0
    for position, word in enumerate(found.texts):
        assert found.along(end, end + len(word)) == found.place(position)
        assert found.along(0, end + len(word)) == (found.starts[0], found.ends[position])
        end += len(word) + 1
    for offset in range(0, len(text) + 1, 3):
        assert found.count_before(offset) == sum(start < offset for start in found.starts)


@pytest.mark.parametrize("number", PAGES)
def test_what_a_page_holds_stands_for_itself_whatever_is_beside_it(number: int) -> None:
    marks = alphabets._spelled(alphabets._PAGES[number][1])
    assert len(set(held(number))) < 256
    assert hanging_characters().intersection(held(number)) == set(marks)
    letters = alphabets._spelled(alphabets._PAGES[number][0])
    assert set(letters) <= set(held(number))
    base = next(letter for letter in letters if letter.islower() or letter > "\u02ff")
    for character in letters + marks:
        plain, apart = spell(f"{base * 3}{character}{base} {base}") or ("", None)
        assert (len(plain), apart) == (len(base * 6) + 1, [])


def test_what_a_page_does_not_hold_is_set_apart_up_to_the_white_space_around_it() -> None:
    assert spell("The U.S. paid 1,000 in Straße, it’s said.") == (
        "the u s  paid 1 000 in stra e  it s said ",
        [(4, 8), (14, 19), (23, 30)],
    )
    assert spell("") == ("", [])


@pytest.mark.parametrize("text", ["カラバフ", "卡拉巴赫 and more", "ß ß ß ß ß ß ß ß ß ß " * 3, "தமிழ் " * 30])
def test_a_text_that_is_in_no_alphabet_is_read_otherwise(text: str) -> None:
    assert spell(text) is None
