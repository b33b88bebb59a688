"""Pages without a feed to entries, in a worker process: each element that the source's selector finds is an entry.

Where a selector is left out, an element is read as people would: its headline is the link in its heading, or the link
that says most; its date is what is marked as one, or stands alone and reads as one. Elements seen before are told apart
by the hash of their markup and not read again.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from monitor.feeds import clean
from monitor.feeds.dates import believable, read_date
from monitor.feeds.gate import entry_hash, split_seen
from monitor.feeds.local_dates import find_date
from monitor.feeds.messages import NotAFeedError, Parsed, Request
from monitor.feeds.parse import language_of
from monitor.model import Entry, PageShape

PAGE_CHARS = 4_000_000
LIST_LIMIT = 5_000
DATE_CHARS = 80
ALIKE_MOST = 3  # a text that so many links share is no title
HEADINGS = "h1, h2, h3, h4, h5, h6"
DATED = (
    "time, [datetime], [class*=date], [class*=Date], [class*=time], [class*=publish], [itemprop*=date], [class*=tarix]"
)
_INLINE_TAG = re.compile(r"</?(?:a|abbr|b|bdi|bdo|cite|em|font|i|mark|q|small|span|strong|sub|sup|time|u|wbr)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_GENERIC = re.compile(
    r"\W*(?:(?:read|learn|see|view|find out|show|click)\s?(?:more|here|details|all|full \w+)?|more|details|continue reading"
    r"|lire la suite|en savoir plus|mehr|weiterlesen|mehr lesen|leer más|подробнее|читать далее|далее|ещё|devamı"
    r"|devamını oku|detaylar|ətraflı|daha ətraflı|oxu|ավելին|կարդալ ավելին|المزيد|اقرأ المزيد|ادامه مطلب|بیشتر"
    r"|مزید پڑھیں|更多|阅读全文|详情|続きを読む|pdf|download)\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Element:
    """What stands in one element of a list: texts as written, the link as written; empty where there is none."""

    title: str
    href: str
    claim: str
    published_at: datetime | None


def parse_page(request: Request, document: bytes) -> Parsed:
    """The unseen entries of a page, in its order, with the hashes of all its elements.

    `request.page` holds the fields of a `PageShape`. Raises NotAFeedError where its selectors find no entry at all: a
    page that was rebuilt must not look like one without news.
    """
    shape = PageShape(**request.page)
    tree = tree_of(document.decode(request.encoding, "replace"))
    nodes = [node for node in _found(tree, shape.list)[:LIST_LIMIT] if node.tag != "-text"]
    known = frozenset(split_seen(bytes.fromhex(request.seen)))
    hashes = [entry_hash(f"{shape}{node.html}".encode("utf-8", "replace")) for node in nodes]
    reader = ElementReader(nodes, shape, datetime.fromisoformat(request.now))
    base = base_of(tree, request.url)
    readable = [at for at, node in enumerate(nodes) if reader.link_of(node) is not None]
    readable = readable or [at for at, node in enumerate(nodes) if reader.title_of(node)]
    if not readable:
        what = "has no element that" if not nodes else "has elements, but no link or title, where"
        raise NotAFeedError(
            f"The page {what} the selector {shape.list!r} says; where the page was rebuilt, "
            "`monitor sources discover` proposes selectors anew."
        )
    fresh = [at for at in readable if hashes[at] not in known]
    taken, postponed = fresh[: request.entry_limit], frozenset(fresh[request.entry_limit :])
    language = page_language(tree) or language_of(request.language.partition(",")[0])
    entries = (_entry(nodes[at], reader, base, language) for at in taken)
    return Parsed(
        entries=tuple(_once(entries)),
        entry_count=len(readable),
        title=page_title(tree),
        site_url=clean.link(request.url, ""),
        language=language,
        hashes=b"".join(hashes[at] for at in readable if at not in postponed),
        cut_count=len(readable) - len(fresh),
    )


def tree_of(text: str) -> LexborHTMLParser:
    """The page without what nobody sees of it; more than four million characters are cut."""
    tree = LexborHTMLParser(text[:PAGE_CHARS])
    tree.strip_tags(["script", "style", "noscript", "template", "svg", "iframe"])
    return tree


def base_of(tree: LexborHTMLParser, url: str) -> str:
    """The address that the page's relative links start from."""
    node = tree.css_first("base[href]")
    return (clean.link(_attribute(node, "href"), url) if node is not None else None) or url


