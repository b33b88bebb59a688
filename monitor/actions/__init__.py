"""What a person asks for, one function a use; called alike by the commands and by the daemon's socket.

An action is an async generator: it takes the `Parts` and its arguments, and yields JSON objects as they come about. `ACTIONS`
names them for the socket; arguments are JSON values.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Any

from monitor.actions.deliveries import retry_delivery, send_deliveries
from monitor.actions.editions import resend_edition, send_edition
from monitor.actions.parts import Parts
from monitor.actions.reloading import reload
from monitor.actions.sources import fetch, pause_source
from monitor.contract import Object

__all__ = ["ACTIONS", "Action", "Parts"]

Action = Callable[..., AsyncGenerator[Object, None]]

ACTIONS: dict[str, Action] = {
    "fetch": fetch,
    "pause-source": pause_source,
    "send-edition": send_edition,
    "resend-edition": resend_edition,
    "send-deliveries": send_deliveries,
    "retry-delivery": retry_delivery,
    "reload": reload,
}


def perform(parts: Parts, name: str, arguments: dict[str, Any]) -> AsyncGenerator[Object, None]:
    """Run the action `name`. KeyError for an unknown one."""
    return ACTIONS[name](parts, **arguments)
