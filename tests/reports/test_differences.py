from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import CutPassage, Piece
from monitor.reports.differences import AT_ONCE, diff_texts, differences
from monitor.reports.passages import Passages
from monitor.text.reading import read
from tests.reports.conftest import PARAGRAPHS, TEXT


def passages(text: str) -> Passages:
    return Passages.of(read("", text), "body", text)


def compared(text: str, copy: str):  # type: ignore[no-untyped-def]
    return differences(passages(text), passages(copy))


def test_a_copy_that_only_moved_paragraphs_lost_and_changed_nothing() -> None:
    found = compared(TEXT, "\n\n".join(reversed(PARAGRAPHS)))
    assert (found.cut, found.changed, found.added_words) == ((), (), 0)


def test_paragraphs_that_went_whole_are_told_as_one() -> None:
    found = compared(TEXT, "\n\n".join(PARAGRAPHS[:2]))
    assert found.cut == (CutPassage(3, None, PARAGRAPHS[2]), CutPassage(4, None, PARAGRAPHS[3]))
    assert found.changed == ()


def test_a_sentence_that_went_is_told_with_its_place() -> None:
    found = compared(TEXT, TEXT.replace(" She thanked the boatyards that had lent forty models for the show.", ""))
    assert found.cut == (CutPassage(2, 2, "She thanked the boatyards that had lent forty models for the show."),)


def test_reworded_sentences_show_what_went_and_what_came_in_the_words_as_printed() -> None:
    found = compared(
        TEXT, TEXT.replace("Ana Reed, opened", "Ana Reed, INAUGURATED").replace("ten countries", "a dozen countries")
    )
    assert found.cut == ()
    assert [(passage.paragraph, passage.sentence) for passage in found.changed] == [(1, 2), (3, 1)]
    assert found.changed[0].diff == (
        Piece("=", "The ambassador, Ana Reed,"),
        Piece("-", "opened"),
        Piece("+", "INAUGURATED"),
        Piece("=", "it together with the mayor."),
    )


def test_a_sentence_that_was_cut_is_not_taken_for_one_that_was_kept() -> None:
    kept = "The mission thanks the people of the town and the men of the port for the help and the bread of the winter."
    lost = "The mission sends the greetings of the people and the thanks of the men to the port and the town."
    found = compared(f"{kept} {lost}", kept)
    assert (found.cut, found.changed, found.added_words) == ((CutPassage(1, 2, lost),), (), 0)


def test_case_accents_and_quotation_marks_are_no_change() -> None:
    found = compared("“Qarabağ’s Boats” came in on Monday morning.", '"QARABAG\'S boats" came in on Monday morning')
    assert (found.cut, found.changed) == ((), ())


def test_two_sentences_made_one_are_not_cut() -> None:
    copy = PARAGRAPHS[0].replace(
        "library. The ambassador, Ana Reed, opened it", "library, where the ambassador, Ana Reed, opened it"
    )
    found = compared(PARAGRAPHS[0], copy)
    assert found.cut == ()
    assert [passage.sentence for passage in found.changed] == [2] or found.changed == ()


def test_what_a_copy_says_before_and_after_a_sentence_is_no_change_of_it() -> None:
    copy = "In the rain, the ambassador, Ana Reed, opened it alone with the mayor, we hear."
    [passage] = compared("The ambassador, Ana Reed, opened it together with the mayor.", copy).changed
    assert [piece.text for piece in passage.diff] == [
        "The ambassador, Ana Reed, opened it",
        "together",
        "alone",
        "with the mayor.",
    ]


def test_what_a_copy_adds_of_its_own_is_counted() -> None:
    assert compared(TEXT, f"{TEXT}\n\nOur paper writes of boats each week.").added_words == 7


def test_a_text_without_words_differs_in_nothing() -> None:
    assert compared("", TEXT).cut == ()
    assert compared(TEXT, "").cut[0].text == PARAGRAPHS[0]


def test_hostile_texts_are_compared_in_time() -> None:
    one = " ".join(f"the sea {number % 7} of the sea." for number in range(4_000))
    other = " ".join(f"the sea {number % 5} and the sea." for number in range(4_000))
    began = time.process_time()
    compared(one, other)
    diff_texts(passages(one), passages(other))
    assert time.process_time() - began < 20


def test_the_diff_of_two_versions_goes_in_their_order() -> None:
    former = "The talks begin on Monday. Both sides agreed. A paper was signed."
    later = "The talks begin on Tuesday. Both sides agreed."
    assert diff_texts(passages(former), passages(later)) == (
        Piece("=", "The talks begin on"),
        Piece("-", "Monday."),
        Piece("+", "Tuesday."),
        Piece("=", "Both sides agreed."),
        Piece("-", "A paper was signed."),
    )


def test_versions_that_read_alike_have_no_diff() -> None:
    assert diff_texts(passages("Talks begin"), passages("talks BEGIN.")) == ()


def test_long_stretches_are_told_as_replaced() -> None:
    one, other = (" ".join(f"{letter}{number}" for number in range(AT_ONCE + 1)) for letter in "ab")
    assert [piece.op for piece in diff_texts(passages(one), passages(other))] == ["-", "+"]


WORDS = st.lists(st.sampled_from(["boat", "sea", "the", "came.", "\n\n"]), max_size=30).map(" ".join)


@given(WORDS, WORDS)
def test_both_versions_can_be_read_out_of_a_diff(former: str, later: str) -> None:
    diff = diff_texts(passages(former), passages(later))
    for text, left_out in ((former, "+"), (later, "-")):
        told = passages(" ".join(piece.text for piece in diff if piece.op != left_out)).texts
        assert not diff or told == passages(text).texts


@given(WORDS)
def test_a_copy_as_it_is_has_no_differences(text: str) -> None:
    found = compared(text, text)
    assert (found.cut, found.changed, found.added_words) == ((), (), 0)
