"""A query as written: the tree that the grammar builds and the compiler reads.

Every node knows where it stands: `start` and `end` are code points into the query. Parentheses leave no node of their
own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word, wildcards and all; with a separator inside (`e-mail`) it is the phrase of its parts."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words between quotation marks, without the marks."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ListName:
    """`@name`: any form on the list; `@name*`: each of them truncated."""

    name: str
    is_truncated: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Limited:
    """`field:` before a term or a parenthesis; `field` is the field's own name, aliases resolved."""

    field: str
    inner: Node
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Not:
    inner: Node
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Node, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]
    start: int
    end: int


Node = Word | Phrase | ListName | Limited | Not | And | Or
