"""Commands beside a running daemon: those that read open the store, those that write ask the daemon."""

from __future__ import annotations

import fcntl
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.conftest import Article, Folder, Inbox, Running, Site, hanging, running, source, until

DIGEST = '[[digest]]\nid = "daily"\ntitle = "Daily"\nat = "03:33"\nto = ["desk@mission.example"]\n'


@pytest.fixture
def daemon(tmp_path: Path, free_port: int, site: Site) -> Iterator[tuple[Folder, Running]]:
    """A daemon whose folder lies deeper than a socket's address is long."""
    deep = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 6)
    assert len(str(deep)) > 108
    folder = Folder(deep / "config", free_port)
    folder.write(
        sources=source("a", site.publish("/a", Article("One"))) + source("gone", site.url + "/gone"), digests=DIGEST
    )
    with running(folder) as process:
        process.wait_for("polled", 2)
        yield folder, process


def test_reading_and_writing_commands_work_beside_the_daemon(
    call: Call, daemon: tuple[Folder, Running], site: Site, inbox: Inbox
) -> None:
    folder, process = daemon
    assert [item["title"] for item in call("items", "--json", config=folder.path).objects] == ["One"]
    assert call("status", config=folder.path).code == 0

    site.publish("/a", Article("Two", "Of the second day."), Article("One"))
    fetched = call("fetch", "--json", config=folder.path)
    assert fetched.code == 3
    assert {poll["source"]: poll["new"] for poll in fetched.objects} == {"a": 1, "gone": 0}
    assert "2 sources polled, 1 failed; 1 new item, 0 edited" in fetched.err
    assert len(call("items", "--json", config=folder.path).objects) == 2

    [paused] = call("sources", "pause", "gone", "--json", config=folder.path).objects
    assert paused["state"] == "paused"
    assert call("fetch", config=folder.path).code == 0
    assert call("sources", "resume", "gone", config=folder.path).code == 0

    [queued] = call("digest", "send", "daily", "--json", config=folder.path).objects
    until(lambda: inbox.mails, 10, process.log_file)
    assert queued["message_id"].encode() in inbox.mails[0][1]
    [edition] = call("digest", "history", "--json", config=folder.path).objects
    again = call("digest", "resend", str(edition["id"]), config=folder.path)
    assert (again.code, again.out.startswith("queued: Daily")) == (0, True)
    until(lambda: len(inbox.mails) == 2, 10, process.log_file)
    assert inbox.mails[0] == inbox.mails[1]
    assert call("deliveries", "send", config=folder.path).code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["fetch", "nobody"], 1, "there is no source 'nobody' in sources.toml"),
        (["sources", "pause", "nobody"], 1, "there is no source 'nobody'"),
        (["deliveries", "retry", "77"], 1, "there is no delivery 77"),
        (["digest", "send", "weekly"], 1, "there is no digest 'weekly' in digests.toml (daily)"),
        (["digest", "resend", "77"], 1, "there is no edition 77"),
    ],
)
def test_what_the_daemon_refuses_is_told_as_if_it_was_done_here(
    call: Call, folder: Folder, arguments: list[str], code: int, said: str
) -> None:
    folder.write(digests=DIGEST)
    with running(folder):
        done = call(*arguments, config=folder.path)
    assert done.code == code
    assert said in done.err
    assert done.out == ""


def test_a_store_held_by_a_program_that_takes_no_commands_ends_with_75(call: Call, folder: Folder) -> None:
    folder.write()
    assert call("fetch", config=folder.path).code == 0
    with Path(str(folder.database) + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = call("fetch", config=folder.path)
        assert done.code == 75
        assert f"{folder.database}: another monitor is using this store" in done.err
        assert call("items", config=folder.path).code == 0
        # A socket that a killed daemon left behind answers nobody either.
        left = socket.socket(socket.AF_UNIX)
        left.bind(str(folder.database) + ".sock")
        left.close()
        done = call("fetch", config=folder.path)
        assert done.code == 75
        assert "takes no commands; try again when it is done" in done.err
    assert call("fetch", config=folder.path).code == 0


def test_a_daemon_that_ends_amid_its_answer_is_told_and_ends_with_75(folder: Folder) -> None:
    with hanging() as silent:
        folder.write(sources=source("slow", silent.url, enabled=False))
        with running(folder) as daemon:
            command = [sys.executable, "-m", "monitor", "-c", str(folder.path), "fetch", "slow"]
            asking = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            until(lambda: silent.callers, 10, daemon.log_file)
            daemon.stop()
            _, said = asking.communicate(timeout=20)
            assert asking.returncode == 75
            assert "try again" in said
