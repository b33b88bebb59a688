"""Killed again and again while a feed server publishes: against the truth no item and no alert is missing, and none comes twice
but under the same Message-ID with the same bytes."""

from __future__ import annotations

import email
import email.policy
import os
import re
import socket
import sqlite3
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from tests.conftest import Article, Folder, Inbox, Site, receiving, running, source, until
from tests.desk import sentences

KILLS = int(os.environ.get("MONITOR_TEST_KILLS", "18"))  # fifty and more by hand
WORLDS = 3  # daemons side by side, each killed its share of times
FEEDS = 4
RULES = """
[[rule]]
id = "talks"
name = "Talks"
query = "talks"
alert = ["desk"]
[[rule]]
id = "trade"
name = "Trade"
query = "trade"
alert = ["second"]
"""
MORE = """
[alerts]
max_per_hour = 100000
[channel.desk]
kind = "mail"
to = ["talks@mission.example"]
[channel.second]
kind = "mail"
to = ["trade@mission.example"]
"""


class Publisher:
    """Feeds that get an entry several times a second: each a story of its own, of talks, of trade, of both or of neither."""

    def __init__(self, site: Site) -> None:
        self.site, self.random = site, Random(11)
        self.feeds: dict[int, list[Article]] = defaultdict(list)
        self.titles: list[str] = []
        self.stopping = threading.Event()
        for feed in range(FEEDS):
            site.publish(f"/{feed}")

    def run(self) -> None:
        while not self.stopping.wait(0.15):
            self.publish()

    def publish(self) -> None:
        number, feed = len(self.titles), self.random.randrange(FEEDS)
        words = " and ".join(self.random.choice([["talks"], ["trade"], ["talks", "trade"], ["music"]]))
        title = f"Of {words} {number}"
        name = "".join("abcdefghij"[int(digit)] for digit in str(number))
        text = f"It is about {words}. {sentences(f'q{name}q', 4)}"
        article = Article(title, text, f"https://f{feed}.example/{number}", at=datetime.now(UTC))
        self.feeds[feed].insert(0, article)
        self.titles.append(title)
        self.site.publish(f"/{feed}", *self.feeds[feed])


@contextmanager
def publishing(site: Site) -> Iterator[Publisher]:
    publisher = Publisher(site)
    thread = threading.Thread(target=publisher.run, daemon=True)
    thread.start()
    try:
        yield publisher
    finally:
        publisher.stopping.set()
        thread.join()


def live(folder: Folder, site: Site, random: Random, kills: int) -> None:
    """A daemon started and killed so often; it polls a second after its start, and sends a second later."""
    folder.write(
        sources="".join(source(f"s{feed}", f"{site.url}/{feed}", interval="1s") for feed in range(FEEDS)),
        rules=RULES,
        more=MORE,
        fetch='max_interval = "1s"',
    )
    for _ in range(kills):
        with running(folder) as daemon:
            time.sleep(random.uniform(0.8, 2.4))
            daemon.process.kill()
            daemon.process.wait()


def test_no_kill_loses_or_doubles_an_item_or_an_alert(tmp_path: Path, site: Site) -> None:
    with ExitStack() as stack:
        ports = [free_port() for _ in range(WORLDS)]
        inboxes = [stack.enter_context(receiving(port)) for port in ports]
        folders = [Folder(tmp_path / f"world{port}" / "config", port) for port in ports]
        with publishing(site) as publisher, ThreadPoolExecutor(WORLDS) as pool:
            lives = [
                pool.submit(live, folder, site, Random(number), -(-KILLS // WORLDS))
                for number, folder in enumerate(folders)
            ]
            for done in lives:
                done.result()
        wanted = {
            (f"{word}@mission.example", title)
            for title in publisher.titles
            for word in re.findall("talks|trade", title)
        }
        for folder, inbox in zip(folders, inboxes, strict=True):
            with running(folder) as daemon:
                until(lambda inbox=inbox: set(told(inbox)) >= wanted, 30, "an alert is missing")
                daemon.wait_for("polled", 2 * FEEDS)
            check(folder, inbox, publisher.titles, wanted)


def check(folder: Folder, inbox: Inbox, titles: list[str], wanted: set[tuple[str, str]]) -> None:
    connection = sqlite3.connect(folder.database)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    stored = [row[0] for row in connection.execute("SELECT title FROM item")]
    deliveries = Counter(connection.execute("SELECT recipient, subject FROM delivery").fetchall())
    connection.close()
    assert sorted(stored) == sorted(titles)
    assert set(deliveries.values()) == {1}
    found = told(inbox)
    assert set(found) == wanted
    for mails in found.values():
        assert len(set(mails)) == 1  # Message-ID and bytes


def told(inbox: Inbox) -> dict[tuple[str, str], list[tuple[str, bytes]]]:
    """What the mail server took, by recipient and the title behind the rule's name."""
    found = defaultdict(list)
    for [to], body in list(inbox.mails):
        mail = email.message_from_bytes(body, policy=email.policy.default)
        title = re.sub(r"^\[\w+\] ", "", str(mail["Subject"]))
        found[to, title].append((str(mail["Message-ID"]), body))
    return found


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
