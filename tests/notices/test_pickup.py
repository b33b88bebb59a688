"""The pick-up report in every form it takes."""

from __future__ import annotations

import doctest
import email
import email.policy
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest

from monitor.model import ChangedPassage, CutPassage, Mention, MentionClass, Pickup, Piece, Release, Wire
from monitor.notices import pickup_words as words
from monitor.notices.digest_mail import HTML_MOST_BYTES
from monitor.notices.mail import mailbox
from monitor.notices.pickup_mail import MENTIONS_SHOWN, TOTALS_SHOWN, mail_html, mail_subject, mail_text, pickup_mail
from monitor.notices.pickup_plot import BARS_MOST, bars_of, plot_svg
from monitor.notices.pickup_report import render_html, render_markdown, render_text

RELEASED = datetime(2026, 11, 23, 7, tzinfo=UTC)
BOXES = (mailbox("Monitor <monitor@mission.example>"), mailbox("Press <press@mission.example>"))
RELEASE = Release("Boats shown", "Thirty boats.", 7, "embassy", "Embassy of Atlantis", "atlantis", "en", None, RELEASED)
MENTION = Mention(
    item_id=8,
    source_id="courier",
    outlet="The Daily Courier",
    publisher="courier",
    country="PK",
    language="en",
    title="Boats ashore",
    url="https://courier.example/1",
    at=RELEASED + timedelta(minutes=42),
    is_seen=False,
    first_seen_at=RELEASED + timedelta(hours=1),
    delay_s=2520.0,
    share=0.64,
    of_copy=0.9,
    run_words=9,
    run="Thirty boats lay in the hall of the library",
    sort=MentionClass.REPRINT,
    evidence="86 of 103 runs of three words shared",
    wire=Wire("Islamabad(TNS)", "ISLAMABAD", "Nov 23", "TNS", None),
    is_retitled=True,
    cut=(CutPassage(2, None, "The choir sang."), CutPassage(3, 2, "Entrance is free.")),
    changed=(ChangedPassage(1, 1, (Piece("=", "Thirty"), Piece("-", "boats"), Piece("+", "ships"))),),
    added_words=12,
)


def pickup(*mentions: Mention, release: Release = RELEASE) -> Pickup:
    return Pickup(release, mentions, RELEASED + timedelta(days=1))


def after(hours: float, sort: MentionClass = MentionClass.REPRINT) -> Mention:
    return replace(MENTION, at=RELEASED + timedelta(hours=hours), delay_s=hours * 3600, sort=sort)


def test_the_examples_in_the_words_hold() -> None:
    assert doctest.testmod(words).failed == 0


def test_the_text_says_who_when_how_much_and_what_became_of_it() -> None:
    assert render_text(pickup(MENTION), "Asia/Karachi") == (
        "Boats shown\n\n"
        "Released 2026-11-23 12:00 by Embassy of Atlantis; as of 2026-11-24 12:00 (Asia/Karachi).\n\n"
        "1 item by 1 publisher: 1 reprint. The first came after 42 min: The Daily Courier.\n"
        "  by publisher: The Daily Courier: 1\n"
        "  by country: PK: 1\n"
        "  by language: en: 1\n"
        "  by hour since the release: 0–1: 1\n\n"
        "1. The Daily Courier – PK, en – 42 min – reprint, 64 % kept\n"
        "   Boats ashore\n"
        "   https://courier.example/1\n"
        "   2026-11-23 12:42; 86 of 103 runs of three words shared\n"
        "   as printed: label “Islamabad(TNS)”, dateline “ISLAMABAD, Nov 23”, credit “TNS”\n"
        "   longest run: 9 words: Thirty boats lay in the hall of the library\n"
        "   cut: paragraph 2; 1 sentence of paragraph 3\n"
        "   changed: 1 sentence\n"
        "   added: 12 words\n"
        "     - paragraph 2: The choir sang.\n"
        "     - paragraph 3, sentence 2: Entrance is free.\n"
        "     ~ paragraph 1, sentence 1: Thirty [-boats-] {+ships+}\n"
    )


def test_what_is_not_known_is_left_out() -> None:
    bare = replace(
        MENTION,
        delay_s=None,
        share=None,
        run_words=0,
        run="",
        country="",
        language="",
        wire=Wire(),
        cut=(),
        changed=(),
        added_words=0,
        url=None,
        is_seen=True,
        title="",
        sort=MentionClass.MENTION,
        publisher="Courier Group",
    )
    text = render_text(pickup(bare, release=replace(RELEASE, released_at=None, outlet="")), "UTC")
    assert "Released at a time not known; as of" in text
    assert "1. The Daily Courier (Courier Group) – mention\n   (without a title)\n   seen 2026-11-23 07:42;" in text
    assert "by hour since the first: 0–1: 1" in text
    for absent in ("longest run", "cut:", "changed:", "added:", "as printed", "kept"):
        assert absent not in text


def test_a_copy_before_the_release_is_told_as_one() -> None:
    assert "The first came 1 h 00 min before: The Daily Courier." in render_text(pickup(after(-1)), "UTC")
    assert "−1–0: 1" in render_text(pickup(after(-1)), "UTC")


def test_no_pick_up_is_said_in_every_form() -> None:
    for text in (render_text(pickup(), "UTC"), render_markdown(pickup(), "UTC"), render_html(pickup(), "UTC")):
        assert "No pick-up so far" in text
    assert plot_svg(pickup()) == ""
    assert bars_of(pickup(release=replace(RELEASE, released_at=None))) == (1, [])


HOSTILE = "<script>alert(1)</script> [x](javascript:y) | `z` =?utf-8?q?a?=\u202e\r\nBcc: all@else.example"


