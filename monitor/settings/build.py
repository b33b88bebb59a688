"""From checked tables to the frozen values that the rest of the program knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from monitor.model import Combination, Digest, Kind, PageShape, Priority, Review, Rule, Sample, Section, Source
from monitor.settings import tables
from monitor.settings.lists import ListFile
from monitor.settings.places import Key
from monitor.settings.shape import (
    AlertSettings,
    Channel,
    FetchSettings,
    MailSettings,
    OAuthSettings,
    PickupSettings,
    StoreSettings,
    StorySettings,
    WebSettings,
)
from monitor.settings.values import WEEKDAYS

Secrets = Mapping[Key, str]
_DAY_MINUTES = 24 * 60


def build_monitor(file: tables.MonitorFile, folder: Path, secrets: Secrets) -> dict[str, Any]:
    """The fields of `Settings` that monitor.toml gives."""
    fetch, mail, alerts, web = file.fetch, file.mail, file.alerts, file.web
    return {
        "store": StoreSettings(_store_path(file.store.path, folder)),
        "fetch": FetchSettings(
            interval_s=fetch.interval,
            min_interval_s=fetch.min_interval,
            max_interval_s=fetch.max_interval,
            concurrency=fetch.concurrency,
            per_host=fetch.per_host,
            timeout_s=fetch.timeout,
            max_bytes=fetch.max_bytes,
            proxy=_proxy(fetch.proxy, secrets.get(("fetch", "proxy_file"), "")),
            allow_private=tuple(fetch.allow_private),
            contact=fetch.contact,
            user_agent=fetch.user_agent,
        ),
        "mail": MailSettings(
            host=mail.host,
            port=mail.port,
            security=mail.security,
            sender=mail.sender,
            user=mail.user,
            password=secrets.get(("mail", "password_file"), ""),
            timeout_s=mail.timeout,
            oauth=_oauth(mail, folder, secrets),
        ),
        "alerts": AlertSettings(
            max_per_hour=alerts.max_per_hour,
            quiet=alerts.quiet,
            timezone=alerts.timezone,
            rollup=alerts.rollup,
            rollup_at=alerts.rollup_at,
            operator=tuple(alerts.operator),
        ),
        "web": WebSettings(*web.listen, web.base_url, tuple(web.trusted_proxies)),
        "stories": StorySettings(timedelta(seconds=file.stories.window)),
        "pickup": PickupSettings(tuple(file.pickup.to), tuple(sorted(set(file.pickup.after))), file.pickup.timezone),
        "channels": MappingProxyType(
            {name: _channel(name, channel, secrets) for name, channel in file.channel.items()}
        ),
    }


def _oauth(mail: tables.MailTable, folder: Path, secrets: Secrets) -> OAuthSettings | None:
    if not mail.oauth_token_url:
        return None
    return OAuthSettings(
        token_url=mail.oauth_token_url,
        client_id=mail.oauth_client_id,
        client_secret=secrets.get(("mail", "oauth_client_secret_file"), ""),
        refresh_token=secrets.get(("mail", "oauth_refresh_token_file"), ""),
        refresh_token_file=folder / mail.oauth_refresh_token_file if mail.oauth_refresh_token_file else None,
        scope=mail.oauth_scope,
    )


def _channel(name: str, table: tables.ChannelTable, secrets: Secrets) -> Channel:
    def secret(key: str) -> str:
        return secrets.get(("channel", name, key), "")

    return Channel(
        name=name,
        kind=table.kind,
        to=tuple(table.to),
        url=table.url or secret("url_file"),
        rollup=table.rollup,
        secret=secret("secret_file"),
        token=secret("token_file"),
        chat_id=table.chat_id,
        timeout_s=table.timeout,
        proxy=_proxy(table.proxy, secret("proxy_file")),
    )


def _store_path(written: str, folder: Path) -> Path:
    """A relative path starts at the folder above the configuration folder, wherever the program was started."""
    path = Path(written).expanduser()
    return path if path.is_absolute() else folder.absolute().parent / path


def _proxy(url: str, credentials: str) -> str:
    """The proxy's address with `user:password` put in, percent-encoded (RFC 3986 §3.2.1)."""
    if not url or not credentials:
        return url
    user, _, password = credentials.partition(":")
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{rest}"


