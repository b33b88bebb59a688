"""What a text must hold for a plan to have a chance, as a full-text pre-filter."""

from __future__ import annotations

from monitor.rules.compile import Query
from monitor.rules.match import All, Any, AtLeast, Case, Near, NotNear, Part, Plan, Term, Within
from monitor.rules.prepare import TITLE_AND_BODY

_INDEXED_FIELDS = (*TITLE_AND_BODY, "lead")


def _needed(plan: Plan) -> tuple[Plan, ...]:
    """The parts of a plan that must all be met wherever it is met."""
    match plan:
        case All(parts) | Within(parts):
            return parts
        case Near(left, right):
            return (left, right)
        case Case(inner) | AtLeast(_, inner) | NotNear(inner):
            return (inner,)
        case _:
            return ()


def _is_whole(part: Part) -> bool:
    return not part.is_stem and part.pattern is None


def fts_terms(query: Query) -> str | None:
    """An FTS5 expression over `text.tokens.search_text` that holds wherever the query does, and perhaps elsewhere; None
    where nothing can be said beforehand.

    Phrases are asked for by their words alone: words that are neighbours without a dateline between them are none in
    the full-text index.
    """
    return _expression(query.plan)


def _expression(plan: Plan) -> str | None:
    if isinstance(plan, Term):
        return _term_expression(plan)
    if isinstance(plan, Any):
        found = [_expression(part) for part in plan.parts]
        known = [part for part in found if part is not None]
        return _joined(known, " OR ") if len(known) == len(found) else None
    return _joined([part for part in map(_expression, _needed(plan)) if part is not None], " AND ")


def _term_expression(term: Term) -> str | None:
    if any(field not in _INDEXED_FIELDS for field in term.fields):
        return None
    return _joined([_word_expression(part) for part in term.parts if part.text], " AND ")


def _word_expression(part: Part) -> str:
    quoted = '"' + part.text.replace('"', '""') + '"'
    return quoted if _is_whole(part) else quoted + "*"


def _joined(parts: list[str], joint: str) -> str | None:
    different = list(dict.fromkeys(parts))
    if len(different) > 1:
        return f"({joint.join(different)})"
    return different[0] if different else None
