"""A digest ended by a click: by a POST alone, and by nobody else's link."""

from __future__ import annotations

import httpx
import pytest

from monitor.daemon import Daemon
from monitor.digests.leaving import token_of
from monitor.web.security import HEADERS

TO = "ambassador@mission.example"


@pytest.fixture
def token(daemon: Daemon) -> str:
    plan = daemon.parts.plans[0]
    key = daemon.parts.store.subscribers.signing_key()
    assert key is not None
    return token_of(key, plan.digest.id, plan.digest.to[0].partition("<")[2].rstrip(">") or plan.digest.to[0])


async def test_a_look_at_the_link_changes_nothing(daemon: Daemon, client: httpx.AsyncClient, token: str) -> None:
    answer = await client.get(f"/unsubscribe/{token}")
    assert answer.status_code == 200
    assert f'<form method="post" action="/unsubscribe/{token}">' in answer.text
    assert (await client.head(f"/unsubscribe/{token}")).status_code == 200
    assert daemon.parts.store.subscribers.gone(daemon.parts.plans[0].digest.id) == frozenset()


async def test_a_post_ends_it_once_and_for_all_as_mail_programs_send_it(
    daemon: Daemon, client: httpx.AsyncClient, token: str
) -> None:
    for _ in range(2):
        answer = await client.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "is sent to" in answer.text
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert len(daemon.parts.store.subscribers.gone(daemon.parts.plans[0].digest.id)) == 1


@pytest.mark.parametrize("wrong", ["x" * 24, "%3Cscript%3E", "a%2Fb"])
async def test_another_link_ends_nothing(client: httpx.AsyncClient, wrong: str) -> None:
    answer = await client.post(f"/unsubscribe/{wrong}")
    assert answer.status_code == 404
    assert "<script" not in answer.text
    assert "<script" not in (await client.get("/unsubscribe/%3Cscript%3E")).text
