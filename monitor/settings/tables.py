"""The tables of the four files as pydantic reads them: every key, its default, and what its value must be.

Nothing outside this room sees these; `build` turns them into the frozen values of `shape` and `model`. A field that
may be missing has a plain validator rather than a union, so that an error's place is the key's own.
"""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator

from monitor.model import Kind, Priority
from monitor.settings import values
from monitor.settings.values import Network

ROLLUPS = ("none", "hourly", "daily", "weekly")
CHANNELS = ("mail", "webhook", "slack", "mattermost", "teams", "ntfy", "telegram", "apprise")

Line = Annotated[str, AfterValidator(values.line)]
Id = Annotated[str, AfterValidator(values.identifier)]
Tag = Annotated[str, AfterValidator(values.tag)]
Address = Annotated[str, AfterValidator(values.mailbox)]
HeaderText = Annotated[str, AfterValidator(values.header_text)]
Zone = Annotated[str, AfterValidator(values.timezone)]
Seconds = Annotated[float, PlainValidator(values.duration_s)]
Count = Annotated[int, PlainValidator(values.count)]
Rollup = Annotated[str, PlainValidator(values.one_of(*ROLLUPS))]
Selector = Annotated[str, PlainValidator(values.selector)]
Networks = list[Annotated[Network, PlainValidator(values.network)]]


