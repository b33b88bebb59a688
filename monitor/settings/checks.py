"""What no single value shows: ids used twice, keys that need or exclude each other, names of channels that do not
exist.

These look at the documents as TOML gave them, so that they speak also where some other value is wrong; a value of the
wrong type is passed over here, the tables have reported it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from typing import Any

from monitor.model import CLIPS_SOURCE, OWN_SOURCE
from monitor.settings.channel_checks import check_channel, check_mail
from monitor.settings.lists import ListFile
from monitor.settings.places import Key
from monitor.settings.tables import FetchTable
from monitor.settings.values import closest, duration_s, duration_text

Document = Mapping[str, Any]
Report = Callable[[str, Key, str, str], None]
"""Takes a file's name, a place in it, a message and a severity."""


def check_documents(documents: Mapping[str, Document], report: Report) -> None:
    """Report everything of this kind in the documents at hand, by file name; those not loaded are left out of
    account.
    """
    monitor = documents.get("monitor.toml")
    if monitor is not None:
        _check_monitor(monitor, lambda path, message, severity="error": report("monitor.toml", path, message, severity))
    for file, name in (("sources.toml", "source"), ("rules.toml", "rule"), ("digests.toml", "digest")):
        _check_ids(file, name, documents.get(file, {}), report)
    _check_sources(documents.get("sources.toml", {}), monitor, report)
    _check_rules(documents.get("rules.toml", {}), monitor, report)


def tables_of(document: Document, name: str, path: Key = ()) -> Iterator[tuple[Key, dict[str, Any]]]:
    """The tables of the list `name`, each with its place."""
    tables = document.get(name)
    for index, table in enumerate(tables if isinstance(tables, list) else ()):
        if isinstance(table, dict):
            yield (*path, name, index), table


def _section(document: Document, name: str) -> dict[str, Any]:
    section = document.get(name)
    return section if isinstance(section, dict) else {}


def _check_ids(file: str, name: str, document: Document, report: Report) -> None:
    seen: dict[str, int] = {}
    for path, table in tables_of(document, name):
        used = table.get("id")
        if not isinstance(used, str):
            continue
        if used in seen:
            message = f'the id "{used}" is that of {name} number {seen[used]} of this file already; use every id once'
            report(file, (*path, "id"), message, "error")
        seen.setdefault(used, int(path[-1]) + 1)


# -- monitor.toml ----------------------------------------------------------------------------------


def _check_monitor(document: Document, report: Callable[..., None]) -> None:
    _check_fetch(_section(document, "fetch"), report)
    check_mail(_section(document, "mail"), report)
    channels = _section(document, "channel")
    for name, channel in channels.items():
        if isinstance(channel, dict):
            check_channel(("channel", name), channel, report)
    operator = _section(document, "alerts").get("operator")
    for index, name in enumerate(operator if isinstance(operator, list) else ()):
        if isinstance(name, str):
            _check_operator(("alerts", "operator", index), name, channels, report)


def _check_operator(path: Key, name: str, channels: dict[str, Any], report: Callable[..., None]) -> None:
    if name not in channels:
        report(path, _no_channel(name, channels))


def _check_fetch(fetch: dict[str, Any], report: Callable[..., None]) -> None:
    if fetch.get("proxy_file") and not fetch.get("proxy"):
        report(("fetch", "proxy_file"), 'holds credentials, but there is no proxy; write proxy = "http://…:3128" too')
    low_s, high_s = _limits(fetch)
    if low_s is None or high_s is None:
        return
    if low_s > high_s:
        key = "min_interval" if "min_interval" in fetch else "max_interval"
        report(
            ("fetch", key),
            f"min_interval ({duration_text(low_s)}) is longer than max_interval ({duration_text(high_s)}); "
            "lower the one or raise the other",
        )
    else:
        key = "interval" if "interval" in fetch else "min_interval" if "min_interval" in fetch else "max_interval"
        _check_interval(("fetch", key), _seconds(fetch, "interval"), (low_s, high_s), report)


def _limits(fetch: dict[str, Any]) -> tuple[float | None, float | None]:
    return _seconds(fetch, "min_interval"), _seconds(fetch, "max_interval")


def _seconds(fetch: dict[str, Any], key: str) -> float | None:
    """The duration, or its default; None where it cannot be read."""
    try:
        return duration_s(fetch[key]) if key in fetch else float(FetchTable.model_fields[key].default)
    except ValueError:
        return None


