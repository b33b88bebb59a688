"""A mail server for the demonstration: takes every message over a real loopback socket and keeps it (RFC 5321).

It delivers nothing and asks no password. What it keeps of a message are the bytes the client handed over: only the dots that
the protocol doubles at line starts are undone.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field

from monitor.demo.listening import Listening

COMMAND_MAX_S = 60.0
MESSAGE_MAX_BYTES = 20_000_000
PATH = re.compile(r"(?:FROM|TO):\s*<([^>]*)>", re.IGNORECASE)
GREETING = f"250-demo.example\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE {MESSAGE_MAX_BYTES}"


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it came: envelope and bytes (lines end in CRLF)."""

    sender: str
    recipients: tuple[str, ...]
    body: bytes


@dataclass(slots=True)
class Envelope:
    """What one connection has said so far of the message it brings."""

    sender: str | None = None
    recipients: list[str] = field(default_factory=list)


class Mailbox(Listening):
    """`async with Mailbox() as mailbox`: `mailbox.host`, `mailbox.port`; `mailbox.messages` in order of arrival."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Received] = []

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        envelope, reply = Envelope(), "220 demo.example ready"
        while True:
            writer.write(f"{reply}\r\n".encode())
            await writer.drain()
            if reply.startswith("221"):
                return
            if reply.startswith("354"):
                reply = self._keep(envelope, await _message(reader))
            else:
                reply = self._heed(envelope, (await _line(reader)).decode("utf-8", "replace").strip())

    def _heed(self, envelope: Envelope, line: str) -> str:
        """The reply to a command line; `envelope` is brought up to date."""
        command, _, rest = line.partition(" ")
        path = PATH.match(rest)
        match command.upper():
            case "EHLO" | "HELO" | "RSET":
                _clear(envelope)
                return GREETING if command.upper() == "EHLO" else "250 demo.example"
            case "MAIL" if path:
                _clear(envelope)
                envelope.sender = path[1]
            case "RCPT" if path and envelope.sender is not None:
                envelope.recipients.append(path[1])
            case "DATA" if envelope.recipients:
                return "354 end with a dot on a line of its own"
            case "MAIL" if not path:
                return "501 MAIL FROM:<address>"
            case "RCPT" | "DATA":
                return "503 that comes too early" if path or command.upper() == "DATA" else "501 RCPT TO:<address>"
            case "QUIT":
                return "221 bye"
            case "NOOP":
                pass
            case _:
                return "502 not known here"
        return "250 ok"

    def _keep(self, envelope: Envelope, body: bytes | None) -> str:
        if body is None:
            reply = "552 the message is too long"
        else:
            self.messages.append(Received(envelope.sender or "", tuple(envelope.recipients), body))
            reply = f"250 kept as number {len(self.messages)}"
        _clear(envelope)
        return reply


def _clear(envelope: Envelope) -> None:
    envelope.sender = None
    envelope.recipients.clear()


async def _line(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(COMMAND_MAX_S):
        return await reader.readuntil(b"\r\n")


async def _message(reader: asyncio.StreamReader) -> bytes | None:
    """The message up to the lone dot, its doubled dots undone (RFC 5321, 4.5.2); None where it was too long to keep."""
    lines: list[bytes] = []
    size = 0
    while (line := await _line(reader)) != b".\r\n":
        size += len(line)
        if size <= MESSAGE_MAX_BYTES:
            lines.append(line[1:] if line.startswith(b".") else line)
    return b"".join(lines) if size <= MESSAGE_MAX_BYTES else None
