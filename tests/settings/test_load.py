from __future__ import annotations

import re
import tomllib
from datetime import time
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.model import Combination, Kind, PageShape, Priority, Sample, Section
from monitor.settings import (
    AlertSettings,
    Channel,
    FetchSettings,
    MailSettings,
    WebSettings,
    load_settings,
)
from monitor.settings.load import survey_settings

A_SOURCE = '[[source]]\nid = "a"\nurl = "https://a.example/"\n'


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('[mail]\nuser = "x"\nhost = "mail.example.org"', ["mail.user", "mail.user"]),
        ('[fetch]\nmin_interval = "x"\ninterval = "1s"', ["fetch.min_interval"]),
    ],
)
def test_one_line_may_have_several_things_wrong_with_it(told, text, keys):
    assert [re.sub(r"^\(warning\) ", "", line).split(": ")[1] for line in told("monitor.toml", text)] == keys


def test_all_problems_of_all_files_come_at_once_in_the_order_of_files_and_lines(folder, told):
    (folder / "monitor.toml").write_text('[web]\nlisten = "x"\n[store]\npaht = "x"\n')
    (folder / "rules.toml").write_text("[[rule]\n")
    (folder / "digests.toml").write_text('[[digest]]\nid = "d"\nat = 7\n')
    lines = told("sources.toml", '[[source]]\nid = "a"\nurl = "x"\nown = 1\n', {"MONITOR_MAIL__PORT": "x"})
    assert [line.split(": ")[0] for line in lines] == [
        "environment:0",
        "monitor.toml:2",
        "monitor.toml:4",
        "sources.toml:3",
        "sources.toml:4",
        "rules.toml:1",
        "digests.toml:3",
    ]


def test_warnings_come_with_the_errors_and_alone_leave_the_settings_usable(told):
    odd = A_SOURCE + 'interval = "1s"\n'
    assert [line.startswith("(warning)") for line in told(text=odd)] == [True]
    assert [line.startswith("(warning)") for line in told(text=odd + "own = 1\n")] == [True, False]


def test_the_file_is_named_as_the_folder_was_given(folder, monkeypatch):
    (folder / "sources.toml").write_text("x")
    monkeypatch.chdir(folder.parent)
    with pytest.raises(ConfigError, match=r"^config/sources\.toml:1: "):
        load_settings(Path("config"), {})


def test_a_missing_folder_is_one_problem_that_names_the_way_out(tmp_path):
    with pytest.raises(ConfigError) as refused:
        load_settings(tmp_path / "none", {})
    (problem,) = refused.value.problems
    assert (problem.file, problem.line) == (str(tmp_path / "none"), 0)
    assert f"`monitor init {tmp_path / 'none'}`" in problem.message


def test_a_missing_list_of_sources_is_a_problem_that_names_the_way_out(folder):
    (folder / "sources.toml").unlink()
    with pytest.raises(ConfigError) as refused:
        load_settings(folder, {})
    (problem,) = refused.value.problems
    assert (problem.file, problem.line) == (str(folder / "sources.toml"), 0)
    assert "`monitor init`" in problem.message


def test_a_file_that_cannot_be_read_is_a_problem(folder):
    (folder / "rules.toml").mkdir()
    with pytest.raises(ConfigError, match=r"rules\.toml:0: rules: cannot be read \(Is a directory\)"):
        load_settings(folder, {})


def test_a_file_that_is_not_utf8_is_told_with_its_line(folder):
    (folder / "rules.toml").write_bytes("# plain\n# Алиев\n".encode("cp1251"))
    with pytest.raises(ConfigError, match=r"rules\.toml:2: rules: is not in UTF-8 here; save the file in UTF-8"):
        load_settings(folder, {})


def test_a_byte_order_mark_and_line_ends_of_windows_do_no_harm(folder):
    (folder / "sources.toml").write_bytes(b"\xef\xbb\xbf" + A_SOURCE.replace("\n", "\r\n").encode())
    assert load_settings(folder, {}).sources[0].id == "a"


def test_only_the_parts_that_are_asked_for_are_read(folder):
    (folder / "sources.toml").write_text("broken")
    (folder / "monitor.toml").write_text('[fetch]\ntimeout = "5s"')
    settings = load_settings(folder, {}, parts={"monitor"})
    assert (settings.fetch.timeout_s, settings.sources) == (5.0, ())
    (folder / "sources.toml").unlink()
    assert load_settings(folder, {}, parts={"monitor", "rules"}).rules == ()


