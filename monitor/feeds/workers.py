"""A small pool of parsing processes, each with private pipes: what a document does to its worker stays with that
document.

A worker is asked one thing at a time: a frame with a JSON object and the document, answered by a frame with a JSON
object. One that is late, dies or talks nonsense is killed and replaced; its document fails, and is not tried again.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import struct
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from monitor.errors import ParseError
from monitor.model import FailureKind

log = logging.getLogger(__name__)

FRAME = struct.Struct(">II")  # bytes of the JSON object, bytes of the document after it
ANSWER_LIMIT_BYTES = 64_000_000
START_LIMIT_S = 20.0
CLOSE_LIMIT_S = 2.0
TASKS_BEFORE_RECYCLING = 5_000  # to start one takes as long as three hundred small documents
_STDERR_BYTES = 2_000
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_", "TZ", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV", "PYTHON", "COVERAGE")


class Pool:
    """Up to `worker_count` workers, started when first needed, each allowed `memory_bytes` above what it starts
    with."""

    def __init__(
        self, worker_count: int, memory_bytes: int, *, tasks_before_recycling: int = TASKS_BEFORE_RECYCLING
    ) -> None:
        self._memory_bytes = memory_bytes
        self._tasks_before_recycling = tasks_before_recycling
        self._free = asyncio.Semaphore(worker_count)
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._closed = False

    async def ask(
        self, request: dict[str, Any], document: bytes, understand: Callable[[Any], Any] = lambda answer: answer
    ) -> Any:
        """What `understand` makes of the worker's answer to a request that has a `deadline_s`; waits for a free worker first.

        Raises ParseError (reason `worker`) where the worker was late, died or gave no answer, or the pool is closed; and what
        `understand` raises. A worker whose answer it does not understand (ParseError, reason `worker`) is not asked again.
        """
        async with self._free:
            worker, is_sound = await self._take(), False
            try:
                answer = await worker.ask(request, document)
                is_sound = True
                return understand(answer)
            except ParseError as error:
                is_sound = error.reason != FailureKind.WORKER
                raise
            finally:
                if is_sound and not self._closed and worker.task_count < self._tasks_before_recycling:
                    self._idle.append(worker)
                else:
                    await self._drop(worker)

    async def aclose(self) -> None:
        """End all workers: those at rest by closing their input, the others by a kill."""
        self._closed = True
        self._idle.clear()
        await asyncio.gather(*(worker.aclose() for worker in list(self._all)))
        self._all.clear()

    async def _take(self) -> Worker:
        if self._closed:
            raise ParseError(FailureKind.WORKER, "The monitor is stopping.")
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                return worker
            await self._drop(worker)
        worker = await Worker.start(self._memory_bytes)
        self._all.add(worker)
        return worker

    async def _drop(self, worker: Worker) -> None:
        self._all.discard(worker)
        await worker.aclose()


class Worker:
    """One process. Not for concurrent use."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._said: deque[bytes] = deque(maxlen=8)
        self._listener = asyncio.create_task(self._listen())
        self._is_asked = False
        self.task_count = 0

    @classmethod
    async def start(cls, memory_bytes: int) -> Worker:
        """A worker that is ready. Raises ParseError where none can be started."""
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "monitor.feeds.worker",
                str(memory_bytes),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=_environment(),
            )
        except OSError as error:
            raise ParseError(FailureKind.WORKER, "No parsing process can be started on this machine.") from error
        worker = cls(process)
        try:
            async with asyncio.timeout(START_LIMIT_S):
                await worker._receive()
        except (TimeoutError, OSError, EOFError, ValueError, RecursionError) as error:
            await worker.aclose()
            raise ParseError(FailureKind.WORKER, "The parsing process did not start.") from error
        except BaseException:
            await worker.aclose()
            raise
        return worker

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    async def ask(self, request: dict[str, Any], document: bytes) -> Any:
        """The answer, within the request's `deadline_s`. After a ParseError the worker is of no further use."""
        self.task_count += 1
        self._is_asked = True
        deadline_s = float(request["deadline_s"])
        try:
            async with asyncio.timeout(deadline_s):
                await self._send(request, document)
                answer = await self._receive()
        except TimeoutError as error:
            raise ParseError(
                FailureKind.WORKER, f"The document could not be read within {deadline_s:g} seconds."
            ) from error
        except (OSError, EOFError, ValueError, RecursionError) as error:
            raise ParseError(
                FailureKind.WORKER, "The document broke the parser: it asks for too much memory, or is damaged."
            ) from error
        self._is_asked = False
        return answer

    async def aclose(self) -> None:
        """End the process: at rest by the end of its input, else, or where that takes too long, by a kill."""
        stdin = self._process.stdin
        if stdin is not None:
            stdin.close()
        if self._is_asked and self.is_alive:
            self._kill()
        try:
            async with asyncio.timeout(CLOSE_LIMIT_S):
                await self._process.wait()
        except TimeoutError:
            self._kill()
            await self._process.wait()
        await self._listener
        said = b"".join(self._said)[-_STDERR_BYTES:].decode("utf-8", "replace").strip()
        if said:
            log.warning("parsing process %d ended (%s): %s", self.pid, self._process.returncode, said)

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()

    async def _send(self, request: dict[str, Any], document: bytes) -> None:
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 - opened as a pipe
        message = json.dumps(request).encode()
        stdin.write(FRAME.pack(len(message), len(document)) + message)
        stdin.write(document)
        await stdin.drain()

    async def _receive(self) -> Any:
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101 - opened as a pipe
        length, rest = FRAME.unpack(await stdout.readexactly(FRAME.size))
        if length > ANSWER_LIMIT_BYTES or rest:
            raise ValueError("an answer that is too large")
        answer = json.loads(await stdout.readexactly(length))
        if not isinstance(answer, dict) or not answer:
            raise ValueError("an answer that is no object")
        return answer

    async def _listen(self) -> None:
        """Take what the process says on its standard error, so that it never waits for us; keep the end of it."""
        stderr = self._process.stderr
        assert stderr is not None  # noqa: S101 - opened as a pipe
        while said := await stderr.read(_STDERR_BYTES):
            self._said.append(said)


def _environment() -> dict[str, str]:
    """What a worker needs of our environment; secrets stay out of the process that reads hostile documents."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(_PASSED_ON)}
    root = str(Path(__file__).resolve().parents[2])
    kept["PYTHONPATH"] = os.pathsep.join(filter(None, (root, kept.get("PYTHONPATH", ""))))
    return kept
