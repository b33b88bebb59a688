"""`monitor alerts`."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli import Subcommands, output
from monitor.cli.access import perform, reading
from monitor.contract import Object, alert_object, mute_object
from monitor.model import AlertState, MuteKind
from monitor.settings.values import duration_s

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.model import Alert, Rule
    from monitor.store import Store


@click.group(cls=Subcommands)
def alerts() -> None:
    """Alerts: what was told, held, merged or muted, and why; what a rule would tell."""


@alerts.command("list")
@click.option("--state", type=click.Choice([state.value for state in AlertState]), help="Only those in this state.")
@click.option("--since", metavar="WHEN", help="Decided since: a span (36h, 7d) or a date or time (UTC).")
@click.option("--limit", type=click.IntRange(min=0), help="At most so many; no limit unless given.")
@output.JSON
@click.pass_obj
def list_(folder: Path, state: str | None, since: str | None, limit: int | None, as_json: bool) -> None:
    """List decisions, newest first, each with its reason."""
    from monitor.clock import now

    store = reading(folder)
    try:
        start = output.parse_since(since, now()) if since else None
        found = store.alerts.list(AlertState(state) if state else None, start, limit)
        output.write(_objects(store, found), as_json, _line)
    finally:
        store.close()


def _objects(store: Store, found: Sequence[Alert]) -> Iterable[Object]:
    """Decisions with their items' titles and the outbox rows that carry them."""
    titles = {item.id: item.title for item in store.items.outlines({alert.item_id for alert in found})}
    for alert in found:
        rows = store.alerts.deliveries_of(alert.told_as) if alert.told_as else []
        yield alert_object(alert) | {"title": titles[alert.item_id], "deliveries": rows}


def _line(alert: Object) -> str:
    waits = f" until {_minute(alert['due_at'])}" if alert["state"] == "held" else ""
    why = f"{alert['reason']}; {alert['held_for']}" if alert["held_for"] else alert["reason"]
    return (
        f"{alert['id']:>6}  {_minute(alert['decided_at'])}  {alert['state']:<9}{waits} {alert['kind']:<10} "
        f"{alert['rule']} → {alert['channel']}  {alert['title']}  ({why})"
    )


def _minute(when: str) -> str:
    return when[:16].replace("T", " ")


@alerts.command()
@click.argument("rule_id", metavar="RULE")
@click.option("--since", default="7d", metavar="WHEN", help="Items first seen since; 7d unless given.")
@click.option(
    "--channel", "channels", multiple=True, metavar="NAME", help="Tell this channel instead of the rule's own."
)
@output.JSON
@click.pass_obj
def test(folder: Path, rule_id: str, since: str, channels: tuple[str, ...], as_json: bool) -> None:
    """Say what RULE would have told of what is stored: when, to which channel, and what held, merged or capped. Sends
    nothing."""
    from monitor.actions.parts import UnknownError
    from monitor.alerts.plan import manners_of
    from monitor.alerts.trial import try_alerts
    from monitor.clock import now
    from monitor.rules import compile_rules
    from monitor.settings import load_settings

    settings = load_settings(folder, os.environ, parts={"monitor", "rules"})
    rule = next((rule for rule in settings.rules if rule.id == rule_id), None)
    if rule is None:
        raise UnknownError(f"there is no rule {rule_id!r} in rules.toml; `monitor rules list` shows them")
    manners = manners_of(settings)
    compiled, errors = compile_rules([_for_trial(rule, channels, list(manners))], settings.lists)
    for _, error in errors:
        output.refuse_query(error, as_json=as_json)
    at = now()
    store = reading(folder)
    try:
        found = try_alerts(store, compiled.rules[0], manners, output.parse_since(since, at), at)
        titles = {item.id: item.title for item in store.items.outlines({alert.item_id for alert in found})}
    finally:
        store.close()
    for alert in found:
        value = alert_object(replace(alert, told_as=None))
        told = {"title": titles[alert.item_id], "message": int(alert.told_as) if alert.told_as else None}
        output.write_one(value | told, as_json, _line)
    if not as_json:
        click.echo(_summary(found), err=True)