def page_title(tree: LexborHTMLParser) -> str:
    node = tree.css_first("title")
    return clean.plain_title(node.text(), is_plain=True) if node is not None else ""


def page_language(tree: LexborHTMLParser) -> str:
    node = tree.css_first("html[lang]")
    return language_of(_attribute(node, "lang")) if node is not None else ""


class ElementReader:
    """Reads the elements of one list by its shape, and where that is silent by what they have in common."""

    def __init__(self, nodes: Sequence[LexborNode], shape: PageShape, now: datetime) -> None:
        self._shape, self._now = shape, now
        texts = Counter(words_of(link) for node in nodes for link in links_in(node))
        self._common = frozenset(text for text, count in texts.items() if count >= ALIKE_MOST) if len(nodes) > 1 else ()

    def read(self, node: LexborNode) -> Element:
        """The element's title, link and date."""
        link = self.link_of(node)
        claim, published_at = self.date_of(node, link)
        return Element(self.title_of(node), _attribute(link, "href") if link is not None else "", claim, published_at)

    def link_of(self, node: LexborNode) -> LexborNode | None:
        """The link to the article; None where the element has none."""
        if self._shape.link:
            return next((found for found in _within(node, self._shape.link) if _is_link(found)), None)
        links = links_in(node)
        headed = [link for link in links if _is_headed(link, node)]
        telling = [link for link in headed or links if not self._is_generic(words_of(link))]
        return max(telling or links, key=lambda link: len(words_of(link)), default=None)

    def title_of(self, node: LexborNode) -> str:
        """The headline: by the selector, the heading, the link, or the longest text of an element that is no date."""
        if self._shape.title:
            found = next(iter(_within(node, self._shape.title)), None)
            if found is not None and words_of(found):
                return words_of(found)
        link = self.link_of(node)
        named = self._name_of(link) if link is not None else ""
        for heading in node.css(HEADINGS):
            text = words_of(heading)
            if text and not (named and len(named) > len(text) and text not in named and not self._is_generic(named)):
                return text
        if named and not self._is_generic(named) and not self._is_date(named):
            return named
        if link is not None and (told := clean.one_line(_attribute(link, "title"))) and not self._is_generic(told):
            return told
        blocks = [words_of(block) for block in leaves(node)]
        telling = [text for text in blocks if not self._is_generic(text) and not self._is_date(text)]
        return max(telling, key=len, default="")

    def _name_of(self, link: LexborNode) -> str:
        """What a link says; of one that a whole card is, the longest part that is no date."""
        parts = [words_of(leaf) for leaf in leaves(link)]
        if any(map(self._is_date, parts)) and len(parts) > 1:
            return max((part for part in parts if not self._is_date(part)), key=len, default="")
        return words_of(link)

    def date_of(self, node: LexborNode, link: LexborNode | None) -> tuple[str, datetime | None]:
        """The date as written and what it means: ("", None) where there is none, None alone where it is unreadable."""
        if self._shape.date:
            marked = _within(node, self._shape.date)
        else:
            short = [found for found in _within(node, DATED) if len(words_of(found)) <= DATE_CHARS]
            marked = sorted(short, key=lambda found: not _attribute(found, "datetime"))
            before = node.prev if node.tag == "dd" else None
            while before is not None and before.tag == "-text":
                before = before.prev
            marked += [before] if before is not None and before.tag == "dt" else []
        claim = ""
        for found in marked:
            for written in (_attribute(found, "datetime"), _attribute(found, "content"), words_of(found)):
                if written and (instant := self._instant(written)) is not None:
                    return clean.shorten(written, 100), instant
                claim = claim or written
        if self._shape.date:
            return clean.shorten(claim, 100), None
        inside = (
            {found.mem_id for found in link.traverse()} if link is not None and link.mem_id != node.mem_id else set()
        )
        for leaf in leaves(node):
            text = words_of(leaf)
            if leaf.mem_id not in inside and len(text) <= DATE_CHARS and self._instant(text) is not None:
                return text, self._instant(text)
        return clean.shorten(claim, 100) if len(claim) <= DATE_CHARS else "", None

    def _instant(self, written: str) -> datetime | None:
        if self._shape.date_format:
            try:
                found = datetime.strptime(written.strip(), self._shape.date_format)  # noqa: DTZ007 - the zone is set below
            except ValueError:
                return None
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        return read_date(written) or find_date(written, self._now)

    def _is_generic(self, text: str) -> bool:
        return not text or text in self._common or _GENERIC.fullmatch(text) is not None

    def _is_date(self, text: str) -> bool:
        return len(text) <= 40 and find_date(text, self._now) is not None


