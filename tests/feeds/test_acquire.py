"""Whole polls over a real server and real worker processes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from monitor.feeds.acquire import Acquirer, Limits
from monitor.model import Acquired, FailureKind, Gate, Job

Rss = Callable[..., bytes]


def after(job: Job, acquired: Acquired) -> Job:
    """The next poll's job, as the store would hand it out."""
    return replace(
        job,
        etag=acquired.etag,
        last_modified=acquired.last_modified,
        body_hash=acquired.body_hash,
        seen=acquired.seen,
    )


def titles(acquired: Acquired) -> list[str]:
    return [entry.title for entry in acquired.entries]


async def test_a_first_poll_reads_the_whole_document(server: Any, acquirer: Acquirer, now: Any, make_rss: Rss) -> None:
    body = make_rss("one", "two", head="<link>/start</link><language>en-GB</language><ttl>30</ttl>")
    server.serve(body, "/feed.xml", "200 OK", 'ETag: "1"', "Last-Modified: Mon, 23 Nov 2026 07:00:00 GMT")
    acquired = await acquirer.acquire(server.job(), now)
    assert (acquired.gate, acquired.whole_reason, acquired.failure) == (Gate.WHOLE, "first poll", None)
    assert titles(acquired) == ["one", "two"]
    assert (acquired.cut_count, acquired.parsed_count, len(acquired.seen)) == (0, 2, 16)
    assert (acquired.etag, acquired.last_modified) == (b'"1"', b"Mon, 23 Nov 2026 07:00:00 GMT")
    assert (acquired.title, acquired.site_url, acquired.language) == ("News", server.url("/start"), "en-gb")
    assert (acquired.hints.ttl_s, acquired.status, acquired.body_bytes) == (1_800, 200, len(body))
    assert acquired.entries[0].url == server.url("/a/one")
    assert acquired.duration_s > 0


async def test_the_cheapest_gate_is_taken(server: Any, acquirer: Acquirer, now: Any, make_rss: Rss) -> None:
    server.serve(make_rss("one", "two"))
    job = server.job()
    first = await acquirer.acquire(job, now)
    same = await acquirer.acquire(after(job, first), now)
    assert (same.gate, same.entries, same.seen) == (Gate.SAME_BODY, (), first.seen)
    server.serve(make_rss("new", "one", "two"))
    cut = await acquirer.acquire(after(job, same), now)
    assert (cut.gate, cut.cut_count, cut.parsed_count, cut.whole_reason) == (Gate.CUT, 2, 1, "")
    assert titles(cut) == ["new"]
    server.answers["/feed.xml"] = b'HTTP/1.1 304 Not Modified\r\nETag: "2"\r\n\r\n'
    unchanged = await acquirer.acquire(replace(after(job, cut), etag=b'"1"', last_modified=b"x"), now)
    assert (unchanged.gate, unchanged.etag, unchanged.last_modified) == (Gate.NOT_MODIFIED, b'"2"', b"x")
    assert (unchanged.seen, unchanged.body_hash) == (cut.seen, cut.body_hash)


async def test_a_document_of_which_everything_is_known_asks_no_worker(server: Any, now: Any, make_rss: Rss) -> None:
    async with Acquirer(allow_private=("127.0.0.0/8",)) as first:
        server.serve(make_rss("one", "two", "three"))
        job = after(server.job(), await first.acquire(server.job(), now))
    async with Acquirer(allow_private=("127.0.0.0/8",)) as second:
        server.serve(make_rss("three", "one"))
        acquired = await second.acquire(job, now)
        assert (acquired.gate, acquired.cut_count, acquired.parsed_count) == (Gate.CUT, 2, 0)
        assert second._pool._all == set()
        server.serve(make_rss("two", "three"))
        returned = await second.acquire(after(job, acquired), now)
    assert (returned.cut_count, returned.parsed_count) == (2, 0)


async def test_an_edited_entry_is_read_again(server: Any, acquirer: Acquirer, now: Any, make_rss: Rss) -> None:
    server.serve(make_rss("one", "two"))
    job = after(server.job(), await acquirer.acquire(server.job(), now))
    server.serve(make_rss("one", "two").replace(b"About two", b"All about two"))
    acquired = await acquirer.acquire(job, now)
    assert [entry.text for entry in acquired.entries] == ["All about two."]


