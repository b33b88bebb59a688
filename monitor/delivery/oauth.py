"""Access tokens for the mail server, asked for when they are needed and kept until they run out.

Sources: RFC 6749 §4.4 (a client in its own name), §5 (answers), §6 (refresh tokens, which the service may replace).
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import structlog

from monitor.delivery.channel import ChannelError, LoginError
from monitor.delivery.post import Answer, host_of, post
from monitor.settings import OAuthSettings

EARLY_S = 60.0  # a token is not used in its last minute
_LIFETIME_S = 300.0  # of one that does not say
_OK, _SERVER = 200, 500
_SAID_LENGTH = 200

log = structlog.get_logger(__name__)


class Tokens:
    """The current access token of one configured service."""

    def __init__(self, oauth: OAuthSettings, timeout_s: float) -> None:
        self._oauth, self._timeout_s = oauth, timeout_s
        self._refresh_token = oauth.refresh_token
        self._token, self._good_until = "", 0.0

    @property
    def is_kept(self) -> bool:
        """Whether the next token is one that was got before."""
        return bool(self._token) and time.monotonic() < self._good_until

    def forget(self) -> None:
        """Ask for another token the next time: this one was refused."""
        self._token = ""

    async def token(self) -> str:
        """A token that is good for a minute at least. Raises `LoginError` where none is given to us, and `ChannelError` where
        the service cannot be asked."""
        if self.is_kept:
            return self._token
        answer = await post(self._oauth.token_url, self._question(), _FORM, self._timeout_s)
        told = _told(answer)
        token = told.get("access_token")
        if answer.status != _OK or not isinstance(token, str) or not token:
            raise self._refused(answer, told)
        lifetime_s = told.get("expires_in")
        lifetime_s = float(lifetime_s) if isinstance(lifetime_s, int | float) else _LIFETIME_S
        self._token, self._good_until = token, time.monotonic() + max(lifetime_s - EARLY_S, 0.0)
        self._keep(told.get("refresh_token"))
        return self._token

    def _question(self) -> bytes:
        oauth = self._oauth
        asked = {
            "grant_type": "refresh_token" if self._refresh_token else "client_credentials",
            "refresh_token": self._refresh_token,
            "client_id": oauth.client_id,
            "client_secret": oauth.client_secret,
            "scope": oauth.scope,
        }
        return urlencode({key: value for key, value in asked.items() if value}).encode()

    def _refused(self, answer: Answer, told: dict[str, Any]) -> ChannelError:
        where = host_of(self._oauth.token_url)
        words = f"{told.get('error', '')} {told.get('error_description', '')}"
        for secret in filter(None, (self._refresh_token, self._oauth.client_secret)):
            words = words.replace(secret, "…")
        said = " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())[:_SAID_LENGTH]
        if answer.status >= _SERVER or answer.status == 429:
            return ChannelError(f"{where} gives no token for the mail server now ({answer.status} {said})".rstrip())
        return LoginError(
            f"{where} refused a token for the mail server; check the oauth keys under [mail] ({answer.status} {said})"
        )

    def _keep(self, token: object) -> None:
        """Keep the refresh token that replaces ours, in its file too: the old one may run out."""
        if not isinstance(token, str) or not token or token == self._refresh_token:
            return
        self._refresh_token = token
        if (file := self._oauth.refresh_token_file) is None:
            return
        try:
            _write(file, token)
        except OSError as error:
            reason = error.strerror or str(error)
            log.warning(
                "a new refresh token could not be written; it is kept until the next start",
                file=str(file),
                reason=reason,
            )


_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


def _told(answer: Answer) -> dict[str, Any]:
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _write(file: Path, token: str) -> None:
    """Replace the file in one step, readable by its owner alone."""
    beside = file.with_name(f".{file.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(f"{token}\n")
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(file.resolve())
