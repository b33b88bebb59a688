"""Selectors proposed for a page: which of its repeated elements are its news, judged as a reader would.

Links of a kind are grouped by where they stand; a group is the likelier to be the news the more of it have a date, a
headline's length, a heading and a link of their own, and the less it stands in a menu, a margin or a foot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.feeds import clean
from monitor.feeds.messages import NotAFeedError, Request
from monitor.feeds.pages import HEADINGS, Element, ElementReader, base_of, links_in, page_language, page_title, tree_of
from monitor.model import PageShape

MEMBERS_LEAST = 3
MEMBERS_LOOKED_AT = 40
LINKS_LOOKED_AT = 3_000
HEIGHT_MOST = 20
GROUPS_LOOKED_AT = 150
PROPOSALS_MOST = 3
SAMPLE = 5
SURE = 0.7

_MARGIN = re.compile(
    r"nav|menu|foot|side-?bar|widget|breadcrumb|share|social|lang|pag(?:er|inat)|cookie|banner|partner|related|tag-?cloud"
    r"|popular|most-?read|trending|topbar|login|search|useful|quick-?link",
    re.IGNORECASE,
)
_MARGIN_TAGS = frozenset({"nav", "footer", "aside", "form"})
_PASSING = re.compile(
    r"\d|^(?:first|last|odd|even|active|current|sticky|hentry|clearfix|row|col|col-.*)$", re.IGNORECASE
)
_IDENTIFIER = re.compile(r"-?[A-Za-z_][\w-]*", re.ASCII)
_PLAIN = PageShape("")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Selectors for a page, how sure they are (0 to 1), how many elements they find and what the first of them say:
    [title, absolute address, RFC 3339 instant or ""]."""

    list: str
    confidence: float
    count: int
    sample: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class _Group:
    nodes: tuple[LexborNode, ...]
    height: int  # above the links: of two that are as good, the one that holds more


@dataclass(frozen=True, slots=True)
class _Judged:
    score: float
    group: _Group
    elements: tuple[Element, ...]


def propose(request: Request, document: bytes) -> dict[str, Any]:
    """The likeliest shapes of a page, best first, as a JSON object with `title`, `language` and `proposals`.

    Raises NotAFeedError for what is no page.
    """
    text = document.decode(request.encoding, "replace")
    if "<" not in text[:2_000]:
        raise NotAFeedError("The answer is no page.")
    tree = tree_of(text)
    now, base = datetime.fromisoformat(request.now), base_of(tree, request.url)
    judged = sorted(_judged(tree, now, base), key=lambda one: (-one.score, -one.group.height))
    made: list[Proposal] = []
    taken: set[int] = set()
    for one in judged:
        titles = {node.mem_id for node in one.group.nodes}
        if len(made) == PROPOSALS_MOST or one.score <= 0 or titles & taken or _holds(one, made):
            continue
        taken |= titles
        runner_up = next((other.score for other in judged if not _is_alike(other, one)), 0.0)
        selector = _selector(tree, one.group.nodes)
        made.append(Proposal(selector, _confidence(one.score, runner_up), len(one.elements), _sample(one, base)))
    return {
        "title": page_title(tree),
        "language": page_language(tree),
        "proposals": [asdict(proposal) for proposal in sorted(made, key=lambda proposal: -proposal.confidence)],
    }


def _holds(one: _Judged, made: Sequence[Proposal]) -> bool:
    """Whether a group says again what a proposal says already."""
    titles = {element.title for element in one.elements[:SAMPLE]}
    return any(titles & {title for title, _, _ in proposal.sample} for proposal in made)


def _is_alike(other: _Judged, one: _Judged) -> bool:
    hrefs = {element.href for element in one.elements}
    return sum(element.href in hrefs for element in other.elements) * 2 >= len(other.elements)


def _confidence(score: float, runner_up: float) -> float:
    """How sure: the score, less where another group of other links is nearly as good."""
    margin = min(1.0, max(0.0, (score - runner_up) / 0.15))
    return round(min(0.99, score * (0.75 + 0.25 * margin)), 2)


def _sample(one: _Judged, base: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (
            clean.plain_title(element.title, is_plain=True),
            clean.link(element.href, base) or "",
            element.published_at.isoformat() if element.published_at else element.claim,
        )
        for element in one.elements[:SAMPLE]
    )


# -- judging -------------------------------------------------------------------------------------------


def _judged(tree: LexborHTMLParser, now: datetime, base: str) -> Iterator[_Judged]:
    groups = _groups(tree, base)
    for group in sorted(groups, key=lambda found: -len(found.nodes))[:GROUPS_LOOKED_AT]:
        reader = ElementReader(group.nodes, _PLAIN, now)
        elements = tuple(reader.read(node) for node in group.nodes[:MEMBERS_LOOKED_AT])
        yield _Judged(_score(group, elements, base), group, elements)


def _score(group: _Group, elements: Sequence[Element], base: str) -> float:
    count = len(elements)
    titles = [_length(element.title) for element in elements]
    hrefs = {clean.link(element.href, base) for element in elements} - {None}
    dated = sum(element.published_at is not None for element in elements) / count
    headed = sum(node.css_first(HEADINGS) is not None for node in group.nodes[:count]) / count
    long_enough = sum(min(1.0, max(0.0, (length - 12) / 28)) for length in titles) / count
    score = 0.4 * dated + 0.3 * long_enough + 0.1 * headed + 0.2 * min(1.0, count / 6)
    score *= min(1.0, len(hrefs) / count) * min(1.0, len({element.title for element in elements}) / count)
    score *= sum(bool(element.title) for element in elements) / count
    score *= 1 - 0.75 * _crowded(group.nodes[:count], base)
    if sum(titles) / count > 250:
        score *= 0.5
    return score * (0.45 if _is_marginal(group.nodes[0]) else 1.0)


