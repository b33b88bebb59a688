"""Is this entry an article that is already known? (PROMISES: the same article once, different articles all kept.)

No single mark can be trusted: sources churn GUIDs, put tokens into links, edit titles, and share one GUID, link or title among
different articles. So each mark only nominates candidates, and a candidate must agree in a second way: another mark, the
title, or words in common.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Candidate, Observed
from monitor.stories.canonical import page_of, url_key
from monitor.stories.likeness import likeness

THE_SAME = 0.9  # within one document
ALIKE = 0.5  # share of the shorter text's words found in the other: the same article, edited
UNLIKE = 0.2  # below this a page at one address was replaced by another article


@dataclass(frozen=True, slots=True)
class Identification:
    """`item_id` is None for a new article; `reason` says what decided."""

    item_id: int | None
    reason: str


def identify(
    entry: Observed,
    candidates: Sequence[Candidate],
    identity: str = "auto",
    claimed: Collection[int] = (),
) -> Identification:
    """The stored article that `entry` is, or a new one. `identity` is the source's own setting; `claimed` holds the items that
    other entries of the same document turned out to be."""
    best: tuple[int, Identification] | None = None
    for candidate in candidates:
        strength, reason = _agreement(entry, candidate, identity, candidate.item_id in claimed)
        if strength and (best is None or strength > best[0]):
            best = (strength, Identification(candidate.item_id, reason))
    return best[1] if best else Identification(None, "no stored article agrees")


def _agreement(entry: Observed, known: Candidate, identity: str, is_claimed: bool) -> tuple[int, str]:
    """How well they agree: 0 not at all, else the higher the surer, with the reason."""
    same_guid = known.is_same_source and entry.guid_key is not None and entry.guid_key == known.guid_key
    same_url = entry.url_key is not None and entry.url_key == known.url_key
    same_title = entry.title_key == known.title_key
    if identity != "auto" and known.is_same_source:
        told = {"guid": same_guid, "link": same_url, "title+link": same_title and same_url}[identity]
        return (9, f"same {identity}, as configured") if told else (0, "")
    if is_claimed:
        return _repeated(entry, known, shares_mark=same_guid or same_url)
    if same_guid:
        return _by_guid(entry, known, same_title=same_title)
    if same_url:
        return _by_url(entry, known, same_title=same_title)
    return _by_words(entry, known)


def _repeated(entry: Observed, known: Candidate, *, shares_mark: bool) -> tuple[int, str]:
    """A document lists an article once: two of its entries are one only where they say the same."""
    says_the_same = entry.title_key == known.title_key and likeness(entry.words, known.words) >= THE_SAME
    if says_the_same and (shares_mark or _has_same_text(entry, known)):
        return 9, "the same again in one document"
    return 0, ""


def _by_guid(entry: Observed, known: Candidate, *, same_title: bool) -> tuple[int, str]:
    if same_title:
        return 8, "same guid and title"
    if likeness(entry.words, known.words) >= ALIKE:
        return 6, "same guid and much the same words"
    if _is_front_page(entry.guid) or _lives_elsewhere(entry, known):
        return 0, ""
    return 7, "same guid, and the address does not speak against it"


def _lives_elsewhere(entry: Observed, known: Candidate) -> bool:
    """Both have an address that identifies a page, and the pages differ by more than a query (a token, say)."""
    return None not in (entry.url_key, known.url_key) and page_of(entry.url) != page_of(known.url)


def _is_front_page(guid: str | None) -> bool:
    return guid is not None and "://" in guid and url_key(guid) is None


def _by_url(entry: Observed, known: Candidate, *, same_title: bool) -> tuple[int, str]:
    has_other_guid = known.is_same_source and None not in (entry.guid_key, known.guid_key)
    if likeness(entry.words, known.words) >= (ALIKE if has_other_guid else UNLIKE):
        return (5, "same address and title") if same_title else (4, "same address and words in common")
    return 0, ""


def _by_words(entry: Observed, known: Candidate) -> tuple[int, str]:
    if not known.is_same_publisher or entry.title_key != known.title_key:
        return 0, ""
    if _has_same_text(entry, known):
        return 3, "same title and text from one publisher"
    if not known.is_same_source or (entry.guid_key and known.guid_key and not _guid_is_link(entry, known)):
        return 0, ""
    if page_of(entry.url) == page_of(known.url) and _same_time(entry.published_at, known.published_at):
        return 2, "same title and page, only the link's query differs"
    return 0, ""


def _guid_is_link(entry: Observed, known: Candidate) -> bool:
    """The guid is the link, a fresh token in both: it says no more than the link does, so the words must agree as well."""
    page = page_of(entry.guid)
    return page is not None and page == page_of(entry.url) and likeness(entry.words, known.words) >= ALIKE


def _has_same_text(entry: Observed, known: Candidate) -> bool:
    return known.is_same_publisher and entry.text_key is not None and entry.text_key == known.text_key


def _same_time(one: datetime | None, other: datetime | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) < timedelta(minutes=1)
