"""Where each key of a TOML document stands: found only when there is something to report, so that a good file costs
nothing.

The scanner trusts that `tomllib` has read the text already: it looks for keys and skips values, and checks nothing
(TOML 1.0.0).
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from monitor.errors import Problem

Key = tuple[str | int, ...]
"""A place in a document as it nests: ("rule", 2, "sample", 0, "text")."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_WORD = re.compile(r"[A-Za-z0-9_-]+|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'")
_NAME = re.compile(rf"[ \t]*(?:{_WORD.pattern})[ \t]*(?:\.[ \t]*(?:{_WORD.pattern})[ \t]*)*")
_VALUE = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\d{4}-\d\d-\d\d [^,\]}\s#]+"
    r"|[^,\]}\s#]+",
    re.DOTALL,
)
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Places:
    """The lines of a document's keys, and the ids of its tables, which make places readable."""

    lines: Mapping[Key, int]
    ids: Mapping[Key, str]

    def line_of(self, path: Key) -> int:
        """The line of `path`, from 1, or of its nearest parent that is written; 0 where none is."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)

    def name_of(self, path: Key) -> str:
        """`path` for a reader: `rule[karabakh].sample[#2].text`: tables of a list by their id, else by their number
        from 1.
        """
        name = ""
        for depth, part in enumerate(path):
            if isinstance(part, int):
                name += f"[{self.ids.get(path[: depth + 1], f'#{part + 1}')}]"
            else:
                name += f".{part}" if name else part
        return name


@dataclass(frozen=True, slots=True)
class Located:
    """The texts as they were read, by file name; their places are found when first asked for.

    `origins` holds what the environment set instead of monitor.toml: the place, and the variable's name.
    """

    folder: Path
    texts: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[Key, str] = field(default_factory=dict)
    _places: dict[str, Places] = field(default_factory=dict)

    def places(self, file: str) -> Places:
        """The places of `file` ("rules.toml"); none where it was not read."""
        if file not in self._places:
            self._places[file] = find_places(self.texts.get(file, ""))
        return self._places[file]

    def note_forms(self, file: str, name: str, lines: Sequence[int]) -> None:
        """Say on which lines of its own file the forms of the list `name` stand: ("list", name, 0) is the first."""
        self._places[file] = Places({("list", name, number): line for number, line in enumerate(lines)}, {})

    def lines_below(self, file: str, path: Key, text: str, position: int) -> int:
        """How many lines below the key's own the character at `position` of its `text` stands: 0 unless the value is
        written over several lines, in three quotation marks (a line break right after those is no part of the text).
        """
        number = self.places(file).line_of(path)
        written = self.texts.get(file, "").split("\n")[number - 1 : number]
        opening = written[0].rstrip() if written else ""
        if not any(opening.count(marks) == 1 for marks in ('"""', "'''")):
            return 0
        return text.count("\n", 0, position) + opening.endswith(('"""', "'''"))

    def problem(self, file: str, path: Key, message: str, severity: str = "error") -> Problem:
        """What is wrong at `path`, under the name and line a reader finds it by: of the file, or of the environment."""
        if file == "monitor.toml" and (variable := self._variable(path)):
            return Problem("environment", 0, variable, message, severity)
        places = self.places(file)
        return Problem(str(self.folder / file), places.line_of(path), places.name_of(path), message, severity)

    def _variable(self, path: Key) -> str:
        """The variable that set `path` or the nearest of its parents; empty where none did."""
        while path and path not in self.origins:
            path = path[:-1]
        return self.origins.get(path, "")


def find_places(text: str) -> Places:
    """The places of a document that tomllib has accepted; empty for an empty text."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.newlines = [match.start() for match in re.finditer("\n", text)]
        self.lines: dict[Key, int] = {}
        self.ids: dict[Key, str] = {}
        self.counts: dict[Key, int] = {}  # tables so far of each [[array]]

    def scan(self) -> Places:
        table: Key = ()
        while self._skip_blank():
            if self.text.startswith("[[", self.at):
                table = self._array_header()
            elif self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return Places(self.lines, self.ids)

    def _skip_blank(self) -> bool:
        """Past white space and comments; false at the end of the text."""
        blank = _BLANK.match(self.text, self.at)
        self.at = blank.end() if blank else self.at
        return self.at < len(self.text)

    def _note(self, path: Key, start: int) -> None:
        line = bisect_right(self.newlines, start) + 1
        while path and path not in self.lines:
            self.lines[path] = line
            path = path[:-1]

    def _words(self) -> list[str]:
        """The parts of a dotted key, and past it."""
        found = _NAME.match(self.text, self.at)
        written = found[0] if found else ""
        self.at += len(written)
        return [_string(word) if word[0] in "\"'" else word for word in _WORD.findall(written)]

    def _within(self, words: list[str]) -> Key:
        """The path of a header: a name that is an array of tables means its last table."""
        path: Key = ()
        for word in words:
            path += (word,)
            if path in self.counts:
                path += (self.counts[path] - 1,)
        return path

    def _header(self) -> Key:
        start = self.at
        self.at += 1
        path = self._within(self._words())
        self.at += 1
        self._note(path, start)
        return path

    def _array_header(self) -> Key:
        start = self.at
        self.at += 2
        *parents, last = self._words()
        path = (*self._within(parents), last)
        self.at += 2
        index = self.counts.get(path, 0)
        self.counts[path] = index + 1
        self._note((*path, index), start)
        return (*path, index)

    def _pair(self, table: Key) -> None:
        start = self.at
        path = (*table, *self._words())
        self._note(path, start)
        self.at += 1  # =
        self._value(path)

    def _value(self, path: Key) -> None:
        self._skip_blank()
        if self.text[self.at] in "[{":
            self._items(path, is_array=self.text[self.at] == "[")
            return
        found = _VALUE.match(self.text, self.at)
        token = found[0] if found else ""
        self.at += len(token)
        if path[-1] == "id" and token[0] in "\"'":
            name = _string(token)
            if name.isprintable() and 0 < len(name) <= _LONGEST_NAME:
                self.ids[path[:-1]] = name

    def _items(self, path: Key, *, is_array: bool) -> None:
        """The items of an array or the pairs of an inline table, and past its closing bracket."""
        self.at += 1
        index = 0
        while self._skip_blank() and self.text[self.at] not in "]}":
            if is_array:
                self._note((*path, index), self.at)
                self._value((*path, index))
                index += 1
            else:
                self._pair(path)
            self._skip_blank()
            self.at += self.text[self.at] == ","
        self.at += 1


def _string(token: str) -> str:
    """The text that a TOML string stands for."""
    return str(tomllib.loads(f"_ = {token}")["_"])
