"""Whole texts from articles' pages: what is taken, what is left, and what is never asked for twice."""

from __future__ import annotations

import asyncio
import sys

import pytest

from monitor.errors import ParseError
from monitor.feeds import articles, full_texts
from monitor.feeds.messages import Request

SENTENCES = (
    "The two delegations met in the old town hall and spoke for three hours about the bridge over the river.",
    "It is to be open to walkers in spring, and to buses by the end of the summer, the mayor told reporters.",
    "Engineers of both towns will watch the work together, and will report to the two councils every month.",
)
ARTICLE = (
    "<html><head><title>Bridge</title></head><body><nav><a href='/'>Home</a></nav><article><h1>Bridge</h1>"
    + "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    + "<script>alert(1)</script></article><footer>All rights of this page are reserved.</footer></body></html>"
).encode()
TEASER = "About A."


@pytest.fixture
def polled(server, acquirer, now, make_rss):
    async def poll(*titles: str, **changes: object):
        server.serve(make_rss(*titles))
        return await acquirer.acquire(server.job(full_text=True, **changes), now)

    return poll


def asked_paths(server) -> list[bytes]:
    return [request.split()[1] for request in server.requests]


async def test_the_text_of_the_page_takes_the_place_of_the_teaser(server, polled) -> None:
    server.serve(ARTICLE, "/a/A")
    (entry,) = (await polled("A")).entries
    assert all(sentence in entry.text for sentence in SENTENCES)
    assert "rights" not in entry.text
    assert "<p>" in entry.html
    assert "script" not in entry.html
    assert entry.feed_text == TEASER


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("404 Not Found", b"no"),
        ("500 Oops", b"no"),
        ("200 OK", b"<html><body><p>A.</p></body></html>"),
        ("200 OK", b"%PDF-1.4"),
    ],
)
async def test_whatever_goes_wrong_leaves_the_text_of_the_feed(server, polled, status: str, body: bytes) -> None:
    server.serve(body, "/a/A", status)
    (entry,) = (await polled("A")).entries
    assert (entry.text, entry.feed_text) == (TEASER, None)


async def test_pages_that_robots_txt_closes_are_left_alone(server, polled) -> None:
    server.serve(b"User-agent: *\nDisallow: /a/\n", "/robots.txt")
    server.serve(ARTICLE, "/a/A")
    assert (await polled("A")).entries[0].text == TEASER
    assert b"/a/A" not in asked_paths(server)


async def test_a_redirect_leads_to_no_page_that_is_closed(server, polled) -> None:
    server.serve(b"User-agent: *\nDisallow: /closed\n", "/robots.txt")
    server.serve(b"", "/a/A", "302 Found", "Location: /closed")
    server.serve(ARTICLE, "/closed")
    assert (await polled("A")).entries[0].text == TEASER


async def test_at_most_ten_pages_are_fetched_a_poll(server, polled) -> None:
    titles = [f"T{n}" for n in range(14)]
    for title in titles:
        server.serve(ARTICLE, f"/a/{title}")
    entries = (await polled(*titles)).entries
    assert [entry.feed_text is not None for entry in entries] == [True] * 10 + [False] * 4


async def test_a_page_is_asked_for_once_however_often_its_feed_is_read_whole(server, polled) -> None:
    server.serve(ARTICLE, "/a/A")
    await polled("A")
    (again,) = (await polled("A")).entries
    assert (again.text, again.feed_text) == (TEASER, None)
    assert asked_paths(server).count(b"/a/A") == 1


async def test_the_page_of_an_edited_entry_is_asked_for_again(server, polled, make_rss, acquirer, now) -> None:
    server.serve(ARTICLE, "/a/A")
    await polled("A")
    server.serve(make_rss("A").replace(b"About A.", b"About A, corrected."))
    (entry,) = (await acquirer.acquire(server.job(full_text=True), now)).entries
    assert entry.feed_text == "About A, corrected."


async def test_what_a_poll_has_no_time_for_keeps_the_text_of_the_feed(server, polled, monkeypatch) -> None:
    monkeypatch.setattr(full_texts, "POLL_S", 0.3)
    server.serve(ARTICLE, "/a/A")

    def slow(_request: bytes) -> bytes:
        server.hold_s = 1.0
        return b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"

    server.answers["/a/B"] = slow
    entries = (await polled("B", "A")).entries
    server.hold_s = 0.0
    assert [entry.feed_text for entry in entries] == [None, None]


