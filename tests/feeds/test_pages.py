"""Pages as sources: what the selectors say, what is read where they are silent, and whole polls past robots.txt."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest

from monitor.feeds.messages import NotAFeedError, Request
from monitor.feeds.pages import parse_page
from monitor.model import FailureKind, Gate, PageShape

DAY = datetime(2026, 11, 23, tzinfo=UTC)
REQUEST = Request("page", "https://site.example/news/", "utf-8", "2026-11-23T12:00:00+00:00")
ITEM = '<div class="n"><h3><a href="/a/{n}">Article number {n} of the week</a></h3><i>{day}.11.2026</i><p>About {n}.</p></div>'


def page(*items: str, head: str = "<title>News of the office</title>") -> bytes:
    return f'<html lang="en"><head>{head}</head><body>{"".join(items)}</body></html>'.encode()


def item(n: int) -> str:
    return ITEM.format(n=n, day=23 - n)


def parsed(document: bytes, seen: bytes = b"", **shape: str):
    shaped = PageShape(**({"list": "div.n"} | shape))
    return parse_page(replace(REQUEST, page=asdict(shaped), seen=seen.hex()), document)


def test_an_element_gives_title_link_date_and_text() -> None:
    found = parsed(page(item(0), item(1)))
    first = found.entries[0]
    assert (first.title, first.url) == ("Article number 0 of the week", "https://site.example/a/0")
    assert (first.published_at, first.published_claim) == (DAY, "23.11.2026")
    assert (first.text, first.html, first.language) == ("About 0.", "<p>About 0.</p>", "en")
    assert (found.title, found.entry_count, found.cut_count) == ("News of the office", 2, 0)


def test_elements_seen_before_are_not_read_again() -> None:
    before = parsed(page(item(1), item(2)))
    found = parsed(page(item(0), item(1), item(2)), seen=before.hashes)
    assert [entry.url for entry in found.entries] == ["https://site.example/a/0"]
    assert (found.entry_count, found.cut_count, len(found.hashes)) == (3, 2, 24)


def test_other_selectors_read_everything_anew() -> None:
    before = parsed(page(item(0), item(1)))
    assert parsed(page(item(0), item(1)), seen=before.hashes, title="h3").cut_count == 0


def test_the_selectors_decide_where_they_are_given() -> None:
    element = (
        '<div class="n"><h2>Section</h2><a href="/wrong">A long link that is not the one</a><a class="go" href="/right">go</a>'
        '<b class="t">The title itself</b><i>1.1.2020</i><u class="d">published 2026|23|11</u><u class="e">2026|23|11</u></div>'
    )
    found = parsed(page(element), link="a.go", title="b.t", date="u.e", date_format="%Y|%d|%m").entries[0]
    assert (found.title, found.url, found.published_at) == ("The title itself", "https://site.example/right", DAY)
    unread = parsed(page(element), link="a.go", title="b.t", date="u.d", date_format="%Y|%d|%m").entries[0]
    assert (unread.published_at, unread.published_claim) == (None, "published 2026|23|11")


def test_a_pattern_with_a_zone_is_taken_at_its_word() -> None:
    element = '<div class="n"><a href="/a">An article of the week</a><time>2026-11-23 03:00 +0300</time></div>'
    assert parsed(page(element), date_format="%Y-%m-%d %H:%M %z").entries[0].published_at == DAY


def test_an_empty_title_selector_falls_back_to_the_heading() -> None:
    assert parsed(page(item(0)), title="b.none").entries[0].title == "Article number 0 of the week"


def test_an_unreadable_date_leaves_its_claim() -> None:
    element = (
        '<div class="n"><a href="/a">An article of the week</a><span class="date">the day before yesterday</span></div>'
    )
    found = parsed(page(element)).entries[0]
    assert (found.published_at, found.published_claim) == (None, "the day before yesterday")


def test_a_date_far_ahead_is_no_date() -> None:
    element = '<div class="n"><a href="/a">An article of the week</a><time datetime="2036-01-01">soon</time></div>'
    found = parsed(page(element)).entries[0]
    assert (found.published_at, found.published_claim) == (None, "2036-01-01")


def test_a_date_in_a_headline_is_not_that_of_the_entry() -> None:
    element = '<div class="n"><a href="/a">Statement of 5 March 2026</a> <i>23.11.2026</i></div>'
    assert parsed(page(element)).entries[0].published_at == DAY


def test_titles_are_found_where_links_say_nothing() -> None:
    several = [
        f'<div class="n"><a href="/a/{n}">Open</a><div>The {n}. thing that happened</div><i>23.11.2026</i></div>'
        for n in range(3)
    ]
    assert [entry.title for entry in parsed(page(*several)).entries] == [
        f"The {n}. thing that happened" for n in range(3)
    ]
    told = '<div class="n"><a href="/a" title="What the picture shows"><img src="x.png"></a></div>'
    assert parsed(page(told)).entries[0].title == "What the picture shows"


def test_an_entry_is_given_once_although_its_picture_is_linked_too() -> None:
    picture = '<a class="n" href="/a/0"><img src="x.png" alt=""></a>'
    named = '<a class="n" href="/a/0">Article number 0</a>'
    assert [e.title for e in parsed(page(picture, named), list="a.n").entries] == ["Article number 0"]
    assert [e.title for e in parsed(page(named, picture), list="a.n").entries] == ["Article number 0"]


def test_elements_without_links_are_entries_where_none_has_one() -> None:
    found = parsed(page('<div class="n">First notice</div><div class="n">Second notice</div>'))
    assert [(entry.title, entry.url) for entry in found.entries] == [("First notice", None), ("Second notice", None)]
    mixed = parsed(page('<div class="n">A heading of the list</div>', item(0)))
    assert len(mixed.entries) == 1


def test_an_element_inside_a_link_is_led_to_by_it() -> None:
    assert (
        parsed(page('<a href="/a"><div class="n">Article of the week</div></a>')).entries[0].url
        == "https://site.example/a"
    )


def test_links_start_at_the_base_of_the_page_and_lead_nowhere_else() -> None:
    bad = '<div class="n"><a href="javascript:alert(1)">x</a><a href="mailto:a@b.example">y</a><a href="b.html">Article</a></div>'
    assert (
        parsed(page(bad, head='<base href="https://cdn.example/x/">')).entries[0].url == "https://cdn.example/x/b.html"
    )


def test_nothing_that_runs_leaves_a_page() -> None:
    element = '<div class="n"><a href="/a">Article</a><p onclick="x()">Hi <script>y()</script><img onerror=w()>there</p></div>'
    assert parsed(page(element)).entries[0].html == "<p>Hi there</p>"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (page("<p>rebuilt</p>"), "has no element that"),
        (page('<div class="n"><img src="x"></div>'), "but no link or title"),
    ],
)
def test_a_page_that_was_rebuilt_does_not_look_like_one_without_news(document: bytes, message: str) -> None:
    with pytest.raises(NotAFeedError, match=message):
        parsed(document)


@pytest.mark.parametrize("shape", [{"list": "div >"}, {"link": "a["}, {"date": "::x"}])
def test_a_selector_that_cannot_be_read_fails_the_source_alone(shape: dict[str, str]) -> None:
    with pytest.raises(NotAFeedError, match="cannot be read"):
        parsed(page(item(0)), **shape)


def test_more_new_elements_than_a_poll_takes_wait_for_the_next() -> None:
    request = replace(REQUEST, page=asdict(PageShape("div.n")), entry_limit=2)
    first = parse_page(request, page(item(0), item(1), item(2)))
    assert (len(first.entries), first.entry_count, len(first.hashes)) == (2, 3, 16)
    second = parse_page(replace(request, seen=first.hashes.hex()), page(item(0), item(1), item(2)))
    assert [entry.url for entry in second.entries] == ["https://site.example/a/2"]


def test_the_date_of_a_definition_stands_before_it() -> None:
    items = "".join(
        f'<dt>{n}.11.2026</dt>\n <dd><a href="/a/{n}">Article number {n} of the week</a></dd>' for n in (12, 11)
    )
    found = parsed(page(f"<dl>{items}</dl>"), list="dd")
    assert [entry.published_claim for entry in found.entries] == ["12.11.2026", "11.11.2026"]


# -- whole polls -----------------------------------------------------------------------------------------


async def test_a_page_is_polled_cut_and_left_alone_as_a_feed_is(server, acquirer, now) -> None:
    server.serve(page(item(1), item(2)), "/news", "200 OK", 'ETag: "1"')
    job = server.job("/news", format="page", page=PageShape("div.n"))
    first = await acquirer.acquire(job, now)
    assert (first.failure, first.gate, first.whole_reason, len(first.entries)) == (None, Gate.WHOLE, "first poll", 2)
    left = replace(job, body_hash=first.body_hash, seen=first.seen, etag=first.etag)
    assert (await acquirer.acquire(left, now)).gate is Gate.SAME_BODY
    server.serve(page(item(0), item(1), item(2)), "/news")
    second = await acquirer.acquire(left, now)
    assert (second.gate, second.cut_count, [entry.title for entry in second.entries]) == (
        Gate.CUT,
        2,
        ["Article number 0 of the week"],
    )
    assert [request.split()[1] for request in server.requests].count(b"/robots.txt") == 1


async def test_changed_selectors_read_an_unchanged_page_anew(server, acquirer, now) -> None:
    server.serve(page(item(1)), "/news", "200 OK", 'ETag: "1"')
    job = server.job("/news", format="page", page=PageShape("div.n"))
    first = await acquirer.acquire(job, now)
    left = replace(job, body_hash=first.body_hash, seen=first.seen, etag=first.etag, page=PageShape("div.n", title="i"))
    assert [entry.title for entry in (await acquirer.acquire(left, now)).entries] == ["22.11.2026"]
    assert b"If-None-Match" not in server.requests[-1]


async def test_a_page_that_robots_txt_closes_is_not_asked_for(server, acquirer, now) -> None:
    server.serve(b"User-agent: *\nDisallow: /news\n", "/robots.txt")
    server.serve(page(item(1)), "/news")
    found = await acquirer.acquire(server.job("/news", format="page", page=PageShape("div.n")), now)
    assert found.failure is not None
    assert found.failure.kind is FailureKind.ROBOTS
    assert found.failure.message == "127.0.0.1 asks programs not to read this page (robots.txt)."
    assert [request.split()[1] for request in server.requests] == [b"/robots.txt"]


async def test_a_redirect_does_not_lead_past_robots_txt(server, acquirer, now) -> None:
    server.serve(b"User-agent: *\nDisallow: /closed\n", "/robots.txt")
    server.serve(b"", "/news", "302 Found", "Location: /closed")
    server.serve(page(item(1)), "/closed")
    found = await acquirer.acquire(server.job("/news", format="page", page=PageShape("div.n")), now)
    assert found.failure is not None
    assert found.failure.kind is FailureKind.ROBOTS
