"""`monitor channels` and what `monitor deliveries` says of channels."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Outgoing, Resting
from monitor.store import open_store
from tests.cli.conftest import Call
from tests.conftest import Folder, Inbox
from tests.delivery.standin import Got, Reply
from tests.hook import Hook, hooking

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def hook() -> Iterator[Hook]:
    with hooking() as service:
        yield service


def refusing(status: int) -> Callable[[Got], Reply]:
    return lambda _: Reply(status, b"no team")


def channels(hook: Hook) -> str:
    return f"""
[channel.desk]
kind = "mail"
to = ["Desk <desk@mission.example>", "second@mission.example"]
[channel.chat]
kind = "slack"
url = "{hook.url}/services/hush1234"
[channel.bot]
kind = "telegram"
token_file = "bot-token"
chat_id = "-1001"
[channel.other]
kind = "apprise"
url = "json://localhost/hush1234"
"""


@pytest.fixture
def configured(folder: Folder, hook: Hook) -> Folder:
    folder.write(more=channels(hook))
    (folder.path / "bot-token").write_text("1:hush1234")
    (folder.path / "bot-token").chmod(0o600)
    return folder


def test_channels_are_listed_with_how_they_do_and_without_their_secrets(configured: Folder, call: Call) -> None:
    store = open_store(configured.database)
    with store.transaction():
        for key, channel in (("a", "chat"), ("b", "chat"), ("c", "chat"), ("d", "left")):
            store.deliveries.queue(Outgoing(key, "alert", channel, channel, key, key, b"{}"), NOW)
        store.deliveries.queue(Outgoing("e", "alert", "chat", "chat", "e", "e", b"{}"), NOW, is_held=True)
    store.deliveries.sent(store.deliveries.claim(NOW, 60, ["chat"])[0].id, NOW)
    store.deliveries.failed(store.deliveries.claim(NOW, 60, ["chat"])[0].id, "404", NOW)
    resting = Resting("chat", NOW, NOW + timedelta(minutes=1), 1, False, "hooks.example takes no message now")
    store.deliveries.rest([resting], NOW - timedelta(days=5), NOW)
    store.close()
    done = call("channels", "list", "--json", config=configured.path)
    rows = {row["name"]: row for row in done.objects}
    assert list(rows) == ["mail", "desk", "chat", "bot", "other", "left"]
    assert {name: (row["kind"], row["to"], row["state"]) for name, row in rows.items()} == {
        "mail": ("mail", "", "ok"),
        "desk": ("mail", "Desk <desk@mission.example>, second@mission.example", "ok"),
        "chat": ("slack", "127.0.0.1", "resting"),
        "bot": ("telegram", "-1001", "ok"),
        "other": ("apprise", "json", "ok"),
        "left": ("", "", "gone"),
    }
    chat = rows["chat"]
    assert (chat["waiting"], chat["held"], chat["failed"], chat["sent"]) == (1, 1, 1, 1)
    assert (chat["reason"], chat["next_attempt_at"] > chat["since"]) == ("hooks.example takes no message now", True)
    told = call("channels", "list", config=configured.path)
    assert "chat             slack      resting 127.0.0.1  1 waiting, 1 failed, last sent " in told.out
    assert (
        "desk             mail       ok      Desk <desk@mission.example>, second@mission.example  nothing sent"
        in told.out
    )
    assert "hush" not in done.out + told.out


def test_channels_can_be_listed_before_there_is_a_database(configured: Folder, call: Call) -> None:
    assert [row["name"] for row in call("channels", "list", "--json", config=configured.path).objects] == [
        *("mail", "desk", "chat", "bot", "other")
    ]


def test_a_sample_is_sent_at_once_and_says_that_it_is_one(
    configured: Folder, hook: Hook, inbox: Inbox, call: Call
) -> None:
    done = call("channels", "test", "chat", "--json", config=configured.path)
    assert (done.code, done.objects) == (0, [{"channel": "chat", "recipient": "chat", "state": "sent", "error": ""}])
    document = hook.got[0].document
    assert document["text"] == "[Sample] Test of the channel chat: nothing has happened"
    assert "SAMPLE. Somebody tried this channel out" in json.dumps(document)
    done = call("channels", "test", "desk", config=configured.path)
    assert (done.code, done.out.splitlines()) == (
        0,
        ["sent: a sample to desk@mission.example", "sent: a sample to second@mission.example"],
    )
    assert len(inbox.mails) == 2
    assert not configured.database.exists()


def test_a_sample_that_is_refused_ends_with_its_reason_and_shows_no_secret(
    configured: Folder, hook: Hook, inbox: Inbox, call: Call
) -> None:
    hook.judge = refusing(404)
    done = call("channels", "test", "chat", config=configured.path)
    assert done.code == 1
    assert done.out.startswith("failed: a sample to chat: 127.0.0.1:")
    assert "refused the message (404 no team); check its address" in done.out
    inbox.answer = "550 not wanted here"
    done = call("channels", "test", "desk", "--json", config=configured.path)
    assert (done.code, {row["state"] for row in done.objects}) == (1, {"failed"})
    assert "hush" not in done.out


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("chatt", "there is no channel 'chatt' in monitor.toml (desk, chat, bot, other)"),
        ("mail", "digests leave by it to their own addresses, so test a channel of kind mail"),
    ],
)
def test_a_channel_that_is_not_there_is_said(configured: Folder, call: Call, name: str, told: str) -> None:
    done = call("channels", "test", name, config=configured.path)
    assert done.code == 1
    assert told in done.err


def test_what_failed_is_listed_and_sent_again_one_by_one_or_by_channel(
    configured: Folder, hook: Hook, call: Call
) -> None:
    store = open_store(configured.database)
    with store.transaction():
        for key in "abc":
            store.deliveries.queue(Outgoing(key, "alert", "chat", "chat", f"msg_{key}", key, b'{"text":"x"}'), NOW)
    store.close()
    hook.judge = refusing(403)
    assert call("deliveries", "send", config=configured.path).code == 1
    failed = call("deliveries", "list", "--failed", "--channel", "chat", "--json", config=configured.path).objects
    assert [(row["state"], row["failed_at"] is not None) for row in failed] == [("failed", True)] * 3
    assert call("deliveries", "list", "--channel", "desk", config=configured.path).out == ""
    assert "chat  a" in call("deliveries", "list", config=configured.path).out
    hook.judge = lambda _: Reply()
    again = call("deliveries", "retry", "1", "2", "--json", config=configured.path).objects
    assert [(row["id"], row["state"]) for row in again] == [(1, "queued"), (2, "queued")]
    again = call("deliveries", "retry", "--channel", "chat", "--json", config=configured.path).objects
    assert [(row["id"], row["message_id"]) for row in again] == [(3, "msg_c")]
    assert call("deliveries", "send", config=configured.path).code == 0
    assert len(hook.got) == 6


def test_what_cannot_be_sent_again_is_said_before_anything_is(configured: Folder, call: Call) -> None:
    store = open_store(configured.database)
    with store.transaction():
        store.deliveries.queue(Outgoing("a", "alert", "chat", "chat", "a", "a", b"{}"), NOW, is_held=True)
    store.close()
    done = call("deliveries", "retry", "1", "9", config=configured.path)
    assert (done.code, "there is no delivery 9" in done.err) == (1, True)
    assert call("deliveries", "list", "--state", "held", "--json", config=configured.path).objects != []
    assert call("deliveries", "retry", config=configured.path).code == 2
