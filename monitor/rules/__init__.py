"""Keyword rules and queries: one language for rules, searches and digest sections.

`compile_rules` and `compile_query` read them, `prepare` makes a text ready once, `RuleSet.match` and `Query.matches`
say whether and why. Queries are read by lark, which is loaded with the first of them.
"""

from __future__ import annotations

from monitor.rules.compile import Query, compile_query
from monitor.rules.lint import QueryWarning, lint, lint_plan, lint_rule
from monitor.rules.prepare import Prepared, prepare
from monitor.rules.ruleset import RuleSet, check_lists, compile_rules

__all__ = [
    "Prepared",
    "Query",
    "QueryWarning",
    "RuleSet",
    "check_lists",
    "compile_query",
    "compile_rules",
    "lint",
    "lint_plan",
    "lint_rule",
    "prepare",
]
