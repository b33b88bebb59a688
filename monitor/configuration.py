"""The checked whole: settings, compiled rules and the queries of digest sections, or everything wrong with them at
once.

This is what `check`, a reload and the daemon's start go by: a configuration that passes here is one that can be run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from monitor.errors import ConfigError, Problem, RuleError, pointed
from monitor.model import CLIPS_SOURCE, OWN_SOURCE, Rule, Sample
from monitor.rules import Query, RuleSet, check_lists, compile_query, compile_rules, lint, lint_plan, lint_rule
from monitor.rules.match import values_of
from monitor.rules.ruleset import CompiledRule
from monitor.rules.versions import lists_of
from monitor.settings import Settings
from monitor.settings.load import Survey, in_order, survey_settings
from monitor.settings.places import Key
from monitor.text.folding import fold_text

_EXCERPT = 24
_STAND_IN = "stand-in"  # the form of a list that has none that can be read, so that what names it can be read


@dataclass(frozen=True, slots=True)
class Configuration:
    """A configuration that can be run.

    `rules` look at items as they come, `edit_rules` at what edits change. `sections` holds, by digest id, the compiled
    queries of its sections in their order, None where a section takes everything. `warnings` are those of the settings
    and of the queries, in the order of files and lines.
    """

    settings: Settings
    rules: RuleSet
    edit_rules: RuleSet
    sections: Mapping[str, tuple[Query | None, ...]]
    warnings: tuple[Problem, ...] = ()


def check_configuration(folder: Path, environ: Mapping[str, str]) -> Configuration:
    """Read `folder` whole, compile its rules and queries, and try every sample.

    Raises ConfigError with every error and warning of all files, in the order of files and lines; a mistake in one
    file or table does not hide those in others.
    """
    survey = survey_settings(folder, environ)
    check = _Check(survey)
    rules, sections = check.rules(), check.sections()
    check.templates()
    problems = in_order([*survey.problems, *check.problems], folder)
    if any(problem.severity == "error" for problem in problems):
        raise ConfigError(problems)
    items, edits = (RuleSet(one for one in rules.rules if one.rule.on == on) for on in ("item", "edit"))
    return Configuration(survey.settings, items, edits, MappingProxyType(sections), tuple(problems))


class _Check:
    """Compiles what a survey found, and keeps what is wrong with it."""

    def __init__(self, survey: Survey) -> None:
        self.settings, self.numbers = survey.settings, survey.numbers
        self.lists = dict(survey.settings.lists)
        self.lists |= dict.fromkeys(survey.unread_lists, (_STAND_IN,))
        self.wrong_lists = set(survey.unread_lists)  # rules that name them are read, and their samples not tried
        self.knows_lists = survey.knows_lists
        self.problems: list[Problem] = []
        sources = survey.settings.sources
        self.known = {
            "source": {fold_text(source.id) for source in sources} | {OWN_SOURCE, CLIPS_SOURCE},
            "publisher": {fold_text(source.publisher) for source in sources},
            "tag": {fold_text(tag) for source in sources for tag in source.tags} | {"own"},
        }

    def rules(self) -> RuleSet:
        """The rules that can be read, their samples tried."""
        self._check_lists()
        numbered = zip(self.numbers["rule"], self.settings.rules, strict=True)
        # One that asks for nothing is reported already.
        asking = [(number, rule) for number, rule in numbered if rule.query or rule.terms or rule.any_of]
        rules, errors = compile_rules([rule for _, rule in asking], self.lists)
        refused = dict(errors)
        compiled = iter(rules.rules)
        places: dict[str, Key] = {}
        for place, (number, rule) in enumerate(asking):
            path: Key = ("rule", number)
            if place in refused:
                self._refused(refused[place], _culprit(path, rule, refused[place]))
                continue
            places.setdefault(rule.id, path)
            for keys, text, warning in lint_rule(next(compiled), self.known):
                self._report((*path, *keys), warning.message, "warning", (text, warning.position))
        for found, number, sample in rules.failed_samples():
            if self.knows_lists and self.wrong_lists.isdisjoint(lists_of(found.rule)):
                self._report((*places[found.rule.id], "sample", number), _failed(found, sample))
        return rules

    def _check_lists(self) -> None:
        """Report each form that cannot be looked for; rules are then read by the others."""
        for name in [name for name, _ in check_lists(self.lists)]:
            forms = self.lists[name]
            faulty = {form: errors[0][1] for form in forms if (errors := check_lists({name: (form,)}))}
            for form, error in faulty.items():
                self._report(("list", name, forms.index(form)), error.message)
            self.wrong_lists.add(name)
            self.lists[name] = tuple(form for form in forms if form not in faulty) or (_STAND_IN,)

    def sections(self) -> dict[str, tuple[Query | None, ...]]:
        """The compiled queries of each digest's sections, by its id."""
        return {
            digest.id: tuple(
                self._query(section.query, ("digest", number, "section", place, "query"))
                for place, section in enumerate(digest.sections)
            )
            for number, digest in zip(self.numbers["digest"], self.settings.digests, strict=True)
        }

    def templates(self) -> None:
        """Try the templates of mails on an edition made up for it."""
        if not self.settings.templates:
            return
        from monitor.notices.sample import sample_values
        from monitor.notices.templating import NAMES, Templates

        templates = Templates(self.settings.templates)
        for name in self.settings.templates:
            file, key = f"templates/{name}", name.removesuffix(".j2")
            if not name.startswith("_") and name not in NAMES:
                known = f"known are {', '.join(NAMES)}, and names that begin with _ for what these include"
                message = f"is no template that a mail is made by; {known}"
                self.problems.append(self.settings.problem(file, (key,), message))
            elif wrong := templates.try_out(name, sample_values()) if name in NAMES else None:
                line, message = wrong
                self.problems.append(replace(self.settings.problem(file, (key,), message), line=line))

    def _query(self, text: str, path: Key) -> Query | None:
        if not text:
            return None
        try:
            query = compile_query(text, self.lists, purpose="search")
        except RuleError as error:
            self._refused(error, path)
            return None
        tags = {fold_text(tag) for rule in self.settings.rules for tag in rule.tags}
        for warning in (*lint(text), *lint_plan(query.plan, self.known | {"tag": self.known["tag"] | tags})):
            self._report(path, warning.message, "warning", (text, warning.position))
        return query

    def _refused(self, error: RuleError, path: Key) -> None:
        """What needs a list is passed over where nobody knows which there are: mending that may be all it takes."""
        if self.knows_lists or "@" not in error.text:
            self._report(path, error.message, "error", (error.text, error.position))

    def _report(self, path: Key, message: str, severity: str = "error", spot: tuple[str, int] = ("", 0)) -> None:
        files = {"digest": "digests.toml", "list": self.settings.list_files.get(str(path[1]), "rules.toml")}
        file = files.get(str(path[0]), "rules.toml")
        told = f"{message} {_excerpt(*spot)}".replace("\n", " ").rstrip()
        problem = self.settings.problem(file, path, told, severity=severity)
        below = self.settings.lines_below(file, path, *spot)
        shown = pointed(*spot) if spot[0] else ""
        self.problems.append(replace(problem, line=problem.line + below, pointed=shown))


