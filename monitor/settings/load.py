"""Read the configuration folder: everything wrong in it at once, or frozen settings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from monitor.errors import ConfigError, Problem
from monitor.settings.places import Key, Located
from monitor.settings.shape import Settings

if TYPE_CHECKING:
    from monitor.settings.lists import ListFile
    from monitor.settings.tables import Table

T = TypeVar("T")
PARTS = ("monitor", "sources", "rules", "digests")
_POSITION = re.compile(r" \(at line (\d+), column \d+\)$")
_NAMES = re.compile(r"\('.*'(?:,|)\)")


@dataclass(frozen=True, slots=True)
class Survey:
    """What could be read of a folder, usable or not, and everything that is wrong with it.

    `numbers` says where the rules and digests of `settings` stand in their files ("rule": (0, 2) after a wrong second
    one). `unread_lists` are the lists of name forms that are there and could not be read; `knows_lists` tells whether
    it is known which lists there are.
    """

    settings: Settings
    problems: list[Problem]
    numbers: Mapping[str, tuple[int, ...]]
    unread_lists: frozenset[str]
    knows_lists: bool


def load_settings(folder: Path, environ: Mapping[str, str], *, parts: Collection[str] = PARTS) -> Settings:
    """The settings in `folder`, with the overrides that `environ` holds (MONITOR_SECTION__KEY).

    `parts` says which of the files are read, by their stems; the others stay at their defaults and are not checked,
    so that a command that needs only the store's path does not read ten thousand sources. Any file but sources.toml
    may be missing.

    Raises ConfigError with every error and warning of all files, in the order of files and lines.
    """
    survey = survey_settings(folder, environ, parts=parts)
    if any(problem.severity == "error" for problem in survey.problems):
        raise ConfigError(survey.problems)
    return survey.settings


def survey_settings(folder: Path, environ: Mapping[str, str], *, parts: Collection[str] = PARTS) -> Survey:
    """The same for those who look for more that is wrong: rules and digests that could be read are there whatever
    else is not. Raises ConfigError only where there is no such folder.
    """
    if not folder.is_dir():
        message = f"there is no such folder; `monitor init {folder}` writes one to begin with"
        raise ConfigError([Problem(str(folder), 0, "configuration", message)])
    reading = _Reading(folder)
    documents = {name: reading.read(name) for name in (f"{part}.toml" for part in PARTS if part in parts)}
    if "rules" in parts:
        reading.read_lists()
    if "digests" in parts:
        reading.read_mail_files()
    return reading.settle({name: document for name, document in documents.items() if document is not None}, environ)


def in_order(problems: Iterable[Problem], folder: Path) -> list[Problem]:
    """Files in their order, lists with a file of their own after rules.toml, messages and templates last, the environment first;
    lines within a file from the top."""
    files = [str(folder / f"{part}.toml") for part in PARTS]
    rules, lists = PARTS.index("rules"), str(folder / "lists")
    mails = (str(folder / "messages"), str(folder / "templates"))

    def place(problem: Problem) -> tuple[float, str, int]:
        if problem.file.startswith(lists):
            return rules + 0.5, problem.file, problem.line
        if problem.file.startswith(mails):
            return len(files), problem.file, problem.line
        return files.index(problem.file) if problem.file in files else -1, "", problem.line

    return sorted(problems, key=place)


class _Reading:
    """One reading of the folder: the texts as they come, and what is found wrong with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.texts: dict[str, str] = {}
        self.origins: dict[Key, str] = {}
        self.located = Located(folder, self.texts, self.origins)
        self.problems: list[Problem] = []
        self.kept: dict[str, tuple[int, ...]] = {}  # the tables left of a list in which some are wrong
        self.lists: dict[str, ListFile] = {}  # those that stand in files of their own
        self.messages: dict[str, dict[str, Any]] = {}
        self.templates: dict[str, str] = {}
        self.unread_lists: set[str] = set()  # those in which something is wrong
        self.knows_lists = True

    def report(self, file: str, path: Key, message: str, severity: str = "error") -> None:
        self.problems.append(self.located.problem(file, path, message, severity))

    # -- reading -----------------------------------------------------------------------------------

    def read(self, name: str) -> dict[str, Any] | None:
        """The document, empty where the file may be missing and is; None where there is something wrong with the
        whole.
        """
        text = self._text(name)
        if text is None:
            return None
        try:
            document = tomllib.loads(text)
        except ValueError as error:  # tomllib's own, and those of int() and datetime
            self._broken(name, _line_of(text, str(error)), _syntax(str(error)))
        except RecursionError:
            self._broken(name, 0, "brackets are nested too deep to be read; write tables instead")
        else:
            self.texts[name] = text
            return document
        return None

    def read_lists(self) -> None:
        """The lists that stand in files of their own."""
        from monitor.settings.lists import read_lists

        self.lists = read_lists(self.folder, self._wrong_list)
        for name, found in self.lists.items():
            self.located.note_forms(found.file, name, found.lines)

    def read_mail_files(self) -> None:
        """The words and templates of mails that stand in files of their own."""
        from monitor.settings.mail_files import read_messages, read_templates

        self.messages = read_messages(self.folder, self.texts, self.report)
        self.templates = read_templates(self.folder, self.report)

    def _wrong_list(self, file: str, line: int, key: str, message: str) -> None:
        section, _, name = key.partition(".")
        self.unread_lists.add(name)
        self.knows_lists = self.knows_lists and file != section + "s"  # which is the folder
        self.problems.append(Problem(str(self.folder / file), line, key, message))

    def _text(self, name: str) -> str | None:
        try:
            content = (self.folder / name).read_bytes()
        except FileNotFoundError:
            if name != "sources.toml":
                return ""
            message = "there is no such file; `monitor init` writes one into a new folder, with sources to begin with"
            self._broken(name, 0, message)
            return None
        except OSError as error:
            self._broken(name, 0, f"cannot be read ({error.strerror or error}); mend its permissions")
            return None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self._broken(name, line, "is not in UTF-8 here; save the file in UTF-8")
            return None

    def _broken(self, name: str, line: int, message: str) -> None:
        self.problems.append(Problem(str(self.folder / name), line, name.removesuffix(".toml"), message))

    # -- checking ----------------------------------------------------------------------------------

    def settle(self, documents: dict[str, dict[str, Any]], environ: Mapping[str, str]) -> Survey:
        """The settings of the documents, and what is wrong in them or was before."""
        from monitor.messages import SHIPPED
        from monitor.settings import build, channel_checks, checks, digest_checks, tables
        from monitor.settings.environment import override
        from monitor.settings.secret_files import read_secrets

        self.origins.update(override(documents.get("monitor.toml", {}), environ))
        files = [self._validated(name, document) for name, document in documents.items()]
        checks.check_documents(documents, self.report)
        digest_checks.check_digests(documents.get("digests.toml", {}), {*SHIPPED, *self.messages}, self.report)
        checks.check_list_files(documents.get("rules.toml", {}), self.lists, self.report)
        secrets = {
            name: read_secrets(
                documents.get(name, {}), self.folder, lambda *found, name=name: self.report(name, *found)
            )
            for name in ("monitor.toml", "sources.toml")
        }
        channel_checks.check_addresses(
            documents.get("monitor.toml", {}),
            secrets["monitor.toml"],
            lambda *found: self.report("monitor.toml", *found),
        )
        problems = in_order(self.problems, self.folder)
        settings = Settings(
            folder=self.folder,
            **build.build_monitor(_as(tables.MonitorFile, files), self.folder, secrets["monitor.toml"]),
            sources=build.build_sources(_as(tables.SourcesFile, files), secrets["sources.toml"]),
            **build.build_rules(_as(tables.RulesFile, files), self.lists),
            digests=build.build_digests(_as(tables.DigestsFile, files)),
            messages=MappingProxyType(self.messages),
            templates=MappingProxyType(self.templates),
            warnings=tuple(problem for problem in problems if problem.severity == "warning"),
            located=self.located,
        )
        knows_lists = self.knows_lists and "rules.toml" in self.texts
        return Survey(settings, problems, self._numbers(settings), frozenset(self.unread_lists), knows_lists)

    def _validated(self, name: str, document: dict[str, Any]) -> Table:
        from pydantic import ValidationError

        from monitor.settings import wording
        from monitor.settings.tables import FILES

        try:
            return FILES[name].model_validate(document)
        except ValidationError as invalid:
            errors = invalid.errors(include_url=False, include_input=False)
        places = [wording.place(error) for error in errors]
        for place, error in zip(places, errors, strict=True):
            self.report(name, place, wording.message(error, FILES[name]))
        self.unread_lists |= {str(name) for place in places for name in place[1:2] if place[0] == "list"}
        self.knows_lists = self.knows_lists and ("list",) not in places
        rest, kept = without(document, places)
        self.kept.update(kept)
        return FILES[name].model_validate(rest)

    def _numbers(self, settings: Settings) -> dict[str, tuple[int, ...]]:
        """Where the rules and digests stand in their files: one after the other, unless some were left out."""
        counts = {"rule": len(settings.rules), "digest": len(settings.digests)}
        return {name: self.kept.get(name, tuple(range(count))) for name, count in counts.items()}


