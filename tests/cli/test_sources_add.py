"""`monitor sources discover`, `check` and `add`: what is found, what a poll would bring, and what is written."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from monitor.actions.subscribing import slug
from tests.cli.conftest import Call
from tests.conftest import Article, Folder, Page, Site, running, source, until

CARDS = (Path(__file__).parents[1] / "feeds" / "data" / "pages" / "cards.html").read_bytes()


def tables(folder: Folder) -> list[dict[str, object]]:
    found: list[dict[str, object]] = tomllib.loads((folder.path / "sources.toml").read_text("utf-8")).get("source", [])
    return found


def home(*hrefs: str) -> Page:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{href}">' for href in hrefs)
    return Page(f"<html><head><title>The office</title>{links}</head><body>Welcome</body></html>".encode(), "text/html")


# -- discover --------------------------------------------------------------------------------------------


def test_discover_says_which_feeds_a_page_names(call: Call, folder: Folder, site: Site) -> None:
    folder.write()
    site.pages["/"] = home("/feed")
    site.publish("/feed", Article("First news"), Article("Second news"))
    [found] = call("sources", "discover", site.url, "--json", config=folder.path).objects
    assert (found["what"], found["url"], found["title"], found["entries"]) == ("feed", f"{site.url}/feed", "A feed", 2)
    assert found["newest_at"] is not None
    assert [entry["title"] for entry in found["sample"]] == ["First news", "Second news"]
    told = call("sources", "discover", site.url, config=folder.path)
    assert told.out.startswith(f"feed  {site.url}/feed\n  A feed: 2 entries, newest 20")
    assert tables(folder) == []


def test_discover_proposes_selectors_and_marks_guesses(call: Call, folder: Folder, site: Site) -> None:
    folder.write()
    site.pages["/news"] = Page(CARDS, "text/html; charset=utf-8")
    first, *others = call("sources", "discover", f"{site.url}/news", "--json", config=folder.path).objects
    assert (first["what"], first["sure"], first["entries"]) == ("page", True, 7)
    assert [other["sure"] for other in others] == [False] * len(others)
    told = call("sources", "discover", f"{site.url}/news", config=folder.path).out
    assert f"list = {first['list']!r}: 7 elements" in told
    assert "a guess: list = " in told
    assert "2026-11-23 00:00  Ministers agree to reopen the northern road" in told


def test_discover_of_nothing_is_no_error_and_of_no_answer_is_one(call: Call, folder: Folder, site: Site) -> None:
    folder.write()
    site.pages["/"] = home()
    nothing = call("sources", "discover", site.url, config=folder.path)
    assert (nothing.code, nothing.out.startswith("nothing to follow at ")) == (0, True)
    refused = call("sources", "discover", f"{site.url}/none", "--json", config=folder.path)
    assert (refused.code, refused.objects[0]["what"]) == (3, "nothing")


@pytest.mark.parametrize("url", ["ftp://a.example/", "no host", "https://user:word@a.example/"])
def test_what_is_no_address_is_a_mistake_of_the_caller(call: Call, folder: Folder, url: str) -> None:
    folder.write()
    done = call("sources", "discover", url, config=folder.path)
    assert done.code == 2
    assert "word@" not in done.err


# -- check -----------------------------------------------------------------------------------------------


def test_check_says_what_a_poll_would_bring_and_stores_nothing(call: Call, folder: Folder, site: Site) -> None:
    old = Article("Known news", guid="1")
    folder.write(sources=source("good", site.publish("/good", old)) + source("off", site.url, enabled=False))
    call("fetch", config=folder.path)
    site.publish("/good", Article("Fresh news", "News of today.", guid="2"), old)
    for _ in range(2):
        [found] = call("sources", "check", "--json", config=folder.path).objects
        assert (found["id"], found["state"], found["entries"], found["new"], found["known"]) == ("good", "ok", 2, 1, 1)
    assert len(call("items", "--json", config=folder.path).objects) == 1
    assert "2 entries (1 new, 1 known), newest 20" in call("sources", "check", "good", config=folder.path).out


def test_check_says_why_a_source_brings_nothing(call: Call, folder: Folder, site: Site) -> None:
    site.pages["/"] = home("/feed")
    folder.write(sources=source("page", f"{site.url}/"))
    done = call("sources", "check", "--json", config=folder.path)
    [found] = done.objects
    assert (done.code, found["state"], found["failure"]) == (3, "not-a-feed", "not-a-feed")
    assert found["found_feeds"] == [f"{site.url}/feed"]
    unknown = call("sources", "check", "pgae", config=folder.path)
    assert (unknown.code, "there is no source 'pgae'" in unknown.err) == (1, True)


# -- add -------------------------------------------------------------------------------------------------


def test_add_writes_the_feed_that_the_page_names_and_keeps_comments(call: Call, folder: Folder, site: Site) -> None:
    before = "# ours, by hand\n" + source("a", f"{site.url}/a") + "# the end\n"
    folder.write(sources=before)
    site.pages["/"] = home("/feed")
    site.publish("/feed", Article("First news"))
    arguments = ["--kind", "ministry", "--country", "PK", "--language", "en", "--tags", "x, y", "--own"]
    done = call("sources", "add", site.url, *arguments, config=folder.path)
    assert done.code == 0, done.err
    assert done.out == f"added: a-feed ({site.url}/feed); it is read at the next start\n"
    assert "First news" in done.err
    assert (folder.path / "sources.toml").read_text().startswith(before)
    assert tables(folder)[1] == {
        "id": "a-feed",
        "name": "A feed",
        "url": f"{site.url}/feed",
        "kind": "ministry",
        "country": "PK",
        "language": "en",
        "tags": ["x", "y"],
        "own": True,
    }
    assert call("check", config=folder.path).code == 0


def test_add_shows_what_it_would_write_and_writes_nothing(call: Call, folder: Folder, site: Site) -> None:
    folder.write()
    url = site.publish("/feed", Article("First news"))
    done = call("sources", "add", url, "--id", "mine", "--dry-run", config=folder.path)
    assert done.out == f'[[source]]\nid = "mine"\nname = "A feed"\nurl = "{url}"\n'
    [found] = call("sources", "add", url, "--id", "mine", "--dry-run", "--json", config=folder.path).objects
    assert (found["verdict"], found["id"], found["written"], found["toml"]) == ("added", "mine", False, done.out)
    assert (folder.path / "sources.toml").read_text() == ""


def test_add_refuses_what_is_there_already(call: Call, folder: Folder) -> None:
    folder.write(sources=source("a", "https://a.example/feed"))
    before = (folder.path / "sources.toml").read_bytes()
    same = call("sources", "add", "http://A.example:80/feed/?utm_source=x", "--no-fetch", config=folder.path)
    assert (same.code, same.out) == (1, "already there: the source a has this address\n")
    taken = call("sources", "add", "https://b.example/feed", "--no-fetch", "--id", "a", config=folder.path)
    assert (taken.code, taken.out) == (1, "refused: the id a is taken; choose another\n")
    wrong = call("sources", "add", "https://b.example/feed", "--no-fetch", "--kind", "pres", config=folder.path)
    assert (wrong.code, 'kind: "pres" is not possible here' in wrong.out) == (1, True)
    assert (folder.path / "sources.toml").read_bytes() == before


def test_ids_are_made_of_names_or_hosts_and_are_unique(call: Call, folder: Folder) -> None:
    folder.write()
    for path, name in (("1", "Qarabağ Xəbərləri"), ("2", "Qarabağ Xəbərləri"), ("3", "Новости"), ("4", "")):
        assert (
            call(
                "sources", "add", f"https://www.b.example/{path}", "--no-fetch", "--name", name, config=folder.path
            ).code
            == 0
        )
    ids = [table["id"] for table in tables(folder)]
    assert ids == ["qarabag-xeberleri", "qarabag-xeberleri-2", "b-example", "b-example-2"]
    assert slug("A " * 60).count("-") < 30
    assert len(slug("x" * 100)) == 48


def test_add_follows_a_page_only_when_asked_to(call: Call, folder: Folder, site: Site) -> None:
    folder.write()
    site.pages["/news"] = Page(CARDS, "text/html; charset=utf-8")
    refused = call("sources", "add", f"{site.url}/news", config=folder.path)
    assert (refused.code, "with --page it is followed itself" in refused.err) == (1, True)
    assert tables(folder) == []
    assert call("sources", "add", f"{site.url}/news", "--page", "--id", "office", config=folder.path).code == 0
    assert tables(folder)[0]["format"] == "page"
    assert call("fetch", config=folder.path).code == 0
    items = call("items", "--json", config=folder.path).objects
    assert len(items) == 7
    assert {item["published_at"] for item in items} >= {"2026-11-23T00:00:00.000Z"}


def test_add_of_nothing_says_how_to_write_it_all_the_same(call: Call, folder: Folder, site: Site) -> None:
    folder.write()
    done = call("sources", "add", f"{site.url}/none", config=folder.path)
    assert (done.code, "--no-fetch writes it all the same" in done.err) == (1, True)


def test_a_running_daemon_polls_what_is_added_at_once(call: Call, folder: Folder, site: Site) -> None:
    folder.write(sources=source("a", site.publish("/a", Article("First news"))))
    url = site.publish("/new", Article("New news"))
    with running(folder) as daemon:
        done = call("sources", "add", url, "--id", "new", config=folder.path)
        assert "the daemon" in done.out
        until(lambda: any(path == "/new" for path, _ in site.asked[1:]), 20, daemon.log_file)
        (folder.path / "rules.toml").write_text("broken")
        refused = call("sources", "add", "https://b.example/feed", "--no-fetch", config=folder.path)
        assert "keeps its last good configuration" in refused.out
