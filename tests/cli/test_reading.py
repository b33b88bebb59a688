"""The commands that read: items, search, show, stories, sources, status; plain and as JSON."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.cli.output import UNPRINTABLE
from tests.cli.conftest import Call
from tests.conftest import LONG, Article, Folder, Page, Site, source

ITEM_KEYS = {
    *("id", "source", "sources", "title", "url", "author", "text", "html", "language", "published_at", "first_seen_at"),
    *("updated_at", "version", "tags", "story", "relation", "share", "also_in", "wire"),
}
SOURCE_KEYS = {
    *("id", "name", "url", "moved_to", "site_url", "state", "reason", "last_success_at", "next_fetch_at", "items"),
    "failures",
}
RULES = """
[list]
rooms = ["reading room*", "lecture hall"]
[[rule]]
id = "rooms"
query = "@rooms"
tags = ["culture"]
[[rule]]
id = "press-only"
query = "kind:press AND bridge"
tags = ["works"]
"""
HOSTILE = "Bridge \u202eopens\u202c \u2066now\u2069 =1+1 &#27;[2J &#155;31m"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose sources were polled twice: a release, its copy, an edit, hostile text, a broken source."""
    folder, site = Folder(tmp_path_factory.mktemp("desk") / "config", 1), Site()
    release = Article("Reading room opens", LONG, "https://e.example/1", "e1", datetime(2026, 11, 1, 7, tzinfo=UTC))
    embassy = site.publish("/embassy", release)
    outlet = site.publish(
        "/outlet",
        Article("ISLAMABAD (TNS): Reading room opens", LONG, "https://o.example/1", "o1"),
        Article("=SUM(A1) bridge", "A formula at the head of a title.", "https://o.example/2", "o2"),
        Article(HOSTILE, "The bridge\u202e was opened.\u0007", "https://o.example/3", "o3"),
    )
    folder.write(
        sources=source("embassy", embassy, kind="embassy", own=True, name="Embassy\u2019s page", country="AZ")
        + source("outlet", outlet, publisher="Outlet", language="en", tags=["south"])
        + source("page", site.url + "/page")
        + source("away", "http://127.0.0.1:9/feed", enabled=False),
        rules=RULES,
    )
    site.pages["/page"] = Page(b"<!DOCTYPE html><html><title>Hello</title><p>No feed.</html>", "text/html")
    assert folder.run("fetch", "embassy").returncode == 0
    assert folder.run("fetch").returncode == 3
    site.publish("/embassy", Article("Reading room opens today", LONG + " Entry is free.", release.link, release.guid))
    assert folder.run("fetch", "embassy").returncode == 0
    site.close()
    return folder.path


def test_items_are_listed_newest_first_with_the_keys_that_scripts_rely_on(call: Call, desk: Path) -> None:
    done = call("items", "--json", config=desk)
    assert done.code == 0
    assert len(done.objects) == 4
    assert all(item.keys() >= ITEM_KEYS for item in done.objects)
    assert [item["id"] for item in done.objects] == sorted((item["id"] for item in done.objects), reverse=True)
    times = [item["first_seen_at"] for item in done.objects]
    assert times == sorted(times, reverse=True)
    assert all(time.endswith("Z") and datetime.fromisoformat(time) for time in times)


def test_an_items_object_tells_its_story_tags_and_furniture(call: Call, desk: Path) -> None:
    items = {item["title"]: item for item in call("items", "--json", config=desk).objects}
    copy, lead = items["ISLAMABAD (TNS): Reading room opens"], items["Reading room opens today"]
    assert (copy["source"], copy["sources"], copy["publisher"]) == ("outlet", ["outlet"], "Outlet")
    assert (copy["story"], copy["relation"]) == (lead["story"], "reprint")
    assert 0.8 < copy["share"] <= 1
    assert (lead["relation"], lead["share"], lead["version"]) == ("lead", None, 2)
    assert (copy["tags"], lead["tags"]) == (["culture", "south"], ["culture", "own"])
    assert copy["wire"] == {
        "label": "ISLAMABAD (TNS)",
        "place": "ISLAMABAD",
        "dated": None,
        "agency": None,
        "edit": None,
    }
    assert (lead["url"], lead["also_in"], lead["published_at"]) == (
        "https://e.example/1",
        [],
        "2026-11-01T07:00:00.000Z",
    )


