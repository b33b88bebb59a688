"""One piece of wire furniture, and what the rooms that look for them share."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.model import Wire
from monitor.text.wire_names import AGENCIES


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of furniture at [start, end) of a text."""

    start: int
    end: int
    wire: Wire


def any_of(names: list[str] | tuple[str, ...]) -> str:
    """A pattern for any of the names, the longest first."""
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


AGENCY = rf"(?P<agency>{any_of(AGENCIES)})(?!\w)"
_AGENCIES_FOLDED = frozenset(name.casefold() for name in AGENCIES)


def is_agency(text: str) -> bool:
    """Whether `text` names agencies and nothing else: one, several ("ats afp"), or its correspondent ("Корр. ТАСС")."""
    folded = text.strip().casefold()
    if folded in _AGENCIES_FOLDED:
        return True
    parts = [part for part in re.split(r"[\s/,.]+", folded) if part not in ("", "and", "корр", "cor")]
    return bool(parts) and all(part in _AGENCIES_FOLDED for part in parts)


def skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def holds(text: str, *signs: str) -> bool:
    """Whether a text holds one of the signs; much quicker than the patterns that cannot do without them."""
    for sign in signs:  # noqa: SIM110 - twice as quick as a generator
        if sign in text:
            return True
    return False
