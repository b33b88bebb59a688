"""`monitor init` and `monitor check`."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import click

from monitor.cli import CONFIGURATION, output, problem_line
from monitor.contract import Object, problem_object
from monitor.errors import ConfigError, Problem


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def init(configured: Path, folder: Path | None) -> None:
    """Write a commented starter configuration into FOLDER (./config unless given).

    Files that are there already are never overwritten.
    """
    from monitor.settings.starter import write_starter

    target = folder or configured
    written = write_starter(target)
    for path in written:
        if path.parent == target:
            click.echo(path)
    lists = [path for path in written if path.suffix == ".txt"]
    click.echo(f"{lists[0].parent} ({output.counted(len(lists), 'list')})")
    option = "" if str(target) == "config" else f"-c {target} "
    click.echo(
        f"Now edit them to your needs; `monitor {option}check` reads them, `monitor {option}run` starts.", err=True
    )


@click.command()
@output.JSON
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """Read the whole configuration and say everything that is wrong with it, each with its file and line.

    Exit 78 when something is wrong; warnings alone are no fault.
    """
    from monitor.configuration import check_configuration

    try:
        configuration = check_configuration(ctx.obj, os.environ)
        problems, settings = list(configuration.warnings), configuration.settings
    except ConfigError as error:
        problems, settings = error.problems, None
    for problem in problems:
        output.write_one(problem_object(problem), as_json, partial(_told, problem))
    if settings is None:
        ctx.exit(CONFIGURATION)
    counts = (
        output.counted(len(settings.sources), "source"),
        output.counted(len(settings.rules), "rule"),
        output.counted(len(settings.digests), "digest"),
    )
    click.echo(f"{ctx.obj}: sound; {', '.join(counts)}", err=True)


def _told(problem: Problem, _: Object) -> str:
    """A problem for people: below it the query's line, with a caret under the spot."""
    shown = "".join(f"\n    {line}" for line in problem.pointed.split("\n") if line)
    return f"{problem_line(problem)}{shown}"
