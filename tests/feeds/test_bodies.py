"""Decompression in small pieces, and never beyond the bound."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError
from monitor.feeds.bodies import Decoder, body_hash


def decoded(kind: str, pieces: list[bytes], max_bytes: int = 10_000) -> Decoder:
    decoder = Decoder(kind, max_bytes)
    for piece in pieces:
        decoder.feed(piece)
    return decoder


@given(st.binary(max_size=2_000), st.integers(1, 50), st.sampled_from(["gzip", "deflate", ""]))
def test_a_body_is_the_same_however_it_arrives(body: bytes, size: int, kind: str) -> None:
    packed = {"gzip": gzip.compress, "deflate": zlib.compress}.get(kind, bytes)(body)
    decoder = decoded(kind, [packed[at : at + size] for at in range(0, len(packed), size)])
    assert decoder.result() == body
    assert decoder.is_whole == bool(kind)
    assert not decoder.is_open


def test_a_stream_without_its_end_is_open() -> None:
    decoder = decoded("gzip", [gzip.compress(b"abc" * 100)[:-9]])
    assert (decoder.is_open, decoder.is_whole) == (True, False)


def test_a_body_of_one_byte_is_that_byte() -> None:
    assert decoded("gzip", [b"<"]).result() == b"<"
    assert decoded("gzip", []).result() == b""


def test_the_bound_holds_to_the_byte() -> None:
    assert len(decoded("gzip", [gzip.compress(b"a" * 10_000)]).result()) == 10_000
    with pytest.raises(FetchError, match="10,000 bytes"):
        decoded("gzip", [gzip.compress(b"a" * 10_001)])


def test_different_bodies_have_different_hashes_of_sixteen_bytes() -> None:
    assert len(body_hash(b"")) == 16
    assert body_hash(b"a") != body_hash(b"b")
