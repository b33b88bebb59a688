"""Which marks of a wire say that what it reported before is not so: corrections and withdrawals, not mere updates."""

from __future__ import annotations

import re

_CORRECTS = re.compile(
    r"CORRE[CGÇ]|RECTIFIC|RETTIFICA|KORREKT|BERICHTIG|CLARIF|REFILE|WITHDRAW|KILL|RETRACT"
    r"|ИСПРАВЛ|УТОЧН|ВИПРАВЛ|DÜZELT|DÜZƏLİŞ",
    re.IGNORECASE,
)


def is_correction(edit: str | None) -> bool:
    """Whether a wire's mark (`Wire.edit`) corrects or withdraws.

    >>> is_correction("STORY WITHDRAWN"), is_correction("UPDATE 2"), is_correction(None)
    (True, False, False)
    """
    return edit is not None and _CORRECTS.search(edit) is not None
