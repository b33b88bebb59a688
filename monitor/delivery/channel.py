"""What every way out of the house offers: one message handed over, or a reason why not."""

from __future__ import annotations

from typing import Protocol

from monitor.errors import DeliveryError
from monitor.model import Delivery


class ChannelError(DeliveryError):
    """The channel as a whole cannot be used now (no answer, log-in refused): no message's own fault, so others wait
    too.
    """

    kind = "channel"

    def __init__(self, message: str) -> None:
        super().__init__(message, is_transient=True)


class Channel(Protocol):
    """One configured way out. It may keep a connection between messages until it is closed."""

    async def send(self, delivery: Delivery, body: bytes) -> None:
        """Hand `body` over, to the byte as it is stored; returns once the other side has taken it on.

        Raises `DeliveryError`: transient where trying again may help, and `ChannelError` where nothing can be sent at
        all.
        """

    async def close(self) -> None:
        """Let go of the connection; a later `send` opens it again. Raises nothing."""
