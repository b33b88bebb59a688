"""What the ways out need: the keys of each kind of channel, and the log-in at the mail server.

No message shows an address or a token, since with most services whoever knows it can write there.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from monitor.settings.places import Key

Report = Callable[..., None]
"""Takes a place, a message and, unless it is an error, a severity."""

_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
_ADDRESSED = frozenset({"url", "url_file", "timeout", "proxy", "proxy_file"})
_OWN_KEYS = {
    "mail": frozenset({"to"}),
    "webhook": _ADDRESSED | {"secret_file"},
    "slack": _ADDRESSED,
    "mattermost": _ADDRESSED,
    "teams": _ADDRESSED,
    "ntfy": _ADDRESSED | {"token_file"},
    "telegram": _ADDRESSED | {"token_file", "chat_id"},
    "apprise": frozenset({"url", "url_file", "timeout"}),
}
_SPECIAL_KEYS = frozenset().union(*_OWN_KEYS.values())
_CHAT = re.compile(r"-?\d+|@\w+")
_BOT_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_WELL_HIDDEN_BYTES = 24  # the least that Standard Webhooks advises


def check_mail(mail: Mapping[str, Any], report: Report) -> None:
    """Report what is missing or too much in `[mail]`."""
    user, password_file, is_oauth = mail.get("user"), mail.get("password_file"), bool(mail.get("oauth_token_url"))
    if user and not password_file and not is_oauth:
        report(
            ("mail", "user"), 'needs a password; write it into a file and name that: password_file = "mail-password"'
        )
    if password_file and not user:
        report(("mail", "password_file"), 'needs a user; write user = "…" too')
    _check_oauth(mail, report)
    if user and mail.get("security", "none") == "none" and mail.get("host", "localhost") not in _LOCAL_HOSTS:
        report(
            ("mail", "user"),
            'the password would cross the network unencrypted; write security = "starttls" or "tls"',
            "warning",
        )


def _check_oauth(mail: Mapping[str, Any], report: Report) -> None:
    given = [key for key in mail if key.startswith("oauth_") and mail[key]]
    if given and "oauth_token_url" not in given:
        report(("mail", given[0]), 'needs the address that gives tokens; write oauth_token_url = "https://…" too')
    if "oauth_token_url" not in given:
        return
    path: Key = ("mail", "oauth_token_url")
    if mail.get("password_file"):
        report(path, "stands beside password_file; the server is logged in to by the one or the other")
    if not mail.get("user"):
        report(path, 'needs the mailbox to log in to; write user = "…" too')
    if "oauth_client_id" not in given:
        report(path, 'needs to know who asks; write oauth_client_id = "…" too')
    if not {"oauth_client_secret_file", "oauth_refresh_token_file"} & set(given):
        report(path, "needs oauth_refresh_token_file, or oauth_client_secret_file to ask in the client's own name")


def check_channel(path: Key, channel: Mapping[str, Any], report: Report) -> None:
    """Report the keys that a channel lacks, and those that mean nothing to its kind."""
    kind = channel.get("kind")
    if not isinstance(kind, str) or kind not in _OWN_KEYS:
        return  # reported by the table
    for key in channel:
        if key in _SPECIAL_KEYS - _OWN_KEYS[kind] and channel[key]:
            report((*path, key), f"a {kind} channel has no {key}; take the line out, or change kind")
    if path[-1] == "mail" and kind != "mail":
        report((*path, "kind"), "the name mail is that of the mail server, which digests leave by; choose another name")
    if kind == "mail" and not channel.get("to"):
        report(path, 'a mail channel needs addresses; write to = ["desk@example.org"]')
    elif kind == "telegram":
        _check_telegram(path, channel, report)
    elif kind != "mail" and bool(channel.get("url")) == bool(channel.get("url_file")):
        report(path, f'a {kind} channel needs either url = "https://…" or url_file, the file that holds it')
    if channel.get("proxy_file") and not channel.get("proxy"):
        report((*path, "proxy_file"), 'holds credentials, but there is no proxy; write proxy = "http://…:3128" too')
    if kind == "apprise" and find_spec("apprise") is None:
        message = (
            "needs an extra that is not installed, so what goes there waits; "
            "install it with: pip install 'monitor[apprise]'"
        )
        report((*path, "kind"), message, "warning")


def _check_telegram(path: Key, channel: Mapping[str, Any], report: Report) -> None:
    if not channel.get("token_file"):
        report(path, "a telegram channel needs token_file, the file that holds the bot's token")
    chat = channel.get("chat_id")
    if not chat:
        report(path, 'a telegram channel needs a chat; write chat_id = "-1001234567890" or "@name"')
    elif isinstance(chat, str) and not _CHAT.fullmatch(chat):
        report((*path, "chat_id"), 'is no chat; write its number or its name, "-1001234567890" or "@name"')


def check_addresses(document: Mapping[str, Any], secrets: Mapping[Key, str], report: Report) -> None:
    """Report the addresses, tokens and keys of channels that cannot be used, those in files of their own too."""
    channels = document.get("channel")
    for name, channel in channels.items() if isinstance(channels, dict) else ():
        if not isinstance(channel, dict):
            continue
        given = {key: channel.get(key) for key in ("url",)} | {
            key: secrets.get(("channel", name, key)) for key in ("url_file", "token_file", "secret_file")
        }
        for key, value in given.items():
            if isinstance(value, str) and value and (fault := _fault(key, str(channel.get("kind")), value)):
                report(("channel", name, key), *fault)


def _fault(key: str, kind: str, value: str) -> tuple[str, str] | None:
    """What is wrong with an address or a secret, and how grave it is."""
    message, severity = "", "error"
    if key in {"url", "url_file"}:
        message = _url_fault(kind, value)
    elif key == "secret_file":
        message, severity = _secret_fault(value)
    elif kind == "telegram" and not _BOT_TOKEN.fullmatch(value):
        message = "holds no bot's token; it is written 123456:ABC-DEF, as @BotFather gives it"
    elif not value.isascii() or " " in value:
        message = "holds no token; a token is written in ASCII, without blanks"
    return (message, severity) if message else None


def _url_fault(kind: str, url: str) -> str:
    if kind == "apprise":
        return "" if "://" in url else "is no address for apprise; write e.g. discord://…"
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in url and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        return "is no web address; write it whole, as the service gives it: https://…"
    if "@" in parts.netloc:
        return "has a user name or password in it; leave them out"
    if kind == "ntfy" and not parts.path.strip("/"):
        return "names no topic; write e.g. https://ntfy.sh/your-topic"
    return ""


def _secret_fault(secret: str) -> tuple[str, str]:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return "holds no key; Standard Webhooks writes it in base64, with or without whsec_ before it", "error"
    if len(key) < _WELL_HIDDEN_BYTES:
        return f"holds a short key; {_WELL_HIDDEN_BYTES} bytes or more (32 characters of base64) are safe", "warning"
    return "", ""
