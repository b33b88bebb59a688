"""`monitor channels`."""

from __future__ import annotations

import asyncio
import os
from contextlib import aclosing
from pathlib import Path

import click

from monitor.cli import FAILED, Subcommands, output
from monitor.cli.access import reading
from monitor.contract import Object, channel_object
from monitor.settings import Settings


@click.group(cls=Subcommands)
def channels() -> None:
    """Channels: how they do, and a sample sent through one."""


@channels.command("list")
@output.JSON
@click.pass_obj
def list_(folder: Path, as_json: bool) -> None:
    """List the channels, with what waits in each, what failed, and whether it can be used."""
    from monitor.cli.access import settings_of

    configured = settings_of(folder).channels
    store = reading(folder)
    try:
        tallies, resting = store.deliveries.tallies(), store.deliveries.resting()
        names = dict.fromkeys(("mail", *configured, *tallies))
        objects = [channel_object(name, configured.get(name), tallies.get(name), resting.get(name)) for name in names]
    finally:
        store.close()
    output.write(objects, as_json, _line)


def _line(row: Object) -> str:
    told = [f"{row['waiting']} waiting" if row["waiting"] else "", f"{row['failed']} failed" if row["failed"] else ""]
    told.append(f"last sent {row['last_sent_at']}" if row["last_sent_at"] else "nothing sent yet")
    return f"{row['name']:<16} {row['kind']:<10} {row['state']:<7} {row['to']}  {', '.join(filter(None, told))}" + (
        f"  {row['reason']}" if row["reason"] else ""
    )


@channels.command()
@click.argument("name")
@output.JSON
@click.pass_context
def test(ctx: click.Context, name: str, as_json: bool) -> None:
    """Send a sample, marked as one, through the channel NAME now; exit 1 with the reason where it is refused."""
    from monitor.settings import load_settings

    settings = load_settings(ctx.obj, os.environ, parts={"monitor"})
    if not asyncio.run(_tried(settings, name, as_json)):
        ctx.exit(FAILED)


async def _tried(settings: Settings, name: str, as_json: bool) -> bool:
    """Whether all were taken."""
    from monitor.actions.channels import try_channel
    from monitor.clock import now

    is_sent = True
    async with aclosing(try_channel(settings, name, now())) as objects:
        async for value in objects:
            is_sent = is_sent and value["state"] == "sent"
            output.write_one(value, as_json, _tried_line)
    return is_sent


def _tried_line(row: Object) -> str:
    return f"{row['state']}: a sample to {row['recipient']}" + (f": {row['error']}" if row["error"] else "")
