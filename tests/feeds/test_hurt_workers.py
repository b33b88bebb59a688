"""Parsing processes that are killed, stopped, starved, or that babble, seen from a whole poll: the source loses that poll, and
nobody loses anything else. Nothing is left behind, no zombie either."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from monitor.feeds import workers
from monitor.feeds.acquire import Acquirer, Limits
from monitor.feeds.workers import Pool
from monitor.model import Acquired, FailureKind

LOOPBACK = ("127.0.0.0/8",)
DEAR = b"<rss version='2.0'><channel><item><title>" + b"<a>" * 2_000_000 + b"</title></item></channel></rss>"


def children() -> dict[int, str]:
    """Our child processes that are parsing workers, or were: id to state."""
    found = {}
    for task in Path("/proc/self/task").iterdir():
        pids: list[str] = []
        with suppress(OSError):  # a thread that ended since it was listed
            pids = (task / "children").read_text("ascii").split()
        for pid in pids:
            with suppress(OSError):  # gone since it was listed
                status = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
                found[int(pid)] = status.rpartition(")")[2].split()[0]
    return found


@pytest.fixture(autouse=True)
async def nothing_is_left_behind() -> AsyncIterator[None]:
    before = children()
    yield
    assert not children().keys() - before.keys()


@pytest.fixture
async def acquirer() -> AsyncIterator[Acquirer]:
    limits = Limits(timeout_s=5, parse_timeout_s=3, worker_memory_bytes=200_000_000)
    async with Acquirer(limits, allow_private=LOOPBACK, worker_count=2) as one:
        yield one


async def busy_pid(acquirer: Acquirer) -> int:
    """The process that is at a document, once it is well into it."""
    while True:
        await asyncio.sleep(0.02)
        for worker in acquirer._pool._all:
            if worker._is_asked:
                await asyncio.sleep(0.1)
                return worker.pid


def kind(acquired: Acquired) -> FailureKind | None:
    return acquired.failure.kind if acquired.failure else None


async def good_polls(server: Any, acquirer: Acquirer, now: Any, make_rss: Callable[..., bytes]) -> None:
    """Several sources at once, each of which gets its own."""
    for number in range(6):
        server.serve(make_rss(f"s{number}"), f"/{number}")
    jobs = [server.job(f"/{number}", source_id=str(number)) for number in range(6)]
    polls = await asyncio.gather(*(acquirer.acquire(job, now) for job in jobs))
    assert [[entry.title for entry in poll.entries] for poll in polls] == [[f"s{number}"] for number in range(6)]


@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM, signal.SIGSTOP])
async def test_a_worker_hit_in_the_middle_of_a_document_costs_that_poll(
    server: Any, acquirer: Acquirer, now: Any, make_rss: Callable[..., bytes], way: signal.Signals
) -> None:
    server.serve(DEAR, "/dear", "200 OK", 'ETag: "1"')
    job = server.job("/dear", source_id="dear", seen=b"remember", body_hash=b"h" * 16)
    poll = asyncio.create_task(acquirer.acquire(job, now))
    os.kill(await busy_pid(acquirer), way)
    beside = asyncio.create_task(good_polls(server, acquirer, now, make_rss))
    hurt = await poll
    await beside
    assert kind(hurt) is FailureKind.WORKER
    assert (hurt.seen, hurt.body_hash, hurt.etag) == (job.seen, job.body_hash, None)
    server.serve(make_rss("mended"), "/dear")
    assert [entry.title for entry in (await acquirer.acquire(job, now)).entries] == ["mended"]
    await good_polls(server, acquirer, now, make_rss)


async def test_workers_killed_at_rest_are_replaced(
    server: Any, acquirer: Acquirer, now: Any, make_rss: Callable[..., bytes]
) -> None:
    await good_polls(server, acquirer, now, make_rss)
    old = {worker.pid for worker in acquirer._pool._all}
    for pid in old:
        os.kill(pid, signal.SIGKILL)
    while any(worker.is_alive for worker in acquirer._pool._all):
        await asyncio.sleep(0.01)
    await good_polls(server, acquirer, now, make_rss)
    assert not old & children().keys()
    assert "Z" not in children().values()


async def test_a_worker_killed_the_moment_before_it_is_asked_costs_one_poll_at_most(
    server: Any, acquirer: Acquirer, now: Any, make_rss: Callable[..., bytes]
) -> None:
    server.serve(make_rss("one"))
    await acquirer.acquire(server.job(), now)
    (resting,) = acquirer._pool._all
    os.kill(resting.pid, signal.SIGKILL)
    first = await acquirer.acquire(server.job(), now)
    assert kind(first) in (None, FailureKind.WORKER)
    assert kind(await acquirer.acquire(server.job(), now)) is None


async def test_a_worker_stopped_at_rest_is_given_up_at_the_deadline_and_ended(
    server: Any, acquirer: Acquirer, now: Any, make_rss: Callable[..., bytes]
) -> None:
    server.serve(make_rss("one"))
    await acquirer.acquire(server.job(), now)
    (resting,) = acquirer._pool._all
    os.kill(resting.pid, signal.SIGSTOP)
    hurt = await acquirer.acquire(server.job(), now)
    assert kind(hurt) is FailureKind.WORKER
    assert resting.pid not in children()
    assert kind(await acquirer.acquire(server.job(), now)) is None


async def test_a_document_that_starves_its_worker_costs_that_poll(
    server: Any, now: Any, make_rss: Callable[..., bytes]
) -> None:
    starved = Limits(worker_memory_bytes=25_000_000)
    async with Acquirer(starved, allow_private=LOOPBACK, worker_count=2) as acquirer:
        server.serve(
            b"<rss version='2.0'><channel><item><title>" + b"&lt;a " * 1_500_000 + b"</title></item></channel></rss>"
        )
        assert kind(await acquirer.acquire(server.job(), now)) is FailureKind.WORKER
        await good_polls(server, acquirer, now, make_rss)


def posing(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> None:
    """Let workers run `code`, which may use the real worker module as `worker`, in place of their own."""
    script = folder / "python"
    prelude = "import os, sys, time; from monitor.feeds import worker"
    path = folder / "code.py"
    path.write_text(f"{prelude}\n{code}\n", "utf-8")
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{path}" "$4"\n', "utf-8")
    script.chmod(0o755)
    monkeypatch.setattr(workers.sys, "executable", str(script))


BABBLE = """
real = worker.answer
def answer(request, document):
    for _ in range(400):
        os.write(1, b'stdout ' * 1000)
        os.write(2, b'stderr ' * 1000)
    return real(request, document)