async def test_a_feed_that_renews_itself_wholly_says_so(
    server: Any, acquirer: Acquirer, now: Any, make_rss: Rss
) -> None:
    server.serve(make_rss("one"))
    job = after(server.job(), await acquirer.acquire(server.job(), now))
    server.serve(make_rss("two", "three"))
    acquired = await acquirer.acquire(job, now)
    assert (acquired.gate, acquired.whole_reason) == (Gate.WHOLE, "every entry is new")
    forgetful = await acquirer.acquire(replace(job, seen=b""), now)
    assert forgetful.whole_reason == "no earlier entries are known"


@pytest.mark.parametrize(
    ("body", "reason", "expected"),
    [
        (
            b"<rss version='2.0'><channel><item><title>a</title><x><item><title>b</title></item></x></item></channel></rss>",
            "nested entries",
            2,
        ),
        (
            b"<rss version='2.0'><channel><ITEM><title>a</title></ITEM></channel></rss>",
            "no entries found to cut",
            1,
        ),
        (
            "<rss version='2.0'><channel><item><title>a</title></item></channel></rss>".encode("utf-16"),
            "encoding utf-16",
            1,
        ),
        (
            b"<rss version='2.0' xmlns:x='urn:x'><channel><item><title>a</title></item><x:item/></channel></rss>",
            "ranges and entries differ (2, 1)",
            1,
        ),
    ],
)
async def test_whatever_is_irregular_is_read_whole_and_says_why(
    server: Any, acquirer: Acquirer, now: Any, body: bytes, reason: str, expected: int
) -> None:
    server.serve(body)
    acquired = await acquirer.acquire(server.job(), now)
    assert (acquired.gate, acquired.whole_reason) == (Gate.WHOLE, reason)
    assert (len(acquired.entries), acquired.seen) == (expected, b"")


async def test_a_json_feed_cleans_only_what_is_new(server: Any, acquirer: Acquirer, now: Any) -> None:
    def written(*ids: str) -> bytes:
        items = [{"id": one, "content_text": one} for one in ids]
        return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": items}).encode()

    server.serve(written("a", "b"))
    first = await acquirer.acquire(server.job(), now)
    assert (first.gate, first.whole_reason, first.parsed_count) == (Gate.WHOLE, "first poll", 2)
    server.serve(written("c", "a", "b"))
    second = await acquirer.acquire(after(server.job(), first), now)
    assert (second.gate, second.cut_count, second.parsed_count) == (Gate.CUT, 2, 1)
    assert [entry.guid for entry in second.entries] == ["c"]


async def test_more_new_entries_than_one_poll_takes_come_with_the_next(server: Any, now: Any, make_rss: Rss) -> None:
    async with Acquirer(Limits(entry_limit=2), allow_private=("127.0.0.0/8",)) as acquirer:
        server.serve(make_rss("a", "b", "c", "d", "e"), "/feed.xml", "200 OK", 'ETag: "1"')
        job, got = server.job(), []
        for _ in range(4):
            acquired = await acquirer.acquire(job, now)
            got.append(titles(acquired))
            assert (acquired.etag is None) == (len(got) < 3)
            job = replace(after(job, acquired), etag=None)
        assert got == [["a", "b"], ["c", "d"], ["e"], []]
        items = [{"id": one, "content_text": one} for one in "xyz"]
        server.serve(json.dumps({"title": "J", "items": items}).encode(), "/j")
        first = await acquirer.acquire(server.job("/j"), now)
        second = await acquirer.acquire(after(server.job("/j"), first), now)
        assert [titles(first), titles(second)] == [["x", "y"], ["z"]]


