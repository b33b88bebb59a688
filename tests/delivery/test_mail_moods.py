"""A mail server in every mood: what was sent, tried again and reported. Nothing is lost, and nothing comes twice but where the
server took a message and its word was lost, under the same Message-ID."""

from __future__ import annotations

import asyncio
import base64
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import structlog

from monitor.delivery.mail import MailChannel
from monitor.delivery.outbox import Drained, drain
from monitor.model import DeliveryState, Outgoing
from monitor.settings import MailSettings, OAuthSettings
from monitor.store import Store
from tests.delivery.standin import Got, Reply, StandIn, listening, standing_in

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
RECIPIENTS = ("first@example.org", "odd@example.org", "last@example.org")
Script = Callable[[str, "Temper"], str | None]
"""A command and the server → its reply, "drop" to close without one, "hang", or None for the usual."""


@dataclass
class Temper:
    """A server that speaks SMTP line by line, and departs from it where its script says so."""

    script: Script = lambda _command, _server: None
    offers: tuple[str, ...] = ()
    port: int = 0
    turns: Counter[str] = field(default_factory=Counter)
    sessions: int = 0
    recipient: str = ""
    kept: list[tuple[str, bytes]] = field(default_factory=list)  # what it took on, whatever it said

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sessions += 1
        try:
            await self._session(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await self._say(writer, "connect", "220 temper ESMTP"):
            return
        while line := await reader.readline():
            command = line.decode().strip()
            verb = command.partition(" ")[0].upper()
            self.turns[verb] += 1
            if verb == "RCPT":
                self.recipient = command.partition("<")[2].partition(">")[0]
            greeted = "\r\n".join([*(f"250-{offer}" for offer in ("temper", *self.offers)), "250 HELP"])
            usual = {"EHLO": greeted, "DATA": "354 go on", "QUIT": "221 bye", "AUTH": "235 welcome"}.get(verb, "250 OK")
            if not await self._say(writer, command, usual) or verb == "QUIT":
                return
            if verb == "DATA" and self.said.startswith("354") and not await self._taken(reader, writer):
                return

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        body = (await reader.readuntil(b"\r\n.\r\n"))[:-3]
        if self.script("before .", self) == "drop":
            return False
        self.kept.append((self.recipient, body))
        return await self._say(writer, ".", "250 taken")

    said = ""

    async def _say(self, writer: asyncio.StreamWriter, command: str, usual: str) -> bool:
        """Whether the session goes on after this reply."""
        reply = self.script(command, self)
        if reply == "drop":
            return False
        if reply == "hang":
            await asyncio.sleep(3600)
        if reply == "slow":
            await asyncio.sleep(0.15)
        self.said = usual if reply in (None, "slow") else str(reply)
        writer.write(f"{self.said}\r\n".encode())
        await writer.drain()
        return not self.said.startswith("421")


@asynccontextmanager
async def serving(temper: Temper) -> AsyncIterator[Temper]:
    async with listening(temper.answer, 5_000_000) as temper.port:
        yield temper


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def body_for(recipient: str) -> bytes:
    return f"To: {recipient}\r\nMessage-ID: <{recipient}>\r\nSubject: Review\r\n\r\nText\r\n".encode()


def queue(store: Store) -> None:
    with store.transaction(durable=True):
        for to in RECIPIENTS:
            store.deliveries.queue(Outgoing(to, "edition", "mail", to, f"<{to}>", "Review", body_for(to), (1,)), NOW)


def mail(port: int, **changes: object) -> dict[str, MailChannel]:
    values: dict[str, object] = {"host": "127.0.0.1", "port": port, "timeout_s": 0.5, **changes}
    return {"mail": MailChannel(MailSettings(**values))}  # type: ignore[arg-type]


# -- moods -----------------------------------------------------------------------------------------


def greylisting(command: str, server: Temper) -> str | None:
    is_new = command.startswith("RCPT") and server.turns["RCPT"] <= len(RECIPIENTS)
    return "451 4.7.1 Greylisted, try again in five minutes" if is_new else None


def at_odd(reply: str) -> Script:
    return lambda command, _: reply if command == "RCPT TO:<odd@example.org>" else None


def once(at: str, reply: str) -> Script:
    """Says so the first time that a command begins so."""

    def script(command: str, server: Temper) -> str | None:
        if command.startswith(at) and not server.turns[f"once {at}"]:
            server.turns[f"once {at}"] += 1
            return reply
        return None

    return script


def always(at: str, reply: str) -> Script:
    return lambda command, _: reply if command.startswith(at) else None


@dataclass(frozen=True)
class Row:
    """A mood, and what comes of it: `first` is what the drain at once reports as (sent, put off, failed, whether the server
    itself is to blame), `kept` how often the server has each message when all is over, `told` what the reports say."""

    mood: str
    script: Script
    first: tuple[int, int, int, bool]
    kept: tuple[int, int, int] = (1, 1, 1)
    failed: int = 0
    told: str = ""
    offers: tuple[str, ...] = ()
    settings: tuple[tuple[str, object], ...] = ()
    lasts: bool = False  # the mood does not pass


LOGIN = (("user", "desk"), ("password", "hush-hush"))
ROWS = [
    Row("well", lambda *_: None, (3, 0, 0, False)),
    Row("greylisting", greylisting, (0, 3, 0, False), told="Greylisted"),
    Row("one recipient refused", at_odd("550 5.1.1 no such user"), (2, 0, 1, False), (1, 0, 1), 1, "no such user", lasts=True),
    Row("one mailbox full for a while", once("RCPT TO:<odd", "452 4.2.2 mailbox full"), (2, 1, 0, False), told="mailbox full"),
    Row("refuses a text as spam", once(".", "554 5.7.1 spam"), (2, 0, 1, False), (1, 1, 1), 1, "spam"),
    Row("dropped before the final dot was answered, not kept", once("before .", "drop"), (2, 1, 0, False), told="broke off"),
    # The one case in which the protocol leaves no choice: kept, and the 250 lost.
    Row("dropped after it was kept, before the 250", once(".", "drop"), (2, 1, 0, False), (2, 1, 1), told="broke off"),
    Row("hangs after it was kept", once(".", "hang"), (2, 1, 0, False), (2, 1, 1), told="broke off"),
    Row("dropped at MAIL", once("MAIL", "drop"), (2, 1, 0, False), told="broke off"),
    Row("hangs at DATA", once("DATA", "hang"), (2, 1, 0, False), told="broke off"),
    Row("hangs at the greeting", once("connect", "hang"), (0, 1, 0, True), told="does not answer"),
    Row("dropped at the greeting", once("connect", "drop"), (0, 1, 0, True), told="does not answer"),
    Row("busy at the greeting", once("connect", "421 too many connections"), (0, 1, 0, True), told="too many connections"),
    Row("shuts down amid a session", once("MAIL", "421 4.3.2 shutting down"), (0, 1, 0, True), told="shutting down"),
    Row("slow but sure", always("MAIL", "slow"), (3, 0, 0, False)),
    Row("too large", once("MAIL", "552 5.3.4 message too big"), (2, 0, 1, False), (0, 1, 1), 1, "too big", ("SIZE 10",)),
    Row("too large, told at the end", once(".", "552 5.2.3 too large"), (2, 0, 1, False), (1, 1, 1), 1, "too large"),
    Row("does not let our own address send", always("MAIL", "553 5.7.1 not owned by user"), (0, 1, 0, True), (0, 0, 0),
        told="check from under [mail]", lasts=True),
    Row("STARTTLS required", always("MAIL", "530 5.7.0 Must issue a STARTTLS command first"), (0, 1, 0, True), (0, 0, 0),
        told='wants security = "starttls"', offers=("STARTTLS",), lasts=True),
    Row("log-in required", always("MAIL", "530 5.7.0 Authentication required"), (0, 1, 0, True), (0, 0, 0),
        told="refused the log-in", lasts=True),
    Row("wrong password", always("AUTH", "535 5.7.8 bad credentials"), (0, 1, 0, True), (0, 0, 0), told="refused the log-in",
        offers=("AUTH PLAIN",), settings=LOGIN, lasts=True),
    Row("log-in out of order for a while", once("AUTH", "454 4.7.0 try later"), (0, 1, 0, True), told="refused the log-in",
        offers=("AUTH PLAIN",), settings=LOGIN),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.mood)
async def test_nothing_is_lost_or_comes_twice_whatever_the_servers_mood(store: Store, row: Row) -> None:
    queue(store)
    clock, reports = Clock(), list[Drained]()
    async with serving(Temper(row.script, row.offers)) as server:
        channels = mail(server.port, **dict(row.settings))
        for _ in range(4):
            reports.append(await drain(store, channels, clock))
            clock.now += timedelta(hours=1)
    first = reports[0]
    assert (len(first.sent), len(first.put_off), len(first.failed), bool(first.down)) == row.first
    said = [reason for report in reports for _, reason in (*report.put_off, *report.failed)] + list(first.down.values())
    assert not row.told or any(row.told in reason for reason in said)
    assert "hush" not in " ".join(said)

    kept = Counter(recipient for recipient, _ in server.kept)
    expected = dict(zip(RECIPIENTS, row.kept, strict=True))
    assert {to: kept[to] for to in RECIPIENTS} == expected
    assert all(body == body_for(to) for to, body in server.kept)  # each time the same bytes, Message-ID included
    states = Counter(delivery.state for delivery in store.deliveries.list())
    waiting = 3 if row.lasts and row.first[3] else 0
    assert states == Counter(
        {DeliveryState.SENT: 3 - row.failed - waiting, DeliveryState.FAILED: row.failed, DeliveryState.QUEUED: waiting}
    )


async def test_a_refused_log_in_is_asked_for_ever_more_seldom_though_new_messages_come_every_minute(
    store: Store,
) -> None:
    queue(store)
    clock, asked = Clock(), list[int]()
    async with serving(Temper(always("AUTH", "535 no"), ("AUTH PLAIN",))) as server:
        for minute in range(120):
            before = server.sessions
            await drain(store, mail(server.port, user="desk", password="x"), clock)
            asked += [minute] * (server.sessions - before)
            clock.now += timedelta(minutes=1)
            with store.transaction():
                key = f"new-{minute}"
                store.deliveries.queue(
                    Outgoing(key, "alert", "mail", "a@b.org", f"<{key}>", "", body_for("a@b.org")), clock.now
                )
    assert asked == [0, 1, 3, 8, 23, 53, 113]
    assert store.deliveries.resting()["mail"].is_login


# -- tokens ----------------------------------------------------------------------------------------


def user_and_token(command: str) -> tuple[str, str]:
    """What an AUTH XOAUTH2 says: `user=…^Aauth=Bearer …^A^A` in base64."""
    told = base64.b64decode(command.split(" ")[2]).decode()
    user, auth, _, _ = told.split("\x01")
    return user.removeprefix("user="), auth.removeprefix("auth=Bearer ")


@dataclass
class Mailer(Temper):
    """Takes XOAUTH2 with a token that is good, and refuses others as Google and Microsoft do: a challenge, then 535."""

    good: set[str] = field(default_factory=set)
    users: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.offers = ("AUTH XOAUTH2",)
        self.script = self._judge

    def _judge(self, command: str, _: Temper) -> str | None:
        if command.startswith("AUTH XOAUTH2"):
            user, token = user_and_token(command)
            self.users.append(user)
            return None if token in self.good else "334 eyJzdGF0dXMiOiI0MDAifQ=="
        return "535 5.7.3 Authentication unsuccessful" if command == "" else None


@dataclass
class TokenOffice:
    """Gives tokens for refresh tokens, or for a client's secret; each asked-for form is kept."""

    mailer: Mailer
    refresh_tokens: set[str] = field(default_factory=lambda: {"first-hush"})
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    rotates: bool = False
    lifetime_s: int | None = 3600
    count: int = 0

    def judge(self, got: Got) -> Reply:
        assert got.headers["content-type"] == "application/x-www-form-urlencoded"
        form = parse_qs(got.body.decode())
        self.forms.append(form)
        if form["grant_type"] == ["refresh_token"] and form["refresh_token"][0] not in self.refresh_tokens:
            said = f"token {form['refresh_token'][0]} was revoked"
            return Reply(400, json.dumps({"error": "invalid_grant", "error_description": said}).encode())
        self.count += 1
        token = f"access-{self.count}"
        self.mailer.good.add(token)
        told: dict[str, object] = {"access_token": token, "token_type": "Bearer"}
        if self.lifetime_s is not None:
            told["expires_in"] = self.lifetime_s
        if self.rotates:
            told["refresh_token"] = f"next-hush-{self.count}"
            self.refresh_tokens = {f"next-hush-{self.count}"}
        return Reply(200, json.dumps(told).encode())


Tokened = tuple[Mailer, TokenOffice, StandIn]


@pytest.fixture
async def tokened() -> AsyncIterator[Tokened]:
    mailer = Mailer()
    office = TokenOffice(mailer)
    async with serving(mailer), standing_in(office.judge) as service:
        yield mailer, office, service


def by_token(tokened: Tokened, **changes: object) -> dict[str, MailChannel]:
    mailer, _, service = tokened
    values: dict[str, object] = {
        "token_url": f"{service.url}/token",
        "client_id": "our-client",
        "refresh_token": "first-hush",
        "scope": "smtp offline",
        **changes,
    }
    return mail(mailer.port, user="desk@example.org", oauth=OAuthSettings(**values))  # type: ignore[arg-type]


async def test_a_token_is_asked_for_once_and_used_until_it_runs_out(store: Store, tokened: Tokened) -> None:
    mailer, office, _ = tokened
    queue(store)
    channels = by_token(tokened)
    done = await drain(store, channels, Clock())
    assert len(done.sent) == 3
    assert mailer.users == ["desk@example.org"]
    assert office.forms == [
        {
            "grant_type": ["refresh_token"],
            "refresh_token": ["first-hush"],
            "client_id": ["our-client"],
            "scope": ["smtp offline"],
        }
    ]
    [delivery, *_] = store.deliveries.list()
    await channels["mail"].send(delivery, b"Subject: x\r\n\r\nx\r\n")
    assert (len(office.forms), mailer.sessions) == (1, 2)
    await channels["mail"].close()


async def test_a_token_that_is_refused_before_its_time_is_replaced_at_once(store: Store, tokened: Tokened) -> None:
    mailer, office, _ = tokened
    queue(store)
    channels = by_token(tokened)
    await drain(store, channels, Clock())
    mailer.good.clear()  # withdrawn, though it would be good for an hour
    store.deliveries.requeue(1, NOW)
    done = await drain(store, channels, Clock())
    assert ([row.id for row in done.sent], done.down, office.count) == ([1], {}, 2)


async def test_a_token_that_runs_out_soon_or_does_not_say_when_is_not_used_for_long(
    store: Store, tokened: Tokened
) -> None:
    _, office, _ = tokened
    channels = by_token(tokened)
    for lifetime_s, expected in ((30, 2), (None, 1)):
        office.lifetime_s, office.count = lifetime_s, 0
        tokens = channels["mail"]._tokens
        assert tokens is not None
        tokens.forget()
        await tokens.token()
        await tokens.token()
        assert office.count == expected


async def test_a_mailbox_that_takes_no_fresh_token_either_is_a_refused_log_in(store: Store, tokened: Tokened) -> None:
    mailer, office, _ = tokened
    queue(store)
    mailer.script = always("AUTH", "535 5.7.3 disabled for the mailbox")
    done = await drain(store, by_token(tokened), Clock())
    assert "refused the log-in; check user and the oauth keys under [mail]" in done.down["mail"]
    assert (office.count, mailer.sessions) == (1, 1)  # nothing was kept that could have been too old
    assert store.deliveries.resting()["mail"].is_login


async def test_a_refresh_token_that_was_revoked_is_a_refused_log_in_and_is_not_shown(
    store: Store, tokened: Tokened
) -> None:
    mailer, office, _ = tokened
    office.refresh_tokens.clear()
    queue(store)
    done = await drain(store, by_token(tokened, client_secret="client-hush"), Clock())
    assert "refused a token for the mail server; check the oauth keys" in done.down["mail"]
    assert "400 invalid_grant token … was revoked" in done.down["mail"]
    assert "hush" not in done.down["mail"]
    assert mailer.sessions == 0
    assert store.deliveries.resting()["mail"].is_login


@pytest.mark.parametrize(
    ("reply", "is_login"),
    [
        (Reply(503, b"<html>"), False),
        (Reply(429, b"{}"), False),
        (Reply(200, b"[]"), True),
        (Reply(200, b"{broken"), True),
        (Reply(200, b'{"access_token": 3}'), True),
        (Reply(hangs=True), False),
    ],
    ids=lambda value: str(getattr(value, "status", value)),
)
async def test_an_office_that_gives_no_token_is_told_from_one_that_refuses(
    store: Store, tokened: Tokened, reply: Reply, is_login: bool
) -> None:
    *_, service = tokened
    service.replies = [reply]
    queue(store)
    done = await drain(store, by_token(tokened), Clock())
    assert list(done.down) == ["mail"]
    assert store.deliveries.resting()["mail"].is_login is is_login


async def test_a_refresh_token_that_is_replaced_is_kept_in_its_file(tokened: Tokened, tmp_path: Path) -> None:
    _, office, _ = tokened
    office.rotates = True
    real, file = tmp_path / "real-token", tmp_path / "refresh-token"
    real.write_text("first-hush\n")
    file.symlink_to(real)
    tokens = by_token(tokened, refresh_token_file=file)["mail"]._tokens
    assert tokens is not None
    for number in (1, 2):
        tokens.forget()
        assert await tokens.token() == f"access-{number}"
        assert real.read_text() == f"next-hush-{number}\n"
    assert real.stat().st_mode & 0o777 == 0o600
    assert file.is_symlink()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


async def test_a_refresh_token_that_cannot_be_written_is_used_all_the_same(tokened: Tokened, tmp_path: Path) -> None:
    _, office, _ = tokened
    office.rotates = True
    for file in (tmp_path / "no-such-folder" / "token", None):
        office.refresh_tokens = {"first-hush"}
        tokens = by_token(tokened, refresh_token_file=file)["mail"]._tokens
        assert tokens is not None
        with structlog.testing.capture_logs() as said:
            for _ in range(2):
                tokens.forget()
                await tokens.token()
        assert [event["log_level"] for event in said] == (["warning"] * 2 if file else [])
        assert "hush" not in str(said)


async def test_a_client_may_ask_in_its_own_name(tokened: Tokened) -> None:
    _, office, _ = tokened
    tokens = by_token(tokened, refresh_token="", client_secret="client-hush")["mail"]._tokens
    assert tokens is not None
    assert await tokens.token() == "access-1"
    assert office.forms[0]["grant_type"] == ["client_credentials"]
    assert office.forms[0]["client_secret"] == ["client-hush"]
