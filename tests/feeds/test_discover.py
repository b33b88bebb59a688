"""Discovery: feeds, feeds that pages name, feeds in usual places, sitemaps, selectors; and good manners meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import ParseError
from monitor.feeds import sites
from monitor.feeds.discover import USUAL_PATHS, discover

CARDS = (Path(__file__).parent / "data" / "pages" / "cards.html").read_bytes()
EMPTY = b"<html><head><title>Hello</title></head><body>Nothing</body></html>"


def naming(*hrefs: str) -> bytes:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{href}">' for href in hrefs)
    return f"<html><head>{links}</head><body>Welcome</body></html>".encode()


def paths(server) -> list[str]:
    return [request.split()[1].decode() for request in server.requests]


async def test_a_feed_is_said_to_be_one(server, acquirer, now, make_rss) -> None:
    server.serve(make_rss("A", "B", head="<language>fr</language>"))
    found = await discover(acquirer, server.job(), now)
    (feed,) = found.feeds
    assert (feed.url, feed.title, feed.language, len(feed.entries)) == (server.url(), "News", "fr", 2)
    assert (feed.newest_at, found.asked, found.failure) == (None, 1, "")


async def test_the_feeds_that_a_page_names_are_read_those_of_comments_last(server, acquirer, now, make_rss) -> None:
    server.serve(naming("/comments/feed", "/broken", "/news.xml"), "/")
    server.serve(make_rss("C"), "/comments/feed")
    server.serve(make_rss("A"), "/news.xml")
    found = await discover(acquirer, server.job("/"), now)
    assert [feed.url for feed in found.feeds] == [server.url("/news.xml"), server.url("/comments/feed")]


async def test_usual_places_are_tried_until_one_is_a_feed(server, acquirer, now, make_rss) -> None:
    server.serve(EMPTY, "/en/")
    server.serve(make_rss("A"), "/rss.xml")
    found = await discover(acquirer, server.job("/en/"), now)
    assert [feed.url for feed in found.feeds] == [server.url("/rss.xml")]
    assert paths(server) == ["/en/", "/feed", "/rss", "/rss.xml"]


async def test_a_permanent_redirect_gives_the_new_address(server, acquirer, now, make_rss) -> None:
    server.serve(b"", "/feed.xml", "301 Moved Permanently", "Location: /new.xml")
    server.serve(make_rss("A"), "/new.xml")
    assert (await discover(acquirer, server.job(), now)).feeds[0].url == server.url("/new.xml")
    server.serve(b"", "/feed.xml", "302 Found", "Location: /new.xml")
    assert (await discover(acquirer, server.job(), now)).feeds[0].url == server.url("/feed.xml")


async def test_without_a_feed_selectors_are_proposed(server, acquirer, now) -> None:
    server.serve(CARDS, "/news")
    found = await discover(acquirer, server.job("/news"), now)
    assert (found.feeds, found.failure, found.language) == ((), "", "en")
    assert found.proposals[0].sample[0] == (
        "Ministers agree to reopen the northern road",
        server.url("/article/0"),
        "2026-11-23T00:00:00+00:00",
    )
    assert len(paths(server)) == 1 + len(USUAL_PATHS) + 2  # the page, the usual places, robots.txt, the page


async def test_a_page_that_robots_txt_closes_has_no_selectors(server, acquirer, now) -> None:
    server.serve(CARDS, "/news")
    server.serve(b"User-agent: *\nDisallow: /", "/robots.txt")
    found = await discover(acquirer, server.job("/news"), now)
    assert found.proposals == ()
    assert "(robots.txt)" in found.failure


async def test_a_page_of_nothing_says_so(server, acquirer, now) -> None:
    server.serve(EMPTY, "/")
    found = await discover(acquirer, server.job("/"), now)
    assert (found.title, found.failure) == ("Hello", "The page names no feed, and no list of news was found in it.")


async def test_an_address_that_cannot_be_had_is_asked_for_once(server, acquirer, now) -> None:
    found = await discover(acquirer, server.job("/gone"), now)
    assert (found.failure, found.asked) == ("127.0.0.1 answered 404: there is nothing at this address.", 1)
    assert paths(server) == ["/gone"]


async def test_a_site_that_asks_us_to_stop_is_tried_no_further(server, acquirer, now) -> None:
    server.serve(EMPTY, "/")
    server.serve(b"slower", "/feed", "429 Too Many Requests")
    await discover(acquirer, server.job("/"), now)
    assert paths(server)[:2] == ["/", "/feed"]
    assert "/rss" not in paths(server)


async def test_log_ins_are_for_the_address_itself(server, acquirer, now) -> None:
    server.serve(EMPTY, "/")
    await discover(acquirer, server.job("/", auth=("user", "word")), now)
    assert b"Authorization" in server.requests[0]
    assert all(b"Authorization" not in request for request in server.requests[1:7])


async def test_a_sitemap_is_known_by_its_address(server, acquirer, now) -> None:
    server.serve(b"<urlset><url><loc>https://a.example/talks-on-trade</loc></url></urlset>", "/sitemap.xml")
    (feed,) = (await discover(acquirer, server.job("/sitemap.xml"), now)).feeds
    assert (feed.format, feed.entries[0].title) == ("sitemap", "Talks on trade")


async def test_a_private_address_is_no_way_round_the_guard(acquirer, now, server) -> None:
    server.serve(naming("http://10.0.0.1/feed", "http://169.254.169.254/feed"), "/")
    found = await discover(acquirer, server.job("/"), now)
    assert found.feeds == ()


@pytest.mark.parametrize(
    "message", [{}, {"proposals": 3}, {"proposals": {"title": "", "language": "", "proposals": [{}]}}]
)
def test_an_answer_that_makes_no_sense_is_an_error_of_the_worker(message: object) -> None:
    with pytest.raises(ParseError, match="makes no sense"):
        sites._proposals(message)


async def test_what_is_no_page_at_all_is_said(server, acquirer, now) -> None:
    server.serve(b"only words", "/")
    assert "The answer is no page." in (await discover(acquirer, server.job("/"), now)).failure
