"""What the elements of feeds are for, by the names that feedparser gives them: the words that `plain` reads.

A name that is not listed says nothing that is kept. A name is `irregular` where feedparser does with it what is not worth doing
twice, or where a namespace that nobody knows uses a word that matters.
"""

from __future__ import annotations

from functools import lru_cache

from feedparser.mixin import _FeedParserMixin

SEPARATOR = " "
_XML = "http://www.w3.org/XML/1998/namespace"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

_TEXTS = {
    "title": "title", "dc:title": "title", "media:title": "media title",
    "description": "description", "dc:description": "description", "media:description": "description",
    "summary": "summary", "itunes:summary": "summary", "content": "content", "content:encoded": "encoded",
    "guid": "id", "id": "id",
    "published": "published", "pubdate": "published", "issued": "published", "dcterms:issued": "published",
    "updated": "updated", "modified": "updated", "lastbuilddate": "updated", "dc:date": "updated", "dcterms:modified": "updated",
    "created": "created", "dcterms:created": "created",
    "language": "language", "dc:language": "language", "ttl": "ttl",
    "sy:updateperiod": "sy_updateperiod", "sy:updatefrequency": "sy_updatefrequency",
}  # fmt: skip
_OTHERS = {
    "rss": "rss", "rdf:rdf": "rdf", "feed": "atom", "channel": "channel", "item": "entry", "entry": "entry", "link": "link",
    "author": "author", "managingeditor": "author", "dc:creator": "author", "dc:author": "author", "itunes:author": "author",
    "name": "name", "itunes:name": "name", "email": "email", "itunes:email": "email",
    "uri": "address", "url": "address", "homepage": "address",
    "subtitle": "markup", "itunes:subtitle": "markup", "tagline": "markup", "rights": "markup", "copyright": "markup",
    "dc:rights": "markup", "info": "markup", "feedburner:browserfriendly": "markup",
    "source": "source", "image": "image", "textinput": "input", "width": "width", "height": "height",
    "abstract": "irregular", "body": "irregular", "xhtml:body": "irregular", "fullitem": "irregular",
    "date": "irregular", "links": "irregular", "authors": "irregular", "title_detail": "irregular", "summary_detail": "irregular",
    "dc:abstract": "irregular", "tags": "irregular", "svg": "irregular", "math": "irregular",
}  # fmt: skip
_KINDS = _TEXTS | _OTHERS
_LOUD = frozenset(name.rpartition(":")[2] for name in _KINDS)
DETAILED = frozenset({"title", "media title", "description", "summary", "content", "encoded"})
OF_A_CHANNEL = frozenset({"title", "id", "language", "ttl", "sy_updateperiod", "sy_updatefrequency"})
TYPES = dict.fromkeys(("text", "plain", "text/plain"), "text/plain") | dict.fromkeys(("html", "text/html"), "text/html")
_TOLD = frozenset(
    {"type", "href", "url", "uri", "rel", "lang", "mode", "src", "ispermalink", "lastmod", "base", "about"}
)
INSIDE = {
    "markup": frozenset[str](),
    "image": frozenset({"title", "link", "description", "address", "width", "height"}),
    "input": frozenset({"title", "link", "description", "name"}),
    "source": frozenset(_KINDS.values()) - {"entry", "channel", "rss", "rdf", "atom", "source", "irregular"},
}
ANYWHERE = frozenset({"media title", "description"})  # media put them into groups of their own


class IrregularError(Exception):
    """The document is not one of those read here."""


@lru_cache(maxsize=4096)
def kind_of(name: str) -> str:
    """What an element (`namespace name`, as expat gives it) is for; "" for what says nothing."""
    namespace, _, local = name.rpartition(SEPARATOR)
    local = local.lower()
    prefix = _prefix(namespace)
    if prefix is None:
        return "irregular" if local in _LOUD else ""
    return _KINDS.get(f"{prefix}:{local}" if prefix else local, "")


def _prefix(namespace: str) -> str | None:
    """What feedparser calls a namespace: "" for those of the feeds themselves; None for one that it does not know."""
    if not namespace or "backend.userland.com/rss" in namespace.lower():
        return ""
    known: dict[str, str] = _FeedParserMixin.namespaces
    found = known.get(namespace)
    if found is None:
        found = next((prefix for uri, prefix in known.items() if uri.lower() == namespace.lower()), None)
    return found


def attributes_of(raw: dict[str, str]) -> dict[str, str]:
    """Attributes by the name that feedparser gives them; those of XML itself and RDF keep their prefix, others lose it."""
    given: dict[str, str] = {}
    for name, value in raw.items():
        namespace, _, local = name.rpartition(SEPARATOR)
        local = local.lower()
        prefix = {_XML: "xml:", _RDF: "rdf:"}.get(namespace)
        if prefix is None and namespace:
            if local in _TOLD:
                raise IrregularError(f"{local} in another namespace")
            continue
        given[f"{prefix or ''}{local}"] = value.lower() if local in ("rel", "type") else value
    return given
