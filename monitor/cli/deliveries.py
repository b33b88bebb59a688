"""`monitor deliveries`."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli import FAILED, Subcommands, output
from monitor.cli.access import perform, reading
from monitor.contract import Object, delivery_object
from monitor.model import DeliveryState


@click.group(cls=Subcommands)
def deliveries() -> None:
    """Deliveries: what waits to be sent, what was sent, what failed and why."""


@deliveries.command("list")
@click.option("--state", type=click.Choice([state.value for state in DeliveryState]), help="Only those in this state.")
@click.option("--failed", is_flag=True, help="Only those that failed: the same as --state failed.")
@click.option("--channel", metavar="NAME", help="Only those of this channel.")
@click.option("--limit", type=click.IntRange(min=0), help="At most so many; no limit unless given.")
@output.JSON
@click.pass_obj
def list_(folder: Path, state: str | None, failed: bool, channel: str | None, limit: int | None, as_json: bool) -> None:
    """List deliveries, newest first."""
    wanted = DeliveryState.FAILED if failed else DeliveryState(state) if state else None
    store = reading(folder)
    try:
        output.write(map(delivery_object, store.deliveries.list(wanted, limit, channel)), as_json, _line)
    finally:
        store.close()


def _line(row: Object) -> str:
    error = f"  {row['error']}" if row["error"] and row["state"] != "sent" else ""
    to = row["recipient"] if "@" in row["recipient"] else row["channel"]
    return f"{row['id']:>6}  {row['state']:<8} {row['kind']:<10} {to}  {row['subject']}{error}"


@deliveries.command()
@output.JSON
@click.pass_context
def send(ctx: click.Context, as_json: bool) -> None:
    """Send what is due now; exit 1 when something could not be sent."""
    unsent = 0

    def each(row: Object) -> None:
        nonlocal unsent
        unsent += row["state"] != "sent"
        output.write_one(row, as_json, _line)

    perform(ctx.obj, "send-deliveries", {}, each)
    if unsent:
        ctx.exit(FAILED)


@deliveries.command()
@click.argument("delivery", type=int, nargs=-1)
@click.option("--channel", metavar="NAME", help="All that failed in this channel.")
@output.JSON
@click.pass_obj
def retry(folder: Path, delivery: tuple[int, ...], channel: str | None, as_json: bool) -> None:
    """Queue DELIVERY (its number, or several) again: the same bytes under the same Message-ID."""
    if not delivery and not channel:
        raise click.UsageError("say which: the number of a delivery, or --channel NAME")
    arguments = {"delivery_ids": list(delivery), "channel": channel}
    perform(folder, "retry-deliveries", arguments, lambda value: output.write_one(value, as_json, _line))
