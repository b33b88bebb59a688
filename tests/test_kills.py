"""Killed at random while editions fall due: none is missing, and none comes twice under another Message-ID."""

from __future__ import annotations

import email
import email.policy
import re
import subprocess
import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

from monitor.model import DeliveryState
from monitor.store import open_store
from tests.conftest import Folder, receiving

ROUNDS, SEED = 50, 20261123
DIGESTS = """
[[digest]]
id = "often"
title = "Often"
cron = "*/3 * * * *"
to = ["a@mission.example", "b@mission.example"]
[[digest]]
id = "reviewed"
title = "Reviewed"
cron = "*/4 * * * *"
to = ["a@mission.example"]
review = true
[[digest]]
id = "quiet"
title = "Quiet"
cron = "*/5 * * * *"
to = ["a@mission.example"]
when_empty = "skip"
"""


def test_fifty_kills_while_editions_fall_due_lose_and_double_nothing(folder: Folder) -> None:
    folder.write(digests=DIGESTS)
    with receiving(folder.mail_port) as inbox:
        program = [
            sys.executable,
            str(Path(__file__).parent / "fast_daemon.py"),
            str(folder.path),
            str(ROUNDS),
            str(SEED),
        ]
        done = subprocess.run(program, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
    store = open_store(folder.database, read_only=True)
    editions, rows = store.editions.list(), store.deliveries.list()
    assert store.connection.value("PRAGMA integrity_check") == "ok"
    store.close()

    # Nothing is left behind, and each edition went out to each of its recipients.
    assert {row.state for row in rows} <= {DeliveryState.SENT, DeliveryState.HELD}
    waiting = {edition.id for edition in editions if edition.state == "held"}
    sent = {row.message_id for row in rows if row.edition_id not in waiting}
    mails = [email.message_from_bytes(body, policy=email.policy.default) for _, body in inbox.mails]
    assert {message["Message-ID"] for message in mails} == sent
    assert len(editions) >= ROUNDS / 2

    # A repeat has the same Message-ID and the same bytes.
    bytes_of = defaultdict(set)
    for (_, body), message in zip(inbox.mails, mails, strict=True):
        bytes_of[message["Message-ID"]].add(body)
    assert {len(bodies) for bodies in bytes_of.values()} == {1}

    # Every article is told once in each digest, to each reader.
    told = defaultdict(set)
    for message in mails:
        for number in re.findall(r"Article (\d{3}) of the day", message.get_body(("plain",)).get_content()):
            told[message["Subject"].partition(" ")[0], message["To"], number].add(message["Message-ID"])
    assert {len(found) for found in told.values()} == {1}
    readers = {(title, to) for title, to, _ in told}
    assert len(readers) == 4
    for reader in readers:
        assert {number for *of, number in told if tuple(of) == reader} == {f"{number:03}" for number in range(ROUNDS)}

    # One edition an instant, and the windows of a digest lie end to end.
    for digest in ("often", "reviewed", "quiet"):
        made = [edition for edition in editions if edition.digest_id == digest]
        made.sort(key=lambda edition: (edition.upto_item, edition.after_item, edition.id))
        assert len({edition.due_at for edition in made}) == len(made)
        assert all(one.upto_item == after.after_item for one, after in pairwise(made))
