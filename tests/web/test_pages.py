"""What the daemon serves: health, the page, and the headers on each answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from monitor.daemon import Daemon
from monitor.errors import ConfigError, Problem, StoreError
from monitor.model import Acquired, Failure, FailureKind, Gate, SourceState
from monitor.store.sources import Outcome
from monitor.web.pages import SOURCES_SHOWN, ago
from monitor.web.security import HEADERS
from tests.conftest import Folder
from tests.web.conftest import HOSTILE, write

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


def fail(daemon: Daemon, source_id: str, message: str) -> None:
    """Record a poll of this source that failed."""
    parts = daemon.parts
    [source] = [source for source in parts.configuration.settings.sources if source.id == source_id]
    job = parts.store.sources.job(source)
    failure = Failure(FailureKind.NOT_A_FEED, message)
    with parts.store.transaction():
        outcome = Outcome(SourceState.NOT_A_FEED, message, 1.0, parts.clock(), 0, 0)
        parts.store.sources.record(job, Acquired(source_id, Gate.WHOLE, failure=failure), outcome, parts.clock())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("HEAD", "/", 200),
        ("GET", "/healthz", 200),
        ("HEAD", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/static/style.css", 200),
        ("GET", "/static/icon.svg", 200),
        ("GET", "/static/../pages.py", 404),
        ("GET", "/static/%2e%2e/pages.py", 404),
        ("GET", "/static/", 404),
        ("GET", "/nothing", 404),
        ("POST", "/", 405),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
    ],
)
async def test_every_answer_carries_the_security_headers(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_an_error_of_our_own_has_the_headers_and_tells_nothing(
    client: httpx.AsyncClient, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("monitor.web.pages.standing", broken)
    answer = await client.get("/")
    assert answer.status_code == 500
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "secret" not in answer.text


async def test_a_store_that_cannot_be_read_is_told(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise StoreError("m.db: the disk could not be read")

    monkeypatch.setattr("monitor.web.pages.standing", broken)
    answer = await client.get("/")
    assert (answer.status_code, answer.text) == (503, "m.db: the disk could not be read\n")


async def test_health_is_red_with_the_reason_while_the_store_fails(client: httpx.AsyncClient, daemon: Daemon) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok", "problems": []}
    daemon.store_error = "m.db: the disk is full; make room, and work goes on by itself"
    answer = await client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "problems": [daemon.store_error]}
    page = (await client.get("/")).text
    assert "ailing" in page
    assert "the disk is full" in page


async def test_it_is_not_ready_once_it_stops(client: httpx.AsyncClient, daemon: Daemon) -> None:
    assert (await client.get("/readyz")).json() == {"status": "ready"}
    daemon.stopping.set()
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "stopping"})


async def test_names_reasons_and_problems_are_text_whatever_they_hold(
    client: httpx.AsyncClient, daemon: Daemon
) -> None:
    fail(daemon, "hostile", f"The answer is {HOSTILE}")
    daemon.configuration_error = ConfigError([Problem("rules.toml", 3, "rule", HOSTILE)])
    daemon.store_error = HOSTILE
    page = (await client.get("/")).text
    assert "<script" not in page
    assert "<img" not in page
    assert "<b>Daily" not in page
    assert page.count("&lt;script") == 4
    assert "&lt;b&gt;Daily&lt;/b&gt; &amp; more" in page


async def test_the_page_tells_sources_states_and_next_editions(client: httpx.AsyncClient, daemon: Daemon) -> None:
    fail(daemon, "urdu", "The answer is a web page, not a feed.")
    page = (await client.get("/")).text
    assert "صبحِ نو" in page
    assert "The answer is a web page, not a feed." in page
    assert '<span class="state not-a-feed">1 not-a-feed</span>' in page
    assert '<span class="state">disabled</span>' in page
    assert "1 recipient<" in page
    assert page.index("صبحِ نو") < page.index("WWWW")


async def test_a_long_list_is_cut_and_says_so(folder: Folder, daemon: Daemon, client: httpx.AsyncClient) -> None:
    assert "monitor sources list" not in (await client.get("/")).text
    sources = daemon.parts.configuration.settings.sources
    daemon.parts.store.sources.mirror([replace(sources[1], id=f"s{n:05}") for n in range(SOURCES_SHOWN + 5)])
    page = (await client.get("/")).text
    assert f"More than {SOURCES_SHOWN} sources are configured" in page
    assert page.count("<tr>") < SOURCES_SHOWN + 10


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (timedelta(), "0 s ago"),
        (timedelta(seconds=90), "90 s ago"),
        (timedelta(minutes=2), "2 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(days=3), "3 d ago"),
        (-timedelta(minutes=5), "in 5 min"),
    ],
)
def test_spans_are_told_in_one_unit(span: timedelta, told: str) -> None:
    assert ago(NOW - span, NOW) == told


def test_what_never_was_is_said_to_be_so() -> None:
    assert ago(None, NOW) == "never"


def test_the_helper_writes_what_the_tests_rely_on(folder: Folder) -> None:
    write(folder, 2)
    assert len(folder.objects("sources", "list")) == 6
