"""Mentions over time as a plot: plain SVG, drawn here, so that a page needs no script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model import MentionClass, Pickup

WIDTH, HEIGHT = 720, 190
LEFT, RIGHT, TOP, BOTTOM = 34, 10, 12, 34
HOUR_S = 3600
BARS_MOST = 48
STEPS_H = (1, 2, 3, 6, 12, 24, 48, 168, 720, 8766)
LABELS_MOST = 12
ORDER = (MentionClass.REPRINT, MentionClass.PARTIAL, MentionClass.MENTION)


@dataclass(frozen=True, slots=True)
class Bar:
    """The mentions of `hours` hours from hour `start` on, by class in the order drawn."""

    start: int
    counts: tuple[int, int, int]


def bars_of(pickup: Pickup) -> tuple[int, list[Bar]]:
    """How many hours a bar stands for, and the bars without gaps between, at most 48 where that can be; none for no mentions."""
    start = pickup.starts_at
    if start is None or not pickup.mentions:
        return 1, []
    hours = [int((mention.at - start).total_seconds() // HOUR_S) for mention in pickup.mentions]
    first, last = min(0, *hours), max(hours)
    step = next((step for step in STEPS_H if (last - first) // step < BARS_MOST), STEPS_H[-1])
    counts = Counter((hour // step, mention.sort) for hour, mention in zip(hours, pickup.mentions, strict=True))
    return step, [
        Bar(place * step, (counts[place, ORDER[0]], counts[place, ORDER[1]], counts[place, ORDER[2]]))
        for place in range(first // step, last // step + 1)
    ]


def plot_svg(pickup: Pickup) -> str:
    """An `<svg>` of the mentions over time, a bar an hour (or more), stacked by class; empty where there are none.

    Classes of the page's style sheet colour it: `bar-reprint`, `bar-partial`, `bar-mention`, `axis`, `tick`; on a narrow one
    what is `wide` is left out.
    """
    step, bars = bars_of(pickup)
    if not bars:
        return ""
    top = max(sum(bar.counts) for bar in bars)
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    slot = width / max(len(bars), 12)
    parts = [*_grid(top, width, height)]
    for place, bar in enumerate(bars):
        parts += _stack(bar, LEFT + place * slot, slot, height / top)
    parts += _labels(bars, slot, step)
    unit = "hour" if step == 1 else f"{step} hours"
    told = f"Mentions for each {unit} since the release: {sum(sum(bar.counts) for bar in bars)} in all"
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{told}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{told}</title>{''.join(parts)}</svg>"
    )


def _grid(top: int, width: float, height: float) -> list[str]:
    """The base line, and lines at round counts."""
    step = next(size * 10**power for power in range(9) for size in (1, 2, 5) if top / (size * 10**power) <= 4)
    parts = []
    for count in range(0, top + 1, step):
        y = TOP + height - count * height / top
        parts.append(f'<line class="axis" x1="{LEFT}" x2="{LEFT + width:.0f}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{count}</text>')
    return parts


def _stack(bar: Bar, x: float, slot: float, unit: float) -> list[str]:
    parts = []
    y = float(HEIGHT - BOTTOM)
    for sort, count in zip(ORDER, bar.counts, strict=True):
        if count:
            y_top = y - count * unit
            parts.append(
                f'<rect class="bar-{sort.value}" x="{x + slot * 0.12:.1f}" y="{y_top:.1f}" width="{slot * 0.76:.1f}" '
                f'height="{count * unit:.1f}"/>'
            )
            y = y_top
    return parts


def _labels(bars: Sequence[Bar], slot: float, step: int) -> list[str]:
    """Under the bars the hours that they begin with, as many as can be read; on a narrow page every other one."""
    every = 1 + (len(bars) - 1) // LABELS_MOST
    parts = []
    for number, place in enumerate(range(0, len(bars), every)):
        text = f"{bars[place].start} h" if step < 24 else f"{bars[place].start // 24} d"
        x = LEFT + place * slot + slot / 2
        sort = "tick wide" if number % 2 else "tick"
        parts.append(
            f'<text class="{sort}" x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{text.replace("-", "−")}</text>'
        )
    said = "time since the release"
    parts.append(f'<text class="tick wide" x="{WIDTH - RIGHT}" y="{HEIGHT - 4}" text-anchor="end">{said}</text>')
    return parts
