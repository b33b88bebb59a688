"""A store that takes nothing is told once, and its end once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import UTC, datetime

import pytest

from monitor.alerts.plan import AlertPlan
from monitor.errors import DeliveryError
from monitor.model import Delivery
from monitor.upkeep.store_news import News, StoreNews, tell_past_store
from tests.alert_desk import plainly

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "asked", "told"),
    [
        ([], [0, 100], []),
        ([10, 40], [20, 50, 69], []),
        ([10, 40, 69], [70, 75], [News.AILS]),
        ([10, 40, 69], [70, 100, 130], [News.AILS, News.OVER]),
        ([10, 40, 69, 100], [70, 140, 161], [News.AILS, News.OVER]),
        ([10], [75], []),
    ],
)
def test_it_is_told_when_it_lasts_and_over_when_nothing_fails_for_a_minute(
    failures: list[int], asked: list[int], told: list[News]
) -> None:
    news, found = StoreNews(), []
    for at in sorted({*failures, *asked}):
        if at in failures:
            news.failed("the disk is full", at)
        if at in asked:
            found.append(news.due(at, is_failing=False))
    assert [one for one in found if one is not News.NONE] == told


def test_it_ails_for_as_long_as_it_is_failing() -> None:
    news = StoreNews()
    news.failed("locked", 0)
    assert [news.due(at, is_failing=True) for at in (30, 60, 500)] == [News.NONE, News.AILS, News.NONE]
    assert news.due(501, is_failing=False) is News.OVER


class Taking:
    def __init__(self, error: Exception | None = None) -> None:
        self.taken: list[Delivery] = []
        self.error = error

    async def send(self, delivery: Delivery, body: bytes) -> None:
        if self.error is not None:
            raise self.error
        self.taken.append(delivery)

    async def close(self) -> None:
        pass


async def test_it_is_sent_past_the_outbox_to_each_channel_that_takes_it() -> None:
    mail, hook = Taking(), Taking(DeliveryError("it is down", is_transient=True))
    plan = AlertPlan(plainly, operator=("ops", "hook", "gone"))
    channels = {"mail": mail, "ops": mail, "hook": hook}
    locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
    assert await tell_past_store(plan, channels, locks, "the disk is full", NOW) == 1
    [delivery] = mail.taken
    assert (delivery.subject, delivery.channel) == ("The database takes nothing", "ops")
    assert set(locks) == {"mail", "hook"}