def _check_interval(
    path: Key, wanted_s: float | None, limits: tuple[float, float], report: Callable[..., None]
) -> None:
    low_s, high_s = limits
    if wanted_s is None or low_s <= wanted_s <= high_s:
        return
    name, limit_s = ("min_interval", low_s) if wanted_s < low_s else ("max_interval", high_s)
    report(
        path,
        f"the interval {duration_text(wanted_s)} lies beyond fetch.{name} ({duration_text(limit_s)}), "
        f"which is used instead; change {name} to have it",
        "warning",
    )


def _no_channel(name: str, channels: Mapping[str, Any]) -> str:
    hint = closest(name, list(channels)) or f"; write [channel.{name}] into monitor.toml, or take the name out"
    return f'there is no channel "{name}"{hint}'


# -- sources.toml and rules.toml -------------------------------------------------------------------


_RESERVED = {
    OWN_SOURCE: "releases that are added by hand (`monitor own add`)",
    CLIPS_SOURCE: "clips that are added by hand (`monitor stories clip`)",
}


def _check_sources(document: Document, monitor: Document | None, report: Report) -> None:
    low_s, high_s = _limits(_section(monitor, "fetch")) if monitor is not None else (None, None)
    for path, source in tables_of(document, "source"):
        if kept := _RESERVED.get(str(source.get("id"))):
            message = f'the id "{source["id"]}" is kept for {kept}; choose another'
            report("sources.toml", (*path, "id"), message, "error")
        if source.get("proxy_file") and not source.get("proxy"):
            message = 'holds credentials, but there is no proxy; write proxy = "http://…:3128" too'
            report("sources.toml", (*path, "proxy_file"), message, "error")
        if source.get("enabled") is False:
            continue
        _check_page(path, source, report)
        if source.get("full_text") is True and not _has_extractor():
            message = (
                "texts are read from pages by an extra that is not installed, so the feed's own are kept; "
                "install it with: pip install 'monitor[fulltext]'"
            )
            report("sources.toml", (*path, "full_text"), message, "warning")
        if "interval" in source and low_s is not None and high_s is not None:
            _check_interval(
                (*path, "interval"),
                _seconds(source, "interval"),
                (low_s, high_s),
                lambda *problem: report("sources.toml", *problem),
            )


def _check_page(path: Key, source: dict[str, Any], report: Report) -> None:
    page, is_page = source.get("page"), source.get("format") == "page"
    if is_page and not (isinstance(page, dict) and page.get("list")):
        message = (
            'needs to know which elements are its entries; write page = { list = "article" }, with a CSS selector, '
            "or let `monitor sources discover URL` propose one"
        )
        report("sources.toml", (*path, "format"), message, "error")
    if page and not is_page:
        report("sources.toml", (*path, "page"), 'is used by pages only; write format = "page" too', "error")


def _has_extractor() -> bool:
    return find_spec("trafilatura") is not None


def _check_rules(document: Document, monitor: Document | None, report: Report) -> None:
    for path, rule in tables_of(document, "rule"):
        _check_form(path, rule, report)
        alert = rule.get("alert")
        names = [name for name in alert if isinstance(name, str)] if isinstance(alert, list) else []
        for index, name in enumerate(names):
            if monitor is not None and name not in _section(monitor, "channel"):
                message = _no_channel(name, _section(monitor, "channel"))
                report("rules.toml", (*path, "alert", index), message, "error")


def check_list_files(rules: Document, list_files: Mapping[str, ListFile], report: Report) -> None:
    """Report each list of rules.toml that has a file of its own too."""
    for name in _section(rules, "list"):
        if name in list_files:
            message = f"stands in {list_files[name].file} too; keep the one or the other"
            report("rules.toml", ("list", name), message, "error")


def _check_form(path: Key, rule: dict[str, Any], report: Report) -> None:
    if rule.get("query") and rule.get("terms"):
        message = "has both a query and terms; a rule has the one or the other, so make two rules of it"
        report("rules.toml", (*path, "terms"), message, "error")
    if not (rule.get("query") or rule.get("terms") or rule.get("any_of")):
        report("rules.toml", path, 'asks for nothing; write query = "…" or terms = { "…" = 10 }', "error")
    if "threshold" in rule and not rule.get("terms"):
        report(
            "rules.toml", (*path, "threshold"), 'counts terms, and there are none; write terms = { "…" = 10 }', "error"
        )
