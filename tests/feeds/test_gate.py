"""Entries known by their bytes are cut out, and nothing else is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds import gate
from monitor.feeds.messages import Request
from monitor.feeds.parse import parse_xml

REQUEST = Request("xml", "http://feeds.example/f.xml", "utf-8", "2026-11-23T08:00:00+00:00")


def ranges(body: bytes) -> list[bytes]:
    return [body[start:end] for start, end in gate.scan(body).ranges]


def test_items_and_entries_are_found_under_any_prefix() -> None:
    assert ranges(b"<rss><item>a</item> <item x='1'>b</item\n></rss>") == [b"<item>a</item>", b"<item x='1'>b</item\n>"]
    assert ranges(b"<feed><a:entry>a</a:entry><a:entry/></feed>") == [b"<a:entry>a</a:entry>", b"<a:entry/>"]


def test_names_that_only_begin_alike_are_left_alone() -> None:
    assert ranges(b"<items><li/></items><x:news_item>n</x:news_item><itemize/><entrypoint>e</entrypoint>") == []


def test_tags_within_comments_and_cdata_do_not_count() -> None:
    body = b"<!-- <item> --><item><![CDATA[ </item> <item> ]]><!-- </item> --></item>"
    assert ranges(body) == [body[15:]]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<item><item></item></item>", "nested entries"),
        (b"<item></entry>", "tags do not pair"),
        (b"</item>", "tags do not pair"),
        (b"<item><a>", "open entry"),
        (b"<item><![CDATA[ ", "open tag, comment or section"),
        (b"<item><!-- ", "open tag, comment or section"),
        (b"<item ", "open tag, comment or section"),
        (b"<item/>" * 20_001, "too many entries to tell apart"),
    ],
)
def test_whatever_is_irregular_is_named_and_nothing_is_cut(body: bytes, reason: str) -> None:
    assert gate.scan(body) == gate.Scan(irregular=reason)


def test_cutting_keeps_everything_outside_the_entries() -> None:
    body = b"<rss>head<item>a</item>-<item>b</item>+<item>c</item>tail</rss>"
    found = gate.scan(body)
    assert gate.cut(body, found.ranges, [1]) == b"<rss>head-<item>b</item>+tail</rss>"
    assert gate.cut(body, found.ranges, [0, 1, 2]) == body


def test_a_cut_off_document_ends_with_its_last_whole_entry() -> None:
    assert gate.whole_part(b"<rss><item>a</item><item>b") == b"<rss><item>a</item>"
    assert gate.whole_part(b"<feed><entry>a</entry> <ent") == b"<feed><entry>a</entry>"
    assert gate.whole_part(b"<feed><a:entry>a</a:entry><a:ent") == b"<feed><a:entry>a</a:entry>"
    assert gate.whole_part(b"<rss><channel>") == b""


def test_seen_hashes_are_the_documents_own_first_and_then_older_ones_up_to_four_times_its_count() -> None:
    own = [bytes([number]) * 8 for number in range(2)]
    old = b"".join(bytes([number]) * 8 for number in range(1, 30))
    kept = gate.split_seen(gate.seen_after(own, old))
    assert kept == [bytes([number]) * 8 for number in range(8)]
    assert gate.unseen(own, b"".join(kept)) == []


def test_a_document_with_more_than_four_thousand_entries_is_remembered_whole() -> None:
    own = [number.to_bytes(8, "big") for number in range(4_100)]
    assert len(gate.split_seen(gate.seen_after(own, b"x" * 800))) == 4_100


def test_a_broken_hash_at_the_end_is_left_out() -> None:
    assert gate.split_seen(b"12345678abc") == [b"12345678"]


WORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="<>&\r", exclude_categories=["Cc", "Cs", "Cn"]), max_size=12
)


@st.composite
def documents(draw: st.DrawFn) -> tuple[list[str], str]:
    """The raw entries of a feed and its kind; texts in CDATA, comments between them, titles that look like tags."""
    kind = draw(st.sampled_from(["item", "entry"]))
    entries = []
    for number in range(draw(st.integers(1, 6))):
        word = draw(WORDS)
        wrapped = draw(st.sampled_from(["{}", "<![CDATA[{} <b>x</b> &amp; <item> ]]>", "{}<!-- </item></entry> -->"]))
        tag = "description" if kind == "item" else "summary"
        guid = "guid" if kind == "item" else "id"
        entries.append(
            f"<{kind}><title>t{number} {word}</title><{guid}>g{number}</{guid}>"
            f"<{tag}>{wrapped.format(word)}</{tag}></{kind}>"
        )
    return entries, kind


def written(entries: list[str], kind: str) -> bytes:
    if kind == "item":
        return f'<rss version="2.0"><channel><title>c</title>{"".join(entries)}</channel></rss>'.encode()
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>c</title>{"".join(entries)}</feed>'.encode()


@given(documents(), st.data())
def test_cutting_and_parsing_gives_the_very_entries_that_parsing_the_whole_gives(
    document: tuple[list[str], str], data: st.DataObject
) -> None:
    entries, kind = document
    old = data.draw(st.sets(st.integers(0, len(entries) - 1), max_size=len(entries)))
    body = written(entries, kind)
    found = gate.scan(body)
    assert len(found.ranges) == len(entries)
    seen = b"".join(found.hashes[number] for number in sorted(old))
    fresh = gate.unseen(found.hashes, seen)
    whole = parse_xml(REQUEST, body).entries
    assert parse_xml(REQUEST, gate.cut(body, found.ranges, fresh)).entries == tuple(whole[number] for number in fresh)


@given(st.binary(max_size=300) | st.text("<>/!-[]CDATAitemery: ", max_size=300).map(str.encode))
def test_any_bytes_can_be_scanned_and_cutting_nothing_changes_nothing(body: bytes) -> None:
    found = gate.scan(body)
    assert len(found.ranges) == len(found.hashes)
    assert gate.cut(body, found.ranges, range(len(found.ranges))) == body
    assert all(before[1] <= after[0] for before, after in zip(found.ranges, found.ranges[1:], strict=False))


@pytest.mark.parametrize("piece", [b"<", b"<item ", b"<![CDATA[", b"<!--", b"<a:", b"<item></item>", b"<aaaaaaaaaaaa"])
def test_a_scan_is_linear_whatever_the_document_holds(piece: bytes) -> None:
    started = time.perf_counter()
    gate.scan(piece * (1_000_000 // len(piece)))
    gate.whole_part(piece * (1_000_000 // len(piece)))
    assert time.perf_counter() - started < 2
