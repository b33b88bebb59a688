"""Real processes: one that dies, hangs or eats memory costs its own document only."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

import pytest

from monitor.errors import ParseError
from monitor.feeds import workers
from monitor.feeds.messages import Request, parsed_from
from monitor.feeds.workers import Pool, Worker
from monitor.model import FailureKind

MEMORY_BYTES = 300_000_000
GOOD = b"<rss version='2.0'><channel><item><title>Good</title></item></channel></rss>"


def request(**changes: Any) -> dict[str, Any]:
    whole = asdict(Request("xml", "http://feeds.example/f.xml", "utf-8", "2026-11-23T08:00:00+00:00"))
    return whole | changes


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    running = Pool(2, MEMORY_BYTES)
    yield running
    await running.aclose()


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    running = await Worker.start(MEMORY_BYTES)
    yield running
    await running.aclose()


async def titles(pool: Pool) -> list[str]:
    return [entry.title for entry in parsed_from(await pool.ask(request(), GOOD)).entries]


async def test_a_document_is_read_in_another_process(pool: Pool) -> None:
    assert await titles(pool) == ["Good"]


async def test_several_documents_are_read_at_a_time_and_none_is_mixed_up(pool: Pool) -> None:
    asked = [pool.ask(request(), GOOD.replace(b"Good", b"G%d" % number)) for number in range(20)]
    answers = await asyncio.gather(*asked)
    assert [parsed_from(answer).entries[0].title for answer in answers] == [f"G{number}" for number in range(20)]


async def test_a_worker_that_is_killed_fails_its_document_and_is_replaced(pool: Pool, worker: Worker) -> None:
    asked = asyncio.create_task(worker.ask(request(), b"<rss>" + b"<a>" * 3_000_000))
    await asyncio.sleep(0.05)
    os.kill(worker.pid, signal.SIGKILL)
    with pytest.raises(ParseError) as caught:
        await asked
    assert caught.value.reason == FailureKind.WORKER
    assert await titles(pool) == ["Good"]


async def test_a_worker_that_died_at_rest_is_not_asked_again(pool: Pool) -> None:
    assert await titles(pool) == ["Good"]
    (resting,) = pool._idle
    os.kill(resting.pid, signal.SIGKILL)
    await resting._process.wait()
    assert await titles(pool) == ["Good"]


async def test_a_document_that_takes_too_long_is_given_up_and_the_next_one_read(pool: Pool) -> None:
    with pytest.raises(ParseError, match=r"within 0\.3 seconds"):
        await pool.ask(request(deadline_s=0.3), b"<rss version='2.0'>" + b"<a>" * 3_000_000)
    assert await titles(pool) == ["Good"]


async def test_a_document_that_asks_for_too_much_memory_is_given_up_and_the_next_one_read() -> None:
    small = Pool(1, 30_000_000)
    try:
        with pytest.raises(ParseError, match="memory") as caught:
            await small.ask(request(), b"<rss version='2.0'><channel><item><title>" + b"&lt;a " * 6_000_000)
        assert caught.value.reason == FailureKind.WORKER
        assert await titles(small) == ["Good"]
    finally:
        await small.aclose()


async def test_a_worker_is_replaced_after_its_share_of_documents() -> None:
    pool = Pool(1, MEMORY_BYTES, tasks_before_recycling=2)
    try:
        pids = []
        for _ in range(4):
            await titles(pool)
            pids += [one.pid for one in pool._idle]
        assert len(pids) == len(set(pids)) == 2
    finally:
        await pool.aclose()


async def test_an_answer_without_sense_or_bounds_is_no_answer(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "ANSWER_LIMIT_BYTES", 10)
    with pytest.raises(ParseError) as caught:
        await worker.ask(request(), GOOD)
    assert caught.value.reason == FailureKind.WORKER


async def test_what_a_worker_complains_of_is_logged_briefly(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        worker = await Worker.start(MEMORY_BYTES)
        with pytest.raises(ParseError):
            await worker.ask({"deadline_s": 5, "surprise": "x" * 5_000}, GOOD)
        await worker.aclose()
    assert "unexpected keyword argument" in caplog.text
    assert len(caplog.text) < 3_000


async def test_a_worker_ends_when_its_input_does(worker: Worker) -> None:
    assert worker._process.stdin is not None
    worker._process.stdin.close()
    assert await asyncio.wait_for(worker._process.wait(), 5) == 0


async def test_a_worker_stays_in_our_process_group_and_holds_no_file_of_ours(worker: Worker) -> None:
    assert os.getpgid(worker.pid) == os.getpgid(0)
    opened = os.listdir(f"/proc/{worker.pid}/fd")
    assert len(opened) <= 4


async def test_a_worker_sees_no_secret_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_MAIL__PASSWORD", "s3cret")
    worker = await Worker.start(MEMORY_BYTES)
    with open(f"/proc/{worker.pid}/environ", "rb") as environ:
        assert b"s3cret" not in environ.read()
    await worker.aclose()


async def test_a_closed_pool_reads_nothing_and_says_so(pool: Pool) -> None:
    await titles(pool)
    await pool.aclose()
    with pytest.raises(ParseError, match="stopping"):
        await pool.ask(request(), GOOD)


async def test_closing_ends_a_worker_in_the_middle_of_its_document(pool: Pool) -> None:
    asked = asyncio.create_task(pool.ask(request(), b"<rss version='2.0'>" + b"<a>" * 3_000_000))
    while not pool._all:
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
    async with asyncio.timeout(1.5):  # at once, not only when its input has been closed for a while
        await pool.aclose()
    with pytest.raises(ParseError):
        await asked


async def test_a_cancelled_request_takes_its_worker_with_it(pool: Pool) -> None:
    asked = asyncio.create_task(pool.ask(request(), b"<rss version='2.0'>" + b"<a>" * 3_000_000))
    while not pool._all:
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert pool._all == set()
    assert await titles(pool) == ["Good"]


async def test_a_machine_that_cannot_start_a_worker_is_told_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers.sys, "executable", "/nonexistent/python")
    with pytest.raises(ParseError, match="No parsing process can be started"):
        await Worker.start(MEMORY_BYTES)


async def test_a_worker_that_does_not_come_up_is_told_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers.sys, "executable", "/bin/false")
    with pytest.raises(ParseError, match="did not start"):
        await Worker.start(MEMORY_BYTES)
