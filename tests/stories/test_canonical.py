from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stories.canonical import canonical_url, page_of, url_key

SAME = [
    ("https://example.org/news/1", "http://example.org/news/1"),
    ("https://example.org/news/1", "https://EXAMPLE.org:443/news/1/"),
    ("https://example.org/news/1", "https://example.org/news//1#comments"),
    ("https://example.org/news/1", "https://example.org/news/1?utm_source=rss&utm_medium=feed"),
    ("https://example.org/news/1", "https://example.org/news/1?fbclid=abc&at_medium=RSS&xtor=RSS-1"),
    ("https://example.org/news/1", "https://example.org./news/1?source=rss"),
    ("https://example.org/a?b=2&a=1", "https://example.org/a?a=1&b=2"),
    ("https://example.org/a?gclid=1&id=7", "https://example.org/a?id=7"),
    ("https://example.org/%D0%BC%D0%B8%D1%80", "https://example.org/мир"),
]
OTHER = [
    ("https://example.org/news/1", "https://example.org/news/2"),
    ("https://example.org/news?id=1", "https://example.org/news?id=2"),
    ("https://example.org/news?source=wire", "https://example.org/news"),
    ("https://example.org:8443/news/1", "https://example.org/news/1"),
    ("https://m.example.org/news/1", "https://example.org/news/1"),
    ("https://example.org/News", "https://example.org/news"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_address_share_their_key(one: str, other: str) -> None:
    assert canonical_url(one) == canonical_url(other)
    assert url_key(one) == url_key(other) is not None


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_different_pages_keep_different_keys(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


@pytest.mark.parametrize(
    "url", ["https://example.org", "http://example.org/", "https://example.org/?utm_source=rss", "", None]
)
def test_a_front_page_and_no_address_identify_nothing(url: str | None) -> None:
    assert url_key(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "mailto:press@example.org",
        "javascript:alert(1)",
        "https://",
        "http://[::1",
        "https://example.org:x/a",
        "no address",
    ],
)
def test_what_is_no_web_address_has_no_canonical_form(url: str) -> None:
    assert canonical_url(url) is None
    assert page_of(url) is None


def test_the_page_of_an_address_leaves_its_query_out() -> None:
    assert page_of("https://example.org/a?token=1") == page_of("https://example.org/a?token=2") == "example.org/a"
    assert page_of(None) is None


@given(st.text(max_size=200))
def test_no_text_makes_it_raise_and_canonical_forms_are_stable(text: str) -> None:
    canonical = canonical_url("https://example.org/" + text)
    assert canonical is None or canonical_url("https://" + canonical) == canonical


@given(
    st.sampled_from(["http", "https"]),
    st.lists(st.text("abz09-", min_size=1, max_size=5), min_size=2, max_size=3).map(".".join),
    st.sampled_from(["", ":80", ":443", ":8080", ":800", ":4430", ":080", ":65536"]),
    st.lists(st.text("aZ0_~-.%", max_size=4), max_size=4).map(lambda parts: "".join(f"/{part}" for part in parts)),
)
def test_a_simple_address_is_as_canonical_as_any_other(scheme: str, host: str, port: str, path: str) -> None:
    address = f"{scheme}://{host}{port}{path}"
    assert canonical_url(address) == canonical_url(f"{address}#top")
