"""Connections: guarded, or through a proxy; bounded before the answer begins; each remembered until it is closed.

Without a proxy the guard judges the address that is really dialled. A proxy is the operator's word and is not judged; what
it dials for us cannot be, so names are judged before it is asked, as far as they can be from here.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import logging
import re
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from urllib.parse import unquote, urlsplit

import certifi

from monitor.errors import FetchError
from monitor.feeds.guard import Guard, addresses_of, is_private_name
from monitor.model import FailureKind

log = logging.getLogger(__name__)

DIAL_TRIES = 3
HEAD_LIMIT_BYTES = 256_000  # headers, and informational answers (1xx) before them
PROXY_HEAD_BYTES = 64_000
_PROXY_ANSWER = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})[ \r]")
_HEAD_END = b"\r\n\r\n"


class DialError(Exception):
    """No connection could be made, or no TLS be agreed on; the cause says why."""


class BrokenOffError(Exception):
    """A connection ended before what it carried."""


class Wire:
    """An open connection. What it reads before the answer begins is bounded; time is bounded by whoever holds it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.left_bytes: int | None = HEAD_LIMIT_BYTES  # None once the answer has begun

    async def read(self, max_bytes: int) -> bytes:
        """What has come, b"" at the end. Raises BrokenOffError, and FetchError where an answer should long have begun."""
        try:
            part = await self._reader.read(max_bytes)
        except OSError as error:
            raise BrokenOffError from error
        if self.left_bytes is not None:
            self.left_bytes -= len(part)
            if self.left_bytes < 0:
                raise FetchError(
                    FailureKind.PROTOCOL,
                    f"The server sent more than {HEAD_LIMIT_BYTES:,} bytes before its answer began.",
                )
        return part

    async def write(self, raw: bytes) -> None:
        """Send it. Raises BrokenOffError."""
        try:
            self._writer.write(raw)
            await self._writer.drain()
        except OSError as error:
            raise BrokenOffError from error

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Speak TLS from here on, also within a TLS that is spoken already. Raises DialError."""
        try:
            await self._writer.start_tls(context, server_hostname=host)
        except OSError as error:
            raise DialError from error

    async def aclose(self) -> None:
        """Close the connection without waiting for the other side."""
        self._writer.close()
        await asyncio.sleep(0)
        self._writer.transport.abort()


async def _open(address: str, port: int) -> Wire:
    try:
        return Wire(*await asyncio.open_connection(address, port))
    except OSError as error:
        raise DialError from error


class Dialler:
    """Resolves a name on asyncio's own loop, judges the addresses, and dials one that may be dialled."""

    def __init__(self, guard: Guard, timeout_s: float) -> None:
        self._guard, self._timeout_s = guard, timeout_s

    async def dial(self, host: str, port: int) -> Wire:
        """A connection to the host. Raises FetchError, and DialError."""
        addresses = (await self.judged(host, port))[:DIAL_TRIES]
        if not addresses:
            raise _not_public(host)
        for address in addresses[:-1]:
            # Several addresses share the time, so that one that is silent leaves some to the next.
            with suppress(DialError, TimeoutError):
                async with asyncio.timeout(self._timeout_s / len(addresses)):
                    return await _open(address, port)
        return await _open(addresses[-1], port)

    async def judged(self, host: str, port: int) -> list[str]:
        """The addresses of a name that may be dialled. Raises FetchError (reason `dns`) where it has none at all."""
        with suppress(ValueError):
            return self._guard.choose(
                [str(IPv4Address(host))]
            )  # a literal in its plain form needs no resolver's thread
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise FetchError(
                FailureKind.DNS, f"The name {host} is not known. Check its spelling, and this machine's resolver."
            ) from error
        return self._guard.choose(addresses_of(found))

    async def judge_for_proxy(self, host: str, port: int) -> None:
        """Raise FetchError (reason `guard`) for a name that a proxy must not be asked for, as far as that can be told here.

        Where this machine's resolver does not know the name, only its form can be judged; the log says so.
        """
        try:
            if not await self.judged(host.rstrip("."), port):
                raise _not_public(host)
        except FetchError as error:
            if error.reason != FailureKind.DNS:
                raise
            if is_private_name(host):
                raise _not_public(host) from error
            log.info("the guard cannot judge %s: only the proxy knows the name", host)


