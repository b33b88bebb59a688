"""One step of `reader`, run by its own interpreter: DATABASE version | add FILE | update THREADS | index."""

from __future__ import annotations

import json
import sys

import reader  # type: ignore[import-not-found]  # it lives in an environment of its own


def main(database: str, step: str, *arguments: str) -> None:
    made = reader.make_reader(database)
    if step == "version":
        print(reader.__version__)
    elif step == "add":
        with open(arguments[0], encoding="utf-8") as urls:
            for url in json.load(urls):
                made.add_feed(url)
        made.enable_search()
        made.update_search()
    elif step == "update":
        counts = {"new": 0, "edited": 0, "failed": 0}
        for updated in made.update_feeds_iter(workers=int(arguments[0]), scheduled=False):
            if isinstance(updated.value, Exception):
                counts["failed"] += 1
            elif updated.value is not None:
                counts["new"] += updated.value.new
                counts["edited"] += updated.value.modified
        print(json.dumps(counts))
    elif step == "index":
        made.update_search()
    made.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
