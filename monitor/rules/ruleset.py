"""All rules as one: compiled together, found through their words, so that a thousand rules cost little more than ten."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from monitor.errors import RuleError
from monitor.model import Combination, Match, Matchable, Rule, Sample, Span
from monitor.rules.asked import Asked
from monitor.rules.asking import One, OneOf, demands
from monitor.rules.candidates import Candidates
from monitor.rules.compile import Compiler, Lists, compile_query
from monitor.rules.index import Index, any_of
from monitor.rules.lexer import DISTANCE_MAX
from monitor.rules.match import Absent, All, Any, Hit, Hits, Plan, Within, fields_of, spans_of
from monitor.rules.prepare import Prepared, prepare
from monitor.rules.syntax import ListName, Phrase
from monitor.rules.terms import refuse_operators
from monitor.text.furniture import find_furniture


@dataclass(frozen=True, slots=True)
class _Weighted:
    plan: Plan
    weight: int


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready to be asked: `any_of` are its query and combinations, of which one is enough; or its weights."""

    rule: Rule
    any_of: tuple[Plan, ...]
    weighted: tuple[_Weighted, ...]

    def match(self, text: Prepared) -> Match | None:
        """The match with its reasons, or None. The score is the sum of the weights, 1 where there are none."""
        found = [hits for plan in self.any_of if (hits := plan.find(text, None)) is not None]
        weighed = [(term.weight, term.plan.find(text, None) or []) for term in self.weighted]
        return self.judge(found, weighed, partial(spans_of, text))

    def judge(
        self,
        found: list[list[Hit]],
        weighed: list[tuple[int, list[Hit]]],
        spans: Callable[[list[Hit]], tuple[Span, ...]],
    ) -> Match | None:
        """The match by the hits of those of `any_of` that hold, and of terms with their weights; None where they do not do."""
        score = sum([weight * self.count(hits) for weight, hits in weighed])
        if not found and (self.rule.threshold is None or score < self.rule.threshold):
            return None
        hits = [hit for one in found for hit in one]
        hits += [hit for weight, one in weighed if weight > 0 for hit in one]
        return Match(self.rule.id, score if self.weighted else 1, spans(hits))

    def count(self, hits: list[Hit]) -> int:
        """How often a term counts: at most `count_cap` different hits, those in the title first and `title_factor` times."""
        if len(hits) == 1:  # as most do
            return self.rule.title_factor if hits[0].field == "title" else 1
        different = set(hits)
        in_title = min(sum([hit.field == "title" for hit in different]), self.rule.count_cap)
        return in_title * self.rule.title_factor + min(len(different), self.rule.count_cap) - in_title


class _AskedByQuery:
    """A rule that is a query, as asked of the leaves that hit a text."""

    __slots__ = ("_question", "_rule_id", "bans", "is_told", "needs", "triggers")
    reach: Sequence[tuple[int, int, int]] = ()
    threshold = 0

    def __init__(self, compiled: CompiledRule, index: Index) -> None:
        self._rule_id = compiled.rule.id
        self._question = index.question(compiled.any_of[0])
        self.triggers: frozenset[int] | None = None
        self.needs: tuple[frozenset[int], ...] = ()
        self.bans: tuple[frozenset[int], ...] = ()
        self.is_told = False

    def settle(self, index: Index) -> None:
        """Choose the triggers, once all rules are known."""
        rarest = index.triggers(self._question)
        demanded = demands(self._question)
        self.triggers = None if rarest is None else rarest.leaves
        self.needs = tuple([group for group in demanded.needs if group != self.triggers])
        self.bans = demanded.bans
        self.is_told = demanded.is_whole and self.triggers in demanded.needs

    def match(self, asked: Asked) -> Match | None:
        hits = self._question.find(asked)
        return None if hits is None else Match(self._rule_id, 1, asked.spans(hits))


