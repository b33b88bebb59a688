"""Channels over HTTP, alike in shape: what is posted where, and what the answer means.

Sources: Standard Webhooks 1.0 (signature), Slack's and Mattermost's incoming webhooks, Workflows in Microsoft Teams, ntfy's
publishing as JSON, Telegram's Bot API (sendMessage), RFC 9110 (statuses, Retry-After), RFC 6585 (429).
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from monitor.delivery.channel import ChannelError
from monitor.delivery.post import Answer, host_of, post
from monitor.errors import DeliveryError
from monitor.feeds.answers import http_date
from monitor.model import Delivery
from monitor.settings import Channel as ChannelSettings

Clock = Callable[[], datetime]

_BUSY = frozenset({408, 425, 429, 502, 503, 504})  # says nothing of the message: others would hear the same
_OK, _REDIRECT, _CLIENT, _SERVER = 200, 300, 400, 500
_SAID_LENGTH = 200
_SECRET_LENGTH = 6  # a shorter part of an address is no secret
_HINTS = {
    401: "; check its token or address",
    403: "; check its token or address",
    404: "; check its address",
    410: "; the address is there no more",
    413: "; the message is too large",
}


@dataclass(frozen=True, slots=True)
class Request:
    url: str
    body: bytes
    headers: Mapping[str, str]


class HttpChannel:
    """A `Channel` that posts each message by itself; the kinds differ in the request and in how they read an answer."""

    def __init__(self, channel: ChannelSettings, clock: Clock) -> None:
        self._channel, self._clock = channel, clock
        parts = re.split(r"[/?&=#]", channel.url.partition("://")[2])[1:]
        secrets = {channel.token, channel.secret, channel.url, *parts, *map(unquote, parts)}
        self._secrets = sorted((secret for secret in secrets if len(secret) >= _SECRET_LENGTH), key=len, reverse=True)

    async def send(self, delivery: Delivery, body: bytes) -> None:
        if not body.startswith(b"{"):
            raise DeliveryError("it was worded for a channel of another kind", is_transient=False)
        request = self.request(delivery, body)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": delivery.message_id,
            **request.headers,
        }
        answer = await post(request.url, request.body, headers, self._channel.timeout_s, self._channel.proxy)
        self._judge(answer, host_of(request.url))

    async def close(self) -> None:
        """There is no connection to let go of."""

    def request(self, delivery: Delivery, body: bytes) -> Request:
        """What is posted: the stored bytes to the configured address, unless the service wants more."""
        return Request(self._channel.url, body, {})

    def said(self, answer: Answer) -> str:
        """The service's own words for a refusal."""
        if "html" in answer.headers.get("content-type", "") or "content-encoding" in answer.headers:
            return ""
        return answer.body.decode("utf-8", "replace")

    def retry_after_s(self, answer: Answer) -> float | None:
        """How long it asks us to wait (RFC 9110 §10.2.3)."""
        asked = answer.headers.get("retry-after", "").strip()
        if re.fullmatch(r"[0-9]{1,10}", asked):
            return float(asked)
        at = http_date(asked)
        return None if at is None else max(0.0, (at - self._clock()).total_seconds())

    def _judge(self, answer: Answer, where: str) -> None:
        """Raise what the answer means, unless it is a success."""
        status = answer.status
        if _OK <= status < _REDIRECT:
            return
        words = self._harmless(self.said(answer))
        told = f"{status} {words}".strip()
        if status in _BUSY:
            raise ChannelError(f"{where} takes no message now ({told})", retry_after_s=self.retry_after_s(answer))
        if _REDIRECT <= status < _CLIENT:
            message = f"{where} has moved ({told}), which is not followed; write its new address into the configuration"
            raise DeliveryError(message, is_transient=False)
        message = f"{where} refused the message ({told}){_HINTS.get(status, '')}"
        raise DeliveryError(message, is_transient=not _CLIENT <= status < _SERVER)

    def _harmless(self, said: str) -> str:
        """The words on one short line, without anything that is a secret of ours."""
        for secret in self._secrets:
            said = said.replace(secret, "…")
        line = "".join(character if character.isprintable() else " " for character in said)
        return " ".join(line.split())[:_SAID_LENGTH]


class Webhook(HttpChannel):
    """Signed as Standard Webhooks says, where there is a secret; the id stays the same, the time is that of the attempt."""

    def request(self, delivery: Delivery, body: bytes) -> Request:
        at = str(int(self._clock().timestamp()))
        headers = {"webhook-id": delivery.message_id, "webhook-timestamp": at}
        if self._channel.secret:
            key = base64.b64decode(self._channel.secret.removeprefix("whsec_"))
            digest = hmac.digest(key, b".".join((delivery.message_id.encode(), at.encode(), body)), "sha256")
            headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
        return Request(self._channel.url, body, headers)


class Ntfy(HttpChannel):
    """JSON goes to the server's root and names the topic, which is the last part of the address."""

    def request(self, delivery: Delivery, body: bytes) -> Request:
        parts = urlsplit(self._channel.url)
        root, _, topic = parts.path.rstrip("/").rpartition("/")
        headers = {"Authorization": f"Bearer {self._channel.token}"} if self._channel.token else {}
        url = urlunsplit((parts.scheme, parts.netloc, f"{root}/", parts.query, ""))
        return Request(url, _with(body, topic=unquote(topic)), headers)


class Telegram(HttpChannel):
    """A bot speaks in a chat; the token is part of the address."""

    def request(self, delivery: Delivery, body: bytes) -> Request:
        server = self._channel.url.rstrip("/") or "https://api.telegram.org"
        return Request(f"{server}/bot{self._channel.token}/sendMessage", _with(body, chat_id=self._channel.chat_id), {})

    def said(self, answer: Answer) -> str:
        told = _object(answer.body)
        moved_to = _object(told.get("parameters")).get("migrate_to_chat_id")
        moved = f'; the group is another chat now: write chat_id = "{moved_to}"' if isinstance(moved_to, int) else ""
        return f"{told.get('description', '')}{moved}"

    def retry_after_s(self, answer: Answer) -> float | None:
        asked = _object(_object(answer.body).get("parameters")).get("retry_after")
        return float(asked) if isinstance(asked, int) and asked >= 0 else super().retry_after_s(answer)


def _with(body: bytes, **keys: str) -> bytes:
    """The stored document with what only the configuration knows."""
    return json.dumps(json.loads(body) | keys, ensure_ascii=False, separators=(",", ":")).encode()


def _object(value: object) -> dict[str, Any]:
    """A JSON object, from its bytes too; an empty one for anything else."""
    if isinstance(value, bytes):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


SERVICES: dict[str, type[HttpChannel]] = {
    "webhook": Webhook,
    "slack": HttpChannel,
    "mattermost": HttpChannel,
    "teams": HttpChannel,
    "ntfy": Ntfy,
    "telegram": Telegram,
}
"""The channel of each kind of service."""
