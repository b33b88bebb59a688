"""What pydantic found, in words for the person who wrote the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from monitor.settings.places import Key
from monitor.settings.tables import Table
from monitor.settings.values import closest

_SECRETS = {
    "username": "auth_file",
    "token": "auth_file",
    "proxy_password": "proxy_file",
    "bot_token": "token_file",
}
_EXAMPLES = {"id": 'id = "app-pk"', "url": 'url = "https://example.org/feed.xml"', "kind": 'kind = "mail"'}
_EXAMPLES |= {"text": 'text = "Talks on trade resume"', "match": "match = true"}
_PLAIN = {
    "string_type": 'must be text in quotes, e.g. "…"',
    "bool_type": "must be true or false, without quotes",
    "int_type": "must be a whole number without quotes, e.g. 10",
    "list_type": 'must be a list in brackets, e.g. ["…", "…"]',
    "too_short": 'is empty; write at least one form, e.g. ["Karabakh", "Qarabağ"]',
}


def place(error: Mapping[str, Any]) -> Key:
    """Where the error is, as the document nests."""
    return tuple(part for part in error["loc"] if part != "[key]")


def message(error: Mapping[str, Any], file: type[Table]) -> str:
    """What is wrong and what would be right; never the value itself, which may be a secret."""
    kind, path = error["type"], place(error)
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind == "extra_forbidden":
        return _unknown(path, file)
    if kind == "missing":
        return f"is missing; write e.g. {_EXAMPLES[str(path[-1])]}"
    if kind in {"model_type", "dict_type"}:
        return _no_table(path)
    if kind == "list_type" and _tables_in(file, path):
        return f"must be written as tables that begin with {_header(path, double=True)}"
    return _PLAIN[kind]


def _no_table(path: Key) -> str:
    if isinstance(path[-1], int):
        return f"must be a table; begin it with {_header(path, double=True)}"
    return f"must be a table; begin it with {_header(path, double=False)}"


def _header(path: Key, *, double: bool) -> str:
    name = ".".join(part for part in path if isinstance(part, str))
    return f"[[{name}]]" if double else f"[{name}]"


def _unknown(path: Key, file: type[Table]) -> str:
    name = str(path[-1])
    known = keys(_table_at(file, path[:-1]))
    for file_key in (f"{name}_file", _SECRETS.get(name)):
        if file_key in known:
            return f'unknown key; secrets are kept out of these files: name a file that holds it with "{file_key}"'
    hint = closest(name, known) or f"; known here: {', '.join(known)}"
    return f"unknown key{hint}"


def keys(table: type[Table]) -> list[str]:
    """The keys that a table may hold, in their order, as they are written."""
    return [field.alias or name for name, field in table.model_fields.items()]


def _table_at(file: type[Table], path: Key) -> type[Table]:
    """The table that stands at `path`: pydantic only objects to keys in tables it knows."""
    table = file
    for part in path:
        table = next((inner for key, inner in _children(table).items() if key == part), table)
    return table


def _children(table: type[Table]) -> dict[str, type[Table]]:
    """The tables within a table, by key: plain ones, and those of lists and of tables by name."""
    found = {}
    for name, field in table.model_fields.items():
        inner = [item for item in (field.annotation, *get_args(field.annotation)) if isinstance(item, type)]
        tables = [item for item in inner if issubclass(item, Table)]
        if tables:
            found[field.alias or name] = tables[0]
    return found


def _tables_in(file: type[Table], path: Key) -> bool:
    return path[-1] in _children(_table_at(file, path[:-1]))
