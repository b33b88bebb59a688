"""`init` writes a folder and overwrites nothing; `check` says all that is wrong; `rules` tries texts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.conftest import Folder, source

RULES = """
[list]
rooms = ["reading room*", "салон*"]
[[rule]]
id = "rooms"
name = "Reading rooms"
query = "@rooms"
tags = ["culture"]
[[rule]]
id = "works"
terms = { bridge = 10, "new tunnel" = 5 }
threshold = 10
tags = ["works"]
[[rule]]
id = "embassies"
query = "kind:embassy AND country:AZ AND talks"
"""


def test_init_writes_a_folder_that_check_finds_sound(call: Call, tmp_path: Path) -> None:
    done = call("init", str(tmp_path / "new"))
    *files, lists = done.out.splitlines()
    assert done.code == 0
    assert [Path(line).name for line in files] == ["digests.toml", "monitor.toml", "rules.toml", "sources.toml"]
    assert re.fullmatch(rf"{tmp_path}/new/lists \(\d+ lists\)", lists)
    assert f"`monitor -c {tmp_path / 'new'} check`" in done.err
    checked = call("check", config=tmp_path / "new")
    assert checked.code == 0
    assert "sound; " in checked.err


def test_init_overwrites_nothing(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "rules.toml").write_text("# mine\n", "utf-8")
    done = call("init", config=folder)
    assert done.code == 78
    assert str(folder / "rules.toml") in done.err
    assert (folder / "rules.toml").read_text("utf-8") == "# mine\n"
    assert [path.name for path in folder.iterdir()] == ["rules.toml"]


def test_init_into_the_default_folder_names_the_shortest_commands(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = call("init")
    assert done.code == 0
    assert "`monitor check`" in done.err
    assert (tmp_path / "config" / "sources.toml").exists()


def test_check_says_everything_that_is_wrong_with_file_and_line(call: Call, folder: Folder) -> None:
    folder.write(
        sources=source("a", "ftp://127.0.0.1/feed") + source("b", "http://x.example/", tgas=["x"]),
        rules='[[rule]]\nid = "r"\nquery = "talks AND ("\n',
        digests='[[digest]]\nid = "d"\nat = "25:00"\n',
    )
    done = call("check", "--json", config=folder.path)
    assert done.code == 78
    assert all(problem.keys() == {"file", "line", "key", "severity", "message"} for problem in done.objects)
    places = {(Path(problem["file"]).name, problem["line"]) for problem in done.objects}
    assert places == {("sources.toml", 3), ("sources.toml", 7), ("rules.toml", 3), ("digests.toml", 3)}
    assert {problem["severity"] for problem in done.objects} == {"error"}
    plain = call("check", config=folder.path)
    assert plain.code == 78
    assert f"{folder.path / 'rules.toml'}:3: " in plain.out
    assert 'did you mean "tags"?' in plain.out


def test_check_says_what_is_wrong_in_a_list_with_its_file_and_line(call: Call, folder: Folder) -> None:
    folder.write(rules='[[rule]]\nid = "r"\nquery = "@harbours"\n')
    (folder.path / "lists").mkdir()
    (folder.path / "lists" / "harbours.txt").write_text("# Harbours\nquay\nab*\n", "utf-8")
    [problem] = call("check", "--json", config=folder.path).objects
    assert (problem["file"], problem["line"], problem["key"]) == (
        str(folder.path / "lists" / "harbours.txt"),
        3,
        "list.harbours[#2]",
    )
    assert call("check", config=folder.path).code == 78
    (folder.path / "lists" / "harbours.txt").write_text("quay\n", "utf-8")
    assert call("check", config=folder.path).code == 0


def test_warnings_alone_are_told_and_no_fault(call: Call, folder: Folder) -> None:
    folder.write(rules='[[rule]]\nid = "r"\nquery = "talks and peace"\n')
    done = call("check", config=folder.path)
    assert done.code == 0
    assert "rules.toml:3: " in done.out
    assert ": warning: " in done.out
    assert "0 sources, 1 rule, 0 digests" in done.err
    [problem] = call("check", "--json", config=folder.path).objects
    assert problem["severity"] == "warning"


def test_a_missing_folder_is_told_with_the_command_that_makes_it(call: Call, tmp_path: Path) -> None:
    done = call("check", config=tmp_path / "nowhere")
    assert done.code == 78
    assert f"`monitor init {tmp_path / 'nowhere'}`" in done.out


def test_a_password_in_an_address_is_refused_and_repeated_nowhere(call: Call, folder: Folder) -> None:
    folder.write(sources=source("a", "http://desk:hunter2@127.0.0.1/feed"))
    for arguments in (["check"], ["check", "--json"], ["run"], ["fetch"]):
        done = call(*arguments, config=folder.path)
        assert done.code == 78
        assert "auth_file" in done.out + done.err
        assert "hunter2" not in done.out + done.err


@pytest.mark.parametrize(
    ("arguments", "fired"),
    [
        (["--title", "A reading room opens"], {"rooms"}),
        (["--title", "The bridge and the reading room"], {"rooms", "works"}),
        (["--title", "Салоны открыты"], {"rooms"}),
        (["--title", "Nothing here"], set()),
        (["works", "--title", "The bridge and the reading room"], {"works"}),
        (["--title", "Talks"], set()),
        (["--title", "Talks", "--source", "mission"], {"embassies"}),
        (["--text-file", "{file}"], {"rooms"}),
        (["--title", "Bridge", "--text-file", "{file}"], {"rooms", "works"}),
    ],
)
def test_a_text_is_tried_against_the_rules(
    call: Call, folder: Folder, tmp_path: Path, arguments: list[str], fired: set[str]
) -> None:
    folder.write(rules=RULES, sources=source("mission", "http://x.example/", kind="embassy", country="AZ"))
    (tmp_path / "text.txt").write_text("In the old town\na reading room was opened.", "utf-8")
    done = call(
        "rules", "test", *(a.format(file=tmp_path / "text.txt") for a in arguments), "--json", config=folder.path
    )
    assert done.code == 0
    assert {match["rule"] for match in done.objects} == fired
    assert all(match.keys() >= {"rule", "score", "spans"} for match in done.objects)
    assert done.err == ""


def test_the_text_may_come_from_standard_input(folder: Folder) -> None:
    folder.write(rules=RULES)
    done = folder.run("rules", "test", "--text-file", "-", "--json", stdin="Новые салоны города")
    [match] = map(json.loads, done.stdout.splitlines())
    assert match == {"rule": "rooms", "score": 1, "spans": [["body", 6, 12, "салоны"]]}


def test_a_match_is_shown_with_its_words_and_its_score(call: Call, folder: Folder) -> None:
    folder.write(rules=RULES)
    done = call("rules", "test", "--title", "The bridge", config=folder.path)
    assert done.out == "works (score 20): 'bridge' in title at 4\n"
    nothing = call("rules", "test", "--title", "Nothing", config=folder.path)
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "no rule fires\n")


def test_a_text_file_that_is_not_there_or_no_text_is_told(call: Call, folder: Folder, tmp_path: Path) -> None:
    folder.write(rules=RULES)
    assert call("rules", "test", "--text-file", str(tmp_path / "none"), config=folder.path).code == 2
    (tmp_path / "latin").write_bytes("Übersicht".encode("latin-1"))
    done = call("rules", "test", "--text-file", str(tmp_path / "latin"), config=folder.path)
    assert done.code == 2
    assert "is not UTF-8" in done.err


def test_rules_are_listed(call: Call, folder: Folder) -> None:
    folder.write(rules=RULES)
    listed = call("rules", "list", "--json", config=folder.path).objects
    assert [(rule["id"], rule["name"], rule["tags"]) for rule in listed] == [
        ("rooms", "Reading rooms", ["culture"]),
        ("works", "works", ["works"]),
        ("embassies", "embassies", []),
    ]
    assert listed[1]["terms"] == {"bridge": 10, "new tunnel": 5}
    plain = call("rules", "list", config=folder.path).out.splitlines()
    assert plain[0].endswith("[culture]  @rooms")
    assert plain[1].endswith("[works]  2 weighted terms, threshold 10")


def test_check_shows_people_the_spot_in_a_query(call: Call, folder: Folder) -> None:
    folder.write(rules='[[rule]]\nid = "r"\nquery = "石油 AND (gas"\n')
    out = call("check", config=folder.path).out
    assert out.splitlines()[1:] == ["    石油 AND (gas", "             ^"]
