"""What every way out of the house offers: one message handed over, or a reason why not."""

from __future__ import annotations

from typing import Protocol

from monitor.errors import DeliveryError
from monitor.model import Delivery


class ChannelError(DeliveryError):
    """The channel as a whole cannot be used now (no answer, too many messages): no message's own fault, so others wait too.

    `retry_after_s` is how long the other side asks us to wait; None where it does not say.
    """

    kind = "channel"

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message, is_transient=True)
        self.retry_after_s = retry_after_s


class LoginError(ChannelError):
    """The other side does not let us in: only a person can mend it."""

    kind = "login"


class Channel(Protocol):
    """One configured way out. It may keep a connection between messages until it is closed; messages are handed to it one
    after the other."""

    async def send(self, delivery: Delivery, body: bytes) -> None:
        """Hand `body` over, as it is stored; returns once the other side has taken it on.

        Raises `DeliveryError`: transient where trying again may help, and `ChannelError` where nothing can be sent at
        all. No message of an error holds a secret.
        """

    async def close(self) -> None:
        """Let go of the connection; a later `send` opens it again. Raises nothing."""
