"""What no single value of digests.toml shows: times that exclude each other, days that leave none, words in no language.

It looks at the document as TOML gave it, as `checks` does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from itertools import takewhile
from typing import Any

from cronsim import CronSim

from monitor.model import Digest
from monitor.settings.checks import Report, tables_of
from monitor.settings.places import Key
from monitor.settings.values import closest, cron, holiday

_FROM = datetime(2026, 1, 1)  # noqa: DTZ001 - only days of the calendar are asked for
_YEARS_TRIED = 30  # holidays come every year, or stand on a list that ends
Tell = Callable[[Key, str], None]


def check_digests(document: Mapping[str, Any], languages: Collection[str], report: Report) -> None:
    """Report everything of this kind; `languages` are those that mails can be worded in."""

    def tell(path: Key, message: str) -> None:
        report("digests.toml", path, message, "error")

    for path, digest in tables_of(document, "digest"):
        _check_times(path, digest, tell)
        _check_review(path, digest, tell)
        language = digest.get("language")
        if isinstance(language, str) and language and language not in languages:
            hint = closest(language, list(languages)) or f"; write them into messages/{language}.toml"
            known = ", ".join(sorted(languages))
            tell((*path, "language"), f'there are no words for mails in "{language}" (known: {known}){hint}')


def _check_times(path: Key, digest: Mapping[str, Any], tell: Tell) -> None:
    if ("at" in digest) == ("cron" in digest):
        wrong = "has both at and cron" if "at" in digest else "has no time"
        tell(path, f'{wrong}; write either at = "07:00" or cron = "0 7 * * 1-5"')
    elif "cron" in digest and "days" in digest:
        tell((*path, "days"), 'goes with at; the fifth field of cron says the days, e.g. "0 7 * * 1-5"')
    elif "holidays" in digest and not _has_days(digest):
        tell((*path, "holidays"), "leave no day for an edition; take some out")


def _has_days(digest: Mapping[str, Any]) -> bool:
    """Whether an edition is ever due; what cannot be read is reported elsewhere."""
    try:
        fields = cron(digest["cron"]) if "cron" in digest else "0 0 * * *"
        trial = Digest("", "", fields, "UTC", holidays=frozenset(map(holiday, digest["holidays"])))
    except (ValueError, TypeError):
        return True
    instants = takewhile(lambda due: due.year < _FROM.year + _YEARS_TRIED, CronSim(fields, _FROM))
    return any(not trial.is_off(due.date()) for due in instants)


def _check_review(path: Key, digest: Mapping[str, Any], tell: Tell) -> None:
    for key in ("review_from", "review_until"):
        if key in digest and digest.get("review") is not True:
            tell((*path, key), "says when an edition is held for review; write review = true too")
        elif ":" in str(digest.get(key, "")) and "at" not in digest:
            tell((*path, key), 'needs at; with cron write how long before the edition, e.g. "10m"')