class Table(BaseModel):
    """A TOML table: unknown keys are errors, and a number in quotes is no number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


# -- monitor.toml ----------------------------------------------------------------------------------


class StoreTable(Table):
    path: Annotated[str, PlainValidator(values.filled)] = "data/monitor.db"


class FetchTable(Table):
    interval: Seconds = 900.0
    min_interval: Seconds = 300.0
    max_interval: Seconds = 7200.0
    concurrency: Count = 64
    per_host: Count = 2
    timeout: Seconds = 20.0
    max_bytes: Annotated[int, PlainValidator(values.size_bytes)] = 10_000_000
    proxy: Annotated[Line, AfterValidator(values.proxy_url)] = ""
    proxy_file: Line = ""
    allow_private: Networks = []
    contact: HeaderText = ""
    user_agent: HeaderText = ""


class MailTable(Table):
    host: Annotated[str, PlainValidator(values.filled)] = "localhost"
    port: Annotated[int, PlainValidator(values.port)] = 25
    security: Annotated[str, PlainValidator(values.one_of("none", "starttls", "tls"))] = "none"
    sender: Address = Field(default="Monitor <monitor@example.org>", alias="from")
    user: Line = ""
    password_file: Line = ""
    timeout: Seconds = 30.0
    oauth_token_url: Annotated[Line, AfterValidator(values.optional_url)] = ""
    oauth_client_id: Line = ""
    oauth_client_secret_file: Line = ""
    oauth_refresh_token_file: Line = ""
    oauth_scope: Line = ""


class AlertTable(Table):
    max_per_hour: Count = 30
    quiet: Annotated[tuple[time, time] | None, PlainValidator(values.quiet_hours)] = None
    timezone: Zone = "UTC"
    rollup: Rollup = "none"
    rollup_at: Annotated[time, PlainValidator(values.time_of_day)] = time(8)
    operator: list[Line] = []


class WebTable(Table):
    listen: Annotated[tuple[str, int], PlainValidator(values.listen)] = ("127.0.0.1", 8080)
    base_url: Annotated[Line, AfterValidator(values.base_url)] = ""
    trusted_proxies: Networks = []


class StoriesTable(Table):
    window: Annotated[float, PlainValidator(values.window_s)] = 14 * 86_400.0


class PickupTable(Table):
    to: list[Address] = []
    after: list[Seconds] = [86_400.0, 259_200.0]
    timezone: Zone = "UTC"


class ChannelTable(Table):
    kind: Annotated[str, PlainValidator(values.one_of(*CHANNELS))]
    to: list[Address] = []
    url: Line = ""
    url_file: Line = ""
    secret_file: Line = ""
    token_file: Line = ""
    chat_id: Line = ""
    timeout: Seconds = 15.0
    proxy: Annotated[Line, AfterValidator(values.proxy_url)] = ""
    proxy_file: Line = ""
    rollup: Rollup = ""


class MonitorFile(Table):
    store: StoreTable = StoreTable()
    fetch: FetchTable = FetchTable()
    mail: MailTable = MailTable()
    alerts: AlertTable = AlertTable()
    web: WebTable = WebTable()
    stories: StoriesTable = StoriesTable()
    pickup: PickupTable = PickupTable()
    channel: dict[Id, ChannelTable] = {}


# -- sources.toml ----------------------------------------------------------------------------------


class PageTable(Table):
    list: Selector = ""
    link: Selector = ""
    title: Selector = ""
    date: Selector = ""
    date_format: Annotated[str, AfterValidator(values.date_format)] = ""


class SourceTable(Table):
    id: Id
    url: Annotated[str, AfterValidator(values.web_url)]
    name: Line = ""
    kind: Annotated[str, PlainValidator(values.one_of(*Kind))] = "press"
    publisher: Line = ""
    country: Annotated[str, AfterValidator(values.country)] = ""
    language: Annotated[str, AfterValidator(values.language)] = ""
    tags: list[Tag] = []
    own: bool = False
    enabled: bool = True
    format: Annotated[str, PlainValidator(values.one_of("feed", "page", "sitemap"))] = "feed"
    interval: Annotated[float | None, PlainValidator(values.duration_s)] = None
    identity: Annotated[str, PlainValidator(values.one_of("auto", "guid", "link", "title+link"))] = "auto"
    full_text: bool = False
    headers: Annotated[dict[str, str], PlainValidator(values.headers)] = {}
    auth_file: Line = ""
    user_agent: HeaderText = ""
    proxy: Annotated[Line, AfterValidator(values.proxy_url)] = ""
    proxy_file: Line = ""
    verify: bool = True
    excerpt: Annotated[int | None, PlainValidator(values.count_or_none)] = None
    note: str = ""
    page: PageTable = PageTable()
    opml: dict[str, str] = {}


class SourcesFile(Table):
    source: list[SourceTable] = []


# -- rules.toml ------------------------------------------------------------------------------------


class SampleTable(Table):
    text: str
    match: bool


class CombinationTable(Table):
    all: list[str] = []
    any: list[str] = []
    none: list[str] = []
    near: Annotated[int | None, PlainValidator(values.count)] = None


class RuleTable(Table):
    id: Id
    name: Line = ""
    query: str = ""
    terms: dict[str, int] = {}
    threshold: Annotated[int | None, PlainValidator(values.count)] = None
    count_cap: Count = 1
    title_factor: Count = 2
    any_of: list[CombinationTable] = []
    tags: list[Tag] = []
    alert: list[Line] = []
    priority: Annotated[str, PlainValidator(values.one_of(*Priority))] = "routine"
    rollup: Rollup = ""
    on: Annotated[str, PlainValidator(values.one_of("item", "edit"))] = "item"
    sample: list[SampleTable] = []


class RulesFile(Table):
    lists: dict[Id, Annotated[list[str], Field(min_length=1)]] = Field(default={}, alias="list")
    rule: list[RuleTable] = []


# -- digests.toml ----------------------------------------------------------------------------------


class SectionTable(Table):
    title: Line = ""
    query: str = ""
    limit: Annotated[int | None, PlainValidator(values.count)] = None
    order: Annotated[str, PlainValidator(values.one_of("alerts", "publishers", "newest"))] = "alerts"


class DigestTable(Table):
    id: Id
    title: Line = ""
    at: Annotated[time | None, PlainValidator(values.time_of_day)] = None
    cron: Annotated[str | None, PlainValidator(values.cron)] = None
    timezone: Zone = "UTC"
    to: list[Address] = []
    when_empty: Annotated[str, PlainValidator(values.one_of("send", "skip"))] = "send"
    days: list[Annotated[str, PlainValidator(values.one_of(*values.WEEKDAYS))]] = []
    holidays: list[Annotated[str, PlainValidator(values.holiday)]] = []
    language: Annotated[str, AfterValidator(values.language)] = "en"
    reads: list[Annotated[str, AfterValidator(values.language)]] = []
    week_in_review: Annotated[str, PlainValidator(values.one_of(*values.WEEKDAYS))] = ""
    review: bool = False
    review_from: Annotated[time | float, PlainValidator(values.time_or_duration)] = 3600.0
    review_until: Annotated[time | float, PlainValidator(values.time_or_duration)] = 0.0
    section: list[SectionTable] = []


class DigestsFile(Table):
    digest: list[DigestTable] = []


FILES: dict[str, type[Table]] = {
    "monitor.toml": MonitorFile,
    "sources.toml": SourcesFile,
    "rules.toml": RulesFile,
    "digests.toml": DigestsFile,
}
