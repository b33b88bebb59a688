from __future__ import annotations

import pytest

from monitor.cli import output
from monitor.cli.edits import _page as page
from tests.conftest import Article, Folder, Site

SOURCES = """
[[source]]
id = "ministry"
url = "{url}/ministry"
kind = "ministry"
[[source]]
id = "courier"
url = "{url}/courier"
"""
RULES = """
[[rule]]
id = "deadline"
query = 'Monday OR "end of the month"'
on = "edit"
tags = ["moved"]
[[rule]]
id = "talks"
query = "talks"
tags = ["talks"]
"""
TEXT = (
    "Both sides said in the capital that the talks on the joint reading room begin on {day}, and that a list of books will be "
    "exchanged before. The mayor will open the room."
)


@pytest.fixture
def edited(folder: Folder, site: Site) -> Folder:
    """A ministry's item in two versions, and a paper's that stayed."""
    folder.write(sources=SOURCES.format(url=site.url), rules=RULES)
    site.publish(
        "/courier",
        Article(
            "Fairs move", "The fairs move to the river bank, as every year before Monday.", "https://c.example/1", "c"
        ),
    )
    site.publish("/ministry", Article("Talks begin", TEXT.format(day="Monday"), "https://m.example/1", "m"))
    assert folder.run("fetch").returncode == 0
    site.publish("/ministry", Article("Talks to begin", TEXT.format(day="Thursday"), "https://m.example/1", "m"))
    assert folder.run("fetch").returncode == 0
    return folder


def test_an_edit_is_listed_with_a_word_diff_and_what_it_set_off(edited: Folder) -> None:
    [edit] = edited.objects("edits")
    assert (edit["source"], edit["version"]) == ("ministry", 2)
    assert edit["title_diff"] == [["=", "Talks"], ["+", "to"], ["=", "begin"]]
    assert [piece for piece in edit["diff"] if piece[0] != "="] == [["-", "Monday,"], ["+", "Thursday,"]]
    [match] = edit["rules"]
    assert (match["rule"], match["version"], match["appeared"]) == ("deadline", 2, [])
    assert [span[3] for span in match["gone"]] == ["Monday"]


def test_people_read_what_changed_with_the_words_about_it(edited: Folder) -> None:
    text = edited.run("edits").stdout
    assert "title: Talks {+to+} begin" in text
    assert "[-Monday,-] {+Thursday,+}" in text
    assert "rule deadline: gone: Monday" in text
    assert "\x1b" not in text


def test_edits_are_chosen_by_source_and_time(edited: Folder) -> None:
    assert edited.objects("edits", "--source", "courier") == []
    assert len(edited.objects("edits", "--source", "ministry", "--since", "1h")) == 1
    assert edited.objects("edits", "--since", "2999-01-01") == []
    assert edited.objects("edits", "--limit", "0") == []
    assert "nothing was edited" in edited.run("edits", "--source", "courier").stderr


def test_a_rule_on_edits_tags_what_is_edited_and_nothing_else(edited: Folder) -> None:
    items = {item["source"]: item for item in edited.objects("items")}
    assert items["courier"]["tags"] == []
    assert items["ministry"]["tags"] == ["moved", "talks"]
    shown = edited.objects("show", str(items["ministry"]["id"]))[0]
    assert [match["rule"] for match in shown["matches"]] == ["talks"]
    assert [match["rule"] for match in shown["edits"]] == ["deadline"]
    assert "rule deadline, by the edit to version 2: gone: Monday" in edited.run("show", str(shown["id"])).stdout


def test_the_tag_of_an_edit_outlasts_rules_that_come_later(edited: Folder) -> None:
    (edited.path / "rules.toml").write_text(RULES.replace('query = "talks"', 'query = "mayor"'), "utf-8")
    assert edited.run("rules", "apply").returncode == 0
    [item] = edited.objects("items", "--source", "ministry")
    assert item["tags"] == ["moved", "talks"]


def test_a_rule_on_edits_can_be_tried_on_a_text(edited: Folder) -> None:
    found = edited.objects("rules", "test", "deadline", "--title", "It is Monday")
    assert [match["rule"] for match in found] == ["deadline"]
    assert {rule["id"]: rule["on"] for rule in edited.objects("rules", "list")} == {"deadline": "edit", "talks": "item"}


def test_a_rule_that_turns_to_edits_takes_its_matches_back(edited: Folder) -> None:
    (edited.path / "rules.toml").write_text(RULES.replace('query = "talks"', 'query = "talks"\non = "edit"'), "utf-8")
    assert edited.run("rules", "apply").returncode == 0
    [item] = edited.objects("items", "--source", "ministry")
    assert item["tags"] == ["moved"]


def test_signs_alone_are_an_edit_without_words(folder: Folder, site: Site) -> None:
    folder.write(sources=SOURCES.format(url=site.url))
    for text in (TEXT.format(day="Monday"), TEXT.format(day="Monday").replace(",", ";")):
        site.publish("/ministry", Article("Talks begin", text, "https://m.example/1", "m"))
        site.publish("/courier")
        assert folder.run("fetch").returncode in (0, 3)
    assert "(signs and spaces only)" in folder.run("edits").stdout


def test_of_what_stayed_only_the_nearest_words_are_shown() -> None:
    stayed = " ".join(f"word{number}" for number in range(60))
    diff = [["=", stayed], ["-", "Monday"], ["=", stayed], ["+", "Friday"], ["=", stayed]]
    told = output.plain(
        page(
            {
                "item": 1,
                "edited_at": "2026-11-23T07:00",
                "source": "a",
                "title": "T",
                "version": 2,
                "diff": diff,
                "title_diff": [["=", "Talks"], ["-", "end"]],
                "rules": [{"rule": "r", "appeared": [], "gone": []}],
            }
        )
    )
    assert "word0" not in told.split("[-Monday-]")[0]
    assert " … " in told.split("[-Monday-]")[1].split("{+Friday+}")[0]
    assert told.split("{+Friday+}")[1].split("\n")[0].endswith(" …")
    assert "rule r: matches by its fields, or no more" in told
