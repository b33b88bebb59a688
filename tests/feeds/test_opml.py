"""OPML read as other readers write it, well and badly, and written so that it is read back the same."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.feeds import opml
from monitor.feeds.opml import Outline, read_opml, write_opml

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def document(body: str, root: str = '<opml version="2.0">') -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}<head><title>t</title></head><body>\n{body}\n</body></opml>'.encode()


def test_folders_and_lines_come_with_their_outlines() -> None:
    found = read_opml(
        document(
            '<outline text="Europe"><outline title="Media" text="x">\n'
            '<outline type="rss" text="A" xmlUrl="https://a.example/feed"/></outline></outline>\n'
            '<outline text="B" xmlUrl="https://b.example/feed"/>'
        )
    )
    first, second = found.outlines
    assert (first.title, first.folders, first.line) == ("A", ("Europe", "Media"), 4)
    assert (second.folders, second.line, found.broken) == ((), 5, "")


def test_names_of_attributes_are_known_in_any_case() -> None:
    (found,) = read_opml(
        document('<Outline TEXT="A" xmlurl="https://a.example/" htmlURL="https://a.example"/>')
    ).outlines
    assert found.attributes == {"text": "A", "xmlUrl": "https://a.example/", "htmlUrl": "https://a.example"}


def test_prefixes_keep_what_they_stand_for() -> None:
    root = '<opml version="2.0" xmlns:fz="urn:fz" xmlns:other="urn:other">'
    (found,) = read_opml(document('<outline text="A" xmlUrl="https://a.example/" fz:quiet="true"/>', root)).outlines
    assert (found.attributes["fz:quiet"], found.namespaces) == ("true", {"fz": "urn:fz"})


def test_what_other_readers_write_wrongly_is_mended() -> None:
    body = '<outline text="Q &nbsp;&amp; A &copy" xmlUrl="https://a.example/?a=1&b=2&eacute;=3"/>\x01'
    (found,) = read_opml(document(body)).outlines
    assert found.attributes == {"text": "Q \xa0& A &copy", "xmlUrl": "https://a.example/?a=1&b=2é=3"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1251"])
def test_every_encoding_that_is_declared_is_read(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><opml><body><outline text="Новости дня" xmlUrl="https://a.example/"/></body></opml>'
    assert read_opml(text.encode(encoding)).outlines[0].title == "Новости дня"


def test_an_outline_without_address_or_children_is_kept_to_be_told_of() -> None:
    found = read_opml(
        document('<outline text="Empty"/>\n<outline text="Full"><outline xmlUrl="https://a.example/"/></outline>')
    )
    assert [(outline.title, outline.folders) for outline in found.outlines] == [("Empty", ()), ("", ("Full",))]


def test_what_stands_before_a_break_is_kept() -> None:
    found = read_opml(document('<outline text="A" xmlUrl="https://a.example/"/>\n<outline text="B" xml<'))
    assert [outline.title for outline in found.outlines] == ["A"]
    assert (found.broken_line, found.broken) == (4, "the document is broken here (not well-formed (invalid token))")


BOMB = (
    '<!DOCTYPE opml [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY a{n} "{"&a" + (str(n - 1) if n else "") + ";"}{"&a" + (str(n - 1) if n else "") + ";"}">'
        for n in range(40)
    )
    + ']><opml><body><outline text="&a39;" xmlUrl="https://a.example/"/></body></opml>'
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOMB, "declares entities of its own"),
        (
            '<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/hostname">]><opml><body/></opml>',
            "declares entities of its own",
        ),
        ("<rss><channel/></rss>", "it begins as <rss>"),
        ("hello", "cannot be read as XML"),
        ("", "cannot be read as XML"),
        ("<opml><body>" + '<outline text="x">' * 60, "nested more than 50 deep"),
    ],
)
def test_what_is_no_list_of_feeds_is_refused_at_once(text: str, reason: str) -> None:
    started = time.process_time()
    with pytest.raises(ParseError, match=reason):
        read_opml(text.encode())
    assert time.process_time() - started < 1


def test_a_list_without_end_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(opml, "OUTLINE_LIMIT", 3)
    with pytest.raises(ParseError, match="more than 3 outlines"):
        read_opml(document('<outline xmlUrl="https://a.example/"/>' * 4))


def test_a_document_is_written_valid_and_in_its_folders() -> None:
    outlines = [
        Outline({"text": "A & <B>", "xmlUrl": "https://a.example/?a=1&b=2"}, ("Press", "Asia")),
        Outline({"text": "C", "xmlUrl": "https://c.example/"}, ("Press",)),
        Outline(
            {"text": "D", "xmlUrl": "https://d.example/", "no good": "x", "gone:x": "y", "fz:q": "1"},
            (),
            0,
            {"fz": "urn:fz"},
        ),
        Outline({"text": "E", "xmlUrl": "https://e.example/"}, ("Wires",)),
    ]
    written = write_opml(outlines, "Mine & yours", NOW)
    root = ElementTree.fromstring(written)
    assert root.attrib["version"] == "2.0"
    assert root.findtext("head/title") == "Mine & yours"
    assert root.findtext("head/dateCreated") == "Mon, 23 Nov 2026 08:00:00 +0000"
    body = root.find("body")
    assert body is not None
    assert [outline.attrib["text"] for outline in body] == ["D", "Press", "Wires"]
    assert [outline.attrib["text"] for outline in body[1]] == ["C", "Asia"]
    assert body[0].attrib == {"text": "D", "xmlUrl": "https://d.example/", "{urn:fz}q": "1"}


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(
    lambda text: text.strip() == " ".join(text.split()) == text and "\ufffe" not in text and "\uffff" not in text
)


@given(
    st.lists(
        st.tuples(TEXTS, st.lists(TEXTS, max_size=2), st.dictionaries(st.sampled_from(["note", "x.y"]), TEXTS)),
        max_size=5,
    )
)
def test_what_is_written_is_read_back(rows: list[tuple[str, list[str], dict[str, str]]]) -> None:
    outlines = [
        Outline({"text": text, "xmlUrl": f"https://a.example/{n}", **more}, tuple(folders))
        for n, (text, folders, more) in enumerate(rows)
    ]
    found = read_opml(write_opml(outlines, "t", NOW).encode()).outlines
    assert sorted((o.attributes["xmlUrl"], o.folders, tuple(o.attributes.items())) for o in found) == sorted(
        (o.attributes["xmlUrl"], o.folders, tuple(o.attributes.items())) for o in outlines
    )
