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
from monitor.model import Combination, Kind, Priority, Sample, Section
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
IDS = "ids are made of a-z, 0-9, full stop, underscore and hyphen, at most 64, beginning with a letter or digit"
ADDRESS = 'write e.g. "desk@example.org" or "Press desk <desk@example.org>"'
TOML = "write one key = value a line, texts in quotes"

MONITOR = [
    ('[store]\npaht = "x"', '2: store.paht: unknown key; did you mean "path"?'),
    ('[store]\npath = ""', "2: store.path: is empty; write something, or take the line out"),
    ("store = 3", "1: store: must be a table; begin it with [store]"),
    ("[health]", "1: health: unknown key; known here: store, fetch, mail, alerts, web, channel"),
    (
        "# a\n[fetch]\ninterval = 15",
        '3: fetch.interval: must be a duration in quotes with its unit, e.g. "15m", "1h30m" or "20s"',
    ),
    ('[fetch]\nmax_bytes = "ten"', '2: fetch.max_bytes: "ten" is no size; write e.g. "10MB", "500kB" or "4MiB"'),
    ("[fetch]\nper_host = 0", "2: fetch.per_host: 0 is too small; write 1 or more"),
    (
        '[fetch]\nallow_private = [\n  "127.0.0.0/8",\n  "10.0.0.1/8",\n]',
        '4: fetch.allow_private[#2]: "10.0.0.1/8" has bits set behind its prefix; the network is "10.0.0.0/8"',
    ),
    (
        '[fetch]\nmin_interval = "3h"',
        "2: fetch.min_interval: min_interval (3h) is longer than max_interval (2h); lower the one or raise the other",
    ),
    (
        '[fetch]\nmax_interval = "1m"',
        "2: fetch.max_interval: min_interval (5m) is longer than max_interval (1m); lower the one or raise the other",
    ),
    (
        '[fetch]\ninterval = "10s"',
        "(warning) 2: fetch.interval: the interval 10s lies beyond fetch.min_interval (5m), "
        "which is used instead; change min_interval to have it",
    ),
    (
        '[fetch]\nmin_interval = "1h"',
        "(warning) 2: fetch.min_interval: the interval 15m lies beyond fetch.min_interval (1h), "
        "which is used instead; change min_interval to have it",
    ),
    (
        '[fetch]\nmax_interval = "10m"',
        "(warning) 2: fetch.max_interval: the interval 15m lies beyond fetch.max_interval (10m), "
        "which is used instead; change max_interval to have it",
    ),
    (
        '[fetch]\nproxy = "http://u:hush@proxy:3128"',
        "2: fetch.proxy: has credentials in it; put user:password into a file and name it in proxy_file",
    ),
    (
        '[mail]\nsecurity = "startls"',
        '2: mail.security: "startls" is not possible here; write one of none, starttls, tls; did you mean "starttls"?',
    ),
    ('[mail]\nfrom = "nobody"', f'2: mail.from: "nobody" is no mail address; {ADDRESS}'),
    (
        '[mail]\nsender = "a@b.org"',
        "2: mail.sender: unknown key; known here: host, port, security, from, user, password_file, timeout",
    ),
    (
        '[mail]\npassword = "hush"',
        "2: mail.password: unknown key; secrets are kept out of these files: "
        'name a file that holds it with "password_file"',
    ),
    ("[mail]\nhost = 3", '2: mail.host: must be text in quotes, e.g. "…"'),
    (
        '[mail]\nuser = "x"',
        '2: mail.user: needs a password; write it into a file and name that: password_file = "mail-password"',
    ),
    ('[alerts]\noperator = "ops"', '2: alerts.operator: must be a list in brackets, e.g. ["…", "…"]'),
    (
        '[alerts]\noperator = ["ops"]',
        '2: alerts.operator[#1]: there is no channel "ops"; write [channel.ops] into monitor.toml, or take the name out',
    ),
    (
        '[alerts]\noperator = ["opps"]\n[channel.ops]\nkind = "mail"\nto = ["a@b.org"]',
        '2: alerts.operator[#1]: there is no channel "opps"; did you mean "ops"?',
    ),
    ("[alerts]\noperator = [3]", '2: alerts.operator[#1]: must be text in quotes, e.g. "…"'),
    (
        '[alerts]\nquiet = "22-6"',
        '2: alerts.quiet: "22-6" are no quiet hours; write e.g. "22:00-06:00", or "" for none',
    ),
    ('[alerts]\ntimezone = "Karachi"', '2: alerts.timezone: "Karachi" is no time zone; did you mean "Asia/Karachi"?'),
    ('[web]\nlisten = "8080"', '2: web.listen: "8080" is no address to listen on; write e.g. "127.0.0.1:8080"'),
    ("[channel.desk]", '1: channel.desk.kind: is missing; write e.g. kind = "mail"'),
    ("[channel]\ndesk = 3", "2: channel.desk: must be a table; begin it with [channel.desk]"),
    (
        '[channel."Big Desk"]\nkind = "mail"\nto = ["a@b.org"]',
        f'1: channel.Big Desk: "Big Desk" is no id; {IDS}; write e.g. "big-desk"',
    ),
    (
        '[channel.desk]\nkind = "mial"\nto = ["a@b.org"]',
        '2: channel.desk.kind: "mial" is not possible here; '
        'write one of mail, webhook, slack, teams, ntfy, apprise; did you mean "mail"?',
    ),
    (
        '[channel.desk]\nkind = "mail"',
        '1: channel.desk: a mail channel needs addresses; write to = ["desk@example.org"]',
    ),
    (
        '[channel.desk]\nkind = "mail"\nto = ["a@b.org"]\nurl = "https://x"',
        "4: channel.desk.url: a mail channel has no url; take the line out, or change kind",
    ),
    (
        '[channel.desk]\nkind = "slack"',
        '1: channel.desk: a slack channel needs either url = "https://…" or url_file, the file that holds it',
    ),
    (
        '[channel.desk]\nkind = "ntfy"\nurl = "https://x"\nto = ["a@b.org"]',
        '4: channel.desk.to: only a mail channel has addresses; take the line out, or write kind = "mail"',
    ),
]

