"""OPML 2.0 (opml.org/spec2.opml), the list of subscriptions that feed readers exchange: read and written.

Read by expat itself, with a document's own entities refused, so that none can grow; what many readers write wrongly
(bare ampersands, entities of HTML, false encodings) is mended first.
"""

from __future__ import annotations

import html
import html.entities
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from monitor.errors import ParseError
from monitor.feeds import charsets
from monitor.feeds.clean import one_line
from monitor.model import FailureKind

DEPTH_LIMIT = 50
OUTLINE_LIMIT = 100_000
NAMESPACE = "urn:monitor:source"
PREFIX = "monitor:"

_DECLARATION = re.compile(r"\A[\s\ufeff]*(?:<\?xml\b[^>]{0,300}\?>)?\s*", re.IGNORECASE)
_AMPERSAND = re.compile(r"&(?!(?:#x[0-9A-Fa-f]{1,6}|#[0-9]{1,7}|amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31};)?")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NAMES = {name.lower(): name for name in ("xmlUrl", "htmlUrl", "title", "text", "type", "language", "category")}
_NAME = re.compile(r"[A-Za-z_][\w.\-]*(?::[A-Za-z_][\w.\-]*)?")


@dataclass(frozen=True, slots=True)
class Outline:
    """A subscription: its attributes as written, the names of the folders around it, outermost first, and its line in
    the document (from 1). `namespaces` are the prefixes that its attributes use, with what they stand for."""

    attributes: dict[str, str]
    folders: tuple[str, ...] = ()
    line: int = 0
    namespaces: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What readers show: `title`, or `text`; "" where neither is written."""
        return one_line(self.attributes.get("title", "")) or one_line(self.attributes.get("text", ""))


@dataclass(frozen=True, slots=True)
class Outlines:
    """The subscriptions of a document, in its order. Where it is broken, `broken` says why and `broken_line` where:
    what stood before that is here."""

    outlines: tuple[Outline, ...]
    broken: str = ""
    broken_line: int = 0


def read_opml(document: bytes) -> Outlines:
    """The outlines that are no mere folders: every `outline` with an address, and every one without children.

    Raises ParseError for what is no OPML, or declares entities of its own.
    """
    text = _NOT_XML.sub("", document.decode(charsets.decide(document), "replace"))
    # The declaration goes, since the text is no longer in the encoding that it names; its line ends stay.
    start = _DECLARATION.match(text)
    head = start[0] if start else ""
    reading = _Reading()
    body = _AMPERSAND.sub(_reference, text[len(head) :])
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = lambda name, given: reading.start(name, given, parser.CurrentLineNumber)
    parser.EndElementHandler = reading.end
    parser.EntityDeclHandler = reading.entity
    try:
        parser.Parse(("\n" * head.count("\n") + body).encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        if not reading.is_opml:
            raise _no_opml("it cannot be read as XML") from error
        reason = expat.ErrorString(error.code)
        return Outlines(tuple(reading.found), f"the document is broken here ({reason})", error.lineno)
    return Outlines(tuple(reading.found))


def _reference(found: re.Match[str]) -> str:
    known = html.entities.html5.get(found[1] or "")
    return html.escape(known) if known else "&amp;" + (found[1] or "")


def _no_opml(reason: str) -> ParseError:
    return ParseError(FailureKind.NOT_A_FEED, f"The document is no OPML: {reason}.", is_transient=False)


class _Reading:
    """What has been met so far."""

    def __init__(self) -> None:
        self.found: list[Outline] = []
        self.is_opml = False
        self._open: list[tuple[Outline, bool]] = []  # the outlines around this place; whether each has children
        self._prefixes: dict[str, str] = {}

    def entity(self, *_declared: object) -> None:
        raise _no_opml("it declares entities of its own, which no list of feeds needs")

    def start(self, name: str, given: dict[str, str], line: int) -> None:
        if not self.is_opml:
            if name.lower() != "opml":
                raise _no_opml(f"it begins as <{name[:40]}>")
            self.is_opml = True
        self._prefixes.update({key[6:]: value for key, value in given.items() if key.startswith("xmlns:")})
        if name.lower() != "outline":
            return
        if len(self._open) >= DEPTH_LIMIT:
            raise _no_opml(f"its outlines are nested more than {DEPTH_LIMIT} deep")
        if len(self.found) >= OUTLINE_LIMIT:
            raise _no_opml(f"it has more than {OUTLINE_LIMIT:,} outlines")
        if self._open:
            self._open[-1] = self._open[-1][0], True
        attributes = {_NAMES.get(key.lower(), key): value for key, value in given.items() if key[:5] != "xmlns"}
        used = {key.partition(":")[0] for key in attributes if ":" in key}
        folders = tuple(filter(None, (around.title for around, _ in self._open if not _address(around))))
        namespaces = {prefix: uri for prefix, uri in self._prefixes.items() if prefix in used}
        self._open.append((Outline(attributes, folders, line, namespaces), False))
        if _address(self._open[-1][0]):
            self.found.append(self._open[-1][0])

    def end(self, name: str) -> None:
        if name.lower() == "outline":
            outline, has_children = self._open.pop()
            if not has_children and not _address(outline):
                self.found.append(outline)


def _address(outline: Outline) -> str:
    return outline.attributes.get("xmlUrl", "").strip() or outline.attributes.get(f"{PREFIX}url", "").strip()


def write_opml(outlines: Iterable[Outline], title: str, now: datetime) -> str:
    """A valid OPML 2.0 document: outlines under their folders, in the order of first mention; folders within folders
    as the names say. An attribute whose name could not stand in XML is left out."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<opml version="2.0" xmlns:monitor="{NAMESPACE}">', "  <head>"]
    lines += [f"    <title>{_escaped(title)}</title>", f"    <dateCreated>{format_datetime(now)}</dateCreated>"]
    lines += ["  </head>", "  <body>"]
    by_folder: dict[tuple[str, ...], list[Outline]] = {}
    for outline in outlines:
        by_folder.setdefault(outline.folders, []).append(outline)
    open_folders: tuple[str, ...] = ()
    for folders, inside in sorted(by_folder.items()):
        lines += _between(open_folders, folders)
        open_folders = folders
        lines += ["  " * (len(folders) + 2) + _written(outline) for outline in inside]
    lines += [*_between(open_folders, ()), "  </body>", "</opml>", ""]
    return "\n".join(lines)


def _between(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """The tags that close the folders of `old` and open those of `new`."""
    shared = 0
    while shared < min(len(old), len(new)) and old[shared] == new[shared]:
        shared += 1
    closing = ["  " * (depth + 2) + "</outline>" for depth in reversed(range(shared, len(old)))]
    return closing + ["  " * (depth + 2) + f"<outline text={_quoted(new[depth])}>" for depth in range(shared, len(new))]


def _written(outline: Outline) -> str:
    known = {"xml", "monitor", *outline.namespaces}
    attributes = {f"xmlns:{prefix}": uri for prefix, uri in outline.namespaces.items() if prefix != "monitor"}
    for name, value in outline.attributes.items():
        prefix, colon, _ = name.partition(":")
        if _NAME.fullmatch(name) and not name.startswith("xmlns") and (not colon or prefix in known):
            attributes[name] = value
    return f"<outline {' '.join(f'{name}={_quoted(value)}' for name, value in attributes.items())} />"


def _quoted(value: str) -> str:
    return quoteattr(_NOT_XML.sub("", value), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _escaped(value: str) -> str:
    return html.escape(_NOT_XML.sub("", value), quote=False)
