"""Documents and what they must read as, side by side in `data/`; then the traps one by one."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.feeds import charsets
from monitor.feeds.jsonfeed import parse_json
from monitor.feeds.messages import NotAFeedError, Parsed, Request
from monitor.feeds.parse import guid_of, language_of, mend, parse_xml

DATA = Path(__file__).parent / "data"
PAIRS = sorted(path for path in DATA.iterdir() if path.suffix in (".xml", ".json") and ".expected" not in path.name)


def read(document: bytes, form: str = "xml", **changes: Any) -> Parsed:
    request = Request(
        form,
        "http://feeds.example/news/feed.xml",
        charsets.decide(document),
        "2026-11-23T08:00:00+00:00",
        **changes,
    )
    return (parse_json if form == "json" else parse_xml)(request, document)


def item(inner: str, version: str = "2.0") -> bytes:
    return f'<rss version="{version}"><channel><title>t</title><item>{inner}</item></channel></rss>'.encode()


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
def test_a_document_reads_as_expected(path: Path) -> None:
    expected = json.loads(path.with_name(path.stem + ".expected.json").read_text(encoding="utf-8"))
    parsed = json.loads(json.dumps(asdict(read(path.read_bytes(), path.suffix[1:])), default=str))
    for entry in parsed["entries"]:
        for key in ("published_at", "updated_at"):
            entry[key] = entry[key] and entry[key].replace(" ", "T")
    assert len(parsed["entries"]) == len(expected["entries"])
    for got, wanted in zip(parsed["entries"], expected.pop("entries"), strict=True):
        assert {key: got[key] for key in wanted} == wanted
    assert {key: parsed[key] for key in expected} == expected


def test_the_longer_of_summary_and_content_is_the_text() -> None:
    namespace = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    short = f"<description>The longer one.</description><content:encoded {namespace}>Short.</content:encoded>"
    assert read(item(short)).entries[0].text == "The longer one."


def test_paragraphs_without_markup_stay_paragraphs() -> None:
    assert read(item("<description>One &amp;amp; all.\n\nTwo.</description>")).entries[0].text == "One & all.\n\nTwo."


def test_a_title_may_hold_a_sign_that_is_no_tag() -> None:
    assert read(item("<title>2 &lt; 3 and &lt;unknown&gt;</title>")).entries[0].title == "2 < 3 and <unknown>"


@pytest.mark.parametrize(
    ("base", "own_base", "expected"),
    [
        ("", "", "http://feeds.example/news/a/1.html"),
        (' xml:base="/old/"', "", "http://feeds.example/old/a/1.html"),
        (' xml:base="/old/"', ' xml:base="b/"', "http://feeds.example/old/b/a/1.html"),
        (' xml:base="https://else.example/x/"', "", "https://else.example/x/a/1.html"),
        (' xml:base="javascript:alert(1)"', "", "http://feeds.example/news/a/1.html"),
    ],
)
def test_relative_links_start_at_the_base_or_at_the_document(base: str, own_base: str, expected: str) -> None:
    document = (
        f'<feed xmlns="http://www.w3.org/2005/Atom"{base}><title>t</title>'
        f'<entry{own_base}><title>e</title><link href="a/1.html"/>'
        '<content type="html">&lt;a href="a/1.html"&gt;more&lt;/a&gt;</content></entry></feed>'
    )
    entry = read(document.encode()).entries[0]
    assert entry.url == expected
    assert f'href="{expected}"' in entry.html


def test_a_title_without_end_is_cut_visibly() -> None:
    title = read(item(f"<title>{'word ' * 500}</title>")).entries[0].title
    assert title.endswith("word…")
    assert 490 < len(title) <= 500


def test_a_missing_title_is_the_start_of_the_text() -> None:
    entry = read(item(f"<description>{'some words ' * 30}</description>")).entries[0]
    assert entry.title.endswith("…")
    assert entry.text.startswith(entry.title[:-1])
    assert len(entry.title) <= 90


def test_a_text_without_end_is_cut_visibly_at_its_bytes() -> None:
    text = read(item(f"<description>{'слово ' * 60_000}</description>")).entries[0].text
    assert text.endswith("…")
    assert 199_000 < len(text.encode()) <= 200_000


def test_entries_beyond_the_limit_are_counted_and_left() -> None:
    parsed = read(
        b"<rss version='2.0'><channel>" + b"<item><title>a</title></item>" * 5 + b"</channel></rss>", entry_limit=3
    )
    assert (len(parsed.entries), parsed.entry_count) == (3, 5)


def test_a_permanent_guid_is_the_link_and_an_id_is_never_resolved() -> None:
    entry = read(item("<guid>story/1</guid>")).entries[0]
    assert (entry.guid, entry.url) == ("story/1", "http://feeds.example/news/story/1")
    entry = read(item("<guid isPermaLink='false'>story/1</guid>")).entries[0]
    assert (entry.guid, entry.url) == ("story/1", None)


def test_an_entry_without_alternate_link_takes_another_alternate() -> None:
    atom = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link rel="alternate" type="application/pdf" href="ftp://x/a"/>'
        b'<link rel="alternate" type="application/pdf" href="/a.pdf"/><link rel="self" href="/s"/></entry></feed>'
    )
    assert read(atom).entries[0].url == "http://feeds.example/a.pdf"


def test_media_in_place_of_text_is_no_text() -> None:
    atom = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="image/png">aGk=</content></entry></feed>'
    assert read(atom).entries[0].text == ""


def test_an_updated_date_is_never_the_published_one() -> None:
    assert read(item("<pubDate>Mon, 23 Nov 2026 07:00:00 GMT</pubDate>")).entries[0].updated_at is None


def test_a_date_in_no_known_form_keeps_its_claim() -> None:
    entry = read(item("<pubDate>the day before yesterday</pubDate>")).entries[0]
    assert (entry.published_at, entry.published_claim) == (None, "the day before yesterday")


def test_a_date_that_only_the_library_knows_is_read() -> None:
    entry = read(item("<pubDate>2026-W48-1</pubDate>")).entries[0]
    assert entry.published_claim == "2026-W48-1"


@pytest.mark.parametrize(
    ("channel", "expected_s"),
    [
        ("<ttl>60</ttl>", 3_600),
        ("<ttl>soon</ttl>", None),
        ("<ttl>0</ttl>", None),
        ('<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">daily</sy:updatePeriod>', 86_400),
        ("<ttl>-5</ttl>", None),
    ],
)
def test_a_feed_says_how_often_it_wants_to_be_read(channel: str, expected_s: float | None) -> None:
    assert read(f'<rss version="2.0"><channel>{channel}</channel></rss>'.encode()).ttl_s == expected_s


@pytest.mark.parametrize(
    ("channel", "hours", "days"),
    [
        ("<skipHours><hour>23</hour><hour> 0 </hour></skipHours>", (0, 23), ()),
        ("<skipHours><hour>24</hour><hour>25</hour><hour>x</hour><hour>night</hour></skipHours>", (0,), ()),
        ("<skipDays><day>Sunday</day><day>saturday</day><day>Holiday</day></skipDays>", (), (5, 6)),
        ("<item><title>t</title></item><skipHours><hour>3</hour></skipHours>", (3,), ()),
        ("<item><title>t</title><x>&lt;skipHours></x><skipHours><hour>3</hour></skipHours></item>", (), ()),
        ("<skipHours/>", (), ()),
    ],
)
def test_hours_and_days_that_a_channel_asks_to_be_left_alone_in(
    channel: str, hours: tuple[int, ...], days: tuple[int, ...]
) -> None:
    parsed = read(f'<rss version="2.0"><channel>{channel}</channel></rss>'.encode())
    assert (parsed.skip_hours, parsed.skip_days) == (hours, days)


def test_own_entities_of_a_document_are_kept() -> None:
    raw = b'<!DOCTYPE rss [\n<!ENTITY desk "The Desk">\n]>' + item("<title>&desk; reports &amp; waits</title>")
    assert read(raw).entries[0].title == "The Desk reports & waits"


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("junk <rss>a</rss>", "<rss>a</rss>"),
        ("<?xml version='1.0' encoding='x'?>\n<rss/>", "<rss/>"),
        ("<rss>a & b &c; &amp; &lt;</rss>", "<rss>a &amp; b &amp;c; &amp; &lt;</rss>"),
        ("<rss>&eacute;&AMP;&LT;&#233;&#xe9;&#150;</rss>", "<rss>é&amp;&lt;&#233;&#xe9;–</rss>"),
        ("<rss>&#0;&#x110000;&#xFFFF;&#129;</rss>", "<rss></rss>"),
        ("<rss><![CDATA[a & b &eacute;]]>&eacute;</rss>", "<rss><![CDATA[a & b &eacute;]]>é</rss>"),
        ("no tags at all", "no tags at all"),
    ],
)
def test_a_document_is_mended_before_it_is_parsed(written: str, mended: str) -> None:
    assert mend(written) == mended


def test_an_id_is_trimmed_and_a_very_long_one_keeps_its_difference() -> None:
    assert guid_of(" \n a  b \t") == "a b"
    assert guid_of("  ") is None
    first, second = guid_of("x" * 5_000 + "1"), guid_of("x" * 5_000 + "2")
    assert first is not None
    assert first != second
    assert len(first) < 1_100


def test_a_language_is_a_tag_or_nothing() -> None:
    assert [language_of(tag) for tag in ("en-US", "zh_Hans", "", "english language", None)] == [
        "en-us",
        "zh-hans",
        "",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("document", "form"),
    [
        (b"<html><body><item>x</item></body></html>", "xml"),
        (b"<body>x</body>", "xml"),
        (b"", "xml"),
        (b"<sitemapindex/>", "xml"),
        (b'{"items": 3}', "json"),
        (b'{"items": []}', "json"),
        (b"[" * 100_000, "json"),
        (b'{"title": "x", "items": [' + b"9" * 5_000 + b"]}", "json"),
    ],
)
def test_what_is_no_feed_is_refused(document: bytes, form: str) -> None:
    with pytest.raises(NotAFeedError):
        read(document, form)


def test_a_parser_that_trips_over_a_document_refuses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def trip(*_: object, **__: object) -> None:
        raise AssertionError("deep inside")

    monkeypatch.setattr("feedparser.parse", trip)
    with pytest.raises(NotAFeedError, match="AssertionError"):
        read(b"<!DOCTYPE rss>" + item(""))


def test_a_lack_of_memory_is_not_taken_for_a_bad_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("feedparser.parse", burst)
    with pytest.raises(MemoryError):
        read(b"<!DOCTYPE rss>" + item(""))


FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
PIECE_NAMES = (
    "<item> </item> <title> </title> <![CDATA[ ]]> <description> </description> & ; #x &#55296; \x00 \x1b é ق <!-- --> <guid>"
    " <pubDate>0001-01-01</pubDate> <link>http://[ </link> &nbsp; &#150; \ufeff \ufffe"
)
PIECES = st.sampled_from(PIECE_NAMES.split())


@given(st.lists(PIECES | st.text(max_size=5), max_size=25))
def test_no_document_raises_anything_else_and_no_control_character_comes_through(pieces: list[str]) -> None:
    document = ("<rss version='2.0'><channel>" + "".join(pieces)).encode("utf-8", "replace")
    try:
        parsed = read(document)
    except ParseError:
        return
    for entry in parsed.entries:
        assert not FORBIDDEN.search(entry.title + entry.text + entry.html + entry.author + (entry.guid or ""))
        assert entry.title
        assert entry.url is None or entry.url.startswith(("http://", "https://"))


def test_the_whole_items_of_a_broken_off_json_feed_are_kept() -> None:
    broken = b'{"title": "x", "items": [{"id": "1"}, {"id": "2"}'
    assert [entry.guid for entry in read(broken, "json", salvage=True).entries] == ["1", "2"]
    assert read(b'{"title": "x", "items": [', "json", salvage=True).entries == ()