class _AskedByAll:
    """A rule of weights and combinations, as asked of the leaves that hit a text; its triggers are those of its combinations."""

    __slots__ = ("_any_of", "_compiled", "_leaves", "_terms", "reach", "threshold", "triggers")
    needs: Sequence[frozenset[int]] = ()
    bans: Sequence[frozenset[int]] = ()
    is_told = False

    def __init__(self, compiled: CompiledRule, index: Index) -> None:
        self._compiled = compiled
        self._any_of = tuple([index.question(plan) for plan in compiled.any_of])
        # Words, phrases and lists of them without a field, so that each is one leaf or several.
        weighted = [(term.weight, cast("One | OneOf", index.question(term.plan))) for term in compiled.weighted]
        self._terms: dict[int, tuple[int, ...]] = {}  # by leaf, the places of the terms
        for place, (_, question) in enumerate(weighted):
            for leaf in question.leaves:
                self._terms[leaf] = (*self._terms.get(leaf, ()), place)
        self._leaves = array("i", self._terms)
        self.triggers: frozenset[int] | None = None
        cap, factor = compiled.rule.count_cap, max(1, compiled.rule.title_factor)
        self.reach = [
            (leaf, weight * cap, weight * cap * factor)
            for weight, question in weighted
            if weight > 0
            for leaf in question.leaves
        ]
        self.threshold = compiled.rule.threshold or 0

    def settle(self, index: Index) -> None:
        """Choose the triggers, once all rules are known."""
        found = any_of([index.triggers(question) for question in self._any_of])
        self.triggers = None if found is None else found.leaves

    def match(self, asked: Asked) -> Match | None:
        found = [hits for question in self._any_of if (hits := question.find(asked)) is not None]
        hits_of: dict[int, list[Hit]] = {}
        for leaf in asked.hit.intersection(self._leaves):
            for place in self._terms[leaf]:
                hits_of.setdefault(place, []).extend(asked.hits(leaf))
        weighted = self._compiled.weighted
        return self._compiled.judge(
            found, [(weighted[place].weight, hits) for place, hits in hits_of.items()], asked.spans
        )


def _as_asked(compiled: CompiledRule, index: Index) -> _AskedByQuery | _AskedByAll:
    is_query = len(compiled.any_of) == 1 and not compiled.weighted
    return _AskedByQuery(compiled, index) if is_query else _AskedByAll(compiled, index)


class RuleSet:
    """Compiled rules in their order, with an index from words to the rules they may set off."""

    def __init__(self, rules: Iterable[CompiledRule] = ()) -> None:
        self.rules = tuple(rules)
        self._by_id = {compiled.rule.id: compiled for compiled in self.rules}
        self._index = Index()
        self._asked = [_as_asked(compiled, self._index) for compiled in self.rules]
        for rule in self._asked:
            rule.settle(self._index)
        self._candidates = Candidates(self._asked, self._index)
        self._ids = [compiled.rule.id for compiled in self.rules]

    def match(self, text: Prepared) -> list[Match]:
        """The rules that fire on a text, in the order of the configuration; an empty list for none."""
        asked = self._index.ask(text)
        told, to_ask = self._candidates.find(asked)
        matches = {number: Match(self._ids[number], 1, asked.spans_of(leaves)) for number, leaves in told.items()}
        for number in to_ask:
            if (match := self._asked[number].match(asked)) is not None:
                matches[number] = match
        return [matches[number] for number in sorted(matches)]

    def tags_of(self, rule_id: str) -> tuple[str, ...]:
        """The tags a rule gives; none for a rule that is not in the set."""
        compiled = self._by_id.get(rule_id)
        return compiled.rule.tags if compiled else ()

    def failed_samples(self) -> list[tuple[CompiledRule, int, Sample]]:
        """The samples that do not hold: the rule, the sample's place among its samples (from 0), the sample."""
        failed = []
        for compiled in self.rules:
            for place, sample in enumerate(compiled.rule.samples):
                if (compiled.match(_sample_text(compiled, sample.text)) is not None) != sample.match:
                    failed.append((compiled, place, sample))
        return failed


def compile_rules(rules: Sequence[Rule], lists: Lists) -> tuple[RuleSet, list[tuple[int, RuleError]]]:
    """The rules that can be read, and what is wrong with the others by their place among `rules`, from 0 (one error a rule, the
    first met): ids may be used twice by mistake."""
    compiled, errors = [], []
    for place, rule in enumerate(rules):
        try:
            compiled.append(compile_rule(rule, lists))
        except RuleError as error:
            errors.append((place, error))
    return RuleSet(compiled), errors


def check_lists(lists: Lists) -> list[tuple[str, RuleError]]:
    """What is wrong with the lists themselves, used or not, by name: an empty list, a form that cannot be looked for."""
    errors = []
    for name in lists:
        try:
            _term(f"@{name}", lists)
        except RuleError as error:
            errors.append((name, error))
    return errors


