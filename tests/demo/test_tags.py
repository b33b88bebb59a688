"""The demonstration's configuration loads without a word, and its rules tag the world's texts as they should."""

from __future__ import annotations

from datetime import UTC, datetime

import feedparser
import pytest

from monitor.demo.configuration import write_configuration
from monitor.demo.world import documents
from monitor.model import Matchable
from monitor.rules import compile_query, compile_rules, prepare
from monitor.settings.load import load_settings
from monitor.text.furniture import find_furniture

NOW = datetime(2026, 11, 23, 2, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "config"
    write_configuration(folder, server_url="http://127.0.0.1:4711", mail_host="127.0.0.1", mail_port=2525)
    return load_settings(folder, {})


@pytest.fixture(scope="module")
def rules(settings):
    compiled, errors = compile_rules(settings.rules, settings.lists)
    assert errors == []
    return compiled


def test_the_settings_load_without_a_warning_and_every_sample_and_section_holds(settings, rules):
    assert settings.warnings == ()
    assert rules.failed_samples() == []
    for digest in settings.digests:
        for section in digest.sections:
            assert section.query == "" or compile_query(section.query, settings.lists, purpose="search")


@pytest.mark.parametrize(
    ("path", "link_end", "fired"),
    [
        ("/embassy.xml", "book-days", {"our-embassy", "book-days", "karabakh", "baku", "energy"}),
        ("/embassy.xml", "winter-hours", set()),
        ("/wire.xml", "20365", {"baku", "yerevan"}),
        ("/urdu.xml", "3098", {"our-embassy", "book-days", "karabakh", "baku"}),
        ("/urdu.xml", "3107", {"yerevan"}),
        ("/urdu.xml", "3091", {"energy"}),
        ("/azerbaijani.xml", "kitab-gunleri", {"our-embassy", "book-days", "baku", "energy"}),
        ("/azerbaijani.xml", "lion-sergi", {"karabakh", "baku", "yerevan"}),
        ("/azerbaijani.xml", "araz", {"baku", "yerevan"}),
        ("/azerbaijani.xml", "heç-heçə", {"baku"}),
        ("/armenian.xml", "lion", {"karabakh", "baku", "yerevan"}),
        ("/armenian.xml", "araks", {"baku", "yerevan"}),
        ("/turkish.xml", "kitap-gunleri", {"our-embassy", "book-days", "baku"}),
        ("/turkish.xml", "lyon-hali", {"karabakh", "baku", "yerevan"}),
        ("/turkish.xml", "bakiye", set()),
        ("/french.xml", "tapis", {"karabakh", "baku", "yerevan"}),
        ("/russian.xml", "araks", {"baku", "yerevan"}),
        ("/russian.xml", "stancii", {"our-embassy", "energy"}),
        ("/russian.xml", "nichya", {"baku"}),
        ("/chinese.xml", "1182.html", {"our-embassy", "book-days", "baku", "energy"}),
        ("/chinese.xml", "1179.html", {"karabakh", "baku", "yerevan"}),
    ],
)
def test_a_name_is_found_in_every_script_and_a_false_friend_is_not(rules, path, link_end, fired):
    entries = feedparser.parse(documents(NOW, 1)[path].body).entries
    (entry,) = (entry for entry in entries if entry.link.endswith(f"/{link_end}"))
    text = entry.content[0].value if "content" in entry else entry.summary
    furniture = find_furniture(entry.title, text)
    matched = rules.match(prepare(Matchable(entry.title, text, furniture=furniture.spans)))
    assert {match.rule_id for match in matched} == fired
