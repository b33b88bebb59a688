"""Marked sentences: cleaned without losing their marks, cut around the first of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.notices.excerpt import clean
from monitor.notices.runs import Look, Run, plain, with_marks


def marked(line: tuple[Run, ...]) -> list[str]:
    return [run.text for run in line if run.look is Look.MARK]


def test_marks_stay_where_they_are_when_what_nobody_sees_is_taken_out() -> None:
    text = "a\u202e  b\u200b har\u00adbour  c"
    line = with_marks(text, [(7, 15)], 100)
    assert (plain(line), marked(line)) == ("a b harbour c", ["harbour"])


@pytest.mark.parametrize(
    ("text", "marks", "limit", "expected"),
    [
        ("", [], 10, ""),
        (" \u200b ", [(0, 3)], 10, ""),
        ("harbour", [(0, 7)], 7, "[harbour]"),
        ("the harbour reopened in spring", [(4, 11)], 20, "the [harbour]…"),
        ("one two three four five six harbour seven eight nine ten", [(28, 35)], 26, "…six [harbour] seven eight…"),
        ("会谈会谈会谈会谈会谈会谈会谈会谈港口会谈会谈", [(16, 18)], 10, "…会谈[港口]会谈会谈"),
        ("one two three four", [], 10, "one two…"),
        ("xyz" * 30, [(60, 63)], 20, "…xyzxyz[xyz]xyzxyzxyz…"),
    ],
)
def test_a_long_sentence_is_cut_around_its_first_hit(
    text: str, marks: list[tuple[int, int]], limit: int, expected: str
) -> None:
    line = with_marks(text, marks, limit)
    shown = "".join(f"[{run.text}]" if run.look is Look.MARK else run.text for run in line)
    assert shown == expected
    assert len(plain(line)) <= limit


def test_no_letter_is_parted_from_its_marks() -> None:
    text = "e\u0301" * 40
    assert plain(with_marks(text, [(40, 42)], 15)).strip("…")[0] == "e"


@given(st.data())
def test_any_text_comes_out_clean_and_within_its_limit_with_the_first_hit(data: st.DataObject) -> None:
    text = data.draw(st.text(st.characters(), max_size=60) | st.text("ab \u200b\u202e\u0301会", max_size=60))
    edges = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    marks = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False) if start < end]
    limit = data.draw(st.integers(0, 70))
    line = with_marks(text, marks, limit)
    shown = plain(line)
    assert len(shown) <= max(limit, 2)
    assert clean(shown) == shown
    assert all(run.text for run in line)
    if limit >= len(text):
        assert "".join(shown.split()) == "".join(clean(text).split())
        hits = "".join("".join(clean(text[start:end]).split()) for start, end in marks)
        assert "".join("".join(hit.split()) for hit in marked(line)) == hits
