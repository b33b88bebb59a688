"""An edition of a digest as a mail: subject, plain text and page.

The page stays under 100 KB, since Gmail cuts what is longer: summaries shorten until it fits, and no entry is dropped.
It loads nothing from anywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from css_inline import CSSInliner
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from monitor.notices.content import Ailing, Content, Entry, FollowUp
from monitor.notices.excerpt import excerpt, fit, is_right_to_left, shorten, wrap
from monitor.notices.mail import Mail, Mailbox, clean_header, label, message_id, render_mail
from monitor.notices.page import link, named_language

HTML_MOST_BYTES = 100_000
TEXT_COLUMNS = 76
ALSO_NAMED = 5
AILING_NAMED = 15
_REASON_LENGTH = 160

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Fitting:
    """How much of each entry is shown. A `title` of None is shown whole; `is_plain` leaves out all adornment, and then
    outlets and links may go too."""

    summary: int
    names: int = ALSO_NAMED
    title: int | None = None
    is_plain: bool = False
    has_outlet: bool = True
    has_link: bool = True


WHOLE = Fitting(800)
_FITTINGS = (
    WHOLE,
    *(Fitting(limit) for limit in (500, 300, 180, 90, 0)),
    *(Fitting(0, names=3, is_plain=True), Fitting(0, names=0, title=140, is_plain=True)),
    Fitting(0, names=0, title=70, is_plain=True),
    Fitting(0, names=0, title=50, is_plain=True, has_outlet=False),
    Fitting(0, names=0, title=40, is_plain=True, has_outlet=False, has_link=False),
)


@dataclass(frozen=True, slots=True)
class DigestMail:
    """A rendered edition, the same for every recipient."""

    subject: str
    text: str
    html: str


def render_digest(content: Content) -> DigestMail:
    """The edition worded: `text` in lines of at most 76 columns, `html` under 100 KB (UTF-8)."""
    return DigestMail(digest_subject(content), render_text(content), render_html(content))


def digest_subject(content: Content) -> str:
    """`Title – Mon 23 Nov 2026 – 18 items`: the day is the one the edition is due on, in the digest's zone."""
    day = _local(content.due_at, content)
    return f"{clean_header(content.title, 120)} – {_short_day(day, with_year=True)} – {_items(content)}"


def render_text(content: Content) -> str:
    """The whole edition as plain text, ending in a line feed."""
    return _environment().get_template("digest.txt.j2").render(edition=content, **_words(content, WHOLE)).strip() + "\n"


def render_html(content: Content) -> str:
    """The edition as a page that carries its own style; shortened until it fits, never by an entry."""
    html = _html(content, WHOLE)
    if len(html.encode()) <= HTML_MOST_BYTES:
        return html
    long, fits = 0, len(_FITTINGS) - 1  # each fitting makes a shorter page than the one before
    html = _html(content, _FITTINGS[fits])
    while fits - long > 1:
        middle = (long + fits) // 2
        tried = _html(content, _FITTINGS[middle])
        if len(tried.encode()) <= HTML_MOST_BYTES:
            fits, html = middle, tried
        else:
            long = middle
    return html


def digest_message(content: Content, mail: DigestMail, sender: Mailbox, recipient: Mailbox) -> tuple[str, bytes]:
    """The edition for one recipient: its Message-ID, the same however often it is made, and its bytes."""
    instant = content.due_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ").replace("000000Z", "Z")
    identifier = message_id(sender, content.digest_id, instant, recipient)
    name = label(content.digest_id)
    return identifier, render_mail(
        Mail(
            sender=sender,
            recipient=recipient,
            subject=mail.subject,
            date=_local(content.made_at, content),
            message_id=identifier,
            thread=f"<{name}.digest@{sender.domain}>",
            list_name=content.title,
            list_id=f"{name}.digest.{sender.domain}",
            text=mail.text,
            html=mail.html,
        )
    )


# -- wording ---------------------------------------------------------------------------------------------------


def _html(content: Content, fitting: Fitting) -> str:
    page = _environment().get_template("digest.html.j2").render(edition=content, **_words(content, fitting))
    return re.sub(r"\n\s*", "\n", _inliner().inline(page))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("monitor.notices"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(fit=fit, plural=_plural, wrapped=_wrapped, language=named_language)
    environment.tests["right_to_left"] = is_right_to_left
    return environment


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False, minify_css=True)


