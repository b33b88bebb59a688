"""What a worker says is checked like anything from outside."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.feeds.messages import NotAFeedError, Parsed, Request, parsed_from, parsed_message, refused_message
from monitor.feeds.worker import answer
from monitor.model import Entry, FailureKind

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ENTRY = Entry("g", "https://a.example/", "T", "x", "<p>x</p>", "A", "en", AT, "claim", None)
PARSED = Parsed(
    (ENTRY, Entry(None, None, "U", "", "")), 2, "Feed", "https://a.example/", "en", 60.0, b"12345678", 1, (0, 23), (6,)
)


def test_what_was_parsed_arrives_as_it_left() -> None:
    assert parsed_from(json.loads(json.dumps(parsed_message(PARSED)))) == PARSED


def test_a_refusal_arrives_with_its_feeds() -> None:
    with pytest.raises(NotAFeedError, match="a page") as caught:
        parsed_from(refused_message(NotAFeedError("a page"), ("https://a.example/feed",)))
    assert caught.value.found_feeds == ("https://a.example/feed",)


def test_a_worker_refuses_and_answers_in_the_same_form() -> None:
    request = Request("json", "https://a.example/", "utf-8", AT.isoformat())
    assert answer(request, b'{"items": 1}')["refused"]["reason"] == "not-a-feed"
    assert answer(request, b'{"title": "x", "items": []}')["parsed"]["title"] == "x"


def changed(**changes: Any) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(json.dumps(parsed_message(PARSED)))
    message["parsed"]["entries"][0] |= changes
    return message


def skipping(*hours: Any) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(json.dumps(parsed_message(PARSED)))
    message["parsed"]["skip_hours"] = list(hours)
    return message


def test_a_link_that_is_no_web_address_does_not_arrive() -> None:
    assert parsed_from(changed(url="javascript:x")).entries[0].url is None


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        "parsed",
        {},
        {"parsed": None},
        {"parsed": {"entries": [1]}},
        {"refused": {}},
        {"refused": "x"},
        changed(published_at="soon"),
        changed(published_at="2026-11-23T08:00:00"),
        changed(updated_at=5),
        skipping(24),
        skipping(-1, 3),
        skipping("noon"),
    ],
)
def test_nonsense_is_a_failure_of_the_worker(message: Any) -> None:
    with pytest.raises(ParseError) as caught:
        parsed_from(message)
    assert caught.value.reason == FailureKind.WORKER


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["parsed", "refused", "entries"]), inner)
    ),
    max_leaves=8,
)


@given(JSON)
def test_no_message_raises_anything_else(message: Any) -> None:
    with pytest.raises(ParseError):
        parsed_from(message)
