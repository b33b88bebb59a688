"""A slow, obvious evaluator: every pair of hits is tried, and nothing is shared with the package but its trees.

Texts are lists of words as they stand; folding is lower case. A word that begins with + touches the one before it. A hit is a
field with the first and the last of its words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import product

from monitor.model import Combination, Rule
from monitor.rules import syntax

Hit = tuple[str, int, int]
Hits = set[Hit]

LEAD_WORDS = 60


@dataclass(frozen=True)
class Text:
    title: list[str]
    body: list[str]
    kind: str = ""


@dataclass
class Reference:
    """What queries and rules find in one text."""

    text: Text
    lists: dict[str, list[str]] = field(default_factory=dict)

    def holds(self, node: syntax.Node, where: str = "") -> bool:
        match node:
            case syntax.And(parts):
                return all(self.holds(part, where) for part in parts)
            case syntax.Or(parts):
                return any(self.holds(part, where) for part in parts)
            case syntax.Not(inner):
                return not self.holds(inner, where)
            case syntax.AtLeast(count, inner):
                return len(self.hits(inner, where)) >= count
            case syntax.Limited("kind", syntax.Word(value)):
                return self.text.kind == value
            case syntax.Limited(name, inner):
                return self.holds(inner, name)
            case _:
                return bool(self.hits(node, where))

    def spans(self, node: syntax.Node, where: str = "") -> Hits:
        """The hits of terms that show why a query holds, once it is known to hold."""
        match node:
            case syntax.And(parts) | syntax.Or(parts):
                return set().union(*(self.spans(part, where) for part in parts if self.holds(part, where)))
            case syntax.Not(syntax.Not(inner)):
                return self.spans(inner, where)
            case syntax.Not() | syntax.Limited("kind"):
                return set()
            case syntax.AtLeast(_, inner):
                return self.terms(inner, where, self.hits(inner, where))
            case syntax.Limited(name, inner):
                return self.spans(inner, name)
            case _:
                return self.terms(node, where, self.hits(node, where))

    def hits(self, node: syntax.Node, where: str) -> Hits:
        """Where a term stands, or where what is near each other begins and ends: the longest for each first word."""
        match node:
            case syntax.Limited(name, inner):
                return self.hits(inner, name)
            case syntax.Or(parts):
                return set().union(*(self.hits(part, where) for part in parts))
            case syntax.Near(left, right) if node.is_negated:
                others = self.hits(right, where)
                return {x for x in self.hits(left, where) if not any(are_near(node, x, y) for y in others)}
            case syntax.Near():
                both = {(x[0], min(x[1], y[1]), max(x[2], y[2])) for x, y in self.pairs(node, where)}
                return {hit for hit in both if not any(hit[:2] == other[:2] and hit[2] < other[2] for other in both)}
            case syntax.ListName(name):
                forms = [form + "*" if node.is_truncated and form[-1] != "*" else form for form in self.lists[name]]
                return set().union(*(self.places(form, where) for form in forms))
            case syntax.Case(text):
                return self.places(text, where, is_exact=True)
            case syntax.Word(text) | syntax.Phrase(text):
                return self.places(text, where)
        raise AssertionError(node)

    def pairs(self, near: syntax.Near, where: str) -> list[tuple[Hit, Hit]]:
        both = product(self.hits(near.left, where), self.hits(near.right, where))
        return [(x, y) for x, y in both if are_near(near, x, y)]

    def terms(self, node: syntax.Node, where: str, chosen: Hits) -> Hits:
        """The hits of terms behind the chosen ones of `hits`."""
        match node:
            case syntax.Limited(name, inner):
                return self.terms(inner, name, chosen)
            case syntax.Or(parts):
                return set().union(*(self.terms(part, where, chosen & self.hits(part, where)) for part in parts))
            case syntax.Near(left) if node.is_negated:
                return self.terms(left, where, chosen)
            case syntax.Near(left, right):
                begun = {hit[:2] for hit in chosen}
                pairs = [(x, y) for x, y in self.pairs(node, where) if min(x[:2], y[:2]) in begun]
                return self.terms(left, where, {x for x, _ in pairs}) | self.terms(right, where, {y for _, y in pairs})
        return chosen

    def places(self, form: str, where: str, *, is_exact: bool = False) -> Hits:
        wanted = pieces(form)
        found = set()
        for name in ("title", "body") if where in ("", "lead") else (where,):
            words = getattr(self.text, name)
            if where == "lead" and name == "body":
                words = words[:LEAD_WORDS]
            for start in range(len(words) - len(wanted) + 1):
                stretch = words[start : start + len(wanted)]
                if all(is_word(*piece, word, is_exact) for piece, word in zip(wanted, stretch, strict=True)):
                    found.add((name, start, start + len(wanted) - 1))
        return found

    # Rules

    def term(self, text: str) -> Hits:
        if text.startswith("@"):
            return self.hits(syntax.ListName(text.strip("@*"), text.endswith("*")), "")
        return self.places(text, "")

    def combination(self, combination: Combination) -> Hits | None:
        """The hits that show why it holds; None where it does not."""
        parts = [self.term(text) for text in combination.all]
        if combination.any:
            parts.append(set().union(*map(self.term, combination.any)))
        if not all(parts) or any(map(self.term, combination.none)):
            return None
        if combination.near is None:
            return set().union(*parts)
        groups = [
            group
            for group in product(*parts)
            if len({hit[0] for hit in group}) == 1
            and max(hit[1] for hit in group) - min(hit[2] for hit in group) - 1 <= combination.near
        ]
        return {hit for group in groups for hit in group} or None

    def rule(self, rule: Rule) -> tuple[int, Hits] | None:
        """Score and hits of a rule of weights and combinations; None where it does not fire."""
        held = [found for found in map(self.combination, rule.any_of) if found is not None]
        score, shown = 0, set().union(*held)
        for text, weight in rule.terms:
            hits = self.term(text)
            in_title = min(rule.count_cap, sum(hit[0] == "title" for hit in hits))
            score += weight * (in_title * rule.title_factor + min(rule.count_cap, len(hits)) - in_title)
            shown |= hits if weight > 0 else set()
        if not held and (rule.threshold is None or score < rule.threshold):
            return None
        return (score if rule.terms else 1), shown


def are_near(near: syntax.Near, x: Hit, y: Hit) -> bool:
    if x == y or x[0] != y[0] or (near.is_ordered and x[1] >= y[1]):
        return False
    between = max(x[1], y[1]) - min(x[2], y[2]) - 1  # below zero where they overlap
    return between <= near.distance


def pieces(form: str) -> list[tuple[str, bool]]:
    """The words of a form, and whether each must touch the one before it."""
    return [
        (piece, place > 0)
        for word in form.split()
        for place, piece in enumerate(word if {*word} & {*"卡拉"} else [word])
    ]


def is_word(pattern: str, is_joined: bool, word: str, is_exact: bool) -> bool:
    if is_joined and word[0] != "+":
        return False
    word = word.removeprefix("+")
    if is_exact:
        return word == pattern
    wanted = re.escape(pattern.lower()).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(wanted, word.lower()) is not None
