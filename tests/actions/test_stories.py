"""Stories arranged by hand: what was decided outlasts edits and later copies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.model import Kind, Relation
from tests.conftest import Folder, Page, Site
from tests.desk import TakingIn, sentences

BRIDGE = sentences("bridge", 12)
FERRY = sentences("ferry", 12)


@pytest.fixture
def desk(folder: Folder) -> TakingIn:
    folder.write()
    folder.database.parent.mkdir()
    return TakingIn(folder.database)


def test_items_split_off_are_a_story_of_their_own_and_come_back_by_no_edit(folder: Folder, desk: TakingIn) -> None:
    lead = desk.add("a", "Bridge", BRIDGE, url="https://a.example/1")
    wrong = desk.add("b", "Bridge", BRIDGE, hours=1, url="https://b.example/1")
    more = desk.add("c", "Bridge", BRIDGE, hours=2)
    [stayed, split] = folder.objects("stories", "split", str(lead.story_id), str(wrong.id), str(more.id))
    assert (stayed["items"], split["items"], split["lead"]) == ([lead.id], [wrong.id, more.id], wrong.id)
    desk.add("b", "Bridge again", f"{BRIDGE} Photos.", hours=3, url="https://b.example/1")
    desk.add("a", "Bridge anew", f"{BRIDGE} Plans.", hours=3, url="https://a.example/1")
    assert desk.stories() == [{lead.id}, {wrong.id, more.id}]
    later = desk.add("d", "Bridge", BRIDGE, hours=4)
    assert desk.item(later.id).story_id == lead.story_id


def test_a_single_item_split_off_stays_alone_when_its_text_is_edited(folder: Folder, desk: TakingIn) -> None:
    lead = desk.add("a", "Bridge", BRIDGE)
    wrong = desk.add("b", "Bridge", BRIDGE, hours=1, url="https://b.example/1")
    folder.objects("stories", "split", str(lead.story_id), str(wrong.id))
    desk.add("b", "Bridge", f"{BRIDGE} Photos.", hours=3, url="https://b.example/1")
    assert desk.stories() == [{lead.id}, {wrong.id}]


def test_an_originator_does_not_bring_together_what_was_split(folder: Folder, desk: TakingIn) -> None:
    desk.source("ministry", Kind.MINISTRY)
    lead, wrong = desk.add("a", "Bridge", BRIDGE), desk.add("b", "Bridge", BRIDGE, hours=1)
    folder.objects("stories", "split", str(lead.story_id), str(wrong.id))
    release = desk.add("ministry", "The bridge", BRIDGE, hours=2)
    assert desk.stories() == [{lead.id, release.id}, {wrong.id}]


def test_the_lead_can_be_split_off_and_the_next_one_leads(folder: Folder, desk: TakingIn) -> None:
    lead, copy = desk.add("a", "Bridge", BRIDGE), desk.add("b", "Bridge", BRIDGE, hours=1)
    [stayed, split] = folder.objects("stories", "split", str(lead.story_id), str(lead.id))
    assert (stayed["lead"], split["lead"]) == (copy.id, lead.id)
    assert desk.item(copy.id).relation is Relation.LEAD


def test_stories_brought_together_stay_so_and_the_originator_leads(folder: Folder, desk: TakingIn) -> None:
    desk.source("ministry", Kind.MINISTRY)
    bridge = desk.add("a", "Bridge", BRIDGE, url="https://a.example/1")
    ferry = desk.add("ministry", "Ferry", FERRY, hours=1)
    copy = desk.add("c", "Ferry", FERRY, hours=2)
    [merged] = folder.objects("stories", "merge", str(bridge.story_id), str(ferry.story_id))
    assert (merged["id"], merged["lead"], set(merged["items"])) == (
        bridge.story_id,
        ferry.id,
        {bridge.id, ferry.id, copy.id},
    )
    desk.add("a", "Bridge", f"{BRIDGE} Photos.", hours=3, url="https://a.example/1")
    assert desk.stories() == [{bridge.id, ferry.id, copy.id}]
    [shown] = folder.objects("stories", "show", str(merged["id"]))
    by_id = {one["id"]: one for one in shown["copies"]}
    assert (by_id[bridge.id]["by_hand"], by_id[bridge.id]["relation"]) == (True, "partial")
    assert by_id[bridge.id]["reason"].startswith("put here by hand; ")


def test_what_was_split_can_be_merged_again(folder: Folder, desk: TakingIn) -> None:
    lead, copy = desk.add("a", "Bridge", BRIDGE), desk.add("b", "Bridge", BRIDGE, hours=1)
    [_, split] = folder.objects("stories", "split", str(lead.story_id), str(copy.id))
    folder.objects("stories", "merge", str(lead.story_id), str(split["id"]))
    assert desk.stories() == [{lead.id, copy.id}]
    assert desk.store.stories.shunned(copy.id) == frozenset()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("split", "99", "1"), "there is no story 99"),
        (("split", "1", "2"), "item 2 is not in story 1"),
        (("split", "1", "1"), "these are all the items of story 1"),
        (("merge", "1"), "name two stories or more"),
        (("merge", "1", "99"), "there is no story 99"),
        (("clip", "99", "--note", "Seen on a wall"), "there is no story 99"),
    ],
)
def test_what_cannot_be_arranged_is_refused_and_nothing_changes(
    folder: Folder, desk: TakingIn, arguments: tuple[str, ...], told: str
) -> None:
    one, other = desk.add("a", "Bridge", BRIDGE), desk.add("b", "Ferry", FERRY)
    done = folder.run("stories", *arguments)
    assert (done.returncode, told in done.stderr) == (1, True), done.stderr
    assert desk.stories() == [{one.id}, {other.id}]


def test_a_clip_is_an_item_of_the_story_and_its_outlet_counts(folder: Folder, desk: TakingIn, tmp_path: Path) -> None:
    lead = desk.add("a", "Bridge", BRIDGE)
    file = tmp_path / "clip.txt"
    file.write_text(f"Our bridge\n{BRIDGE}", "utf-8")
    url = "https://paper.example/page/7"
    [clip] = folder.objects("stories", "clip", str(lead.story_id), "--text-file", str(file), "--url", url)
    assert (clip["story"], clip["title"], clip["url"], clip["publisher"]) == (
        lead.story_id,
        "Our bridge",
        url,
        "paper.example",
    )
    assert (clip["source"], clip["relation"], clip["share"], clip["is_new"]) == ("clips", "reprint", 1.0, True)
    [note] = folder.objects("stories", "clip", str(lead.story_id), "--note", "Read out on the radio at eight")
    assert (note["publisher"], note["relation"], note["share"]) == ("clips", "partial", None)
    on_tv = ("--url", "https://tv.example/news/8", "--title", "On TV", "--note", "At nine")
    [page] = folder.objects("stories", "clip", str(lead.story_id), *on_tv)
    assert (page["title"], page["text"]) == ("On TV", "At nine")
    assert desk.story(lead).publisher_count == 4
    assert not any(source["id"] == "clips" for source in folder.objects("sources", "list"))


def article(text: str, head: str = "") -> Page:
    paragraphs = "".join(f"<p>{sentence.strip()}.</p>" for sentence in text.split(".") if sentence.strip())
    return Page(f"<html><head>{head}</head><body><article>{paragraphs}</article></body></html>".encode(), "text/html")


def test_a_clip_by_its_address_brings_what_stands_there(folder: Folder, desk: TakingIn, site: Site) -> None:
    lead = desk.add("a", "Bridge", BRIDGE)
    marks = "<title>A bridge opens</title><meta property='article:published_time' content='2026-07-18T15:00:00Z'>"
    site.pages["/paper/7"] = article(BRIDGE, marks)
    [clip] = folder.objects("stories", "clip", str(lead.story_id), "--url", f"{site.url}/paper/7")
    assert (clip["title"], clip["published_at"], clip["is_new"]) == ("A bridge opens", "2026-07-18T15:00:00.000Z", True)
    assert (clip["story"], clip["relation"], clip["publisher"]) == (lead.story_id, "reprint", "127.0.0.1")
    assert clip["share"] > 0.9
    [again] = folder.objects("stories", "clip", str(lead.story_id), "--url", f"{site.url}/paper/7")
    assert (again["id"], again["is_new"]) == (clip["id"], False)


def test_a_clip_by_the_address_of_what_is_stored_is_that(folder: Folder, desk: TakingIn, site: Site) -> None:
    lead = desk.add("a", "Bridge", BRIDGE)
    stored = desk.add("b", "Of ferries", " ".join(FERRY.split()[:30]), url=f"{site.url}/ferries")
    site.pages["/ferries"] = article(FERRY, "<title>Of ferries</title>")
    [clip] = folder.objects("stories", "clip", str(lead.story_id), "--url", f"{site.url}/ferries")
    assert (clip["id"], clip["is_new"], clip["story"]) == (stored.id, False, lead.story_id)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/missing", "404"),
        ("/empty", "no article was found in this page"),
        ("/private", "robots.txt"),
    ],
)
def test_a_page_that_cannot_be_taken_is_told_with_what_to_do(
    folder: Folder, desk: TakingIn, site: Site, path: str, told: str
) -> None:
    desk.add("a", "Bridge", BRIDGE)
    site.pages["/empty"] = Page(b"<html><body></body></html>", "text/html")
    site.pages["/private"] = article(BRIDGE)
    site.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /private\n", "text/plain")
    done = folder.run("stories", "clip", "1", "--url", site.url + path)
    assert (done.returncode, told in done.stderr) == (1, True), done.stderr
    assert "Give its text with --text-file, or say with --note what it brings." in done.stderr
    assert len(desk.items()) == 1


def test_a_page_in_a_private_network_is_not_asked_for(folder: Folder, desk: TakingIn, site: Site) -> None:
    desk.add("a", "Bridge", BRIDGE)
    toml = folder.path / "monitor.toml"
    toml.write_text(toml.read_text("utf-8").replace('allow_private = ["127.0.0.0/8"]', ""), "utf-8")
    done = folder.run("stories", "clip", "1", "--url", f"{site.url}/paper")
    assert (done.returncode, site.asked) == (1, [])
    assert "--text-file" in done.stderr


def test_a_clip_of_what_is_stored_puts_that_into_the_story(folder: Folder, desk: TakingIn) -> None:
    lead = desk.add("a", "Bridge", BRIDGE)
    stored = desk.add("b", "Of bridges", FERRY, url="https://b.example/of-bridges")
    text = folder.path.parent / "text"
    text.write_text(FERRY, "utf-8")
    arguments = ("--url", "https://b.example/of-bridges", "--title", "Of bridges", "--text-file", str(text))
    [clip] = folder.objects("stories", "clip", str(lead.story_id), *arguments)
    assert (clip["id"], clip["is_new"], clip["story"]) == (stored.id, False, lead.story_id)
    assert folder.objects("stories", "clip", str(lead.story_id), *arguments)[0]["id"] == stored.id


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "give --url, --text-file or --note"),
        (("--note", " "), "give --url, --text-file or --note"),
        (("--url", "javascript:alert(1)"), "is no address of the web"),
        (("--note", "A", "--text-file", "-"), "not both"),
    ],
)
def test_a_clip_needs_something_to_say(folder: Folder, desk: TakingIn, arguments: tuple[str, ...], told: str) -> None:
    done = folder.run("stories", "clip", "1", *arguments)
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr


def test_a_story_tells_of_each_copy_how_much_it_kept_how_late_and_why(folder: Folder, desk: TakingIn) -> None:
    desk.source("embassy", Kind.EMBASSY)
    lead = desk.add("embassy", "Bridge", BRIDGE)
    copy = desk.add("a", "Islamabad(TNS): A bridge", " ".join(BRIDGE.split()[:60]), hours=1.5)
    late = desk.add("b", "Bridge", BRIDGE, hours=50)
    desk.add("c", "Bridge and ferry", f"{FERRY} {' '.join(BRIDGE.split()[:40])}", hours=51)
    ferry = desk.add("d", "Ferry", FERRY, hours=-1)
    [shown] = folder.objects("stories", "show", str(lead.story_id))
    by_id = {one["id"]: one for one in shown["copies"]}
    assert by_id[lead.id]["delay_s"] is None
    delays = [one["delay_s"] for one in shown["copies"]]
    assert delays == [None, *sorted(delays[1:])]
    assert (by_id[copy.id]["delay_s"], by_id[copy.id]["contained"]) == (5400, 1.0)
    assert by_id[copy.id]["reason"] == f"58 of 58 runs of three words shared with item {lead.id}"
    page = folder.run("stories", "show", str(lead.story_id)).stdout
    assert "reprint 45%  a: Islamabad(TNS): A bridge" in page
    assert (
        "1 h 30 min after the lead; 58 of 58 runs of three words shared with item 1; printed as Islamabad(TNS)" in page
    )
    assert "2 d 2 h after the lead" in page
    assert json.dumps(late.id) in page
    [listed] = [one for one in folder.objects("stories", "list") if one["id"] == ferry.story_id]
    assert len(listed["items"]) >= 1


def test_a_story_names_the_items_elsewhere_that_hold_text_of_it(folder: Folder, desk: TakingIn) -> None:
    desk.add("a", "Bridge", BRIDGE)
    ferry = desk.add("b", "Ferry", FERRY)
    both = desk.add("c", "Bridge and ferry", f"{BRIDGE} {' '.join(FERRY.split()[:60])}", hours=1)
    [shown] = folder.objects("stories", "show", str(ferry.story_id))
    assert [(one["item"], one["share"]) for one in shown["parts_in"]] == [(both.id, pytest.approx(0.45, abs=0.01))]
    page = folder.run("stories", "show", str(ferry.story_id)).stdout
    assert "1 copy by 1 publisher" in page
    assert "Other stories' items that hold text of this one:" in page
