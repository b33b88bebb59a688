"""The starter that stands in `config/`: what a newcomer begins with must be sound, useful and even-handed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from monitor.configuration import check_configuration
from monitor.model import Matchable
from monitor.rules import prepare
from monitor.settings import (
    AlertSettings,
    FetchSettings,
    MailSettings,
    WebSettings,
    tables,
)
from monitor.settings.starter import write_starter

CONFIG = Path(__file__).parent.parent / "config"
COUNTRIES = ("AZ", "PK", "TR", "AM", "UN", "GB", "US", "DE", "FR", "IR", "RU", "CN")


@pytest.fixture(scope="module")
def configuration():
    return check_configuration(CONFIG, {})


@pytest.fixture(scope="module")
def enabled(configuration):
    return [source for source in configuration.settings.sources if source.enabled]


def test_the_starter_passes_the_check_with_no_warning_and_every_sample_holds(configuration):
    assert configuration.warnings == ()
    assert all(compiled.rule.samples for compiled in configuration.rules.rules)


def test_what_init_writes_passes_the_check_too(tmp_path):
    write_starter(tmp_path / "config")
    assert check_configuration(tmp_path / "config", {}).warnings == ()


def test_every_source_has_an_id_and_an_address_of_its_own(configuration):
    sources = configuration.settings.sources
    assert len({source.id for source in sources}) == len({source.url for source in sources}) == len(sources)


def test_there_are_enough_sources_of_every_kind(enabled):
    kinds = Counter(source.kind for source in enabled)
    assert len(enabled) >= 80
    assert {kind: kinds[kind] for kind in kinds if kinds[kind] < 3} == {}
    assert set(kinds) == {"official", "embassy", "ministry", "igo", "wire", "press"}


def test_the_countries_that_matter_first_are_there(enabled):
    assert set(COUNTRIES) <= {source.country for source in enabled}


def test_every_source_says_its_country_and_is_tagged(configuration):
    assert [source.id for source in configuration.settings.sources if not source.country or not source.tags] == []


@pytest.mark.parametrize(("one", "other"), [("AZ", "AM"), ("RU", "UA"), ("PK", "IN"), ("KG", "TJ")])
def test_the_parties_of_a_conflict_have_like_numbers(enabled, one, other):
    counts = Counter(source.country for source in enabled)
    assert counts[one] >= 2
    assert counts[other] >= 2
    assert abs(counts[one] - counts[other]) <= 1


def test_what_is_restricted_somewhere_is_shipped_disabled_with_a_plain_note(configuration):
    sources = {source.id: source for source in configuration.settings.sources}
    for source_id in ("rt", "sputnik"):
        assert not sources[source_id].enabled
        assert "restricted" in sources[source_id].note
    assert {s.id for s in sources.values() if not s.enabled} == {"rt", "sputnik"}


def test_feeds_of_one_host_have_one_publisher(configuration):
    """Two feeds of one house must count as one voice."""
    hosts = {}
    for source in configuration.settings.sources:
        hosts.setdefault(source.url.split("/")[2].removeprefix("www."), set()).add(source.publisher)
    hosts.pop("gov.uk")  # one site, many offices
    assert {host: sorted(found) for host, found in hosts.items() if len(found) > 1} == {}


def test_the_monitor_file_shows_every_key_with_its_default(configuration):
    import tomllib

    settings = configuration.settings
    assert settings.store.path == CONFIG.parent / "data/monitor.db"
    assert (settings.fetch, settings.mail) == (FetchSettings(), MailSettings())
    assert (settings.alerts, settings.web) == (AlertSettings(), WebSettings())
    shown = tomllib.loads((CONFIG / "monitor.toml").read_text())
    for name, field in tables.MonitorFile.model_fields.items():
        if name != "channel":
            keys = [inner.alias or key for key, inner in field.annotation.model_fields.items()]
            assert list(shown[name]) == keys


def test_each_file_begins_with_comments_that_teach(configuration):
    for name in ("monitor", "sources", "rules", "digests"):
        first = (CONFIG / f"{name}.toml").read_text().split("\n")[:5]
        assert [line for line in first if not line.startswith("#")] == []


def test_the_comments_name_every_key_there_is():
    for name, table in (("sources", tables.SourceTable), ("digests", tables.DigestTable), ("rules", tables.RuleTable)):
        text = (CONFIG / f"{name}.toml").read_text()
        assert [key for key in table.model_fields if key not in text] == []


def test_a_dozen_rules_and_more_each_give_a_tag_and_have_both_kinds_of_samples(configuration):
    rules = configuration.settings.rules
    assert len(rules) >= 12
    for rule in rules:
        assert rule.tags
        assert {sample.match for sample in rule.samples} == {True, False}


@pytest.mark.parametrize(
    ("title", "tag"),
    [
        ("Nagorny Karabakh", "karabakh"),
        ("Le Haut-Karabagh", "karabakh"),
        ("О Карабахе", "karabakh"),
        ("Нагірний Карабах", "karabakh"),
        ("قره‌باغ", "karabakh"),
        ("قره باغ", "karabakh"),
        ("كاراباخ", "karabakh"),
        ("Ղարաբաղի", "karabakh"),
        ("Արցախ", "karabakh"),
        ("ყარაბაღი", "karabakh"),
        ("卡拉巴赫", "karabakh"),
        ("カラバフ", "karabakh"),
        ("Əliyev", "leaders"),
        ("Алиева", "leaders"),
        ("علی‌اف", "leaders"),
        ("Ալիև", "leaders"),
        ("Փաշինյանը", "leaders"),
        ("Pachinian", "leaders"),
    ],
)
def test_a_name_is_found_in_every_script(configuration, title, tag):
    tags = {
        tag
        for match in configuration.rules.match(prepare(Matchable(title=title, body="")))
        for tag in configuration.rules.tags_of(match.rule_id)
    }
    assert tag in tags


def test_every_tag_a_section_asks_for_is_given_by_a_rule(configuration):
    import re

    given = {tag for rule in configuration.settings.rules for tag in rule.tags} | {"own"}
    asked = {
        tag
        for digest in configuration.settings.digests
        for section in digest.sections
        for tag in re.findall(r"tag:([\w-]+)", section.query)
    }
    assert asked <= given


def test_the_morning_review_begins_with_the_own_institution(configuration):
    (morning,) = configuration.settings.digests
    assert (morning.id, morning.cron) == ("morning", "0 7 * * *")
    assert "tag:own" in morning.sections[0].query
    assert len(morning.sections) >= 5
