"""The README tells of every command and key that there is, and of no other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from monitor.cli import COMMANDS, monitor
from monitor.configuration import check_configuration
from monitor.settings import tables

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def commands() -> set[str]:
    found = set()
    context = click.Context(monitor)
    for name in COMMANDS:
        command = monitor.get_command(context, name)
        assert command is not None
        found |= {f"{name} {sub}" for sub in command.commands} if isinstance(command, click.Group) else {name}
    return found


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_stands_in_the_readme(command: str) -> None:
    name, _, sub = command.partition(" ")
    row = next(
        line for line in README.splitlines() if line.startswith(f"| `monitor {name}") or f"· `monitor {name}" in line
    )
    assert re.search(rf"`(monitor {name} )?{sub}\b", row) if sub else f"`monitor {name}" in row


def test_every_command_of_the_readme_exists() -> None:
    known = commands()
    for line in README.splitlines():
        called = re.match(r"\s+monitor ([a-z]+)(?: ([a-z]+))?", line)
        if called:
            assert called[1] in known or f"{called[1]} {called[2]}" in known, line


def test_every_key_of_the_configuration_stands_in_the_readme() -> None:
    reference = README.partition("## Configuration")[2].partition("## What it does not do")[0]
    models = [tables.MonitorFile, tables.SourceTable, tables.RuleTable, tables.SampleTable, tables.CombinationTable]
    models += [tables.DigestTable, tables.SectionTable, tables.ChannelTable]
    for model in [
        *models,
        *(field.annotation for field in tables.MonitorFile.model_fields.values() if field.alias != "channel"),
    ]:
        for name, field in getattr(model, "model_fields", {}).items():
            key = field.alias or name
            assert re.search(rf"(?<![\w-]){key}(?![\w-])", reference), key


def test_the_examples_of_the_readme_pass_the_check(tmp_path: Path) -> None:
    rule, digest = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "rules.toml").write_text("\n".join(line.removeprefix("   ") for line in rule.splitlines()), "utf-8")
    (folder / "digests.toml").write_text("\n".join(line.removeprefix("   ") for line in digest.splitlines()), "utf-8")
    (folder / "sources.toml").write_text('[[source]]\nid = "a"\nurl = "https://a.example/feed"\n', "utf-8")
    configuration = check_configuration(folder, {})
    assert configuration.warnings == ()
    assert [rule.id for rule in configuration.settings.rules] == ["minister"]


def test_the_map_names_every_room() -> None:
    drawn = (ROOT / "monitor" / "README.md").read_text("utf-8").partition("## The map")[2].partition("## Words")[0]
    for path in (ROOT / "monitor").iterdir():
        if path.name not in {"__init__.py", "__pycache__", "README.md", "starter"}:
            name = f"{path.name}/" if path.is_dir() else path.name
            assert re.search(rf"(?<![\w.]){re.escape(name)}", drawn), name


def test_the_lock_files_name_no_address_and_pin_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text("utf-8")
        assert "://" not in text
        pinned = set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))
        assert {re.split(r"[<>=]", dependency)[0] for dependency in project["dependencies"]} <= pinned