def _culprit(path: Key, rule: Rule, error: RuleError) -> Key:
    """The key whose text the error speaks of: the query, a term, or a word of a combination; else the rule itself."""
    if rule.query and error.text == rule.query:
        return (*path, "query")
    if error.text in dict(rule.terms):
        return (*path, "terms", error.text)
    for number, combination in enumerate(rule.any_of):
        for box, words in (("all", combination.all), ("any", combination.any), ("none", combination.none)):
            if error.text in words:
                return (*path, "any_of", number, box, words.index(error.text))
    return path


def _failed(compiled: CompiledRule, sample: Sample) -> str:
    if not sample.match:
        return "the rule matches this text, which it must not; mend the rule, or the sample"
    message = "the rule does not match this text, which it must; mend the rule, or the sample"
    fields = dict.fromkeys(field for plan in compiled.any_of for field in values_of(plan))
    if not fields:
        return message
    named = ", ".join(f"`{field}:`" for field in fields)
    return (
        f"{message} (a sample is a text without a source, so {named} holds for none: such a rule has only samples that it must"
        " not match; `monitor rules test --source ID` tries others)"
    )


def _excerpt(text: str, position: int) -> str:
    """Where in a query it is: the words that begin there; empty where none do."""
    begun = text[position : position + _EXCERPT].strip()
    return f'(at "{begun}")' if begun else ""
