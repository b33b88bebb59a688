"""The sentence with the hits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.sentence import LENGTH, hit_sentence
from monitor.model import Span


def spans(text: str, *words: str, field: str = "body") -> list[Span]:
    return [Span(field, found.start(), found.end(), word) for word in words for found in re.finditer(word, text)]


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("It rains. The talks begin. It snows.", ["talks"], "The *talks* begin."),
        ("Talks of old. New talks on trade begin.", ["talks", "Talks", "trade"], "New *talks* on *trade* begin."),
        ("One talks.\nAnother talks.", ["talks"], "One *talks*."),
        ("A line\nwith talks\nand more", ["talks"], "with *talks*"),
        ("The  \t talks  begin. More.", ["talks"], "The *talks* begin."),
        ("Dr. Roe opened the talks. More.", ["talks"], "Dr. Roe opened the *talks*."),
        ("Переговоры начались. Визит завершён.", ["Визит"], "*Визит* завершён."),
        ("会談が始まった。次は来週。", ["次"], "*次*は来週。"),
        ("The\u202e talks\u202c begin.", ["talks"], "The *talks* begin."),
        ("The talks begin", ["The talks", "talks"], "*The talks* begin"),
        ("It rains. The talks begin. On trade.", [r"talks begin\. On trade"], "The *talks begin.*"),
    ],
)
def test_it_is_the_one_with_most_different_hits_on_one_clean_line(text: str, words: list[str], marked: str) -> None:
    shown = hit_sentence("A title", text, spans(text, *words))
    for start, end in reversed(shown.marks):
        text = shown.text[:start] + "*" + shown.text[start:end] + "*" + shown.text[end:]
        shown = type(shown)(text)
    assert shown.text == marked


def test_a_hit_in_the_title_alone_shows_the_title() -> None:
    shown = hit_sentence("The talks begin", "It rains.", spans("The talks begin", "talks", field="title"))
    assert (shown.text, shown.marks) == ("The talks begin", ((4, 9),))


@pytest.mark.parametrize("found", [[], [Span("label", 0, 3, "TNS")], [Span("body", 500, 505, "gone")]])
def test_a_rule_that_met_no_words_of_the_text_shows_none(found: list[Span]) -> None:
    shown = hit_sentence("A title", "It rains.", found)
    assert (shown.text, shown.marks) == ("", ())


def test_a_long_sentence_is_cut_around_its_hits() -> None:
    text = "word " * 200 + "talks " + "word " * 200
    shown = hit_sentence("A title", text, spans(text, "talks"))
    assert len(shown.text) <= LENGTH
    assert [shown.text[start:end] for start, end in shown.marks] == ["talks"]
    assert shown.text.startswith("…")
    assert shown.text.endswith("…")


@given(st.text(max_size=200), st.lists(st.tuples(st.integers(0, 220), st.integers(1, 30)), max_size=6))
def test_marks_lie_in_order_within_a_clean_line_whatever_is_hit(text: str, places: list[tuple[int, int]]) -> None:
    found = [Span("body", start, start + length, text[start : start + length]) for start, length in places]
    shown = hit_sentence("A title", text, found)
    last = 0
    for start, end in shown.marks:
        assert last <= start < end <= len(shown.text)
        last = end
    assert not re.search("[\n\r\t\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]|  ", shown.text)
