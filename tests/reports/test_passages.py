from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.reports.passages import SENTENCE_WORDS, Passages
from monitor.text.reading import read


def passages(text: str) -> Passages:
    return Passages.of(read("", text), "body", text)


def quoted(text: str) -> list[tuple[int, str]]:
    found = passages(text)
    return [(sentence.paragraph, found.quote(sentence.first, sentence.end)) for sentence in found.sentences]


def test_sentences_end_at_stops_and_paragraphs_at_blank_lines() -> None:
    assert quoted("One came. Two went!\n\nThree stayed; four did not.") == [
        (0, "One came."),
        (0, "Two went!"),
        (1, "Three stayed; four did not."),
    ]


def test_initials_titles_and_what_goes_on_in_small_letters_end_no_sentence() -> None:
    text = "Dr. J. Reed came at 5 p.m. from the coast. The U.S. envoy stayed."
    assert quoted(text) == [(0, "Dr. J. Reed came at 5 p.m. from the coast."), (0, "The U.S. envoy stayed.")]


def test_stops_of_other_scripts_end_sentences() -> None:
    assert [text for _, text in quoted("展览开放。欢迎参观。")] == ["展览开放。", "欢迎参观。"]
    assert [text for _, text in quoted("نمائش کھلی ہے۔ سب آئیں۔")] == ["نمائش کھلی ہے۔", "سب آئیں۔"]


def test_lines_of_a_wrapped_mail_are_one_paragraph_and_long_lines_are_each_one() -> None:
    assert [paragraph for paragraph, _ in quoted("The boats came in.\nThe choir\nsang.")] == [0, 0]
    line = (
        "The boats came in with the morning tide and lay along the quay until the choir had sung its last song of all."
    )
    assert [paragraph for paragraph, _ in quoted(f"{line}\n{line}")] == [0, 1]


def test_a_sentence_without_end_is_taken_in_pieces() -> None:
    assert [s.end - s.first for s in passages("boat " * (SENTENCE_WORDS + 5)).sentences] == [SENTENCE_WORDS, 5]


def test_furniture_is_no_part_of_a_sentence() -> None:
    assert quoted("BAKU, November 7. /TASS/. The boats came in.")[-1] == (0, "The boats came in.")


def test_a_quotation_keeps_its_marks() -> None:
    text = "He said: “Come in,” and left."
    found = passages(text)
    assert found.quote(2, 4) == "“Come in,”"
    assert found.quote(3, 3) == ""


@given(st.text(alphabet="ab .\n!”。", max_size=120))
def test_every_word_stands_in_one_sentence(text: str) -> None:
    found = passages(text)
    covered = [word for sentence in found.sentences for word in range(sentence.first, sentence.end)]
    assert covered == list(range(len(found.texts)))
