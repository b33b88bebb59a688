"""One HTTP exchange: guarded, bounded in time and bytes, redirects walked hop by hop. The only importer of httpx here.

Each request has a connection of its own, dialled through a backend that judges the address first. There is no client in
between: no cookie jar, no decoding of bodies that were not asked for, no headers but ours.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, NoReturn
from urllib.parse import unquote

import certifi
import httpcore
import httpx

from monitor.errors import FetchError
from monitor.feeds import bodies
from monitor.feeds.answers import Answer, Headers, Limits, check_status, hints_of
from monitor.feeds.guard import Guard, addresses_of
from monitor.model import FailureKind, Job

log = logging.getLogger(__name__)

ACCEPT = b"application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
DIAL_TRIES = 3


class Fetcher:
    """Fetches documents within the limits. It holds no connection, and nothing of one source reaches another."""

    def __init__(self, limits: Limits, guard: Guard, user_agent: str) -> None:
        self._limits = limits
        self._user_agent = user_agent
        self._backend = GuardedBackend(guard)

    async def fetch(self, job: Job, now: datetime) -> Answer:
        """The document of a source, or a 304 where validators were sent. Raises FetchError for everything else."""
        try:
            async with asyncio.timeout(self._limits.timeout_s):
                return await self._walk(job, now)
        except TimeoutError:
            raise FetchError(
                FailureKind.TIMEOUT, f"There was no complete answer within {self._limits.timeout_s:g} seconds."
            ) from None

    async def _walk(self, job: Job, now: datetime) -> Answer:
        first = url = _parsed(job.url)
        moved = True
        for hops in range(self._limits.max_redirects + 1):
            request = self._request(job, url, _origin(url) == _origin(first))
            async with self._exchange(job, request) as response:
                if response.status_code not in REDIRECTS:
                    moved_to = _plain(url) if hops and moved else None
                    return await self._answer(job, response, url, moved_to, now)
                moved = moved and response.status_code in PERMANENT
                target = _target(url, response)
            moved = moved and not (url.scheme == "https" and target.scheme == "http")
            url = target
        raise FetchError(
            FailureKind.REDIRECT,
            f"The address redirects more than {self._limits.max_redirects} times.",
            is_transient=False,
        )

    def _request(self, job: Job, url: httpx.URL, at_home: bool) -> httpx.Request:
        headers = [
            (b"Accept", ACCEPT),
            (b"Accept-Encoding", bodies.OFFERED),
            (b"User-Agent", _header(job.user_agent or self._user_agent)),
            (b"Connection", b"close"),
        ]
        if job.etag is not None:
            headers.append((b"If-None-Match", job.etag))
        if job.last_modified is not None:
            headers.append((b"If-Modified-Since", job.last_modified))
        if at_home:
            own = {name.lower() for name, _ in job.headers}
            headers = [(name, value) for name, value in headers if name.decode().lower() not in own]
            headers += [(_header(name), _header(value)) for name, value in job.headers]
            if (login := _login(job, url)) is not None and "authorization" not in own:
                headers.append((b"Authorization", login))
        return httpx.Request("GET", url, headers=headers)

    @asynccontextmanager
    async def _exchange(self, job: Job, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        """The one response, its body unread; foreign errors, also those of reading it, leave as FetchError."""
        transport = await self._transport(job, request.url)
        try:
            response = await transport.handle_async_request(request)
            try:
                yield response
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, httpcore.NetworkError, httpcore.TimeoutException) as error:
            _fail(error, request.url.host)
        except (httpcore.ProtocolError, httpcore.ProxyError, OSError) as error:
            _fail(error, request.url.host)
        finally:
            await transport.aclose()

    async def _transport(self, job: Job, url: httpx.URL) -> httpx.AsyncBaseTransport:
        context = tls_context(job.verify)
        if not job.proxy:
            return GuardedTransport(self._backend, context, self._limits.timeout_s)
        try:
            if not await self._backend.judged(url.host, url.port or 0):
                raise _not_public(url.host)
        except FetchError as error:
            if error.reason != FailureKind.DNS:
                raise
            # Only the proxy knows this name; what address it dials cannot be judged from here.
            log.info("the guard cannot judge %s: only the proxy knows the name", url.host)
        try:
            return httpx.AsyncHTTPTransport(verify=context, proxy=job.proxy, trust_env=False)
        except (ValueError, httpx.InvalidURL) as error:
            raise FetchError(FailureKind.CONNECT, "The proxy's address cannot be used.", is_transient=False) from error

    async def _answer(
        self, job: Job, response: httpx.Response, url: httpx.URL, moved_to: str | None, now: datetime
    ) -> Answer:
        headers, status, plain = Headers(response.headers.raw), response.status_code, _plain(url)
        if status == 304:
            if job.etag is None and job.last_modified is None:
                raise FetchError(
                    FailureKind.PROTOCOL, f"{url.host} answered 304 (unchanged), which was not asked for.", status=304
                )
            return Answer(304, plain, headers, moved_to, hints=hints_of(headers, now))
        check_status(status, url.host, headers, now)
        body, cut_off, is_framed = await self._body(response, headers)
        if not body.strip():
            if cut_off:
                raise FetchError(FailureKind.CUT_OFF, f"{url.host} broke off before its answer began.", status=status)
            raise FetchError(FailureKind.EMPTY_BODY, f"{url.host} answered {status} with nothing in it.", status=status)
        return Answer(status, plain, headers, moved_to, body, cut_off, is_framed, hints_of(headers, now))

    async def _body(self, response: httpx.Response, headers: Headers) -> tuple[bytes, bool, bool]:
        """The decoded body, whether it was cut off, and whether the exchange vouches for its end."""
        decoder = bodies.Decoder(headers.text(b"content-encoding"), self._limits.max_bytes)
        is_framed = headers.raw(b"content-length") is not None or headers.raw(b"transfer-encoding") is not None
        cut_off, received = False, 0
        try:
            async for raw in response.stream:  # type: ignore[union-attr]
                received += len(raw)
                if received > self._limits.max_bytes:
                    raise bodies.too_large(self._limits.max_bytes)
                decoder.feed(raw)
        except (httpcore.RemoteProtocolError, httpcore.ReadError, httpx.RemoteProtocolError, httpx.ReadError):
            cut_off = True
        return decoder.result(), cut_off or decoder.is_open, is_framed or decoder.is_whole


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves a name on asyncio's own loop, judges the addresses, and dials one that may be dialled."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._dialler = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface of httpcore
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = (await self.judged(host, port))[:DIAL_TRIES]
        if not addresses:
            raise _not_public(host)
        for address in addresses[:-1]:
            try:
                # Several addresses share the time, so that one that is silent leaves some to the next.
                share = None if timeout is None else timeout / len(addresses)
                return await self._dialler.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.NetworkError, httpcore.TimeoutException):
                continue
        return await self._dialler.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def judged(self, host: str, port: int) -> list[str]:
        """The addresses of a name that may be dialled. Raises FetchError (reason `dns`) where it has none at all."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise FetchError(
                FailureKind.DNS, f"The name {host} is not known. Check its spelling, and this machine's resolver."
            ) from error
        return self._guard.choose(addresses_of(found))