SOURCES = [
    (A_SOURCE + 'intervall = "5m"', '4: source[a].intervall: unknown key; did you mean "interval"?'),
    ('[[sources]]\nid = "a"', '1: sources: unknown key; did you mean "source"?'),
    ("[source]\nx = 1", "1: source: must be written as tables that begin with [[source]]"),
    ("source = [3]", "1: source[#1]: must be a table; begin it with [[source]]"),
    (
        '\n[[source]]\nid = "BBC World"\nurl = "https://a.example/"',
        f'3: source[BBC World].id: "BBC World" is no id; {IDS}; write e.g. "bbc-world"',
    ),
    ('[[source]]\nurl = "https://a.example/"', '1: source[#1].id: is missing; write e.g. id = "app-pk"'),
    ('[[source]]\nid = "a"', '1: source[a].url: is missing; write e.g. url = "https://example.org/feed.xml"'),
    (
        '[[source]]\nid = "a"\nurl = "a.example/feed"',
        '3: source[a].url: "a.example/feed" is no web address; write e.g. "https://a.example/feed"',
    ),
    (
        '[[source]]\nid = "a"\nurl = "https://u:hush@a.example/"',
        "3: source[a].url: has a user name or password in it; leave them out (a source takes them from its auth_file)",
    ),
    (
        A_SOURCE * 2,
        '5: source[a].id: the id "a" is that of source number 1 of this file already; use every id once',
    ),
    (
        A_SOURCE + 'kind = "pres"',
        '4: source[a].kind: "pres" is not possible here; '
        'write one of official, embassy, ministry, igo, wire, press, aggregator; did you mean "press"?',
    ),
    (A_SOURCE + 'country = "pk"', '4: source[a].country: "pk" is no country code; write "PK"'),
    (A_SOURCE + 'own = "true"', "4: source[a].own: must be true or false, without quotes"),
    (
        A_SOURCE + 'headers = { "X Y" = "z" }',
        '4: source[a].headers: "X Y" is no name of a header; write e.g. "Accept-Language"',
    ),
    (A_SOURCE + 'tags = ["ok", ""]', '4: source[a].tags[#2]: "" is no tag; write a word, e.g. "pakistan"'),
    (
        A_SOURCE + 'interval = "1s"',
        "(warning) 4: source[a].interval: the interval 1s lies beyond fetch.min_interval (5m), "
        "which is used instead; change min_interval to have it",
    ),
    (
        A_SOURCE + 'interval = "soon"',
        '4: source[a].interval: "soon" is no duration; write e.g. "15m", "1h30m" or "20s"',
    ),
    (
        A_SOURCE + 'format = "sitemap"',
        "(warning) 4: source[a].format: this version polls feeds only, so this source is not polled",
    ),
    (
        A_SOURCE + "full_text = true",
        "(warning) 4: source[a].full_text: this version takes the text that the feed carries; "
        "full texts are not fetched from pages",
    ),
    (A_SOURCE + "broken", f"4: sources: cannot be read as TOML (expected '=' after a key in a key/value pair); {TOML}"),
    (A_SOURCE + "x = [1", f"4: sources: cannot be read as TOML (unclosed array); {TOML}"),
    ("[a.b]\n[x]\n\n[a.b]\n", f'4: sources: cannot be read as TOML (cannot declare "a.b" twice); {TOML}'),
    ("x = " + "[" * 5000, "0: sources: brackets are nested too deep to be read; write tables instead"),
]

