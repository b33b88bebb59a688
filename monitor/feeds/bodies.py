"""Bodies: hashed, and decompressed within a bound, so that a kilobyte on the wire cannot become a gigabyte in
memory."""

from __future__ import annotations

import zlib
from hashlib import blake2b

from monitor.errors import FetchError
from monitor.model import FailureKind

OFFERED = b"gzip, deflate"
_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK_BYTES = 256 * 1024


def body_hash(body: bytes) -> bytes:
    """Sixteen bytes that stand for a body (BLAKE2b, RFC 7693)."""
    return blake2b(body, digest_size=16).digest()


class Decoder:
    """Undoes one Content-Encoding (RFC 9110 §8.4) piece by piece, and never holds more than `max_bytes` of the result.

    gzip, deflate (with or without the zlib frame) and identity. A body that is not compressed although it says so is
    taken as it is: some servers label without compressing. Raises FetchError: `too-large` over the bound, `protocol`
    for an encoding that was not offered or for damaged data.
    """

    def __init__(self, content_encoding: str, max_bytes: int) -> None:
        self._kind = _kind(content_encoding)
        self._max_bytes = max_bytes
        self._inflater: zlib._Decompress | None = None
        self._head = b""
        self._kept = bytearray()  # not a list: a body may come in pieces of one byte, each an object of forty
        self._plain = self._kind == "identity"

    @property
    def is_whole(self) -> bool:
        """Whether a compressed body has reached its own end; False for a plain one, which has no such mark."""
        return self._inflater is not None and self._inflater.eof

    @property
    def is_open(self) -> bool:
        """Whether a compressed body has begun and not reached its own end."""
        return self._inflater is not None and not self._inflater.eof

    def feed(self, raw: bytes) -> None:
        """Take the next bytes from the wire."""
        if self._plain:
            self._keep(raw)
            return
        if self._inflater is None:
            self._head += raw
            if len(self._head) < 2:
                return
            raw, self._head = self._head, b""
            self._inflater = self._begin(raw)
            if self._inflater is None:
                self._plain = True
                self._keep(raw)
                return
        self._inflate(raw)

    def result(self) -> bytes:
        """Everything decoded so far."""
        return bytes(self._kept) + (self._head if self._inflater is None else b"")

    def _begin(self, raw: bytes) -> zlib._Decompress | None:
        if raw.startswith(_GZIP_MAGIC):
            return zlib.decompressobj(wbits=31)
        if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{"):
            return None
        if self._kind == "gzip":
            raise FetchError(FailureKind.PROTOCOL, "The answer says it is compressed (gzip), and is not.")
        # RFC 9110 means the zlib frame (RFC 1950); bare deflate (RFC 1951) is sent as well.
        framed = raw[0] & 0x0F == 8 and (raw[0] * 256 + raw[1]) % 31 == 0
        return zlib.decompressobj(wbits=15 if framed else -15)

    def _inflate(self, raw: bytes) -> None:
        inflater = self._inflater
        while raw and inflater is not None:
            if inflater.eof:
                # A second gzip member continues the body (RFC 1952 §2.2); anything else after the end is padding.
                if not raw.startswith(_GZIP_MAGIC):
                    return
                inflater = self._inflater = zlib.decompressobj(wbits=31)
            try:
                part = inflater.decompress(raw, _CHUNK_BYTES)
            except zlib.error as error:
                raise FetchError(FailureKind.PROTOCOL, "The answer's compression is damaged.") from error
            self._keep(part)
            raw = inflater.unused_data if inflater.eof else inflater.unconsumed_tail

    def _keep(self, part: bytes) -> None:
        if len(self._kept) + len(part) > self._max_bytes:
            raise too_large(self._max_bytes)
        self._kept += part


def _kind(content_encoding: str) -> str:
    named = [part.strip().lower() for part in content_encoding.split(",")]
    named = [part for part in named if part not in ("", "identity", "none", "utf-8")]
    if not named:
        return "identity"
    if named in (["gzip"], ["x-gzip"]):
        return "gzip"
    if named == ["deflate"]:
        return "deflate"
    raise FetchError(
        FailureKind.PROTOCOL, f"The answer is compressed in a way that was not offered ({', '.join(named)[:60]})."
    )


def too_large(max_bytes: int) -> FetchError:
    """The error for an answer over the bound."""
    return FetchError(
        FailureKind.TOO_LARGE, f"The answer is larger than the limit of {max_bytes:,} bytes.", is_transient=False
    )
