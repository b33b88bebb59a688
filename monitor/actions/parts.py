"""What actions work with: the wired parts of a running monitor."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.errors import MonitorError

if TYPE_CHECKING:  # what is wired is loaded by whoever wires it
    from monitor.alerts.plan import AlertPlan
    from monitor.configuration import Configuration
    from monitor.delivery.channel import Channel
    from monitor.digests.plan import Plan
    from monitor.pipeline import Pipeline
    from monitor.store import Store


class UnknownError(MonitorError):
    """Something was asked for by an id that nothing has."""

    kind = "unknown"


class ClipError(MonitorError):
    """A page could not be taken for a clip."""

    kind = "clip"


@dataclass(slots=True)
class Parts:
    """Replaced field by field when the configuration is reloaded."""

    configuration: Configuration
    plans: tuple[Plan, ...]
    store: Store
    pipeline: Pipeline
    channels: Mapping[str, Channel]
    clock: Callable[[], datetime]
    # One drain at a time by each way out, by the way's name: its messages share a connection.
    draining: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    applying: asyncio.Lock = field(default_factory=asyncio.Lock)  # one at a time tags the backlog
    reload: Callable[[], Awaitable[Sequence[str]]] | None = None  # of a daemon: take the files over; says what is wrong

    @property
    def alert_plan(self) -> AlertPlan:
        """Who is told of what; that by which polls decide."""
        return self.pipeline.alert_plan

    @property
    def window(self) -> timedelta:
        """How long copies of an item are looked for."""
        return self.configuration.settings.stories.window
