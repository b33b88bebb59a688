"""The demonstration's documents are what they are said to be."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

import feedparser
import pytest

from monitor.demo.world import HTML, PAGES, ROUNDS, documents, release, second_release

NOW = datetime(2026, 11, 23, 2, 15, tzinfo=UTC)

# path: feedparser's name of the format, language, encoding, entries in each round
FEEDS = {
    "/embassy.xml": ("rss20", "en", "utf-8", (2, 3)),
    "/wire.xml": ("rss20", "en", "utf-8", (2, 3)),
    "/tcn/national.xml": ("atom10", "en", "utf-8", (2, 3)),
    "/tcn/culture.xml": ("rss20", "en", "utf-8", (2, 2)),
    "/urdu.xml": ("rss20", "ur", "utf-8", (3, 4)),
    "/azerbaijani.xml": ("rss20", "az", "utf-8", (3, 4)),
    "/armenian.xml": ("atom10", "hy", "utf-8", (2, 3)),
    "/turkish.xml": ("atom10", "tr", "utf-8", (2, 3)),
    "/french.xml": ("rss10", "fr", "iso-8859-1", (2, 2)),
    "/russian.xml": ("rss20", "ru", "windows-1251", (3, 3)),
    "/chinese.xml": ("rss20", "zh-CN", "gb18030", (2, 2)),
    "/harbour/feed.xml": ("rss20", "en", "utf-8", (1, 1)),
}
OTHERS = {"/review.json", "/ledger.xml", "/harbour/"}
STANDING_STILL = {"/tcn/culture.xml", "/french.xml", "/russian.xml", "/chinese.xml", "/harbour/", "/harbour/feed.xml"}


def read(path, round_index, now=NOW):
    document = documents(now, round_index)[path]
    return feedparser.parse(document.body, response_headers={"content-type": document.content_type})


def texts(path, round_index):
    """`{title: text as words}` of a document's entries, read by an independent parser."""
    if path.endswith(".json"):
        items = json.loads(documents(NOW, round_index)[path].body)["items"]
        found = {item["title"]: item.get("content_html", item.get("content_text")) for item in items}
    else:
        found = {
            entry.get("title", ""): entry.content[0].value if "content" in entry else entry.summary
            for entry in read(path, round_index).entries
        }
    return {title: " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split()) for title, text in found.items()}


def flat(paragraphs):
    return " ".join(" ".join(paragraphs).split())


@pytest.mark.parametrize("round_index", range(ROUNDS))
@pytest.mark.parametrize("path", FEEDS)
def test_a_well_formed_feed_holds_the_entries_it_is_said_to_hold(path, round_index):
    version, language, encoding, counts = FEEDS[path]
    feed = read(path, round_index)
    assert not feed.bozo
    assert (feed.version, feed.encoding) == (version, encoding)
    assert feed.feed.language == language
    assert len(feed.entries) == counts[round_index]
    assert all(entry.title and entry.link.startswith("https://") for entry in feed.entries)


def test_every_address_is_looked_at():
    assert FEEDS.keys() | OTHERS == PAGES.keys() == documents(NOW, 0).keys() == documents(NOW, 1).keys()


@pytest.mark.parametrize(("round_index", "count"), [(0, 2), (1, 3)])
def test_the_json_feed_is_version_1_1_with_an_address_and_a_date_each(round_index, count):
    feed = json.loads(documents(NOW, round_index)["/review.json"].body)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert len(feed["items"]) == count
    for item in feed["items"]:
        assert item["url"].startswith("https://review.example/")
        assert NOW - timedelta(days=1) < datetime.fromisoformat(item["date_published"]) <= NOW


def test_the_broken_feed_ends_within_an_entry_and_is_mended_in_the_second_round():
    broken, mended = (read("/ledger.xml", index) for index in (0, 1))
    assert broken.bozo
    assert not mended.bozo
    assert b"Paper & tea" in documents(NOW, 0)["/ledger.xml"].body
    assert not documents(NOW, 0)["/ledger.xml"].body.rstrip().endswith(b">")
    assert [entry.link for entry in mended.entries[:3]] == [entry.link for entry in broken.entries]
    assert "title" not in mended.entries[3]


def test_the_web_page_is_no_feed_and_names_one_that_is_served():
    page = documents(NOW, 0)["/harbour/"]
    assert page.content_type == HTML
    assert read("/harbour/", 0).version == ""
    assert b'<link rel="alternate" type="application/rss+xml" title="Harbour Letters" href="feed.xml">' in page.body


@pytest.mark.parametrize(
    ("path", "title", "before"),
    [
        (
            "/embassy.xml",
            "Embassy of Azerbaijan in Islamabad Opens Pakistan–Azerbaijan Book Days",
            "Islamabad – 22 November 2026 : ",
        ),
        ("/wire.xml", "Pakistan–Azerbaijan Book Days open in Islamabad", "ISLAMABAD, Nov 22 (PND): "),
        (
            "/tcn/national.xml",
            "Islamabad(TCN): Embassy of Azerbaijan in Islamabad Opens Pakistan–Azerbaijan Book Days",
            "Islamabad – 22 November 2026 : ",
        ),
        (
            "/tcn/culture.xml",
            "Islamabad(TCN): Embassy of Azerbaijan in Islamabad Opens Pakistan–Azerbaijan Book Days",
            "Islamabad – 22 November 2026 : ",
        ),
        ("/review.json", "Two literatures share a roof below the Margalla Hills", ""),
    ],
)
def test_a_verbatim_copy_is_its_dateline_and_the_release_to_the_letter(path, title, before):
    assert texts(path, 0)[title] == before + flat(release().paragraphs)


@pytest.mark.parametrize(
    ("path", "title", "before"),
    [
        (
            "/embassy.xml",
            "Round Table on Light for Mountain Libraries Held in Islamabad",
            "Islamabad – 23 November 2026 : ",
        ),
        ("/wire.xml", "Engineers propose solar stations for 12 village libraries", "ISLAMABAD, Nov 23 (PND): "),
        ("/tcn/national.xml", "Islamabad(TCN): Round Table on Light for Mountain Libraries Held in Islamabad", ""),
    ],
)
def test_the_second_release_and_its_copies_come_in_the_second_round_alone(path, title, before):
    assert texts(path, 1)[title] == before + flat(second_release().paragraphs)
    assert title not in texts(path, 0)


def test_one_outlet_keeps_the_first_two_paragraphs_only():
    assert (
        texts("/ledger.xml", 1)["Book Days open in the capital"]
        == f"{flat(release().paragraphs[:2])} (With inputs from PND)"
    )


def test_one_outlet_embeds_the_whole_release_in_a_longer_text():
    diary = texts("/review.json", 1)["A diary of reading rooms"]
    before, found, after = diary.partition(flat(release().paragraphs))
    assert found
    assert len(before.split()) > 30
    assert len(after.split()) > 30
    assert "---" not in diary


def test_two_feeds_of_one_newsroom_carry_one_article_under_two_addresses_and_guids():
    title = "Islamabad(TCN): " + release().title
    national, culture = (
        next(entry for entry in read(path, 0).entries if entry.title == title)
        for path in ("/tcn/national.xml", "/tcn/culture.xml")
    )
    assert culture.link == f"{national.link}?utm_source=culture&utm_medium=rss"
    assert culture.id != national.id
    assert texts("/tcn/national.xml", 0)[title] == texts("/tcn/culture.xml", 0)[title]


def test_an_entry_is_edited_between_the_rounds_under_the_same_id():
    first, second = (
        next(entry for entry in read("/tcn/national.xml", index).entries if "footpath" in entry.link)
        for index in (0, 1)
    )
    assert (first.id, first.link, first.title, first.published) == (
        second.id,
        second.link,
        second.title,
        second.published,
    )
    assert "ten days" in first.content[0].value
    assert "four days" in second.content[0].value
    assert second.updated > first.updated


def test_some_sources_have_news_in_the_second_round_and_the_others_stand_still_to_the_byte():
    first, second = documents(NOW, 0), documents(NOW, 1)
    assert {path for path in first if first[path] == second[path]} == STANDING_STILL


@pytest.mark.parametrize("round_index", range(ROUNDS))
@pytest.mark.parametrize("path", FEEDS)
def test_every_date_lies_within_the_last_day(path, round_index):
    for entry in read(path, round_index).entries:
        written = entry.get("published") or entry.get("updated")
        if written is None:
            assert entry.link == "https://subh.example/weather"
            assert "id" not in entry
            continue
        at = datetime.fromisoformat(written) if "T" in written else parsedate_to_datetime(written)
        assert NOW - timedelta(days=1) < at <= NOW


def test_the_same_instant_in_another_zone_gives_the_same_documents():
    assert documents(NOW.astimezone(timezone(timedelta(hours=-9))), 1) == documents(NOW, 1)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/wire.xml", ("the expert from Baku said", "the expert from Yerevan said")),
        ("/azerbaijani.xml", ("Bakıdan gəlmiş mütəxəssis bildirib", "İrəvandan gəlmiş mütəxəssis bildirib")),
        ("/armenian.xml", ("ասել է Բաքվից ժամանած մասնագետը", "ասել է Երևանից ժամանած մասնագետը")),
        ("/russian.xml", ("сказал специалист из Баку", "сказал специалист из Еревана")),
    ],
)
def test_both_banks_of_the_river_are_quoted_once_each(path, said):
    told = [text for text in texts(path, 0).values() if all(text.count(words) == 1 for words in said)]
    assert len(told) == 1
    assert len(re.findall(r"[“«][^”»]+[”»]", told[0])) == 2
