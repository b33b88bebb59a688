"""`monitor demo`."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from monitor.cli.output import plain


@click.command()
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Work in DIR, an empty or new folder, and leave the configuration and database there to look at.",
)
def demo(keep: Path | None) -> None:
    """See the whole way of an item, without internet: sources on this machine, polled, folded, tagged, mailed.

    Everything happens in a temporary folder, on the loopback, and is gone afterwards.
    """
    if keep is None:
        with TemporaryDirectory(prefix="monitor-demo-") as folder:
            _run(Path(folder))
        return
    if keep.exists() and any(keep.iterdir()):
        raise click.BadParameter(f"{keep} is not empty", param_hint="--keep")
    _run(keep)
    click.echo(f"Kept: try `monitor -c {keep / 'config'} items`, `… stories list`, `… search 'karabakh*'`.", err=True)


def _run(folder: Path) -> None:
    from monitor.cli.logs import configure_logs
    from monitor.demo.run import run_demo

    configure_logs(sys.stderr, logging.WARNING)
    asyncio.run(run_demo(folder, lambda line: click.echo("\n".join(map(plain, line.split("\n"))))))
