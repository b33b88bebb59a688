"""Channels over HTTP against stand-ins that judge as the vendors say, and what each answer means for the message."""

from __future__ import annotations

import asyncio
import base64
import logging
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import StringIO

import pytest

from monitor.cli.logs import configure_logs
from monitor.delivery import apprise as apprise_channel
from monitor.delivery.channel import Channel, ChannelError
from monitor.delivery.channels import open_channels
from monitor.delivery.post import host_of, post
from monitor.errors import DeliveryError
from monitor.model import Announcement, Delivery, DeliveryState, Outgoing
from monitor.notices.announcing import render
from monitor.notices.mail import mailbox
from monitor.settings import Channel as ChannelSettings
from monitor.settings import Settings, StoreSettings
from tests.delivery import standin
from tests.delivery.standin import Judge, Reply, standing_in
from tests.notices.announcements import a_rollup, an_alert
from tests.notices.test_announcing import HOSTILE, hostile_alert, long_rollup

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"thirty-two bytes of our own make").decode()
TOKEN, BOT = "tk_hush12345", "123456:ABC-hush12345"
HOOK = "/services/T0/B0hush123/hush45678901"
JUDGES: dict[str, Judge] = {
    "webhook": lambda got: Reply(204, b"") if standin.is_signed(got, SECRET, NOW.timestamp()) else Reply(401),
    "slack": standin.slack,
    "mattermost": standin.mattermost,
    "teams": standin.teams,
    "ntfy": standin.ntfy(TOKEN),
    "telegram": standin.telegram(BOT),
}
SERVICES = sorted(JUDGES)


def configured(kind: str, server: str, **changes: object) -> ChannelSettings:
    values: dict[str, object] = {"url": f"{server}{HOOK}", "timeout_s": 2.0}
    values |= {
        "webhook": {"secret": SECRET},
        "ntfy": {"url": f"{server}/our-topic", "token": TOKEN},
        "telegram": {"url": server, "token": BOT, "chat_id": "-1001"},
    }.get(kind, {})
    return ChannelSettings("desk", kind, **(values | changes))  # type: ignore[arg-type]


def opened(channel: ChannelSettings) -> Channel:
    from pathlib import Path

    settings = Settings(Path(), StoreSettings(Path()), channels={"desk": channel})
    return open_channels(settings, lambda: NOW)["desk"]


def row(outgoing: Outgoing) -> Delivery:
    return Delivery(
        *(1, outgoing.key, outgoing.kind, outgoing.channel, outgoing.recipient, DeliveryState.SENDING, 1),
        *(outgoing.message_id, outgoing.subject, NOW, NOW, None, "", outgoing.items),
    )


async def send(channel: ChannelSettings, announcement: Announcement) -> None:
    [outgoing] = render(announcement, channel, mailbox("m@example.org"))
    way = opened(channel)
    await way.send(row(outgoing), outgoing.body)
    await way.close()


# -- the protocols ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SERVICES)
async def test_a_service_takes_what_is_rendered_for_it(kind: str) -> None:
    async with standing_in(JUDGES[kind]) as service:
        for announcement in (an_alert(), a_rollup(3), long_rollup(60), long_rollup(60, "會")):
            await send(configured(kind, service.url), announcement)
        for text in HOSTILE:
            await send(configured(kind, service.url), hostile_alert(text))
    for got in service.got:
        assert got.method == "POST"
        assert got.headers["content-type"] == "application/json; charset=utf-8"
        assert got.headers["idempotency-key"].startswith("msg_")
        assert got.headers["user-agent"].startswith("Monitor/")


async def test_a_webhook_is_signed_anew_each_time_under_one_id() -> None:
    async with standing_in() as service:
        channel = configured("webhook", service.url)
        for _ in range(2):
            await send(channel, an_alert())
    first, second = service.got
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == first.headers["idempotency-key"]
    assert standin.is_signed(first, SECRET, NOW.timestamp())
    assert not standin.is_signed(first, SECRET, (NOW + timedelta(hours=1)).timestamp())
    other = "whsec_" + base64.b64encode(b"another key of thirty-two bytes!").decode()
    assert not standin.is_signed(first, other, NOW.timestamp())


async def test_a_webhook_without_a_secret_says_its_id_and_time_alone() -> None:
    async with standing_in() as service:
        await send(configured("webhook", service.url, secret=""), an_alert())
    assert service.got[0].headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert "webhook-signature" not in service.got[0].headers


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/topic", ("/", "topic")), ("/push/topic/", ("/push/", "topic")), ("/t%C3%A9st?auth=x", ("/?auth=x", "tést"))],
)
async def test_ntfy_is_told_the_topic_at_the_servers_root(path: str, expected: tuple[str, str]) -> None:
    async with standing_in() as service:
        await send(configured("ntfy", service.url, url=service.url + path, token=""), an_alert())
    [got] = service.got
    assert (got.path, got.document["topic"]) == expected
    assert "authorization" not in got.headers


# -- what answers mean -----------------------------------------------------------------------------

