"""What an edit does to the rules that watch edits: which of their words it brought in, and which it took out."""

from __future__ import annotations

from monitor.model import EditMatch, Match, Span
from monitor.rules.prepare import Prepared
from monitor.rules.ruleset import RuleSet
from monitor.text.folding import fold_text


def match_edit(rules: RuleSet, before: Prepared, after: Prepared) -> list[EditMatch]:
    """The rules that an edit sets off, in the order of the configuration: those that match one of the texts and not the other, or
    both by different words. A word that only stands in another place, or more often, neither appeared nor went."""
    old, new = ({match.rule_id: match for match in rules.match(text)} for text in (before, after))
    found = []
    for compiled in rules.rules:
        rule_id = compiled.rule.id
        was, now = old.get(rule_id), new.get(rule_id)
        appeared, gone = _beyond(now, was), _beyond(was, now)
        if appeared or gone or (was is None) != (now is None):
            found.append(EditMatch(rule_id, appeared, gone))
    return found


def _beyond(match: Match | None, other: Match | None) -> tuple[Span, ...]:
    """The spans of a match whose words are none of the other's; none where there is no match."""
    if match is None:
        return ()
    known = {fold_text(span.text) for span in other.spans} if other else set()
    return tuple(span for span in match.spans if fold_text(span.text) not in known)
