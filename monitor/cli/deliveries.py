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
@click.option("--limit", type=click.IntRange(min=0), help="At most so many; no limit unless given.")
@output.JSON
@click.pass_obj
def list_(folder: Path, state: str | None, failed: bool, limit: int | None, as_json: bool) -> None:
    """List deliveries, newest first."""
    wanted = DeliveryState.FAILED if failed else DeliveryState(state) if state else None
    store = reading(folder)
    try:
        output.write(map(delivery_object, store.deliveries.list(wanted, limit)), as_json, _line)
    finally:
        store.close()


def _line(row: Object) -> str:
    error = f"  {row['error']}" if row["error"] and row["state"] != "sent" else ""
    return f"{row['id']:>6}  {row['state']:<8} {row['kind']:<8} {row['recipient']}  {row['subject']}{error}"


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
@click.argument("delivery", type=int)
@output.JSON
@click.pass_obj
def retry(folder: Path, delivery: int, as_json: bool) -> None:
    """Queue DELIVERY (its number) again: the same bytes under the same Message-ID."""
    perform(folder, "retry-delivery", {"delivery_id": delivery}, lambda value: output.write_one(value, as_json, _line))