RULES = [
    ('[[rule]]\nid = "r"', '1: rule[r]: asks for nothing; write query = "…" or terms = { "…" = 10 }'),
    ('[[rule]]\nquery = "x"', '1: rule[#1].id: is missing; write e.g. id = "app-pk"'),
    (
        '[[rule]]\nid = "r"\nquery = "x"\nterms = { x = 1 }',
        "4: rule[r].terms: has both a query and terms; a rule has the one or the other, so make two rules of it",
    ),
    (
        '[[rule]]\nid = "r"\nquery = "x"\nthreshold = 3',
        '4: rule[r].threshold: counts terms, and there are none; write terms = { "…" = 10 }',
    ),
    (
        '[[rule]]\nid = "r"\n[rule.terms]\na = 1\nb = 1.5',
        "5: rule[r].terms.b: must be a whole number without quotes, e.g. 10",
    ),
    ('[[rule]]\nid = "r"\nterms = 3', "3: rule[r].terms: must be a table; begin it with [rule.terms]"),
    (
        '[[rule]]\nid = "r"\nquery = "x"\npriority = "high"',
        '4: rule[r].priority: "high" is not possible here; write one of routine, important, urgent',
    ),
    (
        '[[rule]]\nid = "r"\nquery = "x"\n[[rule.sample]]\ntext = "y"\nmatch = "yes"',
        "6: rule[r].sample[#1].match: must be true or false, without quotes",
    ),
    (
        '[[rule]]\nid = "r"\nquery = "x"\n[[rule.sample]]\ntext = "y"',
        "4: rule[r].sample[#1].match: is missing; write e.g. match = true",
    ),
    ('[list]\nnames = "x"', '2: list.names: must be a list in brackets, e.g. ["…", "…"]'),
    ("[list]\nnames = []", '2: list.names: is empty; write at least one form, e.g. ["Karabakh", "Qarabağ"]'),
    ("[list]\nnames = [1]", '2: list.names[#1]: must be text in quotes, e.g. "…"'),
    ("list = 3", "1: list: must be a table; begin it with [list]"),
    (
        '[[rule]]\nid = "r"\nquery = "x"\nalert = "desk"',
        '4: rule[r].alert: must be a list in brackets, e.g. ["…", "…"]',
    ),
]

