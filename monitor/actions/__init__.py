"""What a person asks for, one function a use; called alike by the commands and by the daemon's socket.

An action is an async generator: it takes the `Parts` and its arguments, and yields JSON objects as they come about. `ACTIONS`
names them for the socket, each loaded when it is first asked for; arguments are JSON values.
"""

from __future__ import annotations

import importlib
from collections.abc import AsyncGenerator, Callable
from typing import Any

from monitor.actions.parts import Parts
from monitor.contract import Object

__all__ = ["ACTIONS", "Action", "Parts"]

Action = Callable[..., AsyncGenerator[Object, None]]

ACTIONS = {
    "fetch": ("sources", "fetch"),
    "pause-source": ("sources", "pause_source"),
    "send-edition": ("editions", "send_edition"),
    "resend-edition": ("editions", "resend_edition"),
    "drop-story": ("reviewing", "drop_story"),
    "move-story": ("reviewing", "move_story"),
    "note-edition": ("reviewing", "note_edition"),
    "release-edition": ("reviewing", "release_edition"),
    "unsubscribe": ("subscribers", "unsubscribe"),
    "leave-digest": ("subscribers", "leave_digest"),
    "join-digest": ("subscribers", "join_digest"),
    "send-deliveries": ("deliveries", "send_deliveries"),
    "retry-deliveries": ("deliveries", "retry_deliveries"),
    "split-story": ("stories", "split_story"),
    "merge-stories": ("stories", "merge_stories"),
    "clip-story": ("stories", "clip_story"),
    "acknowledge": ("alerting", "acknowledge"),
    "mute": ("alerting", "mute"),
    "unmute": ("alerting", "unmute"),
    "apply-rules": ("applying", "apply_rules"),
    "add-release": ("own", "add_release"),
    "reload": ("reloading", "reload"),
}
"""The module and the function of each action."""


def perform(parts: Parts, name: str, arguments: dict[str, Any]) -> AsyncGenerator[Object, None]:
    """Run the action `name`. KeyError for an unknown one."""
    module, function = ACTIONS[name]
    action: Action = getattr(importlib.import_module(f"monitor.actions.{module}"), function)
    return action(parts, **arguments)