def test_channels_are_not_missed_where_they_were_not_read(folder):
    (folder / "rules.toml").write_text('[[rule]]\nid = "r"\nquery = "x"\nalert = ["desk"]\n')
    (folder / "sources.toml").write_text(A_SOURCE + 'interval = "1s"\n')
    assert load_settings(folder, {}, parts={"rules"}).rules[0].alert == ("desk",)
    assert load_settings(folder, {}, parts={"sources"}).sources[0].interval_s == 1.0


def test_a_broken_monitor_file_does_not_make_every_channel_missing(folder, told):
    (folder / "rules.toml").write_text('[[rule]]\nid = "r"\nquery = "x"\nalert = ["desk"]\n')
    lines = told("monitor.toml", "[channel.desk\n")
    assert [line.split(": ")[0] for line in lines] == ["monitor.toml:1"]


def test_rolling_up_can_be_said_of_all_alerts_of_a_channel_and_of_a_rule(folder):
    (folder / "monitor.toml").write_text(
        '[alerts]\nrollup = "daily"\nrollup_at = "09:30"\n'
        '[channel.desk]\nkind = "mail"\nto = ["a@b.org"]\nrollup = "weekly"\n'
    )
    (folder / "rules.toml").write_text('[[rule]]\nid = "r"\nquery = "x"\nrollup = "hourly"\n')
    settings = load_settings(folder, {})
    assert (settings.alerts.rollup, settings.alerts.rollup_at) == ("daily", time(9, 30))
    assert (settings.channels["desk"].rollup, settings.rules[0].rollup) == ("weekly", "hourly")


def test_a_rule_that_alerts_a_channel_that_is_not_there_is_wrong(folder, told):
    (folder / "monitor.toml").write_text('[channel.desk]\nkind = "mail"\nto = ["a@b.org"]\n')
    lines = told("rules.toml", '[[rule]]\nid = "r"\nquery = "x"\nalert = ["dsk"]\n')
    assert 'rules.toml:4: rule[r].alert[#1]: there is no channel "dsk"; did you mean "desk"?' in lines


def test_a_disabled_source_may_be_unfinished(told):
    assert told(text=A_SOURCE + 'format = "page"\nenabled = false\n') == []


def test_one_source_is_enough_and_everything_else_has_its_default(folder):
    settings = load_settings(folder, {})
    assert settings.store.path == folder.parent / "data/monitor.db"
    assert settings.fetch == FetchSettings()
    assert settings.mail == MailSettings()
    assert settings.alerts == AlertSettings()
    assert settings.web == WebSettings()
    assert (dict(settings.channels), settings.rules, dict(settings.lists), settings.digests) == ({}, (), {}, ())
    assert settings.warnings == ()
    (source,) = settings.sources
    assert (source.id, source.name, source.publisher, source.kind) == ("app-pk", "app-pk", "app-pk", Kind.PRESS)
    assert (source.enabled, source.own, source.verify, source.interval_s) == (True, False, True, None)


def test_the_monitor_file_is_read_whole(folder):
    (folder / "monitor.toml").write_text("""
[store]
path = "/var/lib/monitor.db"
[fetch]
interval = "30m"
min_interval = "1s"
max_interval = "1h"
concurrency = 8
per_host = 1
timeout = "10s"
max_bytes = "4MiB"
proxy = "http://proxy.example.org:3128"
allow_private = ["127.0.0.0/8", "::1"]
contact = "press@example.org"
user_agent = "Desk/1"
[mail]
host = "mail.example.org"
port = 587
security = "starttls"
from = "Desk <desk@example.org>"
timeout = "1m"
[alerts]
max_per_hour = 5
quiet = "22:00-06:00"
timezone = "Asia/Karachi"
operator = ["ops"]
[web]
listen = "[::1]:0"
base_url = "https://monitor.example.org/"
trusted_proxies = ["10.0.0.0/8"]
[channel.ops]
kind = "webhook"
url = "https://hook.example.org/"
[channel.desk]
kind = "mail"
to = ["desk@example.org"]
""")
    settings = load_settings(folder, {})
    assert str(settings.store.path) == "/var/lib/monitor.db"
    assert settings.fetch == FetchSettings(
        1800.0,
        1.0,
        3600.0,
        8,
        1,
        10.0,
        4_194_304,
        "http://proxy.example.org:3128",
        (ip_network("127.0.0.0/8"), ip_network("::1/128")),
        "press@example.org",
        "Desk/1",
    )
    assert settings.mail == MailSettings("mail.example.org", 587, "starttls", "Desk <desk@example.org>", timeout_s=60.0)
    assert settings.alerts == AlertSettings(5, (time(22), time(6)), "Asia/Karachi", ("ops",))
    assert settings.web == WebSettings("::1", 0, "https://monitor.example.org", (ip_network("10.0.0.0/8"),))
    assert dict(settings.channels) == {
        "ops": Channel("ops", "webhook", url="https://hook.example.org/"),
        "desk": Channel("desk", "mail", ("desk@example.org",)),
    }


