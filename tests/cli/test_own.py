from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import Article, Folder, Inbox, Site, running, until
from tests.reports.conftest import TEXT, TITLE

COURIER = '[[source]]\nid = "courier"\nname = "The Daily Courier"\nurl = "{url}/courier"\n'
EMBASSY = (
    '[[source]]\nid = "embassy"\nname = "Embassy of Atlantis"\nurl = "{url}/embassy"\nkind = "embassy"\nown = true\n'
)


def mailed(hours_ago: float) -> str:
    at = datetime.now(UTC) - timedelta(hours=hours_ago)
    return f"Subject: {TITLE}\nDate: {at:%a, %d %b %Y %H:%M:%S} +0000\nMIME-Version: 1.0\n\n{TEXT}\n"


def test_a_mailed_release_leads_the_story_of_its_copies(folder: Folder, site: Site) -> None:
    folder.write(sources=COURIER.format(url=site.url))
    site.publish("/courier", Article("Boats ashore", TEXT, "https://courier.example/1", "1"))
    assert folder.run("fetch").returncode == 0
    done = folder.run("own", "add", stdin=mailed(5))
    assert done.returncode == 0, done.stderr
    [item] = folder.objects("items", "--tag", "own")
    assert (item["source"], item["title"], item["relation"]) == ("own", TITLE, "lead")
    [story] = [story for story in folder.objects("stories", "list") if len(story["items"]) == 2]
    assert story["lead"] == item["id"]
    [listed] = folder.objects("own", "list")
    assert (listed["item"], listed["totals"]["mentions"]) == (item["id"], 1)
    [mention] = folder.objects("pickup", str(item["id"]))
    assert (mention["outlet"], mention["class"]) == ("The Daily Courier", "reprint")
    assert 3 * 3600 < mention["delay_s"] < 5 * 3600
    assert "1 by 1 (1 reprint)" in folder.run("own", "list").stdout
    assert [source["id"] for source in folder.objects("sources", "list")] == ["courier"]


def test_a_release_added_twice_is_one_and_so_is_the_sites_own_copy(folder: Folder, site: Site) -> None:
    folder.write(sources=EMBASSY.format(url=site.url))
    first = folder.objects(
        "own", "add", "--title", TITLE, "--url", "https://embassy.example/1", "--file", str(release_file(folder))
    )
    again = folder.objects("own", "add", "--title", TITLE, "--file", str(release_file(folder)))
    assert [value["is_new"] for value in (*first, *again)] == [True, False]
    assert (first[0]["publisher"], first[0]["url"]) == ("embassy", "https://embassy.example/1")
    site.publish(
        "/embassy",
        Article(TITLE, "".join(f"<p>{part}</p>" for part in TEXT.split("\n\n")), "https://embassy.example/1", "1"),
    )
    assert folder.run("fetch").returncode == 0
    [item] = folder.objects("items")
    assert item["sources"] == ["own", "embassy"]


def release_file(folder: Folder) -> Path:
    path = folder.path.parent / "release.txt"
    path.write_text(TEXT, "utf-8")
    return path


def test_two_releases_of_one_title_are_two(folder: Folder) -> None:
    folder.write()
    for text in ("Entrance is free on Monday.", "Entrance is free on Friday."):
        assert folder.run("own", "add", "--title", "To the press", stdin=text).returncode == 0
    assert len(folder.objects("own", "list")) == 2
    assert len(folder.objects("own", "list", "--limit", "1")) == 1
    assert len(folder.objects("own", "list", "--since", "2999-01-01")) == 0


@pytest.mark.parametrize(
    ("arguments", "text", "told"),
    [
        ((), "", "there is no text"),
        (("--url", "javascript:x"), "Boats", "no address of the web"),
        (("--published", "2999-01-01"), "Boats", "later than now"),
    ],
)
def test_what_is_no_release_is_usage(folder: Folder, arguments: tuple[str, ...], text: str, told: str) -> None:
    folder.write()
    done = folder.run("own", "add", *arguments, stdin=text)
    assert done.returncode == 2
    assert told in done.stderr


def test_no_releases_are_no_failure_and_the_reserved_id_is_told(folder: Folder) -> None:
    folder.write(sources='[[source]]\nid = "own"\nurl = "https://a.example/feed"\n')
    done = folder.run("check")
    assert done.returncode == 78
    assert "sources.toml:2: source[own].id" in done.stdout + done.stderr
    folder.write()
    assert "no releases" in folder.run("own", "list").stderr


def test_the_daemon_mails_the_report_when_its_time_has_come(folder: Folder, inbox: Inbox) -> None:
    folder.write(more='[pickup]\nto = ["press@mission.example"]\nafter = ["8s"]\n')
    with running(folder):
        assert folder.run("own", "add", stdin=f"{TITLE}\n\n{TEXT}").returncode == 0
        until(lambda: len(inbox.mails) == 1, 30.0)
    recipients, body = inbox.mails[0]
    assert recipients == ["press@mission.example"]
    assert b"Subject: =?utf-8?q?Pick-up_after" in body
