"""Mail: one SMTP session for the messages of a drain, one recipient a message.

Sources: RFC 5321 (replies: 4xx may pass, 5xx will not), RFC 4954 (530, 534, 535 and 538 ask for another log-in), RFC
6531 (SMTPUTF8).
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from email.utils import parseaddr

import aiosmtplib

from monitor.delivery.channel import ChannelError
from monitor.errors import DeliveryError
from monitor.model import Delivery
from monitor.settings import MailSettings

_LOGIN_CODES = frozenset({530, 534, 535, 538})
_PERMANENT_FROM = 500
_SAID_LENGTH = 300


class MailChannel:
    """A `Channel` to the mail server of `[mail]`; the address in its `from` is the envelope's sender."""

    def __init__(self, server: MailSettings) -> None:
        self._server = server
        self._client: aiosmtplib.SMTP | None = None

    async def send(self, delivery: Delivery, body: bytes) -> None:
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
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password if server.user else None,
            local_hostname=_own_name(server.sender),
            timeout=server.timeout_s,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
        )
        with self._explained(is_connecting=True):
            await client.connect()
        self._client = client
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
            raise _refused(where, error.recipients[0], is_connecting=False) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _refused(where, error, is_connecting=is_connecting) from error
        except aiosmtplib.SMTPNotSupported as error:
            raise DeliveryError(f"the mail server {where} takes only plain addresses", is_transient=False) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            self._drop()
            if is_connecting:
                raise ChannelError(f"the mail server {where} {_unreached(error)} ({_said(error)})") from error
            message = f"the mail server {where} broke off before it took the message ({_said(error)})"
            raise DeliveryError(message, is_transient=True) from error


def _unreached(error: BaseException) -> str:
    """Why no session began."""
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return "gives no secure connection that can be trusted; check security under [mail]"
    if isinstance(error, OSError):
        return "does not answer"
    return "cannot do what [mail] asks for; check security, user and password"


def _refused(where: str, error: aiosmtplib.SMTPResponseException, *, is_connecting: bool) -> DeliveryError:
    """A reply that is no success: a log-in and a greeting concern the channel, everything else this message."""
    said = f"{error.code} {_said(error)}"
    if isinstance(error, aiosmtplib.SMTPAuthenticationError) or error.code in _LOGIN_CODES:
        return ChannelError(
            f"the mail server {where} refused the log-in; check user and password under [mail] ({said})"
        )
    if is_connecting or error.code < 0:
        return ChannelError(f"the mail server {where} takes no mail now ({said})")
    is_transient = error.code < _PERMANENT_FROM
    return DeliveryError(f"the mail server {where} refused the message ({said})", is_transient=is_transient)


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