PERMANENT, LATER, RESTS = "permanent", "later", "rests"
ANSWERS = [
    (Reply(200), ""),
    (Reply(201), ""),
    (Reply(204, b""), ""),
    (Reply(301, headers={"Location": "https://evil.example/"}), PERMANENT),
    (Reply(307, headers={"Location": "/elsewhere"}), PERMANENT),
    (Reply(400, b"invalid_payload"), PERMANENT),
    (Reply(401), PERMANENT),
    (Reply(403, b"action_prohibited"), PERMANENT),
    (Reply(404, b"channel_not_found"), PERMANENT),
    (Reply(410, b"channel_is_archived"), PERMANENT),
    (Reply(413, b"too large"), PERMANENT),
    (Reply(408), RESTS),
    (Reply(429, headers={"Retry-After": "30"}), RESTS),
    (Reply(500, b"rollup_error"), LATER),
    (Reply(501), LATER),
    (Reply(502), RESTS),
    (Reply(503), RESTS),
    (Reply(504), RESTS),
    (Reply(drops=True), LATER),
    (Reply(hangs=True), RESTS),
]


@pytest.mark.parametrize(("reply", "meaning"), ANSWERS, ids=lambda value: str(getattr(value, "status", value)))
async def test_what_an_answer_means_for_its_message_and_the_channel(reply: Reply, meaning: str) -> None:
    async with standing_in() as service:
        service.replies = [reply]
        channel = configured("slack", service.url, timeout_s=0.3)
        if not meaning:
            await send(channel, an_alert())
            return
        with pytest.raises(DeliveryError) as caught:
            await send(channel, an_alert())
    assert isinstance(caught.value, ChannelError) is (meaning == RESTS)
    assert caught.value.is_transient is (meaning != PERMANENT)
    assert len(service.got) == 1  # a redirect is not followed
    assert f"127.0.0.1:{service.port}" in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("headers", "body", "kind", "expected"),
    [
        ({"Retry-After": "30"}, b"", "slack", 30.0),
        ({"Retry-After": format_datetime(NOW + timedelta(minutes=2), usegmt=True)}, b"", "slack", 120.0),
        ({"Retry-After": format_datetime(NOW - timedelta(minutes=2), usegmt=True)}, b"", "slack", 0.0),
        ({"Retry-After": "soon"}, b"", "slack", None),
        ({}, b"", "slack", None),
        ({}, b'{"ok":false,"description":"Too Many Requests","parameters":{"retry_after":7}}', "telegram", 7.0),
        ({"Retry-After": "9"}, b'{"ok":false,"parameters":{"retry_after":"x"}}', "telegram", 9.0),
        ({"Retry-After": "9"}, b"[[", "telegram", 9.0),
    ],
)
async def test_a_service_that_asks_for_time_gets_it(
    headers: dict[str, str], body: bytes, kind: str, expected: float | None
) -> None:
    async with standing_in() as service:
        service.replies = [Reply(429, body, headers)]
        with pytest.raises(ChannelError) as caught:
            await send(configured(kind, service.url), an_alert())
    assert caught.value.retry_after_s == expected


@pytest.mark.parametrize("kind", SERVICES)
async def test_no_answer_makes_an_error_show_a_secret(kind: str) -> None:
    async with standing_in() as service:
        channel = configured(kind, service.url)
        own = [channel.token, channel.secret, channel.url, HOOK if HOOK in channel.url else "", "our-topic"]
        echo = f"no such hook {' '.join(own)} \x1b[31m\r\n\u202e".encode()
        for reply in (Reply(404, echo), Reply(429, echo), Reply(500, echo)):
            service.replies = [reply]
            with pytest.raises(DeliveryError) as caught:
                await send(channel, an_alert())
            told = str(caught.value)
            assert "hush" not in told
            assert SECRET not in told
            assert told.isprintable()
            assert len(told) < 400


async def test_pages_and_packed_answers_are_not_quoted() -> None:
    async with standing_in() as service:
        service.replies = [
            Reply(404, b"<html>long page</html>", {"Content-Type": "text/html"}),
            Reply(404, b"\x1f\x8b", {"Content-Encoding": "gzip"}),
        ]
        for _ in range(2):
            with pytest.raises(DeliveryError, match=r"\(404\); check its address"):
                await send(configured("teams", service.url), an_alert())


