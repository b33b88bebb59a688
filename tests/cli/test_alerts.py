"""`monitor alerts`: a real folder polled, a real daemon beside."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.conftest import Call
from tests.conftest import Article, Folder, Inbox, Site, running, source, until
from tests.desk import sentences

CHANNEL = '[channel.desk]\nkind = "mail"\nto = ["desk@mission.example", "second@mission.example"]\n'
RULE = '[[rule]]\nid = "talks"\nname = "Talks"\nquery = "talks"\nalert = ["desk"]\n'
OTHER = (
    '[[rule]]\nid = "quiet"\nquery = "talks"\n[[rule]]\nid = "edits"\nquery = "talks"\non = "edit"\nalert = ["desk"]\n'
)
NOW = datetime.now(UTC)


@pytest.fixture
def polled(folder: Folder, site: Site) -> Folder:
    """Two papers that carry one story of talks, and another story."""
    sources = "".join(source(name, f"{site.url}/{name}") for name in ("paper", "herald"))
    folder.write(sources=sources, rules=RULE + OTHER, more=CHANNEL)
    talks = Article("Talks begin", "The talks begin. " + sentences("talks", 6), "https://a.example/1", at=NOW)
    more = Article("Other talks", "The talks on trade. " + sentences("trade", 6), "https://a.example/2", at=NOW)
    site.publish("/paper", talks, more)
    site.publish("/herald", Article("Talks begin", talks.text, "https://b.example/1", at=NOW))
    assert folder.run("fetch").returncode == 0
    return folder


def test_decisions_are_listed_with_their_reasons(call: Call, polled: Folder) -> None:
    found = call("alerts", "list", "--json", config=polled.path).objects
    assert sorted((alert["kind"], alert["state"]) for alert in found) == [
        ("alert", "queued"),
        ("alert", "queued"),
        ("follow-up", "merged"),
    ]
    told = [alert for alert in found if alert["state"] == "queued"]
    assert {alert["reason"] for alert in told} == {"the first of its story"}
    assert [len(alert["deliveries"]) for alert in found if alert["state"] == "queued"] == [2, 2]
    [merged] = call("alerts", "list", "--state", "merged", "--json", config=polled.path).objects
    assert (merged["announcement"], merged["deliveries"]) == (None, [])
    assert "was told by alert" in merged["reason"]
    lines = call("alerts", "list", "--since", "1h", config=polled.path).out
    assert "talks → desk  Talks begin" in lines
    assert call("alerts", "list", "--limit", "1", "--json", config=polled.path).objects == found[:1]


def test_a_rules_alerts_are_tried_and_nothing_is_queued(call: Call, polled: Folder) -> None:
    before = call("deliveries", "list", "--json", config=polled.path).objects
    tried = call("alerts", "test", "quiet", "--channel", "desk", "--since", "7d", "--json", config=polled.path).objects
    assert sorted((alert["state"], alert["message"]) for alert in tried if alert["message"]) == [
        ("queued", 1),
        ("queued", 2),
    ]
    done = call("alerts", "test", "talks", config=polled.path)
    assert "2 messages: 2 at once, 0 rolled up, 0 held still, 1 merged with what was told; nothing was sent" in done.err
    assert call("deliveries", "list", "--json", config=polled.path).objects == before


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["test", "nobody"], 1, "there is no rule 'nobody'"),
        (["test", "quiet"], 2, "the rule 'quiet' alerts nobody"),
        (["test", "talks", "--channel", "x"], 2, "there is no channel 'x'"),
        (["test", "edits"], 2, "watches edits"),
        (["ack"], 2, "name an alert by its number"),
        (["ack", "77"], 1, "there is no alert 77"),
        (["ack", "--story", "77"], 1, "there is no story 77"),
        (["mute"], 2, "name one of --story, --rule and --source"),
        (["mute", "--rule", "a", "--story", "1"], 2, "name one of"),
        (["mute", "--rule", "nobody"], 1, "there is no rule 'nobody'"),
        (["mute", "--source", "nobody"], 1, "there is no source 'nobody'"),
        (["mute", "--story", "x"], 2, "is no story's number"),
        (["mute", "--story", "77"], 1, "there is no story 77"),
        (["mute", "--rule", "talks", "--for", "long"], 2, "is no duration"),
        (["unmute", "77"], 1, "there is no mute 77"),
    ],
)
def test_what_cannot_be_done_says_why(call: Call, folder: Folder, arguments: list[str], code: int, said: str) -> None:
    folder.write(rules=RULE + OTHER, more=CHANNEL)
    done = call("alerts", *arguments, config=folder.path)
    assert done.code == code
    assert said in done.err


def test_a_rule_that_cannot_be_read_ends_a_trial(call: Call, folder: Folder) -> None:
    folder.write(rules=RULE.replace('query = "talks"', 'query = "talks AND"'), more=CHANNEL)
    assert call("alerts", "test", "talks", config=folder.path).code == 2


def test_stories_are_acknowledged_and_muted_and_unmuted(call: Call, polled: Folder) -> None:
    [first] = [alert for alert in call("alerts", "list", "--json", config=polled.path).objects if alert["id"] == 1]
    [known] = call("alerts", "ack", "1", "--json", config=polled.path).objects
    assert known == {"story": first["story"], "acknowledged": True}
    assert "is acknowledged" in call("alerts", "ack", "--story", str(first["story"]), config=polled.path).out
    [made] = call("alerts", "mute", "--story", str(first["story"]), "--for", "3d", "--json", config=polled.path).objects
    assert (made["kind"], made["subject"]) == ("story", first["story"])
    until_at = datetime.fromisoformat(made["until"])
    assert timedelta(days=2.9) < until_at - NOW < timedelta(days=3.1)
    for name, value in (("--rule", "talks"), ("--source", "paper")):
        assert call("alerts", "mute", name, value, config=polled.path).code == 0
    listed = call("alerts", "mutes", "--json", config=polled.path).objects
    assert [(mute["kind"], mute["subject"]) for mute in listed] == [
        ("story", first["story"]),
        ("rule", "talks"),
        ("source", "paper"),
    ]
    assert call("alerts", "unmute", str(made["id"]), config=polled.path).code == 0
    assert len(call("alerts", "mutes", config=polled.path).out.splitlines()) == 2


def test_an_entry_is_at_the_mail_server_seconds_after_its_publication_with_its_words_marked(
    folder: Folder, site: Site, inbox: Inbox, call: Call
) -> None:
    folder.write(
        sources=source("paper", f"{site.url}/paper", interval="1s"),
        rules=RULE,
        more=CHANNEL,
        fetch='max_interval = "2s"',
    )
    site.publish("/paper", Article("A concert", sentences("concert", 5), "https://a.example/0", at=NOW))
    with running(folder) as daemon:
        daemon.wait_for("polled")
        at = datetime.now(UTC)
        text = "It rains. The talks begin. " + sentences("talks", 6)
        site.publish("/paper", Article("Ministers meet", text, "https://a.example/1", at=at))
        until(lambda: len(inbox.mails) == 2, 15, daemon.log_file)
        assert call("alerts", "mute", "--rule", "talks", config=folder.path).code == 0
        assert call("alerts", "ack", "1", config=folder.path).code == 0
    assert sorted(to for to, _ in inbox.mails) == [["desk@mission.example"], ["second@mission.example"]]
    mail = email.message_from_bytes(inbox.mails[0][1], policy=email.policy.default)
    assert mail["Subject"] == "[Talks] Ministers meet"
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert "The *talks* begin." in plain.get_content()
    assert "https://a.example/1" in plain.get_content()
    assert "<mark" in html.get_content()
