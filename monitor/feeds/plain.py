"""Feeds as nearly all are written, read by expat alone: the quick way past feedparser, which takes ten times as long.

What is understood is read as feedparser reads it, into the same keys, and anything else is refused (`IrregularError`): then the
document goes to feedparser, whole. Refused are: a document type or entities, `xml:base`, a language on anything but the
outermost element, markup that is not escaped, types other than plain text and HTML, names of unknown namespaces that sound
like those that matter, and parts of an entry that stand anywhere but directly in it. So this need not know every dialect:
it must only know which ones it does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from xml.parsers import expat

from feedparser.mixin import _FeedParserMixin
from feedparser.urls import _urljoin

from monitor.feeds.elements import (
    ANYWHERE,
    DETAILED,
    INSIDE,
    OF_A_CHANNEL,
    SEPARATOR,
    TYPES,
    IrregularError,
    attributes_of,
    kind_of,
)

Record = dict[str, Any]

_ATOM_10 = "http://www.w3.org/2005/atom"
_RSS_10 = "http://purl.org/rss/1.0/"
_RSS_090 = "http://my.netscape.com/rdf/simple/0.9/"
_BASE = re.compile(r"\bbase\s*=", re.IGNORECASE)
_C1 = re.compile("[\x80-\x9f]")
_REFERENCE = re.compile("&([A-Za-z0-9_]+);")


def read_plain(text: str) -> dict[str, Any]:
    """`version`, `feed` and `entries` of a feed without its XML declaration, as `feedparser.parse` gives them, with the keys that
    are kept. Raises IrregularError."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text or _BASE.search(text):
        raise IrregularError("a document type, an entity or a base")
    reading = _Reading()
    parser = expat.ParserCreate(encoding="utf-8", namespace_separator=SEPARATOR)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
    parser.StartNamespaceDeclHandler = reading.declare
    reading.listen = lambda to: setattr(parser, "CharacterDataHandler", to)
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise IrregularError(str(error)) from error
    if not reading.version:
        raise IrregularError("an outermost element of another kind")
    return {"version": reading.version, "feed": reading.feed, "entries": reading.entries}