@pytest.mark.parametrize(
    ("arguments", "sources"),
    [
        (["--source", "embassy"], ["embassy"]),
        (["--source", "nobody"], []),
        (["--tag", "culture"], ["outlet", "embassy"]),
        (["--tag", "own", "--source", "outlet"], []),
        (["--limit", "1"], ["outlet"]),
        (["--limit", "0"], []),
        (["--since", "1h"], ["outlet"] * 3 + ["embassy"]),
        (["--since", "2126-01-01"], []),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("command", [["items"], ["search", "room* OR bridge"]], ids=["items", "search"])
def test_lists_are_narrowed_down(
    call: Call, desk: Path, command: list[str], arguments: list[str], sources: list[str]
) -> None:
    done = call(*command, *arguments, "--json", config=desk)
    assert done.code == 0
    assert sorted(item["source"] for item in done.objects) == sorted(sources)


def test_plain_lists_are_a_line_an_item_and_nothing_found_is_said_apart(call: Call, desk: Path) -> None:
    done = call("items", "--source", "embassy", config=desk)
    [line] = done.out.splitlines()
    assert "embassy: Reading room opens today  [culture own]" in line
    nothing = call("items", "--source", "nobody", config=desk)
    assert (nothing.code, nothing.out) == (0, "")
    assert nothing.err.endswith("nothing found\n")
    assert call("items", "--source", "embassy", "--since", "1m", "--tag", "culture", "--json", config=desk).err == ""


def test_csv_is_data_whatever_a_title_begins_with(call: Call, desk: Path) -> None:
    done = call("items", "--csv", config=desk)
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert done.code == 0
    assert len(rows) == 4
    assert "'=SUM(A1) bridge" in [row["title"] for row in rows]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert {"id", "source", "title", "url", "published_at", "first_seen_at", "tags", "story", "text"} <= rows[0].keys()
    assert list(csv.reader(io.StringIO(call("search", "nothingofthekind", "--csv", config=desk).out))) == [
        list(rows[0])
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["items"],
        ["items", "--json"],
        ["items", "--csv"],
        ["search", "bridge"],
        ["stories", "list"],
        ["show", "{hostile}"],
    ],
    ids=" ".join,
)
def test_feed_text_reaches_no_terminal_as_a_command(call: Call, desk: Path, arguments: list[str]) -> None:
    hostile = next(i for i in call("items", "--json", config=desk).objects if i["title"].startswith("Bridge "))
    done = call(*(a.format(hostile=hostile["id"]) for a in arguments), config=desk)
    assert done.code == 0
    assert "Bridge opens now" in done.out.replace("\\u202e", "").replace("\\u202c", "").replace("\\u2066", "").replace(
        "\\u2069", ""
    )
    assert UNPRINTABLE.search(done.out) is None


def test_search_takes_the_rules_language_and_their_lists(call: Call, desk: Path) -> None:
    titles = [item["title"] for item in call("search", "@rooms AND NOT title:today", "--json", config=desk).objects]
    assert titles == ["ISLAMABAD (TNS): Reading room opens"]
    assert call("search", "kind:embassy", config=desk).out.count("\n") == 1


def test_an_item_is_shown_with_the_reasons_for_its_tags_and_its_earlier_text(call: Call, desk: Path) -> None:
    [item] = call("items", "--source", "embassy", "--json", config=desk).objects
    [shown] = call("show", str(item["id"]), "--json", config=desk).objects
    assert shown.keys() >= ITEM_KEYS
    [match] = shown["matches"]
    assert (match["rule"], match["score"]) == ("rooms", 1)
    text = {"title": shown["title"], "body": shown["text"]}
    assert {field for field, *_ in match["spans"]} == {"title", "body"}
    assert all(text[field][start:end] == found for field, start, end, found in match["spans"])
    [earlier] = shown["versions"]
    assert (earlier["version"], earlier["title"]) == (1, "Reading room opens")
    page = call("show", str(item["id"]), config=desk).out
    assert page.startswith("Reading room opens today\n\n")
    assert "rule rooms: 'Reading room' in title at 0" in page
    assert "version:     2 (earlier: 1)" in page
    assert page.rstrip().endswith("Entry is free.")


def test_a_tag_by_fields_alone_says_so(call: Call, desk: Path) -> None:
    [item] = call("search", "SUM", "--json", config=desk).objects
    assert "rule press-only: 'bridge' in title" in call("show", str(item["id"]), config=desk).out


def test_stories_are_listed_and_shown_with_their_copies(call: Call, desk: Path) -> None:
    listed = call("stories", "list", "--json", config=desk).objects
    [story] = [story for story in listed if len(story["items"]) > 1]
    assert story.keys() >= {"id", "lead", "items", "publishers", "related", "first_seen_at", "last_seen_at"}
    assert (story["publishers"], story["items"][0]) == (2, story["lead"])
    assert sum(len(other["items"]) for other in listed) == 4
    [shown] = call("stories", "show", str(story["id"]), "--json", config=desk).objects
    assert [copy["relation"] for copy in shown["copies"]] == ["lead", "reprint"]
    page = call("stories", "show", str(story["id"]), config=desk).out
    assert page.startswith(f"Story {story['id']}: 2 copies by 2 publishers")
    assert "embassy: Reading room opens today" in page
    assert "2 copies, 2 publishers  Reading room opens today" in call("stories", "list", config=desk).out


def test_stories_are_narrowed_down(call: Call, desk: Path) -> None:
    assert len(call("stories", "list", "--limit", "1", "--json", config=desk).objects) == 1
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    assert call("stories", "list", "--since", tomorrow, "--json", config=desk).objects == []


def test_sources_are_listed_the_ailing_first_with_state_and_reason(call: Call, desk: Path) -> None:
    listed = call("sources", "list", "--json", config=desk).objects
    assert all(value.keys() >= SOURCE_KEYS for value in listed)
    assert [value["id"] for value in listed] == ["page", "away", "embassy", "outlet"]
    states = {value["id"]: value["state"] for value in listed}
    assert states == {"page": "not-a-feed", "away": "new", "embassy": "ok", "outlet": "ok"}
    assert "a web page" in listed[0]["reason"]
    assert (listed[2]["items"], listed[2]["failures"]) == (1, 0)
    plain = call("sources", "list", config=desk).out.splitlines()
    assert plain[0].startswith("not-a-feed  page ")
    assert plain[1].startswith("disabled    away ")
    only = call("sources", "list", "--state", "not-a-feed", "--json", config=desk).objects
    assert [value["id"] for value in only] == ["page"]


def test_a_source_is_shown_with_its_polls(call: Call, desk: Path) -> None:
    [shown] = call("sources", "show", "embassy", "--json", config=desk).objects
    assert shown["name"] == "Embassy\u2019s page"
    assert [poll["edited"] for poll in shown["polls"]] == [1, 0, 0]
    page = call("sources", "show", "embassy", config=desk).out
    assert "state:        ok" in page
    assert "1 parsed, 1 new" in page
    assert "last success: never" in call("sources", "show", "away", config=desk).out
    assert "a web page" in call("sources", "show", "page", config=desk).out


def test_status_says_how_things_stand(call: Call, desk: Path) -> None:
    [value] = call("status", "--json", config=desk).objects
    assert value["sources"] == {"ok": 2, "not-a-feed": 1}
    assert (value["items"], value["stories"], value["deliveries"], value["next_editions"]) == (4, 3, {}, [])
    assert [ailing["id"] for ailing in value["ailing"]] == ["page"]
    page = call("status", config=desk).out
    assert "items:        4 in 3 stories" in page
    assert "ailing:       page: not-a-feed: " in page
    assert "deliveries:   empty" in page


def test_a_database_that_is_none_is_told_with_what_to_do(call: Call, folder: Folder) -> None:
    folder.write()
    folder.database.parent.mkdir()
    folder.database.write_bytes(b"no database at all, but long enough to be looked at" * 100)
    done = call("items", config=folder.path)
    assert done.code == 1
    assert f"{folder.database}: this is no sound SQLite database" in done.err
    assert "restore a backup" in done.err


@pytest.mark.parametrize("form", ["--json", "--csv", "--limit 9"])
def test_a_reader_that_has_seen_enough_is_no_failure(desk: Path, form: str) -> None:
    command = f"set -o pipefail; {sys.executable} -m monitor -c {desk} items {form} | head -c 0"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")
