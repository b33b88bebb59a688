"""Whatever else apprise knows, by an extra: the address says which service it is.

apprise sends by itself, in threads of its own, and says only whether it worked.
"""

from __future__ import annotations

import asyncio
import json
import logging

from monitor.delivery.channel import ChannelError
from monitor.errors import DeliveryError
from monitor.model import Delivery
from monitor.settings import Channel as ChannelSettings


class AppriseChannel:
    """A `Channel` to one address of apprise's."""

    def __init__(self, channel: ChannelSettings) -> None:
        self._channel = channel

    async def send(self, delivery: Delivery, body: bytes) -> None:
        try:
            import apprise
        except ImportError as error:
            message = "apprise is not installed; install it with: pip install 'monitor[apprise]'"
            raise ChannelError(message) from error
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # it logs addresses, and those are secrets
        if not body.startswith(b"{"):
            raise DeliveryError("it was worded for a channel of another kind", is_transient=False)
        told, way = json.loads(body), apprise.Apprise()
        if not way.add(self._channel.url):
            raise DeliveryError("apprise knows no service by this address; check url", is_transient=False)
        try:
            async with asyncio.timeout(self._channel.timeout_s):
                is_taken = await way.async_notify(title=told["title"], body=told["body"], body_format="text")
        except TimeoutError as error:
            raise ChannelError(f"the service did not answer within {self._channel.timeout_s:g} s") from error
        if not is_taken:
            raise DeliveryError("apprise could not hand it over", is_transient=True)

    async def close(self) -> None:
        """There is no connection to let go of."""
