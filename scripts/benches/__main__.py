"""Measure polling on this machine. Linux only: CPU and memory are read from /proc.

`fetch` polls a made-up world over loopback HTTP in five passes (first poll, 304, same body, new build date, three new entries
each), every pass a `monitor fetch` of its own, beside `reader` doing the same with its search index brought up to date.
`stories` takes in made-up releases with their copies and twins, and scores what was folded.
`rules` asks 100, 1,000 and 10,000 rules of made-up items in six scripts, beside an alternation of the `regex` package a rule.
`alerts` times alerts from an entry's publication to the mail server, and counts spikes told in simulated years.
`search` builds an archive of a million items and times queries of each kind over it.
`digests` makes a hundred digests over a day of 100,000 items.
`daemon` lets `monitor run` hold the sources at a fifteen-minute interval, and asks it for its page and items meanwhile.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benches.tables import daemon_table, fetch_tables


def main() -> int:
    """Exit 0, or 1 where a pass did not bring what the server published."""
    if not Path("/proc/self/smaps_rollup").exists():
        print(
            "the benchmark reads /proc/…/smaps_rollup, which this system does not have (Linux 4.14 does)",
            file=sys.stderr,
        )
        return 1
    wanted = _parser().parse_args()
    if wanted.command == "daemon":
        from benches import holding

        figures = holding.measure(wanted.sources, wanted.minutes)
        print(json.dumps(figures) if wanted.json else daemon_table(figures))
        return 0
    if wanted.command == "stories":
        from benches import stories
        from benches.stories_table import stories_tables

        figures = stories.measure(wanted.releases, wanted.seed, wanted.documents, wanted.window, wanted.twins)
        print(json.dumps(figures) if wanted.json else stories_tables(figures))
        return 0
    if wanted.command == "rules":
        from benches import ruling

        figures = ruling.measure(wanted.items, wanted.most, wanted.peer)
        print(json.dumps(figures) if wanted.json else ruling.table(figures))
        return 0
    if wanted.command == "alerts":
        from benches import alerting

        figures = alerting.measure(wanted.entries, wanted.years, wanted.seed)
        print(json.dumps(figures) if wanted.json else alerting.tables(figures))
        return 0
    if wanted.command == "search":
        from benches import searching

        figures = searching.measure(wanted.items, wanted.keep)
        print(json.dumps(figures) if wanted.json else searching.table(figures))
        return 0
    if wanted.command == "digests":
        from benches import digesting

        figures = digesting.measure(wanted.items, wanted.digests)
        print(json.dumps(figures) if wanted.json else digesting.table(figures))
        return 0
    from benches import fetching

    figures = fetching.measure(wanted.sources, wanted.faults, wanted.peer, wanted.peer_threads)
    print(json.dumps(figures) if wanted.json else fetch_tables(figures))
    return int(not wanted.faults and any(row["problems"] for row in figures["passes"]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "scripts/bench", None, __doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    fetch = commands.add_parser("fetch", help="the five passes, beside reader")
    fetch.add_argument("--faults", type=float, default=0.0, metavar="SHARE", help="share of the sources with a fault")
    fetch.add_argument("--no-peer", dest="peer", action="store_false", help="without reader")
    fetch.add_argument("--peer-threads", type=int, default=16, metavar="N", help="reader's workers (16)")
    daemon = commands.add_parser("daemon", help="sources held by the daemon for some minutes")
    daemon.add_argument("--minutes", type=float, default=5.0)
    told = commands.add_parser("stories", help="copies told from twins, and what it costs")
    told.add_argument("--releases", type=int, default=1_000, metavar="N", help="how many made-up releases (1,000)")
    told.add_argument("--seed", type=int, default=1, help="another one gives other texts")
    told.add_argument(
        "--documents",
        type=Path,
        metavar="DIR",
        help="the items of the feed files in DIR as releases, beside the made-up ones",
    )
    told.add_argument(
        "--twins", type=int, default=0, metavar="N", help="about N hard negatives of each kind of text besides"
    )
    told.add_argument(
        "--window",
        type=int,
        action="append",
        default=[],
        metavar="N",
        help="what an item costs with N in the window; repeat",
    )
    told.add_argument("--json", action="store_true", help="the figures as one JSON object")
    rules = commands.add_parser(
        "rules", help="rule sets of three sizes on made-up items, beside naive regular expressions"
    )
    rules.add_argument("--items", type=int, default=5_000, metavar="N", help="how many items (5,000)")
    rules.add_argument(
        "--most", type=int, default=10_000, metavar="N", help="rule sets of up to so many rules (10,000)"
    )
    rules.add_argument("--no-peer", dest="peer", action="store_false", help="without the regular expressions")
    rules.add_argument("--json", action="store_true", help="the figures as one JSON object")
    alerts = commands.add_parser("alerts", help="from publication to the mail server, and spikes in simulated years")
    alerts.add_argument("--entries", type=int, default=40, metavar="N", help="how many entries are published (40)")
    alerts.add_argument(
        "--years", type=int, default=20, metavar="N", help="how many years are simulated of each kind (20)"
    )
    alerts.add_argument("--seed", type=int, default=1, help="another one gives other times and counts")
    alerts.add_argument("--json", action="store_true", help="the figures as one JSON object")
    search = commands.add_parser("search", help="queries over an archive of very many items")
    search.add_argument("--items", type=int, default=1_000_000, metavar="N", help="how many items (1,000,000)")
    search.add_argument(
        "--keep", type=Path, metavar="DIR", help="build the archive there, or take the one that is there"
    )
    search.add_argument("--json", action="store_true", help="the figures as one JSON object")
    digests = commands.add_parser("digests", help="many digests over a day of very many items")
    digests.add_argument("--items", type=int, default=100_000, metavar="N", help="how many items (100,000)")
    digests.add_argument("--digests", type=int, default=100, metavar="N", help="how many digests (100)")
    digests.add_argument("--json", action="store_true", help="the figures as one JSON object")
    for command, sources in ((fetch, 2_000), (daemon, 10_000)):
        command.add_argument(
            "--sources", type=int, default=sources, metavar="N", help=f"how many sources ({sources:,})"
        )
        command.add_argument("--json", action="store_true", help="the figures as one JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(main())
