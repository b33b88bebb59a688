"""Settings: four TOML files and the environment → frozen, located values (`shape.Settings`), or everything wrong at
once.

`load` reads, `tables` says what keys there are, `values` what their values mean, `checks` what must agree, `places`
finds the lines, `wording` the words. Importing the room is cheap: pydantic is loaded when the first file is read.
"""

from __future__ import annotations

from monitor.settings.load import PARTS, load_settings
from monitor.settings.shape import (
    AlertSettings,
    Channel,
    FetchSettings,
    MailSettings,
    OAuthSettings,
    PickupSettings,
    Settings,
    StoreSettings,
    StorySettings,
    WebSettings,
)

__all__ = [
    "PARTS",
    "AlertSettings",
    "Channel",
    "FetchSettings",
    "MailSettings",
    "OAuthSettings",
    "PickupSettings",
    "Settings",
    "StoreSettings",
    "StorySettings",
    "WebSettings",
    "load_settings",
]
