"""The monitor's standing at a glance: sources, items, queue, next editions. For `monitor status` and the page alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.digests.schedule import next_due
from monitor.model import DeliveryState, Digest, SourceState, SourceStatus
from monitor.store import Store


@dataclass(frozen=True, slots=True)
class NextEdition:
    digest_id: str
    title: str
    due_at: datetime
    recipient_count: int


@dataclass(frozen=True, slots=True)
class Standing:
    """`sources` counts the enabled sources by state, `ailing` are those that bring nothing though they should."""

    sources: dict[SourceState, int]
    ailing: tuple[SourceStatus, ...]
    item_count: int
    story_count: int
    last_polled_at: datetime | None
    deliveries: dict[DeliveryState, int]
    next_editions: tuple[NextEdition, ...]

    @property
    def source_count(self) -> int:
        return sum(self.sources.values())


def standing(store: Store, digests: Iterable[Digest], now: datetime) -> Standing:
    """How things stand at `now`; editions soonest first. Raises `StoreError` where the store cannot be read."""
    editions = [NextEdition(d.id, d.title, next_due(d, now), len(d.to)) for d in digests]
    return Standing(
        sources=store.sources.counts(),
        ailing=tuple(store.sources.ailing()),
        item_count=store.items.count(),
        story_count=store.stories.count(),
        last_polled_at=store.sources.last_polled_at(),
        deliveries=store.deliveries.counts(),
        next_editions=tuple(sorted(editions, key=lambda edition: edition.due_at)),
    )
