from __future__ import annotations

import csv
import io
import json

import pytest

from tests.conftest import Article, Folder, Site
from tests.reports.conftest import PARAGRAPHS, TEXT, TITLE

SOURCES = """
[[source]]
id = "embassy"
name = "Embassy of Atlantis"
url = "{url}/embassy"
kind = "embassy"
own = true
[[source]]
id = "courier"
name = "=The Daily Courier"
url = "{url}/courier"
country = "PK"
language = "en"
"""


@pytest.fixture
def fetched(folder: Folder, site: Site) -> Folder:
    """A release of ours and one copy, cut and reworded."""
    folder.write(sources=SOURCES.format(url=site.url))
    copy = "\n\n".join(PARAGRAPHS[:3]).replace("opened it", "inaugurated it")
    site.publish(
        "/embassy", Article(TITLE, "".join(f"<p>{part}</p>" for part in PARAGRAPHS), "https://embassy.example/1", "1")
    )
    site.publish(
        "/courier",
        Article(
            "Boats <b>ashore</b>",
            "".join(f"<p>{part}</p>" for part in copy.split("\n\n")),
            "https://courier.example/1",
            "2",
        ),
    )
    assert folder.run("fetch").returncode == 0
    return folder


def release(folder: Folder) -> str:
    return str(next(item["id"] for item in folder.objects("items") if item["source"] == "embassy"))


def test_a_mention_a_line_says_what_the_contract_asks(fetched: Folder) -> None:
    [mention] = fetched.objects("pickup", release(fetched))
    assert mention["outlet"] == "=The Daily Courier"
    assert (mention["publisher"], mention["country"], mention["language"]) == ("courier", "PK", "en")
    assert (mention["class"], mention["delay_s"]) == ("reprint", 0.0)
    assert 0.6 < mention["share"] < 0.9
    assert mention["longest_run"] > 40
    assert mention["cut"] == [{"paragraph": 4, "sentence": None, "text": PARAGRAPHS[3]}]
    [changed] = mention["changed"]
    assert ["-", "opened"] in changed["diff"]
    assert ["+", "inaugurated"] in changed["diff"]
    assert set(mention["wire"]) == {"label", "place", "dated", "agency", "edit"}


def test_a_release_from_a_file_or_standard_input_finds_the_same_copies(fetched: Folder) -> None:
    file = fetched.path.parent / "release.txt"
    file.write_text(f"{TITLE}\n\n{TEXT}", "utf-8")
    by_file = fetched.objects("pickup", "--file", str(file))
    assert {mention["source"] for mention in by_file} == {"courier"}
    assert {mention["delay_s"] for mention in by_file} == {None}
    done = fetched.run("pickup", "--file", "-", "--published", "2d", "--json", stdin=f"{TITLE}\n\n{TEXT}")
    assert all(json.loads(line)["delay_s"] > 0 for line in done.stdout.splitlines())


def test_the_whole_report_is_one_object_with_totals(fetched: Folder) -> None:
    found = json.loads(fetched.run("pickup", release(fetched), "--format", "json").stdout)
    assert found["release"]["title"] == TITLE
    assert found["totals"]["mentions"] == 1
    assert found["totals"]["by_country"] == {"PK": 1}
    assert found["totals"]["by_hour"] == {"0": 1}
    assert len(found["mentions"]) == 1


def test_the_text_can_be_read_by_a_press_officer(fetched: Folder) -> None:
    text = fetched.run("pickup", release(fetched)).stdout
    assert "1 item by 1 publisher: 1 reprint." in text
    assert "[-opened-] {+inaugurated+}" in text
    assert "cut: paragraph 4" in text


def test_a_cell_of_the_csv_acts_as_nothing(fetched: Folder) -> None:
    [row] = csv.DictReader(io.StringIO(fetched.run("pickup", release(fetched), "--format", "csv").stdout))
    assert row["outlet"] == "'=The Daily Courier"
    assert row["cut"] == "paragraph 4"
    assert row["class"] == "reprint"


def test_markdown_and_page_let_feed_text_do_nothing(fetched: Folder) -> None:
    page = fetched.run("pickup", release(fetched), "--format", "html").stdout
    assert "<svg" in page
    assert "<script" not in page
    assert "Boats ashore" in page
    markdown = fetched.run("pickup", release(fetched), "--format", "markdown").stdout
    assert markdown.startswith(f"# Pick-up: {TITLE}\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "give an ITEM or a --file"),
        (("1", "--file", "-"), "give an ITEM or a --file"),
        (("1", "--title", "Boats"), "belong to a --file"),
        (("--file", "-"), "there is no text in this file"),
    ],
)
def test_what_cannot_be_reported_on_is_usage(folder: Folder, arguments: tuple[str, ...], told: str) -> None:
    folder.write()
    done = folder.run("pickup", *arguments)
    assert done.returncode == 2
    assert told in done.stderr


def test_an_unknown_item_fails_and_no_pick_up_is_no_failure(fetched: Folder) -> None:
    assert fetched.run("pickup", "99").returncode == 1
    done = fetched.run("pickup", "--file", "-", stdin="Boats sold\n\nNobody wrote of this.")
    assert done.returncode == 0
    assert "No pick-up so far" in done.stdout