class _Reading:
    """One document on its way in."""

    def __init__(self) -> None:
        self.version = ""
        self.feed: Record = {}
        self.entries: list[Record] = []
        self.listen: Callable[[Any], None] = lambda to: None
        self._pieces: list[str] = []
        self._declared: list[str] = []
        self._depth = self._level = 0  # `_level`: how deep what is read into `_context` begins
        self._aside = 0  # how deep what is passed over begins, and what may stand in it
        self._inside: frozenset[str] = frozenset()
        self._context = self.feed
        self._is_in_entry = self._is_open = False
        self._kind = ""  # of the text that is being read
        self._kind_depth = 0
        self._author_depth = 0
        self._detail: Record = {}
        self._language: str | None = None
        self._has_title = self._has_content = self._is_link = False
        self._depths: dict[str, int] = {}

    # -- what expat tells --------------------------------------------------------------------------------

    def declare(self, prefix: str | None, uri: str) -> None:
        if not self._depth:
            self._declared.append(uri.lower())

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._kind:
            raise IrregularError("markup in a text")
        kind = kind_of(name)
        if self._aside:
            if kind and kind not in self._inside:
                raise IrregularError(f"{kind} beside the entries")
            return
        if not kind and not self._author_depth:
            return
        if not kind or kind == "irregular":
            raise IrregularError(name)
        given = attributes_of(attributes) if attributes else {}
        _STARTS.get(kind, _Reading._start_text)(self, kind, given)

    def end(self, name: str) -> None:
        depth = self._depth
        self._depth = depth - 1
        if self._aside:
            if depth == self._aside:
                self._aside = 0
        elif self._kind:
            self.listen(None)
            kind, self._kind = self._kind, ""
            text = "".join(self._pieces).strip()
            _ENDS.get(kind, _Reading._end_value)(self, kind, text)
        elif depth == self._author_depth:
            self._end_author("")
        elif self._is_open and depth == self._level:
            self._leave(name)

    # -- where an element stands -------------------------------------------------------------------------

    def _is_direct(self) -> bool:
        return self._is_open and self._depth == self._level + 1

    def _start_root(self, kind: str, given: dict[str, str]) -> None:
        """The outermost element says what the document is; an Atom feed is its own channel."""
        if self._depth != 1:
            raise IrregularError("a feed within something")
        declared = self._declared
        if kind == "rdf" and (_ATOM_10 in declared or not {_RSS_10, _RSS_090} & set(declared)):
            raise IrregularError("RDF of another kind")
        if kind == "atom" and _RSS_10 in declared:
            raise IrregularError("two kinds of feed in one")
        self.version = kind
        self._is_open, self._level = kind == "atom", self._depth
        language = given.get("xml:lang", given.get("lang"))
        if language:
            self._language = language.replace("_", "-")
            if kind != "rdf":  # there feedparser looks for it under another name
                self.feed["language"] = self._language

    def _start_channel(self, kind: str, given: dict[str, str]) -> None:
        if self._depth != 2 or self._is_open:
            raise IrregularError("a channel within something")
        if given.keys() - {"rdf:about"}:
            raise IrregularError("a channel with attributes")
        self._is_open, self._level = True, self._depth

    def _start_entry(self, kind: str, given: dict[str, str]) -> None:
        in_channel = self._is_direct() and not self._is_in_entry
        in_rdf = self._depth == 2 and not self._is_open
        if not in_channel and not in_rdf:
            raise IrregularError("an entry within something")
        if given.keys() - {"rdf:about"}:
            raise IrregularError("an entry with attributes")
        self._outer = (self._is_open, self._level)
        self._context = {"id": given["rdf:about"]} if given.get("rdf:about") else {}
        self.entries.append(self._context)
        self._is_open = self._is_in_entry = True
        self._level = self._depth
        self._has_title = self._has_content = False
        self._depths = {}

    def _leave(self, name: str) -> None:
        if self._is_in_entry:
            self._is_in_entry = False
            self._context = self.feed
            self._is_open, self._level = self._outer
        else:
            self._is_open = False

    # -- texts ---------------------------------------------------------------------------------------------

    def _start_text(self, kind: str, given: dict[str, str]) -> None:
        is_direct = self._is_direct()
        if not self._is_in_entry:
            self._start_channel_text(kind, given, is_direct=is_direct)
            return
        if not is_direct and kind not in ANYWHERE:
            raise IrregularError(f"{kind} deep within an entry")
        if self._author_depth:
            raise IrregularError(f"{kind} within an author")
        if "xml:lang" in given or "lang" in given or "mode" in given:
            raise IrregularError(f"{kind} in a language or mode of its own")
        if kind in ("description", "summary") and "summary" in self._context and not self._has_content:
            kind, default = "content", "text/plain"  # a second one: feedparser takes it for the content
        else:
            default = "text/html" if kind in ("description", "encoded") else "text/plain"
        if kind in ("content", "encoded"):
            self._has_content = True
            if "src" in given:
                raise IrregularError("content elsewhere")
        self._begin(kind, given, default)

    def _begin(self, kind: str, given: dict[str, str], default: str = "text/plain") -> None:
        if kind in DETAILED:
            text_type = TYPES.get(given.get("type", default))
            if text_type is None:
                raise IrregularError(f"{kind} of another type")
            self._detail = {"type": text_type, "language": self._language, "base": ""}
        elif kind == "id":
            self._is_link = given.get("ispermalink", "true") == "true"
        self._kind, self._kind_depth = kind, self._depth
        self._pieces = []
        self.listen(self._pieces.append)

    def _start_channel_text(self, kind: str, given: dict[str, str], *, is_direct: bool) -> None:
        if "xml:lang" in given or "lang" in given:
            raise IrregularError("a channel in several languages")
        if kind in ("media title", "content", "encoded"):
            raise IrregularError(f"{kind} of a channel")
        if kind in ("summary", "description"):
            # After a summary feedparser takes the next one for content, and the first entry's with it.
            if self._has_content:
                raise IrregularError("two summaries of a channel")
            self._has_content = kind == "summary"
        if kind not in OF_A_CHANNEL:
            return
        if not is_direct or (kind == "title" and "title" in self.feed):
            raise IrregularError(f"{kind} within something, or twice")
        if given and kind not in ("title", "id"):
            raise IrregularError(f"{kind} with attributes")
        self._begin(kind, given)

    def _end_value(self, kind: str, text: str) -> None:
        self._context[kind] = _mended(text)

    def _end_title(self, kind: str, text: str) -> None:
        self._guess(text)
        if self._has_title:
            return
        text = _mended(text)
        self._store("title", text)
        self._has_title = bool(text) and kind == "title"

    def _end_summary(self, kind: str, text: str) -> None:
        self._guess(text)
        self._store("summary", _mended(text))

    def _end_content(self, kind: str, text: str) -> None:
        self._guess(text)
        text = _mended(text)
        self._context.setdefault("content", []).append(self._detail | {"value": text})
        self._context.setdefault("summary", text)

    def _end_id(self, kind: str, text: str) -> None:
        text = _mended(text)
        self._context["id"] = text
        if self._is_link:
            self._context.setdefault("link", text)

    def _guess(self, text: str) -> None:
        """RSS does not say whether a text is markup."""
        is_told = self.version == "atom" or self._detail["type"] != "text/plain"
        if not is_told and ("<" in text or "&" in text) and _FeedParserMixin.looks_like_html(text):
            self._detail["type"] = "text/html"

    def _store(self, key: str, text: str) -> None:
        """Of several the one that stands least deep counts, and of equals the last."""
        before = self._depths.get(key)
        if before is None or self._kind_depth <= before:
            self._depths[key] = self._kind_depth
            self._context[key] = text
        self._context[f"{key}_detail"] = self._detail | {"value": text}

    # -- links and people ------------------------------------------------------------------------------------

    def _start_link(self, kind: str, given: dict[str, str]) -> None:
        if not self._is_direct():
            raise IrregularError("a link within something")
        rel = given.get("rel", "alternate")
        text_type = given.get("type", "application/atom+xml" if rel == "self" else "text/html")
        link = {"rel": rel}
        href = next((given[name] for name in ("url", "uri", "href") if name in given), None)
        links = self._context.setdefault("links", [])
        links.append(link)
        if href is None:
            self._begin("link", {})
            return
        link["href"] = href = _urljoin("", href)
        if rel == "alternate" and TYPES.get(text_type, text_type) in ("text/html", "application/xhtml+xml", "xhtml"):
            self._context["link"] = href

    def _end_link(self, kind: str, text: str) -> None:
        text = _mended(_urljoin("", text) if text else text)
        if self._is_in_entry:
            text = text.replace("&amp;", "&")
        if "&" in text:
            text = _REFERENCE.sub(r"&\g<1>", text)
        self._context["link"] = text
        if text or not self._is_in_entry:
            self._context["links"][-1]["href"] = text

    def _start_author(self, kind: str, given: dict[str, str]) -> None:
        if not self._is_in_entry:
            return
        if not self._is_direct():
            raise IrregularError("an author within something")
        self._context.setdefault("authors", []).append({})
        self._author_depth = self._depth
        self._pieces = []
        self.listen(self._pieces.append)

    def _end_author(self, kind: str) -> None:
        self.listen(None)
        self._author_depth = 0
        self._context["author"] = _mended("".join(self._pieces).strip())
        _FeedParserMixin._sync_author_detail(_Person(self._context))

    def _start_person(self, kind: str, given: dict[str, str]) -> None:
        """A name or an address of an author; of nobody in particular elsewhere."""
        if not self._author_depth:
            return
        if self._depth != self._author_depth + 1:
            raise IrregularError("an author's name within something")
        self._own_pieces = self._pieces
        self._begin(kind, {})

    def _end_person(self, kind: str, text: str) -> None:
        self._pieces = self._own_pieces
        self.listen(self._pieces.append)
        if kind != "address":
            self._context["authors"][-1][kind] = text

    # -- what is passed over ---------------------------------------------------------------------------------

    def _start_aside(self, kind: str, given: dict[str, str]) -> None:
        if self._author_depth or (kind in ("image", "input") and self._is_in_entry):
            raise IrregularError(f"{kind} in an entry")
        self._aside, self._inside = self._depth, INSIDE[kind]
        if kind == "source":
            self._has_title = False


