"""`monitor fetch`."""

from __future__ import annotations

import click

from monitor.cli import SOME_FAILED, output
from monitor.cli.access import perform
from monitor.contract import Object


@click.command()
@click.argument("ids", nargs=-1)
@click.option("--due", is_flag=True, help="Only sources whose time has come.")
@output.JSON
@click.pass_context
def fetch(ctx: click.Context, ids: tuple[str, ...], due: bool, as_json: bool) -> None:
    """Poll the sources IDS, or every active one, and store what is new; mails nothing.

    Each poll says how many entries were cut (recognised unread), parsed and new, and why a document was parsed whole.
    Exit 3 when a source failed.
    """
    tally = {"polls": 0, "failed": 0, "new": 0, "edited": 0}

    def each(poll: Object) -> None:
        tally["polls"] += 1
        tally["failed"] += poll["failure"] is not None
        tally["new"] += poll["new"]
        tally["edited"] += poll["edited"]
        output.write_one(poll, as_json, _line)

    perform(ctx.obj, "fetch", {"ids": list(ids), "due": due}, each)
    polled, new = output.counted(tally["polls"], "source"), output.counted(tally["new"], "new item")
    click.echo(f"{polled} polled, {tally['failed']} failed; {new}, {tally['edited']} edited", err=True)
    if tally["failed"]:
        ctx.exit(SOME_FAILED)


def _line(poll: Object) -> str:
    if poll["failure"]:
        return f"{poll['source']}: {poll['failure']}: {poll['message']}"
    why = f" ({poll['whole_because']})" if poll["whole_because"] else ""
    counts = f"{poll['cut']} cut, {poll['parsed']} parsed, {poll['new']} new, {poll['edited']} edited"
    return f"{poll['source']}: {poll['gate']}{why}: {counts}"
