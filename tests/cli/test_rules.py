"""`monitor rules`: tried on a text, on an item, on all that is stored; explained; applied."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.cli import main
from tests.cli.conftest import Call
from tests.conftest import LONG, Article, Folder, Site, running, source, until

RULES = """
[list]
rooms = ["reading room*", "lecture hall"]
[[rule]]
id = "rooms"
query = "@rooms AND NOT title:closed"
tags = ["culture"]
[[rule]]
id = "weights"
terms = { "reading room" = 4, bridge = 3, football = -9 }
threshold = 6
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Four items: a release and its reprint, a closing, a bridge."""
    folder, site = Folder(tmp_path_factory.mktemp("desk") / "config", 1), Site()
    release = Article("Reading room opens", LONG, "https://e.example/1", "e1")
    feeds = [site.publish("/a", release), ""]
    feeds[1] = site.publish(
        "/b",
        Article("ISLAMABAD (TNS): Reading room opens", LONG, "https://o.example/1", "o1"),
        Article("Closed: the reading room", "The reading room is closed for the week.", "https://o.example/2", "o2"),
        Article("A bridge", "A bridge was opened beside the old one, and a second bridge is planned.", guid="o3"),
    )
    folder.write(sources=source("a", feeds[0], own=True) + source("b", feeds[1], kind="press"), rules=RULES)
    assert folder.run("fetch", "a").returncode == 0
    assert folder.run("fetch", "b").returncode == 0
    site.close()
    return folder


def ids(call: Call, desk: Folder) -> dict[str, int]:
    return {item["title"]: item["id"] for item in call("items", "--json", config=desk.path).objects}


def test_a_rule_that_matches_an_item_is_explained(call: Call, desk: Folder) -> None:
    item = ids(call, desk)["Reading room opens"]
    [found] = call("rules", "explain", "rooms", str(item), "--json", config=desk.path).objects
    [match] = call("rules", "test", "rooms", "--item", str(item), "--json", config=desk.path).objects
    assert (found["rule"], found["item"], found["matches"], found["score"]) == ("rooms", item, True, 1)
    assert found["spans"] == match["spans"]
    assert {text for *_, text in found["spans"]} == {"Reading room", "reading room"}
    assert found["clauses"][-1]["why"] == "`closed` is not there, as asked"
    page = call("rules", "explain", "rooms", str(item), config=desk.path).out
    assert page.startswith(f"rooms matches item {item}\n  + ")


def test_a_rule_that_does_not_match_says_which_clause_failed_and_where_it_stands(call: Call, desk: Folder) -> None:
    item = ids(call, desk)["Closed: the reading room"]
    [found] = call("rules", "explain", "rooms", str(item), "--json", config=desk.path).objects
    [clause] = found["clauses"]
    assert (found["matches"], found["score"], found["spans"]) == (False, 0, [])
    assert clause["why"] == "excluded by `closed` in the title"
    assert "@rooms AND NOT title:closed"[clause["start"] : clause["end"]] == "NOT title:closed"
    assert clause["spans"] == [["title", 0, 6, "Closed"]]
    page = call("rules", "explain", "rooms", str(item), config=desk.path).out
    assert page == f"rooms does not match item {item}\n  - `NOT title:closed`: excluded by `closed` in the title\n"


def test_a_weighted_rule_is_explained_by_its_scores(call: Call, desk: Folder) -> None:
    item = ids(call, desk)["A bridge"]
    [found] = call("rules", "explain", "weights", str(item), "--json", config=desk.path).objects
    assert (found["matches"], found["score"], found["threshold"]) == (True, 6, 6)
    assert found["terms"][1] == {"text": "bridge", "weight": 3, "hits": 3, "points": 6}
    page = call("rules", "explain", "weights", str(item), config=desk.path).out
    assert "+6  bridge (weight +3, 3 hits)" in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain", "nobody", "1"], "there is no rule 'nobody' in rules.toml"),
        (["explain", "rooms", "999"], "there is no item 999"),
        (["test", "--item", "999"], "there is no item 999"),
        (["backtest", "nobody"], "there is no rule 'nobody'"),
        (["apply", "nobody"], "there is no rule 'nobody'"),
        (["test", "--source", "nobody", "--title", "x"], "there is no source 'nobody'"),
    ],
    ids=" ".join,
)
def test_what_is_not_there_is_named(call: Call, desk: Folder, arguments: list[str], said: str) -> None:
    done = call("rules", *arguments, config=desk.path)
    assert done.code == 1
    assert said in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["test"],
        ["test", "--item", "1", "--title", "x"],
        ["test", "--item", "1", "--source", "a"],
        ["backtest", "rooms", "--query", "x", "--file", "-"],
        ["backtest", "rooms", "--since", "soon"],
    ],
    ids=" ".join,
)
def test_what_does_not_go_together_is_refused(call: Call, desk: Folder, arguments: list[str]) -> None:
    assert call("rules", *arguments, config=desk.path).code == 2


def test_a_rule_is_tried_on_what_is_stored(call: Call, desk: Folder) -> None:
    [found] = call("rules", "backtest", "rooms", "--since", "2d", "--json", config=desk.path).objects
    assert (found["rule"], found["looked_at"], found["items"], found["stories"]) == ("rooms", 4, 2, 1)
    assert (found["added"], found["lost"]) == (0, 0)
    today = datetime.now(UTC).date().isoformat()
    assert [day for day in found["days"] if day["items"]] == [{"on": today, "items": 2, "stories": 1}]
    assert len(found["days"]) in (3, 4)
    assert found["terms"] == [{"text": "reading room*", "items": 2}]
    assert "too common" in found["warnings"][0]["message"]


def test_a_draft_is_told_apart_from_what_the_saved_rule_caught(call: Call, desk: Folder, tmp_path: Path) -> None:
    draft = tmp_path / "draft.txt"
    draft.write_text('"reading room" AND title:closed\n', "utf-8")
    [found] = call("rules", "backtest", "rooms", "--file", str(draft), "--json", config=desk.path).objects
    item = ids(call, desk)["Closed: the reading room"]
    assert (found["items"], found["added"], found["added_items"], found["lost"]) == (1, 1, [item], 2)
    assert found["lost_items"] == sorted(found["lost_items"], reverse=True)
    [new] = call("rules", "backtest", "new-rule", "--query", "bridge", "--json", config=desk.path).objects
    assert (new["items"], new["added"], new["lost"]) == (1, 1, 0)
    page = call("rules", "backtest", "rooms", "--query", "closed", config=desk.path).out
    assert page.startswith("rooms: 1 item of 4, in 1 stories\nagainst the stored matches: 1 more (")
    [weighted] = call("rules", "backtest", "weights", "--json", config=desk.path).objects
    assert weighted["terms"] == [{"text": "reading room", "items": 3}, {"text": "bridge", "items": 1}]


def test_a_draft_that_cannot_be_read_shows_the_spot(call: Call, desk: Folder) -> None:
    done = call("rules", "backtest", "rooms", "--query", "bridge AND (", "--json", config=desk.path)
    [error] = done.objects
    assert done.code == 2
    assert (error["position"], error["query"]) == (11, "bridge AND (")
    assert "bridge AND (\n           ^" in done.err


def test_a_changed_rule_is_applied_to_what_is_stored(call: Call, desk: Folder, tmp_path: Path) -> None:
    rules = desk.path / "rules.toml"
    before = rules.read_text("utf-8")
    assert "every rule is applied" in call("rules", "apply", config=desk.path).err
    try:
        rules.write_text(before.replace(" AND NOT title:closed", ""), "utf-8")
        done = call("rules", "apply", config=desk.path)
        assert done.out == "1 rule applied: 3 items looked at, 1 matches more, 0 fewer\n"
        tagged = call("items", "--tag", "culture", "--json", config=desk.path).objects
        assert {item["title"] for item in tagged} >= {"Closed: the reading room"}
    finally:
        rules.write_text(before, "utf-8")
    done = call("rules", "apply", "--json", config=desk.path).objects[-1]
    assert (done["state"], done["rules"], done["lost"]) == ("done", ["rooms"], 1)
    assert call("rules", "apply", "rooms", "--json", config=desk.path).objects[-1]["rules"] == ["rooms"]


def test_a_running_daemon_applies_a_changed_rule_by_itself_and_on_request(
    tmp_path: Path, free_port: int, site: Site, call: Call
) -> None:
    folder = Folder(tmp_path / "config", free_port)
    sources = source(
        "a", site.publish("/a", Article("A bridge", "Of stone."), Article("A library", "Of books.", guid="2"))
    )
    folder.write(sources=sources, rules='[[rule]]\nid = "r"\nquery = "bridge"\ntags = ["works"]\n')

    def tagged(tag: str) -> list[str]:
        return [item["title"] for item in call("items", "--tag", tag, "--json", config=folder.path).objects]

    with running(folder) as daemon:
        daemon.wait_for("polled")
        assert tagged("works") == ["A bridge"]
        folder.write(sources=sources, rules='[[rule]]\nid = "r"\nquery = "library"\ntags = ["books"]\n')
        daemon.process.send_signal(1)
        daemon.wait_for("rules applied")
        assert (tagged("works"), tagged("books")) == ([], ["A library"])

        folder.write(sources=sources, rules='[[rule]]\nid = "r"\nquery = "bridge"\ntags = ["works"]\n')
        done = call("rules", "apply", "r", "--json", config=folder.path)
        assert done.code == 0
        assert done.objects[-1]["state"] == "done"
        assert (tagged("works"), tagged("books")) == (["A bridge"], [])

        failing = '[[rule]]\nid = "r"\nquery = "library"\n[[rule.sample]]\ntext = "A bridge"\nmatch = true\n'
        folder.write(sources=sources, rules=failing)
        refused = call("rules", "apply", config=folder.path)
        assert refused.code == 78
        assert "the rule does not match this text" in refused.err
        daemon.process.send_signal(1)
        until(lambda: daemon.events("configuration not taken over"), 10, daemon.log_file)
        assert tagged("works") == ["A bridge"]


def test_help_of_each_command_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("list", "test", "explain", "backtest", "apply"):
        with pytest.raises(SystemExit) as ended:
            main(["rules", name, "--help"])
        assert ended.value.code == 0
        assert "--json" in capsys.readouterr().out


def test_a_draft_in_toml_is_told_from_a_query(call: Call, desk: Folder, tmp_path: Path) -> None:
    draft = tmp_path / "draft"
    for text in ('[[rule]]\nid = "rooms"\n', 'query = "bridge"\n', 'tags = ["x"]\n'):
        draft.write_text(text)
        done = call("rules", "backtest", "rooms", "--file", str(draft), config=desk.path)
        assert done.code == 2
        assert "holds TOML; it takes the query alone" in done.err
