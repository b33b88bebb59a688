"""The configured ways out, opened by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from monitor.delivery.apprise import AppriseChannel
from monitor.delivery.channel import Channel
from monitor.delivery.mail import MailChannel
from monitor.delivery.services import SERVICES
from monitor.settings import Channel as ChannelSettings
from monitor.settings import Settings

MAIL = "mail"


def open_channels(settings: Settings, clock: Callable[[], datetime]) -> Mapping[str, Channel]:
    """Every channel by its name, and "mail", by which digests leave. All that are mail are one `Channel`: they share the
    server, its session and its troubles."""
    mail: Channel = MailChannel(settings.mail)
    found = {MAIL: mail}
    for name, channel in settings.channels.items():
        found[name] = mail if channel.kind == "mail" else _opened(channel, clock)
    return found


def _opened(channel: ChannelSettings, clock: Callable[[], datetime]) -> Channel:
    if channel.kind == "apprise":
        return AppriseChannel(channel)
    return SERVICES[channel.kind](channel, clock)
