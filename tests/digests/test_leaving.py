"""Links that end a digest for one reader."""

from __future__ import annotations

import email
import email.policy

from monitor.digests.leaving import recipient_of, token_of
from tests.digests.made import DUE, Made

KEY = b"k" * 32


def mails(made: Made):
    bodies = {row.recipient: made.store.deliveries.body(row.id) for row in made.store.deliveries.list()}
    return {to: email.message_from_bytes(body, policy=email.policy.default) for to, body in bodies.items()}


def test_each_recipient_has_a_token_of_their_own_that_stands_for_them(made: Made) -> None:
    digests = [made.plan(to=("Desk <Desk@example.org>", "a@example.org")).digest, made.plan(id="evening").digest]
    token = token_of(KEY, "morning", "desk@example.org")
    assert len(token) == 24
    assert recipient_of(KEY, digests, token) == (digests[0], "desk@example.org")
    for wrong in (
        token[:-1],
        "",
        "é",
        token_of(b"other", "morning", "desk@example.org"),
        token_of(KEY, "noon", "a@example.org"),
    ):
        assert recipient_of(KEY, digests, wrong) is None


def test_mails_carry_the_link_where_readers_can_reach_it(made: Made) -> None:
    made.make(made.plan(base_url="https://monitor.example/m"))
    [message] = mails(made).values()
    key = made.store.subscribers.signing_key()
    url = f"https://monitor.example/m/unsubscribe/{token_of(key, 'morning', 'ambassador@example.org')}"
    assert message["List-Unsubscribe"] == f"<{url}>, <mailto:monitor@example.org?subject=unsubscribe%20morning>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_without_a_base_address_only_a_mail_ends_it(made: Made) -> None:
    made.make(made.plan())
    [message] = mails(made).values()
    assert message["List-Unsubscribe"] == "<mailto:monitor@example.org?subject=unsubscribe%20morning>"
    assert message["List-Unsubscribe-Post"] is None


def test_one_click_is_offered_over_https_alone(made: Made) -> None:
    made.make(made.plan(base_url="http://monitor.example"))
    [message] = mails(made).values()
    assert message["List-Unsubscribe"].startswith("<http://monitor.example/unsubscribe/")
    assert message["List-Unsubscribe-Post"] is None


def test_who_left_gets_the_digest_no_more_until_joining_again(made: Made) -> None:
    plan = made.plan(to=("Ambassador <Ambassador@example.org>", "desk@example.org"))
    with made.store.transaction():
        assert made.store.subscribers.leave("morning", "AMBASSADOR@example.org", DUE)
        assert not made.store.subscribers.leave("morning", "ambassador@example.org", DUE)
    assert [mail.recipient for mail in made.draft(plan).mails] == ["desk@example.org"]
    assert len(made.draft(made.plan(id="evening", to=("ambassador@example.org",))).mails) == 1
    with made.store.transaction():
        assert made.store.subscribers.join("morning", "ambassador@example.org")
        assert not made.store.subscribers.join("morning", "ambassador@example.org")
    assert len(made.draft(plan).mails) == 2


def test_the_key_of_a_store_stays(made: Made) -> None:
    key = made.store.subscribers.signing_key()
    with made.store.transaction():
        made.store.subscribers.keep_key(b"another")
    assert made.store.subscribers.signing_key() == key
    assert len(key) == 32
