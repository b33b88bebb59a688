"""All rules as one: compiled together, found through their words, so that a thousand rules cost little more than ten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from monitor.errors import RuleError
from monitor.model import Combination, Match, Matchable, Rule, Sample
from monitor.rules.compile import Compiler, Lists, compile_query
from monitor.rules.keys import Keys, plan_keys
from monitor.rules.lexer import DISTANCE_MAX
from monitor.rules.match import Absent, All, Any, Hit, Hits, Plan, Within, fields_of, spans_of
from monitor.rules.prepare import Prepared, prepare
from monitor.rules.syntax import ListName, Phrase
from monitor.text.furniture import find_furniture

HEAD_CHARS = 3  # few words of a text share their first three letters with a stem of a rule


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
        hits: list[Hit] = []
        fires = False
        for plan in self.any_of:
            found = plan.find(text, None)
            if found is not None:
                fires = True
                hits += found
        score = 0
        for term in self.weighted:
            found = term.plan.find(text, None) or []
            score += term.weight * self._count(found)
            hits += found if term.weight > 0 else []
        if self.rule.threshold is not None and score >= self.rule.threshold:
            fires = True
        if not fires:
            return None
        return Match(self.rule.id, score if self.weighted else 1, spans_of(text, hits))

    def _count(self, hits: list[Hit]) -> int:
        """How often a term counts: at most `count_cap` hits, those in the title first and `title_factor` times."""
        in_title = min(sum(hit.field == "title" for hit in hits), self.rule.count_cap)
        return in_title * self.rule.title_factor + min(len(hits), self.rule.count_cap) - in_title

    def keys(self) -> Keys | None:
        """Words of which a text must hold one for the rule to fire; None where any text may make it fire."""
        plans = [*self.any_of, *(term.plan for term in self.weighted if term.weight > 0)]
        return plan_keys(Any(tuple(plans)))


class RuleSet:
    """Compiled rules in their order, with an index from words to the rules they may set off."""

    def __init__(self, rules: Iterable[CompiledRule] = ()) -> None:
        self.rules = tuple(rules)
        self._by_id = {compiled.rule.id: compiled for compiled in self.rules}
        self._always: list[int] = []
        self._by_word: dict[str, list[int]] = {}
        self._by_stem: dict[str, list[int]] = {}
        self._heads: dict[int, dict[str, list[str]]] = {}  # stems by their first letters, those by how many they are
        for number, compiled in enumerate(self.rules):
            self._index(number, compiled.keys())

    def match(self, text: Prepared) -> list[Match]:
        """The rules that fire on a text, in the order of the configuration; an empty list for none."""
        matches = [self.rules[number].match(text) for number in self._candidates(text)]
        return [match for match in matches if match is not None]

    def tags_of(self, rule_id: str) -> tuple[str, ...]:
        """The tags a rule gives; none for a rule that is not in the set."""
        compiled = self._by_id.get(rule_id)
        return compiled.rule.tags if compiled else ()

    def failed_samples(self) -> list[tuple[str, int, Sample]]:
        """The samples that do not hold: rule id, the sample's place among the rule's (from 0), the sample."""
        failed = []
        for compiled in self.rules:
            for place, sample in enumerate(compiled.rule.samples):
                if (compiled.match(_sample_text(compiled, sample.text)) is not None) != sample.match:
                    failed.append((compiled.rule.id, place, sample))
        return failed

    def _index(self, number: int, keys: Keys | None) -> None:
        if keys is None:
            self._always.append(number)
            return
        for word in keys.words:
            self._by_word.setdefault(word, []).append(number)
        for stem in keys.stems:
            if stem not in self._by_stem:
                head = stem[:HEAD_CHARS]
                self._heads.setdefault(len(head), {}).setdefault(head, []).append(stem)
            self._by_stem.setdefault(stem, []).append(number)

    def _candidates(self, text: Prepared) -> list[int]:
        """The numbers of the rules of which the text holds a key. Sets meet sets here, since most words set off nothing."""
        found = set(self._always)
        vocabulary = text.vocabulary
        for word in vocabulary & self._by_word.keys():
            found.update(self._by_word[word])
        for length, heads in self._heads.items():
            for word in [word for word in vocabulary if word[:length] in heads]:
                for stem in heads[word[:length]]:
                    if word.startswith(stem):
                        found.update(self._by_stem[stem])
        return sorted(found)


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


def _term(text: str, lists: Lists) -> Hits:
    """A weighted term: a word or phrase with its wildcards, or `@list`."""
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
