"""Nothing that can act survives, and everything that was said does."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from monitor.feeds import clean

BASE = "https://feeds.example/news/"


@pytest.mark.parametrize(
    "markup",
    [
        "<script>x</script>",
        "<SCRIPT SRC=//x.example></SCRIPT>",
        "<img src=x onerror=alert(1)>",
        "<img src='https://tracker.example/1.gif'>",
        "<iframe src='https://x.example'></iframe>",
        "<iframe srcdoc='<script>x</script>'></iframe>",
        "<form action='https://x.example'><input name=a><button>go</button></form>",
        "<style>@import 'https://x.example/a.css'</style>",
        "<link rel=stylesheet href='https://x.example/a.css'>",
        "<meta http-equiv=refresh content='0;url=https://x.example'>",
        "<base href='https://x.example/'>",
        "<object data='https://x.example'></object><embed src='https://x.example'>",
        "<svg><script>x</script><image href='https://x.example'/></svg>",
        "<math><mi xlink:href='javascript:x'>x</mi></math>",
        "<video src='https://x.example' autoplay></video><audio src=x></audio>",
        "<a href='javascript:alert(1)'>a</a>",
        "<a href='JaVa&#10;Script:alert(1)'>a</a>",
        "<a href='data:text/html,x'>a</a>",
        "<a href='vbscript:x'>a</a><a href='mailto:a@x.example'>b</a>",
        "<p style='background:url(https://x.example)'>p</p>",
        "<p onclick='x' onmouseover=x>p</p>",
        "<div id=login class=modal>d</div>",
        "<a href='https://x.example' target=_top ping='https://y.example'>a</a>",
        "<noscript><p title='</noscript><img src=x onerror=x>'></noscript>",
        "<template><script>x</script></template>",
        "<table background='https://x.example'><td>x</td></table>",
        "<blockquote cite='https://x.example'>q</blockquote>",
    ],
)
def test_nothing_that_acts_survives(markup: str) -> None:
    cleaned = clean.clean_html(markup, BASE)
    page = LexborHTMLParser(cleaned)
    assert page.body is not None
    for node in page.body.traverse():
        assert node.tag not in (
            "script",
            "style",
            "iframe",
            "form",
            "input",
            "button",
            "object",
            "embed",
            "svg",
            "math",
            "img",
        )
        assert node.tag not in ("meta", "link", "base", "video", "audio", "template", "noscript", "image")
        for name, value in node.attributes.items():
            assert name in ("href", "rel", "title", "dir", "lang", "datetime", "colspan", "rowspan", "start")
            assert name != "href" or (value or "").startswith(("https://", "http://"))
        assert node.tag != "a" or node.attributes.get("rel") == "noopener noreferrer nofollow"


@given(st.text("<>/='\"& abijnmpsx:;!-[]#0159\n", max_size=200))
def test_no_markup_makes_an_attribute_or_tag_that_is_not_on_the_list(markup: str) -> None:
    cleaned = clean.clean_html(markup, BASE)
    assert not re.search(r"<(?:script|img|svg|iframe|input|style)\b", cleaned)
    assert clean.clean_html(cleaned, BASE) == cleaned


def test_links_are_made_absolute_and_lead_out_without_a_trace() -> None:
    cleaned = clean.clean_html('<a href="../a?b=1&amp;c=2" title="t">a</a>', BASE)
    assert cleaned == '<a href="https://feeds.example/a?b=1&amp;c=2" title="t" rel="noopener noreferrer nofollow">a</a>'


def test_without_a_base_relative_links_lose_their_target() -> None:
    assert clean.clean_html('<a href="/a">a</a>', "") == '<a rel="noopener noreferrer nofollow">a</a>'


def test_markup_without_end_is_cut_visibly() -> None:
    cleaned = clean.clean_html("<p>word</p>" * 50_000, BASE)
    assert cleaned.endswith("<p>word</p><p>…</p>")
    assert len(cleaned) <= clean.HTML_CHARS + 20


def test_markup_nested_without_end_becomes_text_quickly() -> None:
    started = time.perf_counter()
    assert clean.clean_html("<div>" * 60_000 + "inside", BASE) == "<p>inside</p>"
    assert time.perf_counter() - started < 1
    assert clean.clean_html("<p>a</p>" * 600, BASE) == "<p>a</p>" * 600


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("One<br>two<br/>three", "One\ntwo\nthree"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("<h1>Head</h1>body <b>bold</b>ly", "Head\n\nbody boldly"),
        ("a &lt;b&gt; &amp;amp; c&nbsp;d", "a <b> &amp; c d"),
        ("<p>  much \n\n white   space </p>", "much white space"),
        ("<table><tr><td>a</td></tr><tr><td>b</td></tr></table>", "a\n\nb"),
        ("plain", "plain"),
        ("", ""),
        ("<p> </p>", ""),
    ],
)
def test_text_keeps_paragraphs_and_lines(markup: str, text: str) -> None:
    assert clean.plain_text(clean.clean_html(markup, BASE)) == text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_plain_text_survives_the_way_through_markup(text: str) -> None:
    wanted = " ".join(clean.tidy(text).split())
    assert " ".join(clean.plain_text(clean.clean_html(clean.html_of_plain(text), BASE)).split()) == wanted


@given(st.text(max_size=800))
def test_titles_are_one_line_of_legal_characters(title: str) -> None:
    made = clean.plain_title(title)
    assert len(made) <= 500
    assert made == " ".join(made.split())
    made.encode("utf-8")


def test_control_characters_surrogates_and_marks_are_dropped_and_joiners_kept() -> None:
    assert clean.tidy("a\x00b\x1b\x7f\x9fc\ud800\ufeff\ufffed\te\r\nf\u2028g") == "abcd\te\nf\ng"
    assert clean.tidy("قره\u200cباغ") == "قره\u200cباغ"


def test_a_reference_to_a_control_character_brings_none() -> None:
    assert clean.clean_html("a&#1;b&#x9f;c&#xFFFE;d&#xFEFF;e&#1", BASE).replace("Ÿ", "") == "abcde"
    assert clean.plain_title("a&#1;b&#65535;") == "ab"
    assert clean.plain_text("a&#1;b") == "ab"


def test_a_long_word_is_cut_in_the_middle_and_long_prose_between_words() -> None:
    assert clean.shorten("x" * 20, 10) == "x" * 9 + "…"
    assert clean.shorten("some words here", 12) == "some words…"
    assert clean.shorten("short", 10) == "short"


def test_text_is_cut_at_whole_characters() -> None:
    made = clean.cut_text("€" * 100_000)
    assert made.endswith("€…")
    assert len(made.encode()) <= clean.TEXT_BYTES
    assert clean.cut_text("a" * 60_000) == "a" * 60_000


@pytest.mark.parametrize(
    ("href", "absolute"),
    [
        ("https://a.example/x", "https://a.example/x"),
        (" /x y\n", "https://feeds.example/x%20y"),
        ("HTTP://A.example/", "http://A.example/"),
        ("//b.example/", "https://b.example/"),
        ("?q", "https://feeds.example/news/?q"),
        ("javascript:alert(1)", None),
        ("java\tscript:alert(1)", None),
        ("mailto:a@b.example", None),
        ("http://[::bad/", None),
        ("http://a.example:99999/", None),
        ("http://", None),
        ("", None),
        ("https://a.example/" + "x" * 5_000, None),
    ],
)
def test_a_link_is_an_absolute_web_address_or_nothing(href: str, absolute: str | None) -> None:
    assert clean.link(href, BASE) == absolute
