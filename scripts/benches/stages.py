"""Where the CPU goes, stage by stage: one source after the other in this process, the product's own parts timed from outside.

With one poll at a time, all CPU that this process takes while a stage is awaited is that stage's, the loop's share included;
what the parsing process takes is read from /proc in hundredths of a second, so few sources give a coarse figure.
"""

from __future__ import annotations

import asyncio
import functools
import os
import resource
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benches import meter
from benches.passes import PASSES
from benches.scene import Served, write_folder
from monitor.app import open_parts
from monitor.configuration import check_configuration
from monitor.feeds.acquire import Acquirer
from monitor.feeds.fetch import Fetcher
from monitor.feeds.workers import Pool
from monitor.pipeline import Pipeline
from monitor.store.connection import Connection

STAGES = ("fetch", "gate", "pipe to the worker", "parse (worker)", "take in", "commit", "rest")


class Clock:
    """CPU seconds by stage; a stage inside another is taken off the outer one."""

    def __init__(self) -> None:
        self.spent_s = dict.fromkeys(STAGES, 0.0)
        self._inner: list[float] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.process_time()
        self._inner.append(0.0)
        try:
            yield
        finally:
            took = time.process_time() - began
            self.spent_s[name] += took - self._inner.pop()
            if self._inner:
                self._inner[-1] += took

    def awaiting(self, name: str, original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        @functools.wraps(original)
        async def timed(*args: Any, **options: Any) -> Any:
            with self.stage(name):
                return await original(*args, **options)

        return timed

    def calling(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def timed(*args: Any, **options: Any) -> Any:
            with self.stage(name):
                return original(*args, **options)

        return timed

    def committing(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def timed(connection: Connection, sql: str, *parameters: Any) -> Any:
            if sql != "COMMIT":
                return original(connection, sql, *parameters)
            with self.stage("commit"):
                return original(connection, sql, *parameters)

        return timed


def measure(work: Path, served: Served) -> dict[str, dict[str, float]]:
    """Milliseconds of CPU a source, by pass and stage."""
    write_folder(work / "config", served.urls)
    return asyncio.run(_measure(work / "config", served))


async def _measure(folder: Path, served: Served) -> dict[str, dict[str, float]]:
    configuration = check_configuration(folder, {})
    found = {}
    async with open_parts(configuration) as parts:
        for one in PASSES:
            one.prepare(served)
            clock, workers_s = Clock(), _children_s()
            began = time.process_time()
            with (
                patch.object(Fetcher, "fetch", clock.awaiting("fetch", Fetcher.fetch)),
                patch.object(Pool, "ask", clock.awaiting("pipe to the worker", Pool.ask)),
                patch.object(Acquirer, "acquire", clock.awaiting("gate", Acquirer.acquire)),
                patch.object(Pipeline, "take_in", clock.calling("take in", Pipeline.take_in)),
                patch.object(Connection, "execute", clock.committing(Connection.execute)),
            ):
                for source in configuration.settings.sources:
                    await parts.pipeline.poll(source)
            clock.spent_s["rest"] = time.process_time() - began - sum(clock.spent_s.values())
            clock.spent_s["parse (worker)"] = _children_s() - workers_s
            found[one.name] = {name: spent_s * 1000 / served.count for name, spent_s in clock.spent_s.items()}
    return found


def _children_s() -> float:
    """CPU of the worker processes so far, those that ended included."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    alive = sum(meter.cpu_s(pid) for pid in meter.tree(os.getpid())[1:])
    return ended.ru_utime + ended.ru_stime + alive
