"""`monitor stories show` tells what other stories are on the same event."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Call
from tests.conftest import Article, Folder, Site, source


def test_a_story_shows_what_is_also_on_its_event(call: Call, tmp_path: Path, site: Site) -> None:
    folder = Folder(tmp_path / "config", 1)
    english = Article("Ship brings 512 tonnes of flour to Port Vila", "Captain Moli Tari of the Aurora unloaded it.")
    french = Article("512 tonnes de farine à Port-Vila", "Le capitaine Moli Tari a déchargé l'Aurora.")
    other = Article("Reading room opens", "A reading room has opened in the old mill.")
    folder.write(
        sources=source("wire", site.publish("/wire", english, other), language="en")
        + source("journal", site.publish("/journal", french), language="fr")
    )
    assert folder.run("fetch", "wire").returncode == 0
    assert folder.run("fetch", "journal").returncode == 0
    listed = {story["title"]: story for story in call("stories", "list", "--json", config=folder.path).objects}
    assert listed[english.title]["related"] == [listed[french.title]["id"]]
    assert listed[other.title]["related"] == []
    [shown] = call("stories", "show", str(listed[english.title]["id"]), "--json", config=folder.path).objects
    [also] = shown["also_on_this"]
    assert (also["story"], also["title"]) == (listed[french.title]["id"], french.title)
    page = call("stories", "show", str(listed[english.title]["id"]), config=folder.path).out
    assert "Also on this, in other words:" in page
    assert f"{french.title}  (names " in page
    assert "Also on this" not in call("stories", "show", str(listed[other.title]["id"]), config=folder.path).out
