"""`monitor rules`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TextIO

import click

from monitor.cli import Subcommands, output
from monitor.contract import Object, match_object, rule_object


@click.group(cls=Subcommands)
def rules() -> None:
    """Rules: what is tagged, and why."""


@rules.command("list")
@output.JSON
@click.pass_obj
def list_(folder: Path, as_json: bool) -> None:
    """List the configured rules."""
    from monitor.settings import load_settings

    configured = load_settings(folder, os.environ, parts={"rules"}).rules
    output.write(map(rule_object, configured), as_json, _line)


def _line(rule: Object) -> str:
    body = rule["query"] or f"{len(rule['terms'])} weighted terms, threshold {rule['threshold']}"
    return f"{rule['id']:<24} [{' '.join(rule['tags'])}]  {body}"


@rules.command()
@click.argument("ids", metavar="[RULE]...", nargs=-1)
@click.option("--title", default="", metavar="T", help="The text's title.")
@click.option("--source", metavar="ID", help="As if it came from this source (its kind, country, language).")
@click.option(
    "--text-file", type=click.File("r", encoding="utf-8-sig"), metavar="FILE|-", help="The text; - for standard input."
)
@output.JSON
@click.pass_context
def test(
    ctx: click.Context,
    ids: tuple[str, ...],
    title: str,
    source: str | None,
    text_file: TextIO | None,
    as_json: bool,
) -> None:
    """Try a text against the configured rules, or against those named; one match for each rule that fires."""
    from monitor.actions.parts import UnknownError
    from monitor.configuration import check_configuration
    from monitor.model import SourceFacts
    from monitor.search.tryout import try_text

    if not title and text_file is None:
        raise click.UsageError("give a text: --title TITLE, --text-file FILE, or both")
    configuration = check_configuration(ctx.obj, os.environ)
    settings = configuration.settings
    known = {rule.id for rule in settings.rules}
    if unknown := sorted(set(ids) - known):
        raise UnknownError(f"there is no rule {unknown[0]!r} in rules.toml; `monitor rules list` shows them")
    facts = next((SourceFacts.of(s) for s in settings.sources if s.id == source), None)
    if source is not None and facts is None:
        raise UnknownError(f"there is no source {source!r} in sources.toml; `monitor sources list` shows them")
    body = _text_of(text_file) if text_file else ""
    matches = [match for match in try_text(configuration.rules, title, body, facts) if not ids or match.rule_id in ids]
    if output.write(map(match_object, matches), as_json, _match_line) == 0 and not as_json:
        click.echo("no rule fires", err=True)


def _text_of(file: TextIO) -> str:
    try:
        return file.read()
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{file.name} is not UTF-8 text", param_hint="--text-file") from error


def _match_line(match: Object) -> str:
    hits = "; ".join(f"{text!r} in {field} at {start}" for field, start, _end, text in match["spans"])
    return f"{match['rule']} (score {match['score']}): {hits}"


@rules.command()
@click.argument("ids", metavar="[RULE]...", nargs=-1)
@output.JSON
@click.pass_obj
def apply(folder: Path, ids: tuple[str, ...], as_json: bool) -> None:
    """Tag what is stored by the rules that changed since, or by those named; a running daemon does it by itself.

    Broken off, it goes on where it was. The matches it makes alert nobody.
    """
    from monitor.cli.access import perform

    perform(folder, "apply-rules", {"ids": list(ids)}, lambda done: _told_applied(done, as_json))


def _told_applied(done: Object, as_json: bool) -> None:
    if as_json:
        output.write_one(done, True, str)
        return
    count = output.counted(len(done["rules"]), "rule")
    sums = f"{output.counted(done['looked_at'], 'item')} looked at, {done['added']} matches more, {done['lost']} fewer"
    if done["state"] == "under way":
        click.echo(f"{done['share']:>4.0%}  {sums}", err=True)
    elif not done["rules"]:
        click.echo("every rule is applied to all that is stored", err=True)
    else:
        click.echo(f"{count} {'applied' if done['state'] == 'done' else 'broken off'}: {sums}")
