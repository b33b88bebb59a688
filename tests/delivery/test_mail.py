"""Handing a message to a mail server, whatever its mood."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime

import pytest

from monitor.delivery.channel import ChannelError
from monitor.delivery.mail import MailChannel
from monitor.errors import DeliveryError
from monitor.model import Delivery, DeliveryState
from monitor.settings import MailSettings

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BODY = b"From: Monitor <monitor@example.org>\r\nTo: desk@example.org\r\nSubject: Hello\r\n\r\nOne\r\n.\r\n..two\r\n"


def to(recipient: str) -> Delivery:
    state = DeliveryState.SENDING
    return Delivery(1, "k", "edition", "mail", recipient, state, 1, "<1@example.org>", "Hello", NOW, NOW, None, "", ())


def channel(port: int, **changes: object) -> MailChannel:
    values: dict[str, object] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "Monitor <monitor@example.org>",
        "timeout_s": 2.0,
    }
    return MailChannel(MailSettings(**(values | changes)))  # type: ignore[arg-type]


async def test_the_server_gets_the_very_bytes_lines_of_dots_included(postbox) -> None:
    mail = channel(postbox.port)
    await mail.send(to("desk@example.org"), BODY)
    await mail.close()
    assert postbox.mood.taken == [("desk@example.org", BODY)]


async def test_messages_in_a_row_share_one_session(postbox) -> None:
    mail = channel(postbox.port)
    for name in ("a", "b", "c"):
        await mail.send(to(f"{name}@example.org"), BODY)
    await mail.close()
    assert (len(postbox.mood.taken), postbox.mood.sessions) == (3, 1)


async def test_a_session_that_ended_meanwhile_is_opened_again(postbox) -> None:
    mail = channel(postbox.port)
    await mail.send(to("a@example.org"), BODY)
    mail._client.close()
    await mail.send(to("b@example.org"), BODY)
    await mail.close()
    assert [recipient for recipient, _ in postbox.mood.taken] == ["a@example.org", "b@example.org"]


@pytest.mark.parametrize(("reply", "is_transient"), [("450 mailbox busy", True), ("550 no such user", False)])
async def test_a_refused_recipient_is_an_error_of_its_own_and_the_session_goes_on(postbox, reply, is_transient) -> None:
    postbox.mood.rcpt["nobody@example.org"] = reply
    mail = channel(postbox.port)
    with pytest.raises(DeliveryError, match=reply) as caught:
        await mail.send(to("nobody@example.org"), BODY)
    assert caught.value.is_transient is is_transient
    assert not isinstance(caught.value, ChannelError)
    await mail.send(to("desk@example.org"), BODY)
    await mail.close()
    assert (len(postbox.mood.taken), postbox.mood.sessions) == (1, 1)


@pytest.mark.parametrize(("reply", "is_transient"), [("451 try later", True), ("554 looks like spam", False)])
async def test_a_refused_text_is_an_error_with_the_servers_words(postbox, reply, is_transient) -> None:
    postbox.mood.data.append(reply)
    mail = channel(postbox.port)
    with pytest.raises(DeliveryError, match=reply) as caught:
        await mail.send(to("desk@example.org"), BODY)
    assert caught.value.is_transient is is_transient
    await mail.close()


async def test_a_connection_dropped_amid_a_message_is_transient_and_the_next_opens_another(postbox) -> None:
    postbox.mood.drop_after_data = 1
    mail = channel(postbox.port)
    with pytest.raises(DeliveryError, match="broke off") as caught:
        await mail.send(to("a@example.org"), BODY)
    assert caught.value.is_transient
    assert not isinstance(caught.value, ChannelError)
    await mail.send(to("b@example.org"), BODY)
    await mail.close()
    assert [recipient for recipient, _ in postbox.mood.taken] == ["b@example.org"]


async def test_no_server_is_said_plainly_and_concerns_the_channel() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ChannelError, match=rf"the mail server 127\.0\.0\.1:{port} does not answer"):
        await channel(port).send(to("desk@example.org"), BODY)


async def test_a_name_that_does_not_exist_concerns_the_channel() -> None:
    with pytest.raises(ChannelError, match=r"mail\.invalid:25 does not answer"):
        await channel(25, host="mail.invalid").send(to("desk@example.org"), BODY)


async def test_a_server_that_never_greets_is_given_up_in_time() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    with pytest.raises(ChannelError, match="does not answer"):
        await channel(port, timeout_s=0.1).send(to("desk@example.org"), BODY)
    silent.close()
    await asyncio.sleep(0.01)


async def test_a_greeting_that_refuses_concerns_the_channel() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"421 come back later\r\n")
        await writer.drain()
        writer.close()

    busy = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = busy.sockets[0].getsockname()[1]
    with pytest.raises(ChannelError, match=r"takes no mail now.*421"):
        await channel(port).send(to("desk@example.org"), BODY)
    busy.close()
    await asyncio.sleep(0.01)


async def test_the_right_log_in_sends(strict_postbox) -> None:
    mail = channel(strict_postbox.port, user="desk", password="secret")
    await mail.send(to("desk@example.org"), BODY)
    await mail.close()
    assert len(strict_postbox.mood.taken) == 1


@pytest.mark.parametrize("user", ["desk", ""])
async def test_a_refused_or_missing_log_in_concerns_the_channel_and_names_no_password(strict_postbox, user) -> None:
    with pytest.raises(ChannelError, match="refused the log-in; check user and password") as caught:
        await channel(strict_postbox.port, user=user, password="wrong-word").send(to("desk@example.org"), BODY)
    assert "wrong-word" not in str(caught.value)


async def test_a_server_without_starttls_is_no_way_to_send_where_it_is_asked_for(postbox) -> None:
    with pytest.raises(ChannelError, match=r"cannot do what \[mail\] asks for.*STARTTLS"):
        await channel(postbox.port, security="starttls").send(to("desk@example.org"), BODY)
    assert postbox.mood.taken == []


async def test_a_server_without_log_in_is_no_way_to_send_where_one_is_configured(postbox) -> None:
    with pytest.raises(ChannelError, match=r"cannot do what \[mail\] asks for"):
        await channel(postbox.port, user="desk", password="secret").send(to("desk@example.org"), BODY)


async def test_a_server_that_speaks_no_tls_concerns_the_channel(postbox) -> None:
    with pytest.raises(ChannelError, match="no secure connection that can be trusted"):
        await channel(postbox.port, security="tls").send(to("desk@example.org"), BODY)
    assert postbox.mood.taken == []


async def test_a_secure_connection_that_fails_half_way_is_said_plainly() -> None:
    async def promise_and_break(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        await reader.readline()
        writer.write(b"250-hello\r\n250 STARTTLS\r\n")
        await reader.readline()
        writer.write(b"220 go ahead\r\nthis is no handshake\r\n")
        await reader.read()
        writer.close()

    server = await asyncio.start_server(promise_and_break, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(ChannelError, match=r"does not answer \(Connection aborted while upgrading"):
        await channel(port, security="starttls").send(to("desk@example.org"), BODY)
    server.close()
    await asyncio.sleep(0.01)


async def test_an_address_beyond_ascii_goes_where_it_is_understood(postbox) -> None:
    mail = channel(postbox.port)
    await mail.send(to("посол@example.org"), BODY)
    await mail.close()
    assert postbox.mood.taken == [("посол@example.org", BODY)]


async def test_an_address_beyond_ascii_fails_alone_where_it_is_not(plain_postbox) -> None:
    mail = channel(plain_postbox.port)
    with pytest.raises(DeliveryError, match="plain addresses") as caught:
        await mail.send(to("посол@example.org"), BODY)
    assert not caught.value.is_transient
    await mail.send(to("desk@example.org"), BODY)
    await mail.close()


async def test_a_sender_in_an_international_domain_goes_out_in_ascii(postbox) -> None:
    mail = channel(postbox.port, sender="Monitor <monitor@bücher.example>")
    await mail.send(to("desk@example.org"), BODY)
    await mail.close()
    assert len(postbox.mood.taken) == 1


async def test_a_send_that_is_cancelled_leaves_no_half_session_behind(postbox) -> None:
    mail = channel(postbox.port)
    postbox.mood.stalls = True
    sending = asyncio.create_task(mail.send(to("b@example.org"), BODY))
    await postbox.mood.stalled.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    postbox.mood.stalls = False
    await mail.send(to("c@example.org"), BODY)
    await mail.close()
    assert postbox.mood.taken == [("c@example.org", BODY)]


async def test_a_server_that_takes_too_long_over_a_message_is_transient(postbox) -> None:
    postbox.mood.stalls = True
    with pytest.raises(DeliveryError, match="broke off") as caught:
        await channel(postbox.port, timeout_s=0.1).send(to("b@example.org"), BODY)
    assert caught.value.is_transient
    assert not isinstance(caught.value, ChannelError)


async def test_what_was_worded_for_another_kind_of_channel_fails_at_once(postbox) -> None:
    with pytest.raises(DeliveryError, match="another kind") as caught:
        await channel(postbox.port).send(to("chat"), b'{"text":"x"}')
    assert not caught.value.is_transient
    assert postbox.mood.sessions == 0


async def test_closing_what_was_never_opened_does_nothing() -> None:
    await channel(25).close()
