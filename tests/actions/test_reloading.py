"""Reloading on request: what is said of a reload that is done, refused, slow, or nobody's business."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.actions import reloading
from monitor.actions.reloading import reload


async def told(takes: Any) -> list[dict[str, Any]]:
    return [value async for value in reload(SimpleNamespace(reload=takes))]  # type: ignore[arg-type]


@pytest.mark.parametrize(("problems", "state"), [([], "done"), (["sources.toml:1: id: is missing"], "refused")])
async def test_a_quick_reload_says_how_it_went(problems: list[str], state: str) -> None:
    async def takes() -> Sequence[str]:
        return problems

    assert await told(takes) == [{"state": state, "problems": problems}]


async def test_a_slow_reload_goes_on_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reloading, "WAITED_FOR_S", 0.01)
    done = asyncio.Event()

    async def takes() -> Sequence[str]:
        await asyncio.sleep(0.05)
        done.set()
        return []

    assert await told(takes) == [{"state": "under way", "problems": []}]
    await asyncio.wait_for(done.wait(), 2)


async def test_without_a_daemon_there_is_nothing_to_reload() -> None:
    assert await told(None) == [{"state": "none", "problems": []}]