PAGE = b"""<!doctype html><html><head><title>News</title><base href="/en/">
<link rel="alternate" type="application/rss+xml" href="feed"><link rel="alternate" hreflang="fr" href="/fr">
<link rel="alternate" type="application/atom+xml" href="https://other.example/atom"></head><body><p>Hello</body></html>"""


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (PAGE, "The answer is a web page, not a feed."),
        (b'{"error": "not found"}', "The answer is JSON, but not a JSON Feed."),
        (b"[1, 2]", "The answer is JSON, but not a JSON Feed."),
        (b"{nonsense", "The answer begins like JSON, and is not valid JSON."),
        (b"<opml><body/></opml>", "The answer is no feed: XML of another kind."),
        (b"Service unavailable", "The answer is no feed: neither a feed nor a page."),
    ],
)
async def test_what_is_no_feed_is_a_failure_that_forgets_nothing(
    server: Any, acquirer: Acquirer, now: Any, make_rss: Rss, body: bytes, message: str
) -> None:
    server.serve(make_rss("one"))
    job = after(server.job(), await acquirer.acquire(server.job(), now))
    server.serve(body, "/feed.xml", "200 OK", 'ETag: "page"')
    acquired = await acquirer.acquire(job, now)
    assert acquired.failure is not None
    assert (acquired.failure.kind, acquired.failure.message) == (FailureKind.NOT_A_FEED, message)
    assert (acquired.etag, acquired.seen, acquired.body_hash) == (None, job.seen, job.body_hash)
    server.serve(make_rss("one"))
    assert (await acquirer.acquire(after(job, acquired), now)).gate is Gate.SAME_BODY


async def test_a_page_offers_the_feeds_it_names(server: Any, acquirer: Acquirer, now: Any) -> None:
    server.serve(PAGE)
    acquired = await acquirer.acquire(server.job(), now)
    assert acquired.failure is not None
    assert acquired.failure.found_feeds == (server.url("/en/feed"), "https://other.example/atom")


async def test_a_valid_feed_without_entries_is_no_failure(
    server: Any, acquirer: Acquirer, now: Any, make_rss: Rss
) -> None:
    server.serve(make_rss())
    acquired = await acquirer.acquire(server.job(), now)
    assert (acquired.failure, acquired.entries, acquired.title) == (None, (), "News")


@pytest.mark.parametrize("head", [b"Content-Length: 9999\r\n", b"Transfer-Encoding: chunked\r\n", b""])
async def test_an_answer_that_broke_off_keeps_its_whole_entries_and_is_a_failure(
    server: Any, acquirer: Acquirer, now: Any, make_rss: Rss, head: bytes
) -> None:
    part = make_rss("one", "two", "three").partition(b"About three")[0]
    body = b"%x\r\n%s" % (len(part) + 50, part) if b"chunked" in head else part
    server.answers["/feed.xml"] = b'HTTP/1.1 200 OK\r\nETag: "1"\r\n' + head + b"\r\n" + body
    acquired = await acquirer.acquire(server.job(), now)
    assert titles(acquired) == ["one", "two"]
    assert acquired.failure is not None
    assert acquired.failure.kind is FailureKind.CUT_OFF
    assert (acquired.etag, acquired.body_hash) == (None, None)
    server.serve(make_rss("one", "two", "three"))
    assert titles(await acquirer.acquire(after(server.job(), acquired), now)) == ["three"]


async def test_an_answer_that_broke_off_early_or_in_the_middle_of_json_loses_nothing(
    server: Any, acquirer: Acquirer, now: Any
) -> None:
    for part, expected in (
        (b"<rss version='2.0'><channel><item><title>on", []),
        (
            b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "one"}, {"id": "2", "ti',
            ["one"],
        ),
        (b'{"version": "https://jsonfeed.org/ver', []),
        ('<rss version="2.0"><channel><item><title>one</title></item>'.encode("utf-16"), ["one"]),
        (b"Not fou", []),
    ):
        server.answers["/feed.xml"] = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + part
        acquired = await acquirer.acquire(server.job(), now)
        assert acquired.failure is not None
        assert (acquired.failure.kind, titles(acquired)) == (FailureKind.CUT_OFF, expected)