def build_sources(file: tables.SourcesFile, secrets: Secrets) -> tuple[Source, ...]:
    """The sources in the file's order."""
    return tuple(_source(table, ("source", index), secrets) for index, table in enumerate(file.source))


def _source(table: tables.SourceTable, path: Key, secrets: Secrets) -> Source:
    user, colon, password = secrets.get((*path, "auth_file"), "").partition(":")
    return Source(
        id=table.id,
        url=table.url,
        name=table.name or table.id,
        publisher=table.publisher or table.id,
        kind=Kind(table.kind),
        country=table.country,
        language=table.language,
        tags=tuple(table.tags),
        own=table.own,
        enabled=table.enabled,
        format=table.format,
        page=_page(table.page) if table.format == "page" else None,
        opml=tuple(table.opml.items()),
        interval_s=table.interval,
        identity=table.identity,
        full_text=table.full_text,
        headers=tuple(table.headers.items()),
        auth=(user, password) if colon else None,
        user_agent=table.user_agent,
        proxy=_proxy(table.proxy, secrets.get((*path, "proxy_file"), "")),
        verify=table.verify,
        excerpt=table.excerpt,
        note=table.note,
    )


def _page(table: tables.PageTable) -> PageShape:
    return PageShape(table.list, table.link, table.title, table.date, table.date_format)


def build_rules(file: tables.RulesFile, list_files: Mapping[str, ListFile]) -> dict[str, Any]:
    """The fields of `Settings` that rules.toml and the files of lists give: rules in the file's order, lists by name. A list
    that stands in both is that of rules.toml."""
    own = {name: found for name, found in list_files.items() if name not in file.lists}
    lists = {name: tuple(forms) for name, forms in file.lists.items()}
    return {
        "rules": tuple(_rule(table) for table in file.rule),
        "lists": MappingProxyType(lists | {name: found.forms for name, found in own.items()}),
        "list_files": MappingProxyType({name: found.file for name, found in own.items()}),
    }


def _rule(table: tables.RuleTable) -> Rule:
    """A rule; weighted terms without a threshold fire as soon as their sum is above nothing."""
    return Rule(
        id=table.id,
        name=table.name or table.id,
        query=table.query,
        terms=tuple(table.terms.items()),
        threshold=(table.threshold or 1) if table.terms else None,
        count_cap=table.count_cap,
        title_factor=table.title_factor,
        any_of=tuple(Combination(tuple(c.all), tuple(c.any), tuple(c.none), c.near) for c in table.any_of),
        tags=tuple(table.tags),
        alert=tuple(table.alert),
        priority=Priority(table.priority),
        rollup=table.rollup,
        on=table.on,
        samples=tuple(Sample(sample.text, sample.match) for sample in table.sample),
    )


def build_digests(file: tables.DigestsFile) -> tuple[Digest, ...]:
    """The digests in the file's order. One without sections gets a single one that takes everything."""
    return tuple(_digest(table) for table in file.digest)


def _digest(table: tables.DigestTable) -> Digest:
    sections = tuple(Section(s.title or s.query or "Other news", s.query, s.limit, s.order) for s in table.section)
    return Digest(
        id=table.id,
        title=table.title or table.id,
        cron=table.cron or _daily(table),
        timezone=table.timezone,
        to=tuple(table.to),
        when_empty=table.when_empty,
        sections=sections or (Section("News"),),
        holidays=frozenset(table.holidays),
        language=table.language or "en",
        reads=tuple(table.reads),
        week_in_review=WEEKDAYS.index(table.week_in_review) if table.week_in_review else None,
        review=_review(table) if table.review else None,
    )


def _daily(table: tables.DigestTable) -> str:
    """The schedule of `at` on these days (cron counts them from Sunday)."""
    days = ",".join(str((WEEKDAYS.index(day) + 1) % 7) for day in WEEKDAYS if day in table.days)
    return f"{table.at.minute} {table.at.hour} * * {days or '*'}" if table.at else ""


def _review(table: tables.DigestTable) -> Review:
    return Review(_before_s(table, table.review_from), _before_s(table, table.review_until))


def _before_s(table: tables.DigestTable, moment: time | float) -> float:
    """How long before the digest's hour a time of day is, or the seconds as they are."""
    if not isinstance(moment, time) or table.at is None:
        return moment if isinstance(moment, float) else 0.0
    minutes = (table.at.hour - moment.hour) * 60 + table.at.minute - moment.minute
    return float(minutes % _DAY_MINUTES * 60)