def test_a_source_is_read_whole(folder):
    (folder / "sources.toml").write_text("""
[[source]]
id = "a"
name = "A"
url = "https://a.example/"
kind = "embassy"
publisher = "House A"
country = "PK"
language = "ur"
tags = ["x", "y"]
own = true
format = "page"
interval = "30m"
identity = "title+link"
full_text = true
headers = { "Accept-Language" = "ur", "X-Key" = "k" }
user_agent = "Desk/1"
proxy = "http://proxy:3128"
verify = false
note = "two\\nlines"
[source.page]
list = "li.news"
title = "h3"
date_format = ""
[source.opml]
description = "News of A"
""")
    (source,) = load_settings(folder, {}).sources
    assert (source.name, source.kind, source.publisher) == ("A", Kind.EMBASSY, "House A")
    assert (source.country, source.language, source.tags, source.own) == ("PK", "ur", ("x", "y"), True)
    assert (source.format, source.enabled, source.interval_s) == ("page", True, 1800.0)
    assert source.page == PageShape("li.news", title="h3")
    assert source.opml == (("description", "News of A"),)
    assert (source.identity, source.full_text, source.verify) == ("title+link", True, False)
    assert source.headers == (("Accept-Language", "ur"), ("X-Key", "k"))
    assert (source.user_agent, source.proxy, source.auth) == ("Desk/1", "http://proxy:3128", None)
    assert source.note == "two\nlines"


def test_rules_and_lists_are_read_whole(folder):
    (folder / "rules.toml").write_text("""
[list]
aliyev = ["Aliyev", "Əliyev"]
[[rule]]
id = "weighted"
name = "Weighted"
terms = { "victory day" = 10, football = -20 }
threshold = 10
count_cap = 2
title_factor = 3
tags = ["x"]
priority = "urgent"
[[rule.sample]]
text = "Victory Day"
match = true
[[rule]]
id = "light"
terms = { trade = 1 }
[[rule]]
id = "combined"
[[rule.any_of]]
all = ["trade", "talks"]
any = ["Baku", "Yerevan"]
none = ["football"]
near = 5
""")
    settings = load_settings(folder, {})
    assert dict(settings.lists) == {"aliyev": ("Aliyev", "Əliyev")}
    weighted, light, combined = settings.rules
    assert weighted.terms == (("victory day", 10), ("football", -20))
    assert (weighted.name, weighted.threshold, weighted.count_cap, weighted.title_factor) == ("Weighted", 10, 2, 3)
    assert (weighted.tags, weighted.priority) == (("x",), Priority.URGENT)
    assert weighted.samples == (Sample("Victory Day", True),)
    assert (light.name, light.threshold) == ("light", 1)
    assert (combined.threshold, combined.query) == (None, "")
    assert combined.any_of == (Combination(("trade", "talks"), ("Baku", "Yerevan"), ("football",), 5),)


def test_digests_are_read_whole_and_one_without_sections_takes_everything(folder):
    (folder / "digests.toml").write_text("""
[[digest]]
id = "morning"
title = "Morning press review"
at = "07:05"
timezone = "Asia/Karachi"
to = ["ambassador@example.org"]
when_empty = "skip"
[[digest.section]]
title = "Ours"
query = "tag:own"
limit = 15
[[digest.section]]
query = "kind:igo"
[[digest.section]]
[[digest]]
id = "weekly"
cron = "0  7 * * 1"
""")
    morning, weekly = load_settings(folder, {}).digests
    assert (morning.title, morning.cron, morning.timezone) == ("Morning press review", "5 7 * * *", "Asia/Karachi")
    assert (morning.to, morning.when_empty) == (("ambassador@example.org",), "skip")
    assert morning.sections == (
        Section("Ours", "tag:own", 15),
        Section("kind:igo", "kind:igo"),
        Section("Other news"),
    )
    assert (weekly.title, weekly.cron, weekly.timezone, weekly.to) == ("weekly", "0 7 * * 1", "UTC", ())
    assert (weekly.when_empty, weekly.sections) == ("send", (Section("News"),))


