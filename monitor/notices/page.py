"""What any page or mail may say of feed text: its language and direction, and an address as a link."""

from __future__ import annotations

import re

from monitor.notices.excerpt import fit, is_right_to_left

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur", "he", "ps", "sd", "ug", "ckb", "yi", "dv"})


def named_language(language: str, text: str) -> str:
    """The language to name for a text, empty where it is unknown or the text is plainly not in it."""
    if not _LANGUAGE.fullmatch(language):
        return ""
    return language if (language.lower().partition("-")[0] in _RIGHT_TO_LEFT) == is_right_to_left(text) else ""


def link(url: str | None) -> str:
    """The address where it is one of the web's and can stand on a line; empty otherwise."""
    return url if url is not None and _ADDRESS.fullmatch(url) and fit(url) == url else ""
