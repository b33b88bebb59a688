"""A real mail server on a free port, in whatever mood a test asks for."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from monitor.store import Store, open_store


@dataclass
class Mood:
    """How the server answers; what it took is in `taken` as (recipient, bytes)."""

    rcpt: dict[str, str] = field(default_factory=dict)  # address → reply to RCPT
    data: list[str] = field(default_factory=list)  # replies to the next DATA, then 250
    drop_after_data: int = 0  # connections to drop without a word once the message is here
    stalls: bool = False  # keep the client waiting for the answer to DATA
    stalled: asyncio.Event = field(default_factory=asyncio.Event)
    sessions: int = 0
    taken: list[tuple[str, bytes]] = field(default_factory=list)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, answers: list[str]
    ) -> Any:
        self.sessions += 1
        session.host_name = name
        return answers

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := self.rcpt.get(address):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data:
            return self.data.pop(0)
        assert isinstance(envelope.original_content, bytes)
        if self.drop_after_data:
            self.drop_after_data -= 1
            server.transport.abort()
            await asyncio.sleep(3600)
        if self.stalls:
            self.stalled.set()
            await asyncio.sleep(3600)
        self.taken.append((envelope.rcpt_tos[0], envelope.original_content))
        return "250 taken"


@dataclass
class Postbox:
    """The server's address and its mood."""

    port: int
    mood: Mood


@asynccontextmanager
async def _serving(**options: Any) -> AsyncIterator[Postbox]:
    mood = Mood()
    loop = asyncio.get_running_loop()
    sessions: list[SMTP] = []

    def answer() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # log-in without TLS, which a loopback test may do
            sessions.append(SMTP(mood, loop=loop, **options))
        return sessions[-1]

    server = await loop.create_server(answer, "127.0.0.1", 0)
    try:
        yield Postbox(server.sockets[0].getsockname()[1], mood)
    finally:
        server.close()
        await server.wait_closed()
        for session in sessions:
            if session.transport is not None:
                session.transport.abort()
        await asyncio.sleep(0.01)  # lets the transports close before the loop does


@pytest.fixture
async def postbox() -> AsyncIterator[Postbox]:
    async with _serving(enable_SMTPUTF8=True) as box:
        yield box


@pytest.fixture
async def plain_postbox() -> AsyncIterator[Postbox]:
    """A server without SMTPUTF8."""
    async with _serving(enable_SMTPUTF8=False) as box:
        yield box


@pytest.fixture
async def strict_postbox() -> AsyncIterator[Postbox]:
    """A server that lets in the user `desk` with the password `secret`."""

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"desk", b"secret"), handled=False)

    async with _serving(authenticator=authenticate, auth_required=True, auth_require_tls=False) as box:
        yield box


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "monitor.db")
    yield opened
    opened.close()
