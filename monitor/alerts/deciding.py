"""Whether what came to a story is worth a message: once a story, rule and channel, and then only what changes the picture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model import Alert, AlertKind, AlertState

FOLLOWED_UP_AT = (3, 10, 30)
"""With how many publishers a story that was told is told again."""

# As `text.furniture` keeps them; a correction says that what was told is wrong, an update does not.
_CORRECTION = re.compile(
    r"CORRECT|CORREGID|CORRECCI|CORREÇÃO|RECTIFICATION|KORREKTUR|BERICHTIGUNG|RETTIFICA|CLARIFICATION|ИСПРАВЛЕНО"
    r"|УТОЧНЕН|ВИПРАВЛЕНО|DÜZELTME|DÜZƏLİŞ",
    re.IGNORECASE,
)
_WITHDRAWAL = re.compile(r"WITHDRAWN|KILL|RETRACT", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Happening:
    """An item that came to a story, or was edited in it.

    `is_matched`: the rule in question asks for it. `mark` is what the wire's mark on it says of what was told before, None where
    it says nothing of the sort or stood there before the edit. `publisher_count` counts the story's publishers with it;
    `is_new_publisher`: none of its publisher was in the story before. `is_edit`: the rule watches edits, and this one set it off.
    """

    publisher: str
    outlet: str
    publisher_count: int
    is_new_publisher: bool
    is_official: bool
    is_matched: bool = True
    is_edit: bool = False
    mark: AlertKind | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Told as `kind`, or not (None), and why."""

    kind: AlertKind | None
    reason: str


def mark_of(edit: str | None) -> AlertKind | None:
    """What a wire's mark on a text says of earlier ones: that they were wrong, that they are withdrawn, or (None) neither."""
    if edit is None:
        return None
    if _WITHDRAWAL.search(edit):
        return AlertKind.WITHDRAWAL
    return AlertKind.CORRECTION if _CORRECTION.search(edit) else None


def should_alert(happening: Happening, decided: Sequence[Alert], *, is_acknowledged: bool = False) -> Verdict | None:
    """What is to be told of it by one rule on one channel, given what was `decided` on its story for both, oldest first. None
    where it does not concern them: the rule does not ask for it, and it corrects nothing that was told."""
    if happening.is_matched and happening.is_edit:
        return Verdict(AlertKind.ALERT, f"{happening.outlet} edited its text")
    told = [alert for alert in decided if alert.state.is_told]
    if told and happening.mark is not None and _is_news(happening, happening.mark, told):
        what = "corrects" if happening.mark is AlertKind.CORRECTION else "withdraws"
        return Verdict(happening.mark, f"{happening.outlet} {what} what was told by alert {told[0].id}")
    if not happening.is_matched:
        return None
    if not told:
        return Verdict(AlertKind.ALERT, "the first of its story")
    if is_acknowledged:
        return Verdict(None, f"its story was told by alert {told[0].id}, and acknowledged since")
    return _on_follow_up(happening, told)


def _is_news(happening: Happening, mark: AlertKind, told: Sequence[Alert]) -> bool:
    """The first correction is news whoever makes it, later ones of those who were told of: others carry it on."""
    is_first = all(alert.kind is not mark for alert in told)
    return is_first or happening.publisher in {alert.publisher for alert in told}


def _on_follow_up(happening: Happening, told: Sequence[Alert]) -> Verdict:
    reason = _news_of(happening, told)
    if not reason:
        return Verdict(None, f"its story was told by alert {told[0].id}")
    if told[-1].state is AlertState.HELD:
        return Verdict(None, f"{reason}; alert {told[-1].id} of the story waits, and will name it")
    return Verdict(AlertKind.FOLLOW_UP, reason)


def _news_of(happening: Happening, told: Sequence[Alert]) -> str:
    """What changes the picture of a story that was told; "" for nothing."""
    if happening.is_official and happening.is_new_publisher:
        return f"an official source joins: {happening.outlet}"
    before = max(alert.publisher_count for alert in told)
    reached = [count for count in FOLLOWED_UP_AT if before < count <= happening.publisher_count]
    return f"carried by {happening.publisher_count} publishers now" if reached else ""
