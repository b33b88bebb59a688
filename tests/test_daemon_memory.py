"""What the daemon holds for good, and what it lets go."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from monitor import app
from monitor.configuration import check_configuration
from monitor.daemon import Daemon
from tests.conftest import Folder

RULES = '[[rule]]\nid = "a"\nquery = "{query}"\n'


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


async def test_a_configuration_taken_over_is_spared_by_the_garbage_collector_and_the_old_one_goes(
    folder: Folder,
) -> None:
    folder.write(rules=RULES.format(query="?aku OR ganja*"))
    async with app.open_parts(check_configuration(folder.path, {})) as parts:
        desk = Daemon(folder.path, {}, parts)
        old, spared = weakref.ref(parts.configuration.rules), gc.get_freeze_count()
        folder.write(rules=RULES.format(query="baku AND ganja"))
        gc.disable()
        try:
            assert await desk.reload_now() == []
            assert old() is None
        finally:
            gc.enable()
        assert gc.get_freeze_count() > spared
