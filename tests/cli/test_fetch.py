"""`monitor fetch`: every active source once, with what became of each poll."""

from __future__ import annotations

from tests.cli.conftest import Call
from tests.conftest import LONG, Article, Folder, Page, Site, source

POLL_KEYS = {
    *("source", "at", "gate", "status", "cut", "parsed", "new", "edited", "whole_because", "failure", "message"),
}


def test_every_poll_says_what_was_cut_parsed_and_new(call: Call, folder: Folder, site: Site) -> None:
    old = [Article(f"Old {n}", f"{LONG} Number {n}.", guid=f"g{n}") for n in range(3)]
    folder.write(sources=source("a", site.publish("/a", *old)))
    [first] = call("fetch", "--json", config=folder.path).objects
    assert first.keys() >= POLL_KEYS
    assert (first["source"], first["gate"], first["parsed"], first["new"]) == ("a", "whole", 3, 3)
    assert first["whole_because"] == "first poll"
    same = call("fetch", config=folder.path)
    assert (same.code, same.out) == (0, "a: same-body: 0 cut, 0 parsed, 0 new, 0 edited\n")
    assert same.err == "1 source polled, 0 failed; 0 new items, 0 edited\n"
    site.publish("/a", Article("Fresh", "News of today.", guid="f"), *old)
    [grown] = call("fetch", "a", "--json", config=folder.path).objects
    assert (grown["gate"], grown["cut"], grown["parsed"], grown["new"]) == ("cut", 3, 1, 1)


def test_a_failed_source_stops_nobody_and_ends_with_3(call: Call, folder: Folder, site: Site) -> None:
    site.pages["/page"] = Page(b"<!DOCTYPE html><html><p>Hello</html>", "text/html")
    site.pages["/500"] = Page(b"no", "text/plain", 500)
    site.pages["/empty"] = Page(b"")
    site.pages["/torn"] = Page(b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title><item><tit')
    folder.write(
        sources="".join(
            source(path.strip("/"), site.url + path) for path in ("/page", "/500", "/empty", "/torn", "/missing")
        )
        + source("nobody", "http://127.0.0.1:9/feed")
        + source("good", site.publish("/good", Article("Good news")))
    )
    done = call("fetch", "--json", config=folder.path)
    assert done.code == 3
    polls = {poll["source"]: poll for poll in done.objects}
    assert len(polls) == len(done.objects) == 7
    assert (polls["good"]["failure"], polls["good"]["new"]) == (None, 1)
    del polls["good"]
    assert all(poll["failure"] and poll["message"] for poll in polls.values())
    assert polls["500"]["status"] == 500
    listed = {value["id"]: value for value in call("sources", "list", "--json", config=folder.path).objects}
    assert listed["page"]["state"] == "not-a-feed"
    assert all(listed[name]["state"] != "ok" and listed[name]["reason"] for name in polls)
    assert [item["title"] for item in call("items", "--json", config=folder.path).objects] == ["Good news"]
    plain = call("fetch", "page", config=folder.path)
    assert plain.out.startswith("page: not-a-feed: ")


def test_due_polls_only_what_is_due_and_all_polls_whatever_is_not(call: Call, folder: Folder, site: Site) -> None:
    folder.write(
        sources=source("a", site.publish("/a", Article("One")))
        + source("b", site.publish("/b", Article("Two", "Of the second."))),
    )
    call("fetch", "a", config=folder.path)
    assert [poll["source"] for poll in call("fetch", "--due", "--json", config=folder.path).objects] == ["b"]
    done = call("fetch", "--due", config=folder.path)
    assert (done.code, done.out) == (0, "")
    assert {poll["source"] for poll in call("fetch", "--json", config=folder.path).objects} == {"a", "b"}


def test_paused_and_disabled_sources_are_left_alone(call: Call, folder: Folder, site: Site) -> None:
    folder.write(
        sources=source("a", site.publish("/a", Article("One")))
        + source("b", site.publish("/b", Article("Two", "Of the second.")))
        + source("off", site.url + "/off", enabled=False)
    )
    [paused] = call("sources", "pause", "a", "--json", config=folder.path).objects
    assert (paused["state"], paused["reason"]) == ("paused", "paused by hand")
    assert [poll["source"] for poll in call("fetch", "--json", config=folder.path).objects] == ["b"]
    assert "a " in call("sources", "list", "--state", "paused", config=folder.path).out
    done = call("sources", "resume", "a", config=folder.path)
    assert done.code == 0
    assert done.out.startswith("new ")
    assert {poll["source"] for poll in call("fetch", "--json", config=folder.path).objects} == {"a", "b"}


def test_a_fetch_mails_nothing(call: Call, folder: Folder, site: Site) -> None:
    folder.write(
        sources=source("a", site.publish("/a", Article("One"))),
        digests='[[digest]]\nid = "d"\ntitle = "D"\ncron = "* * * * *"\nto = ["desk@mission.example"]\n',
    )
    assert call("fetch", config=folder.path).code == 0
    assert call("deliveries", "list", "--json", config=folder.path).objects == []
    assert call("digest", "history", "--json", config=folder.path).objects == []


def test_a_log_line_never_stands_among_the_objects(call: Call, folder: Folder, site: Site, monkeypatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    folder.write(sources=source("a", site.publish("/a", Article("One"))))
    monkeypatch.setattr("monitor.feeds.acquire.Acquirer.acquire", broken)
    done = call("fetch", "--json", config=folder.path)
    assert done.code == 3
    [poll] = done.objects
    assert poll["failure"] == "bug"
    assert "a bug" in done.err
