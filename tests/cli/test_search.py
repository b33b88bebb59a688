"""`monitor search`: order, reasons, refusals."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from monitor.cli import main
from tests.cli.conftest import Call
from tests.conftest import Article, Folder, Site, source


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, site = Folder(tmp_path_factory.mktemp("desk") / "config", 1), Site()
    long = " ".join(["word"] * 80)
    folder.write(
        sources=source(
            "a",
            site.publish(
                "/a",
                Article("Talks on Karabakh", f"{long} The bridge was opened. {long}", guid="1"),
                Article("A bridge, and the bridge", "Bridge beside bridge.", guid="2"),
                Article("卡拉巴赫的桥", "新的大桥昨天开通。", guid="3"),
                Article("Of other things", "The talks went on about \ue010Qarabağ\x1b[31m.", guid="4"),
            ),
        )
    )
    assert folder.run("fetch").returncode == 0
    site.close()
    return folder.path


def titles(call: Call, desk: Path, *arguments: str) -> list[str]:
    return [item["title"] for item in call("search", *arguments, "--json", config=desk).objects]


def test_what_was_found_says_why(call: Call, desk: Path) -> None:
    for item in call("search", "bridge OR 大桥", "--json", config=desk).objects:
        texts = {"title": item["title"], "body": item["text"]}
        assert item["spans"]
        assert all(texts[field][start:end] == text for field, start, end, text in item["spans"])
        for snippet in item["snippets"]:
            marked = [snippet["text"][start:end] for start, end in snippet["marks"]]
            assert marked
            assert all(text.casefold() in ("bridge", "大桥") for text in marked)


def test_a_snippet_is_a_stretch_around_the_hit(call: Call, desk: Path) -> None:
    [item] = call("search", "bridge AND karabakh", "--json", config=desk).objects
    title, body = item["snippets"]
    assert (title["field"], title["text"], title["marks"]) == ("title", "Talks on Karabakh", [[9, 17]])
    assert body["text"].startswith("… word")
    assert body["text"].endswith("word …")
    assert len(body["text"]) < 180
    out = call("search", "bridge AND karabakh", config=desk).out.splitlines()
    assert out[1] == " " * 8 + body["text"]


@pytest.mark.parametrize(("is_terminal", "no_color"), [(True, False), (True, True), (False, False)])
def test_hits_are_bold_on_a_terminal_and_nothing_of_the_text_is_obeyed(
    desk: Path, monkeypatch: pytest.MonkeyPatch, is_terminal: bool, no_color: bool
) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(shown, "isatty", lambda: is_terminal)
    monkeypatch.setattr(sys, "stdout", shown)
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    with pytest.raises(SystemExit):
        main(["-c", str(desk), "search", "qarabag"])
    is_bold = is_terminal and not no_color
    bold, plain = ("\x1b[1m", "\x1b[22m") if is_bold else ("", "")
    assert shown.getvalue().splitlines()[1] == f"{'':8}The talks went on about {bold}Qarabağ{plain}[31m."


def test_the_newest_stands_first_or_the_best(call: Call, desk: Path) -> None:
    newest = titles(call, desk, "bridge")
    assert newest == ["Talks on Karabakh", "A bridge, and the bridge"]
    assert titles(call, desk, "bridge", "--ranked") == newest[::-1]
    assert titles(call, desk, "bridge", "--ranked", "--limit", "1") == newest[1:]
    assert titles(call, desk, "kind:press", "--ranked") == titles(call, desk, "kind:press")


def test_the_language_is_that_of_rules(call: Call, desk: Path) -> None:
    assert titles(call, desk, "title:(karabakh NEAR/5 talks) AND within:7d") == ["Talks on Karabakh"]
    assert titles(call, desk, "卡拉巴赫") == ["卡拉巴赫的桥"]
    assert titles(call, desk, "巴拉") == []


def test_a_query_that_cannot_be_read_shows_the_spot_to_people_and_programs(call: Call, desk: Path) -> None:
    done = call("search", "talks AND NEAR", "--json", config=desk)
    [error] = done.objects
    assert done.code == 2
    assert error["query"] == "talks AND NEAR"
    assert error["position"] == 10
    assert error["error"] in done.err
    shown = call("search", "talks AND NEAR", config=desk)
    assert (shown.code, shown.out) == (2, "")
    assert "\ntalks AND NEAR\n          ^\n" in shown.err


def test_what_is_probably_not_meant_is_told_beside_what_was_found(call: Call, desk: Path) -> None:
    done = call("search", "karabakh and talks", "--json", config=desk)
    assert done.code == 0
    assert "warning: `and` is looked for as a word here" in done.err
    assert "\nkarabakh and talks\n         ^\n" in done.err
    assert "warning: nothing has the source `b`" in call("search", "bridge source:b", config=desk).err
    assert "warning: nothing has the tag `north`" in call("search", "bridge OR tag:north", config=desk).err
    assert "warning" not in call("search", "bridge source:a publisher:a", config=desk).err


def test_a_query_may_begin_with_a_minus(call: Call, desk: Path) -> None:
    wanted = ["A bridge, and the bridge"]
    assert titles(call, desk, "-karabakh bridge") == wanted
    assert titles(call, desk, "--limit", "1", "-karabakh bridge", "--ranked") == wanted
    done = call("search", "--json", "--limit=1", "--", "-karabakh bridge", config=desk)
    assert [item["title"] for item in done.objects] == wanted
    assert titles(call, desk, "-(karabakh OR other) bridge", "--source", "a") == wanted
    assert "alone would match every text" in call("search", "-karabakh", config=desk).err
    assert "--lmit" in call("search", "bridge", "--lmit", "1", config=desk).err
    assert "Usage" in call("search", "-h", config=desk).out


@pytest.mark.parametrize("command", [["search", "bridge"], ["items"]])
def test_a_source_or_a_tag_that_is_not_there_is_told(call: Call, desk: Path, command: list[str]) -> None:
    done = call(*command, "--source", "nope", "--tag", "none", config=desk)
    assert (done.code, done.out) == (0, "")
    assert done.err.splitlines() == [
        "there is no source 'nope'; `monitor sources list` shows them",
        "no item has the tag 'none'",
        "nothing found",
    ]
    assert call(*command, "--source", "a", config=desk).err == ""
