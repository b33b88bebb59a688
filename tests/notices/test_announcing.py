"""Announcements in the form of each kind of channel: whole, within each service's limits, and with nothing in them that acts."""

from __future__ import annotations

import email
import email.policy
import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest

from monitor.model import Announcement, AnnouncementKind, Outgoing, Priority
from monitor.notices.announced import MEASURES, Shown, fitted, shown
from monitor.notices.announcement_mail import HTML_MOST_BYTES, announcement_html, announcement_text
from monitor.notices.announcing import BODIES, render
from monitor.notices.chat import TEAMS_BYTES, as_json
from monitor.notices.mail import mailbox
from monitor.notices.webhook import MOST_BYTES
from monitor.settings import Channel
from tests.notices.announcements import AT, SENTENCE, a_rollup, an_alert, an_entry

SENDER = mailbox("Monitor <monitor@example.org>")
KINDS = sorted(BODIES)


def sent(announcement: Announcement, kind: str) -> list[Outgoing]:
    return render(announcement, Channel("desk", kind, ("Desk <desk@example.org>",)), SENDER)


def document(announcement: Announcement, kind: str) -> dict[str, Any]:
    [outgoing] = sent(announcement, kind)
    loaded = json.loads(outgoing.body)
    assert isinstance(loaded, dict)
    return loaded


