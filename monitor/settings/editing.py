"""Edits of the files that people write: what stands there stays byte for byte, new tables are put at the end.

The file is replaced in one step by a whole new one, so that a reader or a crash never meets half of it; a lock on the
folder keeps two edits from losing one another.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError, Problem
from monitor.settings.places import Key

Choose = Callable[[Sequence[Mapping[str, Any]]], Sequence[Mapping[str, Any]]]
"""From the tables that are there to those to add."""

# What may be a list that no table can be added to; where it is not (a line of a longer text), reading it again shows it.
_INLINE = re.compile(r"^[ \t\ufeff]*[\"']?source[\"']?[ \t]*=", re.MULTILINE)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def add_sources(folder: Path, choose: Choose, *, dry_run: bool = False) -> str:
    """Add `[[source]]` tables at the end of the folder's sources.toml, which is made where it is missing.

    `choose` is given the tables that are there, as TOML means them, and returns the new ones; nothing else can write
    between the two. Returns what was added, as TOML ("" for nothing); with `dry_run` nothing is written.

    Raises ConfigError where the file cannot be read or written, or where a new table is wrong (`source_problems`).
    """
    path = (folder / "sources.toml").resolve()
    lock = _lock(folder)
    try:
        text = _text_of(path)
        added = "\n".join([table_text("source", table) for table in choose(_tables(path, text))])
        if added and not dry_run:
            _replace(path, _joined(text, added), path.exists())
    finally:
        os.close(lock)
    return added


def source_problems(table: Mapping[str, Any]) -> list[str]:
    """What is wrong with a source's table, each as `key: what is wrong and what would be right`; none for a sound
    one. What it has in common with other sources is not looked at."""
    from pydantic import ValidationError

    from monitor.settings import checks, wording
    from monitor.settings.tables import SourcesFile

    document, found = {"source": [dict(table)]}, []

    def report(_file: str, path: Key, message: str, severity: str) -> None:
        if severity == "error":
            found.append(f"{'.'.join(map(str, path[2:]))}: {message}")

    try:
        SourcesFile.model_validate(document)
    except ValidationError as invalid:
        for error in invalid.errors(include_url=False, include_input=False):
            report("", wording.place(error), wording.message(error, SourcesFile), "error")
    checks.check_documents({"sources.toml": document}, report)
    return found


def table_text(name: str, table: Mapping[str, Any]) -> str:
    """A table of the list `name` as TOML: values in the order given, tables within it last.

    Values are texts, truth values, whole numbers, and lists and tables of these.
    """
    lines = [f"[[{name}]]"]
    lines += [f"{_key(key)} = {_value(value)}" for key, value in table.items() if not isinstance(value, Mapping)]
    for key, inner in table.items():
        if isinstance(inner, Mapping) and inner:
            lines += [f"[{name}.{_key(key)}]", *(f"{_key(part)} = {_value(value)}" for part, value in inner.items())]
    return "\n".join([*lines, ""])


def _key(written: str) -> str:
    return written if _BARE_KEY.fullmatch(written) else _text(written)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return str(value)
    return f"[{', '.join(_value(part) for part in value)}]"


def _text(value: str) -> str:
    """A basic string (TOML 1.0.0): JSON's escapes are among its own; DEL has to be escaped, and there are no
    surrogates."""
    clean = value.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")


def _lock(folder: Path) -> int:
    """A descriptor of the folder, locked until it is closed; waits for whoever else edits."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        message = f"there is no such folder; `monitor init {folder}` writes one to begin with"
        raise ConfigError([Problem(str(folder), 0, "configuration", message)]) from error
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, "cannot be read; `monitor check` says where") from error


def _tables(path: Path, text: str) -> list[Mapping[str, Any]]:
    try:
        document = _loaded(text)
    except (ValueError, RecursionError) as error:
        raise _unusable(path, "cannot be read as TOML, so nothing is added; `monitor check` says where") from error
    tables = document.get("source", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise _unusable(path, "has no list of sources; write them as [[source]] tables")
    if _INLINE.search(text):
        _try_addition(path, text)
    return tables


def _try_addition(path: Path, text: str) -> None:
    try:
        _loaded(_joined(text, "[[source]]\n"))
    except ValueError as error:
        message = "no table can be added after what stands there; write the sources as [[source]] tables"
        raise _unusable(path, message) from error


def _loaded(text: str) -> dict[str, Any]:
    return tomllib.loads(text.removeprefix("\ufeff"))


def _joined(text: str, added: str) -> str:
    """The text with a blank line and the tables at its end, in the line ends that the text has."""
    if not text:
        return added
    gap = "\n" if text.endswith("\n") else "\n\n"
    end = "\r\n" if "\r\n" in text else "\n"
    return text + (gap + added).replace("\n", end)


def _replace(path: Path, text: str, is_there: bool) -> None:
    """Write the file anew under another name, durably and with the mode of the old one, and put it in its place."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with fresh.open("xb") as file:
            file.write(text.encode())
            if is_there:
                old = path.stat()
                os.fchmod(file.fileno(), old.st_mode & 0o7777)
                _keep_owner(file.fileno(), old)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise _unusable(path, f"cannot be written ({error.strerror or error}); mend its permissions") from error


def _keep_owner(descriptor: int, old: os.stat_result) -> None:
    """An administrator's edit must not take the file from the user that the daemon runs as."""
    if (os.geteuid(), os.getegid()) != (old.st_uid, old.st_gid) and os.geteuid() == 0:
        os.fchown(descriptor, old.st_uid, old.st_gid)


def _unusable(path: Path, message: str) -> ConfigError:
    return ConfigError([Problem(str(path), 0, "sources", message)])
