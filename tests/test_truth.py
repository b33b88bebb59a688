"""Against a small world whose truth is known: sources that misbehave in many ways, three rounds of news and edits, polled through
the real pipeline over real servers. Nothing is lost, nothing stands twice, nothing is damaged, and edits are versions."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

import pytest

from monitor.feeds.acquire import Acquirer, Limits
from monitor.model import FailureKind, Item, PollRecord, Source, SourceState
from monitor.pipeline import Manners, Pipeline
from monitor.rules import compile_rules
from monitor.store import Store, open_store
from monitor.store.items import Selection

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
WINDOW, ROUNDS = 8, 3
LATIN = (
    "harbour council library minister valley bridge railway teacher orchard festival engineer museum northern annual budget "
    "station farmer clinic language border market winter spring evening concert students water supply repair opened signed "
    "visited planned measured counted promised improved welcomed painted granite copper maple falcon lantern compass ledger"
)
CYRILLIC = (
    "гавань совет библиотека министр долина мост учитель сад праздник инженер музей северный годовой бюджет станция фермер "
    "больница язык граница рынок зима весна вечер концерт студенты вода ремонт открыли подписали посетили измерили обещали "
    "улучшили обсудили гранит медь сокол фонарь компас"
)


@dataclass
class News:
    """An entry as its publisher has it; `served` holds each title and text that a careful reader could get of it, in order."""

    number: int
    title: str
    text: str
    at: datetime
    served: list[tuple[str, str]] = field(default_factory=list)

    def serve(self) -> None:
        if (self.title, self.text) not in self.served[-1:]:
            self.served.append((self.title, self.text))


class Feed:
    """A source of the world: its news, newest first in the document, and the way in which it misbehaves."""

    def __init__(self, id: str, fault: str, seed: int) -> None:
        self.id, self.fault, self.random = id, fault, Random(seed)
        is_cyrillic = fault in ("said utf-8, is windows-1251", "header says latin-1", "utf-16")
        self.words = (CYRILLIC if is_cyrillic else LATIN).split()
        self.news: list[News] = []
        self.asked = 0
        for _ in range(WINDOW):
            self.add(NOW - timedelta(hours=9))

    def add(self, at: datetime) -> None:
        number = len(self.news) + 1
        title = "Daily summary" if self.fault == "one title for all" else f"{self.sentence(5)} {number}"
        self.news.append(News(number, title, f"{self.sentence(24)} {number * 37}.", at + timedelta(minutes=number)))

    def edit(self) -> None:
        """Edit an entry that was there before."""
        news = self.random.choice(self.news[-6:-2])
        if self.fault not in (
            "one title for all",
            "tokens in links and guids",
        ):  # the title is all that tells these apart
            news.title += " (corrected)"
        news.text += f" {self.sentence(6)}."

    def sentence(self, count: int) -> str:
        """Words of two parts, of which there are so many that two texts share few."""
        return " ".join("".join(self.random.sample(self.words, 2)) for _ in range(count)).capitalize()

    def listed(self) -> list[News]:
        listed = self.news[-WINDOW:][::-1]
        if self.fault == "another order each time":
            self.random.shuffle(listed)
        if self.fault == "vanishing and returning" and self.asked % 4 in (2, 3):
            del listed[2:6]
        return listed

    def entry(self, news: News) -> str:
        date = format_datetime(news.at)
        if self.fault == "dates that move":
            date = format_datetime(news.at + timedelta(hours=self.asked))
        elif self.fault == "dates that are none":
            date = "soon"
        address = f"https://{self.id}.example/{news.at:%Y/%m}/story-{news.number}"
        link, guid = self.link(address), self.guid(address, f"{self.id}-{news.number}")
        parts = {"title": news.title, "link": link, "guid": guid, "pubDate": date, "description": news.text}
        return (
            "<item>" + "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts.items() if text) + "</item>\n"
        )

    def link(self, address: str) -> str:
        if self.fault.startswith("tokens in links"):
            return f"{address}?session={self.asked}x{self.random.randrange(10**6)}"
        if self.fault == "one link for all":
            return f"https://{self.id}.example/"
        if self.fault == "tracking in links":
            return f"{address}?utm_source=rss&utm_medium={self.asked}#top"
        return address

    def guid(self, address: str, guid: str) -> str:
        return {
            "fresh guids each time": f"{self.asked}-{guid}",
            "one guid for all": "urn:feed",
            "no guids": "",
            "white space in guids": " " * (self.asked % 3) + guid + "\n" * (self.asked % 2),
            "tokens in links and guids": f"{address}?session={self.asked}x{self.random.randrange(10**6)}",
        }.get(self.fault, guid)

    def document(self, listed: Iterable[News]) -> str:
        entries = "".join(self.entry(news) for news in listed)
        return f'<rss version="2.0"><channel><title>{self.id}</title>\n{entries}</channel></rss>'


def answered(body: bytes, *lines: str, status: str = "200 OK", length: int | None = None) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *lines, "", ""]
    return "\r\n".join(head).encode() + body


def answer(feed: Feed, path: str) -> bytes:
    """What the feed's server says now, noting what of it can be got."""
    feed.asked += 1
    fault = feed.fault
    if fault == "always 500" or (fault == "500 every other time" and feed.asked % 2):
        return answered(b"sorry", status="500 x")
    if fault == "gone":
        return answered(b"", status="410 Gone")
    if fault == "a page" or (fault == "a page now and then" and feed.asked % 2):
        return answered(b"<!doctype html><html><body>One moment</body></html>", "Content-Type: text/html")
    if fault == "moved" and path != "/moved":
        return answered(b"", "Location: /moved", status="301 x")
    if fault == "elsewhere for now" and path != "/moved":
        return answered(b"", "Location: /moved", status="302 x")
    listed = feed.listed()
    text = '<?xml version="1.0" encoding="utf-8"?>\n' + feed.document(listed)
    if fault in ("cut by the connection", "cut by the generator", "cut without a length"):
        kept = len(listed) * 2 // 3
        for news in listed[:kept]:
            news.serve()
        whole = text.encode()
        part = whole[: text.encode().index(feed.entry(listed[kept]).encode()) + 90]
        return {
            "cut by the connection": answered(part, length=len(whole)),
            "cut by the generator": answered(part),
            "cut without a length": b"HTTP/1.0 200 OK\r\n\r\n" + part,
        }[fault]
    for news in listed:
        news.serve()
    return spelt(fault, text)


