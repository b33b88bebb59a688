"""Markup made harmless, and text made plain. Whatever leaves here can neither run, submit, frame, redirect nor phone
home.

The allow list is nh3's to enforce; links are http(s) only and lead out with rel="noopener noreferrer nofollow". Images
are left out: each would tell its server who reads.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

import nh3

TITLE_CHARS = 500
TEXT_BYTES = 200_000
HTML_CHARS = 400_000
TITLE_FROM_TEXT_CHARS = 90
URL_CHARS = 4_000
DEPTH_LIMIT = 500
ELLIPSIS = "…"

_TAG_NAMES = (
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4"
    " h5 h6 hr i ins kbd li mark ol p pre q rp rt ruby s samp small span strong sub summary sup table tbody td tfoot th"
    " thead time tr u ul var wbr"
)
_DROPPED_NAMES = (
    "script style template noscript iframe frame frameset object embed applet form button select textarea svg math title"
    " audio video canvas noembed noframes xmp head"
)
_ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
    "time": {"datetime"},
}
_SCHEMES = {"http", "https"}

# C0 and C1 but tab and line feed, surrogates, non-characters, the byte-order mark.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
_BREAKS = re.compile(r"\r\n?|[\u2028\u2029\x85]")
_CLEANED_TAG = re.compile(r'</?([a-z0-9]+)[^<>"]*(?:"[^"]*"[^<>"]*)*>')
_BLOCKS = frozenset(
    {"p", "div", "blockquote", "ul", "ol", "dl", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "figure", "figcaption", "pre",
     "hr", "details", "summary", "caption", "li", "dt", "dd"}
)  # fmt: skip
_NESTING = re.compile(
    r"<(/?)(?!(?:br|img|hr|p|li|input|wbr|source|meta|link|col|t[dhr]|d[dt])\b)[A-Za-z]", re.IGNORECASE
)
# An address in which there is nothing to resolve, to escape or to doubt.
_PLAIN_LINK = re.compile(
    r"https?://[A-Za-z0-9.\-]*[A-Za-z0-9](?::[1-9][0-9]{0,3})?"
    r"(?:/[A-Za-z0-9_~.,:@!$&'()*+%/=\-]*(?:\?[A-Za-z0-9_~.,:@!$&'()*+%/=\-]+)?)?"
)
_MARKUP = re.compile(r"<[a-zA-Z/!?]|&[#a-zA-Z]")


def tidy(text: str) -> str:
    """The text with line feeds for all line ends, and without control characters, surrogates and non-characters."""
    if text.isprintable():  # nothing of the kind is
        return text
    return _CONTROLS.sub("", _BREAKS.sub("\n", text))


def one_line(text: str) -> str:
    """Tidy text on one line, runs of white space one blank."""
    return " ".join(tidy(text).split())


def clean_html(markup: str, base_url: str) -> str:
    """The markup with only what may stand in a page or a mail; relative links made absolute against `base_url`.

    More than 400,000 characters are cut, visibly; markup nested deeper than any page becomes plain text, because
    parsing it takes time by the square of its depth. "" for markup without content.
    """
    markup = tidy(markup)
    is_cut = len(markup) > HTML_CHARS
    if is_cut:
        markup = markup[:HTML_CHARS].rpartition("<")[0] or markup[:HTML_CHARS]
    if _depth(markup) > DEPTH_LIMIT:
        return html_of_plain(re.sub(r"<[^<>]*>", " ", markup))
    # Tidy again: a character reference is a character only now.
    cleaned = tidy(_cleaner(base_url).clean(markup)).strip()
    return f"{cleaned}<p>{ELLIPSIS}</p>" if is_cut else cleaned


def html_of_plain(text: str) -> str:
    """Plain text as paragraphs; an empty line parts them."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", tidy(text)) if part.strip()]
    return "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in parts)


def plain_text(cleaned: str) -> str:
    """The text of cleaned markup: paragraphs apart by an empty line, `<br>` a line end; at most 200,000 bytes of
    UTF-8."""
    text = " ".join(cleaned.split())
    if "<" in text:
        text = _CLEANED_TAG.sub(_break, text)
    if "&" in text:
        text = tidy(html.unescape(text))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return cut_text(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip())


def _break(tag: re.Match[str]) -> str:
    return "\n\n" if tag[1] in _BLOCKS else "\n" if tag[1] == "br" else ""


def plain_title(title: str, is_plain: bool = False) -> str:
    """A title on one line, without markup unless it is known to be plain; at most 500 characters, cut visibly."""
    if not is_plain and _MARKUP.search(title):
        title = plain_text(clean_html(title[:20_000], ""))
    return shorten(one_line(title), TITLE_CHARS)


def title_from(text: str) -> str:
    """A title for an entry without one: the start of its text; "(untitled)" where that is empty too."""
    return shorten(one_line(text[:2_000]), TITLE_FROM_TEXT_CHARS) or "(untitled)"


def shorten(text: str, limit: int) -> str:
    """The text, or its start up to the last word that fits and an ellipsis; at most `limit` characters."""
    if len(text) <= limit:
        return text
    start = text[: limit - 1]
    head, blank, _ = start.rpartition(" ")
    return (head if blank and len(head) > limit // 2 else start).rstrip() + ELLIPSIS


def cut_text(text: str) -> str:
    """The text, or as much of it as fits into 200,000 bytes of UTF-8 together with an ellipsis."""
    if len(text) * 4 <= TEXT_BYTES:
        return text
    raw = text.encode("utf-8", "replace")
    if len(raw) <= TEXT_BYTES:
        return text
    return raw[: TEXT_BYTES - len(ELLIPSIS.encode())].decode("utf-8", "ignore") + ELLIPSIS


def link(href: str, base_url: str) -> str | None:
    """The absolute http(s) address of a link as written; None where it is none."""
    if _PLAIN_LINK.fullmatch(href) and len(href) <= URL_CHARS:
        return href
    href = re.sub(r"[\n\t]", "", tidy(href)).strip().replace(" ", "%20")
    if not href or len(href) > URL_CHARS:
        return None
    try:
        absolute = urljoin(base_url, href)
        parts = urlsplit(absolute)
        usable = parts.scheme.lower() in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    if not usable:
        return None
    return parts.scheme.lower() + absolute[len(parts.scheme) :]


def _depth(markup: str) -> int:
    """How deep the tags nest, roughly: unclosed ones count to the end."""
    if markup.count("<") <= DEPTH_LIMIT:
        return 0
    depth = deepest = 0
    for found in _NESTING.finditer(markup):
        depth += -1 if found[1] else 1
        deepest = max(deepest, depth)
    return deepest


@lru_cache(maxsize=64)
def _cleaner(base_url: str) -> nh3.Cleaner:
    usable = link(base_url, "")
    return nh3.Cleaner(
        tags=set(_TAG_NAMES.split()),
        clean_content_tags=set(_DROPPED_NAMES.split()),
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
        url_relative=("rewrite_with_base", usable) if usable else "deny",
    )
