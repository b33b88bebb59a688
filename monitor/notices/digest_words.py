"""What the templates of a digest mail ask for beside the edition itself: its words in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from monitor.messages import Catalogue
from monitor.notices.content import Ailing, Carried, Content, Correction, Entry, FollowUp, Mark, SameEvent
from monitor.notices.excerpt import excerpt, fit, is_right_to_left, shorten
from monitor.notices.mail import clean_header
from monitor.notices.page import link
from monitor.text.romanising import romanised, scripts_of

ALSO_NAMED = 5
AILING_NAMED = 15
MARKED_FROM = 180  # a page shortened further than this many characters a summary has no hits marked
_REASON_LENGTH = 160
_TOLD_LENGTH = 120
_NOTE_LENGTH = 2_000


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
Worded = Entry | FollowUp | Correction | Carried


class Words:
    """An edition's words in one language, for one fitting."""

    def __init__(self, content: Content, catalogue: Catalogue, fitting: Fitting = WHOLE) -> None:
        self.content, self.catalogue, self.fitting = content, catalogue, fitting
        self._zone, self._known = ZoneInfo(content.timezone), scripts_of(content.reads)
        entries = [entry for section in content.sections for entry in section.entries]
        self.numbers = {entry.story_id: number for number, entry in enumerate(entries, 1)}

    def values(self) -> dict[str, Any]:
        """What both templates may use, by name."""
        content, say = self.content, self.catalogue.say
        sections = [section for section in content.sections if section.entries or section.follow_ups]
        quiet = [self.set_off(section.title) for section in content.sections if section not in sections]
        return {
            "edition": content,
            "fitting": self.fitting,
            "is_shortened": self.fitting != WHOLE,
            "language": self.catalogue.name,
            "direction": "rtl" if self.catalogue.is_right_to_left else "ltr",
            "say": say,
            "count": self.catalogue.count,
            "title": fit(content.title),
            "day": self.catalogue.long_day(self.local(content.due_at)),
            "summary_line": self.summary_line(),
            "overview_line": self.overview_line(),
            "span_line": self.span_line(),
            "late_line": say("late", when=self.moment(content.due_at, with_year=True)) if content.is_late else "",
            "note": self.note(content.note),
            "sections": sections,
            "numbers": self.numbers,
            "entry": self.fitted,
            "also": self.names,
            "meta": self.meta,
            "warning": self.warning,
            "lines": self.lines,
            "remark": lambda entry: self.note(entry.note) if isinstance(entry, Entry | FollowUp) else "",
            "marked": self.marked,
            "has_hit": self.has_hit,
            "romanised": self.romanised,
            "link": lambda url: link(url) if self.fitting.has_link else "",
            "quiet_line": say("quiet", sections=self.joined(quiet)) if quiet and sections else "",
            "balance": self.balance(),
            "sources_line": self.sources_line(),
            "ailing": [self.ailing(source) for source in content.ailing[:AILING_NAMED]],
            "ailing_more": max(0, len(content.ailing) - AILING_NAMED),
        }

    # -- times -------------------------------------------------------------------------------------------

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)

    def moment(self, at: datetime, *, with_year: bool = False) -> str:
        """A day and a time in the digest's zone, the year only where it is another than the edition's."""
        local = self.local(at)
        is_other = local.year != self.local(self.content.window_to).year
        return self.catalogue.moment(local, with_year=with_year or is_other)

    def short_day(self, at: datetime) -> str:
        return self.catalogue.short_day(self.local(at), with_year=False)

    def span_line(self) -> str:
        content, offset = self.content, self.local(self.content.window_to).strftime("%z")
        return self.catalogue.say(
            "span",
            start=self.moment(content.window_from, with_year=True),
            end=self.moment(content.window_to, with_year=True),
            zone=self.set_off(f"{content.timezone}, UTC{offset[:3]}:{offset[3:]}"),
        )

    # -- the head ----------------------------------------------------------------------------------------

    def subject(self) -> str:
        """`Title – Mon 23 Nov 2026 – 18 items`: the day is the one the edition is due on, in the digest's zone."""
        day = self.catalogue.short_day(self.local(self.content.due_at), with_year=True)
        return self.catalogue.say("subject", title=clean_header(self.content.title, 120), day=day, items=self.items())

    def items(self) -> str:
        content, count = self.content, self.catalogue.count
        if content.entry_count:
            return count("items", content.entry_count)
        if content.follow_up_count:
            return count("pick_ups", content.follow_up_count)
        return (
            count("correction_count", len(content.corrections))
            if content.corrections
            else self.catalogue.say("no_items")
        )

    def summary_line(self) -> str:
        """How much there is, in one sentence."""
        content, count = self.content, self.catalogue.count
        if content.is_empty:
            return self.catalogue.say("empty")
        publishers = {key for section in content.sections for entry in section.entries for key in entry.publishers}
        items = count("items", content.entry_count)
        parts = [count("from_outlets", len(publishers), items=items)] if content.entry_count else []
        if content.follow_up_count:
            parts.append(count("of_earlier", content.follow_up_count))
        if content.corrections:
            parts.append(count("corrected", len(content.corrections)))
        return self.joined(parts) + self.catalogue.say("full_stop")

    def overview_line(self) -> str:
        """How many items each section has; empty where no more than one has any."""
        number, told = self.catalogue.number, [section for section in self.content.sections if section.entries]
        parts = [
            self.catalogue.say("overview", section=self.set_off(one.title), n=number(len(one.entries))) for one in told
        ]
        return " · ".join(parts) if len(parts) > 1 else ""

    def joined(self, parts: Sequence[str]) -> str:
        return self.catalogue.say("comma").join(parts)

    # -- entries -----------------------------------------------------------------------------------------

    def fitted(self, entry: Worded) -> Worded:
        """The entry with its texts cleaned and shortened as they are to be shown."""
        title = fit(entry.title) or self.catalogue.say("no_title")
        title = title if self.fitting.title is None else shorten(title, self.fitting.title)
        if not isinstance(entry, Entry):
            return replace(entry, title=title)
        return replace(
            entry, title=title, summary=excerpt(entry.summary, self.fitting.summary), outlet=fit(entry.outlet)
        )

    def meta(self, entry: Worded) -> list[str]:
        """The parts of the line under a title: outlet, place and time, or what became of the story."""
        say, count = self.catalogue.say, self.catalogue.count
        match entry:
            case Entry():
                at = self.moment(entry.at)
                return [
                    fit(entry.outlet),
                    *filter(None, [fit(entry.place)]),
                    say("seen", when=at) if entry.is_seen else at,
                ]
            case FollowUp():
                return [count("pick_up", len(entry.joined), names=self.names(entry.joined))]
            case Correction():
                told = self.set_off(entry.told_title, _TOLD_LENGTH)
                return [self.mark(entry.mark), say("corrects", title=told, day=self.short_day(entry.told_at))]
            case Carried():
                day = say("sent_on", day=self.short_day(entry.told_at))
                return [fit(entry.outlet), count("carried", entry.publisher_count), day]

    def warning(self, entry: Worded) -> str:
        """That a wire has corrected or withdrawn the story since; mostly empty."""
        return self.mark(entry.mark) if isinstance(entry, Entry) and entry.mark else ""

    def lines(self, entry: Worded) -> list[str]:
        """Who else tells it, a line each: other outlets, and other tellings of the same event."""
        if not isinstance(entry, Entry):
            return []
        found = [self.catalogue.say("also", names=self.names(entry.also))] if entry.also else []
        return [*found, self.same_event(entry.same_event)] if entry.same_event else found

    def mark(self, mark: Mark) -> str:
        edit, outlet = self.set_off(mark.edit), self.set_off(mark.outlet)
        return self.catalogue.say("marked", edit=edit, outlet=outlet, when=self.moment(mark.at))

    def same_event(self, others: Sequence[SameEvent]) -> str:
        """Those that stand in this edition by their numbers, the others by title and outlet."""
        say = self.catalogue.say
        told = [
            say("number", n=self.numbers[other.story_id])
            if other.story_id in self.numbers
            else say("told_by", title=self.set_off(other.title, _TOLD_LENGTH), outlet=self.set_off(other.outlet))
            for other in others
        ]
        return say("same_event", stories=self.joined(told))

    def note(self, text: str) -> str:
        return self.catalogue.say("note", text=self.set_off(text, _NOTE_LENGTH)) if text else ""

    def set_off(self, text: str, limit: int = _NOTE_LENGTH) -> str:
        """A text from elsewhere, to stand in a sentence of ours: isolated where it runs the other way (Unicode Standard Annex 9),
        so that neither turns the other's marks round."""
        cleaned = shorten(fit(text), limit)
        is_other = is_right_to_left(cleaned) != self.catalogue.is_right_to_left
        return f"\u2068{cleaned}\u2069" if is_other and cleaned else cleaned

    def names(self, names: tuple[str, ...], most: int | None = None) -> str:
        """`A, B, C (+7)`; with none to be named, `+10`."""
        most = self.fitting.names if most is None else most
        shown = self.joined([self.set_off(name) for name in names[:most]])
        more = len(names) - most
        if more <= 0:
            return shown
        return self.catalogue.say("more_names", names=shown, n=self.catalogue.number(more)) if shown else f"+{more}"

    def romanised(self, title: str) -> str:
        """The title in Latin letters, where the digest says what its readers read and this script is not among it."""
        return romanised(title, self._known) if self.content.reads and not self.fitting.is_plain else ""

    def has_hit(self, text: str, hits: Sequence[str]) -> bool:
        """Whether one of the hits is marked in a text."""
        pattern = self._pattern(hits)
        return pattern is not None and pattern.search(text) is not None

    def _pattern(self, hits: Sequence[str]) -> re.Pattern[str] | None:
        return _hits(tuple(hits)) if self.fitting.summary >= MARKED_FROM else None

    def marked(self, text: str, hits: Sequence[str]) -> Markup:
        """The text as HTML, its hits between `<mark>` and `</mark>`."""
        pattern = self._pattern(hits)
        if pattern is None:
            return escape(text)
        pieces, end = [], 0
        for found in pattern.finditer(text):
            pieces += [escape(text[end : found.start()]), Markup("<mark>"), escape(found[0]), Markup("</mark>")]
            end = found.end()
        return Markup("").join([*pieces, escape(text[end:])])

    # -- the footer --------------------------------------------------------------------------------------

    def balance(self) -> list[str]:
        """Where the new articles went, a sentence each; only what there is to tell."""
        tally, count = self.content.tally, self.catalogue.count
        told = [count("new_articles", tally.new_count)]
        told += [count("folded", tally.folded_count)] if tally.folded_count else []
        for section in self.content.sections:
            if section.cut_count:
                told.append(count("cut", section.cut_count, section=self.set_off(section.title)))
        for key, number in (
            ("dropped", tally.dropped_count),
            ("untaken", tally.untaken_count),
            ("old", tally.old_count),
        ):
            told += [count(key, number)] if number else []
        return told

    def sources_line(self) -> str:
        """How many sources were polled, and how that went; ends in a colon where those that ail are listed next."""
        content, say, count = self.content, self.catalogue.say, self.catalogue.count
        waiting = [count("waiting", content.waiting_count)] if content.waiting_count else []
        if not content.source_count:
            return waiting[0] if waiting else say("none_polled")
        polled = count("polled", content.source_count)
        if not content.ailing:
            return " ".join([say("all_well", polled=polled), *waiting])
        return " ".join([*waiting, count("not_well", len(content.ailing), polled=polled)])

    def ailing(self, source: Ailing) -> str:
        key = f"state_{source.state.replace('-', '_')}"
        state = self.catalogue.say(key) if key in self.catalogue.text else source.state
        state = self.catalogue.say("well_again", state=state) if source.is_over else state
        last = (
            self.catalogue.say("last_polled", when=self.moment(source.last_polled_at)) if source.last_polled_at else ""
        )
        name, reason = self.set_off(source.name), self.set_off(source.reason, _REASON_LENGTH) or last
        return f"{name}: {state} ({reason})" if reason else f"{name}: {state}"


@lru_cache(maxsize=256)
def _hits(hits: tuple[str, ...]) -> re.Pattern[str] | None:
    """What finds any of the hits as whole words, the longest first; None where there is none."""
    cleaned = sorted({text for hit in hits if (text := fit(hit))}, key=lambda text: (-len(text), text))
    if not cleaned:
        return None
    return re.compile("|".join(map(_as_words, cleaned)))


def _as_words(text: str) -> str:
    """The text as a pattern that neither begins nor ends within a word."""
    before = r"(?<!\w)" if _has_edges(text[0]) else ""
    after = r"(?!\w)" if _has_edges(text[-1]) else ""
    return f"{before}{re.escape(text)}{after}"


def _has_edges(character: str) -> bool:
    """Whether words with this letter stand apart from others: not in scripts that are written without spaces."""
    return character.isalnum() and not ("\u2e80" <= character <= "\u9fff" or "\u0e00" <= character <= "\u0eff")