@dataclass(frozen=True, slots=True)
class Proxy:
    """A corporate proxy. `authorization` is the value of its Proxy-Authorization header (RFC 9110 §11.7.2), if it wants one."""

    scheme: str
    host: str
    port: int
    authorization: bytes | None = field(default=None, repr=False)

    @classmethod
    def of(cls, url: str) -> Proxy:
        """The proxy at an http(s) address, credentials in it. Raises FetchError where it is none; its text is never shown."""
        try:
            parts = urlsplit(url)
            host, port, login = parts.hostname, parts.port, parts.username
        except ValueError:
            host, port, login = None, None, None
        if not host or parts.scheme not in ("http", "https"):
            raise FetchError(FailureKind.CONNECT, "The proxy's address cannot be used.", is_transient=False)
        authorization = None
        if login is not None:
            pair = f"{unquote(login)}:{unquote(parts.password or '')}"
            authorization = b"Basic " + base64.b64encode(pair.encode())
        return cls(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), authorization)

    def refused(self, status: int) -> FetchError:
        """What it means that the proxy itself answered with this status; it is none of the source's."""
        if status == 407:
            why = "wants a user name and password, or those given are wrong (407)"
        else:
            why = f"would not connect us (it answered {status})"
        return FetchError(FailureKind.CONNECT, f"The proxy {self.host} {why}.", is_transient=status != 407)


class ProxyDialler:
    """Dials a proxy in place of the host asked for; with `is_tunnel`, has it connect us through to that host (CONNECT, RFC 9110
    §9.3.6), so that TLS is spoken with the host itself."""

    def __init__(self, proxy: Proxy, *, is_tunnel: bool) -> None:
        self._proxy, self._is_tunnel = proxy, is_tunnel

    async def dial(self, host: str, port: int) -> Wire:
        """A connection through the proxy. Raises FetchError."""
        proxy, wire = self._proxy, None
        try:
            wire = await _open(proxy.host, proxy.port)
            if proxy.scheme == "https":
                await wire.start_tls(tls_context(True), proxy.host)
            if self._is_tunnel:
                await self._connect_through(wire, host, port)
        except BaseException as error:
            if wire is not None:
                await wire.aclose()
            if isinstance(error, DialError | BrokenOffError):
                reason = tls_reason(error) or os_reason(error)
                raise FetchError(FailureKind.CONNECT, f"No connection to the proxy {proxy.host}: {reason}.") from error
            raise
        return wire

    async def _connect_through(self, wire: Wire, host: str, port: int) -> None:
        authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        login = self._proxy.authorization
        head = f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n".encode()
        if login is not None:
            head += b"Proxy-Authorization: " + login + b"\r\n"
        await wire.write(head + b"\r\n")
        answer = b""
        while _HEAD_END not in answer:
            part = await wire.read(8_192)
            answer += part
            if not part or len(answer) > PROXY_HEAD_BYTES:
                raise self._nonsense()
        found = _PROXY_ANSWER.match(answer)
        if found is None:
            raise self._nonsense()
        if not 200 <= int(found[1]) < 300:
            raise self._proxy.refused(int(found[1]))
        if not answer.endswith(_HEAD_END):
            # The host has not been spoken to yet: whoever says something, it is not the host.
            raise self._nonsense()

    def _nonsense(self) -> FetchError:
        return FetchError(FailureKind.CONNECT, f"The proxy {self._proxy.host} does not speak proper HTTP.")


@functools.cache
def tls_context(verify: bool) -> ssl.SSLContext:
    """The one TLS context of the process for each way of verifying: it is dear to build.

    The system's certificates, or those of SSL_CERT_FILE and SSL_CERT_DIR; the bundled ones where a machine has none.
    """
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    places = ssl.get_default_verify_paths()
    if places.cafile is None and places.capath is None:
        context.load_verify_locations(certifi.where())
    return context


def tls_reason(error: BaseException) -> str | None:
    """What went wrong with a secure connection, for people; None where it was something else."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLCertVerificationError):
            return f"its certificate is not valid ({found.verify_message})"
        if isinstance(found, ssl.SSLError):
            return "no secure connection could be agreed on"
        found = found.__cause__ or found.__context__
    return None


def os_reason(error: BaseException) -> str:
    """Why there is no connection, for people."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ConnectionRefusedError):
            return "it refuses connections"
        if isinstance(found, OSError) and found.strerror and "[Errno" not in found.strerror:
            return found.strerror.lower()
        found = found.__cause__ or found.__context__
    return "it cannot be reached"


def _not_public(host: str) -> FetchError:
    return FetchError(
        FailureKind.GUARD,
        f"{host} is at an address that is not public. If that is meant, open its network in allow_private.",
        is_transient=False,
    )
