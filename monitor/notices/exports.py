"""An edition, or any list of entries, for other programs and for paper: a page to print, Markdown, rows of a table."""

from __future__ import annotations

import re
from datetime import UTC

from monitor.notices.content import Carried, Content, Correction, Entry, FollowUp
from monitor.notices.digest_mail import inlined
from monitor.notices.digest_words import Words
from monitor.notices.excerpt import fit
from monitor.notices.page import link
from monitor.notices.templating import PLAIN_STYLE, Style, shipped_environment

COLUMNS = (
    *("section", "number", "kind", "title", "outlet", "place", "published_at", "url", "language", "outlets", "also"),
    *("summary", "note", "item", "story"),
)
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~]|&(?=#?\w+;))")
_LISTED = re.compile(r"^(\d+)([.)])|^([-+=])")


def listing_html(content: Content, style: Style = PLAIN_STYLE) -> str:
    """The entries alone, as a page to be read or printed."""
    return inlined(
        shipped_environment().get_template("listing.html.j2").render(Words(content, style.catalogue).values())
    )


def markdown(content: Content, style: Style = PLAIN_STYLE, *, is_edition: bool = True) -> str:
    """The whole as Markdown (CommonMark), ending in a line feed; the edition's own lines only where it is one."""
    words = Words(content, style.catalogue)
    values = words.values()
    lines = [f"# {_plain(content.title)}", ""]
    if is_edition:
        lines += [values["day"], "", _plain(values["summary_line"]), _plain(values["span_line"]), ""]
        lines += [_plain(line) + "\n" for line in (values["late_line"], values["note"]) if line]
    for section in values["sections"]:
        lines += [f"## {_plain(section.title)}", ""] if section.title else []
        for entry in section.entries:
            lines += [f"{words.numbers[entry.story_id]}. {_told(words, entry)}", ""]
        lines += [f"### {_plain(words.catalogue.say('further'))}", ""] if section.follow_ups else []
        lines += _listed(words, section.follow_ups)
    for key, told in (("corrections", content.corrections), ("week", content.week)):
        lines += [f"## {_plain(words.catalogue.say(key))}", "", *_listed(words, told)] if told else []
    if is_edition:
        footer = [*values["balance"], values["sources_line"], *(f"- {line}" for line in values["ailing"])]
        lines += [
            "---",
            "",
            *(_plain(line) if not line.startswith("- ") else f"- {_plain(line[2:])}" for line in footer),
        ]
    return "\n".join(lines).strip() + "\n"


def _listed(words: Words, told: tuple[FollowUp, ...] | tuple[Correction, ...] | tuple[Carried, ...]) -> list[str]:
    return [line for one in told for line in (f"- {_told(words, one)}", "")]


def _told(words: Words, raw: Entry | FollowUp | Correction | Carried) -> str:
    """An entry as the text of a list item: title, where and when, summary, what stands under it."""
    entry = words.fitted(raw)
    address, romanised = link(entry.url), words.romanised(entry.title)
    title = f"[{_plain(entry.title)}](<{address}>)" if address else _plain(entry.title)
    lines = [f"**{title}**", *([f"*{_plain(romanised)}*"] if romanised else []), _plain(" – ".join(words.meta(raw)))]
    lines += [f"**{_plain(warning)}**"] if (warning := words.warning(raw)) else []
    lines += [_plain(entry.summary)] if isinstance(entry, Entry) and entry.summary else []
    remark = [words.note(entry.note)] if isinstance(entry, Entry | FollowUp) and entry.note else []
    return "  \n   ".join([*lines, *map(_plain, [*words.lines(raw), *remark])])


def _plain(text: str) -> str:
    """Text that Markdown reads as such: nothing in it formats, links or begins a list."""
    escaped = _SPECIAL.sub(r"\\\1", fit(text))
    return _LISTED.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", escaped)


def rows(content: Content) -> list[dict[str, object]]:
    """A row for each thing told, with `COLUMNS` as keys; times are RFC 3339 in UTC, `outlets` counts publishers."""
    words, found = Words(content, PLAIN_STYLE.catalogue), list[dict[str, object]]()
    for section in content.sections:
        found += [_row(words, section.title, "entry", entry) for entry in section.entries]
        found += [_row(words, section.title, "further pick-up", again) for again in section.follow_ups]
    found += [_row(words, "", "correction", correction) for correction in content.corrections]
    return found + [_row(words, "", "last week", carried) for carried in content.week]


def _row(words: Words, section: str, kind: str, told: Entry | FollowUp | Correction | Carried) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(COLUMNS, "")
    row |= {"section": section, "number": words.numbers.get(told.story_id, ""), "kind": kind, "title": told.title}
    row |= {"url": link(told.url), "language": told.language, "item": told.item_id, "story": told.story_id}
    match told:
        case Entry():
            at = told.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
            row |= {"outlet": told.outlet, "place": told.place, "published_at": at, "summary": told.summary}
            row |= {"outlets": len(told.publishers), "also": ", ".join(told.also), "note": told.note}
        case FollowUp():
            row |= {"outlets": len(told.publishers), "also": ", ".join(told.joined), "note": told.note}
        case Correction():
            row |= {"outlet": told.mark.outlet, "note": f"{told.mark.edit}: {told.told_title}"}
        case Carried():
            row |= {"outlet": told.outlet, "outlets": told.publisher_count}
    return row
