"""What ails the outbox, for the operator: channels that cannot be used, messages that wait too long, refusals for good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from monitor.delivery.channels import MAIL
from monitor.model import Ailment, Refusal, Resting
from monitor.store import Store

DOWN_AFTER = timedelta(minutes=15)  # a server that is restarted is no news
STUCK_AFTER = timedelta(hours=1)

Waiting = Mapping[str, tuple[datetime, int]]
"""Since when the oldest message waits in a channel, and how many do."""


def delivery_ailments(store: Store, now: datetime) -> tuple[Ailment, ...]:
    """All that ails the outbox now. A refused log-in is told at once, a server that does not answer after a quarter of an hour,
    messages that wait for other reasons after an hour; channels that share a server are told as one. Raises `StoreError`."""
    waiting = store.deliveries.waiting_since()
    resting = {name: rest for name, rest in store.deliveries.resting().items() if name in waiting}
    return (
        *_unusable(list(resting.values()), waiting, now),
        *(_stuck(name, *waiting[name]) for name in waiting if name not in resting and _is_old(waiting[name][0], now)),
        *map(_refused, store.deliveries.refusals()),
    )


def _is_old(since: datetime, now: datetime) -> bool:
    return now - since > STUCK_AFTER


def _unusable(resting: list[Resting], waiting: Waiting, now: datetime) -> Iterator[Ailment]:
    shared: dict[tuple[datetime, str], list[Resting]] = defaultdict(list)
    for rest in resting:
        shared[rest.since, rest.reason].append(rest)
    for (since, reason), rests in shared.items():
        names = sorted((rest.channel for rest in rests), key=lambda name: (name != MAIL, name))
        is_login = rests[0].is_login
        if not is_login and now - since < DOWN_AFTER:
            continue
        count = sum(waiting[name][1] for name in names)
        what = "does not let us in" if is_login else "cannot be used"
        yield Ailment(
            f"{'login' if is_login else 'down'}:{names[0]}",
            f"{_named(names[0])} {what}",
            (
                f"Since {_minute(since)}: {reason}.",
                f"{_messages(count)} in {', '.join(names)}; nothing is lost for five days.",
                "Mend it, then `monitor deliveries send` sends at once; otherwise it is tried again ever more seldom.",
            ),
        )


def _stuck(name: str, since: datetime, count: int) -> Ailment:
    return Ailment(
        f"stuck:{name}",
        f"{_named(name)} takes no messages: the oldest waits for over an hour",
        (
            f"{_messages(count)}, the oldest since {_minute(since)}.",
            f"`monitor deliveries list --channel {name}` says why; `monitor deliveries send` tries again at once.",
        ),
    )


def _refused(refusal: Refusal) -> Ailment:
    is_address = "@" in refusal.recipient
    who = f"{refusal.recipient} by {refusal.channel}" if is_address else f"the channel {refusal.channel}"
    return Ailment(
        f"refused:{refusal.channel}:{refusal.recipient}",
        f"What goes to {who} is refused for good",
        (
            f"{refusal.count:,} since {_minute(refusal.since)}; the last: {refusal.reason}.",
            "Mend the address, or what the reason says.",
            f"`monitor deliveries retry --channel {refusal.channel}` sends all that failed there again.",
        ),
    )


def _named(name: str) -> str:
    return "The mail server" if name == MAIL else f"The channel {name}"


def _messages(count: int) -> str:
    return "1 message waits" if count == 1 else f"{count:,} messages wait"


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
