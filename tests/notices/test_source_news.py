"""The operator's daily news of sources, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.model import SourceState
from monitor.notices.source_news import SourceNews, notice_lines, notice_subject

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


def news(number: int, state: SourceState, was: SourceState = SourceState.OK, reason: str = "") -> SourceNews:
    return SourceNews(f"s{number}", f"Source {number}", was, state, NOW - timedelta(hours=3), reason)


def test_the_subject_counts_what_needs_a_look_and_what_is_well() -> None:
    one, well = news(1, SourceState.FAILING), news(2, SourceState.OK, SourceState.FAILING)
    assert notice_subject([one]) == "Sources: 1 needs a look"
    assert notice_subject([one, news(3, SourceState.GONE)]) == "Sources: 2 need a look"
    assert notice_subject([well]) == "Sources: 1 well again"
    assert notice_subject([news(4, SourceState.OK)]) == "Sources: passing trouble"


def test_trouble_that_passed_is_named_in_a_line() -> None:
    text = "\n".join(notice_lines([news(number, SourceState.OK) for number in range(25)], "UTC"))
    assert "Trouble that passed by itself: Source 0, Source 1," in text
    assert "(+5)." in text
    assert "Well again" not in text


def test_a_long_list_is_cut_and_says_how_much() -> None:
    many = [news(number, SourceState.FAILING, reason="No answer.") for number in range(230)]
    text = "\n".join(notice_lines([*many, news(999, SourceState.SILENT)], "UTC"))
    assert text.count("No answer.") == 200
    assert "And 31 more." in text


def test_every_state_has_its_heading() -> None:
    every = [news(number, state, SourceState.BLOCKED) for number, state in enumerate(SourceState)]
    text = "\n".join(notice_lines(every, "UTC"))
    assert text.count("(s") == len(SourceState) - 1  # the one that is blocked as before has passed
    assert "Source 6." in text


def test_no_source_adds_a_line() -> None:
    hostile = SourceNews(
        "s", "Name\r\nBcc: x@else.example", SourceState.OK, SourceState.FAILING, NOW, "Bad\r\nBcc: y\u2028z"
    )
    lines = notice_lines([hostile], "UTC")
    assert not any(mark in line for line in lines for mark in "\r\n\u2028")
    assert "Name Bcc: x@else.example" in lines[2]
