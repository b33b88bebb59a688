"""A mail's final bytes: a text and a page for one recipient, under headers that no feed can add to.

Sources: RFC 5322 (headers), RFC 2046 (multipart/alternative), RFC 2919 (List-Id), RFC 2369 and 8058 (List-Unsubscribe), RFC 3834
(Auto-Submitted), RFC 2156 (Importance), RFC 6531 (addresses beyond ASCII).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from urllib.parse import quote

from monitor.notices.excerpt import clean, fit, shorten

HEADER_LENGTH = 200
NAME_LENGTH = 60
_LABEL = re.compile(r"[^a-z0-9-]+")
_LABEL_LENGTH = 40
_FOLD_AT = 76
_NAMED = re.compile(r"(.*?)<\s*([^<>]*?)\s*>")
_NO_ADDRESS = re.compile(r"[\s<>,;:\"()\[\]\\]|@.*@")
_ATOMS = re.compile(r"[\w!#$%&'*+/=?^`{|}~ -]+", re.ASCII)
_NON_ASCII_SHARE = 6  # more than one character in six beyond ASCII: base64 is shorter and as readable


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name (may be empty) and an address whose domain is in ASCII (IDNA)."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail for one recipient. `date` carries the zone to print it in; `thread` and `list_id` are of the digest or the rule,
    and empty for what is of none; `unsubscribe_url` takes a POST that ends it for this recipient. Without `html` it is plain
    text alone."""

    sender: Mailbox
    recipient: Mailbox
    subject: str
    date: datetime
    message_id: str
    text: str
    html: str = ""
    thread: str = ""
    list_name: str = ""
    list_id: str = ""
    unsubscribe_url: str = ""
    is_urgent: bool = False


_POLICY = SMTP.clone(cte_type="7bit")


def clean_header(text: str, limit: int = HEADER_LENGTH) -> str:
    """The text as one line of a header: no controls, no invisible formatting, nothing that reads as an encoded word."""
    text = clean(text).replace("=?", "= ?").replace("?=", "? =")
    return shorten(text, limit)


def mailbox(text: str) -> Mailbox:
    """The mailbox written as `address` or `Name <address>`. Raises ValueError where there is no address in it."""
    named = _NAMED.fullmatch(fit(text))
    name, address = named.groups() if named else ("", fit(text))
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or _NO_ADDRESS.search(address):
        raise ValueError(f"{text!r} is no mail address; write name@example.org or Name <name@example.org>")
    try:
        return Mailbox(clean_header(name.strip(' "')), f"{local}@{domain.encode('idna').decode('ascii')}")
    except UnicodeError as error:
        raise ValueError(f"{domain!r} is no mail domain") from error


def message_id(sender: Mailbox, list_label: str, instant: str, recipient: Mailbox) -> str:
    """The same identifier for the same edition and recipient, whenever it is sent: `<label.instant.hash@domain>`."""
    who = sha256(recipient.address.lower().encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"<{label(list_label)}.{instant}.{who}@{sender.domain}>"


def label(text: str) -> str:
    """A label of at most 40 letters, digits and hyphens that stands for `text`; a long one ends in a hash of it."""
    plain = _LABEL.sub("-", text.lower()).strip("-") or "digest"
    if plain == text and len(plain) <= _LABEL_LENGTH:
        return plain
    return f"{plain[: _LABEL_LENGTH - 9].rstrip('-')}-{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def render_mail(mail: Mail) -> bytes:
    """The bytes to send, the same for the same `mail`. Addresses beyond ASCII need a server that takes SMTPUTF8.

    The headers are written out here, since the library's folding of them differs from one Python to the next.
    """
    headers = (
        ("From", _mailbox_header("From", mail.sender)),
        ("To", _mailbox_header("To", mail.recipient)),
        ("Subject", _encoded("Subject", clean_header(mail.subject))),
        ("Date", format_datetime(mail.date)),
        ("Message-ID", mail.message_id),
        *(_list_headers(mail) if mail.list_id else ()),
        *((("Importance", "high"), ("X-Priority", "1")) if mail.is_urgent else ()),
        ("Auto-Submitted", "auto-generated"),
    )
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return head.encode() + _body(mail).as_bytes()


def _list_headers(mail: Mail) -> tuple[tuple[str, str], ...]:
    stop = quote(f"unsubscribe {mail.list_id.partition('.')[0]}")
    by_mail = f"<mailto:{quote(mail.sender.address, safe='@')}?subject={stop}>"
    by_web = f"<{mail.unsubscribe_url}>,\r\n " if mail.unsubscribe_url else ""
    return (
        *((("References", mail.thread),) if mail.thread else ()),
        ("List-Id", _named("List-Id", mail.list_name, mail.list_id)),
        ("List-Unsubscribe", f"{by_web}{by_mail}"),
        *(
            [("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")]
            if mail.unsubscribe_url.startswith("https:")
            else []
        ),
    )


def _body(mail: Mail) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    message.set_content(mail.text, subtype="plain", charset="utf-8", cte=_encoding(mail.text))
    if not mail.html:
        return message
    message.add_alternative(mail.html, subtype="html", charset="utf-8", cte=_encoding(mail.html))
    # "=_" stands in no quoted-printable and no base64 text, so the boundary cannot occur in a body.
    message.set_boundary(f"=_{sha256((mail.message_id + mail.text).encode()).hexdigest()[:32]}")
    return message


def _mailbox_header(header: str, box: Mailbox) -> str:
    return _named(header, box.name, box.address) if box.name else box.address


def _named(header: str, name: str, identifier: str) -> str:
    """`name <identifier>`, the name quoted or encoded as a phrase must be, over two lines where it is long."""
    name = clean_header(name, NAME_LENGTH)
    phrase = name if _ATOMS.fullmatch(name) else _encoded(header, name)
    if name.isascii() and phrase is not name:
        phrase = '"{}"'.format(re.sub(r'([\\"])', r"\\\1", name))
    separator = " " if len(header) + len(phrase) + len(identifier) < _FOLD_AT else "\r\n "
    return f"{phrase}{separator}<{identifier}>"


def _encoded(header: str, text: str) -> str:
    """The text folded at spaces; beyond ASCII wholly in encoded words (RFC 2047), each of whole characters."""
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, maxlinelen=_FOLD_AT, header_name=header).encode(linesep="\r\n")


def _encoding(text: str) -> str:
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return "base64" if beyond * _NON_ASCII_SHARE > len(text) else "quoted-printable"
