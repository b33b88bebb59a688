"""Lists of name forms as files: `lists/NAME.txt` beside rules.toml is the list `@NAME`.

One form a line, in UTF-8; what stands after `#` (at the beginning of a line, or behind a blank) is a comment. Files of
other endings are passed over, so that a licence or a note may lie beside the lists.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.text.folding import fold_text

FOLDER = "lists"
Report = Callable[[str, int, str, str], None]
"""Takes a file's name ("lists/karabakh.txt"), a line from 1 (0: the file as a whole), a list's name and a message."""

# What `@NAME` of a query can name: the ids of rules.toml, ended by a letter, digit or underscore.
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9_])?")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_LINE_END = re.compile(r"\r\n?|\n")
_EXAMPLE = "karabakh"


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list read from a file: `file` as it is named in problems, its forms in their order, and the line of each."""

    file: str
    forms: tuple[str, ...]
    lines: tuple[int, ...]


def read_lists(folder: Path, report: Report) -> dict[str, ListFile]:
    """The lists in `folder`/lists, by name, in the order of their names; none where there is no such folder.

    Of forms that fold to the same text the first is kept. What is wrong with a file is reported, and the file left out:
    a name that no query could say, bytes that are not UTF-8, no form at all, a control character in a form.
    """
    try:
        paths = sorted(path for path in (folder / FOLDER).iterdir() if _is_list(path))
    except FileNotFoundError:
        return {}
    except OSError as error:
        report(FOLDER, 0, "list", f"cannot be read ({error.strerror or error}); lists stand in it, NAME.txt each")
        return {}
    found = {path.stem: _read(path, report) for path in paths if _is_named(path, report)}
    return {name: read for name, read in found.items() if read is not None}


def _is_list(path: Path) -> bool:
    return path.suffix.lower() == ".txt" and not path.name.startswith(".")


def _is_named(path: Path, report: Report) -> bool:
    if _NAME.fullmatch(path.stem) and path.suffix == ".txt":
        return True
    better = re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower())[:64].strip("-._") or _EXAMPLE
    message = (
        "no list can have this name: names are made of a-z, 0-9, full stop, underscore and hyphen, at most 64; "
        f'rename the file, e.g. to "{better}.txt"'
    )
    report(f"{FOLDER}/{path.name}", 0, "list", message)
    return False


def _read(path: Path, report: Report) -> ListFile | None:
    file, name = f"{FOLDER}/{path.name}", f"list.{path.stem}"
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        report(file, 0, name, f"cannot be read ({error.strerror or error}); mend its permissions")
        return None
    except UnicodeDecodeError as error:
        report(file, _line_of(content, error.start), name, "is not in UTF-8 here; save the file in UTF-8")
        return None
    forms: dict[str, tuple[str, int]] = {}
    for line, form in _forms(text):
        if any(unicodedata.category(character) == "Cc" for character in form):
            message = "holds a tab or another control character; write one form a line, and save the file in UTF-8"
            report(file, line, name, message)
            return None
        forms.setdefault(fold_text(" ".join(form.split())), (form, line))
    if not forms:
        report(file, 0, name, "holds no form; write one a line, or take the file away")
        return None
    return ListFile(file, tuple([form for form, _ in forms.values()]), tuple([line for _, line in forms.values()]))


def _forms(text: str) -> Iterator[tuple[int, str]]:
    """The forms with their lines; comments and empty lines left out."""
    for number, line in enumerate(_LINE_END.split(text), 1):
        form = _COMMENT.sub("", line).strip()
        if form:
            yield number, form


def _line_of(content: bytes, position: int) -> int:
    return len(re.findall(rb"\r\n?|\n", content[:position])) + 1
