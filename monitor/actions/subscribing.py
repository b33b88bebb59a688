"""New sources into sources.toml: one found by its address, or many from an OPML document; and OPML out again.

Nothing here needs a running monitor: the file is the truth, and a daemon is told to read it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from monitor.contract import Object
from monitor.feeds.clean import one_line
from monitor.feeds.opml import NAMESPACE, PREFIX, Outline, Outlines, write_opml
from monitor.model import Source
from monitor.settings.editing import add_sources, source_problems
from monitor.settings.values import duration_text
from monitor.stories.canonical import canonical_url
from monitor.text.folding import fold_text

ID_CHARS = 48
ADDED, THERE, REFUSED = "added", "already there", "refused"
PAGE_KEYS = ("list", "link", "title", "date", "date_format")
_OWN_KEYS = ("kind", "publisher", "country", "format", "interval", "identity", "user_agent", "note")
_TRUTHS = {"own": False, "enabled": True, "full_text": False, "verify": True}
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_READ = frozenset({"xmlUrl", "title", "text", "language", "category"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a wanted source: `verdict` is one of added, already there, refused; `id` that of the source that
    is meant ("" where there is none)."""

    verdict: str
    id: str
    name: str
    url: str
    reason: str = ""
    line: int = 0

    def as_object(self) -> Object:
        """The verdict as commands print it."""
        return {
            "line": self.line,
            "verdict": self.verdict,
            "id": self.id,
            "name": self.name,
            "url": shown_url(self.url),
            "reason": self.reason,
        }


