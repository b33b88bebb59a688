"""One writer a store: a kernel lock beside the database, which ends with its process however that ends.

Its file descriptor is not inherited by the workers, so a killed daemon leaves the store free at once.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from pathlib import Path
from types import TracebackType

from monitor.errors import StoreError

STEP_S = 0.1


def lock_path(database: Path) -> Path:
    return database.with_name(database.name + ".lock")


def socket_path(database: Path) -> Path:
    """Where a daemon listens for the commands that write to its store."""
    return database.with_name(database.name + ".sock")


class WriterLock:
    """`async with WriterLock(database, wait_s):` holds the store, or raises a transient `StoreError` after `wait_s` seconds."""

    def __init__(self, database: Path, wait_s: float = 0.0) -> None:
        self._path, self._wait_s, self._descriptor = lock_path(database), wait_s, -1

    async def __aenter__(self) -> WriterLock:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{self._path.parent}: the folder for the database cannot be made ({error.strerror})"
            ) from error
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"{self._path}: the lock file cannot be opened ({error.strerror})") from error
        for attempt in range(int(self._wait_s / STEP_S) + 1):
            if attempt:
                await asyncio.sleep(STEP_S)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            self._descriptor = descriptor
            return self
        os.close(descriptor)
        raise StoreError(f"{self._path.with_suffix('')}: another monitor is using this store", is_transient=True)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)
