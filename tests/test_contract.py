"""The objects that scripts read: every key of the contract, plain JSON values, no log-in in an address."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from monitor import contract
from monitor.model import Kind, SourceFacts, SourceState, SourceStatus

NOW = datetime(2026, 11, 23, 7, 0, 0, 123456, tzinfo=UTC)


def status(url: str, moved_to: str | None = None, site_url: str | None = None) -> SourceStatus:
    return SourceStatus(
        facts=SourceFacts("a", "A", "a", Kind.EMBASSY, tags=("x",)),
        enabled=True,
        configured_url=url,
        url=url,
        moved_to=moved_to,
        site_url=site_url,
        state=SourceState.OK,
        reason="",
        failures=0,
        item_count=3,
        next_fetch_at=NOW,
        last_polled_at=None,
        last_success_at=NOW,
        last_new_at=None,
    )


def test_times_are_utc_to_the_millisecond() -> None:
    assert contract.when(NOW.astimezone(timezone(timedelta(hours=5)))) == "2026-11-23T07:00:00.123Z"
    assert contract.when(None) is None


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://desk:secret@x.example/feed?a=b@c", "https://x.example/feed?a=b@c"),
        ("https://secret@x.example", "https://x.example"),
        ("https://x.example/@desk/feed", "https://x.example/@desk/feed"),
        ("https://x.example?to=//a@b", "https://x.example?to=//a@b"),
        ("https://a:b@c@x.example/", "https://x.example/"),
    ],
)
def test_an_address_is_shown_without_its_log_in(address: str, shown: str) -> None:
    value = contract.source_object(status(address, address, address))
    assert (value["url"], value["moved_to"], value["site_url"]) == (shown, shown, shown)
    assert "secret" not in json.dumps(value)


def test_a_source_has_plain_values_only() -> None:
    value = contract.source_object(status("https://x.example/"))
    assert json.loads(json.dumps(value)) == value
    assert type(value["kind"]) is type(value["state"]) is str
    assert (value["moved_to"], value["last_polled_at"], value["tags"]) == (None, None, ["x"])