class GuardedTransport(httpx.AsyncBaseTransport):
    """One guarded connection for each request, closed with its answer."""

    def __init__(self, backend: GuardedBackend, context: ssl.SSLContext, timeout_s: float) -> None:
        self._backend, self._context = backend, context
        self._timeouts = {"connect": timeout_s, "read": timeout_s, "write": timeout_s}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked = request.url
        url = httpcore.URL(scheme=asked.raw_scheme, host=asked.raw_host, port=asked.port, target=asked.raw_path)
        dial = _Dial(self._backend)
        connection = httpcore.AsyncHTTPConnection(url.origin, self._context, network_backend=dial)
        try:
            response = await connection.handle_async_request(
                httpcore.Request("GET", url, headers=request.headers.raw, extensions={"timeout": self._timeouts})
            )
        except BaseException:
            await connection.aclose()
            await dial.aclose()
            raise
        return httpx.Response(response.status, headers=response.headers, stream=_Stream(response, connection))


class _Dial(httpcore.AsyncNetworkBackend):
    """Remembers what was dialled: a connection whose TLS handshake is cancelled is otherwise closed by nobody."""

    def __init__(self, backend: GuardedBackend) -> None:
        self._backend = backend
        self._stream: httpcore.AsyncNetworkStream | None = None

    async def connect_tcp(self, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        self._stream = await self._backend.connect_tcp(*args, **options)
        return self._stream

    async def aclose(self) -> None:
        if self._stream is not None:
            await self._stream.aclose()


class _Stream(httpx.AsyncByteStream):
    """The raw body of one answer; closing it closes its connection."""

    def __init__(self, response: httpcore.Response, connection: httpcore.AsyncHTTPConnection) -> None:
        self._response, self._connection = response, connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for raw in self._response.aiter_stream():
            yield raw

    async def aclose(self) -> None:
        await self._connection.aclose()


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


def _parsed(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError(FailureKind.PROTOCOL, "The address cannot be read as a URL.", is_transient=False) from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise FetchError(
            FailureKind.PROTOCOL, "The address does not begin with http:// or https://.", is_transient=False
        )
    return parsed


def _target(url: httpx.URL, response: httpx.Response) -> httpx.URL:
    raw = Headers(response.headers.raw).raw(b"location")
    if raw is None:
        raise FetchError(FailureKind.REDIRECT, f"{url.host} redirects without saying where to.", is_transient=False)
    try:
        target = url.copy_with(userinfo=b"").join(raw.decode("utf-8", "replace"))
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError(
            FailureKind.REDIRECT, f"{url.host} redirects to something that is no URL.", is_transient=False
        ) from error
    if target.scheme not in ("http", "https") or not target.host:
        raise FetchError(
            FailureKind.REDIRECT, f"{url.host} redirects to something that is not http.", is_transient=False
        )
    if _origin(target) == _origin(url) and not target.userinfo:
        return target.copy_with(userinfo=url.userinfo)
    return target.copy_with(userinfo=b"")


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


def _plain(url: httpx.URL) -> str:
    """The address as text, without credentials and fragment."""
    return str(url.copy_with(userinfo=b"", fragment=None))


def _header(text: str) -> bytes:
    """A configured header as bytes: UTF-8, on one line."""
    return " ".join(text.split()).encode("utf-8", "replace")


def _login(job: Job, url: httpx.URL) -> bytes | None:
    """Basic authentication (RFC 7617) from the job, or else from the address itself."""
    login = job.auth or ((unquote(url.username), unquote(url.password)) if url.userinfo else None)
    return None if login is None else b"Basic " + base64.b64encode(f"{login[0]}:{login[1]}".encode())


def _not_public(host: str) -> FetchError:
    return FetchError(
        FailureKind.GUARD,
        f"{host} is at an address that is not public. If that is meant, open its network in allow_private.",
        is_transient=False,
    )


def _fail(error: Exception, host: str) -> NoReturn:
    """Raise what a foreign error means. Its own text is not used: it may hold an address with credentials."""
    if isinstance(error, TimeoutError | httpcore.TimeoutException | httpx.TimeoutException):
        raise FetchError(FailureKind.TIMEOUT, f"{host} did not answer in time.") from error
    cause = _tls_cause(error)
    if cause is not None:
        raise FetchError(FailureKind.TLS, f"{host}: {cause}", is_transient=False) from error
    if isinstance(error, httpcore.ProxyError | httpx.ProxyError):
        raise FetchError(FailureKind.CONNECT, f"The proxy would not connect to {host}.") from error
    if isinstance(error, httpcore.ConnectError | httpx.ConnectError | OSError):
        raise FetchError(FailureKind.CONNECT, f"No connection to {host}: {_os_reason(error)}.") from error
    if isinstance(error, httpcore.NetworkError | httpx.NetworkError):
        raise FetchError(FailureKind.CONNECT, f"{host} broke the connection off.") from error
    raise FetchError(FailureKind.PROTOCOL, f"{host} does not speak proper HTTP.") from error


def _tls_cause(error: BaseException) -> str | None:
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLCertVerificationError):
            return f"its certificate is not valid ({found.verify_message})."
        if isinstance(found, ssl.SSLError):
            return "no secure connection could be agreed on."
        found = found.__cause__ or found.__context__
    return None


def _os_reason(error: BaseException) -> str:
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ConnectionRefusedError):
            return "it refuses connections"
        if isinstance(found, OSError) and found.strerror and "[Errno" not in found.strerror:
            return found.strerror.lower()
        found = found.__cause__ or found.__context__
    return "it cannot be reached"
