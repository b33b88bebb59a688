"""`monitor sources`."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli import Subcommands, output
from monitor.cli.access import perform, reading
from monitor.cli.subscribing import add, check, discover
from monitor.contract import Object, poll_object, source_object

UNVERIFIED = "certificate not verified"


@click.group(cls=Subcommands)
def sources() -> None:
    """Sources: what is polled, how each is doing, and why."""


for _command in (add, check, discover):
    sources.add_command(_command)


@sources.command("list")
@click.option("--state", metavar="STATE", help="Only sources in this state (ok, failing, not-a-feed, …).")
@output.JSON
@click.pass_obj
def list_(folder: Path, state: str | None, as_json: bool) -> None:
    """List the configured sources with their states."""
    store = reading(folder)
    try:
        statuses = (status for status in store.sources.statuses() if state is None or status.state == state)
        output.write(map(source_object, statuses), as_json, _line)
    finally:
        store.close()


def _line(source: Object) -> str:
    state = source["state"] if source["enabled"] else "disabled"
    reason = f"  {source['reason']}" if source["reason"] else ""
    warning = "" if source["verify"] else f"  ({UNVERIFIED})"
    return f"{state:<10}  {source['id']:<28} {source['items']:>6} items{reason}{warning}"


@sources.command()
@click.argument("source_id", metavar="ID")
@output.JSON
@click.pass_obj
def show(folder: Path, source_id: str, as_json: bool) -> None:
    """Show a source: its state and reason, when it is polled next, and its last polls."""
    from monitor.actions.parts import UnknownError

    store = reading(folder)
    try:
        status = store.sources.status(source_id)
        if status is None:
            raise UnknownError(f"there is no source {source_id!r} in the store; `monitor sources list` shows them")
        value = source_object(status)
        value["polls"] = [poll_object(poll) for poll in store.sources.polls(source_id)]
        output.write_one(value, as_json, _page)
    finally:
        store.close()


def _page(source: Object) -> str:
    facts = {
        "name": source["name"],
        "address": source["url"],
        "moved to": source["moved_to"],
        "state": source["state"] + (f": {source['reason']}" if source["reason"] else ""),
        "last success": source["last_success_at"] or "never",
        "next poll": source["next_fetch_at"],
        "interval": source["interval_s"] and _span(source["interval_s"]),
        "rhythm": _rhythm(source["rhythm_s"]),
        "gap": source["gap_at"] and f"{source['gap_at']}: nothing was left of the poll before",
        "validators": "not relied on: they stayed the same over new entries" if source["validators_lie"] else None,
        "items": source["items"],
        "security": None if source["verify"] else UNVERIFIED,
    }
    lines = [f"{name + ':':<14}{text}" for name, text in facts.items() if text is not None]
    for poll in source["polls"]:
        gap = ", a gap" if poll["gap"] else ""
        what = poll["message"] or f"{poll['gate']}, {poll['cut']} cut, {poll['parsed']} parsed, {poll['new']} new"
        lines.append(f"  {poll['at'][:19].replace('T', ' ')}  {what}{gap}")
    return "\n".join(lines)


def _rhythm(found: Object | None) -> str | None:
    """How often something new comes, in words."""
    if found is None:
        return None
    often = f"something new every {_span(found['median'])}, 19 times of 20 within {_span(found['p95'])}"
    return f"{often} (from {found['gaps']} gaps)"


def _span(seconds: float) -> str:
    """A span in one unit, or two where it is no whole number of them: "45s", "15m", "1h36m", "2d"."""
    for unit, below, unit_s, below_s in (("d", "h", 86_400, 3_600), ("h", "m", 3_600, 60), ("m", "s", 60, 1)):
        if seconds >= unit_s:
            count, rest = divmod(round(seconds), unit_s)
            return f"{count}{unit}" + (f"{rest // below_s}{below}" if rest >= below_s else "")
    return f"{seconds:.0f}s"


@sources.command()
@click.argument("source_id", metavar="ID")
@output.JSON
@click.pass_obj
def pause(folder: Path, source_id: str, as_json: bool) -> None:
    """Stop polling a source until it is resumed; its items stay."""
    _set_paused(folder, source_id, as_json, paused=True)


@sources.command()
@click.argument("source_id", metavar="ID")
@output.JSON
@click.pass_obj
def resume(folder: Path, source_id: str, as_json: bool) -> None:
    """Poll a paused source again, now."""
    _set_paused(folder, source_id, as_json, paused=False)


def _set_paused(folder: Path, source_id: str, as_json: bool, *, paused: bool) -> None:
    arguments = {"source_id": source_id, "paused": paused}
    perform(folder, "pause-source", arguments, lambda value: output.write_one(value, as_json, _line))