def spelt(fault: str, text: str) -> bytes:
    """A whole document in the fault's form on the wire."""
    body, lines = text.encode(), ["Content-Type: application/rss+xml"]
    if fault == "said utf-8, is windows-1251":
        body = text.encode("cp1251")
    elif fault == "header says latin-1":
        lines = ["Content-Type: text/xml; charset=iso-8859-1"]
    elif fault == "utf-16":
        body = text.partition("\n")[2].encode("utf-16-le")
    elif fault == "bare ampersands and entities":
        body = text.replace("</title>\n", "</title><copyright>Ink & Paper&nbsp;&copy;</copyright>").encode()
    elif fault == "junk before the start":
        body = b"\xef\xbb\xbf\n\n<!-- served warm -->\n" + body
    elif fault == "junk behind the end":
        body += b"\n<script>count()</script>\n<b>Warning</b>: line 12"
    elif fault == "another type":
        lines = ["Content-Type: application/octet-stream"]
    elif fault == "gzip":
        body, lines = gzip.compress(body), ["Content-Encoding: gzip"]
    elif fault == "validators that lie":
        lines = ['ETag: "always"', "Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT"]
    return answered(body, *lines)


FAULTS = {
    "none": None,
    "gzip": None,
    "fresh guids each time": None,
    "one guid for all": None,
    "no guids": None,
    "white space in guids": None,
    "tokens in links": None,
    "tokens in links and guids": None,
    "tracking in links": None,
    "one link for all": None,
    "one title for all": None,
    "dates that move": None,
    "dates that are none": None,
    "another order each time": None,
    "vanishing and returning": None,
    "said utf-8, is windows-1251": None,
    "header says latin-1": None,
    "utf-16": None,
    "bare ampersands and entities": None,
    "junk before the start": None,
    "junk behind the end": None,
    "another type": None,
    "validators that lie": None,
    "slow": None,
    "moved": None,
    "elsewhere for now": None,
    "500 every other time": FailureKind.HTTP,
    "a page now and then": FailureKind.NOT_A_FEED,
    "cut by the connection": FailureKind.CUT_OFF,
    "cut by the generator": FailureKind.CUT_OFF,
    "cut without a length": FailureKind.CUT_OFF,
    "always 500": FailureKind.HTTP,
    "gone": FailureKind.GONE,
    "a page": FailureKind.NOT_A_FEED,
}
EMPTY = ("always 500", "gone", "a page")


