"""One HTTP exchange: guarded, bounded in time and bytes, redirects walked hop by hop. The only importer of httpx here.

Each request has a connection of its own, dialled through a backend that judges the address first. There is no client in
between: no cookie jar, no decoding of bodies that were not asked for, no headers but ours.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NoReturn
from urllib.parse import unquote

import httpx

from monitor.errors import FetchError
from monitor.feeds import bodies
from monitor.feeds.answers import Answer, Headers, Limits, check_status, hints_of
from monitor.feeds.dialling import (
    BrokenOffError,
    DialError,
    Dialler,
    Proxy,
    ProxyDialler,
    Wire,
    os_reason,
    tls_context,
    tls_reason,
)
from monitor.feeds.exchange import ClosedError, ProtocolError, RawHeaders, Response, ask
from monitor.feeds.guard import Guard
from monitor.model import FailureKind, Job

ACCEPT = b"application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})


class Fetcher:
    """Fetches documents within the limits. It holds no connection, and nothing of one source reaches another."""

    def __init__(self, limits: Limits, guard: Guard, user_agent: str) -> None:
        self._limits = limits
        self._user_agent = user_agent
        self._dialler = Dialler(guard, limits.timeout_s)

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
            async with self._exchange(job, url, self._headers(job, url, _origin(url) == _origin(first))) as response:
                if response.status not in REDIRECTS:
                    moved_to = _plain(url) if hops and moved else None
                    return await self._answer(job, response, url, moved_to, now)
                moved = moved and response.status in PERMANENT
                target = _target(url, response)
            moved = moved and not (url.scheme == "https" and target.scheme == "http")
            url = target
        raise FetchError(
            FailureKind.REDIRECT,
            f"The address redirects more than {self._limits.max_redirects} times.",
            is_transient=False,
        )

    def _headers(self, job: Job, url: httpx.URL, at_home: bool) -> RawHeaders:
        headers = [
            (b"Host", url.netloc),
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
            headers = [(name, value) for name, value in headers if not own or name.decode().lower() not in own]
            headers += [(_header(name), _header(value)) for name, value in job.headers]
            if (login := _login(job, url)) is not None and "authorization" not in own:
                headers.append((b"Authorization", login))
        return headers

    @asynccontextmanager
    async def _exchange(self, job: Job, url: httpx.URL, headers: RawHeaders) -> AsyncIterator[Response]:
        """The one response, its body unread; foreign errors, also those of reading it, leave as FetchError."""
        try:
            wire = await self._dialled(job, url)
            try:
                yield await _asked(wire, job, url, headers)
            finally:
                await wire.aclose()
        except (DialError, BrokenOffError, ClosedError, ProtocolError) as error:
            _fail(error, url.host)

    async def _dialled(self, job: Job, url: httpx.URL) -> Wire:
        """A connection to the host, or through the proxy to it, with TLS where the address says so."""
        dialler: Dialler | ProxyDialler = self._dialler
        host, is_secure = url.raw_host.decode("ascii"), url.scheme == "https"
        port = url.port or (443 if is_secure else 80)
        if job.proxy:
            dialler = ProxyDialler(Proxy.of(job.proxy), is_tunnel=is_secure)
            await self._dialler.judge_for_proxy(host, port)
        wire = await dialler.dial(host, port)
        if is_secure:
            try:
                await wire.start_tls(tls_context(job.verify), host)
            except BaseException:
                await wire.aclose()
                raise
        return wire

    async def _answer(
        self, job: Job, response: Response, url: httpx.URL, moved_to: str | None, now: datetime
    ) -> Answer:
        headers, status, plain = Headers(response.headers), response.status, _plain(url)
        if status == 304:
            if job.etag is None and job.last_modified is None:
                raise FetchError(
                    FailureKind.PROTOCOL, f"{url.host} answered 304 (unchanged), which was not asked for.", status=304
                )
            return Answer(304, plain, headers, moved_to, hints=hints_of(headers, now))
        if status == 407 and job.proxy:
            raise Proxy.of(job.proxy).refused(status)
        check_status(status, url.host, headers, now)
        body, cut_off, is_framed = await self._body(response, headers)
        if not body.strip():
            if cut_off:
                raise FetchError(FailureKind.CUT_OFF, f"{url.host} broke off before its answer began.", status=status)
            raise FetchError(FailureKind.EMPTY_BODY, f"{url.host} answered {status} with nothing in it.", status=status)
        return Answer(status, plain, headers, moved_to, body, cut_off, is_framed, hints_of(headers, now))

    async def _body(self, response: Response, headers: Headers) -> tuple[bytes, bool, bool]:
        """The decoded body, whether it was cut off, and whether the exchange vouches for its end."""
        decoder = bodies.Decoder(headers.text(b"content-encoding"), self._limits.max_bytes)
        is_framed = headers.raw(b"content-length") is not None or headers.raw(b"transfer-encoding") is not None
        cut_off, received = False, 0
        try:
            async for raw in response.body():
                received += len(raw)
                if received > self._limits.max_bytes:
                    raise bodies.too_large(self._limits.max_bytes)
                decoder.feed(raw)
        except BrokenOffError:
            cut_off = True
        return decoder.result(), cut_off or decoder.is_open, is_framed or decoder.is_whole


async def _asked(wire: Wire, job: Job, url: httpx.URL, headers: RawHeaders) -> Response:
    """The answer that comes over a connection, its body unread."""
    target = url.raw_path
    if job.proxy and url.scheme == "http":  # asked for in absolute form (RFC 9112 §3.2.2)
        target = b"http://" + url.netloc + target
        login = Proxy.of(job.proxy).authorization
        headers = headers if login is None else [*headers, (b"Proxy-Authorization", login)]
    return await ask(wire, target, headers)


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


def _target(url: httpx.URL, response: Response) -> httpx.URL:
    raw = Headers(response.headers).raw(b"location")
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
    if url.userinfo or url.fragment:
        url = url.copy_with(userinfo=b"", fragment=None)
    return str(url)


def _header(text: str) -> bytes:
    """A configured header as bytes: UTF-8, on one line."""
    return " ".join(text.split()).encode("utf-8", "replace")


def _login(job: Job, url: httpx.URL) -> bytes | None:
    """Basic authentication (RFC 7617) from the job, or else from the address itself."""
    login = job.auth or ((unquote(url.username), unquote(url.password)) if url.userinfo else None)
    return None if login is None else b"Basic " + base64.b64encode(f"{login[0]}:{login[1]}".encode())


def _fail(error: Exception, host: str) -> NoReturn:
    """Raise what a foreign error means. Its own text is not used: it may hold an address with credentials."""
    cause = tls_reason(error)
    if cause is not None:
        raise FetchError(FailureKind.TLS, f"{host}: {cause}.", is_transient=False) from error
    if isinstance(error, DialError):
        raise FetchError(FailureKind.CONNECT, f"No connection to {host}: {os_reason(error)}.") from error
    if isinstance(error, BrokenOffError):
        raise FetchError(FailureKind.CONNECT, f"{host} broke the connection off.") from error
    if isinstance(error, ClosedError):
        raise FetchError(FailureKind.CONNECT, f"{host} closed the connection without an answer.") from error
    raise FetchError(FailureKind.PROTOCOL, f"{host} does not speak proper HTTP.") from error
