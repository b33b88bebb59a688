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

from dataclasses import dataclass


class MonitorError(Exception):
    """What went wrong, for a person; `kind` for programs; `is_transient` where trying again later may help."""

    kind = "error"
    is_transient = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the configuration: where it stands, and what would be right.

    `line` counts from 1; 0 stands for the file as a whole. `severity` is "error" or "warning".
    """

    file: str
    line: int
    key: str
    message: str
    severity: str = "error"

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
        start = self.text.rfind("\n", 0, self.position) + 1
        end = self.text.find("\n", self.position)
        line = self.text[start : len(self.text) if end < 0 else end]
        return f"{line}\n{' ' * (self.position - start)}^\n{self.message}"


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
