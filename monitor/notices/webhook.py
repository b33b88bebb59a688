"""Announcements for programs: one JSON document with the items as the contract has them.

Source: Standard Webhooks (a `type`, a `timestamp` and `data`).
"""

from __future__ import annotations

import re
from typing import Any

from monitor.contract import Object, item_object, when
from monitor.model import AnnouncedItem, Announcement
from monitor.notices.chat import as_json
from monitor.notices.excerpt import UNFIT
from monitor.notices.page import link

MOST_BYTES = 256_000
_TEXTS = (None, 2000, 300, 0)  # characters of each item's text; HTML only beside whole texts
_CONTROLS = re.compile(f"{UNFIT.pattern}|[\x85\u061c\u200e\u200f\u2028\u2029]")


def webhook(announcement: Announcement) -> bytes:
    """`data` holds the announcement's own keys and `entries`, each with its `item`.

    Of long ones the items' texts are shortened (`is_cut`), and in the end the last entries only counted, in `more`.
    """
    for limit in _TEXTS:
        document = _document(announcement, limit, len(announcement.entries))
        if len(document) <= MOST_BYTES:
            return document
    few, many = 0, len(announcement.entries)
    document = _document(announcement, 0, 0)
    while many - few > 1:
        middle = (few + many) // 2
        tried = _document(announcement, 0, middle)
        if len(tried) > MOST_BYTES:
            many = middle
        else:
            few, document = middle, tried
    return document


def _document(announcement: Announcement, limit: int | None, count: int) -> bytes:
    data = {
        "kind": announcement.kind.value,
        "key": announcement.key,
        "title": announcement.title,
        "priority": announcement.priority.value,
        "lines": list(announcement.lines),
        "entries": [entry_object(entry, limit) for entry in announcement.entries[:count]],
        "more": len(announcement.entries) - count,
    }
    whole = {"type": f"monitor.{announcement.kind.value}", "timestamp": when(announcement.at), "data": data}
    return as_json(_harmless(whole))


def entry_object(entry: AnnouncedItem, limit: int | None) -> Object:
    """An entry; `marks` are [start, end] in code points of `sentence`. `is_cut`: its item's text and HTML are not whole."""
    item = item_object(entry.item)
    is_cut = limit is not None and (len(item["text"]) > limit or bool(item["html"]))
    if is_cut:
        item |= {"text": item["text"][:limit], "html": ""}
    return {
        "kind": entry.kind.value,
        "rule": entry.rule_id,
        "rule_name": entry.rule_name,
        "priority": entry.priority.value,
        "outlet": entry.outlet,
        "publishers": list(entry.publishers),
        "sentence": entry.sentence,
        "marks": [list(mark) for mark in entry.marks],
        "reason": entry.reason,
        "link": link(entry.link) or None,
        "is_cut": is_cut,
        "item": item,
    }


def _harmless(value: Any) -> Any:
    """The value with a blank for each character that would act on whatever shows it, so that places in texts stay right."""
    if isinstance(value, str):
        return _CONTROLS.sub(" ", value)
    if isinstance(value, dict):
        return {key: _harmless(inner) for key, inner in value.items()}
    return [_harmless(inner) for inner in value] if isinstance(value, list) else value
