"""Editions and lists for other programs and for paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from monitor.notices.content import Carried, Content, Correction, Mark, Section
from monitor.notices.exports import COLUMNS, listing_html, markdown, rows
from tests.notices.conftest import DUE_AT, an_entry


@pytest.fixture
def rich(content: Content) -> Content:
    mark = Mark("CORRECTED", "Karachi Wire", DUE_AT)
    first, *others = content.sections[0].entries
    return replace(
        content,
        sections=(
            replace(content.sections[0], entries=(replace(first, note="Call them.", mark=mark), *others)),
            *content.sections[1:],
        ),
        corrections=(Correction(50, 51, 1, "CORRECTED: Bridge", None, "en", mark, "Bridge opens", DUE_AT, ("kw",)),),
        week=(Carried(60, 61, "Old map", "https://f.example/1", "en", "The Frontier", 12, DUE_AT - timedelta(days=3)),),
        note="For all.",
        is_late=True,
        reads=("en",),
    )


def test_markdown_tells_all_and_reads_as_it_was_meant(rich: Content) -> None:
    text = markdown(rich)
    page = LexborHTMLParser(MarkdownIt("commonmark", {"html": True}).render(text))
    assert page.css_first("h1").text() == "Morning press review"
    assert [node.text() for node in page.css("h2")] == [
        *("Our mission in the media", "Region & world", "Corrections", "Most carried last week"),
    ]
    assert len(page.css("ol > li")) == 5
    assert page.css_first("ol > li a").attributes["href"] == "https://courier.example/1"
    shown = page.text()
    for said in (
        "CORRECTED by Karachi Wire",
        "Note: Call them.",
        "Note: For all.",
        "Sent late",
        "Peregovory",
        "further pick-up: +2",
    ):
        assert said in shown
    assert "214 new articles" in shown
    assert "Ministry of Trade: failing" in shown


HOSTILE = [
    "*bold* _it_ `x` [l](https://e.example) <script>x</script> # h | t ~s~ &lt;",
    *("1. one", "- two", "+ x", "= y", "a\n# b", "\\"),
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_a_feed_says_formats_markdown(content: Content, hostile: str) -> None:
    entry = an_entry(1, hostile, summary=hostile, outlet=hostile, url='https://e.example/"><x')
    text = markdown(replace(content, sections=(Section(hostile, (entry,)),), title=hostile))
    page = LexborHTMLParser(MarkdownIt("commonmark", {"html": True}).render(text))
    flat = " ".join(hostile.split())
    assert page.css_first("h1").text() == flat
    assert page.css_first("ol > li strong").text() == flat
    assert [node.tag for node in page.css("script, a, code, em")] == []


def test_a_list_is_no_edition(content: Content) -> None:
    listed = replace(content, title="bridge*", sections=(Section("", content.sections[0].entries),))
    text = markdown(listed, is_edition=False)
    assert text.startswith("# bridge\\*\n\n1. **[Embassy marks")
    assert "sources polled" not in text
    page = LexborHTMLParser(listing_html(listed))
    assert page.css_first("h1").text() == "bridge*"
    assert len(page.css(".entry")) == 2
    assert "@media print" in listing_html(listed)
    assert "sources polled" not in page.text()


def test_rows_have_every_column_and_the_whole_edition(rich: Content) -> None:
    found = rows(rich)
    assert all(tuple(row) == COLUMNS for row in found)
    assert [row["kind"] for row in found] == ["entry"] * 2 + ["further pick-up"] + ["entry"] * 3 + [
        "correction",
        "last week",
    ]
    first = found[0]
    assert (first["number"], first["outlet"], first["outlets"]) == (1, "Embassy of Atlantis in Islamabad", 8)
    assert (first["published_at"], first["note"]) == ("2026-11-23T01:00:00Z", "Call them.")
    assert found[6]["note"] == "CORRECTED: Bridge opens"
    assert found[6]["url"] == ""
