"""One HTTP POST: bytes go out, a short answer comes in. The only user of httpx beside the feeds.

Redirects are not followed, no proxy of the environment is used, no cookie kept, and of the answer only the beginning is read. No
message names more of an address than its host, since with most services the rest is a secret.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from monitor import __version__
from monitor.delivery.channel import ChannelError
from monitor.errors import DeliveryError
from monitor.feeds.dialling import os_reason, tls_context, tls_reason

ANSWER_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: header names in lower case, the first 16 KB of the body as they came over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def host_of(url: str) -> str:
    """The host, and the port where one is named; "?" for what is no address."""
    try:
        return httpx.URL(url).netloc.rpartition(b"@")[2].decode("ascii", "replace") or "?"
    except httpx.InvalidURL:
        return "?"


async def post(url: str, body: bytes, headers: Mapping[str, str], timeout_s: float, proxy: str = "") -> Answer:
    """Post `body` and read the answer, whatever its status, within `timeout_s` seconds in all.

    Raises `ChannelError` where no answer comes, and a transient `DeliveryError` where the connection breaks off amid one.
    """
    sent = {"User-Agent": f"Monitor/{__version__}", "Accept-Encoding": "identity", **headers}
    where = host_of(url)
    try:
        async with asyncio.timeout(timeout_s):
            return await _exchanged(url, body, sent, timeout_s, proxy)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise ChannelError(f"{where} did not answer within {timeout_s:g} s") from error
    except (httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise ChannelError(f"{where} does not answer: {_reason(error)}") from error
    except httpx.HTTPError as error:
        raise DeliveryError(f"{where} broke off before it answered", is_transient=True) from error


async def _exchanged(url: str, body: bytes, headers: Mapping[str, str], timeout_s: float, proxy: str) -> Answer:
    async with (
        httpx.AsyncClient(verify=tls_context(True), trust_env=False, timeout=timeout_s, proxy=proxy or None) as client,
        client.stream("POST", url, content=body, headers=dict(headers)) as response,
    ):
        said = b""
        async for part in response.aiter_raw():
            said += part
            if len(said) >= ANSWER_BYTES:
                break
        return Answer(
            response.status_code, {name.lower(): value for name, value in response.headers.items()}, said[:ANSWER_BYTES]
        )


def _reason(error: BaseException) -> str:
    if isinstance(error, httpx.ProxyError):
        return "the proxy refuses to reach it"
    return tls_reason(error) or os_reason(error)
