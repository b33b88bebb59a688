"""`scripts/bench alerts`: how long an entry takes from its publication to the mail server, in its parts; and how often spikes are
told in simulated years.

A feed on the loopback is polled every five seconds by `monitor run` and gets entries at random times; a mail server on the
loopback notes when it took each mail. The parts are the times that the store keeps: first sight (the poll), queueing (the same
transaction), and sending. Years are drawn day by day: working days, weekends and sixteen holidays, by chance alone (Poisson) or
in bursts on top of it (a day's mean drawn from a gamma distribution).
"""

from __future__ import annotations

import asyncio
import math
import sqlite3
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from random import Random
from typing import Any

from benches.scene import environment, free_port, monitor
from monitor.alerts.rhythm import DAYS, spike
from monitor.demo.mailbox import Envelope, Mailbox

POLL_S = 5
VOLUMES, WEEKENDS, BURSTS = (15, 30, 100, 300), (0.3, 0.6, 1.0), (0.0, 0.03, 0.08)
HOLIDAYS, YEAR, WEEK, WORKING_DAYS = 16, 365, 7, 5
TRIED_A_YEAR, LEAST_USUAL = 40, 15
MONITOR = """
[store]
path = "data/monitor.db"
[fetch]
interval = "{poll_s}s"
min_interval = "{poll_s}s"
max_interval = "{poll_s}s"
allow_private = ["127.0.0.0/8"]
[mail]
host = "127.0.0.1"
port = {mail_port}
[alerts]
max_per_hour = 100000
[web]
listen = "127.0.0.1:0"
[channel.desk]
kind = "mail"
to = ["desk@mission.example"]
"""
RULE = '[[rule]]\nid = "talks"\nname = "Talks"\nquery = "talks"\nalert = ["desk"]\n'


def measure(entries: int, years: int, seed: int) -> dict[str, Any]:
    """The figures: a JSON object; no entries, or no years, leave their part out."""
    return {
        "latency": asyncio.run(_latency(entries, Random(seed))) if entries else None,
        "spikes": [
            _spikes(volume, weekend, burst, years, Random(seed))
            for burst in BURSTS
            for weekend in WEEKENDS
            for volume in VOLUMES
        ]
        if years
        else [],
    }


# -- latency -------------------------------------------------------------------------------------------------------


class Stamped(Mailbox):
    """A mail server that notes when it took each message, and when it has as many as are `wanted`."""

    def __init__(self, wanted: int) -> None:
        super().__init__()
        self.taken_at: list[float] = []
        self.wanted, self.all_taken = wanted, asyncio.Event()

    def _keep(self, envelope: Envelope, body: bytes | None) -> str:
        self.taken_at.append(time.time())  # noqa: TID251 - the clock that the monitor stamps its items by
        reply = super()._keep(envelope, body)
        if len(self.messages) >= self.wanted:
            self.all_taken.set()
        return reply


@dataclass
class Feed:
    """A feed that grows; `published_at` by title."""

    entries: list[str] = field(default_factory=list)
    published_at: dict[str, float] = field(default_factory=dict)

    def publish(self) -> None:
        now, title = datetime.now(UTC), f"Talks of the day {len(self.entries)}"  # noqa: TID251 - as above
        words = " ".join(f"w{len(self.entries)}x{at}" for at in range(60))
        self.published_at[title] = now.timestamp()
        self.entries.insert(
            0,
            f"<item><title>{title}</title><guid>{title}</guid><description>The talks go on. {words}</description>"
            f"<pubDate>{format_datetime(now)}</pubDate></item>",
        )

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = f'<rss version="2.0"><channel><title>T</title>{"".join(self.entries)}</channel></rss>'.encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()


async def _latency(entries: int, random: Random) -> dict[str, Any]:
    feed, port = Feed(), free_port()
    server = await asyncio.start_server(feed.answer, "127.0.0.1", port)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        async with server, Stamped(entries) as mailbox:
            config = Path(folder) / "config"
            config.mkdir()
            (config / "monitor.toml").write_text(MONITOR.format(poll_s=POLL_S, mail_port=mailbox.port), "utf-8")
            (config / "rules.toml").write_text(RULE, "utf-8")
            (config / "sources.toml").write_text(
                f'[[source]]\nid = "feed"\nurl = "http://127.0.0.1:{port}/"\n', "utf-8"
            )
            process = await asyncio.create_subprocess_exec(
                *monitor(config, "run"), env=environment(), stderr=asyncio.subprocess.DEVNULL
            )
            try:
                await asyncio.sleep(POLL_S)
                for _ in range(entries):
                    await asyncio.sleep(random.uniform(0.5, 3.0))
                    feed.publish()
                async with asyncio.timeout(6 * POLL_S):
                    await mailbox.all_taken.wait()
            finally:
                process.terminate()
                await process.wait()
        return _parts(Path(folder) / "data" / "monitor.db", feed, mailbox.taken_at)


