from __future__ import annotations

import email
import email.policy
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.reports.schedule import DueReport, draft_report, due_reports, file_report
from monitor.settings import PickupSettings
from monitor.store import Store, open_store
from tests.reports.conftest import RELEASED, TEXT, TITLE, Put

DAY_S = 86_400.0
HOUR = timedelta(hours=1)
SETTINGS = PickupSettings(to=("press@mission.example", "Desk <desk@mission.example>"))
SENDER = "Monitor <monitor@mission.example>"


def watched(store: Store, at: datetime = RELEASED - HOUR) -> None:
    """Let reports be made from this instant on."""
    assert due_reports(store, SETTINGS, at) == []


def made(store: Store, now: datetime, settings: PickupSettings = SETTINGS) -> list[int]:
    """Make what is due; gives how many mails each report had."""
    return [
        file_report(store, draft_report(store, due, settings, SENDER, now), now)
        for due in due_reports(store, settings, now)
    ]


def test_a_report_is_due_after_each_span_and_made_once(store: Store, put: Put) -> None:
    watched(store)
    release = put("embassy", TITLE, TEXT, 0)
    assert due_reports(store, SETTINGS, RELEASED + 23 * HOUR) == []
    assert due_reports(store, SETTINGS, RELEASED + 24 * HOUR) == [DueReport(release, DAY_S, RELEASED + 24 * HOUR)]
    assert made(store, RELEASED + 24 * HOUR) == [2]
    assert made(store, RELEASED + 25 * HOUR) == []
    assert made(store, RELEASED + 72 * HOUR) == [2]
    assert made(store, RELEASED + 200 * HOUR) == []
    assert len(store.deliveries.list()) == 4


def test_the_mail_says_who_carried_it_and_goes_to_each_once(store: Store, put: Put) -> None:
    watched(store)
    put("embassy", TITLE, TEXT, 0)
    put("sahil", "کشتیاں", TEXT, 2)
    made(store, RELEASED + 24 * HOUR, replace(SETTINGS, to=("press@mission.example", "Press <PRESS@mission.example>")))
    [row] = store.deliveries.list()
    mail = email.message_from_bytes(store.deliveries.body(row.id) or b"", policy=email.policy.default)
    assert mail["Subject"] == f"Pick-up after 24 h – 1 item – {TITLE}"
    text, html = (part.get_content() for part in mail.iter_parts())
    assert "روزنامہ ساحل" in text
    assert "2 h 00 min" in html
    assert 'dir="rtl"' in html
    assert (row.kind, row.items) == ("report", (1,))


def test_after_an_absence_only_the_latest_is_made(store: Store, put: Put) -> None:
    watched(store)
    release = put("embassy", TITLE, TEXT, 0)
    assert due_reports(store, SETTINGS, RELEASED + 80 * HOUR) == [
        DueReport(release, 3 * DAY_S, RELEASED + 72 * HOUR, passed_over=(DAY_S,))
    ]
    assert made(store, RELEASED + 80 * HOUR) == [2]
    assert made(store, RELEASED + 81 * HOUR) == []


def test_what_fell_due_before_reports_were_asked_for_is_not_made(store: Store, put: Put) -> None:
    put("embassy", TITLE, TEXT, 0)
    assert made(store, RELEASED + 30 * HOUR) == []
    assert made(store, RELEASED + 71 * HOUR) == []
    assert made(store, RELEASED + 73 * HOUR) == [2]


def test_nobody_asking_makes_no_report_and_begins_nothing(store: Store, put: Put) -> None:
    put("embassy", TITLE, TEXT, 0)
    assert due_reports(store, PickupSettings(), RELEASED + 30 * HOUR) == []
    assert store.reports.watched_since() is None


def test_what_others_publish_is_not_reported_on(store: Store, put: Put) -> None:
    watched(store)
    put("courier", TITLE, TEXT, 0)
    assert due_reports(store, SETTINGS, RELEASED + 30 * HOUR) == []


def test_a_clock_that_is_set_back_repeats_nothing(store: Store, put: Put) -> None:
    watched(store)
    put("embassy", TITLE, TEXT, 0)
    assert made(store, RELEASED + 24 * HOUR) == [2]
    assert made(store, RELEASED + 23 * HOUR) == []
    assert made(store, RELEASED + 26 * HOUR) == []


def test_a_draft_that_another_report_has_overtaken_is_not_filed(store: Store, put: Put) -> None:
    watched(store)
    put("embassy", TITLE, TEXT, 0)
    now = RELEASED + 24 * HOUR
    [due] = due_reports(store, SETTINGS, now)
    drafts = [draft_report(store, due, SETTINGS, SENDER, now) for _ in range(2)]
    assert [file_report(store, draft, now) for draft in drafts] == [2, 0]


def test_a_release_that_is_gone_meanwhile_is_recorded_and_mailed_to_nobody(store: Store) -> None:
    draft = draft_report(store, DueReport(99, DAY_S, RELEASED), SETTINGS, SENDER, RELEASED)
    assert draft.mails == ()


KILLED = """
import os, sys
from datetime import datetime
from pathlib import Path
from monitor.reports.schedule import draft_report, due_reports, file_report
from monitor.settings import PickupSettings
from monitor.store import open_store
from monitor.store.deliveries import Deliveries

path, now, after = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), int(sys.argv[3])
queue, count = Deliveries.queue, 0
def dying(*arguments):
    global count
    if count == after:
        os._exit(9)
    count += 1
    return queue(*arguments)
Deliveries.queue = dying
store, settings = open_store(path), PickupSettings(to=("a@mission.example", "b@mission.example"))
[due] = due_reports(store, settings, now)
file_report(store, draft_report(store, due, settings, "m@mission.example", now), now)
"""


@pytest.mark.parametrize("after", [0, 1])
def test_a_kill_between_record_and_mails_leaves_neither(store: Store, path: Path, put: Put, after: int) -> None:
    watched(store)
    put("embassy", TITLE, TEXT, 0)
    store.close()
    now = RELEASED + 24 * HOUR
    arguments = [sys.executable, "-c", KILLED, str(path), now.isoformat(), str(after)]
    assert subprocess.run(arguments, env=dict(os.environ)).returncode == 9
    again = open_store(path)
    assert again.deliveries.list() == []
    assert made(again, now) == [2]
    assert len(again.deliveries.list()) == 2
    again.close()
