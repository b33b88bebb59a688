"""Read the configuration folder: everything wrong in it at once, or frozen settings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from monitor.errors import ConfigError, Problem
from monitor.settings.places import Key, Located
from monitor.settings.shape import Settings

if TYPE_CHECKING:
    from monitor.settings.tables import Table

T = TypeVar("T")
PARTS = ("monitor", "sources", "rules", "digests")
_POSITION = re.compile(r" \(at line (\d+), column \d+\)$")
_NAMES = re.compile(r"\('.*'(?:,|)\)")


def load_settings(folder: Path, environ: Mapping[str, str], *, parts: Collection[str] = PARTS) -> Settings:
    """The settings in `folder`, with the overrides that `environ` holds (MONITOR_SECTION__KEY).

    `parts` says which of the files are read, by their stems; the others stay at their defaults and are not checked,
    so that a command that needs only the store's path does not read ten thousand sources. Any file but sources.toml
    may be missing.

    Raises ConfigError with every error and warning of all files, in the order of files and lines.
    """
    reading = _Reading(folder)
    if not folder.is_dir():
        message = f"there is no such folder; `monitor init {folder}` writes one to begin with"
        raise ConfigError([Problem(str(folder), 0, "configuration", message)])
    documents = {name: reading.read(name) for name in (f"{part}.toml" for part in PARTS if part in parts)}
    return reading.settle({name: document for name, document in documents.items() if document is not None}, environ)


class _Reading:
    """One reading of the folder: the texts as they come, and what is found wrong with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.texts: dict[str, str] = {}
        self.origins: dict[Key, str] = {}
        self.located = Located(folder, self.texts, self.origins)
        self.problems: list[Problem] = []

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

    def settle(self, documents: dict[str, dict[str, Any]], environ: Mapping[str, str]) -> Settings:
        """The settings of the documents; raises ConfigError where anything is wrong in them or was before."""
        from monitor.settings import build, checks, tables
        from monitor.settings.environment import override
        from monitor.settings.secret_files import read_secrets

        self.origins.update(override(documents.get("monitor.toml", {}), environ))
        files = [self._validated(name, document) for name, document in documents.items()]
        checks.check_documents(documents, self.report)
        secrets = {
            name: read_secrets(
                documents.get(name, {}), self.folder, lambda *found, name=name: self.report(name, *found)
            )
            for name in ("monitor.toml", "sources.toml")
        }
        self._order()
        if any(problem.severity == "error" for problem in self.problems):
            raise ConfigError(self.problems)
        return Settings(
            folder=self.folder,
            **build.build_monitor(_as(tables.MonitorFile, files), self.folder, secrets["monitor.toml"]),
            sources=build.build_sources(_as(tables.SourcesFile, files), secrets["sources.toml"]),
            **build.build_rules(_as(tables.RulesFile, files)),
            digests=build.build_digests(_as(tables.DigestsFile, files)),
            warnings=tuple(self.problems),
            located=self.located,
        )

    def _validated(self, name: str, document: dict[str, Any]) -> Table | None:
        from pydantic import ValidationError

        from monitor.settings import wording
        from monitor.settings.tables import FILES

        try:
            return FILES[name].model_validate(document)
        except ValidationError as invalid:
            for error in invalid.errors(include_url=False, include_input=False):
                self.report(name, wording.place(error), wording.message(error, FILES[name]))
            return None

    def _order(self) -> None:
        """Files in their order, the environment first; lines within a file from the top."""
        files = [str(self.folder / f"{part}.toml") for part in PARTS]
        self.problems.sort(key=lambda p: (files.index(p.file) if p.file in files else -1, p.line))


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
