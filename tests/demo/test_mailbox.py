"""The demonstration's mail server, spoken to by a real client and by hand."""

from __future__ import annotations

import asyncio

import aiosmtplib
import pytest

from monitor.demo import mailbox as room
from monitor.demo.mailbox import Mailbox, Received

MESSAGE = "Subject: Обзор\r\nMIME-Version: 1.0\r\n\r\n.\r\n.. two dots\r\n.one dot\r\nقره‌باغ\r\n\r\n".encode()


@pytest.fixture
async def mailbox():
    async with Mailbox() as mailbox:
        yield mailbox


async def converse(mailbox, said):
    """Everything the server answers to `said`, as lines."""
    reader, writer = await asyncio.open_connection(mailbox.host, mailbox.port)
    writer.write(said)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.decode().splitlines()


async def test_a_message_is_kept_to_the_byte_with_its_envelope(mailbox):
    async with aiosmtplib.SMTP(hostname=mailbox.host, port=mailbox.port) as client:
        await client.sendmail("monitor@mission.example", ["one@mission.example", "two@mission.example"], MESSAGE)
    assert mailbox.messages == [
        Received("monitor@mission.example", ("one@mission.example", "two@mission.example"), MESSAGE)
    ]


async def test_several_messages_in_one_conversation_keep_their_order_and_share_no_recipient(mailbox):
    async with aiosmtplib.SMTP(hostname=mailbox.host, port=mailbox.port) as client:
        for name in "abc":
            await client.sendmail("m@x.example", [f"{name}@x.example"], f"Subject: {name}\r\n\r\n{name}\r\n".encode())
        await client.noop()
    assert [(each.recipients, each.body[9:10]) for each in mailbox.messages] == [
        (("a@x.example",), b"a"),
        (("b@x.example",), b"b"),
        (("c@x.example",), b"c"),
    ]


async def test_addresses_beyond_ascii_are_taken(mailbox):
    async with aiosmtplib.SMTP(hostname=mailbox.host, port=mailbox.port) as client:
        await client.sendmail("m@x.example", ["elçi@x.example"], b"Subject: x\r\n\r\nx\r\n", mail_options=["SMTPUTF8"])
    assert mailbox.messages[0].recipients == ("elçi@x.example",)


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        (b"HELO me\r\nNOOP\r\nRSET\r\nQUIT\r\n", ["220", "250", "250", "250", "221"]),
        (b"helo me\r\nmail from:<a@x>\r\nrcpt to:<b@x>\r\nquit\r\n", ["220", "250", "250", "250", "221"]),
        (b"MAIL a@x\r\nRCPT TO:<b@x>\r\nRCPT b@x\r\nDATA\r\nQUIT\r\n", ["220", "501", "503", "501", "503", "221"]),
        (
            b"MAIL FROM:<a@x>\r\nDATA\r\nRCPT TO:<b@x>\r\nRSET\r\nDATA\r\nQUIT\r\n",
            ["220", "250", "503", "250", "250", "503", "221"],
        ),
        (b"MAIL FROM:<>\r\nRCPT TO:<b@x>\r\nVRFY b\r\nQUIT\r\n", ["220", "250", "250", "502", "221"]),
        (b"\xff\xfe\r\nQUIT\r\n", ["220", "502", "221"]),
    ],
)
async def test_commands_are_answered_by_the_book(mailbox, said, codes):
    assert [line[:3] for line in await converse(mailbox, said)] == codes
    assert mailbox.messages == []


async def test_a_message_cut_off_before_its_dot_is_not_kept(mailbox):
    answers = await converse(mailbox, b"MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nSubject: x\r\n\r\nhalf")
    assert answers[-1].startswith("354")
    assert mailbox.messages == []


async def test_a_message_beyond_the_limit_is_refused_and_the_next_is_taken(mailbox, monkeypatch):
    monkeypatch.setattr(room, "MESSAGE_MAX_BYTES", 20)
    begin = b"MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n"
    answers = await converse(mailbox, begin + b"x\r\n" * 7 + b".\r\n" + begin + b"x\r\n" * 6 + b".\r\nQUIT\r\n")
    assert [line[:3] for line in answers] == ["220", "250", "250", "354", "552", "250", "250", "354", "250", "221"]
    assert [each.body for each in mailbox.messages] == [b"x\r\n" * 6]


async def test_leaving_the_block_ends_open_conversations():
    async with Mailbox() as mailbox:
        reader, writer = await asyncio.open_connection(mailbox.host, mailbox.port)
        assert (await reader.readline()).startswith(b"220 ")
    assert await reader.read() == b""
    writer.close()
