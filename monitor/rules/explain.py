"""Why a rule fires on a text, and why not: its clauses, each in plain words with the stretch of the query it stands in.

A rule that fires is told by the clauses that held, with their hits; one that does not by those that failed, each down to what
is missing, too far away, in the wrong place or in the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from monitor.model import Combination, Span
from monitor.rules.compile import Query
from monitor.rules.match import (
    Absent,
    All,
    Any,
    Plan,
    Within,
    spans_of,
)
from monitor.rules.prepare import Prepared, prepare
from monitor.rules.reasons import FURNITURE, Clause, Reasons, some
from monitor.rules.ruleset import CompiledRule


@dataclass(frozen=True, slots=True)
class TermScore:
    """What a weighted term brought: its `weight` times its counted hits, those in the title more. `is_apart` where it stands only
    in a label, dateline or credit."""

    text: str
    weight: int
    hit_count: int
    points: int
    spans: tuple[Span, ...]
    is_apart: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """`clauses` are those that held where the rule `fires`, else those that failed, in the rule's order. `score` and `threshold`
    are None for a rule without weights, which has no `terms` either."""

    fires: bool
    clauses: tuple[Clause, ...]
    score: int | None = None
    threshold: int | None = None
    terms: tuple[TermScore, ...] = ()


def explain_query(query: Query, text: Prepared, now: datetime | None = None) -> Explanation:
    """Why a query holds for a text, or why not. `now` as for `Query.matches`."""
    fires = query.plan.find(text, now) is not None
    return Explanation(fires, tuple(Reasons(text, now, query.text).told(query.plan, holds=fires)))


def explain_rule(compiled: CompiledRule, text: Prepared) -> Explanation:
    """Why a rule fires on a text, or why not."""
    rule = compiled.rule
    fires = compiled.match(text) is not None
    clauses: list[Clause] = []
    combinations: list[Combination | None] = [*([None] if rule.query else []), *rule.any_of]
    for plan, combination in zip(compiled.any_of, combinations, strict=True):
        names = {} if combination is None else _names(plan, combination)
        holds = plan.find(text, None) is not None
        if holds == fires:
            reasons = Reasons(text, None, rule.query if combination is None else "", names)
            clauses += reasons.told(plan, holds=holds)
    if not compiled.weighted:
        return Explanation(fires, tuple(clauses))
    terms = tuple(_scores(compiled, text))
    score, threshold = sum(term.points for term in terms), rule.threshold or 0
    if (score >= threshold) == fires:
        clauses.append(_score_clause(terms, score, threshold))
    return Explanation(fires, tuple(clauses), score, threshold, terms)


def _scores(compiled: CompiledRule, text: Prepared) -> Iterator[TermScore]:
    whole = prepare(replace(text.matchable, furniture=()))
    for (name, weight), term in zip(compiled.rule.terms, compiled.weighted, strict=True):
        hits = term.plan.find(text, None) or []
        is_apart = not hits and term.plan.find(whole, None) is not None
        points = weight * compiled.count(hits)
        yield TermScore(name, weight, len(set(hits)), points, spans_of(text, hits), is_apart)


def _score_clause(terms: tuple[TermScore, ...], score: int, threshold: int) -> Clause:
    found = [f"`{term.text}` {term.points:+}" for term in terms if term.hit_count]
    missing = [f"`{term.text}` ({term.weight:+})" for term in terms if not term.hit_count and term.weight > 0]
    why = f"score {score} of {threshold}: {', '.join(found) or 'none of the terms is there'}"
    if score < threshold and missing and found:
        why += f"; not there: {some(missing)}"
    if apart := [f"`{term.text}`" for term in terms if term.is_apart]:
        why += f"; {some(apart)} stands only {FURNITURE}"
    spans = tuple(span for term in terms if term.points > 0 for span in term.spans)
    return Clause("threshold", None, None, score >= threshold, why, spans)


def _names(plan: Plan, combination: Combination) -> dict[int, str]:
    """What each part of a combination is called, by the identity of its plan."""
    parts = list(cast("All", plan).parts)
    names: dict[int, str] = {}
    if isinstance(parts[0], Within):
        names[id(parts[0])] = f"near = {parts[0].distance}"
        parts = [*parts[0].parts, *parts[1:]]
    for text in combination.all:
        names[id(parts.pop(0))] = text
    if combination.any:
        one_of = cast("Any", parts.pop(0))
        names[id(one_of)] = f"any of {', '.join(combination.any)}"
        names |= {id(part): text for part, text in zip(one_of.parts, combination.any, strict=True)}
    for part, text in zip(cast("list[Absent]", parts), combination.none, strict=True):
        names[id(part)] = f"none of {', '.join(combination.none)}"
        names[id(part.inner)] = text
    return names
