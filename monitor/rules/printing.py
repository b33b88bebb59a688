"""A tree as a query again: the one way to write it.

Reading what is printed gives an equal tree: operators in capitals, distances always written, aliases as the language's
own words, parentheses only where they are needed.
"""

from __future__ import annotations

from monitor.rules import syntax
from monitor.rules.grammar import parse
from monitor.rules.lexer import is_bare_after


def canonical(query: str) -> str:
    """A query as the one way to write it has it. Raises `RuleError` where it cannot be read."""
    return printed(parse(query))


def printed(node: syntax.Node) -> str:
    """The query of a tree that `grammar.parse` gave, or could have given."""
    match node:
        case syntax.And(parts):
            return " AND ".join(_grouped(part, _IN_AND) for part in parts)
        case syntax.Or(parts):
            return " OR ".join(_grouped(part, _IN_OR) for part in parts)
        case syntax.Not(inner):
            return f"NOT {_grouped(inner, _AFTER_NOT)}"
        case syntax.Near(left, right, distance):
            operator = "ONEAR" if node.is_ordered else "NOT NEAR" if node.is_negated else "NEAR"
            return f"{_grouped(left, _BESIDE_NEAR)} {operator}/{distance} {_grouped(right, _BESIDE_NEAR)}"
        case syntax.AtLeast(count, inner):
            return f"atleast/{count}({printed(inner)})"
        case syntax.Limited(field, inner):
            return f"{field}:{_after_field(field, inner)}"
        case _:
            return _leaf(node)


_AFTER_NOT = (syntax.Not, syntax.And, syntax.Or, syntax.Near)
_BESIDE_NEAR = (syntax.Not, syntax.And, syntax.Or, syntax.Near)
_IN_AND = (syntax.And, syntax.Or)
_IN_OR = (syntax.And, syntax.Or, syntax.Near)
_AFTER_FIELD = (*_AFTER_NOT, syntax.Limited)


def _grouped(node: syntax.Node, groups: tuple[type, ...]) -> str:
    return f"({printed(node)})" if isinstance(node, groups) else printed(node)


def _after_field(field: str, node: syntax.Node) -> str:
    if isinstance(node, syntax.Word) and not is_bare_after(field, node.text):
        return f"#{node.text}"  # which makes a word of whatever follows
    return _grouped(node, _AFTER_FIELD)


def _leaf(node: syntax.Leaf) -> str:
    match node:
        case syntax.Word(text):
            return text
        case syntax.Phrase(text):
            return f'"{text}"'
        case syntax.ListName(name):
            return f"@{name}*" if node.is_truncated else f"@{name}"
        case _:
            return f'cs("{node.text}")' if _needs_quotes(node.text) else f"cs({node.text})"


def _needs_quotes(text: str) -> bool:
    return not text or any(not (character.isalnum() or character in "-'’.&") for character in text)