def _words(content: Content, fitting: Fitting) -> dict[str, object]:
    """What both templates ask for, beside the edition itself."""
    zone = _local(content.window_to, content)
    sections = [section for section in content.sections if section.entries or section.follow_ups]
    return {
        "fitting": fitting,
        "is_shortened": fitting != WHOLE,
        "title": fit(content.title),
        "day": _long_day(_local(content.due_at, content)),
        "summary_line": _summary_line(content),
        "zone": f"{content.timezone}, UTC{zone.strftime('%z')[:3]}:{zone.strftime('%z')[3:]}",
        "moment": lambda at: _moment(_local(at, content), content),
        "full_moment": lambda at: f"{_short_day(_local(at, content), with_year=True)}, {_local(at, content):%H:%M}",
        "sections": sections,
        "numbers": _numbers(content),
        "quiet": [fit(section.title) for section in content.sections if section not in sections],
        "entry": lambda entry: _fitted(entry, fitting),
        "also": lambda names, most=fitting.names: _also(names, most),
        "place": lambda entry: fit(entry.place),
        "link": lambda url: link(url) if fitting.has_link else "",
        "balance": _balance(content),
        "sources_line": _sources_line(content),
        "ailing": [_ailing_line(source) for source in content.ailing[:AILING_NAMED]],
        "ailing_more": max(0, len(content.ailing) - AILING_NAMED),
    }


def _sources_line(content: Content) -> str:
    """How many sources were polled, and how that went; ends in a colon where those that ail are listed next."""
    waiting = f" {_plural(content.waiting_count, 'source')} not polled yet." if content.waiting_count else ""
    if not content.source_count:
        return waiting.strip() or "No source was polled."
    polled, count = f"{_plural(content.source_count, 'source')} polled", len(content.ailing)
    if not count:
        return f"{polled}; all brought what they should.{waiting}"
    return f"{waiting} {polled}, of which {count} did not bring what {'it' if count == 1 else 'they'} should:".strip()


def _ailing_line(source: Ailing) -> str:
    state = f"{fit(source.name)}: {source.state.replace('-', ' ')}"
    return f"{state} ({shorten(fit(source.reason), _REASON_LENGTH)})" if source.reason else state


def _numbers(content: Content) -> dict[int, int]:
    """The entries' running numbers, by story."""
    entries = [entry for section in content.sections for entry in section.entries]
    return {entry.story_id: number for number, entry in enumerate(entries, 1)}


def _fitted(entry: Entry | FollowUp, fitting: Fitting) -> Entry | FollowUp:
    title = fit(entry.title) or "(without a title)"
    title = title if fitting.title is None else shorten(title, fitting.title)
    if isinstance(entry, FollowUp):
        return replace(entry, title=title)
    return replace(entry, title=title, summary=excerpt(entry.summary, fitting.summary), outlet=fit(entry.outlet))


def _also(names: tuple[str, ...], most: int) -> str:
    """`A, B, C (+7)`; with none to be named, `+10`."""
    shown = ", ".join(fit(name) for name in names[:most])
    more = len(names) - most
    if more <= 0:
        return shown
    return f"{shown} (+{more})" if shown else f"+{more}"


def _items(content: Content) -> str:
    if content.entry_count:
        return _plural(content.entry_count, "item")
    return _plural(content.follow_up_count, "further pick-up") if content.follow_up_count else "no items"


def _summary_line(content: Content) -> str:
    """How much there is, in one sentence."""
    if content.is_empty:
        return "No items: nothing new that this digest asks for."
    publishers = {key for section in content.sections for entry in section.entries for key in entry.publishers}
    parts = [f"{_plural(content.entry_count, 'item')} from {_plural(len(publishers), 'outlet')}"] if publishers else []
    if content.follow_up_count:
        parts.append(f"{_plural(content.follow_up_count, 'further pick-up')} of earlier items")
    return ", ".join(parts) + "."


def _balance(content: Content) -> list[str]:
    """Where the new articles went, a sentence each; only what there is to tell."""
    tally = content.tally
    told = [
        f"{_plural(tally.new_count, 'new article')} in this span.",
        f"{_plural(tally.folded_count, 'copy', 'copies')} folded into the items above." if tally.folded_count else "",
    ]
    for section in content.sections:
        if section.cut_count:
            told.append(f"{_plural(section.cut_count, 'more item')} cut by the limit of “{fit(section.title)}”.")
    if tally.untaken_count:
        told.append(f"{_plural(tally.untaken_count, 'article')} fitted no section.")
    if tally.old_count:
        told.append(f"{_plural(tally.old_count, 'article')} published more than three months ago left out.")
    return [sentence for sentence in told if sentence]


def _plural(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _wrapped(text: str, indent: str = "") -> str:
    return "\n".join(wrap(text, TEXT_COLUMNS, indent))


# -- dates: English, whatever the locale of the process ---------------------------------------------------------


def _local(at: datetime, content: Content) -> datetime:
    return at.astimezone(ZoneInfo(content.timezone))


def _long_day(day: datetime) -> str:
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def _short_day(day: datetime, *, with_year: bool) -> str:
    short = f"{_DAYS[day.weekday()][:3]} {day.day} {_MONTHS[day.month - 1][:3]}"
    return f"{short} {day.year}" if with_year else short


def _moment(at: datetime, content: Content) -> str:
    return f"{_short_day(at, with_year=at.year != _local(content.window_to, content).year)}, {at:%H:%M}"
