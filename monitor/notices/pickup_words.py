"""The pick-up report in words, shared by its text, its Markdown, its page and its mail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.model import CutPassage, Mention, MentionClass, Pickup, Piece
from monitor.notices.excerpt import fit, shorten

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
RUN_SHOWN = 240  # characters of the longest run
RUN_LEAST = 6  # words: shorter runs are told of by number only
_PLURALS = {MentionClass.REPRINT: "reprints", MentionClass.PARTIAL: "partial copies", MentionClass.MENTION: "mentions"}
_SINGLE = {MentionClass.REPRINT: "reprint", MentionClass.PARTIAL: "partial copy", MentionClass.MENTION: "mention"}


def delay_text(seconds: float | None) -> str:
    """How long after the release: to the minute in the first two days, to the hour after; empty where it is not known.

    >>> delay_text(2_520), delay_text(11_100), delay_text(266_400), delay_text(-600)
    ('42 min', '3 h 05 min', '3 d 2 h', '10 min before')
    """
    if seconds is None:
        return ""
    if seconds < 0:
        return f"{delay_text(-seconds)} before"
    if seconds < HOUR_S:
        return f"{int(seconds // MINUTE_S)} min"
    if seconds < 2 * DAY_S:
        return f"{int(seconds // HOUR_S)} h {int(seconds % HOUR_S // MINUTE_S):02d} min"
    return f"{int(seconds // DAY_S)} d {int(seconds % DAY_S // HOUR_S)} h"


def share_text(share: float | None) -> str:
    """A share in per cent; what is kept at all is never 0 %, and what lacks anything never 100 %. Empty where it is not known.

    >>> share_text(0.004), share_text(0.87), share_text(0.997), share_text(1.0), share_text(0)
    ('1 %', '87 %', '99 %', '100 %', '0 %')
    """
    if share is None:
        return ""
    rounded = round(share * 100)
    return f"{min(99, max(1, rounded)) if 0 < share < 1 else rounded} %"


def moment_text(at: datetime | None, timezone: str) -> str:
    """A time to the minute in the zone, empty for none; the zone is named once elsewhere."""
    return "" if at is None else f"{at.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M}"


def title_text(title: str) -> str:
    """The title on one line."""
    return fit(title) or "(without a title)"


def outlet_text(mention: Mention) -> str:
    """The outlet, with its publisher where that is another name and not a mere id."""
    outlet, publisher = fit(mention.outlet), fit(mention.publisher)
    is_told = publisher.casefold() in {outlet.casefold(), mention.source_id.casefold(), ""}
    return outlet if is_told else f"{outlet} ({publisher})"


def publisher_text(mention: Mention) -> str:
    """The publisher's name; the outlet's where the publisher is a mere id."""
    return mention.outlet if mention.publisher in {mention.source_id, ""} else mention.publisher


def class_text(mention: Mention) -> str:
    """`reprint, 87 % kept`."""
    return _SINGLE[mention.sort] + (f", {share_text(mention.share)} kept" if mention.share is not None else "")


def summary_text(pickup: Pickup) -> str:
    """How many mentions by how many publishers, of which class, and how soon the first came; in one sentence or two."""
    if not pickup.mentions:
        return "No pick-up so far: no other outlet is known to have kept any of it."
    counts = [(sort, sum(mention.sort is sort for mention in pickup.mentions)) for sort in MentionClass]
    sorts = ", ".join(f"{count} {(_SINGLE if count == 1 else _PLURALS)[sort]}" for sort, count in counts if count)
    publishers = plural(pickup.publisher_count, "publisher")
    first = pickup.mentions[0]
    delay = delay_text(first.delay_s)
    soon = (
        ""
        if not delay
        else f" The first came {delay if delay.endswith('before') else 'after ' + delay}: {fit(first.outlet)}."
    )
    return f"{plural(len(pickup.mentions), 'item')} by {publishers}: {sorts}.{soon}"


def totals_rows(pickup: Pickup, most: int | None = None) -> list[tuple[str, list[tuple[str, int]]]]:
    """(what it is counted by, each with its count), for what there is to count. Of more than `most` the others are one."""
    rows = [
        ("publisher", pickup.totals(publisher_text)),
        ("country", pickup.totals(lambda mention: mention.country or "unknown")),
        ("language", pickup.totals(lambda mention: mention.language or "unknown")),
        (hours_heading(pickup), [(hour_text(hour), count) for hour, count in pickup.by_hour()]),
    ]
    return [(name, _first(counts, most)) for name, counts in rows if counts]


def _first(counts: list[tuple[str, int]], most: int | None) -> list[tuple[str, int]]:
    rest = [] if most is None else counts[most:]
    return [*counts[:most], ("others", sum(count for _, count in rest))] if rest else counts


def totals_lines(pickup: Pickup) -> list[tuple[str, str]]:
    """The same with the counts in words: `PK: 5, AE: 1`."""
    return [(name, ", ".join(f"{fit(key)}: {count}" for key, count in counts)) for name, counts in totals_rows(pickup)]


def hours_heading(pickup: Pickup) -> str:
    """What hours count from."""
    return "hour since the release" if pickup.release.released_at else "hour since the first"


def hour_text(hour: int) -> str:
    """The stretch of an hour: hour 0 is the first.

    >>> hour_text(0), hour_text(26), hour_text(-1)
    ('0–1', '26–27', '−1–0')
    """
    return f"{hour}–{hour + 1}".replace("-", "−")


def furniture_text(mention: Mention) -> str:
    """Label, dateline and credit as printed; empty where there is none."""
    wire = mention.wire
    dateline = ", ".join(fit(part) for part in (wire.place, wire.dated) if part)
    parts = [("label", wire.label), ("dateline", dateline), ("credit", wire.agency), ("marked", wire.edit)]
    return ", ".join(f"{name} “{fit(text)}”" for name, text in parts if text)


def cut_text(cut: CutPassage) -> str:
    """Where a passage that was cut stood: `paragraph 3`, or `paragraph 3, sentence 2`."""
    return f"paragraph {cut.paragraph}" + ("" if cut.sentence is None else f", sentence {cut.sentence}")


def cut_summary(cuts: Iterable[CutPassage]) -> str:
    """All that was cut, in words: `paragraphs 3–5 and 7; 2 sentences of paragraph 1`."""
    whole = [cut.paragraph for cut in cuts if cut.sentence is None]
    sentences: dict[int, int] = {}
    for cut in cuts:
        if cut.sentence is not None:
            sentences[cut.paragraph] = sentences.get(cut.paragraph, 0) + 1
    parts = [f"paragraph{'s' if len(whole) > 1 else ''} {_ranges(whole)}"] if whole else []
    parts += [f"{plural(count, 'sentence')} of paragraph {paragraph}" for paragraph, count in sentences.items()]
    return "; ".join(parts)


def _ranges(numbers: list[int]) -> str:
    """
    >>> _ranges([1, 2, 3, 5, 7])
    '1–3, 5 and 7'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    told = [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"


def diff_text(diff: Iterable[Piece]) -> str:
    """A word diff on one line, as wdiff writes it: `[-gone-]` and `{+new+}`."""
    marks = {"=": "{}", "-": "[-{}-]", "+": "{{+{}+}}"}
    return " ".join(marks[piece.op].format(fit(piece.text)) for piece in diff)


def run_text(mention: Mention) -> str:
    """The longest run kept as it is, shortened for reading; empty for none worth showing."""
    return shorten(fit(mention.run), RUN_SHOWN)


def plural(count: int, noun: str) -> str:
    """
    >>> plural(1, "item"), plural(2_000, "item")
    ('1 item', '2,000 items')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
