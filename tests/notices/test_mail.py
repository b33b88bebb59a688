"""The bytes of a mail: one recipient, headers that nothing can add to, the same bytes for the same mail."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.notices.mail import HEADER_LENGTH, Mail, Mailbox, clean_header, label, mailbox, message_id, render_mail

HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "References",
    "List-Id",
    "List-Unsubscribe",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
]
HOSTILE = [
    "Title\r\nBcc: victim@example.org",
    "Title\nBcc: victim@example.org\n\n<html>",
    "Title\rX-Evil: 1",
    "Title\u2028Bcc: victim@example.org",
    "Title\u2029X: 1",
    "Title\x85X: 1",
    "Title\x0b\x0c\x1c\x1d\x1eX: 1",
    "=?utf-8?q?=0D=0ABcc:_victim@example.org?=",
    "=?utf-8?b?DQpCY2M6IHZpY3RpbUBleGFtcGxlLm9yZw==?= more",
    "é =?utf-8?q?=0ABcc:_victim?=",
    "lone \ud800 surrogate",
    "\udce9 escaped byte",
    "\u202egnp.exe\u202c",
    "\u2066isolate",
    "nul\x00 and escape\x1b[31m",
    "tag \U000e0041\U000e0042 letters",
    "\ufeffmark",
    "x" * 5000,
    "é" * 5000,
    "🏳️‍🌈 " * 200,
    '"; <script>alert(1)</script>',
    "a, b; c: <d@e>",
    "-- \r\n--boundary",
    "",
    " ",
]


def a_mail(**changes: object) -> Mail:
    sender, recipient = mailbox("Monitor <monitor@example.org>"), mailbox("Ambassador <ambassador@example.org>")
    mail = Mail(
        sender=sender,
        recipient=recipient,
        subject="Morning press review – Mon 23 Nov 2026 – 18 items",
        date=datetime(2026, 11, 23, 7, 0, 4, tzinfo=ZoneInfo("Asia/Karachi")),
        message_id=message_id(sender, "morning", "20261123T020000Z", recipient),
        thread="<morning.digest@example.org>",
        list_name="Morning press review",
        list_id="morning.digest.example.org",
        text="Text\n",
        html="<p>Page</p>\n",
    )
    return replace(mail, **changes)  # type: ignore[arg-type]


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def content_of(part: EmailMessage) -> str:
    content = part.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


def test_the_headers_are_those_of_an_automatic_list_mail() -> None:
    message = parsed(render_mail(a_mail()))
    assert list(message.keys()) == HEADERS
    assert message["From"] == "Monitor <monitor@example.org>"
    assert message["To"] == "Ambassador <ambassador@example.org>"
    assert message["Subject"] == "Morning press review – Mon 23 Nov 2026 – 18 items"
    assert message["Date"] == "Mon, 23 Nov 2026 07:00:04 +0500"
    assert re.fullmatch(r"<morning\.20261123T020000Z\.[0-9a-f]{16}@example\.org>", message["Message-ID"])
    assert message["References"] == "<morning.digest@example.org>"
    assert message["List-Id"] == "Morning press review <morning.digest.example.org>"
    assert message["List-Unsubscribe"] == "<mailto:monitor@example.org?subject=unsubscribe%20morning>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"


def test_both_parts_come_back_as_they_went() -> None:
    text = "Plain\n.\nFrom here – é سفارت 会谈\n" + "long " * 300 + "\n"
    html = "<p>" + "Ünïcode " * 50 + "</p>\n"
    message = parsed(render_mail(a_mail(text=text, html=html)))
    first, second = message.iter_parts()
    assert (first.get_content_type(), content_of(first)) == ("text/plain", text)
    assert (second.get_content_type(), content_of(second)) == ("text/html", html)


@pytest.mark.parametrize("script", ["abc ", "سفارت ", "会谈", "a\tb  \n"])
def test_the_bytes_are_seven_bit_in_lines_any_server_takes(script) -> None:
    raw = render_mail(a_mail(text=script * 2000 + "\n", html=script * 2000, subject=script * 100))
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_the_same_mail_has_the_same_bytes() -> None:
    assert render_mail(a_mail()) == render_mail(a_mail())


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_title_adds_a_header_a_recipient_or_a_part(hostile) -> None:
    sender = Mailbox(clean_header(hostile, 60), "monitor@example.org")
    message = parsed(render_mail(a_mail(subject=hostile, list_name=hostile, sender=sender)))
    assert list(message.keys()) == HEADERS
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert [address.addr_spec for address in message["To"].addresses] == ["ambassador@example.org"]
    assert [address.addr_spec for address in message["From"].addresses] == ["monitor@example.org"]
    assert len(message["Subject"]) <= HEADER_LENGTH
    assert message["List-Id"].endswith("<morning.digest.example.org>")
    assert content_of(message.get_body(("plain",))) == "Text\n"


@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_text_makes_a_header_of_one_line_that_comes_back_as_it_went(text) -> None:
    message = parsed(render_mail(a_mail(subject=text)))
    assert list(message.keys()) == HEADERS
    assert message["Subject"].split() == clean_header(text).split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Plain", "Plain"),
        ("a\r\nb", "a b"),
        ("=?utf-8?q?x?=", "= ?utf-8?q?x? ="),
        ("Q\u200ba\u00adr\u200fa", "Qara"),
        ("قره\u200cباغ", "قره\u200cباغ"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_header_text_is_one_clean_line(text, expected) -> None:
    assert clean_header(text) == expected


@pytest.mark.parametrize(
    ("written", "name", "address"),
    [
        ("desk@example.org", "", "desk@example.org"),
        ("Press Desk <desk@example.org>", "Press Desk", "desk@example.org"),
        ('"Desk, Press" <desk@example.org>', "Desk, Press", "desk@example.org"),
        ("Посольство <desk@example.org>", "Посольство", "desk@example.org"),
        ("<desk@example.org>", "", "desk@example.org"),
        ("desk@bücher.example", "", "desk@xn--bcher-kva.example"),
        ("desk@EXAMPLE.org", "", "desk@EXAMPLE.org"),
    ],
)
def test_mailboxes_are_read_as_people_write_them(written, name, address) -> None:
    assert mailbox(written) == Mailbox(name, address)


@pytest.mark.parametrize(
    "written",
    ["", "desk", "@example.org", "desk@", "a@b@c.example", "a b@c.example", "a@b,c@d.example", f"a@{'x' * 70}.example"],
)
def test_what_is_no_address_is_refused(written) -> None:
    with pytest.raises(ValueError, match="no mail"):
        mailbox(written)


@pytest.mark.parametrize("name", ["Desk", "Desk, Press", 'The "Desk"', "Back\\slash", "Посольство", "Ambassadør, H.E."])
def test_names_come_back_as_they_went(name) -> None:
    box = Mailbox(clean_header(name, 60), "desk@example.org")
    [address] = parsed(render_mail(a_mail(recipient=box)))["To"].addresses
    assert (address.display_name, address.addr_spec) == (box.name, "desk@example.org")


def test_an_address_beyond_ascii_is_written_as_it_is() -> None:
    raw = render_mail(a_mail(recipient=mailbox("посол@example.org")))
    assert "To: посол@example.org\r\n".encode() in raw


def test_long_identifiers_are_neither_folded_nor_encoded() -> None:
    domain = f"{'press' * 10}.{'office' * 9}.example.org"
    sender = Mailbox("", f"monitor@{domain}")
    identifier = message_id(sender, "d" * 64, "20261123T020000Z", sender)
    raw = render_mail(a_mail(sender=sender, message_id=identifier, thread=f"<x@{domain}>"))
    assert f"Message-ID: {identifier}\r\n".encode() in raw
    assert parsed(raw)["Message-ID"] == identifier


def test_identifiers_differ_by_digest_instant_and_recipient_and_by_nothing_else() -> None:
    sender, to, other = mailbox("m@example.org"), mailbox("a@example.org"), mailbox("b@example.org")
    base = message_id(sender, "morning", "20261123T020000Z", to)
    assert base == message_id(sender, "morning", "20261123T020000Z", mailbox("Ann <A@example.org>"))
    others = {
        message_id(sender, "evening", "20261123T020000Z", to),
        message_id(sender, "morning", "20261124T020000Z", to),
        message_id(sender, "morning", "20261123T020000Z", other),
    }
    assert len(others | {base}) == 4


@pytest.mark.parametrize("text", ["morning", "a.b", "a_b", "d" * 64, "Утро", ""])
def test_labels_are_short_plain_and_different(text) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,40}", label(text))
    assert label("morning") == "morning"
    assert label("a.b") != label("a_b")