DIGESTS = [
    ('[[digest]]\nid = "d"', '1: digest[d]: has no time; write either at = "07:00" or cron = "0 7 * * 1-5"'),
    (
        '[[digest]]\nid = "d"\nat = "07:00"\ncron = "0 7 * * *"',
        '1: digest[d]: has both at and cron; write either at = "07:00" or cron = "0 7 * * 1-5"',
    ),
    (
        '[[digest]]\nid = "d"\nat = "7:00"',
        '3: digest[d].at: "7:00" is no time of day; write hours and minutes in quotes, e.g. "07:00"',
    ),
    (
        '[[digest]]\nid = "d"\ncron = "0 25 * * *"',
        '3: digest[d].cron: "0 25 * * *" is no schedule (bad hour); write e.g. "0 7 * * 1-5"',
    ),
    (
        '[[digest]]\nid = "d"\nat = "07:00"\nto = ["a@b.org", "c@"]',
        f'4: digest[d].to[#2]: "c@" is no mail address; {ADDRESS}',
    ),
    (
        '[[digest]]\nid = "d"\nat = "07:00"\n[[digest.section]]\ntitel = "x"',
        '5: digest[d].section[#1].titel: unknown key; did you mean "title"?',
    ),
    (
        '[[digest]]\nid = "d"\nat = "07:00"\n[digest.section]\nx = 1',
        "4: digest[d].section: must be written as tables that begin with [[digest.section]]",
    ),
    (
        '[[digest]]\nid = "d"\nat = "07:00"\nwhen_empty = "never"',
        '4: digest[d].when_empty: "never" is not possible here; write one of send, skip',
    ),
]

TYPOS = [
    pytest.param(file, text, message, id=message[:60])
    for file, table in (
        ("monitor.toml", MONITOR),
        ("sources.toml", SOURCES),
        ("rules.toml", RULES),
        ("digests.toml", DIGESTS),
    )
    for text, message in table
]


@pytest.mark.parametrize(("file", "text", "message"), TYPOS)
def test_a_mistake_is_told_with_its_line_and_what_would_be_right(told, file, text, message):
    mark = "(warning) " if message.startswith("(warning) ") else ""
    expected = f"{mark}{file}:{message.removeprefix(mark)}"
    lines = told(file, text)
    assert lines == [expected]


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
    odd = A_SOURCE + "full_text = true\n"
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
    assert [line.split(": ")[0] for line in lines] == ["monitor.toml:1", "(warning) rules.toml:4"]


def test_that_alerts_are_not_sent_is_told_once(folder, told):
    (folder / "monitor.toml").write_text('[channel.desk]\nkind = "mail"\nto = ["a@b.org"]\n')
    rule = '[[rule]]\nid = "{}"\nquery = "x"\nalert = ["desk"]\n'
    lines = told("rules.toml", rule.format("r") + rule.format("s"))
    assert lines == ["(warning) rules.toml:4: rule[r].alert: alerts are not sent by this version"]


def test_a_rule_that_alerts_a_channel_that_is_not_there_is_wrong(folder, told):
    (folder / "monitor.toml").write_text('[channel.desk]\nkind = "mail"\nto = ["a@b.org"]\n')
    lines = told("rules.toml", '[[rule]]\nid = "r"\nquery = "x"\nalert = ["dsk"]\n')
    assert 'rules.toml:4: rule[r].alert[#1]: there is no channel "dsk"; did you mean "desk"?' in lines


def test_a_disabled_source_is_not_told_what_this_version_does_not_do(told):
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


def test_a_source_is_read_whole_and_one_that_is_no_feed_is_not_polled(folder):
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
""")
    (source,) = load_settings(folder, {}).sources
    assert (source.name, source.kind, source.publisher) == ("A", Kind.EMBASSY, "House A")
    assert (source.country, source.language, source.tags, source.own) == ("PK", "ur", ("x", "y"), True)
    assert (source.format, source.enabled, source.interval_s) == ("page", False, 1800.0)
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
    assert (dict(survey.settings.lists), survey.has_whole_lists) == ({"x": ("a",)}, False)


def test_settings_cannot_be_changed(folder):
    settings = load_settings(folder, {})
    with pytest.raises(AttributeError):
        settings.fetch.concurrency = 1
    with pytest.raises(TypeError):
        settings.channels["x"] = None
