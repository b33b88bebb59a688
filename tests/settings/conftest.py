from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.settings import load_settings

SOURCE = '[[source]]\nid = "app-pk"\nurl = "https://example.org/feed.xml"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration folder with one source."""
    path = tmp_path / "config"
    path.mkdir()
    (path / "sources.toml").write_text(SOURCE)
    return path


@pytest.fixture
def told(folder):
    """Writes a file, loads the folder, and gives what is told: lines without the folder's name, warnings marked."""

    def tell(file="sources.toml", text=SOURCE, environ=None, **options):
        (folder / file).write_text(text)
        try:
            problems = load_settings(folder, environ or {}, **options).warnings
        except ConfigError as error:
            problems = error.problems
            assert any(problem.severity == "error" for problem in problems)
        lines = [str(problem).removeprefix(f"{folder}/") for problem in problems]
        return [
            ("(warning) " if p.severity == "warning" else "") + text for p, text in zip(problems, lines, strict=True)
        ]

    return tell
