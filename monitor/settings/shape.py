"""What the settings are once they are checked: frozen values with units in their names, and where each was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from monitor.errors import Problem
from monitor.model import Digest, Rule, Source
from monitor.settings.places import Key, Located
from monitor.settings.values import Network


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """`[store]`. A relative path in the file starts at the folder above the configuration folder."""

    path: Path


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """`[fetch]`. `proxy` is empty or a URL, credentials included; `user_agent` is empty where the product's own is
    meant.
    """

    interval_s: float = 900.0
    min_interval_s: float = 300.0
    max_interval_s: float = 7200.0
    concurrency: int = 64
    per_host: int = 2
    timeout_s: float = 20.0
    max_bytes: int = 10_000_000
    proxy: str = field(default="", repr=False)
    allow_private: tuple[Network, ...] = ()
    contact: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class OAuthSettings:
    """How a token for the mail server is got (RFC 6749): by a refresh token where there is one, else in the client's own
    name. A new refresh token, where the service gives one, is written into `refresh_token_file`.
    """

    token_url: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    refresh_token_file: Path | None = None
    scope: str = ""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """`[mail]`. `security` is none, starttls or tls; `sender` is the `from` key; `user` is empty where nobody logs
    in, and logs in by `oauth` where that is set, else by the password.
    """

    host: str = "localhost"
    port: int = 25
    security: str = "none"
    sender: str = "Monitor <monitor@example.org>"
    user: str = ""
    password: str = field(default="", repr=False)
    timeout_s: float = 30.0
    oauth: OAuthSettings | None = None


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """`[alerts]`. `quiet` is (from, until) in `timezone` and may span midnight; None: no quiet hours. `rollup` is none,
    hourly, daily or weekly; daily and weekly ones leave at `rollup_at`, weekly ones on Mondays.
    """

    max_per_hour: int = 30
    quiet: tuple[time, time] | None = None
    timezone: str = "UTC"
    operator: tuple[str, ...] = ()
    rollup: str = "none"
    rollup_at: time = time(8)


@dataclass(frozen=True, slots=True)
class WebSettings:
    """`[web]`. `host` and `port` are `listen` taken apart (port 0: any free one); `base_url` ends without a slash."""

    host: str = "127.0.0.1"
    port: int = 8080
    base_url: str = ""
    trusted_proxies: tuple[Network, ...] = ()


@dataclass(frozen=True, slots=True)
class PickupSettings:
    """`[pickup]`. The report of each own release goes `to` these addresses so many seconds after it; times are printed in
    `timezone`.
    """

    to: tuple[str, ...] = ()
    after_s: tuple[float, ...] = (86_400.0, 259_200.0)
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class StorySettings:
    """`[stories]`. `window` is how long copies of an item are looked for."""

    window: timedelta = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Channel:
    """`[channel.NAME]`. A mail channel has `to`, every other kind a `url`, which is a secret with most services.

    `secret` signs what a webhook gets (base64, empty: unsigned), `token` is that of ntfy (may be empty) or of a Telegram bot,
    which speaks in the chat `chat_id`. `timeout_s` bounds a whole exchange; `proxy` is empty or a URL, credentials included.
    `rollup` is empty where `[alerts]` decides.
    """

    name: str
    kind: str
    to: tuple[str, ...] = ()
    url: str = field(default="", repr=False)
    rollup: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    chat_id: str = ""
    timeout_s: float = 15.0
    proxy: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the four files and the lists beside them say, checked, defaults filled in.

    Parts that were not asked for, and files that do not exist, stand at their defaults (no sources, rules, lists or
    digests). Order is that of the files; lists with a file of their own come after those of rules.toml, and `list_files`
    holds those files by the lists' names ("lists/karabakh.txt"). `messages` are the words of mails by language, and `templates`
    the texts of templates by name, that stand in folders of these names. `warnings` lists what is odd and yet usable.
    """

    folder: Path
    store: StoreSettings
    fetch: FetchSettings = FetchSettings()
    mail: MailSettings = MailSettings()
    alerts: AlertSettings = AlertSettings()
    web: WebSettings = WebSettings()
    stories: StorySettings = StorySettings()
    pickup: PickupSettings = PickupSettings()
    channels: Mapping[str, Channel] = field(default_factory=lambda: MappingProxyType({}))
    sources: tuple[Source, ...] = ()
    rules: tuple[Rule, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    list_files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    digests: tuple[Digest, ...] = ()
    messages: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    templates: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    warnings: tuple[Problem, ...] = ()
    located: Located | None = field(default=None, repr=False, compare=False)

    def locate(self, file: str, path: Key) -> int:
        """The line, from 1, on which `path` is written in `file` ("rules.toml"), or that of its nearest parent there.

        `path` is a key as the document nests: ("rule", 2, "sample", 0, "text"). 0 where the file was not read or
        nothing of the path is in it.
        """
        return self.located.places(file).line_of(path) if self.located else 0

    def problem(self, file: str, path: Key, message: str, *, severity: str = "error") -> Problem:
        """A problem with what `path` says in `file`, located, under the name a reader finds it by."""
        return (self.located or Located(self.folder)).problem(file, path, message, severity)

    def lines_below(self, file: str, path: Key, text: str, position: int) -> int:
        """How many lines below the key's own the character at `position` of its `text` stands: 0 unless the value is
        written over several lines, in three quotation marks.
        """
        return self.located.lines_below(file, path, text, position) if self.located else 0
