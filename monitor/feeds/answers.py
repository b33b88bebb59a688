"""What a server answered, in our own terms: headers as bytes, hints, waits, and what a status means to a person."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from monitor.errors import FetchError
from monitor.model import FailureKind, Hints

VALIDATOR_BYTES = 2_000
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,10})", re.ASCII)
_UNCACHED = re.compile(r"(?:^|[,\s])(?:no-cache|no-store)\b", re.ASCII)
_STATUS_WORDS = {
    400: "the server does not accept the request",
    401: "a user name and password are needed, or those given are wrong",
    403: "the server refuses us",
    404: "there is nothing at this address",
    406: "the server has no form of it that we read",
    410: "the publisher has retired this address",
    429: "the server asks us to come less often",
    451: "blocked for legal reasons",
    500: "the server failed",
    502: "the server's own source failed",
    503: "the server is overloaded or under repair",
    504: "the server's own source did not answer in time",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one poll may cost at most: seconds for the whole exchange, bytes after decompression, redirects; seconds and
    bytes of memory above its start for the parser; entries taken from a document in one poll."""

    timeout_s: float = 20.0
    max_bytes: int = 10_000_000
    max_redirects: int = 5
    parse_timeout_s: float = 10.0
    worker_memory_bytes: int = 400_000_000
    entry_limit: int = 2_000


class Headers:
    """Response headers: names in any case, values as bytes, the first of several."""

    def __init__(self, pairs: Iterable[tuple[bytes, bytes]] = ()) -> None:
        self._values: dict[bytes, bytes] = {}
        for name, value in pairs:
            self._values.setdefault(name.lower(), value)

    def raw(self, name: bytes) -> bytes | None:
        """The value byte for byte; None where the header is absent or empty."""
        return self._values.get(name) or None

    def text(self, name: bytes) -> str:
        """The value as text, one character a byte (RFC 9110 §5.5); "" where absent."""
        return self._values.get(name, b"").decode("latin-1").strip()


@dataclass(frozen=True, slots=True)
class Answer:
    """A usable answer: 304, or a success with a body (decoded, not empty).

    `url` holds no credentials. `cut_off` says that the body stopped before its end; `is_framed` that the exchange
    itself vouches for the end (a length, chunks, a compressed stream that was closed).
    """

    status: int
    url: str
    headers: Headers = Headers()  # noqa: RUF009 - never changed
    moved_to: str | None = None
    body: bytes = field(default=b"", repr=False)
    cut_off: bool = False
    is_framed: bool = True
    hints: Hints = Hints()  # noqa: RUF009 - frozen

    @property
    def etag(self) -> bytes | None:
        """The entity tag as sent, byte for byte; None for one too long to be sent back safely."""
        return _sendable(self.headers.raw(b"etag"))

    @property
    def last_modified(self) -> bytes | None:
        """The date as sent, byte for byte; None for one too long to be sent back safely."""
        return _sendable(self.headers.raw(b"last-modified"))


def _sendable(validator: bytes | None) -> bytes | None:
    """Servers refuse requests with long headers, so that one long validator would make every other poll fail."""
    return None if validator is None or len(validator) > VALIDATOR_BYTES else validator


def hints_of(headers: Headers, now: datetime) -> Hints:
    """How long the answer says it stays fresh (RFC 9111 §5.2.2.1, §5.3): max-age before Expires; None where it says
    nothing, forbids reuse, or has expired already."""
    control = headers.text(b"cache-control").lower()
    if _UNCACHED.search(control):
        return Hints()
    if (found := _MAX_AGE.search(control)) is not None:
        return Hints(max_age_s=float(found[1]) or None)
    expires_at = http_date(headers.text(b"expires"))
    if expires_at is None:
        return Hints()
    left_s = (expires_at - (http_date(headers.text(b"date")) or now)).total_seconds()
    return Hints(max_age_s=left_s if left_s > 0 else None)


def retry_after_s(headers: Headers, now: datetime) -> float | None:
    """Seconds that the server asks us to wait (RFC 9110 §10.2.3: seconds or a date); None where it does not, or is
    past."""
    asked = headers.text(b"retry-after")
    if re.fullmatch(r"[0-9]{1,10}", asked):
        return float(asked)
    at = http_date(asked)
    if at is None or at <= now:
        return None
    return (at - now).total_seconds()


def http_date(text: str) -> datetime | None:
    """An HTTP date (RFC 9110 §5.6.7) as an aware instant; None for anything else, "0" among it."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def check_status(status: int, host: str, headers: Headers, now: datetime) -> None:
    """Raise FetchError unless the status is a success with the whole document (RFC 9110 §15.3)."""
    if status in (200, 203) or (200 < status < 300 and status not in (204, 205, 206)):
        return
    if status in (204, 205):
        raise FetchError(FailureKind.EMPTY_BODY, f"{host} answered {status}: no content.", status=status)
    if status == 206:
        raise FetchError(FailureKind.PROTOCOL, f"{host} answered 206: a part that was not asked for.", status=status)
    words = _STATUS_WORDS.get(status, "this is no success")
    raise FetchError(
        FailureKind.GONE if status == 410 else FailureKind.HTTP,
        f"{host} answered {status}: {words}.",
        is_transient=status == 429 or status >= 500,
        status=status,
        retry_after_s=retry_after_s(headers, now),
    )
