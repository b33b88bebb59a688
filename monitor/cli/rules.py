"""`monitor rules`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from monitor.cli import Subcommands, output
from monitor.contract import Object, match_object, rule_object, span_list, when

if TYPE_CHECKING:
    from monitor.model import Match, Rule, Source
    from monitor.rules import Prepared
    from monitor.rules.explain import Explanation
    from monitor.rules.ruleset import CompiledRule
    from monitor.search.backtest import Backtest


_TOML = re.compile(r"^\s*(?:\[\[?rule|(?:id|name|query|terms|threshold|tags)\s*=)", re.MULTILINE)


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
@click.option("--item", type=int, metavar="ITEM", help="A stored item instead of a text.")
@output.JSON
@click.pass_obj
def test(folder: Path, /, ids: tuple[str, ...], as_json: bool, **given: Any) -> None:
    """Try a text or an item against the configured rules, or against those named; one match for each rule that fires."""
    from monitor.configuration import check_configuration

    _check_given(given)
    configuration = check_configuration(folder, os.environ)
    for rule_id in ids:
        _known(rule_id, configuration.settings.rules)
    if given["item"] is not None:
        text = _item_text(folder, given["item"])
    else:
        text = _given_text(configuration.settings.sources, **given)
    found = [*configuration.rules.match(text), *configuration.edit_rules.match(text)]
    matches = [match for match in found if not ids or match.rule_id in ids]
    if output.write(map(match_object, matches), as_json, _match_line) == 0 and not as_json:
        click.echo("no rule fires", err=True)


def _check_given(given: Mapping[str, Any]) -> None:
    is_text = bool(given["title"] or given["text_file"])
    if given["item"] is not None and (is_text or given["source"]):
        raise click.UsageError("give a text or an --item, not both")
    if given["item"] is None and not is_text:
        raise click.UsageError("give a text: --title TITLE, --text-file FILE, or both; or an --item")


def _known(rule_id: str, rules: Sequence[Rule]) -> Rule:
    """The rule of this id. Raises `UnknownError`."""
    from monitor.actions.parts import UnknownError

    for rule in rules:
        if rule.id == rule_id:
            return rule
    raise UnknownError(f"there is no rule {rule_id!r} in rules.toml; `monitor rules list` shows them")


def _given_text(
    sources: Sequence[Source], title: str, text_file: TextIO | None, source: str | None, item: None
) -> Prepared:
    """The text as if it came from the source. Raises `UnknownError`."""
    from monitor.actions.parts import UnknownError
    from monitor.model import SourceFacts
    from monitor.search.tryout import text_of

    facts = next((SourceFacts.of(known) for known in sources if known.id == source), None)
    if source is not None and facts is None:
        raise UnknownError(f"there is no source {source!r} in sources.toml; `monitor sources list` shows them")
    return text_of(title, _text_of(text_file) if text_file else "", facts)


def _item_text(folder: Path, item_id: int) -> Prepared:
    """A stored item as rules see it. Raises `UnknownError`."""
    from monitor.actions.parts import UnknownError
    from monitor.cli.access import reading
    from monitor.search.tryout import text_of_item

    store = reading(folder)
    try:
        item = store.items.get(item_id)
        if item is None:
            raise UnknownError(f"there is no item {item_id}; `monitor items` lists them")
        return text_of_item(item, store.sources.facts()[item.source_id])
    finally:
        store.close()


def _text_of(file: TextIO) -> str:
    try:
        return file.read()
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{file.name} is not UTF-8 text", param_hint="--text-file") from error


def _match_line(match: Object) -> str:
    hits = "; ".join(f"{text!r} in {field} at {start}" for field, start, _end, text in match["spans"])
    return f"{match['rule']} (score {match['score']}): {hits}"


# -- explain -------------------------------------------------------------------------------------------


@rules.command()
@click.argument("rule_id", metavar="RULE")
@click.argument("item", type=int)
@output.JSON
@click.pass_obj
def explain(folder: Path, rule_id: str, item: int, as_json: bool) -> None:
    """Say why RULE, as it is configured now, matches ITEM, or why it does not."""
    from monitor.rules.explain import explain_rule

    compiled = _compiled(folder, rule_id, None, as_json=as_json)
    text = _item_text(folder, item)
    value = _explanation_object(explain_rule(compiled, text), compiled.match(text))
    output.write_one({"rule": rule_id, "item": item} | value, as_json, _explanation)


def _compiled(folder: Path, rule_id: str, draft: str | None, *, as_json: bool) -> CompiledRule:
    """The configured rule, or a draft under its id. Raises `UnknownError`; a rule that cannot be read ends the command."""
    from monitor.model import Rule
    from monitor.rules import compile_rules
    from monitor.settings import load_settings

    settings = load_settings(folder, os.environ, parts={"rules"})
    rule = _known(rule_id, settings.rules) if draft is None else Rule(rule_id, rule_id, query=draft)
    compiled, errors = compile_rules([rule], settings.lists)
    for _, error in errors:
        output.refuse_query(error, as_json=as_json)
    return compiled.rules[0]


def _explanation_object(found: Explanation, match: Match | None) -> Object:
    clauses = [
        {name: getattr(clause, name) for name in ("text", "start", "end", "holds", "why")}
        | {"spans": span_list(clause.spans)}
        for clause in found.clauses
    ]
    terms = [
        {"text": term.text, "weight": term.weight, "hits": term.hit_count, "points": term.points}
        for term in found.terms
    ]
    score = found.score if found.score is not None else int(found.fires)
    spans = span_list(match.spans) if match else []
    return {"matches": found.fires, "score": score, "threshold": found.threshold, "spans": spans} | {
        "clauses": clauses,
        "terms": terms,
    }


def _explanation(value: Object) -> str:
    head = f"{value['rule']} {'matches' if value['matches'] else 'does not match'} item {value['item']}"
    lines = [f"  {'+' if clause['holds'] else '-'} {_clause_line(clause)}" for clause in value["clauses"]]
    lines += [
        f"    {term['points']:>+5}  {term['text']} (weight {term['weight']:+}, {output.counted(term['hits'], 'hit')})"
        for term in value["terms"]
    ]
    return "\n".join([head, *lines])


def _clause_line(clause: Object) -> str:
    shown = f"`{clause['text']}`"
    return clause["why"] if shown in clause["why"] else f"{shown}: {clause['why']}"


# -- backtest ------------------------------------------------------------------------------------------


@rules.command()
@click.argument("rule_id", metavar="RULE")
@click.option(
    "--since", default="30d", metavar="WHEN", help="Items first seen since: a span (30d) or a date; 30d unless given."
)
@click.option(
    "--query", metavar="TEXT", help="A draft of the rule instead of the configured one; it may be a new rule."
)
@click.option(
    "--file", "query_file", type=click.File("r", encoding="utf-8-sig"), metavar="FILE|-", help="A draft from a file."
)
@output.JSON
@click.pass_obj
def backtest(
    folder: Path, rule_id: str, since: str, query: str | None, query_file: TextIO | None, as_json: bool
) -> None:
    """Say what RULE, or a draft of it, would have caught: items and stories a day, and what the stored matches differ in."""
    from monitor.cli.access import reading
    from monitor.clock import now
    from monitor.search.backtest import backtest as run

    if query is not None and query_file is not None:
        raise click.UsageError("give a draft by --query or by --file, not by both")
    draft = _draft(query_file) if query_file else query
    compiled = _compiled(folder, rule_id, draft, as_json=as_json)
    at = now()
    begin = output.parse_since(since, at)
    store = reading(folder)
    try:
        found = run(store, compiled, begin, at)
    finally:
        store.close()
    output.write_one({"rule": rule_id, "since": when(begin)} | _backtest_object(found), as_json, _backtest)


def _draft(file: TextIO) -> str:
    text = _text_of(file).strip()
    if _TOML.search(text):
        message = "holds TOML; it takes the query alone, as it stands between the quotation marks of `query`"
        raise click.BadParameter(message, param_hint="--file")
    return text


def _backtest_object(found: Backtest) -> Object:
    return {
        **{name: getattr(found, name) for name in ("looked_at", "items", "stories", "added", "lost")},
        "days": [{"on": day.on.isoformat(), "items": day.items, "stories": day.stories} for day in found.days],
        "added_items": list(found.added_ids),
        "lost_items": list(found.lost_ids),
        "terms": [{"text": term.text, "items": term.items} for term in found.terms],
        "warnings": [{"message": warning.message, "position": warning.position} for warning in found.warnings],
    }


def _backtest(value: Object) -> str:
    most = max((day["items"] for day in value["days"]), default=0) or 1
    lines = [
        f"{value['rule']}: {output.counted(value['items'], 'item')} of {value['looked_at']}, in {value['stories']} stories",
        f"against the stored matches: {value['added']} more{_ids(value['added_items'])}, "
        f"{value['lost']} fewer{_ids(value['lost_items'])}",
        *(
            f"  {day['on']}  {day['items']:>5} items  {day['stories']:>5} stories  {'#' * (30 * day['items'] // most)}".rstrip()
            for day in value["days"]
        ),
        *(f"  {term['items']:>5}  {term['text']}" for term in value["terms"]),
        *(f"warning: {warning['message']}" for warning in value["warnings"]),
    ]
    return "\n".join(lines)


def _ids(ids: list[int]) -> str:
    return f" ({', '.join(map(str, ids[:5]))}{', …' if len(ids) > 5 else ''})" if ids else ""


# -- apply ---------------------------------------------------------------------------------------------


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