def test_a_rule_and_its_samples_can_be_located_afterwards(folder):
    (folder / "rules.toml").write_text('[[rule]]\nid = "r"\nquery = "x"\n\n[[rule.sample]]\ntext = "y"\nmatch = true\n')
    settings = load_settings(folder, {})
    assert settings.locate("rules.toml", ("rule", 0, "query")) == 3
    assert settings.locate("rules.toml", ("rule", 0, "sample", 0, "text")) == 6
    problem = settings.problem("rules.toml", ("rule", 0, "sample", 0), "does not match")
    assert str(problem) == f"{folder}/rules.toml:5: rule[r].sample[#1]: does not match"


WHOLE = {
    "monitor": """
fetch = { interval = "15m", min_interval = "5m", allow_private = ["10.0.0.0/8"], max_bytes = "1MB", proxy_file = "x" }
mail = { port = 25, from = "a@b.org", user = "x", password_file = "x" }
alerts = { quiet = "22:00-06:00", operator = ["desk"] }
web = { listen = "127.0.0.1:80", trusted_proxies = ["::1"] }
channel = { desk = { kind = "mail", to = ["a@b.org"] }, ops = { kind = "ntfy", url_file = "x" } }
""",
    "sources": 'source = [{ id = "a", url = "https://a.example/", tags = ["x"], interval = "1h", headers = { a = "b" } }]',
    "rules": 'list = { x = ["a"] }\nrule = [{ id = "a", query = "x", alert = ["desk"], sample = [{ text = "x", '
    'match = true }], terms = { a = 1 }, any_of = [{ all = ["x"], near = 3 }] }]',
    "digests": 'digest = [{ id = "a", at = "07:00", cron = "0 7 * * *", to = ["a@b.org"], section = [{ limit = 3 }] }]',
}
keys = st.sampled_from(["id", "kind", "desk", "unheard-of", "password", "to", "auth_file", ""])
anything = st.recursive(
    st.sampled_from(["", "x", "15m", "mail", -1, 10**20, 1.5, True]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_whatever_is_written_is_either_settings_or_problems_with_a_line(part, data):
    """One place of a whole document, picked at random, gets a value picked at random."""
    document = tomllib.loads(WHOLE[part])
    node, step = document, data.draw(st.sampled_from(sorted(document)))
    while node[step] and isinstance(node[step], dict | list) and data.draw(st.booleans()):
        node = node[step]
        step = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
    node[step] = data.draw(anything)
    with TemporaryDirectory() as folder:
        (Path(folder) / f"{part}.toml").write_text(tomlkit.dumps(document), encoding="utf-8")
        survey = survey_settings(Path(folder), {}, parts={part})
    assert all(problem.line > 0 and problem.message for problem in survey.problems)
    assert survey.settings.store.path.is_absolute()


def test_what_is_wrong_leaves_the_other_rules_and_their_numbers(folder):
    (folder / "rules.toml").write_text(
        '[list]\nx = ["a"]\ny = 3\n'
        '[[rule]]\nid = "r"\nquery = 3\n[[rule]]\nid = "s"\nquery = "x"\n[[rule]]\nid = "t"\nquery = "x"\nnme = 1\n'
    )
    survey = survey_settings(folder, {})
    assert [rule.id for rule in survey.settings.rules] == ["s"]
    assert survey.numbers == {"rule": (1,), "digest": ()}
    assert (dict(survey.settings.lists), survey.unread_lists, survey.knows_lists) == ({"x": ("a",)}, {"y"}, True)


def test_settings_cannot_be_changed(folder):
    settings = load_settings(folder, {})
    with pytest.raises(AttributeError):
        settings.fetch.concurrency = 1
    with pytest.raises(TypeError):
        settings.channels["x"] = None
