from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.reports.release_file import read_release

MAIL = b"""Received: from press.example
From: Press office <press@embassy.example>
Subject: Fwd: =?utf-8?q?Qaraba=C4=9F_carpets_shown?=
Date: Mon, 23 Nov 2026 12:00:00 +0500
MIME-Version: 1.0
Content-Type: text/plain; charset=windows-1251
Content-Transfer-Encoding: 8bit

\xca\xee\xe2\xf0\xfb in the museum.

Entrance is free.
"""


def test_the_first_line_of_plain_text_is_the_title() -> None:
    found = read_release("\ufeff\n  Boats shown \r\n\r\nThirty boats.\r\n\r\n\r\nFree entrance.\r\n".encode())
    assert (found.title, found.text) == ("Boats shown", "Thirty boats.\n\nFree entrance.")
    assert found.html == "<p>Thirty boats.</p><p>Free entrance.</p>"
    assert found.published_at is None


def test_a_title_given_apart_leaves_the_text_whole() -> None:
    found = read_release(b"Thirty boats.\nFree entrance.", "Boats shown")
    assert (found.title, found.text) == ("Boats shown", "Thirty boats.\nFree entrance.")


def test_a_mail_gives_its_subject_its_text_and_its_date() -> None:
    found = read_release(MAIL)
    assert (found.title, found.text) == ("Qarabağ carpets shown", "Ковры in the museum.\n\nEntrance is free.")
    assert found.published_at == datetime(2026, 11, 23, 7, tzinfo=UTC)


def test_a_mail_out_of_a_mailbox_is_a_mail() -> None:
    assert read_release(b"\nFrom press@embassy Mon Nov 23 07:00:00 2026\n" + MAIL).title == "Qarabağ carpets shown"


def test_of_a_mail_with_attachments_the_text_is_read() -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["Date"] = "Boats", "a@b.example", "no day at all"
    message.set_content("Thirty boats.")
    message.add_alternative("<p>Thirty <b>boats</b>.</p>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    found = read_release(message.as_bytes())
    assert (found.title, found.text, found.published_at) == ("Boats", "Thirty boats.", None)


def test_of_a_mail_that_is_a_page_the_page_is_read() -> None:
    message = EmailMessage()
    message["Subject"], message["Date"] = "Boats", "Mon, 23 Nov 2026 07:00:00 -0000"
    message.set_content("<html><body><p>Thirty <b>boats</b>.</p><script>x()</script></body></html>", subtype="html")
    found = read_release(message.as_bytes())
    assert (found.title, found.text, found.published_at) == (
        "Boats",
        "Thirty boats.",
        datetime(2026, 11, 23, 7, tzinfo=UTC),
    )
    assert "script" not in found.html


def test_of_a_page_the_heading_is_the_title_and_no_part_of_the_text() -> None:
    page = (
        b"<!DOCTYPE html><title>Site | Boats</title><nav>Home</nav><h1>Boats shown</h1><p>Thirty boats.</p><p>Free.</p>"
    )
    found = read_release(page)
    assert (found.title, found.text) == ("Boats shown", "Thirty boats.\n\nFree.")
    assert read_release(b"<title>Boats</title><p>Thirty boats.</p>").title == "Boats"
    assert read_release(b"<p>Boats shown</p><p>Thirty boats.</p>").title == "Boats shown"


@pytest.mark.parametrize(
    "above",
    [
        *(
            "Press Release\n",
            "FOR IMMEDIATE RELEASE\n\n",
            "PRESS RELEASE No. 12/2026\n",
            "Press release: ",
            "Пресс-релиз\n",
        ),
        *("Press Release\nNo. 12/2026\n\n", "Basın Açıklaması – ", "پریس ریلیز\n", "Press statement\n*** \n"),
    ],
)
def test_what_announces_a_release_is_not_its_headline(above: str) -> None:
    found = read_release(f"{above}Boats shown\nThirty boats.".encode())
    assert (found.title, found.text) == ("Boats shown", "Thirty boats.")


def test_what_announces_a_release_is_not_the_heading_of_its_page() -> None:
    page = read_release(b"<h1>Press release</h1><h1>Boats shown</h1><p>Thirty boats.</p>")
    assert (page.title, page.text) == ("Boats shown", "Thirty boats.")


def test_what_says_nothing_but_a_number_is_read_all_the_same() -> None:
    assert read_release(b"12/2026").title == "12/2026"


@pytest.mark.parametrize(
    "title", ["Press releases and their readers", "12 boats shown", "No. 7 wins", "Media advisory council meets"]
)
def test_headlines_that_begin_like_it_stay(title: str) -> None:
    assert read_release(f"{title}\nThirty boats.".encode()).title == title


def test_a_mail_ends_at_its_signature() -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = "PRESS RELEASE: Boats shown", "a@b.example"
    message.set_content("Thirty boats.\n-- \nPress section\nTel. 1")
    found = read_release(message.as_bytes())
    assert (found.title, found.text) == ("Boats shown", "Thirty boats.")


@pytest.mark.parametrize("data", [b"Subject: to change\n\nThe plan is new.", b"Note: boats\nCome: all"])
def test_text_that_looks_a_little_like_a_mail_is_text(data: bytes) -> None:
    assert read_release(data).title == data.decode().split("\n")[0]


def test_nothing_gives_nothing() -> None:
    found = read_release(b" \n ")
    assert (found.title, found.text) == ("", "")


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda data: MAIL[:200] + data))
def test_whatever_is_given_is_read(data: bytes) -> None:
    found = read_release(data)
    assert (found.title + found.text).encode().decode() == found.title + found.text