@pytest.mark.parametrize("render", [render_html, mail_html])
def test_nothing_that_stands_in_a_feed_acts_in_a_page(render: Callable[[Pickup, str], str]) -> None:
    hostile = replace(
        MENTION,
        title=HOSTILE,
        outlet=HOSTILE,
        publisher=HOSTILE,
        country=HOSTILE,
        language='en" onload="x',
        run=HOSTILE,
        url="javascript:alert(1)",
        wire=Wire(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE),
        evidence=HOSTILE,
        cut=(CutPassage(1, None, HOSTILE),),
        changed=(ChangedPassage(1, 1, (Piece("+", HOSTILE),)),),
    )
    page = render(
        pickup(hostile, release=replace(RELEASE, title=HOSTILE, outlet=HOSTILE, url="data:text/html,x")), "UTC"
    )
    assert "<script" not in page
    assert not re.search(r"<[^>]*\sonload=", page)
    assert not re.search(r'(?:href|src)="(?!https?://|#m1")', page)
    assert "\u202e" not in page
    assert not re.search(r"<(?:img|link|iframe|object|form)\b", page)


def test_markdown_escapes_what_stands_in_feeds() -> None:
    text = render_markdown(pickup(replace(MENTION, title=HOSTILE, outlet="A | B")), "UTC")
    assert r"\<script\>alert(1)\</script\> \[x\](javascript:y) \| \`z\`" in text
    assert "| A \\| B |" in text
    assert "[Boats ashore](<https://courier.example/1>)" in render_markdown(pickup(MENTION), "UTC")


def test_a_page_loads_nothing_and_says_which_way_texts_run() -> None:
    urdu = replace(MENTION, title="کشتیاں ساحل پر", language="ur", outlet="روزنامہ ساحل")
    page = render_html(pickup(urdu), "UTC")
    assert '<h3 lang="ur" dir="rtl">' in page
    assert "<bdi>روزنامہ ساحل</bdi>" in page
    assert "default-src 'none'" in page
    assert "@media print" in page
    assert not re.search(r"url\(|@import|src=", page)


def test_the_plot_is_sound_and_counts_every_mention() -> None:
    found = pickup(after(0.1), after(0.9, MentionClass.PARTIAL), after(5, MentionClass.MENTION))
    step, bars = bars_of(found)
    assert step == 1
    assert [bar.counts for bar in bars] == [(1, 1, 0), *[(0, 0, 0)] * 4, (0, 0, 1)]
    drawn = ElementTree.fromstring(plot_svg(found))
    assert len([node for node in drawn.iter() if node.get("class", "").startswith("bar-")]) == 3


@pytest.mark.parametrize(("hours", "step"), [(47, 1), (95, 2), (700, 24), (8_000, 168), (400_000, 8766)])
def test_a_long_time_has_wider_bars(hours: int, step: int) -> None:
    found_step, bars = bars_of(pickup(after(0), after(hours)))
    assert found_step == step
    assert len(bars) <= BARS_MOST
    assert sum(sum(bar.counts) for bar in bars) == 2
    assert (" d</text>" in plot_svg(pickup(after(0), after(hours)))) == (step >= 24)


def test_a_copy_before_the_release_stands_left_of_it() -> None:
    _, bars = bars_of(pickup(after(-2.5), after(1)))
    assert (bars[0].start, len(bars)) == (-3, 5)


def test_the_mail_is_the_same_however_often_it_is_made() -> None:
    one, again = (pickup_mail(pickup(MENTION), 86_400.0, "Asia/Karachi", BOXES) for _ in range(2))
    assert one == again
    other = pickup_mail(pickup(MENTION), 259_200.0, "Asia/Karachi", BOXES)
    assert one.key != other.key
    assert one.message_id != other.message_id


def test_the_mail_goes_to_its_recipient_and_no_feed_adds_to_it() -> None:
    release = replace(RELEASE, title=HOSTILE)
    outgoing = pickup_mail(pickup(replace(MENTION, title=HOSTILE), release=release), 86_400.0, "UTC", BOXES)
    message = email.message_from_bytes(outgoing.body, policy=email.policy.default)
    assert message["To"] == "Press <press@mission.example>"
    assert message["Bcc"] is None
    assert message["Subject"].startswith("Pick-up after 24 h – 1 item – <script>")
    assert message["Auto-Submitted"] == "auto-generated"


def test_the_subject_says_how_long_after_and_how_many() -> None:
    assert mail_subject(pickup(), 259_200.0) == "Pick-up after 72 h – no items – Boats shown"
    assert mail_subject(pickup(MENTION, MENTION), 120.0) == "Pick-up after 2 min – 2 items – Boats shown"


def test_a_mail_of_many_mentions_stays_whole_in_gmail_and_says_what_it_leaves_out() -> None:
    many = pickup(*[replace(MENTION, title="Boats of every size stand ashore " * 3)] * (MENTIONS_SHOWN + 30))
    assert len(mail_html(many, "UTC").encode()) <= HTML_MOST_BYTES
    text = mail_text(many, "UTC")
    assert f"{MENTIONS_SHOWN + 30} items by 1 publisher" in text
    assert "30 more items not listed here." in text
    assert max(len(line) for line in text.splitlines() if "https://" not in line) <= 76
    assert "paragraph 2: The choir" not in text
    assert "more items not listed here." in mail_html(many, "UTC")


def test_of_many_publishers_a_mail_names_the_first_and_counts_the_others() -> None:
    found = pickup(*[replace(MENTION, publisher=f"Paper {number}") for number in range(TOTALS_SHOWN + 5)])
    assert dict(words.totals_rows(found, TOTALS_SHOWN)[0][1])["others"] == 5
    assert "<bdi>others</bdi>: 5" in mail_html(found, "UTC")