def parsed(outgoing: Outgoing) -> EmailMessage:
    message = email.message_from_bytes(outgoing.body, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def slack_text(told: dict[str, Any]) -> str:
    return "\n\n".join(block["text"]["text"] for block in told["blocks"])


def runs_of(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Every TextRun of a Teams message."""
    card = told["attachments"][0]["content"]
    blocks = [inner for block in card["body"] for inner in block.get("items", [block])]
    return [run for block in blocks for run in block["inlines"]]


def text_of(kind: str, told: dict[str, Any]) -> str:
    """What a reader of the service sees, with the service's own marks."""
    if kind == "teams":
        return "".join(run["text"] for run in runs_of(told))
    if kind == "webhook":
        return json.dumps(told, ensure_ascii=False)
    return str({"slack": slack_text}.get(kind, lambda d: d.get("text") or d.get("message") or d["body"])(told))


# -- what is told ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_channel_tells_the_sentence_the_rule_who_carried_it_why_and_the_link(kind: str) -> None:
    [outgoing] = sent(an_alert(), kind)
    told = outgoing.body.decode()
    for part in ("Harbour treaty to be signed on Friday", "The Daily Courier", "Radio Indus", "the first report of it"):
        assert part in told
    assert "https://courier.example/1" in told
    assert (outgoing.kind, outgoing.channel, outgoing.recipient, outgoing.items) == ("alert", "desk", "desk", (1,))
    assert outgoing.subject == "[Harbour] Harbour treaty to be signed on Friday"


def test_the_words_that_were_hit_are_marked_as_each_service_marks() -> None:
    assert "the *harbour* treaty" in slack_text(document(an_alert(), "slack"))
    assert "the **harbour** treaty" in document(an_alert(), "mattermost")["text"]
    assert "the <b>harbour</b> treaty" in document(an_alert(), "telegram")["text"]
    assert "the *harbour* treaty" in document(an_alert(), "ntfy")["message"]
    marked = [run["text"] for run in runs_of(document(an_alert(), "teams")) if run.get("highlight")]
    assert marked == ["harbour", "harbour"]
    [entry] = document(an_alert(), "webhook")["data"]["entries"]
    assert [entry["sentence"][start:end] for start, end in entry["marks"]] == ["harbour", "harbour"]
    assert re.search("the <mark[^>]*>harbour</mark> treaty", announcement_html(an_alert()))
    assert "the *harbour* treaty" in announcement_text(an_alert())


def test_hits_in_the_title_are_marked_there_and_it_is_told_once() -> None:
    title = "Harbour treaty to be signed on Friday"
    entry = an_entry(sentence=title, marks=((0, 7),))
    text = slack_text(document(an_alert(entries=(entry,)), "slack"))
    assert text.startswith(
        "*[Harbour]* *Harbour* *treaty to be signed on Friday*\n<https://courier.example/1|The Daily"
    )
    assert text.count("treaty") == 1


def test_mails_go_to_each_address_once_and_are_the_same_whenever_they_are_rendered() -> None:
    channel = Channel("desk", "mail", ("Desk <desk@example.org>", "ops@example.org", "DESK@example.org"))
    first, again = render(an_alert(), channel, SENDER), render(an_alert(), channel, SENDER)
    assert first == again
    assert sorted(outgoing.recipient for outgoing in first) == ["DESK@example.org", "ops@example.org"]
    assert [outgoing.key.rpartition(":")[0] for outgoing in first] == ["alert:desk:7:1"] * 2
    assert len({outgoing.message_id for outgoing in first}) == 2
    other = render(an_alert(key="alert:desk:8:1"), channel, SENDER)
    assert not {outgoing.message_id for outgoing in first} & {outgoing.message_id for outgoing in other}


def test_a_mail_belongs_to_its_rule_and_to_the_thread_of_its_story_and_says_when_it_is_urgent() -> None:
    [routine] = sent(an_alert(), "mail")
    [urgent] = sent(an_alert(kind=AnnouncementKind.CORRECTION, key="c", priority=Priority.URGENT), "mail")
    first, second = parsed(routine), parsed(urgent)
    assert first["References"] == second["References"] == "<harbour.story-41.alert@example.org>"
    assert first["List-Id"] == "Harbour <harbour.alert.example.org>"
    assert (first["Importance"], second["Importance"], second["X-Priority"]) == (None, "high", "1")
    assert first["Date"] == "Mon, 23 Nov 2026 07:04:00 +0500"
    assert first["Auto-Submitted"] == "auto-generated"
    assert (routine.kind, urgent.kind) == ("alert", "correction")


def test_roll_ups_and_news_for_the_operator_are_lists_of_their_own_without_a_thread() -> None:
    for announcement, list_id in (
        (a_rollup(2), "alerts.alert.example.org"),
        (
            an_alert(kind=AnnouncementKind.OPERATOR, entries=(), lines=("The disk is full.",)),
            "operator.alert.example.org",
        ),
    ):
        [outgoing] = sent(announcement, "mail")
        message = parsed(outgoing)
        assert list_id in message["List-Id"]
        assert message["References"] is None
    assert outgoing.kind == "notice"


def test_lines_alone_make_a_message_and_even_none_do() -> None:
    lines = an_alert(title="Disk full", entries=(), lines=("Free some space.", "  "))
    nothing = replace(lines, lines=())
    for kind in KINDS:
        assert "Disk full" in sent(nothing, kind)[0].body.decode()
        assert "Free some space." in sent(lines, kind)[0].body.decode()
    assert announcement_text(lines) == "Free some space.\n"
    assert announcement_text(nothing) == "Disk full\n"


def test_times_are_of_the_announcements_zone_and_first_sights_are_named_so() -> None:
    entry = an_entry(item={"published_at": None})
    assert " – seen 2026-11-23 06:04 +04 – " in announcement_text(an_alert(entries=(entry,), timezone="Asia/Baku"))


def test_right_to_left_text_says_so_in_the_page() -> None:
    entry = an_entry(item={"title": "سفارت خانہ", "language": "ur"}, sentence="سفیر نے کہا۔", marks=((0, 4),))
    page = announcement_html(an_alert(title="[Harbour] سفارت خانہ", entries=(entry,)))
    assert re.search(r'<h2 lang="ur" dir="rtl"', page) is None  # it begins with the rule's name
    assert re.search(r'<p lang="ur" dir="rtl"[^>]*><mark[^>]*>سفیر</mark> نے کہا۔</p>', page)


@pytest.mark.parametrize(("priority", "expected"), list(zip(Priority, (3, 4, 5), strict=True)))
def test_ntfy_gets_priority_tags_and_where_a_click_leads(priority: Priority, expected: int) -> None:
    told = document(an_alert(priority=priority), "ntfy")
    assert (told["priority"], told["tags"], told["click"]) == (
        expected,
        ["newspaper", "harbour"],
        "https://courier.example/1",
    )
    assert "click" not in document(a_rollup(2), "ntfy")
    assert document(an_alert(kind=AnnouncementKind.SAMPLE), "ntfy")["tags"][0] == "test_tube"


def test_a_card_is_one_that_a_workflow_posts() -> None:
    told = document(a_rollup(3), "teams")
    assert told["type"] == "message"
    [attachment] = told["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"], card["fallbackText"]) == ("AdaptiveCard", "1.4", "[Harbour] 3 alerts")
    assert {block["type"] for block in card["body"]} == {"RichTextBlock", "Container"}


# -- limits ----------------------------------------------------------------------------------------

LONG = "The harbour was discussed at length. " * 60


def long_rollup(count: int, sign: str = "x") -> Announcement:
    entries = tuple(
        an_entry(
            number,
            item={"title": f"Report{number} {sign * 400}", "text": LONG * 3},
            sentence=LONG,
            marks=tuple((place, place + 7) for place in range(4, 37 * 50, 37)),
            publishers=tuple(f"Outlet {other} {sign * 50}" for other in range(30)),
            reason=sign * 600,
        )
        for number in range(1, count + 1)
    )
    return replace(a_rollup(1), entries=entries, title=f"[{sign * 500}] {count} alerts")


def within_limits(kind: str, body: bytes) -> bool:
    """As the vendors document them."""
    told = json.loads(body)
    if kind == "slack":
        sizes = [len(block["text"]["text"]) for block in told["blocks"]]
        return len(sizes) <= 50 and max(sizes) <= 3000 and sum(sizes) <= 13_000
    if kind == "mattermost":
        return len(told["text"]) <= 16_383
    if kind == "teams":
        return len(body) <= 28_000
    if kind == "telegram":
        plain = html.unescape(re.sub(r"<[^>]+>", "", told["text"]))
        return len(plain.encode("utf-16-le")) <= 2 * 4096 and len(re.findall("<[ba]", told["text"])) <= 100
    if kind == "ntfy":
        return len(told["message"].encode()) <= 4096 and len(body) <= 8192
    return len(body) <= (2100 * 6 if kind == "apprise" else MOST_BYTES)


@pytest.mark.parametrize("sign", ["x", "会", "<", "\\"])
@pytest.mark.parametrize("count", [1, 8, 120])
@pytest.mark.parametrize("kind", KINDS)
def test_the_longest_announcement_fits_and_says_what_it_leaves_out(kind: str, count: int, sign: str) -> None:
    [outgoing] = sent(long_rollup(count, sign), kind)
    assert within_limits(kind, outgoing.body)
    text = text_of(kind, json.loads(outgoing.body))
    more = re.search(r"And ([\d,]+) more\.", text)
    if kind == "webhook":
        data = json.loads(outgoing.body)["data"]
        assert len(data["entries"]) + data["more"] == count
    else:
        listed = len(set(re.findall(r"Report\d+", text)))
        assert listed + int(more[1] if more else 0) == count


@pytest.mark.parametrize("count", [1, 40, 160])
def test_a_mail_is_whole_in_its_text_and_short_enough_in_its_page(count: int) -> None:
    announcement = long_rollup(count, "é")
    text, page = announcement_text(announcement), announcement_html(announcement)
    assert text.count("The Daily Courier –") == count
    assert len(page.encode()) <= HTML_MOST_BYTES
    if count == 160:
        shown_count = page.count('<div class="entry"')
        assert f"And {160 - shown_count} more." in page
        assert "the plain-text part of this mail is whole" in page


def test_many_lines_are_cut_from_the_end_and_counted() -> None:
    announcement = an_alert(
        kind=AnnouncementKind.OPERATOR, entries=(), lines=tuple(f"Source {n} fails" for n in range(500))
    )
    text = document(announcement, "telegram")["text"]
    told = text.count("fails")
    assert 50 < told < 500
    assert text.endswith(f"And {500 - told} more.")


def test_texts_of_a_webhook_are_shortened_before_anything_is_left_out() -> None:
    entries = tuple(an_entry(number, item={"text": "word " * 20_000}) for number in range(1, 21))
    data = document(replace(a_rollup(1), entries=entries), "webhook")["data"]
    assert [len(entry["item"]["text"]) for entry in data["entries"]] == [2000] * 20
    assert all(entry["is_cut"] and entry["item"]["html"] == "" for entry in data["entries"])
    assert data["more"] == 0


def test_what_takes_nothing_at_all_is_a_mistake_of_the_renderer() -> None:
    with pytest.raises(ValueError, match="not even the heading fits"):
        fitted(an_alert(), lambda _: None)


def test_as_much_is_shown_as_is_taken() -> None:
    def render_up_to(most: int) -> Callable[[Shown], Shown | None]:
        return lambda what: what if len(what.entries) <= most else None

    for most in (0, 1, 6, 7, 8):
        told = fitted(a_rollup(8), render_up_to(most))
        assert len(told.entries) == most
        assert told.more == (f"And {8 - most} more." if most < 8 else "")


def test_each_measure_shows_less_than_the_one_before() -> None:
    sizes = [len(str(shown(long_rollup(2), measure))) for measure in MEASURES]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == len(sizes)


# -- nothing acts ----------------------------------------------------------------------------------

HOSTILE = [
    "Title\r\nBcc: victim@example.org",
    "Title\n\n<html><script>alert(1)</script>",
    "Title\u2028X: 1\u2029Y\x85Z",
    "=?utf-8?q?=0D=0ABcc:_victim@example.org?=",
    "lone \ud800 surrogate",
    "\u202egnp.exe\u202c \u2066isolate\u2069 \u200e\u200f\u061cmarks",
    "nul\x00 and escape\x1b[31m red",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<!channel> <!here> <@U012345> <#C1|general> <!subteam^S1>",
    "<https://evil.example|our bank> and [our bank](https://evil.example)",
    "@channel @all @here @everyone",
    "*bold* _it_ ~gone~ `code` ```block``` **b** __u__",
    "# heading\n- list\n1. list\n> quote",
    "- list",
    "12. list",
    "+ list",
    ":rotating_light: and ![x](https://evil.example/pixel.png)",
    "{{DATE(2026-11-23T00:00:00Z, SHORT)}} ${title} @{triggerBody()}",
    "</b></a><a href='tg://user?id=1'>x</a> &lt;b&gt;",
    "{{ 7 * 7 }} {% raw %}",
    "\\*escaped\\* and \\[link\\](https://evil.example)",
    "<at>Everyone</at>",
    "| table | of | Markdown |",
    "",
    " ",
]
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
HOSTILE_LINKS = [
    "javascript:alert(1)",
    "https://x.example/\r\nBcc: v",
    "https://x.example/\u202egpj",
    "data:text/html,x",
    None,
]


def hostile_alert(text: str) -> Announcement:
    entry = an_entry(
        item={"title": text, "author": text},
        rule_name=text,
        outlet=text,
        publishers=(text, text, "Radio Indus"),
        sentence=f"{text} harbour {text}",
        marks=((len(text) + 1, len(text) + 8),),
        reason=text,
    )
    return an_alert(title=f"[{text}] {text}", entries=(entry,), lines=(text,))


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(page: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Elements()
    reader.feed(page)
    return reader.found


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("kind", KINDS)
def test_no_text_brings_controls_turned_lines_or_unreadable_json(kind: str, text: str) -> None:
    [outgoing] = sent(hostile_alert(text), kind)
    body = outgoing.body.decode()
    assert "<" not in body
    assert not UNSEEN.search(json.dumps(json.loads(body), ensure_ascii=False))
    assert not UNSEEN.search(outgoing.subject)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_markup_to_slack(text: str) -> None:
    told = document(hostile_alert(text), "slack")
    body = slack_text(told)
    assert re.findall("<[^>]*>", body) in (
        [f"<https://courier.example/1|{body.partition('<https://courier.example/1|')[2].partition('>')[0]}>"],
        [],
    )
    assert all(block["text"]["verbatim"] for block in told["blocks"])
    assert "<" not in told["text"]
    assert not re.search(r"(?<!\u200b)[_~`]", body.replace("https://", ""))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_markup_to_mattermost(text: str) -> None:
    body = document(hostile_alert(text), "mattermost")["text"]
    assert "<" not in body
    assert not re.search("@[a-z]", body)
    links = re.findall(r"(?<!\\)\]\(([^)]*)\)", body)
    assert set(links) <= {"https://courier.example/1"}
    assert not re.search(r"(?<!\\)!\[[^\]]*(?<!\\)\]\(", body)
    assert not re.search(r"(?<!\\)[`~_|]", body)
    assert not re.search(r"^(#|[-+] |\d+\. |>)", body, re.MULTILINE)
    assert not re.search(r":[a-z_]+:", body)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_markup_to_telegram(text: str) -> None:
    body = document(hostile_alert(text), "telegram")["text"]
    assert {tag for tag, _ in elements(body)} <= {"b", "a"}
    assert {attributes.get("href") for tag, attributes in elements(body) if tag == "a"} <= {"https://courier.example/1"}
    assert body.count("<b>") == body.count("</b>")
    assert not re.search("@[a-z]", body)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_markup_to_a_card(text: str) -> None:
    told = document(hostile_alert(text), "teams")
    for run in runs_of(told):
        assert run["type"] == "TextRun"
        assert "{{" not in run["text"]
        assert "${" not in run["text"]
        assert run.get("selectAction", {}).get("url", "https://courier.example/1") == "https://courier.example/1"
    assert "{{" not in told["attachments"][0]["content"]["fallbackText"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_adds_to_a_mails_headers_parts_or_page(text: str) -> None:
    usual = parsed(sent(an_alert(lines=("One",)), "mail")[0])
    message = parsed(sent(hostile_alert(text), "mail")[0])
    assert list(message.keys()) == list(usual.keys())
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert not UNSEEN.search(message["Subject"])
    contents = [part.get_content() for part in message.iter_parts()]
    assert not any(UNSEEN.search(content.replace("\r\n", "\n")) for content in contents)
    allowed = {"html", "head", "meta", "title", "style", "body", "div", "h1", "h2", "p", "a", "mark", "bdi"}
    page = elements(contents[1])
    assert {tag for tag, _ in page} <= allowed
    assert {name for _, attributes in page for name in attributes} <= {
        *("lang", "charset", "name", "content", "class", "style", "dir", "href")
    }
    assert {attributes["href"] for tag, attributes in page if tag == "a"} <= {"https://courier.example/1"}


@pytest.mark.parametrize("url", [*HOSTILE_LINKS, f"https://x.example/{'y' * 2000}"])
@pytest.mark.parametrize("kind", [*KINDS, "mail"])
def test_only_addresses_of_the_web_that_hide_nothing_become_links(kind: str, url: str | None) -> None:
    entry = an_entry(link=url, item={"url": None})
    [outgoing] = sent(an_alert(entries=(entry,)), kind)
    assert b"javascript" not in outgoing.body
    assert b"data:" not in outgoing.body
    if kind == "slack":
        assert "<" not in slack_text(json.loads(outgoing.body))
    if kind == "ntfy":
        assert "click" not in json.loads(outgoing.body)


def test_addresses_cannot_end_their_links() -> None:
    url = "https://x.example/a|b)(c]&d='e'*_f"
    entry = an_entry(link=url)
    alert = an_alert(entries=(entry,))
    assert "<https://x.example/a%7Cb)(c]&amp;d='e'*_f|Harbour" in slack_text(document(alert, "slack"))
    assert "](https://x.example/a%7Cb%29%28c%5D&d='e'%2A%5Ff)**" in document(alert, "mattermost")["text"]
    [link] = [attributes for tag, attributes in elements(document(alert, "telegram")["text"]) if tag == "a"]
    assert link == {"href": url}


def test_json_is_safe_to_paste_into_a_page() -> None:
    assert as_json({"a": "</script>&\u2028"}) == b'{"a":"\\u003c/script\\u003e\\u0026\\u2028"}'


def test_the_texts_of_items_keep_their_lines_in_a_webhook() -> None:
    data = document(an_alert(entries=(an_entry(item={"text": "One\n\nTwo \u202ethree"}),)), "webhook")["data"]
    assert data["entries"][0]["item"]["text"] == "One\n\nTwo  three"
    assert data["entries"][0]["sentence"] == SENTENCE
    assert AT.isoformat()[:16] in document(an_alert(), "webhook")["timestamp"]
    assert len(as_json({})) < TEAMS_BYTES
