"""Digests and deliveries from the command line: what would go, what went, the same again; and a mail server in any mood."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest

from monitor.cli.output import UNPRINTABLE
from tests.cli.conftest import Call
from tests.conftest import LONG, Article, Folder, Inbox, Site, receiving, source

DIGEST = """
[[digest]]
id = "morning"
title = "Morning review"
at = "07:00"
timezone = "Asia/Karachi"
to = ["Desk <desk@mission.example>", "ambassador@mission.example"]
[[digest.section]]
title = "Rooms"
query = "room*"
[[digest.section]]
title = "Everything else"
[[digest]]
id = "quiet"
title = "Quiet"
at = "08:00"
"""
DELIVERY_KEYS = {"id", "kind", "channel", "recipient", "state", "attempts", "message_id", "items"}


@pytest.fixture
def desk(call: Call, folder: Folder, site: Site) -> Folder:
    """A folder with two digests and two fetched items."""
    articles = [
        Article("Reading room opens", LONG, "https://a.example/1", "1"),
        Article("Bridge \u202ecloses", "The bridge is closed for repairs.", "https://a.example/2", "2"),
    ]
    folder.write(sources=source("a", site.publish("/a", *articles), name="The Paper"), digests=DIGEST)
    assert call("fetch", config=folder.path).code == 0
    return folder


def parsed(body: bytes) -> EmailMessage:
    message = email.message_from_bytes(body, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_digests_are_listed_with_their_next_instants(call: Call, desk: Folder) -> None:
    morning, quiet = call("digest", "list", "--json", config=desk.path).objects
    assert (morning["id"], morning["title"], morning["timezone"]) == ("morning", "Morning review", "Asia/Karachi")
    assert morning["next_due_at"].endswith("T02:00:00.000Z")
    assert morning["sections"] == ["Rooms", "Everything else"]
    assert quiet["to"] == []
    lines = call("digest", "list", config=desk.path).out.splitlines()
    assert "to Desk <desk@mission.example>, ambassador@mission.example" in lines[0]
    assert lines[1].endswith("to nobody")


def test_a_preview_is_the_mail_as_it_would_go_and_files_nothing(call: Call, desk: Folder) -> None:
    text = call("digest", "preview", "morning", config=desk.path)
    assert text.code == 0
    assert text.out.index("Rooms") < text.out.index("Reading room opens") < text.out.index("Bridge closes")
    assert UNPRINTABLE.search(text.out) is None
    page = call("digest", "preview", "morning", "--format", "html", config=desk.path).out
    assert "<html" in page
    assert "Reading room opens" in page
    mail = desk.run("digest", "preview", "morning", "--format", "eml")
    message = parsed(mail.stdout.encode())
    assert message["Subject"].startswith("Morning review")
    assert message["To"] == "Desk <desk@mission.example>"
    assert message.get_body(("plain",)) is not None
    assert message.get_body(("html",)) is not None
    assert call("digest", "history", "--json", config=desk.path).objects == []


def test_an_empty_day_has_a_preview_too(call: Call, folder: Folder) -> None:
    folder.write(digests=DIGEST)
    done = call("digest", "preview", "quiet", config=folder.path)
    assert done.code == 0
    assert "Quiet" in done.out


def test_an_edition_is_queued_sent_looked_up_and_sent_again_to_the_byte(call: Call, desk: Folder, inbox: Inbox) -> None:
    queued = call("digest", "send", "morning", "--json", config=desk.path).objects
    assert all(row.keys() >= DELIVERY_KEYS for row in queued)
    assert [(row["kind"], row["channel"], row["state"], row["attempts"]) for row in queued] == [
        ("edition", "mail", "queued", 0)
    ] * 2
    assert {row["recipient"] for row in queued} == {"desk@mission.example", "ambassador@mission.example"}
    assert len(queued[0]["items"]) == 2
    assert inbox.mails == []

    sent = call("deliveries", "send", config=desk.path)
    assert sent.code == 0
    assert sent.out.count("sent ") == 2
    first = {to[0]: body for to, body in inbox.mails}
    assert first.keys() == {"desk@mission.example", "ambassador@mission.example"}
    assert {parsed(body)["Message-ID"] for body in first.values()} == {row["message_id"] for row in queued}

    [edition] = call("digest", "history", "--json", config=desk.path).objects
    assert (edition["digest"], edition["items"], edition["scheduled"]) == ("morning", 2, False)
    assert edition["subject"].startswith("Morning review")
    assert edition["subject"] in call("digest", "history", "morning", config=desk.path).out
    assert call("digest", "history", "quiet", config=desk.path).out == ""
    number = str(edition["id"])
    [shown] = call("digest", "show", number, "--json", config=desk.path).objects
    assert [(entry["section"], entry["title"]) for entry in shown["entries"]] == [
        ("Rooms", "Reading room opens"),
        ("Everything else", "Bridge \u202ecloses"),
    ]
    assert {row["state"] for row in shown["deliveries"]} == {"sent"}
    page = call("digest", "show", number, config=desk.path).out
    assert "  Rooms: Reading room opens (item " in page
    assert "  sent: desk@mission.example 20" in page

    inbox.mails.clear()
    again = call("digest", "resend", number, "--json", config=desk.path).objects
    assert [row["message_id"] for row in again] == [row["message_id"] for row in queued]
    assert call("deliveries", "send", config=desk.path).code == 0
    assert {to[0]: body for to, body in inbox.mails} == first


def test_what_was_told_is_not_told_again(call: Call, desk: Folder, inbox: Inbox) -> None:
    call("digest", "send", "morning", config=desk.path)
    call("digest", "send", "morning", config=desk.path)
    call("deliveries", "send", config=desk.path)
    first, second = (parsed(body) for to, body in inbox.mails if to == ["desk@mission.example"])
    assert "Reading room opens" in first.get_body(("plain",)).get_content()
    assert "Reading room opens" not in second.get_body(("plain",)).get_content()
    assert first["Message-ID"] != second["Message-ID"]


def test_an_edition_for_nobody_is_made_and_said_to_be(call: Call, desk: Folder) -> None:
    done = call("digest", "send", "quiet", config=desk.path)
    assert (done.code, done.out) == (0, "")
    assert "for nobody: set `to` of 'quiet' in digests.toml" in done.err
    [edition] = call("digest", "history", "--json", config=desk.path).objects
    again = call("digest", "resend", str(edition["id"]), config=desk.path)
    assert again.code == 1
    assert "was mailed to nobody" in again.err


def test_mail_waits_while_the_server_is_away_and_leaves_when_it_is_asked_to(call: Call, desk: Folder) -> None:
    call("digest", "send", "morning", config=desk.path)
    away = call("deliveries", "send", config=desk.path)
    assert away.code == 1
    assert f"127.0.0.1:{desk.mail_port} does not answer" in away.out
    waiting = call("deliveries", "list", "--state", "queued", "--json", config=desk.path).objects
    assert sorted(row["attempts"] for row in waiting) == [0, 1]
    with receiving(desk.mail_port) as inbox:
        back = call("deliveries", "send", "--json", config=desk.path)
        assert back.code == 0
        assert [row["state"] for row in back.objects] == ["sent", "sent"]
        assert len(inbox.mails) == 2
    assert call("deliveries", "send", "--json", config=desk.path).objects == []


def test_a_refused_mail_fails_is_listed_and_can_be_tried_again(call: Call, desk: Folder, inbox: Inbox) -> None:
    inbox.answer = "550 not wanted here"
    call("digest", "send", "morning", config=desk.path)
    done = call("deliveries", "send", config=desk.path)
    assert done.code == 1
    assert "not wanted here" in done.out
    failed = call("deliveries", "list", "--failed", "--json", config=desk.path).objects
    assert [row["state"] for row in failed] == ["failed", "failed"]
    assert "550 not wanted here" in failed[0]["error"]
    assert len(call("deliveries", "list", "--limit", "1", config=desk.path).out.splitlines()) == 1
    inbox.answer = ""
    [row] = call("deliveries", "retry", str(failed[0]["id"]), "--json", config=desk.path).objects
    assert (row["state"], row["message_id"]) == ("queued", failed[0]["message_id"])
    assert call("deliveries", "send", config=desk.path).code == 0
    assert [to for to, _ in inbox.mails] == [[failed[0]["recipient"]]]


def test_a_claim_that_a_crash_left_behind_is_sent(call: Call, desk: Folder, inbox: Inbox) -> None:
    from datetime import UTC, datetime

    from monitor.store import open_store

    call("digest", "send", "morning", config=desk.path)
    store = open_store(desk.database)
    assert store.deliveries.claim(datetime.now(UTC), 300, ["mail"]) is not None
    store.close()
    assert call("deliveries", "send", config=desk.path).code == 0
    assert len(inbox.mails) == 2
