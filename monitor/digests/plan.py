"""A digest with all that its editions are made by, as the configuration has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from monitor.model import Digest
from monitor.notices.templating import PLAIN_STYLE, Style
from monitor.rules import Query

NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Plan:
    """A digest with its sections' compiled queries, in the sections' order (None: takes everything).

    `urgencies` weighs the rules that alert, the more urgent the higher, from 1; `excerpts` says how many characters of a source's
    texts may be shown; `style` words and lays out the mails; `base_url` is where readers find the pages (empty: nowhere).
    """

    digest: Digest
    queries: tuple[Query | None, ...] = ()
    urgencies: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    excerpts: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    style: Style = PLAIN_STYLE
    base_url: str = ""
