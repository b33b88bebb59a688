"""What is no error in a query, but probably no intention either."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.rules.lexer import marks

_OPERATORS = frozenset(("and", "or", "not"))
_ENDS_OF_TERMS = frozenset(("WORD", "PHRASE", "LIST", "RPAR"))


@dataclass(frozen=True, slots=True)
class QueryWarning:
    """A warning with its place (code points into the query)."""

    message: str
    position: int


def lint(text: str) -> list[QueryWarning]:
    """Warnings for a query that compiles: operators written in lower case between terms. None is the usual answer."""
    found = marks(text)
    return [
        QueryWarning(
            f"`{mark.value}` is looked for as a word here; the operator is written {mark.value.upper()}, the word"
            f' better in quotation marks: "{mark.value}"',
            mark.start,
        )
        for before, mark, after in zip(found, found[1:], found[2:], strict=False)
        if mark.kind == "WORD" and mark.value.casefold() in _OPERATORS and after.kind != "RPAR"
        if before.kind in _ENDS_OF_TERMS or (before.kind == "LPAR" and mark.value.casefold() == "not")
    ]