def subscribe(
    folder: Path,
    wanted: Sequence[tuple[int, Mapping[str, Any]]],
    *,
    dry_run: bool = False,
    may_rename: bool = False,
) -> tuple[list[Verdict], str]:
    """Add sources to sources.toml: tables as `[[source]]` has them, each with its line in the document it came from.

    A table without an id gets one from its name or host; one whose id is taken is refused, or with `may_rename` gets
    another; one whose address (its canonical form) another source has is there already. Returns a verdict for each,
    and what was added as TOML. Raises ConfigError where the file cannot be read or written.
    """
    verdicts: list[Verdict] = []

    def choose(there: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        known = _Known(there)
        chosen = []
        for line, table in wanted:
            verdict, made = known.judge(table, line, may_rename)
            verdicts.append(verdict)
            if made is not None:
                chosen.append(made)
        return chosen

    added = add_sources(folder, choose, dry_run=dry_run)
    return verdicts, added


class _Known:
    """The ids and addresses that are taken, those of the new sources among them. Addresses are compared with those of
    their own host only, so that one new source among ten thousand costs little."""

    def __init__(self, there: Iterable[Mapping[str, Any]]) -> None:
        self.ids: set[str] = set()
        self._fresh: dict[str, list[tuple[str, str]]] = {}  # by host: addresses not yet looked at, with their ids
        self._by_url: dict[str, str] = {}
        for table in there:
            self._take(str(table.get("id", "")), str(table.get("url", "")))

    def _take(self, source_id: str, url: str) -> None:
        self.ids.add(source_id)
        self._fresh.setdefault(_host(url), []).append((url, source_id))

    def holder_of(self, url: str) -> str | None:
        """The id of the source that has this address; None where none has."""
        for known, source_id in self._fresh.pop(_host(url), ()):
            self._by_url.setdefault(canonical_url(known) or known, source_id)
        return self._by_url.get(canonical_url(url) or url)

    def judge(self, table: Mapping[str, Any], line: int, may_rename: bool) -> tuple[Verdict, Mapping[str, Any] | None]:
        """The verdict on a table, and the table as it is to be written where it is to be."""
        url, name = str(table.get("url", "")), str(table.get("name", ""))
        given_id = str(table.get("id", ""))
        holder = self.holder_of(url)
        if holder is not None:
            reason = f"the source {holder} has this address"
            return Verdict(THERE, holder, name, url, reason, line), None
        if given_id in self.ids and not may_rename:
            return Verdict(REFUSED, given_id, name, url, f"the id {given_id} is taken; choose another", line), None
        made = {"id": self.free_id(given_id or slug(name), url), **{key: table[key] for key in table if key != "id"}}
        problems = source_problems(made)
        if problems:
            return Verdict(REFUSED, "", name, url, "; ".join(problems), line), None
        self._take(made["id"], url)
        return Verdict(ADDED, made["id"], name, url, "", line), made

    def free_id(self, stem: str, url: str) -> str:
        """An id that nobody has: `stem`, or where that is empty the host, with a number where it is taken."""
        stem = stem or slug((urlsplit(url).hostname or "").removeprefix("www.")) or "source"
        number, made = 1, stem
        while made in self.ids:
            number += 1
            made = f"{stem}-{number}"
        return made


def _host(url: str) -> str:
    """The host as far as it must be the same in two spellings of an address."""
    place = url.partition("://")[2].partition("/")[0].partition("?")[0].partition("#")[0]
    return place.rpartition("@")[2].partition(":")[0].rstrip(".").lower()


def slug(text: str) -> str:
    """The Latin letters and digits of a text as an id; "" where they are not most of what it says.

    >>> slug("Qarabağ Xəbərləri: Rəsmi")
    'qarabag-xeberleri-resmi'
    """
    folded = fold_text(text)
    letters = [char for char in folded if char.isalnum()]
    if sum(char.isascii() for char in letters) * 2 <= len(letters):
        return ""
    made = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")
    if len(made) > ID_CHARS:
        made = made[:ID_CHARS].rpartition("-")[0] or made[:ID_CHARS]
    return made


def shown_url(url: str) -> str:
    """The address without a user name and password in it."""
    try:
        parts = urlsplit(url)
        if "@" in parts.netloc:
            return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    except ValueError:
        return ""
    return url


# -- OPML ----------------------------------------------------------------------------------------------


def import_opml(folder: Path, document: Outlines, *, dry_run: bool = False) -> list[Verdict]:
    """Add the subscriptions of an OPML document; a verdict for each outline, in the document's order.

    Folders and categories become tags; attributes that mean nothing to us are kept in `[source.opml]`. Raises
    ConfigError where sources.toml cannot be read or written.
    """
    wanted = [(outline.line, _table(outline)) for outline in document.outlines if _address(outline)]
    verdicts, _ = subscribe(folder, wanted, dry_run=dry_run, may_rename=True)
    verdicts += [
        Verdict(REFUSED, "", outline.title, "", "it has no address of a feed (xmlUrl)", outline.line)
        for outline in document.outlines
        if not _address(outline)
    ]
    if document.broken:
        verdicts.append(Verdict(REFUSED, "", "", "", document.broken, document.broken_line))
    return sorted(verdicts, key=lambda verdict: verdict.line)


def _address(outline: Outline) -> str:
    given = outline.attributes
    return (given.get("xmlUrl") or given.get(f"{PREFIX}url") or "").strip()


def _table(outline: Outline) -> dict[str, Any]:
    given = outline.attributes
    ours = {key.removeprefix(PREFIX): text for key, text in given.items() if key.startswith(PREFIX)}
    table: dict[str, Any] = {"id": ours["id"]} if "id" in ours else {}
    if outline.title:
        table["name"] = _line(outline.title)
    table["url"] = _address(outline)
    table |= {key: ours[key] for key in _OWN_KEYS if ours.get(key)}
    table |= {key: ours[key] == "true" for key in _TRUTHS if key in ours}
    language = given.get("language", "").strip()
    if _LANGUAGE.fullmatch(language):
        table["language"] = language
    if tags := _tags(outline):
        table["tags"] = tags
    if page := {key: ours[f"page.{key}"] for key in PAGE_KEYS if ours.get(f"page.{key}")}:
        table["page"] = page
    if kept := _unread(outline, table):
        table["opml"] = kept
    return table


def _tags(outline: Outline) -> list[str]:
    categories = [part.strip().strip("/") for part in outline.attributes.get("category", "").split(",")]
    return [tag for tag in dict.fromkeys(map(_line, (*outline.folders, *categories))) if tag]


def _unread(outline: Outline, table: Mapping[str, Any]) -> dict[str, str]:
    """The attributes that no key of the table holds, with the meanings of their prefixes."""
    given = outline.attributes
    kept = {key: text for key, text in given.items() if key not in _READ and not key.startswith(PREFIX)}
    if kept.get("type") == "rss":
        del kept["type"]
    if f"{PREFIX}url" in given:  # our own way to write what is no feed
        kept = {key: text for key, text in kept.items() if key not in ("type", "url")}
    if one_line(given.get("text", "")) not in ("", outline.title):
        kept["text"] = given["text"]
    if "language" not in table and given.get("language"):
        kept["language"] = given["language"]
    spaces = {f"xmlns:{prefix}": uri for prefix, uri in outline.namespaces.items() if prefix + ":" != PREFIX}
    return kept | spaces if kept else {}


def _line(text: str) -> str:
    """The text as a name may be: on one line, everything printable."""
    return " ".join("".join(char if char.isprintable() else " " for char in one_line(text)).split())


def export_opml(sources: Iterable[Source], now: datetime) -> str:
    """The sources as OPML 2.0: the first tag is the folder, the others the category; what else we know of a source
    is in attributes of our own. Credentials, headers and proxies are left out."""
    return write_opml(map(_outline, sources), "Sources of Monitor", now)


def _outline(source: Source) -> Outline:
    kept = dict(source.opml)
    is_feed = source.format == "feed"
    attributes = {"text": source.name, "title": source.name, "type": "rss" if is_feed else "link"}
    attributes["xmlUrl" if is_feed else "url"] = source.url
    attributes |= {key: text for key, text in kept.items() if not key.startswith("xmlns:")}
    if source.language:
        attributes["language"] = source.language
    if source.tags[1:]:
        attributes["category"] = ",".join(source.tags[1:])
    attributes |= {PREFIX + key: text for key, text in _ours(source).items()}
    namespaces = {key[6:]: uri for key, uri in kept.items() if key.startswith("xmlns:")} | {"monitor": NAMESPACE}
    return Outline(attributes, source.tags[:1], namespaces=namespaces)


def _ours(source: Source) -> dict[str, str]:
    """What we know of a source beyond OPML, as its table has it; only what is not the default."""
    texts = {
        "id": source.id,
        "url": source.url if source.format != "feed" else "",
        "kind": source.kind.value,
        "publisher": source.publisher if source.publisher != source.id else "",
        "country": source.country,
        "format": source.format if source.format != "feed" else "",
        "interval": duration_text(source.interval_s) if source.interval_s else "",
        "identity": source.identity if source.identity != "auto" else "",
        "user_agent": source.user_agent,
        "note": source.note,
    }
    if source.page is not None:
        texts |= {f"page.{key}": getattr(source.page, key) for key in PAGE_KEYS}
    truths = {key: getattr(source, key) for key in _TRUTHS}
    texts |= {key: str(truth).lower() for key, truth in truths.items() if truth is not _TRUTHS[key]}
    return {key: text for key, text in texts.items() if text}