async def test_a_server_that_fails_is_a_value_with_what_was_known(server: Any, acquirer: Acquirer, now: Any) -> None:
    server.serve(b"busy", "/feed.xml", "503 Service Unavailable", "Retry-After: 60")
    job = server.job(etag=b'"1"', body_hash=b"h" * 16, seen=b"s" * 8)
    acquired = await acquirer.acquire(job, now)
    assert acquired.failure is not None
    assert (acquired.failure.kind, acquired.failure.status) == (FailureKind.HTTP, 503)
    assert acquired.failure.retry_after_s == 60
    assert (acquired.etag, acquired.body_hash, acquired.seen) == (None, job.body_hash, job.seen)


async def test_a_document_that_breaks_its_parser_costs_that_source_only(server: Any, now: Any, make_rss: Rss) -> None:
    limits = Limits(parse_timeout_s=1.0)
    async with Acquirer(limits, allow_private=("127.0.0.0/8",)) as acquirer:
        server.serve(b"<rss version='2.0'>" + b"<a>" * 3_000_000 + b"</rss>")
        acquired = await acquirer.acquire(server.job(), now)
        assert acquired.failure is not None
        assert acquired.failure.kind is FailureKind.WORKER
        server.serve(make_rss("one"))
        assert titles(await acquirer.acquire(server.job(), now)) == ["one"]


async def test_entities_that_unfold_without_end_do_no_harm(server: Any, acquirer: Acquirer, now: Any) -> None:
    levels = "".join(
        f'<!ENTITY {name} "{("&" + before + ";") * 20}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    feed = '<rss version="2.0"><channel><item><title>&i;</title></item></channel></rss>'
    bomb = f'<!DOCTYPE rss [<!ENTITY a "{"a" * 50}">{levels}]>{feed}'
    server.serve(bomb.encode())
    acquired = await acquirer.acquire(server.job(), now)
    assert all(len(entry.title) <= 500 for entry in acquired.entries)


async def test_an_encoding_is_decided_on_the_whole_document(server: Any, acquirer: Acquirer, now: Any) -> None:
    def written(*entries: str) -> bytes:
        items = "".join(f"<item><title>{entry}</title></item>" for entry in entries)
        return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{items}</channel></rss>'.encode(
            "cp1251"
        )

    old = "Министерство сообщило о начале переговоров между сторонами"
    server.serve(written(old))
    first = await acquirer.acquire(server.job(), now)
    server.serve(written("Да", old))
    second = await acquirer.acquire(after(server.job(), first), now)
    assert (titles(first), second.gate, titles(second)) == ([old], Gate.CUT, ["Да"])


async def test_a_page_without_a_length_is_a_page_and_not_a_broken_answer(
    server: Any, acquirer: Acquirer, now: Any
) -> None:
    server.answers["/feed.xml"] = b"HTTP/1.0 200 OK\r\n\r\n" + PAGE.replace(b"</html>", b"")
    acquired = await acquirer.acquire(server.job(), now)
    assert acquired.failure is not None
    assert (acquired.failure.kind, len(acquired.failure.found_feeds)) == (FailureKind.NOT_A_FEED, 2)


@pytest.mark.parametrize("end", [b"</channel></rss>", b"</channel></rss>\n<!-- served from a cache -->\n"])
async def test_a_whole_feed_without_a_length_is_whole(
    server: Any, acquirer: Acquirer, now: Any, make_rss: Rss, end: bytes
) -> None:
    server.answers["/feed.xml"] = b"HTTP/1.0 200 OK\r\n\r\n" + make_rss("one").replace(b"</channel></rss>", end)
    acquired = await acquirer.acquire(server.job(), now)
    assert (acquired.failure, titles(acquired)) == (None, ["one"])
    server.answers["/feed.xml"] = b"HTTP/1.0 200 OK\r\n\r\n" + b'{"title": "J", "items": []}'
    assert (await acquirer.acquire(server.job(), now)).failure is None


async def test_a_cut_off_text_that_is_no_feed_is_a_cut_off_answer(server: Any, acquirer: Acquirer, now: Any) -> None:
    server.answers["/feed.xml"] = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + "нет".encode("utf-16")
    acquired = await acquirer.acquire(server.job(), now)
    assert acquired.failure is not None
    assert acquired.failure.kind is FailureKind.CUT_OFF
