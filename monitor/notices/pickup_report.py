"""The pick-up report as text for a terminal or a mail, as Markdown, and as a page that prints."""

from __future__ import annotations

import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from monitor.model import Mention, Pickup
from monitor.notices import pickup_words as words
from monitor.notices.excerpt import fit, is_right_to_left, shorten
from monitor.notices.page import link, named_language
from monitor.notices.pickup_plot import plot_svg

PASSAGE_SHOWN = 300  # characters of a passage that was cut, in text and Markdown
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|~])")


def render_text(pickup: Pickup, timezone: str, *, with_passages: bool = True, counted: Pickup | None = None) -> str:
    """The whole report as plain text, ending in a line feed; without `with_passages` only how much was cut and changed. `counted`
    is the report that the totals are of, where the one listed is only part of it."""
    release = pickup.release
    lines = [words.title_text(release.title), ""]
    lines += _head(pickup, timezone)
    lines += ["", words.summary_text(counted or pickup)]
    lines += [f"  by {name}: {counts}" for name, counts in words.totals_lines(counted or pickup)]
    for number, mention in enumerate(pickup.mentions, 1):
        lines += ["", f"{number}. {_first_line(mention)}", *(f"   {line}" for line in _below(mention, timezone))]
        lines += [f"   {line}" for line in (_passages(mention) if with_passages else ())]
    return "\n".join(lines) + "\n"


def head_line(pickup: Pickup, timezone: str) -> str:
    """When and by whom it was released, and as of when the report is."""
    release = pickup.release
    by = f" by {fit(release.outlet)}" if release.outlet else ""
    at = words.moment_text(release.released_at, timezone)
    released = f"Released {at}{by}" if at else f"Released at a time not known{by}"
    return f"{released}; as of {words.moment_text(pickup.made_at, timezone)} ({timezone})."


def _head(pickup: Pickup, timezone: str) -> list[str]:
    return [head_line(pickup, timezone), *filter(None, [pickup.release.url])]


def _first_line(mention: Mention) -> str:
    where = ", ".join(filter(None, (mention.country, mention.language)))
    delay = words.delay_text(mention.delay_s)
    return " – ".join(filter(None, (words.outlet_text(mention), where, delay, words.class_text(mention))))


def _below(mention: Mention, timezone: str) -> list[str]:
    seen = "seen " if mention.is_seen else ""
    furniture = words.furniture_text(mention)
    run = _run(mention)
    cut, changed = words.cut_summary(mention.cut), len(mention.changed)
    lines = [
        words.title_text(mention.title),
        mention.url or "",
        f"{seen}{words.moment_text(mention.at, timezone)}; {mention.evidence}",
        f"as printed: {furniture}" if furniture else "",
        run,
        f"cut: {cut}" if cut else "",
        f"changed: {words.plural(changed, 'sentence')}" if changed else "",
        f"added: {words.plural(mention.added_words, 'word')}" if mention.added_words else "",
    ]
    return [fit(line) for line in lines if line]


def _run(mention: Mention) -> str:
    if not mention.run_words:
        return ""
    told = f"longest run: {words.plural(mention.run_words, 'word')}"
    return f"{told}: {words.run_text(mention)}" if mention.run_words >= words.RUN_LEAST else told


def _passages(mention: Mention) -> list[str]:
    lines = [f"  - {words.cut_text(cut)}: {shorten(fit(cut.text), PASSAGE_SHOWN)}" for cut in mention.cut]
    lines += [
        f"  ~ paragraph {passage.paragraph}, sentence {passage.sentence}: {words.diff_text(passage.diff)}"
        for passage in mention.changed
    ]
    return lines


# -- Markdown ------------------------------------------------------------------------------------------


def render_markdown(pickup: Pickup, timezone: str) -> str:
    """The report as Markdown (GitHub's, for the tables); what stands in feeds is escaped and acts as nothing."""
    release = pickup.release
    lines = [f"# Pick-up: {_escaped(words.title_text(release.title))}", "", *map(_escaped, _head(pickup, timezone)), ""]
    lines += [_escaped(words.summary_text(pickup)), ""]
    lines += [f"- **by {name}:** {_escaped(counts)}" for name, counts in words.totals_lines(pickup)]
    if pickup.mentions:
        lines += [
            "",
            "| outlet | country | language | after | class | kept | longest run |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [_row(mention) for mention in pickup.mentions]
    for number, mention in enumerate(pickup.mentions, 1):
        lines += ["", f"## {number}. {_escaped(words.outlet_text(mention))}", "", _linked(mention), ""]
        lines += [f"- {_escaped(line)}" for line in _below(mention, timezone)[1:] if line != mention.url]
        lines += [f"  - {_escaped(line[4:])}" for line in _passages(mention)]
    return "\n".join(lines) + "\n"


def _row(mention: Mention) -> str:
    cells = [words.outlet_text(mention), mention.country, mention.language, words.delay_text(mention.delay_s)]
    cells += [mention.sort.value, words.share_text(mention.share), words.plural(mention.run_words, "word")]
    return "| " + " | ".join(map(_escaped, cells)) + " |"


def _linked(mention: Mention) -> str:
    title, url = _escaped(words.title_text(mention.title)), link(mention.url)
    return f"[{title}](<{url}>)" if url else title


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", fit(text))


# -- page ----------------------------------------------------------------------------------------------


def render_html(pickup: Pickup, timezone: str) -> str:
    """The report as one page that loads nothing: for a screen, and for paper."""
    template = environment().get_template("pickup.html.j2")
    page = template.render(
        pickup=pickup,
        release=pickup.release,
        timezone=timezone,
        plot=Markup(plot_svg(pickup)),  # noqa: S704 - drawn by us, from numbers alone
        totals=words.totals_rows(pickup),
        head=head_line(pickup, timezone),
    )
    return re.sub(r"\n\s*\n+", "\n", page)


@cache
def environment() -> Environment:
    """The templates of reports, with the words that they share."""
    environment = Environment(
        loader=PackageLoader("monitor.notices"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        words=words,
        link=link,
        lang=named_language,
        direction=lambda text: "rtl" if is_right_to_left(text) else "ltr",
    )
    environment.filters.update(fit=fit)
    return environment