def _parts(database: Path, feed: Feed, taken_at: list[float]) -> dict[str, Any]:
    with sqlite3.connect(database) as store:
        sql = """SELECT title, first_seen_at / 1000.0, queued_at / 1000.0, sent_at / 1000.0 FROM delivery
            JOIN item ON item.id = json_extract(items, '$[0]') ORDER BY sent_at, delivery.id"""
        rows = store.execute(sql).fetchall()
    store.close()
    parts: dict[str, list[float]] = {"until polled": [], "until queued": [], "until at the server": [], "in all": []}
    for (title, seen_at, queued_at, _), at in zip(rows, sorted(taken_at), strict=True):
        published_at = feed.published_at[title]
        parts["until polled"].append(seen_at - published_at)
        parts["until queued"].append(queued_at - seen_at)
        parts["until at the server"].append(at - queued_at)
        parts["in all"].append(at - published_at)
    return {"entries": len(rows), "poll_s": POLL_S, "parts": {name: _spread(found) for name, found in parts.items()}}


def _spread(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        "median_s": round(statistics.median(ordered), 3),
        "p95_s": round(ordered[math.ceil(0.95 * len(ordered)) - 1], 3),
        "worst_s": round(ordered[-1], 3),
    }


# -- spikes --------------------------------------------------------------------------------------------------------


def _spikes(volume: int, weekend: float, burst: float, years: int, random: Random) -> dict[str, Any]:
    false, crowded, found, tried = 0, 0, 0, 0
    for _ in range(years):
        holidays = set(random.sample(range(DAYS, DAYS + YEAR), HOLIDAYS))
        usual = [volume * (1.0 if day % WEEK < WORKING_DAYS else weekend) for day in range(DAYS + YEAR)]
        means = [volume * weekend if day in holidays else mean for day, mean in enumerate(usual)]
        counts = [_drawn(random, mean, burst) for mean in means]
        told = [day for day in range(DAYS, DAYS + YEAR) if spike(counts[day], counts[day - DAYS : day])]
        false += len(told)
        months = [(day - DAYS) * 12 // YEAR for day in told]
        crowded += sum(months.count(month) > 1 for month in set(months))
        telling = [day for day in range(DAYS, DAYS + YEAR) if usual[day] >= LEAST_USUAL]
        for day in random.sample(telling, TRIED_A_YEAR):
            tried += 1
            found += bool(spike(_drawn(random, 3 * usual[day], burst), counts[day - DAYS : day]))
    return {
        "volume": volume,
        "weekend": weekend,
        "burst": burst,
        "false_a_month": round(false / (12 * years), 3),
        "months_with_two": round(crowded / (12 * years), 4),
        "found": round(found / tried, 4),
    }


def _drawn(random: Random, mean: float, burst: float) -> int:
    """A count of that mean: by chance alone, or with `burst` the relative variance of the day's own mean."""
    if burst:
        mean *= random.gammavariate(1 / burst, burst)
    count = 0
    while mean > 0:
        step = min(mean, 50.0)  # what `exp` can hold
        limit, product = math.exp(-step), random.random()
        while product > limit:
            count += 1
            product *= random.random()
        mean -= step
    return count


def tables(figures: dict[str, Any]) -> str:
    """The figures as Markdown."""
    lines: list[str] = []
    if latency := figures["latency"]:
        lines += [f"{latency['entries']} entries, polled every {latency['poll_s']} s", ""]
        lines += ["| from publication | median s | p95 s | worst s |", "|---|---|---|---|"]
        for name, part in latency["parts"].items():
            lines.append(f"| {name} | {part['median_s']:.2f} | {part['p95_s']:.2f} | {part['worst_s']:.2f} |")
        lines.append("")
    if figures["spikes"]:
        lines += ["| a day | weekend | burst | false a month | months with two | tripled days found |"]
        lines += ["|---|---|---|---|---|---|"]
        for row in figures["spikes"]:
            lines.append(
                f"| {row['volume']} | {row['weekend']} | {row['burst']} | {row['false_a_month']:.2f} "
                f"| {row['months_with_two']:.1%} | {row['found']:.1%} |"
            )
    return "\n".join(lines)
