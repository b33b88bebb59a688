"""Selectors proposed for pages of many shapes: each page beside the entries that a reader sees in it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from monitor.feeds.discover import SURE
from monitor.feeds.messages import NotAFeedError, Request
from monitor.feeds.pages import parse_page
from monitor.feeds.proposals import propose
from monitor.model import PageShape

PAGES = sorted((Path(__file__).parent / "data" / "pages").glob("*.html"))
RIGHT_LEAST = 15
REQUEST = Request("proposals", "https://site.example/news/", "utf-8", "2026-11-23T12:00:00+00:00")


def expected(page: Path) -> list[list[str]]:
    entries: list[list[str]] = json.loads(page.with_suffix(".expected.json").read_text("utf-8"))["entries"]
    return entries


def proposals(page: Path) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = propose(REQUEST, page.read_bytes())["proposals"]
    return made


def brought(page: Path, selector: str) -> list[list[str]]:
    request = replace(REQUEST, form="page", page=asdict(PageShape(selector)))
    entries = parse_page(request, page.read_bytes()).entries
    return [[e.title, e.url or "", e.published_at.isoformat() if e.published_at else ""] for e in entries]


def is_right(page: Path) -> bool:
    made = proposals(page)
    return bool(made) and brought(page, made[0]["list"]) == expected(page)


NEWS = [page for page in PAGES if expected(page)]
OTHERS = [page for page in PAGES if not expected(page)]


def test_the_first_proposal_is_right_on_most_shapes() -> None:
    assert len(NEWS) == 20
    right = [page.stem for page in NEWS if is_right(page)]
    assert len(right) >= RIGHT_LEAST, sorted({page.stem for page in NEWS} - set(right))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_wrong_proposal_is_shown_as_a_guess(page: Path) -> None:
    made = proposals(page)
    assert is_right(page) or all(proposal["confidence"] < SURE for proposal in made)
    assert [p["confidence"] for p in made] == sorted((p["confidence"] for p in made), reverse=True)


@pytest.mark.parametrize("page", NEWS, ids=lambda page: page.stem)
def test_menus_and_margins_are_never_more_than_guesses(page: Path) -> None:
    for proposal in proposals(page)[1:]:
        assert proposal["confidence"] < SURE


def test_the_sample_is_what_the_selector_brings() -> None:
    page = next(page for page in NEWS if page.stem == "cards")
    made = proposals(page)[0]
    assert [list(entry) for entry in made["sample"]] == expected(page)[:5]
    assert made["count"] == len(expected(page))


def test_a_page_of_which_a_script_makes_everything_has_no_proposals() -> None:
    page = next(page for page in OTHERS if page.stem == "no_news_script")
    assert propose(REQUEST, page.read_bytes()) == {"title": "News", "language": "en", "proposals": []}


@pytest.mark.parametrize("document", [b"plain text", b"{}", b""])
def test_what_is_no_page_is_refused(document: bytes) -> None:
    with pytest.raises(NotAFeedError):
        propose(REQUEST, document)


def test_a_page_of_many_thousand_links_is_judged_in_bounded_time() -> None:
    links = "".join(
        f'<div class="a{n % 50}"><p><a href="/n/{n}">An article with the number {n}</a></p></div>'
        for n in range(20_000)
    )
    assert propose(REQUEST, f"<html><body>{links}</body></html>".encode())["proposals"]


def test_an_id_tells_a_list_from_another_of_the_same_kind() -> None:
    news = "".join(
        f'<li><a href="/n/{n}">An article of the week, number {n}</a> <i>{n + 10}.11.2026</i></li>' for n in range(5)
    )
    links = "".join(f'<li><a href="/s/{n}">A service for citizens, number {n}</a></li>' for n in range(5))
    document = f'<body><div><ul id="service">{links}</ul><ul id="latest">{news}</ul></div></body>'.encode()
    assert propose(REQUEST, document)["proposals"][0]["list"] == "ul#latest > li"


def test_a_page_of_frames_has_no_proposals() -> None:
    document = b'<html><head><title>Frames</title></head><frameset><frame src="/a"></frameset></html>'
    assert propose(REQUEST, document)["proposals"] == []


def test_whole_texts_are_no_headlines() -> None:
    texts = "".join(f'<p class="t"><a href="/t/{n}">{f"A sentence of {n} words. " * 20}</a></p>' for n in range(5))
    heads = "".join(
        f'<p class="h"><a href="/h/{n}">A headline that says what happened, number {n}</a></p>' for n in range(5)
    )
    first = propose(REQUEST, f"<body><div>{texts}</div><div>{heads}</div></body>".encode())["proposals"][0]
    assert first["list"] == "p.h"


def test_a_page_nested_beyond_reason_is_judged_too() -> None:
    links = "".join(f'<p><a href="/a/{n}">An article of the week, number {n}</a></p>' for n in range(4))
    assert propose(REQUEST, f"<html><body>{'<div>' * 20_000}{links}".encode())["proposals"]
