"""A query as written: the tree that the grammar builds and the compiler reads.

Every node knows where it stands: `start` and `end` are code points into the query, those of a group with its outer
parentheses; they make no two nodes differ. Parentheses leave no node of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word, wildcards and all; with a separator inside (`e-mail`) it is the phrase of its parts."""

    text: str
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words between quotation marks, without the marks."""

    text: str
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ListName:
    """`@name`: any form on the list; `@name*`: each of them truncated."""

    name: str
    is_truncated: bool
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Case:
    """`cs(word)`, `cs("two words")`: in exactly this case and spelling; `text` is without quotation marks."""

    text: str
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Limited:
    """`name:` before a term or a parenthesis; `field` is the field's own name, aliases resolved."""

    field: str
    inner: Node
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """`atleast/3(…)`."""

    count: int
    inner: Node
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Near:
    """`NEAR/n`, `ONEAR/n` (`is_ordered`) and `NOT NEAR/n` (`is_negated`); never both."""

    left: Node
    right: Node
    distance: int
    is_ordered: bool = False
    is_negated: bool = False
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    inner: Node
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Node, ...]
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]
    start: int = attribute(default=0, compare=False)
    end: int = attribute(default=0, compare=False)


Leaf = Word | Phrase | ListName | Case
Node = Leaf | Limited | AtLeast | Near | Not | And | Or
