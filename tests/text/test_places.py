"""Where words stand is the same whatever way a text was read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.folding import fold
from monitor.text.places import InAlphabet, InPieces, InRuns, Listed
from monitor.text.scanning import word_spans
from monitor.text.tokens import Words, tokenize, without

KINDS = {InAlphabet: "abя -. ’", InRuns: "卡国拉a,。 ß$5", InPieces: "தமிழ் 한-カ ", Listed: "ab卡 \u0301-"}
BEGINNINGS = {InAlphabet: "слово word U.S. ", InRuns: "卡拉 ", InPieces: "தமிழ் " * 6, Listed: "a \u0301b 卡 "}


def assert_places(found: Words, expected: list[tuple[int, int]]) -> None:
    """That words stand there, singly and as stretches of the joined words."""
    assert [found.place(position) for position in range(len(found.texts))] == expected
    begun = [sum(len(word) + 1 for word in found.texts[:position]) for position in range(len(found.texts))]
    for first, start in enumerate(begun):
        for last in range(first, len(begun)):
            end = begun[last] + len(found.texts[last])
            assert found.along(start, end) == (expected[first][0], expected[last][1])


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_words_stand_where_they_stand_in_a_text_read_letter_by_letter(kind: type, data: st.DataObject) -> None:
    text = BEGINNINGS[kind] + data.draw(st.text(st.sampled_from(KINDS[kind]), max_size=24))
    cuts = data.draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4, unique=True).map(sorted))
    found = tokenize(text)
    folded = fold(text)
    spans = [folded.span(start, end) for start, end in word_spans(folded.text)]
    assert_places(found, spans)
    for offset in range(len(text) + 1):
        assert found.count_before(offset) == sum(start < offset for start, _ in spans)
    taken = [(cuts[0], cuts[1]), (cuts[2], cuts[3])]
    kept = [span for span in spans if not any(start <= span[0] < end for start, end in taken)]
    assert_places(without(found, taken), kept)


@pytest.mark.parametrize("kind", KINDS)
def test_each_way_to_read_has_places_of_its_own(kind: type) -> None:
    assert type(tokenize(BEGINNINGS[kind]).places) is kind
