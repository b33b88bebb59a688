"""robots.txt: asked once a day, obeyed, and not known where it cannot be read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.errors import FetchError
from monitor.feeds import robots
from monitor.feeds.answers import Limits
from monitor.feeds.fetch import Fetcher
from monitor.feeds.guard import Guard
from monitor.feeds.robots import Robots
from monitor.model import FailureKind

RULES = b"User-agent: monitor\nDisallow: /ours\n\nUser-agent: *\nDisallow: /theirs\n"


@pytest.fixture
def rules() -> Robots:
    fetcher = Fetcher(Limits(timeout_s=2), Guard(("127.0.0.0/8",)), "Monitor/1")
    return Robots(fetcher.fetch, "Monitor/1 (+desk@example.org)")


async def reason(rules: Robots, server, path: str, now, **changes: str) -> str:
    """The reason of the refusal; "" where the page may be fetched."""
    try:
        await rules.check(server.job(path, **changes), server.url(path), now)
    except FetchError as error:
        return error.reason
    return ""


async def test_the_group_that_names_us_is_ours(rules, server, now) -> None:
    server.serve(RULES, "/robots.txt")
    assert await reason(rules, server, "/ours/1", now) == FailureKind.ROBOTS
    assert await reason(rules, server, "/theirs", now) == ""
    assert await reason(rules, server, "/theirs", now, user_agent="Another/1") == FailureKind.ROBOTS
    assert len(server.requests) == 1


async def test_the_rules_are_read_again_after_a_day_and_after_a_clock_that_went_back(rules, server, now) -> None:
    server.serve(RULES, "/robots.txt")
    await reason(rules, server, "/ours", now)
    server.serve(b"", "/robots.txt", "404 Not Found")
    assert await reason(rules, server, "/ours", now + timedelta(hours=23)) == FailureKind.ROBOTS
    assert await reason(rules, server, "/ours", now + timedelta(hours=25)) == ""
    assert await reason(rules, server, "/ours", now) == ""
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "401 Unauthorized", "410 Gone"])
async def test_rules_that_are_missing_or_refused_allow_everything(rules, server, now, status: str) -> None:
    server.serve(b"no", "/robots.txt", status)
    assert await reason(rules, server, "/ours", now) == ""


@pytest.mark.parametrize("body", [b"", b"<html><body>Welcome</body></html>", b"\x00\xff\xfe"])
async def test_rules_that_are_empty_or_no_rules_allow_everything(rules, server, now, body: bytes) -> None:
    server.serve(body, "/robots.txt")
    assert await reason(rules, server, "/ours", now) == ""


@pytest.mark.parametrize("status", ["500 Oops", "503 Busy", "429 Slow down"])
async def test_a_site_whose_rules_cannot_be_read_is_left_alone_for_now(rules, server, now, status: str) -> None:
    server.serve(b"no", "/robots.txt", status, "Retry-After: 60")
    with pytest.raises(FetchError, match=r"its robots\.txt cannot be read") as refused:
        await rules.check(server.job("/ours"), server.url("/ours"), now)
    assert (refused.value.is_transient, refused.value.retry_after_s) == (True, 60.0)
    server.serve(b"", "/robots.txt", "404 Not Found")
    assert await reason(rules, server, "/ours", now) == ""


async def test_what_a_source_tells_its_own_server_is_not_told_to_robots_txt(rules, server, now) -> None:
    server.serve(RULES, "/robots.txt")
    job = server.job("/x", headers=(("X-Key", "k"),), auth=("user", "word"), etag=b'"1"')
    await rules.check(job, server.url("/x"), now)
    asked = server.requests[0].lower()
    assert b"x-key" not in asked
    assert b"authorization" not in asked
    assert b"if-none-match" not in asked


async def test_rules_of_long_ago_make_room(rules, server, now, monkeypatch) -> None:
    monkeypatch.setattr(robots, "SITES_MOST", 1)
    server.serve(RULES, "/robots.txt")
    rules._sites[("http", "elsewhere.example")] = now, None
    await rules.check(server.job("/x"), server.url("/x", host="localhost"), now)
    assert list(rules._sites) == [("http", f"localhost:{server.port}")]
