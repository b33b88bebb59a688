"""The commands. Each is loaded only when it is called, so that `monitor --help` answers at once.

This is the only place that prints: objects as JSON Lines or a table on standard output, everything else on standard error.
Exit codes: 0 ok, 1 failed, 2 usage, 3 some sources failed, 75 try again, 78 configuration.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

import click

from monitor import __version__
from monitor.errors import ConfigError, MonitorError, Problem

FAILED, SOME_FAILED, TRY_AGAIN, CONFIGURATION, INTERRUPTED = 1, 3, 75, 78, 130

SENTENCE = 200

COMMANDS = {
    "init": ("setup", "Write a commented starter configuration."),
    "check": ("setup", "Check the configuration; say everything that is wrong with it."),
    "run": ("run", "Run the daemon: poll, tag, fold, mail; with the status page."),
    "fetch": ("fetch", "Poll sources once, now."),
    "items": ("items", "List stored items, newest first."),
    "show": ("items", "Show an item, and why its rules matched."),
    "search": ("items", "Find items by a query in the rule language."),
    "stories": ("stories", "List stories, or show one with its copies."),
    "pickup": ("pickup", "Report who carried a release, how much of it, cut and changed how."),
    "own": ("own", "Add releases of ours that were only mailed; see how each was picked up."),
    "edits": ("edits", "List what sources changed in texts they had published."),
    "sources": ("sources", "List sources and their states; find, check and add; pause and resume."),
    "opml": ("opml", "Take lists of feeds in from other readers, and give them out."),
    "rules": ("rules", "List rules; try, explain and apply them."),
    "digest": ("digest", "Preview, send and look up editions."),
    "alerts": ("alerts", "List what was told and why; try a rule's alerts; acknowledge, mute."),
    "channels": ("channels", "List the channels, and send a sample through one."),
    "deliveries": ("deliveries", "Look at the outbox, send it, retry a failure."),
    "status": ("status", "How things stand: sources, items, queue, next editions."),
    "demo": ("demo", "See the whole way of an item, without internet."),
}


class Commands(click.Group):
    """A group that knows its commands' names and loads their modules only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"monitor.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)


class Subcommands(click.Group):
    """A command's own commands, each told by its first sentence, whole."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, found.get_short_help_str(SENTENCE)) for name, found in commands if found])


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="New here? `monitor demo` shows it at work; `monitor init` writes a configuration, `monitor run` starts it.",
)
@click.option(
    "-c",
    "--config",
    "folder",
    metavar="DIR",
    envvar="MONITOR_CONFIG",
    default="config",
    show_default="./config, or MONITOR_CONFIG",
    help="The configuration folder.",
)
@click.version_option(__version__, prog_name="monitor")
@click.pass_context
def monitor(ctx: click.Context, folder: str) -> None:
    """Watch embassy, ministry, wire and press feeds; fold reprints into stories, tag them by rules, mail one digest."""
    ctx.obj = Path(folder)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code; never returns."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that is not Unicode shows what it can
    try:
        _check_readable(given)
        code = monitor.main(args=given, prog_name="monitor", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except ConfigError as error:
        _tell(*map(problem_line, error.problems))
        sys.exit(CONFIGURATION)
    except MonitorError as error:
        _tell(f"monitor: {error}")
        sys.exit(TRY_AGAIN if error.is_transient else FAILED)
    sys.exit(code or 0)


def problem_line(problem: Problem) -> str:
    """A problem on a line of its own: `file:line: key: message`, a warning named as such."""
    severity = "" if problem.severity == "error" else f"{problem.severity}: "
    return f"{problem.file}:{problem.line}: {problem.key}: {severity}{problem.message}"


def _check_readable(arguments: Sequence[str]) -> None:
    """Bytes that are no UTF-8 come as lone surrogates, which can be neither stored, found nor shown."""
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError as error:
            raise click.UsageError(f"the argument {argument!a} is not UTF-8") from error


def _tell(*lines: str) -> None:
    from monitor.cli.output import plain

    for line in lines:
        click.echo(plain(line), err=True)
