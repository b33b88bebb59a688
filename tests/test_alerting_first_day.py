"""Sixty starter sources at once: first polls tell of the last day alone, within the cap, the rest in one message."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from monitor.alerting import Alerting, tell_due
from monitor.alerts.plan import AlertPlan
from monitor.alerts.timing import Manner
from monitor.configuration import check_configuration
from monitor.intake import Intake
from monitor.model import Acquired, Entry, Gate
from monitor.rules.versions import fingerprint
from monitor.store import open_store
from tests.alert_desk import plainly
from tests.desk import NOON, sentences

CONFIG = Path(__file__).parent.parent / "config"
SOURCES, ENTRIES, DAYS, CAP = 60, 10, 10, 30


@pytest.mark.parametrize("undated", [False, True])
def test_the_first_day_of_the_starter_tells_what_the_last_24_hours_hold_capped_and_rolled_up(
    tmp_path: Path, undated: bool
) -> None:
    configuration, random = check_configuration(CONFIG, {}), Random(3)
    settings = configuration.settings
    rules = {rule.id: replace(rule, alert=("desk",)) for rule in settings.rules}
    sources = [source for source in settings.sources if source.enabled][:SOURCES]
    assert len(sources) == SOURCES
    store = open_store(tmp_path / "monitor.db")
    store.sources.mirror(sources)
    with store.transaction():
        store.rules.note({rule.id: fingerprint(rule, settings.lists) for rule in settings.rules}, NOON)
    plan = AlertPlan(plainly, rules, {"desk": Manner("desk", CAP)})
    samples = [sample.text for rule in settings.rules for sample in rule.samples if sample.match]
    fresh: set[str] = set()
    for number, source in enumerate(sources):
        now = NOON + timedelta(seconds=number)
        entries = []
        for place in range(ENTRIES):
            at = now - timedelta(days=DAYS * place / ENTRIES, minutes=1)
            url = f"https://example.org/{number}/{place}"
            text = f"{random.choice(samples)} {sentences(f'q{number}w{place}', 3)}"
            entries.append(
                Entry(guid=url, url=url, title=text, text=text, html="", published_at=None if undated else at)
            )
            if now - at <= timedelta(hours=24) and not undated:
                fresh.add(url)
        with store.transaction():
            intake = Intake(store, source, configuration.rules, now, None)
            intake.alerting = Alerting(store, plan, source, now)
            intake.take(Acquired(source.id, Gate.WHOLE, tuple(entries)))
    for minute in range(180):
        tell_due(store, plan, NOON + timedelta(minutes=minute))
    alerts = store.alerts.list()
    items = store.items.by_ids({alert.item_id for alert in alerts})
    assert store.items.count() == len(sources) * ENTRIES
    assert {item.url for item in items.values()} <= fresh
    messages = [json.loads(store.deliveries.body(row.id) or b"") for row in store.deliveries.list()]
    entries_told = Counter((told["item"], told["rule"]) for message in messages for told in message["entries"])
    assert set(entries_told) == {(alert.item_id, alert.rule_id) for alert in alerts if alert.state.is_told}
    assert set(entries_told.values()) <= {1}
    store.close()
    if undated:
        assert messages == []
        return
    assert len(fresh) > CAP
    assert len(messages) == CAP + 1
    assert Counter(message["kind"] for message in messages) == {"alert": CAP, "rollup": 1}
