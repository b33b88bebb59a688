"""Daemons that live fast and die young: `python fast_daemon.py FOLDER ROUNDS SEED`.

Each round an article comes in and a daemon is started, whose clock runs a thousand times faster than the wall's and goes on
where it stood; it is killed after some tenths of a second, the last one only when it has sent all it had. Everything is
imported once and daemons are forked, so that rounds are short.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor import app, clock, daemon
from monitor.configuration import check_configuration
from monitor.model import Item, Observed, Relation, Wire
from monitor.store import open_store
from monitor.store.deliveries import Deliveries
from monitor.store.editions import Editions

BEGUN = time.time()
FASTER, SLOWER_S = 1000, 0.02
NOON = datetime(2026, 7, 18, 12, tzinfo=UTC)


STOPPED_AT: list[float] = []  # the clock stands still for the last daemon, so that it comes to an end with its work


def fast_now() -> datetime:
    wall = STOPPED_AT[0] if STOPPED_AT else time.time()
    return NOON + timedelta(seconds=(wall - BEGUN) * FASTER)


def keep(database: Path, number: int) -> None:
    """An article, as a poll leaves it."""
    store, now = open_store(database), fast_now()
    title = f"Article {number:03} of the day"
    observed = Observed(None, None, None, None, b"t" * 8, None, title.encode()[:8], (), now)
    item = Item(
        *(
            0,
            "paper",
            "paper",
            title,
            f"https://paper.example/{number}",
            "",
            f"{title}: text.",
            "",
            "en",
            now,
            "",
            now,
            None,
        ),
        *(1, 0, Relation.LEAD, None, Wire()),
    )
    with store.transaction():
        store.items.add(item, observed, (title.lower(), title.lower()), is_backlog=False)
    store.close()


def slowed(method: Callable[..., object]) -> Callable[..., object]:
    """The method of a store, begun a little later: so that kills fall between the steps of what is to be one."""

    def late(*arguments: object) -> object:
        time.sleep(SLOWER_S)
        return method(*arguments)

    return late


def live(folder: Path) -> None:
    """Be a daemon in a process of its own."""
    asyncio.run(daemon.run(folder, {}))


def main() -> None:
    folder, rounds, chance = Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))
    logging.disable(logging.CRITICAL)
    clock.now = app.now = fast_now  # type: ignore[assignment]
    daemon.EDITION_TICK_S = daemon.OUTBOX_TICK_S = 0.02  # type: ignore[assignment]
    for of, names in (
        (Deliveries, ("queue", "sent")),
        (Editions, ("replace", "release", "hold_mails", "withdraw_mails")),
    ):
        for name in names:
            setattr(of, name, slowed(getattr(of, name)))
    database = check_configuration(folder, {}).settings.store.path
    for number in range(rounds):
        keep(database, number)
        child = os.fork()
        if child == 0:
            live(folder)
            os._exit(0)
        time.sleep(chance.uniform(0.05, 0.5))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    STOPPED_AT.append(time.time())
    child = os.fork()
    if child == 0:
        live(folder)
        os._exit(0)
    time.sleep(3)
    os.kill(child, signal.SIGTERM)
    os.waitpid(child, 0)


if __name__ == "__main__":
    main()