async def test_an_endless_answer_is_read_no_further_than_its_beginning() -> None:
    async def go_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 20_000)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(go_on, "127.0.0.1", 0)
    answer = await post(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", b"{}", {}, 1.0)
    server.close()
    await asyncio.sleep(0.01)
    assert (answer.status, len(answer.body)) == (200, 16_384)


async def test_telegram_says_where_a_group_went() -> None:
    body = (
        b'{"ok":false,"description":"Bad Request: group chat was upgraded to a supergroup chat",'
        b'"parameters":{"migrate_to_chat_id":-100777}}'
    )
    async with standing_in() as service:
        service.replies = [Reply(400, body)]
        with pytest.raises(DeliveryError, match=r'write chat_id = "-100777"'):
            await send(configured("telegram", service.url), an_alert())


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


async def test_a_service_that_is_not_there_concerns_the_channel() -> None:
    port = closed_port()
    with pytest.raises(ChannelError, match=rf"^127\.0\.0\.1:{port} does not answer: it refuses connections$"):
        await send(configured("slack", f"http://127.0.0.1:{port}"), an_alert())
    with pytest.raises(ChannelError, match=r"^hooks\.invalid does not answer: "):
        await send(configured("slack", "https://hooks.invalid"), an_alert())
    with pytest.raises(ChannelError, match="does not answer"):
        await post("ftp://x.example/hush", b"", {}, 1.0)
    assert host_of("https://us:er@x.example:8443/hush") == "x.example:8443"
    assert host_of("http://x\0hush/") == "?"


async def test_a_service_that_speaks_no_tls_is_said_plainly() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(ChannelError, match="no secure connection could be agreed on"):
        await send(configured("slack", f"https://127.0.0.1:{port}"), an_alert())
    server.close()
    await asyncio.sleep(0.01)


async def test_a_proxy_is_used_where_one_is_configured_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with standing_in() as proxy, standing_in() as service:
        await send(configured("slack", service.url), an_alert())
        await send(
            configured("slack", "http://hooks.example", proxy=f"http://desk:hush@127.0.0.1:{proxy.port}"), an_alert()
        )
        assert proxy.got[0].path == f"http://hooks.example{HOOK}"
        assert proxy.got[0].headers["proxy-authorization"].startswith("Basic ")
        proxy.replies = [Reply(407)]
        with pytest.raises(ChannelError, match=r"^hooks\.example does not answer: the proxy refuses to reach it$"):
            await send(
                configured("slack", "https://hooks.example", proxy=f"http://desk:hush@127.0.0.1:{proxy.port}"),
                an_alert(),
            )
    assert len(service.got) == 1


async def test_a_message_for_another_kind_of_channel_is_refused_at_once() -> None:
    async with standing_in() as service:
        way = opened(configured("slack", service.url))
        [outgoing] = render(an_alert(), ChannelSettings("desk", "mail", ("a@example.org",)), mailbox("m@example.org"))
        with pytest.raises(DeliveryError, match="another kind") as caught:
            await way.send(row(outgoing), outgoing.body)
    assert not caught.value.is_transient
    assert service.got == []


async def test_nothing_is_logged_that_shows_an_address() -> None:
    root, stream = logging.getLogger(), StringIO()
    handlers, level = root.handlers[:], root.level
    try:
        configure_logs(stream)
        async with standing_in(JUDGES["telegram"]) as service:
            await send(configured("telegram", service.url), an_alert())
        logging.getLogger("any").info("the log is on")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    assert "the log is on" in stream.getvalue()
    assert "hush" not in stream.getvalue()


# -- apprise ---------------------------------------------------------------------------------------


def apprise_to(url: str, timeout_s: float = 5.0) -> ChannelSettings:
    return ChannelSettings("desk", "apprise", url=url, timeout_s=timeout_s)


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
async def test_apprise_hands_title_and_text_to_the_service_its_address_names() -> None:
    async with standing_in() as service:
        await send(apprise_to(f"json://127.0.0.1:{service.port}/hook"), an_alert())
    [got] = service.got
    assert got.document["title"] == "[Harbour] Harbour treaty to be signed on Friday"
    assert "the *harbour* treaty" in got.document["message"]


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
async def test_what_apprise_cannot_hand_over_is_tried_again_and_an_unknown_address_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with standing_in(lambda _: Reply(500)) as service:
        with pytest.raises(DeliveryError, match="could not hand it over") as caught:
            await send(apprise_to(f"json://us:hush123@127.0.0.1:{service.port}"), an_alert())
    assert caught.value.is_transient
    with pytest.raises(DeliveryError, match="knows no service") as caught:
        await send(apprise_to("nosuch://hush123"), an_alert())
    assert not caught.value.is_transient
    assert "hush123" not in caplog.text


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
async def test_apprise_is_given_up_in_time() -> None:
    async with standing_in(lambda _: Reply(hangs=True)) as service:
        with pytest.raises(ChannelError, match="did not answer within"):
            await send(apprise_to(f"json://127.0.0.1:{service.port}?rto=1&cto=1", 0.2), an_alert())
        await asyncio.sleep(1.2)  # lets apprise's own thread end


async def test_without_apprise_what_goes_there_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ChannelError, match=r"pip install 'monitor\[apprise\]'"):
        await send(apprise_to("json://localhost"), an_alert())
    assert apprise_channel.AppriseChannel(apprise_to("json://localhost")) is not None


async def test_apprise_too_takes_only_what_was_worded_for_it() -> None:
    way = opened(apprise_to("json://localhost"))
    [outgoing] = render(an_alert(), ChannelSettings("desk", "mail", ("a@example.org",)), mailbox("m@example.org"))
    with pytest.raises(DeliveryError, match="another kind"):
        await way.send(row(outgoing), outgoing.body)
    await way.close()
