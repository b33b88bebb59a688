"""`monitor opml import` and `export`: a line for each outline, and nothing lost on the way there and back."""

from __future__ import annotations

import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Call
from tests.conftest import Article, Folder, Site, source

BODY = """<outline text="Europe"><outline text="Press desk">
<outline type="rss" text="A one" title="A" xmlUrl="https://a.example/feed" htmlUrl="https://a.example/" language="en" fz:q="1"/>
</outline></outline>
<outline text="B" xmlUrl="https://b.example/feed" category="/x,/y"/>
<outline text="B again" xmlUrl="http://b.example/feed/"/>
<outline text="Secret" xmlUrl="https://user:w0rd@c.example/feed"/>
<outline text="Nothing"/>
<outline text="B" xmlUrl="https://d.example/feed" language="English" description="About D"/>"""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "feeds.opml"
    path.write_text(f'<opml version="2.0" xmlns:fz="urn:fz"><head/><body>\n{BODY}\n</body></opml>')
    return path


def tables(folder: Folder) -> list[dict[str, object]]:
    found: list[dict[str, object]] = tomllib.loads((folder.path / "sources.toml").read_text("utf-8")).get("source", [])
    return found


def test_every_outline_has_its_line(call: Call, folder: Folder, document: Path) -> None:
    folder.write()
    done = call("opml", "import", str(document), "--json", config=folder.path)
    assert done.code == 0
    assert [(found["line"], found["verdict"], found["id"]) for found in done.objects] == [
        (3, "added", "a"),
        (5, "added", "b"),
        (6, "already there", "b"),
        (7, "refused", ""),
        (8, "refused", ""),
        (9, "added", "b-2"),
    ]
    assert "w0rd" not in done.out
    assert done.err == "3 added, 1 already there, 2 refused; it is read at the next start\n"
    assert tables(folder) == [
        {
            "id": "a",
            "name": "A",
            "url": "https://a.example/feed",
            "language": "en",
            "tags": ["Europe", "Press desk"],
            "opml": {"htmlUrl": "https://a.example/", "fz:q": "1", "text": "A one", "xmlns:fz": "urn:fz"},
        },
        {"id": "b", "name": "B", "url": "https://b.example/feed", "tags": ["x", "y"]},
        {
            "id": "b-2",
            "name": "B",
            "url": "https://d.example/feed",
            "opml": {"description": "About D", "language": "English"},
        },
    ]
    assert call("check", config=folder.path).code == 0


def test_a_second_import_adds_nothing(call: Call, folder: Folder, document: Path) -> None:
    folder.write()
    call("opml", "import", str(document), config=folder.path)
    before = (folder.path / "sources.toml").read_bytes()
    done = call("opml", "import", str(document), config=folder.path)
    assert done.err == "0 added, 4 already there, 2 refused\n"
    assert "     5  already there  b  https://b.example/feed: the source b has this address\n" in done.out
    assert (folder.path / "sources.toml").read_bytes() == before


def test_a_dry_run_writes_nothing(call: Call, folder: Folder, document: Path) -> None:
    folder.write()
    done = call("opml", "import", str(document), "--dry-run", config=folder.path)
    assert done.err == "3 added, 1 already there, 2 refused; nothing was written\n"
    assert tables(folder) == []


def test_what_is_imported_is_polled(call: Call, folder: Folder, site: Site, tmp_path: Path) -> None:
    folder.write()
    url = site.publish("/feed", Article("First news"))
    (tmp_path / "one.opml").write_text(f'<opml><body><outline xmlUrl="{url}"/></body></opml>')
    assert call("opml", "import", str(tmp_path / "one.opml"), config=folder.path).code == 0
    assert call("fetch", config=folder.path).code == 0
    assert [item["title"] for item in call("items", "--json", config=folder.path).objects] == ["First news"]


def test_a_broken_document_gives_what_stood_before_the_break(call: Call, folder: Folder, tmp_path: Path) -> None:
    folder.write()
    (tmp_path / "torn.opml").write_text(
        '<opml><body>\n<outline text="A" xmlUrl="https://a.example/"/>\n<outline text="B'
    )
    done = call("opml", "import", str(tmp_path / "torn.opml"), config=folder.path)
    assert done.code == 0
    assert "     3  refused        an outline  : the document is broken here" in done.out
    assert [table["url"] for table in tables(folder)] == ["https://a.example/"]


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "<rss/>",
        '<!DOCTYPE opml [<!ENTITY a "b">]><opml><body/></opml>',
        "<opml><body><outline text='x'/></body></opml>",
    ],
)
def test_a_document_without_a_feed_ends_with_1(call: Call, folder: Folder, tmp_path: Path, text: str) -> None:
    folder.write()
    (tmp_path / "bad.opml").write_text(text)
    assert call("opml", "import", str(tmp_path / "bad.opml"), config=folder.path).code == 1
    assert tables(folder) == []


def test_a_document_beyond_measure_is_refused(call: Call, folder: Folder, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("monitor.cli.opml.DOCUMENT_BYTES", 10)
    folder.write()
    (tmp_path / "big.opml").write_text("<opml><body/></opml>")
    done = call("opml", "import", str(tmp_path / "big.opml"), config=folder.path)
    assert (done.code, done.err) == (1, "monitor: the document is larger than 10 bytes\n")


def test_export_and_import_lose_nothing(call: Call, folder: Folder, document: Path, tmp_path: Path) -> None:
    keys = {
        "kind": "embassy",
        "publisher": "The House",
        "country": "PK",
        "tags": ["x", "y", "z"],
        "own": True,
        "note": "a\nb",
    }
    more = {
        "enabled": False,
        "full_text": True,
        "verify": False,
        "interval": "1h30m",
        "identity": "guid",
        "user_agent": "Desk/1",
    }
    page = 'format = "page"\n[source.page]\nlist = "div.n"\ndate_format = "%d.%m.%Y"\n'
    folder.write(
        sources=source("whole", "https://w.example/feed", name="Whole & <all>", language="ur", **keys, **more)
        + source("page", "https://p.example/news")
        + page
        + source("map", "https://m.example/sitemap.xml", format="sitemap")
        + source("mine", "https://mine.example/feed", auth_file="")
    )
    call("opml", "import", str(document), config=folder.path)
    written = tmp_path / "out.opml"
    assert call("opml", "export", str(written), config=folder.path).code == 0
    root = ElementTree.parse(written).getroot()
    assert root.attrib["version"] == "2.0"
    assert {o.attrib.get("type", "folder") for o in root.iter("outline")} == {"rss", "link", "folder"}
    other = Folder(tmp_path / "other", folder.mail_port)
    other.write()
    assert call("opml", "import", str(written), config=other.path).code == 0

    def comparable(one: Folder) -> dict[object, dict[str, object]]:
        shown = {"kind": "press"}
        return {t["id"]: shown | {k: v for k, v in t.items() if k != "auth_file"} for t in tables(one)}

    before, after = comparable(folder), comparable(other)
    for table in (*before.values(), *after.values()):
        table.setdefault("name", table["id"])
    assert after == before


def test_an_export_tells_no_secret(call: Call, folder: Folder) -> None:
    folder.write(
        sources=source("a", "https://a.example/feed", auth_file="../login", proxy="http://proxy:3128")
        + 'headers = { "X-Key" = "sesame" }\n'
    )
    (folder.path.parent / "login").write_text("user:w0rd")
    told = call("opml", "export", config=folder.path)
    assert told.code == 0
    assert 'xmlUrl="https://a.example/feed"' in told.out
    for secret in ("w0rd", "sesame", "proxy"):
        assert secret not in told.out
