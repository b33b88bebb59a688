"""The starter: the configuration folder that `monitor init` writes, the same that stands in the repository as
`config/`.
"""

from __future__ import annotations

from pathlib import Path

import monitor
from monitor.errors import ConfigError, Problem
from monitor.settings.lists import FOLDER

_PACKAGE = Path(monitor.__file__).parent
_HOMES = (_PACKAGE / "starter", _PACKAGE.parent / "config")  # in an installed package, in a checkout


def starter_files(homes: tuple[Path, ...] = _HOMES) -> list[Path]:
    """The files of the starter, from the first home that holds any: the TOML files in the order of their names, then
    what stands in its folder of lists.
    """
    found = next((files for home in homes if (files := sorted(home.glob("*.toml")))), None)
    if found is None:
        message = "the starter files are missing from this installation; install the package again"
        raise ConfigError([Problem(str(homes[0]), 0, "init", message)])
    return found + sorted((found[0].parent / FOLDER).glob("[!.]*"))


def write_starter(folder: Path) -> list[Path]:
    """Write the starter into `folder`, which is made where it is missing; returns the files written, in the order of
    `starter_files`.

    All or nothing: raises ConfigError where one of the files is there already (nothing is ever overwritten), or where
    they cannot be written; files of other names may stand beside them.
    """
    files = starter_files()
    contents = {folder / file.relative_to(files[0].parent): file.read_bytes() for file in files}
    there = [file for file in contents if file.exists()]
    if there:
        message = "is there already, and nothing was written; choose another folder, or move it away"
        raise ConfigError([Problem(str(file), 0, "init", message) for file in there])
    written: list[Path] = []
    try:
        for file, content in contents.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("xb") as new:
                written.append(file)
                new.write(content)
    except OSError as error:
        for file in written:
            file.unlink()
        message = f"cannot be written ({error.strerror or error}), and nothing was; choose another folder"
        raise ConfigError([Problem(str(folder), 0, "init", message)]) from error
    return written
