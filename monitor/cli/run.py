"""`monitor run`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import click


@click.command()
@click.pass_obj
def run(folder: Path) -> None:
    """Run the daemon until it is told to stop (SIGTERM, Ctrl-C); SIGHUP reads the configuration again."""
    from monitor import daemon
    from monitor.actions.remote import answering
    from monitor.cli.logs import configure_logs
    from monitor.web.server import serving

    configure_logs(sys.stderr)
    asyncio.run(daemon.run(folder, dict(os.environ), [lambda daemon: answering(daemon.parts), serving]))
