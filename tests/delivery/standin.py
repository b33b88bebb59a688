"""A service on the loopback that speaks HTTP as far as a webhook needs, and judges what it gets as its vendor says it would."""

from __future__ import annotations

import asyncio
import base64
import hmac
import html.parser
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Got:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        loaded = json.loads(self.body)
        assert isinstance(loaded, dict)
        return loaded


@dataclass
class Reply:
    status: int = 200
    body: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    drops: bool = False  # closes the connection without a word


Judge = Callable[[Got], Reply]


@dataclass
class StandIn:
    """`replies` go out first, in order; then whatever `judge` says."""

    port: int = 0
    judge: Judge = lambda _: Reply()
    replies: list[Reply] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            got = Got(method, path, headers, await reader.readexactly(int(headers.get("content-length", 0))))
            self.got.append(got)
            self.asked.set()
            reply = self.replies.pop(0) if self.replies else self.judge(got)
            if reply.hangs:
                await asyncio.sleep(3600)
            if not reply.drops:
                lines = [f"HTTP/1.1 {reply.status} X", f"Content-Length: {len(reply.body)}", "Connection: close"]
                lines += [f"{name}: {value}" for name, value in reply.headers.items()]
                writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + reply.body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(answer: Answer, limit: int) -> AsyncIterator[int]:
    """A server on the loopback that answers each connection so, with lines of `limit` bytes at most; yields its port."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await answer(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=limit)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)


@asynccontextmanager
async def standing_in(judge: Judge = lambda _: Reply()) -> AsyncIterator[StandIn]:
    service = StandIn(judge=judge)
    async with listening(service.answer, 1_000_000) as service.port:
        yield service


# -- what vendors ask for ----------------------------------------------------------------------------


def is_signed(got: Got, secret: str, now_s: float) -> bool:
    """Verification as Standard Webhooks describes it: id, time within five minutes, one signature of the list."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    sent_id, at = got.headers["webhook-id"], got.headers["webhook-timestamp"]
    if "." in sent_id or not at.isdecimal() or abs(now_s - int(at)) > 300:
        return False
    expected = base64.b64encode(hmac.digest(key, f"{sent_id}.{at}.".encode() + got.body, "sha256")).decode()
    return f"v1,{expected}" in got.headers["webhook-signature"].split(" ")


def slack(got: Got) -> Reply:
    told = got.document
    blocks = told.get("blocks", [])
    sizes = [len(block["text"]["text"]) for block in blocks]
    if not told.get("text") or not 0 < len(blocks) <= 50 or max(sizes) > 3000 or sum(sizes) > 13_200:
        return Reply(400, b"invalid_blocks")
    if any(block["type"] != "section" or block["text"]["type"] != "mrkdwn" for block in blocks):
        return Reply(400, b"invalid_blocks")
    if any(re.search(r"&(?!amp;|lt;|gt;)", block["text"]["text"]) for block in blocks):
        return Reply(400, b"invalid_payload")
    return Reply()


def mattermost(got: Got) -> Reply:
    text = got.document.get("text", "")
    if not text or len(text) > 16_383:
        return Reply(400, json.dumps({"id": "web.incoming_webhook.text.app_error", "message": "bad text"}).encode())
    return Reply()


def teams(got: Got) -> Reply:
    [attachment] = got.document["attachments"]
    card = attachment["content"]
    is_card = attachment["contentType"] == "application/vnd.microsoft.card.adaptive" and card["type"] == "AdaptiveCard"
    if len(got.body) > 28_000:
        return Reply(413)
    if not is_card or got.document["type"] != "message" or "charset=utf-8" not in got.headers["content-type"]:
        return Reply(400, b'{"error":{"code":"TriggerInputSchemaMismatch"}}')
    return Reply(202, b"")


def ntfy(token: str) -> Judge:
    def judge(got: Got) -> Reply:
        if token and got.headers.get("authorization") != f"Bearer {token}":
            return Reply(403, b'{"code":40301,"http":403,"error":"forbidden"}')
        told = got.document
        if got.path != "/" or not re.fullmatch(r"[-_A-Za-z0-9]{1,64}", told.get("topic", "")):
            return Reply(400, b'{"code":40009,"http":400,"error":"invalid topic"}')
        if len(got.body) > 8192 or len(told["message"].encode()) > 4096:
            return Reply(413, b'{"code":41301,"http":413,"error":"too large"}')
        if told["priority"] not in range(1, 6) or not all(isinstance(tag, str) for tag in told["tags"]):
            return Reply(400, b'{"code":40007,"http":400,"error":"invalid priority"}')
        return Reply(200, b'{"id":"x","event":"message"}')

    return judge


class _Tags(html.parser.HTMLParser):
    """Telegram's HTML: a few elements, properly nested."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text, self.count, self.is_wrong = "", 0, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.count += 1
        self.is_wrong |= tag not in {"a", "b"} or (tag == "b" and bool(attrs))

    def handle_endtag(self, tag: str) -> None:
        self.is_wrong |= not self.open or self.open.pop() != tag

    def handle_data(self, data: str) -> None:
        self.text += data


def telegram(token: str) -> Judge:
    def judge(got: Got) -> Reply:
        if got.path != f"/bot{token}/sendMessage":
            return Reply(404, b'{"ok":false,"error_code":404,"description":"Not Found"}')
        told = got.document
        tags = _Tags()
        tags.feed(told["text"])
        tags.close()
        if told["chat_id"] != "-1001" or told["parse_mode"] != "HTML" or tags.is_wrong or tags.open:
            return Reply(400, b'{"ok":false,"error_code":400,"description":"Bad Request: can\'t parse entities"}')
        if not 0 < len(tags.text.encode("utf-16-le")) // 2 <= 4096 or tags.count > 100:
            return Reply(400, b'{"ok":false,"error_code":400,"description":"Bad Request: message is too long"}')
        return Reply(200, b'{"ok":true,"result":{}}')

    return judge