def links_in(node: LexborNode) -> list[LexborNode]:
    """The links of an element, itself among them, that lead to another page."""
    links = [link for link in node.css("a[href]") if _is_link(link)]
    around = node.parent
    if not links and around is not None and _is_link(around):
        return [around]
    return links


def words_of(node: LexborNode) -> str:
    """The text of an element on one line; what stands in different blocks is kept apart."""
    markup = _TAG.sub(" ", _INLINE_TAG.sub("", node.html or ""))
    return clean.one_line(html.unescape(markup))


def leaves(node: LexborNode) -> Iterator[LexborNode]:
    """The elements with text of their own in an element, itself among them, in order."""
    for found in node.traverse():
        child = found.child
        while child is not None:
            if child.is_text_node and (child.text_content or "").strip():
                yield found
                break
            child = child.next


def _entry(node: LexborNode, reader: ElementReader, base: str, language: str) -> Entry:
    element = reader.read(node)
    markup = _body(node, element)
    cleaned = clean.clean_html(markup, base)
    text = clean.plain_text(cleaned)
    return Entry(
        guid=None,
        url=clean.link(element.href, base),
        title=clean.plain_title(element.title, is_plain=True) or clean.title_from(text),
        text=text,
        html=cleaned,
        language=language,
        published_at=believable(element.published_at, reader._now),
        published_claim=element.claim,
    )


def _body(node: LexborNode, element: Element) -> str:
    """The paragraphs that say something beside title and date."""
    kept = []
    for paragraph in node.css("p, blockquote"):
        text = words_of(paragraph)
        if text and text not in (element.title, element.claim) and _GENERIC.fullmatch(text) is None:
            kept.append(paragraph.html or "")
    return "".join(kept)


def _once(entries: Iterable[Entry]) -> list[Entry]:
    """The entries, each address once: pages link picture and headline apart; the longer title is kept."""
    by_url: dict[str | int, Entry] = {}
    for number, entry in enumerate(entries):
        key = entry.url or number
        before = by_url.get(key)
        if before is None:
            by_url[key] = entry
        elif len(entry.title) > len(before.title) and entry.title != "(untitled)":
            by_url[key] = replace(entry, published_at=entry.published_at or before.published_at)
    return list(by_url.values())


def _found(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    try:
        return tree.css(selector)
    except SelectolaxError as error:
        raise NotAFeedError(f"The selector {selector!r} cannot be read.") from error


def _within(node: LexborNode, selector: str) -> list[LexborNode]:
    try:
        return node.css(selector)
    except SelectolaxError as error:
        raise NotAFeedError(f"The selector {selector!r} cannot be read.") from error


def _is_link(node: LexborNode) -> bool:
    href = _attribute(node, "href").strip().lower()
    return node.tag == "a" and bool(href) and not href.startswith(("#", "javascript:", "mailto:", "tel:", "data:"))


def _is_headed(link: LexborNode, within: LexborNode) -> bool:
    """Whether a link stands in a heading of the element, or holds one."""
    if link.css_first(HEADINGS) is not None:
        return True
    around = link.parent
    while around is not None and around.mem_id != within.mem_id:
        if around.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            return True
        around = around.parent
    return within.tag in ("h1", "h2", "h3", "h4", "h5", "h6")


def _attribute(node: LexborNode, name: str) -> str:
    return node.attributes.get(name) or ""