worker.answer = answer
worker.worker_main(int(sys.argv[1]))
"""


async def test_a_worker_that_babbles_is_heard_out_and_its_answer_taken(
    server: Any,
    acquirer: Acquirer,
    now: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    make_rss: Callable[..., bytes],
) -> None:
    posing(monkeypatch, tmp_path, BABBLE)
    server.serve(make_rss("one"))
    for _ in range(2):
        assert [entry.title for entry in (await acquirer.acquire(server.job(), now)).entries] == ["one"]


READY = "send = lambda raw: (os.write(1, raw), sys.stdin.buffer.read(9))\nsend(b'\\0\\0\\0\\2\\0\\0\\0\\0{}')\n"


@pytest.mark.parametrize(
    "code",
    [
        "sys.exit(3)",
        "os.kill(os.getpid(), 9)",
        "os.write(1, b'hello there, this is no frame')",
        "os.write(1, b'\\xff' * 8)",
        "os.write(1, b'\\0\\0\\0\\2\\0\\0\\0\\0{'); sys.exit()",
        READY + "sys.exit()",
        READY + "os.write(1, b'\\xff' * 100000)",
        READY + "os.write(1, b'\\0\\0\\0\\4\\0\\0\\0\\0nope')",
        READY + "os.write(1, b'\\0\\0\\0\\2\\0\\0\\0\\0{}'); time.sleep(9)",
        READY + "os.write(1, b'\\0\\0\\0\\4\\0\\0\\0\\0null')",
        READY + "os.write(1, b'\\0\\0\\0\\x10\\0\\0\\0\\0{\"parsed\": null}'); time.sleep(9)",
        READY + "os.write(1, b'\\0\\0\\0\\x0f\\0\\0\\0\\0{\"refused\": []}'); time.sleep(9)",
        READY + "os.write(1, b'\\0\\0\\0\\x08\\0\\0\\0\\0[[[[[[[[')",
        READY + "os.write(1, b'\\0\\0\\0\\x09\\0\\0\\0\\0'); time.sleep(30)",
    ],
)
async def test_a_worker_that_dies_at_its_start_or_talks_nonsense_costs_that_poll(
    server: Any, now: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make_rss: Callable[..., bytes], code: str
) -> None:
    limits = Limits(timeout_s=5, parse_timeout_s=1)
    async with Acquirer(limits, allow_private=LOOPBACK) as acquirer:
        server.serve(make_rss("one"))
        with monkeypatch.context() as posed:
            posing(posed, tmp_path, code)
            hurt = await acquirer.acquire(server.job(), now)
        assert kind(hurt) is FailureKind.WORKER
        assert kind(await acquirer.acquire(server.job(), now)) is None


async def test_an_answer_nested_beyond_reading_costs_that_poll(
    server: Any, now: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make_rss: Callable[..., bytes]
) -> None:
    async with Acquirer(Limits(parse_timeout_s=1), allow_private=LOOPBACK) as acquirer:
        server.serve(make_rss("one"))
        with monkeypatch.context() as posed:
            posing(
                posed, tmp_path, READY + "os.write(1, (100000).to_bytes(4) + bytes(4) + b'[' * 100000); time.sleep(9)"
            )
            assert kind(await acquirer.acquire(server.job(), now)) is FailureKind.WORKER
        assert kind(await acquirer.acquire(server.job(), now)) is None


async def test_workers_are_renewed_after_their_share_and_no_process_lingers(
    server: Any, acquirer: Acquirer, now: Any, make_rss: Callable[..., bytes]
) -> None:
    acquirer._reader._pool = acquirer._pool = Pool(1, 200_000_000, tasks_before_recycling=3)
    seen = set()
    for number in range(9):
        server.serve(make_rss(f"t{number}"))
        assert kind(await acquirer.acquire(server.job(), now)) is None
        seen |= {worker.pid for worker in acquirer._pool._all}
        assert len(acquirer._pool._all) <= 1
    assert len(seen) == 3
    assert not seen & children().keys()


async def test_a_zombie_would_be_noticed() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    while children().get(pid) != "Z":
        pass
    os.waitpid(pid, 0)
    assert pid not in children()
