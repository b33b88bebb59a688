"""Reviews, the record and its exports, and who gets a digest, from the command line."""

from __future__ import annotations

import csv
import email
import email.policy
import io
from datetime import UTC, datetime, timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.store import open_store
from tests.cli.conftest import Call
from tests.conftest import LONG, Article, Folder, Site, source


def digests(**keys: str) -> str:
    """A digest that is due in half an hour, by UTC's clock, and held for review since half an hour."""
    at = datetime.now(UTC) + timedelta(minutes=30)
    lines = "\n".join(f"{key} = {value}" for key, value in keys.items())
    return f"""
[[digest]]
id = "morning"
title = "Morning review"
at = "{at:%H:%M}"
to = ["Desk <desk@mission.example>", "ambassador@mission.example"]
{lines}
[[digest.section]]
title = "Rooms"
query = "room*"
[[digest.section]]
title = "Rest"
"""


@pytest.fixture
def desk(call: Call, folder: Folder, site: Site) -> Folder:
    articles = [
        Article("=Reading room opens", LONG, "https://a.example/1", "1"),
        Article("Bridge closes", "The bridge is closed for repairs.", "https://a.example/2", "2"),
    ]
    folder.write(
        sources=source("a", site.publish("/a", *articles), name="The Paper", excerpt=20), digests=digests(review="true")
    )
    assert call("fetch", config=folder.path).code == 0
    return folder


@pytest.fixture
def held(desk: Folder) -> str:
    """The number of an edition that is held, as the daemon would."""
    from monitor.app import plans
    from monitor.configuration import check_configuration
    from monitor.digests.work import edition_work

    configuration = check_configuration(desk.path, {})
    store, now = open_store(desk.database), datetime.now(UTC)
    for work in edition_work(store, plans(configuration), lambda: now):
        work.file(store, work.draft(store, now, configuration.settings.mail.sender), now)
    [edition] = store.editions.held()
    store.close()
    return str(edition.id)


def test_held_editions_are_listed_with_their_stories_and_places(call: Call, desk: Folder, held: str) -> None:
    [edition] = call("digest", "review", "list", "--json", config=desk.path).objects
    assert (edition["id"], edition["state"], edition["reviewed"]) == (int(held), "held", False)
    assert [(told["section"], told["place"], told["title"]) for told in edition["entries"]] == [
        ("Rooms", 1, "=Reading room opens"),
        ("Rest", 1, "Bridge closes"),
    ]
    out = call("digest", "review", "list", config=desk.path).out
    assert "leaves at" in out
    assert "  1. Bridge closes  [story 1]" in out
    assert "(held for review)" in call("digest", "history", config=desk.path).out
    assert ", held until " in call("digest", "show", held, config=desk.path).out
    rows = call("deliveries", "list", "--json", config=desk.path).objects
    assert [row["state"] for row in rows] == ["held", "held"]


def test_nothing_held_is_said_to_be_so(call: Call, desk: Folder) -> None:
    done = call("digest", "review", "list", config=desk.path)
    assert (done.code, done.out) == (0, "")
    assert "no edition is held for review" in done.err


def test_an_edition_is_changed_and_leaves_as_it_was_left(call: Call, desk: Folder, held: str) -> None:
    assert call("digest", "review", "move", held, "1", "1", "--section", "Rooms", config=desk.path).code == 0
    assert call("digest", "review", "note", held, "Ask them.", "--story", "1", config=desk.path).code == 0
    noted = call("digest", "review", "note", held, "Quiet day.", config=desk.path)
    assert "Note: Quiet day." in noted.out
    assert "Note: Ask them." in noted.out
    assert ", changed" in noted.out
    [edition] = call("digest", "review", "drop", held, "2", "--json", config=desk.path).objects
    assert [told["story"] for told in edition["entries"]] == [1]
    assert call("digest", "resend", held, config=desk.path).code == 1
    released = call("digest", "review", "release", held, "--json", config=desk.path).objects
    assert [row["state"] for row in released] == ["queued", "queued"]
    text = call("digest", "show", held, "--format", "text", config=desk.path).out
    assert "Note: Quiet day." in text
    assert "Reading room" not in text
    assert call("digest", "review", "release", held, config=desk.path).code == 1


def test_a_change_that_cannot_be_made_is_refused(call: Call, desk: Folder, held: str) -> None:
    done = call("digest", "review", "drop", held, "99", config=desk.path)
    assert done.code == 1
    assert "story 99 does not stand in this edition" in done.err
    assert "is not held for review" in call("digest", "review", "note", "99", "x", config=desk.path).err
    assert call("digest", "review", "move", held, "1", "0", config=desk.path).code == 2


