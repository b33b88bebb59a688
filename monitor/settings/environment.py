"""Overrides from the environment: MONITOR_SECTION__KEY stands for a key of monitor.toml, MONITOR_CHANNEL__DESK__TO
for one of a channel.

A number is written as such; a list as TOML, or as words between commas; anything else is the text itself.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any, get_origin

from pydantic.fields import FieldInfo

from monitor.settings.places import Key
from monitor.settings.tables import ChannelTable, MonitorFile, Table

PREFIX = "MONITOR_"
_WHOLE = re.compile(r"-?[0-9]+")


def override(document: dict[str, Any], environ: Mapping[str, str]) -> dict[Key, str]:
    """Write what the environment says into the document of monitor.toml; returns the places set or made, with
    the variables' names.

    Names that hold no double underscore (MONITOR_CONFIG) mean something else and are passed over.
    """
    origins: dict[Key, str] = {}
    for variable in sorted(environ):
        path = tuple(variable.removeprefix(PREFIX).lower().split("__"))
        if not variable.startswith(PREFIX) or len(path) == 1:
            continue
        table = document
        for depth, part in enumerate(path[:-1], 1):
            if not isinstance(table.get(part), dict):
                table[part] = {}
                origins[path[:depth]] = variable
            table = table[part]
        table[path[-1]] = _meant(environ[variable], _field(path))
        origins[path] = variable
    return origins


def _field(path: tuple[str, ...]) -> FieldInfo | None:
    section, key = path[0], path[-1]
    table: Any = MonitorFile.model_fields[section].annotation if section in MonitorFile.model_fields else Table
    fields = (ChannelTable if section == "channel" else table).model_fields
    return next((field for name, field in fields.items() if key == (field.alias or name)), None)


def _meant(text: str, field: FieldInfo | None) -> Any:
    """The value for a key of this kind; a text that cannot be one stays as it is, and is reported as any other wrong
    value.
    """
    if field is not None and field.annotation is int and _WHOLE.fullmatch(text):
        return int(text)
    if field is not None and get_origin(field.annotation) is list:
        try:
            return tomllib.loads(f"_ = {text}")["_"]
        except tomllib.TOMLDecodeError:
            return [word.strip() for word in text.split(",") if word.strip()]
    return text
