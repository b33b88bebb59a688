"""Every message of the settings, word for word and with its line."""

from __future__ import annotations

import pytest

from monitor.model import PageShape
from monitor.settings import checks, load_settings

A_SOURCE = '[[source]]\nid = "a"\nurl = "https://a.example/"\n'
IDS = "ids are made of a-z, 0-9, full stop, underscore and hyphen, at most 64, beginning with a letter or digit"
ADDRESS = 'write e.g. "desk@example.org" or "Press desk <desk@example.org>"'
TOML = "write one key = value a line, texts in quotes"

MONITOR = [
    ('[store]\npaht = "x"', '2: store.paht: unknown key; did you mean "path"?'),
    ('[store]\npath = ""', "2: store.path: is empty; write something, or take the line out"),
    ("store = 3", "1: store: must be a table; begin it with [store]"),
    ("[health]", "1: health: unknown key; known here: store, fetch, mail, alerts, web, stories, pickup, channel"),
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
        "2: mail.sender: unknown key; known here: host, port, security, from, user, password_file, timeout, "
        "oauth_token_url, oauth_client_id, oauth_client_secret_file, oauth_refresh_token_file, oauth_scope",
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
    (
        '[alerts]\nrollup = "hourli"',
        '2: alerts.rollup: "hourli" is not possible here; write one of none, hourly, daily, weekly; did you mean "hourly"?',
    ),
    (
        '[alerts]\nrollup_at = "8"',
        '2: alerts.rollup_at: "8" is no time of day; write hours and minutes in quotes, e.g. "07:00"',
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
        'write one of mail, webhook, slack, mattermost, teams, ntfy, telegram, apprise; did you mean "mail"?',
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
        '[channel.desk]\nkind = "ntfy"\nurl = "https://x/y"\nto = ["a@b.org"]',
        "4: channel.desk.to: a ntfy channel has no to; take the line out, or change kind",
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
        A_SOURCE + 'format = "page"',
        "4: source[a].format: needs to know which elements are its entries; write "
        'page = { list = "article" }, with a CSS selector, or let `monitor sources discover URL` propose one',
    ),
    (
        A_SOURCE + 'page = { list = "article" }',
        '4: source[a].page: is used by pages only; write format = "page" too',
    ),
    (
        A_SOURCE + 'format = "page"\n[source.page]\nlist = "ul > > li"',
        '6: source[a].page.list: "ul > > li" is no CSS selector; write e.g. "article.news" or "ul.list > li"',
    ),
    (
        A_SOURCE + 'format = "page"\n[source.page]\nlist = "li"\ndate_format = "%d %B"',
        '7: source[a].page.date_format: "%d %B" is no pattern of a whole date; write e.g. "%d.%m.%Y" or "%d %B %Y"',
    ),
    (
        A_SOURCE + 'format = "page"\n[source.page]\nlist = "li"\ndate_format = "%d.%m.%Y %Q%"',
        '7: source[a].page.date_format: "%d.%m.%Y %Q%" is no pattern of a whole date; '
        'write e.g. "%d.%m.%Y" or "%d %B %Y"',
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


def test_full_texts_without_their_extra_are_warned_of(told, monkeypatch) -> None:
    monkeypatch.setattr(checks, "find_spec", lambda _: None)
    (line,) = told(text=A_SOURCE + "full_text = true")
    assert line.startswith("(warning) sources.toml:4: source[a].full_text: texts are read from pages by an extra")
    assert "pip install 'monitor[fulltext]'" in line


def test_full_texts_with_their_extra_are_not(told) -> None:
    assert told(text=A_SOURCE + "full_text = true") == []


def test_pages_and_sitemaps_are_polled_like_feeds(folder) -> None:
    page = 'format = "page"\npage = { list = "li", link = " ", date_format = "%d.%m.%Y" }\n'
    sitemap = '[[source]]\nid = "b"\nurl = "https://b.example/sitemap.xml"\nformat = "sitemap"\n'
    (folder / "sources.toml").write_text(A_SOURCE + page + sitemap)
    first, second = load_settings(folder, {}).sources
    assert first.enabled
    assert first.page == PageShape("li", date_format="%d.%m.%Y")
    assert (second.enabled, second.page) == (True, None)