def without(document: Mapping[str, Any], places: Collection[Key]) -> tuple[dict[str, Any], dict[str, tuple[int, ...]]]:
    """A document without the tables, or the keys of its sections, in which something is wrong; and for each list of
    tables the numbers, from 0, of those that stay.
    """
    wrong = {place[:2] for place in places}
    rest: dict[str, Any] = {}
    kept: dict[str, tuple[int, ...]] = {}
    for name, value in document.items():
        if (name,) in wrong:
            continue
        if isinstance(value, list):
            kept[name] = tuple(number for number in range(len(value)) if (name, number) not in wrong)
            rest[name] = [value[number] for number in kept[name]]
        else:
            rest[name] = {key: inner for key, inner in value.items() if (name, key) not in wrong}
    return rest, kept


def _as(kind: type[T], files: Collection[object]) -> T:
    """The file of this kind among those read; the defaults where it was not read."""
    return next((file for file in files if isinstance(file, kind)), None) or kind()


def _line_of(text: str, message: str) -> int:
    """The line that a message of tomllib names; the last one where it says only that the document ended."""
    found = _POSITION.search(message)
    return int(found[1]) if found else text.count("\n", 0, len(text.rstrip())) + 1


def _syntax(message: str) -> str:
    reason = _POSITION.sub("", message).removesuffix(" (at end of document)")
    reason = _NAMES.sub(lambda names: '"' + ".".join(re.findall("'(.*?)'", names[0])) + '"', reason)
    return f"cannot be read as TOML ({reason[:1].lower()}{reason[1:]}); write one key = value a line, texts in quotes"
