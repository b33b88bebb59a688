"""The daemon as a process: what it does by itself, what it says, how it stops, and what a kill leaves behind."""

from __future__ import annotations

import email
import email.policy
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LONG, Article, Folder, Inbox, Page, Site, hanging, receiving, running, source, until

EVERY_MINUTE = """
[[digest]]
id = "now"
title = "Right now"
cron = "* * * * *"
to = ["desk@mission.example"]
"""
DAILY = EVERY_MINUTE.replace('cron = "* * * * *"', 'at = "03:33"')


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def titles(folder: Folder) -> list[str]:
    return sorted(item["title"] for item in folder.objects("items"))


def processes_of_group(group: int) -> list[int]:
    """Living processes of a process group; zombies are none."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] not in "ZX":
            found.append(int(entry.name))
    return found


def test_it_polls_what_is_due_at_the_interval_of_each_source(folder: Folder, site: Site) -> None:
    folder.write(
        sources=source("often", site.publish("/often", Article("Once")), interval="1s")
        + source("seldom", site.publish("/seldom", Article("Twice", "Of the other."))),
    )
    with running(folder) as daemon:
        until(lambda: sum(path == "/often" for path, _ in site.asked) >= 3, 20, daemon.log_file)
        assert sum(path == "/seldom" for path, _ in site.asked) == 1
        polled = daemon.events("polled")
        assert {(record["source"], record["new"]) for record in polled} == {("often", 1), ("often", 0), ("seldom", 1)}
        assert titles(folder) == ["Once", "Twice"]
        assert folder.objects("status")[0]["items"] == 2


def test_an_edition_reaches_the_mailbox_within_ten_seconds_of_its_minute(
    folder: Folder, site: Site, inbox: Inbox
) -> None:
    folder.write(sources=source("a", site.publish("/a", Article("Reading room opens"))), digests=EVERY_MINUTE)
    with running(folder) as daemon:
        daemon.wait_for("polled")
        before = time.time()
        until(lambda: inbox.mails, 75, daemon.log_file)
        arrived = time.time()
        minute = arrived - arrived % 60
        assert minute >= before
        assert arrived - minute < 10
        [(recipients, body)] = inbox.mails
        assert recipients == ["desk@mission.example"]
        message = email.message_from_bytes(body, policy=email.policy.default)
        assert message["Subject"].startswith("Right now")
        assert "Reading room opens" in message.get_body(("plain",)).get_content()
        until(lambda: folder.objects("deliveries", "list")[0]["state"] == "sent")
        [edition] = folder.objects("digest", "history")
        assert edition["scheduled"]
        assert datetime.fromisoformat(edition["due_at"]).astimezone(UTC).timestamp() == minute


def test_what_could_not_be_mailed_is_mailed_once_the_server_is_back(folder: Folder) -> None:
    folder.write(digests=DAILY)
    with running(folder) as daemon:
        [row] = folder.objects("digest", "send", "now")
        put_off = daemon.wait_for("put off")
        assert "does not answer" in put_off["reason"]
        status, body = get(daemon.url + "/healthz")
        assert status == 200
        [problem] = json.loads(body)["problems"]
        assert "does not answer" in problem
        assert problem.endswith("; what is to be mailed waits")
        assert "what is to be mailed waits" in get(daemon.url + "/")[1]
        [waiting] = folder.objects("deliveries", "list")
        assert (waiting["state"], waiting["attempts"]) == ("queued", 1)
        with receiving(folder.mail_port) as inbox:
            assert folder.run("deliveries", "send").returncode == 0
            [(_, body_bytes)] = inbox.mails
            assert row["message_id"].encode() in body_bytes
        until(lambda: json.loads(get(daemon.url + "/healthz")[1])["problems"] == [])


def test_a_put_off_mail_leaves_by_itself_when_its_time_comes(folder: Folder) -> None:
    folder.write(digests=DAILY)
    with running(folder) as daemon:
        folder.objects("digest", "send", "now")
        daemon.wait_for("put off")
        with receiving(folder.mail_port) as inbox:
            connection = sqlite3.connect(folder.database, timeout=10)
            with connection:
                connection.execute("UPDATE delivery SET next_attempt_at = 0")
                connection.execute("UPDATE resting SET until = 0")
            connection.close()
            until(lambda: inbox.mails, 10, daemon.log_file)
            assert daemon.wait_for("sent")["recipient"] == "desk@mission.example"


def test_with_no_sources_at_all_it_is_healthy_ready_and_shows_its_page(folder: Folder) -> None:
    folder.write()
    with running(folder) as daemon:
        assert daemon.url.startswith("http://127.0.0.1:")
        assert not daemon.url.endswith(":0")
        assert get(daemon.url + "/healthz") == (200, '{"status":"ok","problems":[]}')
        assert get(daemon.url + "/readyz") == (200, '{"status":"ready"}')
        status, page = get(daemon.url + "/")
        assert status == 200
        assert "No source is configured" in page


def test_a_good_change_is_taken_over_and_a_faulty_one_leaves_the_last_good_one(folder: Folder, site: Site) -> None:
    first = source("first", site.publish("/first", Article("One")))
    second = source("second", site.publish("/second", Article("Two", "Of the second.")))
    folder.write(sources=first)
    with running(folder) as daemon:
        daemon.wait_for("polled")
        folder.write(sources=first + second, rules='[[rule]]\nid = "r"\nquery = "second"\ntags = ["two"]\n')
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_for("configuration taken over")
        until(lambda: titles(folder) == ["One", "Two"])
        assert [item["title"] for item in folder.objects("items", "--tag", "two")] == ["Two"]

        folder.write(sources=first + "[[source]]\nid = 'third'\n")
        daemon.process.send_signal(signal.SIGHUP)
        refused = daemon.wait_for("configuration not taken over")
        assert any("sources.toml" in problem and "url" in problem for problem in refused["problems"])
        status, page = get(daemon.url + "/")
        assert status == 200
        assert "the last good one stays in force" in page
        assert "sources.toml:" in page
        assert {value["id"] for value in folder.objects("sources", "list")} == {"first", "second"}
        assert get(daemon.url + "/healthz")[0] == 200

        folder.write(sources=first)
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_for("configuration taken over", 2)
        assert "the last good one" not in get(daemon.url + "/")[1]
        assert [value["id"] for value in folder.objects("sources", "list")] == ["first"]
        assert titles(folder) == ["One", "Two"]


def test_a_change_that_waits_for_the_next_start_is_said_to_while_a_slow_poll_holds_up_nothing(
    folder: Folder, site: Site
) -> None:
    with hanging() as silent:
        folder.write(sources=source("slow", silent.url), fetch='timeout = "20s"')
        with running(folder) as daemon:
            time.sleep(2)
            new = source("new", site.publish("/new", Article("New")))
            folder.write(
                sources=source("slow", silent.url) + new, fetch='timeout = "3s"', more='base_url = "http://m.example"'
            )
            daemon.process.send_signal(signal.SIGHUP)
            daemon.wait_for("changes of [store] and [web] wait for the next start", within_s=5)
            until(lambda: titles(folder) == ["New"], 10, daemon.log_file)


def test_it_stops_within_ten_seconds_while_feed_and_mail_servers_hang(folder: Folder) -> None:
    with hanging() as silent:
        folder.mail_port = silent.port
        folder.write(
            sources="".join(source(f"s{n}", silent.url) for n in range(4)), fetch="per_host = 4", digests=DAILY
        )
        with running(folder) as daemon:
            folder.objects("digest", "send", "now")
            time.sleep(2)
            kept_open = socket.create_connection(("127.0.0.1", int(daemon.url.rpartition(":")[2])))
            assert daemon.stop() < 10
            kept_open.close()
            assert daemon.process.returncode == 0
            assert [record["event"] for record in daemon.log()][-1] == "stopped"
        assert {value["state"] for value in folder.objects("sources", "list")} == {"new"}
        assert folder.objects("deliveries", "list")[0]["state"] in ("queued", "sending")


def test_at_rest_it_stops_at_once_and_leaves_no_process(folder: Folder, site: Site) -> None:
    folder.write(sources=source("a", site.publish("/a", Article("One"))))
    with running(folder) as daemon:
        daemon.wait_for("polled")
        assert len(processes_of_group(daemon.process.pid)) >= 2
        assert daemon.stop() < 3
        assert processes_of_group(daemon.process.pid) == []
        assert "level" not in [record.get("level") for record in daemon.log() if record["level"] != "info"]


def test_a_second_daemon_waits_five_seconds_and_leaves_with_75(folder: Folder) -> None:
    folder.write()
    with running(folder):
        begun = time.monotonic()
        second = folder.run("run")
        assert second.returncode == 75
        assert 4.5 < time.monotonic() - begun < 9
        assert f"{folder.database}: another monitor is using this store" in second.stderr


def test_a_successor_takes_over_when_the_first_one_leaves(folder: Folder) -> None:
    folder.write()
    with running(folder) as first:
        stopping = threading.Timer(1.5, lambda: first.process.send_signal(signal.SIGTERM))
        stopping.start()
        with running(folder) as second:
            assert second.events("running")
            assert first.process.wait(5) == 0
        stopping.join()


def test_a_taken_port_is_told_with_what_to_do(folder: Folder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        folder.write(more="")
        text = (folder.path / "monitor.toml").read_text("utf-8")
        (folder.path / "monitor.toml").write_text(text.replace("127.0.0.1:0", f"127.0.0.1:{port}"), "utf-8")
        done = folder.run("run")
    assert done.returncode == 1
    assert f"127.0.0.1:{port}: the page cannot be served there (Address already in use)" in done.stderr
    assert "`listen` under [web] in monitor.toml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_for_the_database_that_cannot_be_made_is_told(folder: Folder) -> None:
    folder.write()
    folder.database.parent.write_text("a file where a folder should be")
    done = folder.run("run")
    assert done.returncode == 1
    assert str(folder.database.parent) in done.stderr
    assert "Traceback" not in done.stderr


def test_a_kill_at_any_time_loses_and_doubles_nothing(folder: Folder, site: Site, inbox: Inbox) -> None:
    wanted = []
    for number in range(6):
        articles = [
            Article(f"Item {number}-{n}", f"{LONG} It is number {n} of {number}.", guid=f"{number}-{n}")
            for n in range(8)
        ]
        wanted += [article.title for article in articles]
        site.publish(f"/{number}", *articles)
    folder.write(
        sources="".join(source(f"s{n}", f"{site.url}/{n}", interval="1s") for n in range(6)),
        digests=DAILY,
    )
    sent: set[str] = set()
    for wait_s in (0.2, 0.6, 1.2):
        with running(folder) as daemon:
            sent |= {row["message_id"] for row in folder.objects("digest", "send", "now")}
            time.sleep(wait_s)
            group = daemon.process.pid
            daemon.process.kill()
            daemon.process.wait()
            until(lambda group=group: processes_of_group(group) == [], 10, "a worker outlived its daemon")
        connection = sqlite3.connect(folder.database)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
    with running(folder) as daemon:
        until(lambda: titles(folder) == sorted(wanted), 20, daemon.log_file)
        until(lambda: {row["state"] for row in folder.objects("deliveries", "list")} == {"sent"}, 20, daemon.log_file)
        daemon.wait_for("polled", 12)
        assert titles(folder) == sorted(wanted)
    identifiers = [email.message_from_bytes(body)["Message-ID"] for _, body in inbox.mails]
    assert set(identifiers) == sent
    bodies: dict[str, set[bytes]] = {}
    for identifier, (_, body) in zip(identifiers, inbox.mails, strict=True):
        bodies.setdefault(identifier, set()).add(body)
    assert all(len(each) == 1 for each in bodies.values())
    told: list[int] = []
    for edition in folder.objects("digest", "history"):
        told += [entry["item"] for entry in folder.objects("digest", "show", str(edition["id"]))[0]["entries"]]
    assert len(told) == len(set(told))


def test_a_locked_database_is_told_and_work_goes_on_by_itself(folder: Folder, site: Site) -> None:
    folder.write(sources=source("a", site.publish("/a", Article("Before")), interval="1s"))
    with running(folder) as daemon:
        daemon.wait_for("polled")
        connection = sqlite3.connect(folder.database, isolation_level=None, timeout=10)
        connection.execute("BEGIN IMMEDIATE")
        site.publish("/a", Article("Before"), Article("After", "While it was locked."))
        asked = len(site.asked)
        failed = daemon.wait_for("the store failed")
        assert "locked by another program" in failed["reason"]
        status, body = get(daemon.url + "/healthz")
        assert status == 503
        assert "locked by another program" in json.loads(body)["problems"][0]
        assert "locked by another program" in get(daemon.url + "/")[1]
        time.sleep(3)
        assert len(site.asked) - asked <= 3
        assert titles(folder) == ["Before"]
        connection.execute("ROLLBACK")
        connection.close()
        daemon.wait_for("the store is back", within_s=15)
        until(lambda: titles(folder) == ["After", "Before"], 10, daemon.log_file)
        assert get(daemon.url + "/healthz")[0] == 200
        assert len(daemon.events("the store failed")) == 1


def test_its_log_holds_no_secret_and_its_lines_are_json(folder: Folder, site: Site) -> None:
    folder.path.mkdir(parents=True)
    (folder.path / "auth").write_text("desk:hunter2\n")
    (folder.path / "auth").chmod(0o600)
    site.pages["/a"] = Page(b"no", "text/plain", 401)
    folder.write(sources=source("a", site.url + "/a", auth_file="auth") + 'headers = { X-Key = "opensesame" }')
    with running(folder) as daemon:
        daemon.wait_for("polled")
        assert "hunter2" not in get(daemon.url + "/")[1]
        assert site.asked[-1][1]["Authorization"].startswith("Basic ")
    text = daemon.log_file.read_text("utf-8")
    assert all(isinstance(json.loads(line), dict) for line in text.splitlines())
    assert "hunter2" not in text
    assert "opensesame" not in text
    [shown] = folder.objects("sources", "list")
    assert "hunter2" not in json.dumps(shown)


def test_on_a_terminal_the_log_is_for_people_and_obeyed_by_nothing(folder: Folder, site: Site) -> None:
    hostile = '<?xml version="1.0"?><html><head><title>\x9b31m</title></head><body>\u202e</body></html>'
    site.pages["/a"] = Page(hostile.encode(), "text/html")
    folder.write(sources=source("a", site.url + "/a"))
    master, slave = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "-c", str(folder.path), "run"],
        stderr=slave,
        stdout=slave,
        start_new_session=True,
    )
    os.close(slave)
    seen = b""
    try:
        deadline = time.monotonic() + 15
        while b"polled" not in seen and time.monotonic() < deadline:
            seen += os.read(master, 65536)
    finally:
        process.terminate()
        process.wait(15)
        os.close(master)
    text = seen.decode()
    assert "polled" in text
    assert not text.startswith("{")
    assert "\x9b" not in text
    assert "\u202e" not in text


def test_a_hangup_while_it_stops_or_rubbish_on_its_socket_ends_nothing(folder: Folder) -> None:
    folder.write()
    with running(folder) as daemon:
        path = str(folder.database) + ".sock"
        assert os.stat(path).st_mode & 0o077 == 0
        for rubbish in (
            b"",
            b"\n",
            b"{}\n",
            b"[1]\n",
            b"\xff\xfe\n",
            b'{"action": "rm", "arguments": {}}\n',
            b"[" * 99999 + b"\n",
        ):
            answered = ask(path, rubbish)
            assert answered["end"]["kind"] == "usage", rubbish
        assert ask(path, b'{"action": "fetch", "arguments": {"ids": 5}}\n')["end"]["kind"] == "bug"
        assert ask(path, b'{"action": "fetch", "arguments": {"wrong": 5}}\n')["end"]["kind"] == "usage"
        with suppress(ConnectionResetError):  # too long a line is not read to its end, so the answer may be lost
            assert ask(path, b"x" * (17 * 1024 * 1024) + b"\n")["end"]["kind"] == "usage"
        assert get(daemon.url + "/healthz")[0] == 200
        assert folder.run("fetch").returncode == 0
        silent = socket.socket(socket.AF_UNIX)
        silent.connect(path)
        assert daemon.stop() < 5
        silent.close()
    assert not Path(path).exists()


def ask(path: str, line: bytes) -> dict[str, Any]:
    """What the daemon's socket answers last."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        client.settimeout(10)
        try:
            client.sendall(line)
            client.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        answer = b""
        while part := client.recv(65536):
            answer += part
    last: dict[str, Any] = json.loads(answer.splitlines()[-1])
    return last


@pytest.fixture(autouse=True)
def _ends_quietly(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """No daemon of these tests may have met an error of its own."""
    yield
    if "rubbish" in request.node.name:
        return
    for log_file in tmp_path.glob("daemon-*.log"):
        assert "failed by a bug" not in log_file.read_text("utf-8")
        assert "Traceback" not in log_file.read_text("utf-8")