class _Person:
    """As much of feedparser's parser as its reading of an author's text asks for."""

    def __init__(self, context: Record) -> None:
        self._context = context

    def _get_context(self) -> Record:
        return self._context


def _mended(text: str) -> str:
    """As it was meant: UTF-8 that was taken for Latin-1 and written as UTF-8 again, and Windows-1252 among the controls."""
    if text.isascii():
        return text
    with suppress(UnicodeEncodeError, UnicodeDecodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return _C1.sub(lambda found: found[0].encode("latin-1").decode("cp1252", "ignore"), text)


_STARTS: dict[str, Callable[[_Reading, str, dict[str, str]], None]] = {
    "rss": _Reading._start_root,
    "rdf": _Reading._start_root,
    "atom": _Reading._start_root,
    "channel": _Reading._start_channel,
    "entry": _Reading._start_entry,
    "link": _Reading._start_link,
    "author": _Reading._start_author,
    "name": _Reading._start_person,
    "email": _Reading._start_person,
    "address": _Reading._start_person,
    "markup": _Reading._start_aside,
    "source": _Reading._start_aside,
    "image": _Reading._start_aside,
    "input": _Reading._start_aside,
    "width": _Reading._start_person,
    "height": _Reading._start_person,
}
_ENDS: dict[str, Callable[[_Reading, str, str], None]] = {
    "title": _Reading._end_title,
    "media title": _Reading._end_title,
    "description": _Reading._end_summary,
    "summary": _Reading._end_summary,
    "content": _Reading._end_content,
    "encoded": _Reading._end_content,
    "id": _Reading._end_id,
    "link": _Reading._end_link,
    "name": _Reading._end_person,
    "email": _Reading._end_person,
    "address": _Reading._end_person,
}
