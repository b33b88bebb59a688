"""Let a daemon take a changed configuration over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from monitor.actions.parts import Parts
from monitor.contract import Object

WAITED_FOR_S = 0.15

_under_way: set[asyncio.Future[Sequence[str]]] = set()


async def reload(parts: Parts) -> AsyncGenerator[Object, None]:
    """Begin to take the files over; one object: `state` is done, refused (with the `problems`), under way where it
    takes longer than a moment, or none where no daemon runs."""
    if parts.reload is None:
        yield {"state": "none", "problems": []}
        return
    task = asyncio.ensure_future(parts.reload())
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    done, _ = await asyncio.wait({task}, timeout=WAITED_FOR_S)
    problems = list(task.result()) if done else []
    yield {"state": "refused" if problems else "done" if done else "under way", "problems": problems}
