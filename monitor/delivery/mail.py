"""Mail: one SMTP session for the messages of a drain, one recipient a message.

Sources: RFC 5321 (replies: 4xx may pass, 5xx will not; 421 ends the session), RFC 4954 (530, 534, 535 and 538 ask for another
log-in), RFC 3207 (530 asks for STARTTLS), RFC 1870 (552: too large), RFC 6531 (SMTPUTF8); XOAUTH2 as its inventors write it.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from email.utils import parseaddr

import aiosmtplib

from monitor.delivery.channel import ChannelError, LoginError
from monitor.delivery.oauth import Tokens
from monitor.errors import DeliveryError
from monitor.model import Delivery
from monitor.settings import MailSettings

_LOGIN_CODES = frozenset({530, 534, 535, 538})
_PERMANENT_FROM = 500
_CLOSING, _TOO_LARGE, _LOGIN_FIRST = 421, 552, 530
_SAID_LENGTH = 300


class MailChannel:
    """A `Channel` to the mail server of `[mail]`; the address in its `from` is the envelope's sender."""

    def __init__(self, server: MailSettings) -> None:
        self._server = server
        self._client: aiosmtplib.SMTP | None = None
        self._tokens = Tokens(server.oauth, server.timeout_s) if server.oauth else None

    async def send(self, delivery: Delivery, body: bytes) -> None:
        if "@" not in delivery.recipient:
            raise DeliveryError("it was worded for a channel of another kind", is_transient=False)
        with self._explained():
            client = await self._connected()
        sender = _envelope_address(self._server.sender)
        options = [] if sender.isascii() and delivery.recipient.isascii() else ["SMTPUTF8"]
        try:
            with self._explained():
                await client.sendmail(sender, [delivery.recipient], body, mail_options=options)
        except DeliveryError:
            raise
        except BaseException:
            self._drop()  # cancelled amid an exchange: the session is in no known state
            raise

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await client.quit()
            client.close()

    async def _connected(self) -> aiosmtplib.SMTP:
        """The open session, tried first, since servers end idle ones; or a new one."""
        if self._client is not None:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await self._client.noop()
                return self._client
            self._drop()
        is_kept = self._tokens is not None and self._tokens.is_kept
        try:
            self._client = await self._opened()
        except LoginError:
            if self._tokens is None or not is_kept:
                raise
            self._tokens.forget()  # it may have been withdrawn before its time: once more, with another
            self._client = await self._opened()
        return self._client

    async def _opened(self) -> aiosmtplib.SMTP:
        """A new session, logged in where the server is to be."""
        server, tokens = self._server, self._tokens
        if tokens is not None:
            await tokens.token()  # what is wrong with it is told before there is a session
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password if server.user and tokens is None else None,
            oauth_token_generator=None if tokens is None else tokens.token,
            local_hostname=_own_name(server.sender),
            timeout=server.timeout_s,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
        )
        with self._explained(is_connecting=True):
            await client.connect()
        return client

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    @contextlib.contextmanager
    def _explained(self, *, is_connecting: bool = False) -> Iterator[None]:
        """What went wrong between us and the mail server, in our terms."""
        where = f"{self._server.host}:{self._server.port}"
        try:
            yield
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise self._refused(error.recipients[0], is_connecting=False) from error
        except aiosmtplib.SMTPResponseException as error:
            raise self._refused(error, is_connecting=is_connecting) from error
        except aiosmtplib.SMTPNotSupported as error:
            raise DeliveryError(f"the mail server {where} takes only plain addresses", is_transient=False) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            self._drop()
            if is_connecting:
                raise ChannelError(f"the mail server {where} {_unreached(error)} ({_said(error)})") from error
            message = f"the mail server {where} broke off before it took the message ({_said(error)})"
            raise DeliveryError(message, is_transient=True) from error

    def _refused(self, error: aiosmtplib.SMTPResponseException, *, is_connecting: bool) -> DeliveryError:
        """A reply that is no success: a greeting, a log-in and our own address concern the channel, all else this message."""
        where, said = f"{self._server.host}:{self._server.port}", f"{error.code} {_said(error)}"
        if error.code == _LOGIN_FIRST and self._server.security == "none" and self._offers_tls():
            return LoginError(f'the mail server {where} wants security = "starttls" under [mail] ({said})')
        if isinstance(error, aiosmtplib.SMTPAuthenticationError) or error.code in _LOGIN_CODES:
            keys = "user and the oauth keys" if self._tokens else "user and password"
            return LoginError(f"the mail server {where} refused the log-in; check {keys} under [mail] ({said})")
        if is_connecting or error.code < 0 or error.code == _CLOSING:
            return ChannelError(f"the mail server {where} takes no mail now ({said})")
        is_transient = error.code < _PERMANENT_FROM
        if isinstance(error, aiosmtplib.SMTPSenderRefused) and not is_transient and error.code != _TOO_LARGE:
            return LoginError(f"the mail server {where} refused our own address; check from under [mail] ({said})")
        return DeliveryError(f"the mail server {where} refused the message ({said})", is_transient=is_transient)

    def _offers_tls(self) -> bool:
        return self._client is not None and self._client.supports_extension("starttls")


def _unreached(error: BaseException) -> str:
    """Why no session began."""
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return "gives no secure connection that can be trusted; check security under [mail]"
    if isinstance(error, OSError):
        return "does not answer"
    return "cannot do what [mail] asks for; check security, user and password"


def _said(error: BaseException) -> str:
    """The other side's words on one line."""
    said = getattr(error, "message", None) or str(error) or type(error).__name__
    return " ".join("".join(character if character.isprintable() else " " for character in said).split())[:_SAID_LENGTH]


def _envelope_address(sender: str) -> str:
    local, _, domain = parseaddr(sender)[1].rpartition("@")
    return f"{local}@{domain.encode('idna').decode('ascii')}"


def _own_name(sender: str) -> str:
    """The name we greet with: this host's where it is a full one, else the sender's domain. No resolver is asked."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else _envelope_address(sender).rpartition("@")[2]
