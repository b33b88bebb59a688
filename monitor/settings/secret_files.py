"""Secrets that the settings name a file for: read once, kept out of every message and repr."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from monitor.settings.places import Key

Report = Callable[[Key, str, str], None]
"""Takes a place, a message and a severity."""

_KEYS = (
    "password_file",
    "proxy_file",
    "auth_file",
    "url_file",
    "secret_file",
    "token_file",
    "oauth_client_secret_file",
    "oauth_refresh_token_file",
)
_PAIRS = ("proxy_file", "auth_file")  # hold user:password


def read_secrets(document: Mapping[str, Any], folder: Path, report: Report) -> dict[Key, str]:
    """Every secret that a document names a file for, by the place of its key.

    A relative name starts at the configuration folder. White space at the end of the file is not part of the secret.
    A file that is missing, empty or unreadable is an error, one that everybody may read a warning.
    """
    secrets = {}
    for path, name in _named(document):
        try:
            secrets[path] = _read(folder / name, path, report)
        except ValueError as error:
            report(path, str(error), "error")
    return secrets


def _named(document: Mapping[str, Any], path: Key = ()) -> Iterator[tuple[Key, str]]:
    for key, value in document.items():
        if key in _KEYS and isinstance(value, str) and value:
            yield (*path, key), value
        elif isinstance(value, dict):
            yield from _named(value, (*path, key))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    yield from _named(item, (*path, key, index))


def _read(file: Path, path: Key, report: Report) -> str:
    try:
        text = file.read_text(encoding="utf-8").rstrip()
        mode = file.stat().st_mode
    except OSError as error:
        raise ValueError(
            f"the file {file} cannot be read ({error.strerror or error}); create it or mend the path"
        ) from None
    except UnicodeDecodeError:
        raise ValueError(f"the file {file} is no UTF-8 text; write the secret on one line") from None
    if not text:
        raise ValueError(f"the file {file} is empty; write the secret on one line")
    if not text.isprintable():
        raise ValueError(f"the file {file} holds more than one line; write the secret on one line")
    if path[-1] in _PAIRS and ":" not in text:
        raise ValueError(f"the file {file} must hold user:password on one line")
    if mode & stat.S_IROTH:
        report(path, f"everybody on this machine can read {file}; chmod 600 it", "warning")
    return text
