"""The query language: marks to tree, with every refusal of the grammar in words.

NOT binds to the one term or parenthesis after it. AND (also by juxtaposition) and OR do not mix without parentheses,
since the products people come from read such mixtures in three different ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

from monitor.errors import RuleError
from monitor.rules import syntax
from monitor.rules.lexer import Mark, marks

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

    Branch = Tree[Token]

_GRAMMAR = """
start: disjunction
disjunction: conjunction (OR conjunction)*
conjunction: factor (AND? factor)*
factor: NOT? primary
primary: LPAR disjunction RPAR | FIELD limited | WORD | PHRASE | LIST
limited: LPAR disjunction RPAR | WORD | PHRASE | LIST
%declare AND OR NOT LPAR RPAR FIELD WORD PHRASE LIST
"""

_OPERATORS = ("AND", "OR", "NOT")


def parse(text: str) -> syntax.Node:
    """The tree of a query. Raises `RuleError` with the place and a correction where it cannot be read, or is empty."""
    found = marks(text)
    if not found:
        raise RuleError("the query is empty: write at least one word", text, 0)
    from lark.exceptions import UnexpectedToken

    try:
        tree = _parser().parse(text)
    except UnexpectedToken as error:
        _explain(text, found, len(text) if error.token.type == "$END" else error.token.start_pos or 0)
    return _Reader(text).disjunction(_trees(tree)[0])


@cache
def _parser() -> Lark:
    """The parser, built at the first query: it costs some milliseconds that other commands need not pay."""
    from lark import Lark, Token
    from lark.lexer import Lexer

    class QueryLexer(Lexer):
        """Our marks as lark's tokens."""

        def __init__(self, lexer_conf: Any) -> None:
            """Lark hands over its terminals, which are all declared and need nothing."""

        def lex(self, data: Any) -> Iterator[Token]:  # type: ignore[override]
            for mark in marks(str(data)):
                yield Token(mark.kind, mark.value, start_pos=mark.start, end_pos=mark.end)

    return Lark(_GRAMMAR, parser="lalr", lexer=QueryLexer, propagate_positions=True)


def _explain(text: str, found: list[Mark], place: int) -> NoReturn:
    """Say why the mark at `place` cannot stand there, or what is missing at the end."""
    index = next((number for number, mark in enumerate(found) if mark.start >= place), len(found))
    before = found[index - 1] if index else None
    mark = found[index] if index < len(found) else None
    if mark is None and before and before.kind not in (*_OPERATORS, "FIELD"):
        opening = _last_unclosed(found)
        raise RuleError("this parenthesis is never closed: close it where the group ends", text, opening)
    raise RuleError(_misplaced(before, mark), text, (mark or found[-1]).start)


def _last_unclosed(found: list[Mark]) -> int:
    opened: list[int] = []
    for mark in found:
        if mark.kind == "LPAR":
            opened.append(mark.start)
        elif mark.kind == "RPAR":
            opened.pop()
    return opened[-1]


def _misplaced(before: Mark | None, mark: Mark | None) -> str:
    name = mark.value if mark else ""
    if before is None:
        return f"{name} needs a term on its left: `word {name} word`; as a word, put it between quotation marks"
    if before.kind == "FIELD":
        name = before.value
        return f"`{name}:` stands before a word, a phrase or a parenthesis: `{name}:word`; fields do not nest"
    if before.kind == "LPAR" and name == ")":
        return "these parentheses are empty: write a term between them, or leave them out"
    if before.kind == "LPAR":
        return f"{name} needs a term on its left: `(word {name} word)`; as a word, put it between quotation marks"
    if before.kind == "NOT":
        return "NOT binds to the one term or parenthesis after it: `NOT word`, `NOT (a OR b)`"
    name = before.value
    return f"{name} needs a term on its right: `word {name} word`; as a word, put it between quotation marks"


class _Reader:
    """Reads lark's tree into ours."""

    def __init__(self, text: str) -> None:
        self.text = text

    def disjunction(self, tree: Branch) -> syntax.Node:
        groups = [_trees(conjunction) for conjunction in _trees(tree)]
        if len(groups) > 1 and any(len(group) > 1 for group in groups):
            self._refuse_mixture(tree, groups)
        parts = [self._conjunction(group) for group in groups]
        if len(parts) == 1:
            return parts[0]
        return syntax.Or(tuple(parts), parts[0].start, parts[-1].end)

    def _conjunction(self, factors: list[Branch]) -> syntax.Node:
        parts = [self._factor(factor) for factor in factors]
        if len(parts) == 1:
            return parts[0]
        return syntax.And(tuple(parts), parts[0].start, parts[-1].end)

    def _factor(self, tree: Branch) -> syntax.Node:
        inner = self._primary(_trees(tree)[0])
        if len(tree.children) == 1:
            return inner
        return syntax.Not(inner, tree.meta.start_pos, tree.meta.end_pos)

    def _primary(self, tree: Branch) -> syntax.Node:
        start, end = tree.meta.start_pos, tree.meta.end_pos
        token = _tokens(tree)[0]
        kind, value = token.type, str(token)
        if kind == "LPAR":
            return self.disjunction(_trees(tree)[0])
        if kind == "FIELD":
            return syntax.Limited(value, self._primary(_trees(tree)[0]), start, end)
        if kind == "LIST":
            return syntax.ListName(value.removesuffix("*"), value.endswith("*"), start, end)
        return syntax.Phrase(value, start, end) if kind == "PHRASE" else syntax.Word(value, start, end)

    def _refuse_mixture(self, tree: Branch, groups: list[list[Branch]]) -> NoReturn:
        shown = [[self.text[factor.meta.start_pos : factor.meta.end_pos] for factor in group] for group in groups]
        first = " OR ".join(_grouped(group, " AND ") for group in shown)
        runs: list[list[str]] = [[]]
        for group in shown:  # OR first: each AND begins a new run of alternatives
            runs[-1].append(group[0])
            runs.extend([part] for part in group[1:])
        second = " AND ".join(_grouped(run, " OR ") for run in runs)
        if len(groups[0]) > 1:
            place = _tokens(tree)[0].start_pos  # the first OR after an AND
        else:
            place = next(group[1].meta.start_pos for group in groups if len(group) > 1)
        raise RuleError(
            "AND and OR are mixed without parentheses, which can be read in two ways:"
            f" `{first}` or `{second}`; write the one you mean",
            self.text,
            place or 0,
        )


def _grouped(parts: list[str], joint: str) -> str:
    return f"({joint.join(parts)})" if len(parts) > 1 else parts[0]


def _trees(tree: Branch) -> list[Branch]:
    return [child for child in tree.children if not isinstance(child, str)]


def _tokens(tree: Branch) -> list[Token]:
    return [child for child in tree.children if isinstance(child, str)]
