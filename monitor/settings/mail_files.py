"""What a configuration adds to the mails' own words and looks: `messages/LANGUAGE.toml` and `templates/NAME.j2`.

Files of other endings are passed over. What stands in a template is checked where it can be tried.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from monitor.messages import check_tables
from monitor.settings.places import Key
from monitor.settings.values import Unfit, language

MESSAGES, TEMPLATES = "messages", "templates"
Report = Callable[[str, Key, str], None]
"""Takes a file's name ("messages/fr.toml"), a place in it and a message."""


def read_messages(folder: Path, texts: dict[str, str], report: Report) -> dict[str, dict[str, Any]]:
    """The tables of each usable file of `folder`/messages, by language; each file's text is put into `texts` by its name."""
    found = {}
    for name, text in _texts(folder, MESSAGES, ".toml", report).items():
        file = f"{MESSAGES}/{name}"
        tag = name.removesuffix(".toml")
        try:
            language(tag)
            tables = tomllib.loads(text)
        except Unfit as error:
            report(file, (tag,), f"no language can have this name: {error}")
            continue
        except (ValueError, RecursionError) as error:
            report(file, (tag,), f"cannot be read as TOML ({error}); write one key = value a line, texts in quotes")
            continue
        texts[file] = text
        problems = check_tables(tag, tables)
        for place, message in problems:
            report(file, place, message)
        if not problems:
            found[tag] = tables
    return found


def read_templates(folder: Path, report: Report) -> dict[str, str]:
    """The texts of `folder`/templates, by the names of their files."""
    return _texts(folder, TEMPLATES, ".j2", report)


def _texts(folder: Path, name: str, ending: str, report: Report) -> dict[str, str]:
    try:
        paths = sorted(path for path in (folder / name).iterdir() if path.suffix == ending)
    except FileNotFoundError:
        return {}
    except OSError as error:
        report(name, (name,), f"cannot be read ({error.strerror or error}); mend its permissions")
        return {}
    found = {}
    for path in paths:
        try:
            found[path.name] = path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            report(
                f"{name}/{path.name}", (path.stem,), f"cannot be read ({error.strerror or error}); mend its permissions"
            )
        except UnicodeDecodeError:
            report(f"{name}/{path.name}", (path.stem,), "is not in UTF-8; save the file in UTF-8")
    return found
