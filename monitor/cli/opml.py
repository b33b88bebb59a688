"""`monitor opml`."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import BinaryIO, TextIO

import click

from monitor.cli import FAILED, Subcommands, output
from monitor.cli.access import settings_of
from monitor.contract import Object

DOCUMENT_BYTES = 50_000_000


@click.group(cls=Subcommands)
def opml() -> None:
    """Lists of feeds from and for other readers, as OPML."""


@opml.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Only say what would become of each line.")
@output.JSON
@click.pass_context
def import_(ctx: click.Context, file: BinaryIO, dry_run: bool, as_json: bool) -> None:
    """Add the feeds of FILE (- for standard input) to sources.toml: folders become tags; a line for each outline.

    Feeds that are there already, and outlines that are no feed, are told and passed over.
    """
    from monitor.actions.subscribing import ADDED, REFUSED, THERE, import_opml
    from monitor.cli.subscribing import DAEMON_WORDS, tell_daemon
    from monitor.errors import MonitorError
    from monitor.feeds.opml import read_opml

    settings = settings_of(ctx.obj)
    document = file.read(DOCUMENT_BYTES + 1)
    if len(document) > DOCUMENT_BYTES:
        raise MonitorError(f"the document is larger than {DOCUMENT_BYTES:,} bytes")
    verdicts = import_opml(ctx.obj, read_opml(document), dry_run=dry_run)
    output.write((verdict.as_object() for verdict in verdicts), as_json, _line)
    counts = Counter(verdict.verdict for verdict in verdicts)
    told = f"{counts[ADDED]} added, {counts[THERE]} already there, {counts[REFUSED]} refused"
    if dry_run:
        told += "; nothing was written"
    elif counts[ADDED]:
        told += f"; {DAEMON_WORDS[tell_daemon(settings)]}"
    click.echo(told, err=True)
    if verdicts and counts[REFUSED] == len(verdicts):
        ctx.exit(FAILED)


def _line(verdict: Object) -> str:
    reason = f": {verdict['reason']}" if verdict["reason"] else ""
    named = verdict["id"] or verdict["name"] or "an outline"
    return f"{verdict['line']:>6}  {verdict['verdict']:<13}  {named}  {verdict['url']}{reason}"


@opml.command("export")
@click.argument("file", default="-", type=click.File("w", encoding="utf-8", atomic=True))
@click.pass_obj
def export(folder: Path, file: TextIO) -> None:
    """Write the sources as OPML 2.0 to FILE (standard output unless given): the first tag is the folder.

    What other readers do not know of a source stands in attributes of our own; log-ins, headers and proxies are left out.
    """
    from monitor.actions.subscribing import export_opml
    from monitor.clock import now
    from monitor.settings import load_settings

    sources = load_settings(folder, os.environ, parts={"sources"}).sources
    file.write(export_opml(sources, now()))