def _length(title: str) -> int:
    """How much a title says, in Latin letters: a Han, kana or Hangul character says about three times as much."""
    return len(title) + 2 * sum("\u3040" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3" for char in title)


def _crowded(nodes: Iterable[LexborNode], base: str) -> float:
    """The share of elements that hold several headlines: a column of news, not one of them."""
    crowded = total = 0
    for node in nodes:
        total += 1
        long_links = {clean.link(_href(link), base) for link in links_in(node) if _length(link.text(strip=True)) >= 25}
        headed = {heading.mem_id for heading in node.css(HEADINGS)}
        crowded += len(long_links) > 1 or len(headed) > 2
    return crowded / total


def _is_marginal(node: LexborNode) -> bool:
    around: LexborNode | None = node
    while around is not None and around.tag not in ("body", "html"):
        named = f"{around.attributes.get('class') or ''} {around.attributes.get('id') or ''}"
        if around.tag in _MARGIN_TAGS or _MARGIN.search(named):
            return True
        around = around.parent
    return False


# -- grouping ------------------------------------------------------------------------------------------


def _groups(tree: LexborHTMLParser, base: str) -> list[_Group]:
    """Elements that stand in like places and hold a link each, at every height above the links."""
    found: dict[tuple[str, str], dict[int, LexborNode]] = {}
    paths: dict[int, str] = {}
    heights: dict[int, int] = {}
    for link in _article_links(tree, base):
        node: LexborNode | None = link
        for height in range(HEIGHT_MOST):
            if node is None or node.parent is None or node.tag in ("body", "html", "main"):
                break
            around = _path(node.parent, paths)
            for mark in ("", *_classes(node)):
                found.setdefault((f"{node.tag} < {around}", mark), {})[node.mem_id] = node
                heights[node.mem_id] = max(height, heights.get(node.mem_id, 0))
            node = node.parent
    groups: dict[tuple[int, ...], _Group] = {}
    for members in found.values():
        if len(members) >= MEMBERS_LEAST:
            height = max(heights[member] for member in members)
            groups.setdefault(tuple(members), _Group(tuple(members.values()), height))
    return list(groups.values())


def _article_links(tree: LexborHTMLParser, base: str) -> Iterator[LexborNode]:
    """Links that may lead to an article: to a page of the same site that is not its front."""
    body = tree.body
    if body is None:
        return
    site = (urlsplit(base).hostname or "").removeprefix("www.").split(".")[-2:]
    for link in links_in(body)[:LINKS_LOOKED_AT]:
        absolute = clean.link(_href(link), base)
        parts = urlsplit(absolute) if absolute else None
        if parts is None or (parts.hostname or "").split(".")[-2:] != site:
            continue
        if parts.path.strip("/") or parts.query:
            yield link


def _path(node: LexborNode, known: dict[int, str]) -> str:
    """An element's place: the tags, ids and classes of what it stands in, from within outwards."""
    if node.mem_id not in known:
        labels: list[str] = []
        around: LexborNode | None = node
        while around is not None and around.tag != "html" and len(labels) < HEIGHT_MOST:
            labels.append(str(around.tag) + _identity(around) + "".join(f".{name}" for name in _classes(around)))
            around = around.parent
        known[node.mem_id] = " < ".join(labels)
    return known[node.mem_id]


def _identity(node: LexborNode) -> str:
    """The id of an element, where it looks like one that stays; else ""."""
    written = node.attributes.get("id") or ""
    return written if _IDENTIFIER.fullmatch(written) and not _PASSING.search(written) else ""


def _classes(node: LexborNode) -> list[str]:
    """The classes of an element that it may share with others of its kind, each once."""
    written = (node.attributes.get("class") or "").split()
    return sorted({name for name in written if _IDENTIFIER.fullmatch(name) and not _PASSING.search(name)})


def _href(link: LexborNode) -> str:
    return link.attributes.get("href") or ""


# -- selecting -----------------------------------------------------------------------------------------


def _selector(tree: LexborHTMLParser, nodes: Sequence[LexborNode]) -> str:
    """The shortest selector, from the elements upwards, that finds them and nothing else with a link in it."""
    wanted = {node.mem_id for node in nodes}
    best, extra_least = "", len(tree.css("a")) + 1
    for own in _own_selectors(nodes):
        selector, around = own, nodes[0].parent
        for _ in range(6):
            extra = _extra(tree, selector, wanted)
            if extra is not None and extra < extra_least:
                best, extra_least = selector, extra
            if extra == 0 or around is None or around.tag == "html":
                break
            selector = f"{_step(around)} > {selector}"
            around = around.parent
        if extra_least == 0:
            break
    return best or str(nodes[0].tag)


def _own_selectors(nodes: Sequence[LexborNode]) -> list[str]:
    """A tag with a class that all of the elements have, in the order written; the bare tag last."""
    shared = set(_classes(nodes[0])).intersection(*(_classes(node) for node in nodes[1:]))
    tag, written = str(nodes[0].tag), (nodes[0].attributes.get("class") or "").split()
    return [f"{tag}.{name}" for name in dict.fromkeys(written) if name in shared] + [tag]


def _extra(tree: LexborHTMLParser, selector: str, wanted: set[int]) -> int | None:
    """How many more elements with links a selector finds; None where it misses some of the wanted."""
    found = tree.css(selector)
    if not wanted <= {node.mem_id for node in found}:
        return None
    return sum(node.mem_id not in wanted and bool(links_in(node)) for node in found)


def _step(node: LexborNode) -> str:
    if identity := _identity(node):
        return f"{node.tag}#{identity}"
    return str(node.tag) + "".join(f".{name}" for name in _classes(node)[:2])
