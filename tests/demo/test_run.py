"""`monitor demo` from its first poll to the finished mail, as a process; and what it leaves behind."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.cli.output import UNPRINTABLE


def run(*arguments: str, scratch: Path) -> subprocess.CompletedProcess[str]:
    scratch.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-m", "monitor", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "TMPDIR": str(scratch)},
        cwd=scratch,
    )


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that `--keep` left, and what was told."""
    folder = tmp_path_factory.mktemp("demo") / "kept"
    done = run("demo", "--keep", str(folder), scratch=folder.parent / "scratch")
    assert done.returncode == 0, done.stderr
    assert f"monitor -c {folder / 'config'} items" in done.stderr
    return folder, done.stdout


def mail_of(told: str) -> str:
    return told.partition("6. The mail, as it arrived:")[2]


def test_every_stage_is_told_in_order_and_the_mail_comes_last(kept: tuple[Path, str]) -> None:
    told = kept[1]
    stages = re.findall(r"^(\d)\. ", told.partition("From: ")[0], re.MULTILINE)
    assert stages == ["1", "2", "3", "4", "5", "6"]
    assert "parsed whole (first poll)" in told
    assert "304 Not Modified" in told
    assert "the same bytes as before" in told
    assert "known entries cut out unread" in told
    assert "not-a-feed: " in told
    assert "was edited; version 1 is kept" in told
    assert "is one item" in told
    assert "label: " in told
    assert "sent as <" in told
    mail = mail_of(told)
    assert "Subject: Morning press review" in mail
    assert mail.index("Our mission in the media") < mail.index("About this edition")
    assert UNPRINTABLE.search(told) is None


def test_the_release_and_its_verbatim_copies_are_one_entry_and_no_entry_stands_twice(kept: tuple[Path, str]) -> None:
    mail = mail_of(kept[1])
    entries = re.split(r"^\d+\. ", mail.partition("About this edition")[0], flags=re.MULTILINE)[1:]
    assert len(entries) > 20
    [release] = [entry for entry in entries if entry.startswith("Embassy of Azerbaijan in Islamabad Opens")]
    also = " ".join(
        release.partition("\nalso: ")[2].split()
    )  # in the order in which they came, so lines break anywhere
    assert "Potohar News Desk" in also
    assert "Silk Route Review" in also
    assert also.count("Twin Cities News") == 1
    links = [match for entry in entries for match in re.findall(r"^https?://\S+", entry, re.MULTILINE)]
    assert len(links) == len(set(links))
    titles = [entry.splitlines()[0] for entry in entries]
    assert len(titles) == len(set(titles))


def test_every_language_of_the_world_is_in_the_mail(kept: tuple[Path, str]) -> None:
    mail = mail_of(kept[1])
    for word in ("کتب خانے", "Kütüphane", "Карабах", "Ղարաբաղ", "卡拉巴赫", "Karabagh"):
        assert word in mail, word


def test_the_kept_folder_works_on(kept: tuple[Path, str]) -> None:
    folder, _ = kept
    scratch = folder.parent / "scratch"
    items = run("-c", str(folder / "config"), "items", "--json", scratch=scratch)
    objects = [json.loads(line) for line in items.stdout.splitlines()]
    assert len(objects) > 35
    assert len({item["source"] for item in objects}) == 13
    [edition] = map(
        json.loads,
        run("-c", str(folder / "config"), "digest", "history", "--json", scratch=scratch).stdout.splitlines(),
    )
    shown = json.loads(
        run("-c", str(folder / "config"), "digest", "show", str(edition["id"]), "--json", scratch=scratch).stdout
    )
    told = [entry["story"] for entry in shown["entries"]]
    assert len(told) == len(set(told)) == edition["items"]
    assert [row["state"] for row in shown["deliveries"]] == ["sent"]
    assert run("-c", str(folder / "config"), "check", scratch=scratch).returncode == 0
    assert "karabakh" in run("-c", str(folder / "config"), "search", "@karabakh", scratch=scratch).stdout


def test_without_keep_nothing_is_left(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(scratch)},
        cwd=scratch,
        start_new_session=True,
    )
    told, said = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "About this edition" in told
    assert said == ""
    assert list(scratch.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine")
    done = run("demo", "--keep", str(tmp_path / "mine"), scratch=tmp_path / "scratch")
    assert done.returncode == 2
    assert "is not empty" in done.stderr
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]
