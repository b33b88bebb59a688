"""Objects on standard output: JSON Lines for programs, CSV for spreadsheets, plain lines for people."""

from __future__ import annotations

import csv
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn

import click

from monitor.contract import Object, query_error_object
from monitor.errors import RuleError, pointed

if TYPE_CHECKING:
    from monitor.rules import QueryWarning

JSON = click.option("--json", "as_json", is_flag=True, help="JSON Lines: one object a line.")

# What a terminal would obey instead of show, direction marks included: feed text must not move the cursor or turn lines round.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]"
)
MARK_ON, MARK_OFF, NEW_ON, GONE_ON, COLOUR_OFF = (
    "\ue010",
    "\ue011",
    "\ue012",
    "\ue013",
    "\ue014",
)  # stand in a line for what a terminal obeys, which `plain` takes away
OBEYED = {MARK_ON: "\x1b[1m", MARK_OFF: "\x1b[22m", NEW_ON: "\x1b[32m", GONE_ON: "\x1b[31m", COLOUR_OFF: "\x1b[39m"}
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # spreadsheets take the full-width ones too
SPANS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def write(objects: Iterable[Object], as_json: bool, line: Callable[[Object], str]) -> int:
    """Print each object as it comes, as JSON or by `line`; returns how many there were."""
    count = 0
    for value in objects:
        write_one(value, as_json, line)
        count += 1
    return count


def write_one(value: Object, as_json: bool, line: Callable[[Object], str]) -> None:
    """Print one object at once, so that a reader of a pipe sees it without delay."""
    if as_json:
        is_unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
        text = json.dumps(value, ensure_ascii=not is_unicode)
        text = UNPRINTABLE.sub(_escaped, text)
    else:
        text = _with_marks(plain(line(value)))
    with _until_read_enough():
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


@contextmanager
def _until_read_enough() -> Iterator[None]:
    """End the command quietly and well where whoever reads its output has closed the pipe: `monitor items | head`."""
    try:
        yield
    except BrokenPipeError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(0) from error


def marked(text: str, marks: Iterable[Iterable[int]]) -> str:
    """`text` made plain, for a line, with the stretches between each mark's start and end to be shown bold on a terminal."""
    pieces, position = [], 0
    for start, end in sorted(map(tuple, marks)):
        if start >= position:
            pieces += [_plain_piece(text[position:start]), MARK_ON, _plain_piece(text[start:end]), MARK_OFF]
            position = end
    return "".join([*pieces, _plain_piece(text[position:])])


def coloured(text: str, *, is_new: bool) -> str:
    """`text` made plain, for a line, to be shown green or red on a terminal."""
    return f"{NEW_ON if is_new else GONE_ON}{_plain_piece(text)}{COLOUR_OFF}"


def _plain_piece(text: str) -> str:
    return plain(text).translate(dict.fromkeys(map(ord, OBEYED)))


def _with_marks(text: str) -> str:
    is_obeyed = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return text.translate({ord(mark): code if is_obeyed else None for mark, code in OBEYED.items()})


def refuse_query(error: RuleError, *, as_json: bool) -> NoReturn:
    """End the command over a query that cannot be read: the spot on standard error, the JSON object on standard output."""
    if as_json:
        write_one(query_error_object(error), True, str)
    raise click.UsageError(f"the query cannot be read:\n{plain_lines(error.pointed())}") from error


def warn_of_query(query: str, warning: QueryWarning) -> None:
    """Say on standard error what a query probably does not mean, with the spot."""
    click.echo(plain_lines(f"warning: {warning.message}\n{pointed(query, warning.position)}"), err=True)


def plain_lines(text: str) -> str:
    return "\n".join(map(plain, text.split("\n")))


def plain(text: str) -> str:
    """`text` without what a terminal would obey."""
    return UNPRINTABLE.sub("", text)


def counted(count: int, noun: str) -> str:
    """
    >>> counted(1, "source"), counted(0, "source")
    ('1 source', '0 sources')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _escaped(found: re.Match[str]) -> str:
    """As JSON may write a character too: nothing is lost to the reader, and nothing done to a terminal."""
    return f"\\u{ord(found[0]):04x}"


def write_csv(objects: Iterable[Object], columns: Iterable[str]) -> None:
    """Print objects as CSV with a heading; a cell that a spreadsheet would take for a formula is made text."""
    names = list(columns)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    with _until_read_enough():
        writer.writerow(names)
        for value in objects:
            writer.writerow([_cell(value[name]) for name in names])
        sys.stdout.flush()


def _cell(value: Any) -> str:
    text = " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    text = plain(text)
    return f"'{text}" if text.startswith(FORMULA) else text


def parse_since(text: str, now: datetime) -> datetime:
    """The instant that `text` names: a span back from `now` (30m, 36h, 7d, 2w), a date or an RFC 3339 time (UTC unless it says).

    Raises `click.BadParameter` for anything else.
    """
    span = re.fullmatch(r"(\d{1,6})\s*([mhdw])", text.strip())
    try:
        if span:
            return now - int(span[1]) * SPANS[span[2]]
        moment = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(
            f"{text!r} is no time; write a span (36h, 7d), a date (2026-11-01) or a time"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
