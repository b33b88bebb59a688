from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.digests.made import Made


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    desk = Made(tmp_path / "monitor.db")
    yield desk
    desk.store.close()