async def test_log_ins_stay_with_their_origin(server, polled, acquirer, now) -> None:
    server.serve(ARTICLE, "/a/A")
    await polled("A", auth=("user", "word"))
    page = next(request for request in server.requests if b" /a/A " in request)
    assert b"Authorization: Basic" in page
    elsewhere = f"http://localhost:{server.port}/a/B".encode()
    feed = b'<rss version="2.0"><channel><item><title>B</title><link>%s</link></item></channel></rss>' % elsewhere
    server.serve(feed)
    server.serve(ARTICLE, "/a/B")
    await acquirer.acquire(server.job(full_text=True, auth=("user", "word")), now)
    page = next(request for request in server.requests if b" /a/B " in request)
    assert b"Authorization" not in page


async def test_one_page_of_a_host_at_a_time_whoever_asks(server, acquirer, now, make_rss) -> None:
    under_way = most = 0

    async def watched(job, at):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        under_way -= 1
        return await original(job, at)

    original = acquirer._fetcher.fetch
    for path in ("/1.xml", "/2.xml"):
        server.serve(make_rss("A", "B"), path)
    for path in ("/a/A", "/a/B"):
        server.serve(ARTICLE, path)
    acquirer._full_texts._fetcher = type("Watched", (), {"fetch": staticmethod(watched)})()
    await asyncio.gather(*(acquirer.acquire(server.job(path, full_text=True), now) for path in ("/1.xml", "/2.xml")))
    assert most == 1
    assert acquirer._full_texts._hosts == {}


async def test_pages_of_long_ago_make_room(polled, acquirer, monkeypatch) -> None:
    monkeypatch.setattr(full_texts, "REMEMBERED_MOST", 2)
    await polled("A", "B", "C")
    assert len(acquirer._full_texts._asked) == 2


def test_an_answer_that_makes_no_sense_is_an_error_of_the_worker() -> None:
    for message in ({}, {"article": {}}, None, {"article": 3}):
        with pytest.raises(ParseError, match="makes no sense"):
            full_texts._article("https://a.example/", message)
    with pytest.raises(ParseError, match="not installed"):
        full_texts._article("https://a.example/", {"refused": {"message": "It is not installed."}})


PAGE = Request("article", "https://a.example/", "utf-8", "2026-11-23T12:00:00+00:00")


def test_without_the_extra_articles_are_refused(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(ParseError, match="not installed"):
        articles.extract(PAGE, ARTICLE)


def test_an_article_is_extracted_and_cleaned() -> None:
    found = articles.extract(PAGE, ARTICLE)
    assert SENTENCES[0] in found["text"]
    assert articles.extract(PAGE, b"x") == {"html": "", "text": "", "title": "", "language": "", "published": ""}


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>A paper</title>", "<h1>The bridge</h1>", "The bridge"),
        ("<title>A paper</title><meta property='og:title' content='Of  bridges'>", "", "Of bridges"),
        ("<meta property='og:title' content='Of bridges'>", "<h1>A paper</h1><h1>The bridge</h1>", "Of bridges"),
        ("<title>A paper</title>", "<h1>The bridge</h1><h1>Sport</h1>", "The bridge"),
        ("<title>A paper</title>", "<h1> <img src='/logo'></h1>", "A paper"),
        ("", "", ""),
    ],
)
def test_an_article_is_headed_by_what_stands_over_it(head: str, body: str, title: str) -> None:
    page = f"<html lang='en-GB'><head>{head}</head><body>{body}</body></html>"
    found = articles.extract(PAGE, page.encode())
    assert (found["title"], found["language"]) == (title, "en-gb")


@pytest.mark.parametrize(
    ("marks", "published"),
    [
        ("<meta property='article:published_time' content='2026-11-20T08:30:00+05:00'>", "2026-11-20T03:30:00+00:00"),
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2026-11-19T10:00:00Z"}</script>',
            "2026-11-19T10:00:00+00:00",
        ),
        ("<article><time datetime='2026-11-18T06:00:00Z'>Wednesday</time></article>", "2026-11-18T06:00:00+00:00"),
        ("<span itemprop='datePublished'>17 ноября 2026</span>", "2026-11-17T00:00:00+00:00"),
        ("<meta name='date' content='2036-01-01'><time>16 November 2026</time>", "2026-11-16T00:00:00+00:00"),
        ("<time>today</time><p>14 November 2026</p>", ""),
    ],
)
def test_an_article_is_dated_by_the_first_of_its_marks_that_can_be_believed(marks: str, published: str) -> None:
    assert articles.extract(PAGE, f"<html><body>{marks}</body></html>".encode())["published"] == published