def test_an_edition_is_shown_in_every_format(call: Call, desk: Folder, held: str) -> None:
    sent = desk.run("digest", "show", held, "--format", "eml").stdout
    message = email.message_from_string(sent, policy=email.policy.default)
    assert message["To"] == "Desk <desk@mission.example>"
    text = call("digest", "show", held, "--format", "text", config=desk.path).out
    assert text == message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    page = LexborHTMLParser(call("digest", "show", held, "--format", "html", config=desk.path).out)
    assert page.css_first("h1").text() == "Morning review"
    assert "@media print" in page.html
    assert call("digest", "show", held, "--format", "md", config=desk.path).out.startswith("# Morning review\n")
    table = list(csv.DictReader(io.StringIO(call("digest", "show", held, "--format", "csv", config=desk.path).out)))
    assert [row["title"] for row in table] == ["'=Reading room opens", "Bridge closes"]
    assert table[0]["kind"] == "entry"
    assert len(table[0]["summary"]) <= 20


def test_an_edition_for_nobody_has_no_mail_to_show_but_its_text(call: Call, desk: Folder) -> None:
    desk.write(sources=(desk.path / "sources.toml").read_text(), digests='[[digest]]\nid = "d"\nat = "07:00"\n')
    assert call("digest", "send", "d", config=desk.path).code == 0
    [edition] = call("digest", "history", "--json", config=desk.path).objects
    done = call("digest", "show", str(edition["id"]), "--format", "eml", config=desk.path)
    assert done.code == 1
    assert "was mailed to nobody; of such there is text, html, md and csv" in done.err
    assert "Bridge closes" in call("digest", "show", str(edition["id"]), "--format", "text", config=desk.path).out


def test_an_edition_of_an_earlier_version_has_its_mails_alone(call: Call, desk: Folder, held: str) -> None:
    store = open_store(desk.database)
    store.connection.execute("DELETE FROM edition_content")
    store.close()
    done = call("digest", "show", held, "--format", "md", config=desk.path)
    assert done.code == 1
    assert "kept its mails alone; of such there is text and eml" in done.err
    assert "Bridge closes" in call("digest", "show", held, "--format", "text", config=desk.path).out
    assert call("digest", "show", "77", "--format", "md", config=desk.path).code == 1


def test_a_recipient_is_taken_off_and_put_on_again(call: Call, desk: Folder) -> None:
    [gone] = call("digest", "unsubscribe", "morning", "DESK@mission.example", "--json", config=desk.path).objects
    assert gone == {
        "digest": "morning",
        "title": "Morning review",
        "recipient": "desk@mission.example",
        "unsubscribed": True,
    }
    sent = call("digest", "send", "morning", "--json", config=desk.path).objects
    assert [row["recipient"] for row in sent] == ["ambassador@mission.example"]
    again = call("digest", "resubscribe", "morning", "desk@mission.example", config=desk.path)
    assert again.out == "morning is sent to desk@mission.example again\n"
    assert len(call("digest", "send", "morning", "--json", config=desk.path).objects) == 2
    stranger = call("digest", "unsubscribe", "morning", "x@mission.example", config=desk.path)
    assert stranger.code == 1
    assert "'x@mission.example' is no recipient of 'morning'" in stranger.err


def test_shipped_templates_and_words_are_written_to_be_changed(call: Call) -> None:
    names = call("digest", "example").out.split()
    assert {"templates/digest.html.j2", "templates/_told.html.j2", "messages/ur.toml"} <= set(names)
    for name in names:
        assert len(call("digest", "example", name).out) > 100
    assert call("digest", "example", "ur.toml").out == call("digest", "example", "messages/ur.toml").out
    assert call("digest", "example", "de.toml").code == 2


def test_digests_in_another_language_with_words_and_templates_of_ones_own(call: Call, desk: Folder) -> None:
    desk.write(sources=(desk.path / "sources.toml").read_text(), digests=digests(language='"de"', reads='["de"]'))
    (desk.path / "messages").mkdir()
    (desk.path / "messages" / "de.toml").write_text('[text]\nabout = "Zu dieser Ausgabe"\n')
    assert "Zu dieser Ausgabe" in call("digest", "preview", "morning", config=desk.path).out
    (desk.path / "templates").mkdir()
    (desk.path / "templates" / "digest.txt.j2").write_text("{{ title }}: {{ numbers | length }}")
    assert call("digest", "preview", "morning", config=desk.path).out.strip() == "Morning review: 2"
    (desk.path / "templates" / "digest.txt.j2").write_text("{{ titel }}")
    assert call("check", config=desk.path).code == 78


@pytest.mark.parametrize("command", [("search", "room OR bridge"), ("items",)])
def test_lists_are_exported_as_a_page_and_as_markdown(call: Call, desk: Folder, command: tuple[str, ...]) -> None:
    page = LexborHTMLParser(call(*command, "--format", "html", config=desk.path).out)
    assert len(page.css(".entry")) == 2
    assert "@media print" in page.html
    assert (len(page.css("mark")) > 0) is (command[0] == "search")
    text = call(*command, "--format", "md", config=desk.path).out
    assert text.startswith("# ")
    assert "[Bridge closes](<https://a.example/2>)" in text
    assert "The Paper" in text
    assert LONG[:60] not in text  # the source allows twenty characters
