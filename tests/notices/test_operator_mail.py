"""The operator's daily mail, in words."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime, timedelta

from monitor.model import SourceState
from monitor.notices.mail import mailbox
from monitor.notices.operator_mail import SourceNews, notice_subject, notice_text, operator_mail

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
BOXES = (mailbox("Monitor <monitor@mission.example>"), mailbox("Ops <ops@mission.example>"))


def news(number: int, state: SourceState, was: SourceState = SourceState.OK, reason: str = "") -> SourceNews:
    return SourceNews(f"s{number}", f"Source {number}", was, state, NOW - timedelta(hours=3), reason)


def test_the_subject_counts_what_needs_a_look_and_what_is_well() -> None:
    one, well = news(1, SourceState.FAILING), news(2, SourceState.OK, SourceState.FAILING)
    assert notice_subject([one]) == "Sources: 1 needs a look"
    assert notice_subject([one, news(3, SourceState.GONE)]) == "Sources: 2 need a look"
    assert notice_subject([well]) == "Sources: 1 well again"
    assert notice_subject([news(4, SourceState.OK)]) == "Sources: passing trouble"


def test_trouble_that_passed_is_named_in_a_line() -> None:
    text = notice_text([news(number, SourceState.OK) for number in range(25)], "UTC")
    assert "Trouble that passed by itself: Source 0, Source 1," in text
    assert "(+5)." in text
    assert "Well again" not in text


def test_a_long_list_is_cut_and_says_how_much() -> None:
    many = [news(number, SourceState.FAILING, reason="No answer.") for number in range(230)]
    text = notice_text([*many, news(999, SourceState.SILENT)], "UTC")
    assert text.count("No answer.") == 200
    assert "And 31 more." in text
    assert max(map(len, text.splitlines())) <= 76


def test_every_state_has_its_heading() -> None:
    text = notice_text([news(number, state, SourceState.BLOCKED) for number, state in enumerate(SourceState)], "UTC")
    assert text.count("(s") == len(SourceState) - 1  # the one that is blocked as before has passed
    assert "Source 6." in text


def test_the_mail_is_plain_text_that_no_source_can_add_a_header_to() -> None:
    hostile = news(1, SourceState.FAILING, reason="Bad\r\nBcc: all@else.example\u2028x")
    hostile = SourceNews(
        hostile.source_id,
        "Name\r\nBcc: x@else.example",
        *[getattr(hostile, n) for n in ("was", "state", "at", "reason")],
    )
    outgoing = operator_mail([hostile], NOW, NOW, "Asia/Karachi", BOXES)
    message = email.message_from_bytes(outgoing.body, policy=email.policy.default)
    assert message["To"] == "Ops <ops@mission.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert [message[name] for name in ("Bcc", "List-Id", "List-Unsubscribe", "References")] == [None] * 4
    assert message.get_content_type() == "text/plain"
    assert "since 2026-11-23 03:00; was ok" in message.get_content()
    assert message["Date"].endswith("+0500")


def test_a_day_and_a_recipient_have_one_key_and_message_id() -> None:
    first = operator_mail([news(1, SourceState.GONE)], NOW, NOW, "Asia/Karachi", BOXES)
    later = operator_mail([news(2, SourceState.OK)], NOW, NOW + timedelta(hours=2), "Asia/Karachi", BOXES)
    assert (first.key, first.message_id) == (later.key, later.message_id)
    assert first.key == "notice:sources:2026-11-23:ops@mission.example"
    assert first.message_id.startswith("<sources.20261123T010000Z.")
