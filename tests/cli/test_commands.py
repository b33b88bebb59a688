"""What every command has in common: help, exit codes, messages that say what, where and how to mend it."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import click
import pytest

from monitor import __version__
from monitor.cli import COMMANDS, monitor
from tests.cli.conftest import Call
from tests.conftest import Folder, source

HEAVY = [
    "pydantic",
    "httpx",
    "feedparser",
    "lark",
    "fastapi",
    "uvicorn",
    "sqlite_utils",
    "sqlite3",
    "jinja2",
    "asyncio",
]


def all_commands() -> list[list[str]]:
    found: list[list[str]] = []
    for name in COMMANDS:
        command = monitor.get_command(click.Context(monitor), name)
        found.append([name])
        if isinstance(command, click.Group):
            found += [[name, below] for below in command.commands]
    return found


@pytest.mark.parametrize("path", all_commands(), ids=" ".join)
def test_every_command_explains_itself(call: Call, path: list[str]) -> None:
    done = call(*path, "--help")
    assert (done.code, done.err) == (0, "")
    usage, _, explained = done.out.partition("\n")
    assert usage.startswith(f"Usage: monitor {' '.join(path)}")
    assert len(explained.split()) > 5


def test_help_names_every_command_and_where_to_begin(call: Call) -> None:
    done = call("--help")
    assert done.code == 0
    assert all(f"\n  {name} " in done.out for name in COMMANDS)
    assert "monitor demo" in done.out


def test_help_loads_nothing_heavy(capsys: pytest.CaptureFixture[str]) -> None:
    script = (
        "import sys\nfrom monitor.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print(*[name for name in sys.modules], file=sys.stderr)"
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}  # measuring loads much
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    loaded = done.stderr.split()
    assert "monitor.cli" in loaded
    assert [name for name in HEAVY if name in loaded] == []
    cpu_ms = 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    with capsys.disabled():
        print(f" [--help took {cpu_ms:.0f} ms of CPU] ", end="")


def test_the_version_is_told(call: Call) -> None:
    assert call("--version").out.strip() == f"monitor, version {__version__}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["itmes"], "Did you mean 'items'?"),
        (["xyz"], "No such command 'xyz'."),
        (["items", "--since", "soon"], "'soon' is no time; write a span (36h, 7d), a date (2026-11-01) or a time"),
        (["items", "--since", "9999999w"], "is no time"),
        (["items", "--limit", "-1"], "--limit"),
        (["show", "first"], "'first' is not a valid integer"),
        (["search", "talks AND ("], "this parenthesis is never closed"),
        (["search", "@nolist"], "nolist"),
        (["rules", "test"], "give a text: --title TITLE, --text-file FILE, or both"),
        (["items", "--source", "\udcff"], "is not UTF-8"),
        (["digest", "preview"], "Missing argument 'ID'"),
        (["deliveries", "list", "--state", "gone"], "'gone' is not one of"),
    ],
)
def test_a_mistake_in_the_command_is_told_and_ends_with_2(
    call: Call, folder: Folder, arguments: list[str], said: str
) -> None:
    folder.write()
    done = call(*arguments, config=folder.path)
    assert done.code == 2
    assert said in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "7"], "there is no item 7; `monitor items` lists them"),
        (["stories", "show", "7"], "there is no story 7; `monitor stories list` shows them"),
        (["sources", "show", "nobody"], "there is no source 'nobody'"),
        (
            ["sources", "pause", "nobody"],
            "there is no source 'nobody' in sources.toml; `monitor sources list` shows them",
        ),
        (["sources", "pause", "capitol"], "did you mean 'capital'?"),
        (["fetch", "capitol"], "there is no source 'capitol' in sources.toml; did you mean 'capital'?"),
        (["rules", "test", "norule", "--title", "T"], "there is no rule 'norule' in rules.toml"),
        (["rules", "test", "--title", "T", "--source", "nobody"], "there is no source 'nobody' in sources.toml"),
        (["digest", "preview", "evening"], "there is no digest 'evening' in digests.toml (none is configured)"),
        (["digest", "send", "evening"], "there is no digest 'evening' in digests.toml (none is configured)"),
        (["digest", "show", "7"], "there is no edition 7; `monitor digest history` lists them"),
        (["digest", "resend", "7"], "there is no edition 7; `monitor digest history` lists them"),
        (["deliveries", "retry", "7"], "there is no delivery 7 that could be sent again"),
    ],
)
def test_what_is_not_there_is_told_and_ends_with_1(call: Call, folder: Folder, arguments: list[str], said: str) -> None:
    folder.write(sources=source("capital", "http://127.0.0.1:9/feed"))
    done = call(*arguments, config=folder.path)
    assert done.code == 1
    assert said in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["items"],
        ["search", "talks"],
        ["stories", "list"],
        ["digest", "history"],
        ["deliveries", "list"],
        ["sources", "list"],
        ["status"],
        ["digest", "preview", "morning"],
    ],
    ids=" ".join,
)
def test_before_the_first_poll_reading_commands_find_nothing_and_say_why(
    call: Call, folder: Folder, arguments: list[str]
) -> None:
    folder.write(digests='[[digest]]\nid = "morning"\ntitle = "Morning"\nat = "07:00"\n')
    done = call(*arguments, config=folder.path)
    assert done.code == 0
    assert "there is no database yet; `monitor fetch` or `monitor run` makes it" in done.err
    assert not folder.database.exists()


def test_before_the_first_poll_the_configured_sources_are_listed_as_new(call: Call, folder: Folder) -> None:
    folder.write(sources=source("capital", "http://127.0.0.1:9/feed"))
    [listed] = call("sources", "list", "--json", config=folder.path).objects
    assert (listed["id"], listed["state"], listed["items"]) == ("capital", "new", 0)


@pytest.mark.parametrize(
    "arguments", [["items"], ["fetch"], ["run"], ["status"], ["rules", "list"], ["digest", "list"]]
)
def test_a_faulty_configuration_is_told_line_by_line_and_ends_with_78(
    call: Call, folder: Folder, arguments: list[str]
) -> None:
    folder.write(more="[sotre]\n", digests="[[digest]]\n", rules="[[rule]]\n")
    done = call(*arguments, config=folder.path)
    assert done.code == 78
    assert done.out == ""
    assert all(str(folder.path) in line for line in done.err.splitlines())


def test_the_folder_comes_from_the_environment_where_no_option_names_it(
    call: Call, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write(sources=source("capital", "http://127.0.0.1:9/feed"))
    monkeypatch.setenv("MONITOR_CONFIG", str(folder.path))
    assert [listed["id"] for listed in call("sources", "list", "--json").objects] == ["capital"]


def test_an_interrupt_ends_a_command_quietly(call: Call, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    folder.write()
    monkeypatch.setattr("monitor.cli.access.load_settings", interrupted)
    done = call("items", config=folder.path)
    assert done.code == 130
    assert "Traceback" not in done.err


def test_a_reader_that_leaves_ends_a_command_quietly(folder: Folder, tmp_path: Path) -> None:
    folder.write(sources="".join(source(f"s{n}", "http://127.0.0.1:9/feed") for n in range(3000)))
    command = f"{sys.executable} -m monitor -c {folder.path} sources list --json | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_a_terminal_without_unicode_is_shown_what_it_can_show(folder: Folder) -> None:
    folder.write(sources=source("capital", "http://127.0.0.1:9/feed", name="Կամուրջ 😀"))
    env = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    assert folder.run("sources", "show", "capital", env=env).returncode == 0
    [shown] = folder.objects("sources", "list")
    done = folder.run("sources", "list", "--json", env=env)
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert json.loads(done.stdout)["name"] == shown["name"] == "Կամուրջ 😀"
