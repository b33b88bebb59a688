"""What most tools do: one alternation of all words a rule, searched for in every text. Runs where the `regex` package is.

`python naive_regex.py FILE` takes {"rules": [[term, …], …], "texts": [text, …]} and prints one JSON object. It neither folds
spellings nor knows nearness, weights or absence: less work than the rules ask for.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import regex


def main() -> None:
    told = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    patterns = [
        regex.compile(r"\b(?:" + "|".join(_pattern(term) for term in terms) + r")\b", regex.IGNORECASE)
        for terms in told["rules"]
    ]
    began = time.thread_time()
    hits = sum(
        len([found.span() for found in pattern.finditer(text)]) for text in told["texts"] for pattern in patterns
    )
    took_s = time.thread_time() - began
    pairs = len(patterns) * len(told["texts"])
    print(json.dumps({"pair_us": took_s / pairs * 1e6, "hits": hits, "version": regex.__version__}))


def _pattern(term: str) -> str:
    escaped = regex.escape(term.rstrip("*"), special_only=True)
    return escaped + r"\w*" if term.endswith("*") else escaped


if __name__ == "__main__":
    main()