def _for_trial(rule: Rule, channels: tuple[str, ...], known: list[str]) -> Rule:
    """The rule as if it told these channels, where any are given. Ends the command where there is nothing to try."""
    for name in channels:
        if name not in known:
            raise click.UsageError(f"there is no channel {name!r} in monitor.toml")
    if not (channels or rule.alert):
        raise click.UsageError(
            f'the rule {rule.id!r} alerts nobody: write alert = ["…"] into it, or try it with --channel NAME'
        )
    if rule.on == "edit":
        raise click.UsageError(f"the rule {rule.id!r} watches edits; `monitor edits` shows those it was set off by")
    return replace(rule, alert=channels or rule.alert)


def _summary(found: Sequence[Alert]) -> str:
    """What it comes to: messages, and what became of the rest."""
    states = Counter(alert.state for alert in found)
    messages = len({alert.told_as for alert in found if alert.told_as})
    parts = [
        f"{states[AlertState.QUEUED]} at once",
        f"{states[AlertState.ROLLED_UP]} rolled up",
        f"{states[AlertState.HELD]} held still",
        f"{states[AlertState.MERGED]} merged with what was told",
    ]
    return f"{output.counted(messages, 'message')}: {', '.join(parts)}; nothing was sent"


@alerts.command()
@click.argument("numbers", metavar="[ALERT]...", type=int, nargs=-1)
@click.option(
    "--story", "stories", type=int, multiple=True, metavar="S", help="This story; may be given several times."
)
@output.JSON
@click.pass_obj
def ack(folder: Path, numbers: tuple[int, ...], stories: tuple[int, ...], as_json: bool) -> None:
    """Acknowledge ALERT (its number): its story gets no follow-ups but corrections."""
    if not (numbers or stories):
        raise click.UsageError("name an alert by its number, or a story by --story")
    arguments = {"alerts": list(numbers), "stories": list(stories)}
    perform(
        folder,
        "acknowledge",
        arguments,
        lambda value: output.write_one(value, as_json, lambda told: f"story {told['story']} is acknowledged"),
    )


@alerts.command()
@click.option("--story", metavar="S", help="A story, by its number.")
@click.option("--rule", metavar="R", help="A rule, by its id.")
@click.option("--source", metavar="X", help="A source, by its id.")
@click.option("--for", "span", default="1d", metavar="SPAN", help="For so long: 12h, 3d; a day unless given.")
@output.JSON
@click.pass_obj
def mute(folder: Path, story: str | None, rule: str | None, source: str | None, span: str, as_json: bool) -> None:
    """Tell nothing of a story, a rule or a source for a time; a repeated mute replaces the one before."""
    given = {MuteKind.STORY: story, MuteKind.RULE: rule, MuteKind.SOURCE: source}
    chosen = [(kind, subject) for kind, subject in given.items() if subject is not None]
    if len(chosen) != 1:
        raise click.UsageError("name one of --story, --rule and --source")
    [(kind, subject)] = chosen
    if kind is MuteKind.STORY and not subject.isdecimal():
        raise click.BadParameter(f"{subject!r} is no story's number; `monitor stories list` shows them")
    try:
        seconds = duration_s(span)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    arguments = {"kind": kind.value, "subject": subject, "for_s": seconds}
    perform(folder, "mute", arguments, lambda value: output.write_one(value, as_json, _mute_line))


@alerts.command()
@click.argument("number", metavar="MUTE", type=int)
@output.JSON
@click.pass_obj
def unmute(folder: Path, number: int, as_json: bool) -> None:
    """Take MUTE (its number) back."""
    perform(folder, "unmute", {"mute_id": number}, lambda value: output.write_one(value, as_json, _mute_line))


@alerts.command()
@output.JSON
@click.pass_obj
def mutes(folder: Path, as_json: bool) -> None:
    """List what is muted now."""
    from monitor.clock import now

    store = reading(folder)
    try:
        output.write(map(mute_object, store.alerts.mutes(now())), as_json, _mute_line)
    finally:
        store.close()


def _mute_line(made: Object) -> str:
    return f"{made['id']:>6}  {made['kind']} {made['subject']}  until {_minute(made['until'])}"
