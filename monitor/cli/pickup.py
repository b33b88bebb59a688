"""`monitor pickup`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from monitor.cli import output
from monitor.contract import Object, mention_object, release_object, totals_object, when

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.model import Pickup, Release
    from monitor.store import Store

COLUMNS = (
    *("item", "outlet", "publisher", "country", "language", "at", "delay_s", "class", "share", "of_copy"),
    *("longest_run", "run", "label", "place", "dated", "agency", "edit", "retitled", "cut", "changed", "added_words"),
    *("title", "url", "evidence"),
)
FILE = click.option(
    "--file",
    "file",
    type=click.File("rb"),
    metavar="FILE|-",
    help="The release as a mail, a page or text; - for standard input.",
)


@click.command()
@click.argument("item", type=int, required=False)
@FILE
@click.option("--title", default="", metavar="T", help="Of a release given as a file; else its subject or first line.")
@click.option(
    "--published", metavar="WHEN", help="When a release given as a file went out: 2h, 2026-11-23T07:00 (UTC)."
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["text", "markdown", "csv", "html", "json"]),
    default="text",
    show_default=True,
    help="json: the whole report as one object.",
)
@output.JSON
@click.pass_obj
def pickup(folder: Path, /, item: int | None, kind: str, as_json: bool, **given: Any) -> None:
    """Report who carried ITEM (its number), or a release given as a --file: when, how much of it, cut and changed how.

    With --json one mention a line, the earliest first.
    """
    if (item is None) == (given["file"] is None):
        raise click.UsageError("give an ITEM or a --file, and not both")
    if item is not None and (given["title"] or given["published"]):
        raise click.UsageError("--title and --published belong to a --file")
    from monitor.cli.access import reading, settings_of
    from monitor.clock import now
    from monitor.reports.pickup import pickup_of

    moment = now()
    store = reading(folder)
    try:
        release = _stored(store, item) if item is not None else _given(moment, **given)
        found = pickup_of(store, release, moment)
    finally:
        store.close()
    if as_json:
        output.write(map(mention_object, found.mentions), True, str)
    else:
        _print(found, kind, settings_of(folder).pickup.timezone)


def _stored(store: Store, item_id: int | None) -> Release:
    from monitor.actions.parts import UnknownError
    from monitor.reports.pickup import release_of

    item = store.items.get(item_id or 0)
    if item is None:
        raise UnknownError(f"there is no item {item_id}; `monitor items` lists them")
    return release_of(item, store)


def _given(moment: datetime, file: BinaryIO, title: str, published: str | None) -> Release:
    """The release in a file. Raises `click.UsageError` where there is nothing to read in it."""
    from monitor.model import Release
    from monitor.reports.release_file import read_release

    given = read_release(file.read(), title)
    if not given.title and not given.text:
        raise click.UsageError("there is no text in this file")
    released_at = output.parse_since(published, moment) if published else given.published_at
    return Release(title=given.title, text=given.text, released_at=released_at)


def _print(found: Pickup, kind: str, timezone: str) -> None:
    if kind == "csv":
        output.write_csv(_rows(found), COLUMNS)
    elif kind == "json":
        output.write_one(report_object(found), True, str)
    else:
        from monitor.notices import pickup_report as report

        render = {"text": report.render_text, "markdown": report.render_markdown, "html": report.render_html}[kind]
        text = render(found, timezone)
        if kind == "html":
            sys.stdout.buffer.write(text.encode("utf-8", "xmlcharrefreplace"))
        else:
            click.echo(output.plain_lines(text), nl=False)


def report_object(found: Pickup) -> Object:
    """The whole report as one object."""
    return {
        "release": release_object(found.release),
        "made_at": when(found.made_at),
        "totals": totals_object(found),
        "mentions": [mention_object(mention) for mention in found.mentions],
    }


def _rows(found: Pickup) -> Iterator[Object]:
    """A mention a row: what was cut is named by its places, what was changed written as a word diff."""
    from monitor.notices.pickup_words import cut_summary, diff_text

    for mention in found.mentions:
        value = mention_object(mention)
        value |= value["wire"]
        value["cut"] = cut_summary(mention.cut)
        value["changed"] = " | ".join(diff_text(passage.diff) for passage in mention.changed)
        yield value
