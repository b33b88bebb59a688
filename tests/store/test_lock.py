from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store.lock import WriterLock

HOLDER = """
import asyncio, sys
from pathlib import Path
from monitor.store.lock import WriterLock
async def hold():
    async with WriterLock(Path(sys.argv[1])):
        print("held", flush=True)
        await asyncio.sleep(60)
asyncio.run(hold())
"""


async def test_a_second_writer_is_refused_at_once_and_may_try_again(tmp_path: Path) -> None:
    async with WriterLock(tmp_path / "a.db"):
        with pytest.raises(StoreError, match="another monitor is using this store") as caught:
            async with WriterLock(tmp_path / "a.db"):
                pytest.fail("two writers")
        assert caught.value.is_transient
    async with WriterLock(tmp_path / "a.db"):
        pass


async def test_a_successor_waits_for_its_predecessor(tmp_path: Path) -> None:
    first = WriterLock(tmp_path / "a.db")
    await first.__aenter__()
    release = asyncio.get_running_loop().call_later(
        0.3, lambda: asyncio.ensure_future(first.__aexit__(None, None, None))
    )
    started = time.monotonic()
    async with WriterLock(tmp_path / "a.db", wait_s=5):
        assert 0.2 < time.monotonic() - started < 4
    assert release.when() > 0


async def test_a_killed_writer_leaves_the_store_free(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path / "a.db")], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(StoreError):
        await WriterLock(tmp_path / "a.db").__aenter__()
    holder.kill()
    holder.wait()
    holder.stdout.close()
    async with WriterLock(tmp_path / "a.db"):
        pass


async def test_a_lock_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.db.lock").mkdir()
    with pytest.raises(StoreError, match="lock file cannot be opened"):
        await WriterLock(tmp_path / "a.db").__aenter__()


async def test_a_folder_that_cannot_be_made_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="folder for the database cannot be made"):
        await WriterLock(tmp_path / "file" / "data" / "a.db").__aenter__()
