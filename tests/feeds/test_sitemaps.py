"""Sitemaps as sources: news, plain, packed, and indexes of them."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.feeds.messages import NotAFeedError, Request
from monitor.feeds.sitemaps import parse_sitemap, title_of_address
from monitor.model import FailureKind, Gate

REQUEST = Request("sitemap", "https://site.example/sitemap.xml", "utf-8", "2026-11-23T12:00:00+00:00")
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def news(n: int, title: str = "Talks &amp; trade") -> str:
    return (
        f"<url><loc>https://site.example/n/{n}</loc><n:news><n:publication><n:name>Site</n:name><n:language>fr</n:language>"
        f"</n:publication><n:publication_date>2026-11-{n:02d}T08:00:00+01:00</n:publication_date><n:title>{title} {n}</n:title>"
        "</n:news><image:image><image:title>A picture</image:title><image:loc>https://site.example/x.png</image:loc>"
        "</image:image></url>"
    )


def urlset(*urls: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {SPACES}>{"".join(urls)}</urlset>'.encode()


def index(*places: str) -> bytes:
    inside = "".join(f"<sitemap><loc>{place}</loc></sitemap>" for place in places)
    return f"<sitemapindex {SPACES}>{inside}</sitemapindex>".encode()


def test_a_news_sitemap_gives_titles_dates_and_languages_the_latest_first() -> None:
    found = parse_sitemap(REQUEST, urlset(news(3), news(7), news(5)))
    assert [entry.url for entry in found.entries] == [f"https://site.example/n/{n}" for n in (7, 5, 3)]
    first = found.entries[0]
    assert (first.title, first.language) == ("Talks & trade 7", "fr")
    assert (first.published_at, first.published_claim) == (
        datetime(2026, 11, 7, 7, tzinfo=UTC),
        "2026-11-07T08:00:00+01:00",
    )
    assert (first.text, first.html) == ("", "")


def test_a_plain_sitemap_has_titles_made_of_addresses() -> None:
    url = "<url><loc>https://site.example/en/talks-on-trade-resume.html</loc><lastmod>2026-11-20</lastmod></url>"
    (entry,) = parse_sitemap(REQUEST, urlset(url)).entries
    assert (entry.title, entry.updated_at) == ("Talks on trade resume", datetime(2026, 11, 20, tzinfo=UTC))


@pytest.mark.parametrize(
    ("url", "title"),
    [
        ("https://a.example/en/2026/talks-on-trade-resume.html", "Talks on trade resume"),
        ("https://a.example/%D0%BC%D0%B8%D1%80_%D0%B8_%D1%85%D0%BB%D0%B5%D0%B1", "Мир и хлеб"),
        ("https://a.example/talks-on-trade/12345", "Talks on trade"),
        ("https://a.example/12345", "a.example/12345"),
        ("", "(untitled)"),
    ],
)  # fmt: skip
def test_a_title_is_read_from_an_address_that_holds_one(url: str, title: str) -> None:
    assert title_of_address(url) == title


def test_addresses_seen_before_are_told_apart() -> None:
    before = parse_sitemap(REQUEST, urlset(news(3), news(5)))
    found = parse_sitemap(replace(REQUEST, seen=before.hashes.hex()), urlset(news(3), news(5), news(7)))
    assert ([entry.url for entry in found.entries], found.cut_count) == (["https://site.example/n/7"], 2)


def test_only_the_latest_thousand_addresses_count() -> None:
    urls = [
        f"<url><loc>https://site.example/p/{n}</loc><lastmod>{1900 + n // 20}-01-01</lastmod></url>"
        for n in range(2_000)
    ]
    found = parse_sitemap(REQUEST, urlset(*urls))
    assert (found.entry_count, found.entries[0].url) == (1_000, "https://site.example/p/1980")


def test_more_new_addresses_than_a_poll_takes_wait() -> None:
    found = parse_sitemap(replace(REQUEST, entry_limit=1), urlset(news(3), news(5)))
    assert (len(found.entries), found.entry_count, len(found.hashes)) == (1, 2, 8)


def test_an_index_names_its_children_news_first() -> None:
    found = parse_sitemap(REQUEST, index("/pages.xml", "https://site.example/news.xml", "ftp://no.example/x.xml"))
    assert found.children == ("https://site.example/news.xml", "https://site.example/pages.xml")


def test_what_came_whole_of_a_broken_sitemap_is_kept() -> None:
    found = parse_sitemap(REQUEST, urlset(news(3), news(5))[:-120])
    assert [entry.url for entry in found.entries] == ["https://site.example/n/3"]


@pytest.mark.parametrize(
    "document",
    [
        b"<rss><channel/></rss>",
        b"<!DOCTYPE html><html><body>Hello</body></html>",
        b"plain",
        b'<!DOCTYPE urlset [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>',
    ],
)
def test_what_is_no_sitemap_is_refused(document: bytes) -> None:
    with pytest.raises(NotAFeedError):
        parse_sitemap(REQUEST, document)


# -- whole polls -----------------------------------------------------------------------------------------


async def test_a_sitemap_is_polled_as_a_feed_is(server, acquirer, now) -> None:
    server.serve(urlset(news(3), news(5)), "/sitemap.xml")
    job = server.job("/sitemap.xml", format="sitemap")
    first = await acquirer.acquire(job, now)
    assert (first.failure, first.gate, len(first.entries)) == (None, Gate.WHOLE, 2)
    left = replace(job, body_hash=first.body_hash, seen=first.seen)
    assert (await acquirer.acquire(left, now)).gate is Gate.SAME_BODY


async def test_a_packed_sitemap_is_unpacked_within_the_limit(server, acquirer, now) -> None:
    server.serve(gzip.compress(urlset(news(3))), "/sitemap.xml.gz")
    job = server.job("/sitemap.xml.gz", format="sitemap")
    assert len((await acquirer.acquire(job, now)).entries) == 1
    server.serve(gzip.compress(b"<urlset>" + b" " * 20_000_000 + b"</urlset>"), "/sitemap.xml.gz")
    failure = (await acquirer.acquire(job, now)).failure
    assert failure is not None
    assert failure.kind is FailureKind.TOO_LARGE


async def test_a_sitemap_that_broke_off_is_a_failure_that_keeps_what_came(server, acquirer, now) -> None:
    server.serve(urlset(news(3), news(5))[:-120], "/sitemap.xml")
    found = await acquirer.acquire(server.job("/sitemap.xml", format="sitemap"), now)
    assert found.failure is not None
    assert (found.failure.kind, len(found.entries), found.body_hash) == (FailureKind.CUT_OFF, 1, None)


async def test_an_index_brings_what_its_sitemaps_hold(server, acquirer, now) -> None:
    server.serve(index(server.url("/a.xml"), server.url("/gone.xml"), server.url("/b.xml.gz")), "/sitemap.xml")
    server.serve(urlset(news(3)), "/a.xml")
    server.serve(gzip.compress(urlset(news(5))), "/b.xml.gz")
    job = server.job("/sitemap.xml", format="sitemap")
    first = await acquirer.acquire(job, now)
    assert (first.failure, sorted(entry.url for entry in first.entries)) == (
        None,
        ["https://site.example/n/3", "https://site.example/n/5"],
    )
    assert (first.body_hash, first.etag) == (None, None)
    server.serve(urlset(news(3), news(9)), "/a.xml")
    second = await acquirer.acquire(replace(job, seen=first.seen), now)
    assert ([entry.url for entry in second.entries], second.cut_count) == (["https://site.example/n/9"], 2)


@pytest.mark.parametrize("inner", [b"<html></html>", index("https://site.example/c.xml")])
async def test_an_index_of_nothing_readable_is_a_failure(server, acquirer, now, inner: bytes) -> None:
    server.serve(index(server.url("/a.xml")), "/sitemap.xml")
    server.serve(inner, "/a.xml")
    found = await acquirer.acquire(server.job("/sitemap.xml", format="sitemap"), now)
    assert found.failure is not None
    assert found.failure.message.startswith("None of the sitemaps that this index names can be read: ")
