"""Every error of the monitor, one tree.

    MonitorError              kind, is_transient
    ├── ConfigError           problems: everything wrong with the configuration, at once
    ├── RuleError             message, text, position: a query that cannot be read
    ├── SourceError           one source could not be polled
    │   ├── FetchError        no usable answer came
    │   └── ParseError        an answer came, and it is no feed
    ├── StoreError            the database could not be read or written
    └── DeliveryError         a message was not accepted

Foreign exceptions stop at the adapter that met them and become one of these; anything else is a bug and is never wrapped.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_SHOWN_BEFORE, _SHOWN_AFTER = 40, 60  # columns of a long query beside the spot


class MonitorError(Exception):
    """What went wrong, for a person; `kind` for programs; `is_transient` where trying again later may help."""

    kind = "error"
    is_transient = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the configuration: where it stands, and what would be right.

    `line` counts from 1; 0 stands for the file as a whole. `severity` is "error" or "warning". `pointed` is the query's line and
    a caret under the spot, for people; empty where there is no query.
    """

    file: str
    line: int
    key: str
    message: str
    severity: str = "error"
    pointed: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.message}"


class ConfigError(MonitorError):
    """The configuration cannot be used; `problems` lists everything that is wrong with it."""

    kind = "configuration"

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class RuleError(MonitorError):
    """A query that cannot be read: `message` says why, `position` (code points into `text`) where."""

    kind = "rule"

    def __init__(self, message: str, text: str, position: int) -> None:
        super().__init__(message)
        self.message, self.text, self.position = message, text, position

    def pointed(self) -> str:
        """The query's line with a caret under the spot, then the message: three lines."""
        return f"{pointed(self.text, self.position)}\n{self.message}"


def pointed(text: str, position: int) -> str:
    """The line of `text` in which `position` is, cut to a window where it is long, and below it a caret under the spot as a
    terminal shows it: Han and kana take two columns, marks and what cannot be seen none (Unicode Standard Annex 11).
    """
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    before, after = (
        text[start:position].replace("\t", " "),
        text[position : end if end >= 0 else len(text)].replace("\t", " "),
    )
    if _columns(before) + _columns(after) > _SHOWN_BEFORE + _SHOWN_AFTER:
        before, after = _beginning(before[::-1], _SHOWN_BEFORE)[::-1], _beginning(after, _SHOWN_AFTER)
    return f"{before}{after}\n{' ' * _columns(before)}^"


def _beginning(text: str, columns: int) -> str:
    """As much of a text as so many columns hold, with an ellipsis where that is not all."""
    taken = 0
    for place, character in enumerate(text):
        taken += _width(character)
        if taken > columns:
            return f"{text[:place]}…"
    return text


def _columns(text: str) -> int:
    return len(text) if text.isascii() and text.isprintable() else sum(map(_width, text))


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf", "Cc", "Zl", "Zp") or "\u1160" <= character <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class SourceError(MonitorError):
    """One source could not be polled. `reason` is one of the words of `model.FailureKind`."""

    kind = "source"

    def __init__(self, reason: str, message: str, *, is_transient: bool = True) -> None:
        super().__init__(message)
        self.reason, self.is_transient = reason, is_transient


class FetchError(SourceError):
    """No usable answer: `status` is the HTTP status (None where none came), `retry_after_s` what the server asked for."""

    kind = "fetch"

    def __init__(
        self,
        reason: str,
        message: str,
        *,
        is_transient: bool = True,
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(reason, message, is_transient=is_transient)
        self.status, self.retry_after_s = status, retry_after_s


class ParseError(SourceError):
    """An answer that is not a feed, or that could not be read within the limits."""

    kind = "parse"


class StoreError(MonitorError):
    """The database could not be opened, read or written."""

    kind = "store"

    def __init__(self, message: str, *, is_transient: bool = False) -> None:
        super().__init__(message)
        self.is_transient = is_transient


class DeliveryError(MonitorError):
    """A message was refused (`is_transient` false) or could not be handed over now (true)."""

    kind = "delivery"

    def __init__(self, message: str, *, is_transient: bool) -> None:
        super().__init__(message)
        self.is_transient = is_transient
