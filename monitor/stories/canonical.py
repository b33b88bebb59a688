"""Canonical URLs: the same page under its many addresses.

What is dropped says nothing of the page: scheme, `www.` and mobile prefixes stay apart on purpose (they are other hosts to the
server); fragments, default ports and tracking parameters go. The parameter names are facts collected from the trackers' own
manuals (Google Analytics, Matomo, Facebook, Mailchimp, HubSpot, Marketo, Yandex, Microsoft Advertising).
"""

from __future__ import annotations

import re
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode, urlsplit

from w3lib.url import canonicalize_url

TRACKING = re.compile(
    r"""(?: utm_\w+ | mtm_\w+ | pk_(?:campaign|kwd|source|medium|content|cid) | matomo_\w+ | hsa_\w+ | _hs(?:enc|mi)
    | at_(?:campaign|medium|link_\w+|bbc_\w+|format|ptr_name|custom\d)
    | (?:fb|g|dc|ms|y|tt|tw|wbra|gbra|li_fat_|_open_)?cl(?:id|src) | fbclid | igshid | mc_[ce]id | mkt_tok | vero_\w+ | oly_\w+_id
    | yclid | _openstat | ysclid | ncid | cmpid | cmp | ns_(?:campaign|mchannel|source|linkname|fee) | ref_src | xtor | wt_mc
    | echobox | spm | traffic_source | partner(?:id)?=rss | source=rss | feature=rss )""",
    re.VERBOSE | re.IGNORECASE,
)
# An address that has nothing to be made canonical but its slashes, as most have.
_SIMPLE = re.compile(
    r"https?://([a-z0-9\-]+(?:\.[a-z0-9\-]+)+(?::(?!(?:80|443)(?![0-9]))[1-9][0-9]{0,3})?)"
    r"((?:/[A-Za-z0-9_~\-]+(?:\.[A-Za-z0-9_~\-]+)*)*)/?"
)
DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str) -> str | None:
    """The one address that all spellings of `url` share, without its scheme; None for what is no http(s) address.

    >>> canonical_url("https://example.org:443/a/?b=2&a=1&utm_source=rss#top")
    'example.org/a?a=1&b=2'
    """
    if simple := _SIMPLE.fullmatch(url):
        return simple[1] + simple[2]
    try:
        parts = urlsplit(canonicalize_url(url.strip()))
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not host:
        return None
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _is_tracking(*pair)]
    address = host.rstrip(".")
    if port is not None and port != DEFAULT_PORTS[parts.scheme]:
        address += f":{port}"
    path = re.sub(r"/{2,}", "/", parts.path).rstrip("/")
    return f"{address}{path}{'?' + urlencode(kept) if kept else ''}"


def _is_tracking(name: str, value: str) -> bool:
    return bool(TRACKING.fullmatch(name) or TRACKING.fullmatch(f"{name}={value}"))


def url_key(url: str | None) -> bytes | None:
    """Eight bytes that stand for the page; None where the address identifies no article (none, or a site's front page)."""
    canonical = canonical_url(url) if url else None
    if canonical is None or ("/" not in canonical and "?" not in canonical):
        return None
    return blake2b(canonical.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def page_of(url: str | None) -> str | None:
    """The canonical address without its query: what stays where a link carries a fresh token each time."""
    canonical = canonical_url(url) if url else None
    return None if canonical is None else canonical.partition("?")[0]
