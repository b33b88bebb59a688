"""The headers of an edition as the standard library's parser, which wrote none of them, reads them."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace

import pytest

from monitor.messages import SHIPPED
from monitor.notices.content import Content, Section
from monitor.notices.digest_mail import digest_message, render_digest
from monitor.notices.mail import mailbox
from monitor.notices.templating import style_of
from tests.notices.conftest import RELEASE, an_entry

TITLES = {
    "en": "Morning press review",
    "fr": "Revue de presse « du matin »",
    "ru": "Утренний обзор прессы, очень длинный заголовок для проверки переносов строк в заголовках писем",
    "tr": 'Sabah "özet"',
    "ur": "صبح کا پریس جائزہ",
}


@pytest.mark.parametrize("language", SHIPPED)
def test_every_header_is_valid_once_and_says_what_it_should(content: Content, language: str) -> None:
    full = replace(content, title=TITLES[language], language=language)
    sender, reader = mailbox("Monitor der Presse <monitor@example.org>"), mailbox("Посол <ambassador@example.org>")
    url = "https://monitor.example/unsubscribe/" + "x" * 24
    identifier, raw = digest_message(full, render_digest(full, style_of(language, {}, {})), sender, reader, url)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.partition(b"\r\n\r\n")[0].isascii()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert [*message.defects, *(defect for part in message.walk() for defect in part.defects)] == []
    assert [defect for value in message.values() for defect in value.defects] == []
    assert len(message.keys()) == len(set(message.keys()))
    assert message["Subject"].startswith(TITLES[language])
    assert message["Message-ID"] == identifier
    assert [address.display_name for address in message["To"].addresses] == ["Посол"]
    assert message["Date"].datetime.utcoffset().total_seconds() == 5 * 3600
    assert message["References"] == "<morning.digest@example.org>"
    assert message["List-Id"].endswith("<morning.digest.example.org>")
    assert message["List-Unsubscribe"] == f"<{url}>, <mailto:monitor@example.org?subject=unsubscribe%20morning>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"


def test_sixty_whole_stories_stay_under_a_hundred_kilobytes(content: Content) -> None:
    entries = tuple(an_entry(number, f"{number} {RELEASE[:90]}", summary=RELEASE * 2) for number in range(1, 61))
    html = render_digest(replace(content, sections=(Section("News", entries),))).html
    assert len(html.encode()) < 100_000
    assert all(f">{number} The embassy" in html for number in range(1, 61))