def compile_rule(rule: Rule, lists: Lists) -> CompiledRule:
    """One rule. Raises `RuleError`; its text is the query or the term at fault."""
    if not rule.query and not rule.terms and not rule.any_of:
        raise RuleError("a rule needs a `query`, or `terms` with a `threshold`, or `any_of`", "", 0)
    any_of = [compile_query(rule.query, lists, purpose="rule").plan] if rule.query else []
    any_of += [_combination(combination, lists) for combination in rule.any_of]
    if rule.terms:
        _check_weights(rule)
    weighted = [_Weighted(_term(text, lists), weight) for text, weight in rule.terms]
    return CompiledRule(rule, tuple(any_of), tuple(weighted))


def _check_weights(rule: Rule) -> None:
    text = ", ".join(f"{term} = {weight}" for term, weight in rule.terms)
    if rule.threshold is None or rule.threshold < 1:
        raise RuleError("`terms` need a `threshold` of 1 or more: the sum of weights at which the rule fires", text, 0)
    if all(weight <= 0 for _, weight in rule.terms):
        raise RuleError("at least one of the `terms` needs a weight above 0, or the rule could never fire", text, 0)
    most = sum(weight for _, weight in rule.terms if weight > 0) * rule.count_cap * max(1, rule.title_factor)
    if most < rule.threshold and not (rule.query or rule.any_of):
        raise RuleError(
            f"the `terms` bring {most} at most (each weight above 0 counted `count_cap` times, in the title), and the"
            f" `threshold` is {rule.threshold}, so the rule could never fire: lower it, or raise the weights",
            text,
            0,
        )


_LIST = re.compile(r"@\S+")
_IN_TERM = (
    "a term is a word, a phrase or a list; what speaks against a rule has a weight below 0 or stands in `none`, what must be near"
    " each other in an `any_of` with `near`, and all else belongs into a `query`"
)


def _term(text: str, lists: Lists) -> Hits:
    """A weighted term: a word or phrase with its wildcards, or `@list`."""
    if not _LIST.fullmatch(text):
        refuse_operators(text, _IN_TERM)
    compiler = Compiler(text, lists, "rule")
    if text.startswith("@"):
        plan = compiler.plan(ListName(text[1:].removesuffix("*"), text.endswith("*"), 0, len(text)))
    else:
        plan = compiler.plan(Phrase(text.strip(' "'), 0, len(text)))
    return cast("Hits", plan)  # without a field there is nothing else


def _combination(combination: Combination, lists: Lists) -> Plan:
    shown = f"all = {list(combination.all)}, any = {list(combination.any)}, none = {list(combination.none)}"
    parts: list[Hits] = [_term(text, lists) for text in combination.all]
    if combination.any:
        parts.append(Any(tuple([_term(text, lists) for text in combination.any])))
    if not parts:
        raise RuleError("`any_of` needs words in `all` or `any`; with `none` alone it would match any text", shown, 0)
    if combination.near is not None:
        _check_near(combination.near, len(parts), shown)
        for place, part in enumerate(parts[: len(combination.all)]):
            if part in parts[:place]:
                text = combination.all[place]
                raise RuleError(
                    f"`{text}` stands twice in `all`, and one hit is not near itself: count it in a query, as in"
                    f" `atleast/2({text})`",
                    text,
                    0,
                )
    found: list[Plan] = [*parts] if combination.near is None else [Within(tuple(parts), combination.near)]
    return All((*found, *(Absent(_term(text, lists)) for text in combination.none)))


def _check_near(distance: int, count: int, shown: str) -> None:
    if distance > DISTANCE_MAX:
        raise RuleError(f"`near = {distance}` reaches too far: at most {DISTANCE_MAX}, or leave it out", shown, 0)
    if count < 2:
        raise RuleError(
            "`near` needs two things to be near each other: words in `all`, or in `all` and `any`", shown, 0
        )


def _sample_text(compiled: CompiledRule, text: str) -> Prepared:
    """A sample as an item: its first line is the title where more follow; a single line is the title of a rule that
    looks at titles alone, and text for any other.
    """
    title, _, body = text.partition("\n")
    if not body.strip():
        plans = (*compiled.any_of, *(term.plan for term in compiled.weighted))
        is_title = {field for plan in plans for field in fields_of(plan)} == {"title"}
        title, body = (text, "") if is_title else ("", text)
    furniture = find_furniture(title, body)
    return prepare(Matchable(title=title, body=body, wire=furniture.wire, furniture=furniture.spans))