class World:
    """The feeds behind one server each on its own loopback address, so that no host's limit slows the others."""

    def __init__(self, seed: int = 7) -> None:
        self.feeds = {f"s{at}": Feed(f"s{at}", fault, seed * 100 + at) for at, fault in enumerate(FAULTS)}
        self._servers: list[asyncio.Server] = []
        self._ports: dict[str, int] = {}

    async def open(self) -> None:
        for feed in self.feeds.values():
            server = await asyncio.start_server(self._serving(feed), "127.0.0.1", 0)
            self._servers.append(server)
            self._ports[feed.id] = server.sockets[0].getsockname()[1]

    async def aclose(self) -> None:
        for server in self._servers:
            server.close()
            await server.wait_closed()

    def url(self, feed: Feed) -> str:
        return f"http://127.0.0.1:{self._ports[feed.id]}/feed"

    def advance(self, at: datetime) -> None:
        for feed in self.feeds.values():
            feed.add(at)
            feed.add(at)
            feed.edit()

    def _serving(self, feed: Feed) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            request = await reader.readuntil(b"\r\n\r\n")
            if feed.fault == "slow":
                await asyncio.sleep(0.3)
            writer.write(answer(feed, request.split()[1].decode()))
            await writer.drain()
            writer.close()

        return serve


class Desk:
    """The real pipeline over the world, and a clock of its own."""

    def __init__(self, store: Store, acquirer: Acquirer, world: World) -> None:
        self.store, self.world, self.now = store, world, NOW
        manners = Manners(900, 1, 7200, concurrency=8, per_host=2)
        self._pipeline = Pipeline(store, acquirer, compile_rules([], {})[0], manners, lambda: self.now)
        self._sources = [Source(feed.id, world.url(feed), feed.id, feed.id) for feed in world.feeds.values()]
        store.sources.mirror(self._sources)

    async def poll(self) -> dict[str, PollRecord]:
        active = set(self.store.sources.active())
        records = await asyncio.gather(*(self._pipeline.poll(one) for one in self._sources if one.id in active))
        return {record.source_id: record for record in records}

    def items(self, feed: Feed) -> list[Item]:
        return list(self.store.items.select(Selection(source_id=feed.id)))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    world = World()
    await world.open()
    store = open_store(tmp_path / "monitor.db")
    async with Acquirer(Limits(timeout_s=10), allow_private=("127.0.0.0/8",), worker_count=2) as acquirer:
        yield Desk(store, acquirer, world)
    store.close()
    await world.aclose()


async def test_nothing_is_lost_doubled_or_damaged_whatever_sources_do(desk: Desk) -> None:
    feeds = desk.world.feeds.values()
    for _ in range(ROUNDS):
        first, second = await desk.poll(), await desk.poll()
        for feed in feeds:
            check(desk, feed)
            failures = {record.failure for record in (first.get(feed.id), second.get(feed.id)) if record}
            assert FAULTS[feed.fault] in failures or not failures, (feed.fault, failures)
            if not failures - {None} and feed.fault != "vanishing and returning":
                again = second.get(feed.id)
                assert again is None or (again.new_count, again.edited_count) == (0, 0), feed.fault
        desk.now += timedelta(hours=1)
        desk.world.advance(desk.now)
    assert desk.store.items.count() == sum(len(reachable(feed)) for feed in feeds)
    edits = sum(len(news.served) - 1 for feed in feeds for news in reachable(feed))
    assert edits > len(FAULTS)


def check(desk: Desk, feed: Feed) -> None:
    """What is stored of a feed is its truth: each entry that could be got, once; what it was before are versions."""
    items = desk.items(feed)
    stored = sorted(
        [*((version.title, version.text) for version in desk.store.items.versions(item.id)), (item.title, item.text)]
        for item in items
    )
    assert stored == sorted(news.served for news in reachable(feed)), feed.fault
    assert all(item.version == len(desk.store.items.versions(item.id)) + 1 for item in items)
    status = desk.store.sources.status(feed.id)
    assert status is not None
    is_well = feed.fault not in EMPTY and "cut" not in feed.fault and feed.fault != "moved"
    assert (status.state is SourceState.OK) == is_well, (feed.fault, status.state, status.reason)


def reachable(feed: Feed) -> list[News]:
    return [news for news in feed.news if news.served]
