"""The demonstration's configuration folder is plain TOML with this run's addresses."""

from __future__ import annotations

import tomllib

import pytest

from monitor.demo.configuration import FILES, write_configuration
from monitor.demo.world import PAGES

SERVER = "http://127.0.0.1:4711"


@pytest.fixture
def folder(tmp_path):
    write_configuration(tmp_path / "config", server_url=SERVER, mail_host="127.0.0.1", mail_port=2525)
    return tmp_path / "config"


def read(folder, name):
    return tomllib.loads((folder / name).read_text("utf-8"))


def test_the_four_files_are_written_and_named(tmp_path):
    written = write_configuration(tmp_path / "a" / "b", server_url=SERVER, mail_host="127.0.0.1", mail_port=2525)
    assert (
        [path.name for path in written] == list(FILES) == ["monitor.toml", "sources.toml", "rules.toml", "digests.toml"]
    )
    assert all(path.parent == tmp_path / "a" / "b" and "$" not in path.read_text("utf-8") for path in written)


def test_a_file_that_is_there_already_stays_as_it_is(tmp_path):
    (tmp_path / "rules.toml").write_text("mine", "utf-8")
    with pytest.raises(FileExistsError):
        write_configuration(tmp_path, server_url=SERVER, mail_host="127.0.0.1", mail_port=2525)
    assert (tmp_path / "rules.toml").read_text("utf-8") == "mine"


def test_mail_and_sources_stay_on_the_loopback(folder):
    monitor = read(folder, "monitor.toml")
    assert monitor["fetch"]["allow_private"] == ["127.0.0.0/8"]
    assert (monitor["mail"]["host"], monitor["mail"]["port"]) == ("127.0.0.1", 2525)


def test_every_source_lives_at_an_address_of_the_world_and_only_the_found_feed_is_no_source(folder):
    sources = read(folder, "sources.toml")["source"]
    paths = [source["url"].removeprefix(SERVER) for source in sources]
    assert {*paths, "/harbour/feed.xml"} == PAGES.keys()
    assert len(paths) == len(set(paths)) == len({source["id"] for source in sources}) == 14


def test_the_sources_speak_eight_languages_from_both_sides_and_one_is_our_own(folder):
    sources = read(folder, "sources.toml")["source"]
    assert {source["language"] for source in sources} == {"en", "ru", "ur", "az", "tr", "hy", "fr", "zh"}
    assert [source["id"] for source in sources if source.get("own")] == ["embassy"]
    assert [source["id"] for source in sources if source.get("publisher") == "Twin Cities News"] == [
        "tcn-national",
        "tcn-culture",
    ]
    press = [source["country"] for source in sources if "kind" not in source and "country" in source]
    assert press.count("AZ") == press.count("AM") == 1


def test_every_rule_tags_and_has_samples_both_ways_and_names_only_lists_that_exist(folder):
    rules = read(folder, "rules.toml")
    for rule in rules["rule"]:
        assert rule["tags"]
        assert {sample["match"] for sample in rule["sample"]} == {True, False}
        used = {
            word.strip("()").removeprefix("@")
            for word in rule.get("query", "").split()
            if word.strip("()").startswith("@")
        }
        assert used <= rules["list"].keys()
        assert ("query" in rule) != ("terms" in rule)


def test_the_digest_begins_with_our_own_institution_and_ends_with_the_rest(folder):
    (digest,) = read(folder, "digests.toml")["digest"]
    tags = {tag for rule in read(folder, "rules.toml")["rule"] for tag in rule["tags"]} | {"own"}
    first, *_, last = digest["section"]
    assert first["query"].startswith("tag:own OR kind:embassy")
    assert last["query"] == ""
    named = {
        word.removeprefix("tag:")
        for section in digest["section"]
        for word in section["query"].split()
        if word.startswith("tag:")
    }
    assert named <= tags
