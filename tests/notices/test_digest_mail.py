"""The edition as its reader gets it."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.notices.content import Ailing, Content, Entry, FollowUp, Section, Tally
from monitor.notices.digest_mail import (
    HTML_MOST_BYTES,
    digest_message,
    digest_subject,
    render_digest,
    render_html,
    render_text,
)
from monitor.notices.excerpt import columns, is_right_to_left
from monitor.notices.mail import mailbox
from monitor.notices.templating import TEXT_COLUMNS

DATA = Path(__file__).parent / "data"
SENDER, READER = mailbox("Monitor <monitor@example.org>"), mailbox("Ambassador <ambassador@example.org>")


def read_over(name: str) -> bytes:
    """What the renderer made once and a person read over."""
    return (DATA / name).read_bytes()


def one(content: Content, *entries: Entry | FollowUp, **changes: object) -> Content:
    """The edition with a single section of these."""
    told = tuple(entry for entry in entries if isinstance(entry, Entry))
    again = tuple(entry for entry in entries if isinstance(entry, FollowUp))
    return replace(content, sections=(Section("News", told, again),), **changes)  # type: ignore[arg-type]


def first(content: Content) -> Entry:
    return content.sections[0].entries[0]


def test_the_mail_is_the_one_that_was_read_over(content) -> None:
    _, raw = digest_message(content, render_digest(content), SENDER, READER)
    assert raw == read_over("digest.eml")


def test_the_text_is_the_one_that_was_read_over(content) -> None:
    text = render_text(content).encode()
    assert text == read_over("digest.txt")


def test_an_empty_late_day_reads_as_it_was_read_over(content) -> None:
    text = render_text(
        replace(
            content,
            sections=(Section("Our mission in the media"), Section("Energy")),
            is_late=True,
            window_to=content.due_at + timedelta(hours=3),
            tally=Tally(),
            ailing=(),
        )
    ).encode()
    assert text == read_over("empty.txt")


@pytest.mark.parametrize(
    ("changes", "ending"),
    [
        ({}, "5 items"),
        ({"sections": ()}, "no items"),
    ],
)
def test_the_subject_begins_with_the_title_and_counts(content, changes, ending) -> None:
    assert digest_subject(replace(content, **changes)) == f"Morning press review – Mon 23 Nov 2026 – {ending}"


def test_the_subject_counts_one_and_follow_ups_rightly(content) -> None:
    again = content.sections[0].follow_ups[0]
    assert digest_subject(one(content, first(content))).endswith("– 1 item")
    assert digest_subject(one(content, again)).endswith("– 1 further pick-up")
    assert "1 further pick-up of earlier items." in render_text(one(content, again))


def test_the_subject_has_the_day_in_the_digests_zone(content) -> None:
    late_evening = replace(content, timezone="America/New_York")  # 21:00 the day before
    assert "Sun 22 Nov 2026" in digest_subject(late_evening)


def test_the_same_content_gives_the_same_bytes(content) -> None:
    assert digest_message(content, render_digest(content), SENDER, READER) == digest_message(
        content, render_digest(content), SENDER, READER
    )


def test_text_lines_are_short_but_for_addresses_and_right_to_left(content) -> None:
    for line in render_text(content).splitlines():
        assert columns(line) <= TEXT_COLUMNS or is_right_to_left(line) or line.startswith("https://")


def test_text_and_page_tell_the_same_stories(content) -> None:
    mail = render_digest(content)
    page = LexborHTMLParser(mail.html).text()
    for section in content.sections:
        for entry in (*section.entries, *section.follow_ups):
            assert entry.title in mail.text
            assert entry.title in page


def test_the_other_outlets_are_five_names_and_a_number(content) -> None:
    expected = "also: The Daily Courier, Lahore Evening, Radio Indus, Karachi Wire, The Frontier (+2)"
    assert expected in " ".join(render_text(content).split())
    assert expected in LexborHTMLParser(render_html(content)).text()


def test_a_story_mailed_before_shows_who_joined(content) -> None:
    assert "further pick-up: +2 (Radio Indus, Newsline)" in render_text(content)
    assert "further pick-up: +2 (Radio Indus, Newsline)" in LexborHTMLParser(render_html(content)).text()


def test_right_to_left_entries_say_so_with_their_language(content) -> None:
    page = LexborHTMLParser(render_html(content))
    [urdu] = [node for node in page.css(".entry") if "سفارت" in node.text()]
    assert (urdu.attributes["dir"], urdu.attributes["lang"]) == ("rtl", "ur")
    meta = urdu.css_first(".meta")
    assert (meta.attributes["dir"], "text-align:right" in meta.attributes["style"]) == ("ltr", True)
    assert page.css_first(".entry").attributes["dir"] == "ltr"


def test_a_summary_of_the_other_direction_has_its_own(content) -> None:
    entry = replace(first(content), title="Embassy marks day", summary="سفارت خانے نے تقریب منعقد کی۔", language="ur")
    page = LexborHTMLParser(render_html(one(content, entry)))
    assert page.css_first(".sum").attributes["dir"] == "rtl"
    assert page.css_first(".sum").attributes["lang"] == "ur"
    assert "lang" not in page.css_first(".entry").attributes  # an English title is not read out as Urdu


@pytest.mark.parametrize("language", ["", "x", 'en" onload="x', "english language", "urdu-"])
def test_a_language_that_is_none_is_left_out(content, language) -> None:
    page = LexborHTMLParser(render_html(one(content, replace(first(content), language=language))))
    assert "lang" not in page.css_first(".entry").attributes


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=https://evil.example/pixel.gif>',
    "</title></head><body onload=alert(1)>",
    "{{ 7 * 7 }}{% include 'x' %}",
    "</div></div><style>@import url(https://evil.example/x.css)</style>",
    "<!-- open comment",
    "a\r\n.\r\nQUIT\r\n",
    "\u202e\u2066reversed",
    "lone \ud800 \x00 \x1b[2J",
    "\u2028--=_boundary",
    "&#x3c;script&#x3e;",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_a_feed_says_acts_in_the_page_or_breaks_it(content, hostile) -> None:
    entry = replace(
        first(content), title=hostile, summary=hostile, outlet=hostile, place=hostile, also=(hostile,), language=hostile
    )
    again = replace(content.sections[0].follow_ups[0], title=hostile, joined=(hostile,))
    sick = (Ailing(hostile, "failing", hostile),)
    poisoned = one(content, entry, again, title=f"Review {hostile}", ailing=sick)
    poisoned = replace(poisoned, sections=(replace(poisoned.sections[0], title=hostile), Section(hostile)))
    mail = render_digest(poisoned)
    page = LexborHTMLParser(mail.html)
    tags = {node.tag for node in page.root.traverse()}
    assert tags <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "div",
        "h1",
        "h2",
        "h3",
        "p",
        "a",
        "bdi",
        "br",
        "ul",
        "li",
    }
    assert {name for node in page.root.traverse() for name in node.attributes if name.startswith("on")} == set()
    assert [node.text() for node in page.css(".foot p")][-1].startswith("84 sources polled")
    message = email.message_from_bytes(digest_message(poisoned, mail, SENDER, READER)[1], policy=email.policy.default)
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == mail.text
    assert "{{ 7" not in hostile or "{{ 7 * 7 }}" in mail.text


def test_the_page_loads_nothing_from_anywhere(content) -> None:
    html = render_html(content)
    assert not re.search(r"src=|url\(|@import|<link|<img|<script", html)
    assert "@media (prefers-color-scheme: dark)" in html


@pytest.mark.parametrize(
    "url",
    [
        None,
        "javascript:alert(1)",
        "data:text/html,x",
        "https://a.example/ b",
        'https://a.example/"x',
        "//a.example",
        "https://a.example/\u202e",
    ],
)
def test_only_addresses_of_the_web_become_links(content, url) -> None:
    mail = render_digest(one(content, replace(first(content), url=url)))
    assert LexborHTMLParser(mail.html).css_first("h3 a") is None
    assert "a.example" not in mail.text
    assert "javascript" not in mail.html


def test_an_entry_without_a_title_or_a_date_says_so(content) -> None:
    bare = replace(first(content), title=" ", summary="", also=(), is_seen=True, place="")
    text = render_text(one(content, bare))
    assert "1. (without a title)\nEmbassy of Atlantis in Islamabad – seen Mon 23 Nov, 06:00\nhttps://" in text


def test_another_year_is_named(content) -> None:
    old = replace(first(content), at=content.due_at - timedelta(days=80, hours=24 * 300))
    assert "Thu 8 Nov" not in render_text(one(content, first(content)))
    assert " 2025, 07:00" in render_text(one(content, old))


def many(content: Content, count: int, title: str, summary: str) -> Content:
    entries = [
        replace(first(content), story_id=number, title=f"{number} {title}", summary=summary)
        for number in range(1, count + 1)
    ]
    return one(content, *entries)


@pytest.mark.parametrize(
    ("count", "title", "summary"),
    [
        (90, "Title of an item", "A sentence of some length stands here. " * 20),
        (150, "Заголовок сообщения", "Здесь стоит предложение известной длины. " * 19),
        (250, "خبر کا عنوان یہاں ہے", "یہاں ایک جملہ ہے۔ " * 44),
        (400, "Title of an item " * 8, "A sentence. " * 60),
    ],
)
def test_a_long_page_is_shortened_under_the_limit_and_drops_no_entry(content, count, title, summary) -> None:
    crowded = many(content, count, title, summary)
    html = render_html(crowded)
    assert HTML_MOST_BYTES / 2 < len(html.encode()) <= HTML_MOST_BYTES
    assert "Entries are shortened here" in html
    shown = [link.text().split()[0] for link in LexborHTMLParser(html).css("a")]
    assert shown == [str(number) for number in range(1, count + 1)]


def test_a_page_of_very_many_entries_names_each_and_leaves_the_links_to_the_text(content) -> None:
    crowded = many(content, 1500, "Title of an item " * 8, "A sentence. " * 60)
    mail = render_digest(crowded)
    assert len(mail.html.encode()) <= HTML_MOST_BYTES
    assert [node.text().split()[0] for node in LexborHTMLParser(mail.html).css("h2 ~ p")][:1500] == [
        str(n + 1) for n in range(1500)
    ]
    assert mail.text.count("https://courier.example/") == 1500


def test_the_text_stays_whole_where_the_page_is_shortened(content) -> None:
    crowded = many(content, 300, "Title", "A sentence of some length stands here. " * 20)
    text = render_text(crowded)
    assert " ".join(text.split()).count("A sentence of some length stands here.") == 300 * 20
    assert "A sentence" not in render_html(crowded)


def test_the_footer_is_honest_about_everything(content) -> None:
    text = " ".join(render_text(content).split())
    for sentence in (
        "214 new articles in this span.",
        "11 copies folded into the items above.",
        "4 more items cut by the limit of “Region & world”.",
        "192 articles fitted no section.",
        "2 articles published more than three months ago left out.",
        "84 sources polled, of which 2 did not bring what they should:",
        "Ministry of Trade: failing (HTTP 503 since Sun 22 Nov)",
        "Harbour Gazette: not a feed (answers with a web page)",
        "Nothing new in: Energy.",
    ):
        assert sentence in text


def test_a_healthy_footer_is_short(content) -> None:
    healthy = one(content, first(content), tally=Tally(new_count=1, told_count=1), ailing=(), source_count=1)
    text = render_text(healthy)
    assert text.endswith("1 new article in this span.\n1 source polled; all brought what they should.\n")


@pytest.mark.parametrize(
    ("polled", "waiting", "line"),
    [
        (0, 112, "112 sources not polled yet."),
        (0, 0, "No source was polled."),
        (1, 2, "1 source polled; all brought what they should. 2 sources not polled yet."),
    ],
)
def test_sources_that_were_never_polled_are_not_said_to_have_brought_anything(content, polled, waiting, line) -> None:
    fresh = one(
        content,
        first(content),
        tally=Tally(new_count=1, told_count=1),
        ailing=(),
        source_count=polled,
        waiting_count=waiting,
    )
    assert render_digest(fresh).text.endswith(f"{line}\n")


def test_many_ailing_sources_are_named_up_to_a_number(content) -> None:
    sick = tuple(Ailing(f"Source {number}", "silent", "") for number in range(20))
    mail = render_digest(replace(content, ailing=sick))
    assert "Source 14: silent\n… and 5 more\n" in mail.text
    assert "Source 15" not in mail.html
    assert "… and 5 more" in mail.html
