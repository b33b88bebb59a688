"""The summary of an item: the beginning of its text, as much of it as a reader needs and its source allows."""

from __future__ import annotations

from monitor.model import Item
from monitor.notices.excerpt import excerpt
from monitor.text.furniture import find_furniture
from monitor.text.tokens import words

SUMMARY_LENGTH = 800


def summary_of(item: Item, allowed: int | None = None) -> str:
    """The beginning of the text without its furniture, in at most 800 characters, or `allowed` ones; nothing where the text only
    says the title again."""
    text = item.text
    for start, end in sorted(item.set_apart, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    limit = SUMMARY_LENGTH if allowed is None else min(allowed, SUMMARY_LENGTH)
    summary = excerpt(find_furniture(item.title, text).bare_body, limit)
    return "" if words(summary) == words(item.title) else summary
