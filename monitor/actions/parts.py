"""What actions work with: the wired parts of a running monitor."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.errors import MonitorError

if TYPE_CHECKING:  # what is wired is loaded by whoever wires it
    from monitor.configuration import Configuration
    from monitor.delivery.channel import Channel
    from monitor.digests.plan import Plan
    from monitor.pipeline import Pipeline
    from monitor.store import Store


class UnknownError(MonitorError):
    """Something was asked for by an id that nothing has."""

    kind = "unknown"


@dataclass(slots=True)
class Parts:
    """Replaced field by field when the configuration is reloaded."""

    configuration: Configuration
    plans: tuple[Plan, ...]
    store: Store
    pipeline: Pipeline
    channels: Mapping[str, Channel]
    clock: Callable[[], datetime]
    draining: asyncio.Lock = field(
        default_factory=asyncio.Lock
    )  # one drain at a time: they share each channel's connection
    applying: asyncio.Lock = field(default_factory=asyncio.Lock)  # one at a time tags the backlog
    reload: Callable[[], Awaitable[Sequence[str]]] | None = None  # of a daemon: take the files over; says what is wrong
