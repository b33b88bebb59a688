"""The query language: marks to tree, with every refusal of the grammar in words.

NOT binds to the one term or parenthesis after it, and NEAR before AND. AND (also by juxtaposition) and OR do not mix
without parentheses, nor does NEAR with OR or with a second NEAR, since the products people come from read such mixtures
in different ways. So the grammar reads a group as a chain of operands and joints, and what binds first is decided, or
refused with both readings, when the chain is whole.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from monitor.errors import RuleError
from monitor.rules import syntax
from monitor.rules.lexer import Mark, is_bare, marks, on_one_line

if TYPE_CHECKING:
    from lark import Lark

_GRAMMAR = """
?start: chain
chain: factor | chain factor -> beside | chain AND factor -> joint | chain OR factor -> joint | chain NEAR factor -> joint
?factor: single | NOT single -> group
?single: TERM | LPAR chain RPAR -> group | ATLEAST chain RPAR -> group | FIELD limited -> group
?limited: TERM | LPAR chain RPAR -> group | ATLEAST chain RPAR -> group
%declare AND OR NOT NEAR LPAR RPAR FIELD ATLEAST TERM
"""

_JOINTS = ("AND", "OR", "NEAR", "ONEAR", "NOTNEAR")


def parse(text: str) -> syntax.Node:
    """The tree of a query. Raises `RuleError` with the place and a correction where it cannot be read, or is empty."""
    found = marks(text)
    if not found:
        raise RuleError("the query is empty: write at least one word", text, 0)
    if len(found) == 1 and found[0].type == "TERM":
        return _leaf(found[0])
    from lark.exceptions import UnexpectedToken

    parser = _parser().parse_interactive("")
    feed = parser.parser_state.feed_token
    place = 0
    try:
        for place, mark in enumerate(found):  # noqa: B007  # told where the parser stops
            feed(mark)  # type: ignore[arg-type]  # the parser asks for its `type` alone
        place = len(found)
        chain = parser.feed_eof()  # type: ignore[no-untyped-call]
    except UnexpectedToken:
        _explain(text, found, place)
    return _Reader(text).read(chain).node


@cache
def _parser() -> Lark:
    """The parser, built at the first query: it costs some milliseconds that other commands need not pay."""
    from lark import Lark
    from lark.lexer import Lexer

    class NoLexer(Lexer):
        def __init__(self, lexer_conf: Any) -> None:
            """Lark hands over its terminals, which are all declared and need nothing."""

        def lex(self, *args: Any) -> Any:
            """Never asked: marks are fed to the parser one by one."""

    return Lark(_GRAMMAR, parser="lalr", lexer=NoLexer, transformer=_Chains())


class _Chains:
    """What becomes of the grammar's rules: a chain is a list of operands with a joint between any two (None for mere
    juxtaposition); an operand is the mark of a term, or a tuple that begins with the mark of what it is.
    """

    def chain(self, parts: list[Any]) -> list[Any]:
        return parts

    def beside(self, parts: list[Any]) -> list[Any]:
        chain: list[Any] = parts[0]
        chain += (None, parts[1])
        return chain

    def joint(self, parts: list[Any]) -> list[Any]:
        chain: list[Any] = parts[0]
        chain += parts[1:]
        return chain

    def group(self, parts: list[Any]) -> tuple[Any, ...]:
        return tuple(parts)


def _explain(text: str, found: list[Mark], index: int) -> NoReturn:
    """Say why the mark at `index` cannot stand there, or what is missing at the end."""
    before = found[index - 1] if index else None
    mark = found[index] if index < len(found) else None
    if mark is None and before and before.kind not in (*_JOINTS, "NOT", "FIELD"):
        raise RuleError("this parenthesis is never closed: close it where the group ends", text, _last_unclosed(found))
    raise RuleError(_misplaced(before, mark), text, (mark or found[-1]).start)


def _last_unclosed(found: list[Mark]) -> int:
    opened: list[int] = []
    for mark in found:
        if mark.kind in ("LPAR", "ATLEAST"):
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
        if mark and mark.kind == "NOT":
            return f"NOT stands before the field: `NOT {name}:word`, `NOT {name}:(a OR b)`"
        return f"`{name}:` stands before a word, a phrase or a parenthesis: `{name}:word`; fields do not nest"
    if before.kind in ("LPAR", "ATLEAST"):
        if name == ")":
            return "these parentheses are empty: write a term between them, or leave them out"
        return f"{name} needs a term on its left: `(word {name} word)`; as a word, put it between quotation marks"
    if before.kind == "NOT":
        return "NOT binds to the one term or parenthesis after it: `NOT word`, `NOT (a OR b)`"
    name = before.value
    return f"{name} needs a term on its right: `word {name} word`; as a word, put it between quotation marks"


_NOT_BESIDE_NEAR = (
    "NOT has no place beside NEAR: write `a NOT NEAR/5 b` for an `a` that no `b` is near, or `a AND NOT b`, or"
    " `NOT (a NEAR/5 b)`"
)


class _Operand(NamedTuple):
    """A node with its whole stretch, outer parentheses and all; `sign` tells a bare NOT or NEAR."""

    node: syntax.Node
    start: int
    end: int
    sign: str = ""


class _Reader:
    """Reads chains of marks into our tree."""

    def __init__(self, text: str) -> None:
        self.text = text

    def read(self, part: Any) -> _Operand:
        """The tree of a mark, of an operand, or of a chain."""
        if isinstance(part, Mark):
            return _Operand(_leaf(part), part.start, part.end)
        if isinstance(part, tuple):
            return self._operand(part)
        operands = [self.read(operand) for operand in part[::2]]
        return operands[0] if len(operands) == 1 else self._chain(operands, part[1::2])

    def _operand(self, parts: tuple[Any, ...]) -> _Operand:
        opening: Mark = parts[0]
        inner = self.read(parts[1])
        start, end = opening.start, parts[2].end if len(parts) == 3 else inner.end
        match opening.kind:
            case "LPAR":
                return _Operand(inner.node, start, end)
            case "NOT":
                return _Operand(syntax.Not(inner.node, start, end), start, end, "NOT")
            case "ATLEAST":
                return _Operand(syntax.AtLeast(opening.count, inner.node, start, end), start, end)
            case _:
                return _Operand(syntax.Limited(opening.value, inner.node, start, end), start, end)

    def _chain(self, operands: list[_Operand], joints: list[Mark | None]) -> _Operand:
        """Operands joined: those with a NEAR between them first."""
        if any(joint is not None and joint.type == "NEAR" for joint in joints):
            runs, links = _runs(operands, joints)
            near = [self._near(*run) for run in runs]
            kind = self._kind(near, links)
            if kind == "OR":
                self._refuse_near_or(runs, operands, joints)
        else:
            near = operands
            kind = self._kind(operands, joints)
        if len(near) == 1:
            return near[0]
        make = syntax.Or if kind == "OR" else syntax.And
        start, end = near[0].start, near[-1].end
        return _Operand(make(tuple([part.node for part in near]), start, end), start, end)

    def _kind(self, operands: list[_Operand], joints: list[Mark | None]) -> str:
        """AND or OR, whichever joins the operands; empty where there is but one. Both are refused."""
        kinds = {"AND" if joint is None else joint.kind for joint in joints}
        if len(kinds) < 2:
            return next(iter(kinds), "")
        groups: list[list[str]] = [[self._shown(operands[0])]]  # AND first: each OR begins a new group
        runs: list[list[str]] = [[self._shown(operands[0])]]  # OR first: each AND begins a new run of alternatives
        for joint, operand in zip(joints, operands[1:], strict=True):
            ends, goes_on = (groups, runs) if joint is not None and joint.kind == "OR" else (runs, groups)
            ends.append([self._shown(operand)])
            goes_on[-1].append(self._shown(operand))
        first = " OR ".join(_grouped(group, " AND ") for group in groups)
        second = " AND ".join(_grouped(run, " OR ") for run in runs)
        raise RuleError(
            "AND and OR are mixed without parentheses, which can be read in two ways:"
            f" `{first}` or `{second}`; write the one you mean",
            self.text,
            _second_kind(operands, joints),
        )

    def _near(self, operands: list[_Operand], nears: list[Mark]) -> _Operand:
        """The one operand, or two that are near."""
        if not nears:
            return operands[0]
        for operand in operands:
            if operand.sign == "NOT":
                raise RuleError(_NOT_BESIDE_NEAR, self.text, operand.start)
        if len(nears) > 1:
            shown = [self._shown(operand) for operand in operands]
            raise RuleError(
                "one NEAR after another can be read in two ways:"
                f" `{_nested(shown, nears)}` or `{_nested_behind(shown, nears)}`; write the one you mean",
                self.text,
                nears[1].start,
            )
        (left, right), (near,) = operands, nears
        kind = near.kind
        node = syntax.Near(left.node, right.node, near.count, kind == "ONEAR", kind == "NOTNEAR", left.start, right.end)
        return _Operand(node, left.start, right.end, "NEAR")

    def _refuse_near_or(
        self, runs: list[tuple[list[_Operand], list[Mark]]], operands: list[_Operand], joints: list[Mark | None]
    ) -> NoReturn:
        first = " OR ".join(
            _grouped([_nested([*map(self._shown, run)], nears)], "", bool(nears)) for run, nears in runs
        )
        sides: list[list[str]] = [[]]  # OR first: each NEAR begins a new group of alternatives
        for run, _ in runs:
            sides[-1].append(self._shown(run[0]))
            sides.extend([self._shown(operand)] for operand in run[1:])
        second = _nested([_grouped(side, " OR ") for side in sides], [near for _, nears in runs for near in nears])
        raise RuleError(
            "NEAR and OR are mixed without parentheses, which can be read in two ways:"
            f" `{first}` or `{second}`; write the one you mean",
            self.text,
            _second_kind(operands, joints),
        )

    def _shown(self, operand: _Operand) -> str:
        text = on_one_line(self.text[operand.start : operand.end])
        return f"({text})" if operand.sign == "NEAR" else text


def _runs(
    operands: list[_Operand], joints: list[Mark | None]
) -> tuple[list[tuple[list[_Operand], list[Mark]]], list[Mark | None]]:
    """Operands with nothing but NEARs between them, and what joins such runs."""
    runs: list[tuple[list[_Operand], list[Mark]]] = [([operands[0]], [])]
    links: list[Mark | None] = []
    for joint, operand in zip(joints, operands[1:], strict=True):
        if joint is not None and joint.type == "NEAR":
            runs[-1][0].append(operand)
            runs[-1][1].append(joint)
        else:
            runs.append(([operand], []))
            links.append(joint)
    return runs, links


def _second_kind(operands: list[_Operand], joints: list[Mark | None]) -> int:
    """Where the first joint stands that is of another kind than the one before; without a mark, what it joins."""
    kinds = ["AND" if joint is None else joint.type for joint in joints]
    place = next(place for place, kind in enumerate(kinds) if kind != kinds[0])
    joint = joints[place]
    return operands[place + 1].start if joint is None else joint.start


def _grouped(parts: list[str], joint: str, is_group: bool = False) -> str:
    return f"({joint.join(parts)})" if is_group or len(parts) > 1 else parts[0]


def _nested(parts: list[str], nears: list[Mark]) -> str:
    """Read from the left: `(a NEAR/5 b) NEAR/5 c`."""
    shown = parts[0]
    for place, (near, part) in enumerate(zip(nears, parts[1:], strict=True)):
        shown = f"{_grouped([shown], '', place > 0)} {near.value} {part}"
    return shown


def _nested_behind(parts: list[str], nears: list[Mark]) -> str:
    """Read from the right: `a NEAR/5 (b NEAR/5 c)`."""
    shown = parts[-1]
    for place, (near, part) in enumerate(zip(reversed(nears), reversed(parts[:-1]), strict=True)):
        shown = f"{part} {near.value} {_grouped([shown], '', place > 0)}"
    return shown


def _leaf(mark: Mark) -> syntax.Node:
    """The node of a term; `"a b"~5` is two terms and a NEAR."""
    match mark.kind:
        case "WORD":
            return syntax.Word(mark.value, mark.start, mark.end)
        case "PHRASE":
            return syntax.Phrase(mark.value, mark.start, mark.end)
        case "LIST":
            return syntax.ListName(mark.value.removesuffix("*"), mark.value.endswith("*"), mark.start, mark.end)
        case "CASE":
            return syntax.Case(mark.value, mark.start, mark.end)
    sides: list[syntax.Node] = []
    place = 0
    for word in mark.value.split():
        place = mark.value.index(word, place)
        start = mark.start + 1 + place
        place += len(word)
        sides.append((syntax.Word if is_bare(word) else syntax.Phrase)(word, start, start + len(word)))
    return syntax.Near(sides[0], sides[1], mark.count, start=mark.start, end=mark.end)
