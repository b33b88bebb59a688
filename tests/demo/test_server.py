"""The demonstration's web server, asked over real sockets."""

from __future__ import annotations

import asyncio
import gzip
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest

from monitor.demo.server import Answered, DemoServer
from monitor.demo.world import PAGES, documents

NOW = datetime(2026, 11, 23, 2, 15, tzinfo=UTC)


@pytest.fixture
async def server():
    async with DemoServer(NOW) as server:
        yield server


@pytest.fixture
async def client(server):
    async with httpx.AsyncClient(base_url=server.url, headers={"Accept-Encoding": "identity"}) as client:
        yield client


async def say(server, request):
    reader, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(request)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_every_address_is_published_as_the_world_has_it_in_both_rounds(server, client):
    for round_index in (0, 1):
        for path, document in documents(NOW, round_index).items():
            answer = await client.get(path)
            assert answer.status_code == 200
            assert answer.headers["content-type"] == document.content_type
            assert answer.content == document.body
        await server.advance()


async def test_the_last_round_stays(server, client):
    for _ in range(3):
        await server.advance()
    assert (await client.get("/embassy.xml")).content == documents(NOW, 1)["/embassy.xml"].body


@pytest.mark.parametrize(
    ("path", "offered", "asked"),
    [
        ("/chinese.xml", "ETag", "If-None-Match"),
        ("/tcn/culture.xml", "ETag", "If-None-Match"),
        ("/russian.xml", "Last-Modified", "If-Modified-Since"),
    ],
)
async def test_a_source_that_stands_still_answers_304_in_both_rounds(server, client, path, offered, asked):
    first = await client.get(path)
    for _ in range(2):
        again = await client.get(path, headers={asked: first.headers[offered]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers[offered] == first.headers[offered]
        await server.advance()
    assert server.answered == [Answered("GET", path, 200), Answered("GET", path, 304), Answered("GET", path, 304)]


@pytest.mark.parametrize("path", ["/embassy.xml", "/tcn/national.xml"])
async def test_a_source_with_news_answers_304_only_until_it_has_them(server, client, path):
    first = await client.get(path)
    known = {"If-None-Match": first.headers["ETag"]}
    assert (await client.get(path, headers=known)).status_code == 304
    await server.advance()
    later = await client.get(path, headers=known)
    assert later.status_code == 200
    assert later.headers["ETag"] != first.headers["ETag"]


async def test_a_last_modified_date_moves_with_the_document_and_lies_in_the_past(monkeypatch):
    dated = {path: documents(NOW, 0)[path] for path in ("/russian.xml",)}
    changed = {"/russian.xml": documents(NOW, 1)["/russian.xml"].__class__("x", b"other", "last-modified")}
    monkeypatch.setattr("monitor.demo.server.documents", lambda now, round_index: (dated, changed)[round_index])
    async with DemoServer(NOW) as server, httpx.AsyncClient(base_url=server.url) as client:
        first = (await client.get("/russian.xml")).headers["Last-Modified"]
        await server.advance()
        answer = await client.get("/russian.xml", headers={"If-Modified-Since": first})
    assert answer.content == b"other"
    assert parsedate_to_datetime(first) < parsedate_to_datetime(answer.headers["Last-Modified"]) < NOW


async def test_the_wire_is_compressed_for_who_takes_gzip(server):
    plain = await say(server, b"GET /wire.xml HTTP/1.1\r\nHost: x\r\n\r\n")
    packed = await say(server, b"GET /wire.xml HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip, deflate\r\n\r\n")
    head, _, body = packed.partition(b"\r\n\r\n")
    assert b"Content-Encoding: gzip" in head
    assert b"Content-Encoding" not in plain
    assert gzip.decompress(body) == plain.partition(b"\r\n\r\n")[2] == documents(NOW, 0)["/wire.xml"].body


async def test_a_query_is_passed_over_and_an_unknown_address_is_not_found(client):
    assert (await client.get("/embassy.xml?from=reader")).status_code == 200
    assert (await client.get("/nowhere.xml")).status_code == 404


async def test_head_gives_the_length_and_no_body_and_other_methods_are_refused(client):
    head = await client.head("/embassy.xml")
    assert int(head.headers["content-length"]) == len(documents(NOW, 0)["/embassy.xml"].body)
    assert head.content == b""
    refused = await client.post("/embassy.xml")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("noise", [b"", b"GET /embassy.xml HTTP/1.1\r\nHos", b"x" * 1_100_000])
async def test_a_caller_who_talks_something_else_disturbs_nobody(server, client, noise):
    _, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(noise)
    writer.write_eof()
    assert (await client.get("/embassy.xml")).status_code == 200
    writer.transport.abort()
    assert [each.path for each in server.answered] == ["/embassy.xml"]


async def test_leaving_the_block_ends_open_conversations_and_the_listening():
    async with DemoServer(NOW) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(b"GET /embassy.xml HTTP/1.1\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)
    assert await reader.read() == b""
    writer.close()
    with pytest.raises(OSError, match="Connect"):
        await asyncio.open_connection(server.host, server.port)


async def test_many_callers_are_answered_at_once(server, client):
    answers = await asyncio.gather(*(client.get(path) for path in PAGES for _ in range(3)))
    assert {answer.status_code for answer in answers} == {200}
