"""Summaries end at a sentence in every script, and lines are fit to be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.notices.excerpt import columns, excerpt, fit, is_right_to_left, shorten, wrap


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("One ends here. Two goes on and on.", 20, "One ends here."),
        ("One ends here! Two goes on and on.", 20, "One ends here!"),
        ("Does it end? Two goes on and on.", 20, "Does it end?"),
        ("It trails off… Two goes on and on.", 20, "It trails off…"),
        ("“It ends here.” Two goes on and on.", 20, "“It ends here.”"),
        ("Стороны встретились. Вторая фраза длиннее.", 25, "Стороны встретились."),
        ("双方已经会谈。第二句话比较长一些。", 10, "双方已经会谈。"),
        ("会談は終わった！次の文はもっと長い。", 12, "会談は終わった！"),
        ("هل انتهى اللقاء؟ الجملة الثانية أطول.", 20, "هل انتهى اللقاء؟"),
        ("ملاقات ختم ہوئی۔ دوسرا جملہ طویل ہے۔", 20, "ملاقات ختم ہوئی۔"),
        ("बैठक समाप्त हुई। दूसरा वाक्य लंबा है।", 20, "बैठक समाप्त हुई।"),
        ("Հանդիպումն ավարտվեց։ Երկրորդը երկար է։", 25, "Հանդիպումն ավարտվեց։"),
        ("ስብሰባው አለቀ። ሁለተኛው ዓረፍተ ነገር ረጅም ነው።", 18, "ስብሰባው አለቀ።"),
        ("កិច្ចប្រជុំបានបញ្ចប់។ ប្រយោគទីពីរវែងជាង។", 30, "កិច្ចប្រជុំបានបញ្ចប់។"),
        ("အစည်းအဝေးပြီးပါပြီ။ဒုတိယဝါကျပိုရှည်သည်။", 26, "အစည်းအဝေးပြီးပါပြီ။"),
        ("ཚོགས་འདུ་གྲོལ་སོང་།ཚིག་གཉིས་པ་རིང་བ་ཡིན།", 24, "ཚོགས་འདུ་གྲོལ་སོང་།"),
        ("会談は終わった｡次の文はもっと長い｡", 12, "会談は終わった｡"),
        ("সভা শেষ হয়েছে। দ্বিতীয় বাক্যটি আরও দীর্ঘ।", 20, "সভা শেষ হয়েছে।"),
        ("Η συνάντηση τελείωσε. Η δεύτερη πρόταση είναι μακρύτερη.", 30, "Η συνάντηση τελείωσε."),
        ("การประชุมจบแล้ว ประโยคที่สองยาวกว่า", 22, "การประชุมจบแล้ว…"),
        ("They met. Mr. Smith of the U.S. spoke at length.", 32, "They met."),
        ("They met. Growth was 3.5 per cent this year.", 28, "They met."),
        ("They met. An officer, gen. smith, spoke then.", 30, "They met."),
        ("They met, said A. Smith of the paper at length.", 30, "They met, said A. Smith of…"),
        ("Short. But the second sentence is very long indeed and cut.", 40, "Short. But the second sentence is very…"),
        ("A sentence without any end in sight for long", 20, "A sentence without…"),
        ("没有任何句号的一个很长的句子", 8, "没有任何句号的…"),
        ("Whole.", 6, "Whole."),
        ("Two\nlines   here", 80, "Two lines here"),
        ("Anything", 0, ""),
        ("", 10, ""),
    ],
)
def test_a_summary_ends_at_the_last_sentence_that_fits(text, limit, expected) -> None:
    assert excerpt(text, limit) == expected


@given(text=st.text(max_size=300), limit=st.integers(0, 200))
def test_a_summary_is_never_longer_than_its_limit_and_stays_on_one_line(text, limit) -> None:
    cut = excerpt(text, limit)
    assert len(cut) <= limit
    assert cut == fit(cut)
    assert len(cut.splitlines()) <= 1
    cut.encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\tc\x0bd", "a b c d"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("a\x00b\x1bc\x9dd", "abcd"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("lone \ud800 half", "lone half"),
        ("\ufeffmark \ufffe end", "mark end"),
        ("قره\u200cباغ", "قره\u200cباغ"),  # the non-joiner is part of the spelling
        ("👍🏽 ok", "👍🏽 ok"),
    ],
)
def test_what_cannot_be_sent_or_would_disturb_its_surroundings_is_taken_out(text, expected) -> None:
    assert fit(text) == expected


def test_a_letter_is_never_parted_from_its_marks() -> None:
    assert shorten("abcde\u0301fgh", 6) == "abcd…"
    assert shorten("abc", 3) == "abc"
    assert shorten("abc", 0) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Title", False),
        ("سفارت", True),
        ("שלום", True),
        ("12 – سفارت", True),
        ("2026", False),
        ("", False),
        ("Ərdoğan سفارت", False),
    ],
)
def test_the_direction_is_that_of_the_first_letter(text, expected) -> None:
    assert is_right_to_left(text) is expected


def test_lines_are_wrapped_at_spaces_and_addresses_stay_whole() -> None:
    assert wrap("one two three four", 9) == ["one two", "three", "four"]
    assert wrap("see https://example.org/a/very/long/path now", 12) == [
        "see",
        "https://example.org/a/very/long/path",
        "now",
    ]
    assert wrap("one two three", 9, "  ") == ["  one two", "  three"]
    assert wrap("", 9) == []


def test_lines_without_spaces_break_between_characters_but_not_before_a_full_stop() -> None:
    assert wrap("双方表示会谈继续。", 8) == ["双方表示", "会谈继", "续。"]
    assert wrap("「会談」は続く", 7) == ["「会", "談」は", "続く"]
    assert "".join(wrap("両国は、「続ける」と述べた。", 6)) == "両国は、「続ける」と述べた。"


def test_right_to_left_lines_are_left_to_the_reader() -> None:
    line = "سفارت خانے نے قومی دن کے موقع پر ایک تقریب منعقد کی " * 4
    assert wrap(line, 20) == [line]


def test_columns_count_wide_characters_twice_and_marks_not_at_all() -> None:
    assert (columns("abc"), columns("会谈"), columns("e\u0301")) == (3, 4, 1)


@given(st.text(alphabet=st.characters(codec="utf-8", categories=("L", "P", "Zs", "N")), max_size=120))
def test_wrapping_loses_no_character(text) -> None:
    if not is_right_to_left(text):
        assert "".join("".join(wrap(text, 20)).split()) == "".join(text.split())
