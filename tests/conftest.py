"""What tests of several rooms share: a web site on the loopback, a mail server, a configuration folder, feeds in few words."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from aiosmtpd.controller import Controller

LONG = (
    "The two sides met on Monday and agreed to open a joint reading room in the city library before the end of the year, "
    "with books in both languages and lessons for beginners on two evenings a week."
)


AN_HOUR_AGO = datetime.now(UTC) - timedelta(
    hours=1
)  # one instant for all, so that an article written twice is the same


@dataclass
class Article:
    """An RSS item in few words; None leaves its element out."""

    title: str | None
    text: str | None = LONG
    link: str | None = None
    guid: str | None = None
    at: datetime | None = None

    def __post_init__(self) -> None:
        if self.at is None:
            self.at = AN_HOUR_AGO

    def xml(self) -> str:
        parts = {
            "title": self.title,
            "link": self.link,
            "guid": self.guid,
            "description": self.text,
            "pubDate": format_datetime(self.at) if self.at else None,
        }
        return (
            "<item>"
            + "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts.items() if text is not None)
            + "</item>"
        )


def rss(*articles: Article, title: str = "A feed") -> bytes:
    items = "\n".join(article.xml() for article in articles)
    head = f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>{title}</title><link>https://site.example/</link>'
    return f"{head}\n{items}\n</channel></rss>\n".encode()


@dataclass
class Page:
    body: bytes
    content_type: str = "application/rss+xml"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Site:
    """Pages by path at `url`; a path that is missing answers 404. `asked` lists (path, headers) in order."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, dict(self.headers.items())))
                page = site.pages.get(self.path, Page(b"nothing here", "text/plain", 404))
                etag = page.headers.get("ETag")
                status = 304 if etag and self.headers.get("If-None-Match") == etag else page.status
                self.send_response(status)
                for name, value in page.headers.items():
                    self.send_header(name, value)
                if status != 304:
                    self.send_header("Content-Type", page.content_type)
                    self.send_header("Content-Length", str(len(page.body)))
                self.end_headers()
                if status != 304:
                    self.wfile.write(page.body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def publish(self, path: str, *articles: Article, **headers: str) -> str:
        self.pages[path] = Page(rss(*articles), headers=headers)
        return self.url + path

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    opened = Site()
    yield opened
    opened.close()


class Inbox:
    """What the mail server took: (recipients, bytes). While `answer` is set, it is the reply to every message."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], bytes]] = []
        self.answer = ""

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        if self.answer:
            return self.answer
        self.mails.append((list(envelope.rcpt_tos), envelope.content))
        return "250 kept"


@pytest.fixture
def inbox(free_port: int) -> Iterator[Inbox]:
    with receiving(free_port) as box:
        yield box


@contextmanager
def receiving(port: int) -> Iterator[Inbox]:
    """A mail server on `port` for as long as it is held."""
    box = Inbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@dataclass
class Folder:
    """A configuration folder on the loopback; `run` calls `monitor` as its user would."""

    path: Path
    mail_port: int

    def write(self, *, sources: str = "", rules: str = "", digests: str = "", fetch: str = "", more: str = "") -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        monitor = f"""
[store]
path = "data/monitor.db"
[fetch]
interval = "1h"
min_interval = "1s"
allow_private = ["127.0.0.0/8"]
{fetch}
[mail]
host = "127.0.0.1"
port = {self.mail_port}
from = "Monitor <monitor@mission.example>"
[web]
listen = "127.0.0.1:0"
{more}"""
        for name, text in {"monitor": monitor, "sources": sources, "rules": rules, "digests": digests}.items():
            (self.path / f"{name}.toml").write_text(text, "utf-8")

    @property
    def database(self) -> Path:
        return self.path.parent / "data" / "monitor.db"

    def run(
        self, *arguments: str, stdin: str = "", env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "monitor", "-c", str(self.path), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, **(env or {})},
        )

    def objects(self, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
        done = self.run(*arguments, "--json")
        assert done.returncode == code, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


@dataclass
class Running:
    """`monitor run` in a process of its own."""

    process: subprocess.Popen[bytes]
    log_file: Path

    def log(self) -> list[dict[str, Any]]:
        """Its log so far, a record a line."""
        return [json.loads(line) for line in self.log_file.read_text("utf-8").splitlines() if line.startswith("{")]

    def events(self, event: str) -> list[dict[str, Any]]:
        return [record for record in self.log() if record["event"] == event]

    def wait_for(self, event: str, count: int = 1, within_s: float = 20.0) -> dict[str, Any]:
        """The `count`th record of this event, as soon as it is there."""
        until(lambda: len(self.events(event)) >= count or self.process.poll() is not None, within_s, self.log_file)
        found = self.events(event)
        assert len(found) >= count, f"it ended with {self.process.returncode}: {self.log_file.read_text('utf-8')}"
        return found[count - 1]

    @property
    def url(self) -> str:
        url: str = self.wait_for("serving")["url"]
        return url.removesuffix("/")

    def stop(self) -> float:
        """End it as a supervisor would; returns the seconds that it took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return time.monotonic() - begun


def until(is_so: Callable[[], object], within_s: float = 20.0, shown: object = "") -> None:
    """Wait until something is so; fails when it is not in time."""
    deadline = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > deadline:
            told = shown.read_text("utf-8") if isinstance(shown, Path) else shown
            pytest.fail(f"not so within {within_s} s: {told}")
        time.sleep(0.05)


@contextmanager
def running(folder: Folder, **popen: Any) -> Iterator[Running]:
    """The daemon on a folder, once it runs; killed at the end where it still does."""
    log_file = folder.path.parent / f"daemon-{len(list(folder.path.parent.glob('daemon-*')))}.log"
    with log_file.open("wb") as log:
        arguments = [sys.executable, "-m", "monitor", "-c", str(folder.path), "run"]
        process = subprocess.Popen(arguments, stdout=log, stderr=log, start_new_session=True, **popen)
    daemon = Running(process, log_file)
    try:
        daemon.wait_for("running")
        yield daemon
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise


@dataclass
class Silent:
    """A server that takes connections and says nothing; `callers` are those it holds."""

    port: int
    callers: list[socket.socket] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/feed"


@contextmanager
def hanging() -> Iterator[Silent]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        silent = Silent(listening.getsockname()[1])

        def accept() -> None:
            while True:
                try:
                    silent.callers.append(listening.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield silent
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()
            for caller in silent.callers:
                caller.close()


@pytest.fixture
def folder(tmp_path: Path, free_port: int) -> Folder:
    return Folder(tmp_path / "config", free_port)


def source(id: str, url: str, **keys: Any) -> str:
    """A `[[source]]` table as TOML."""
    lines = [
        f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in {"id": id, "url": url, **keys}.items()
    ]
    return "\n".join(["[[source]]", *lines, ""])


@pytest.fixture
def make_source() -> Callable[..., str]:
    return source
