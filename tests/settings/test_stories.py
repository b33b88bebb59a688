from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.settings import StorySettings, load_settings
from monitor.stories.fold import WINDOW


@pytest.mark.parametrize(
    ("written", "window"), [("7d", timedelta(days=7)), ("2w3d", timedelta(days=17)), ("30d", timedelta(days=30))]
)
def test_copies_are_looked_for_as_long_as_is_written(folder: Path, written: str, window: timedelta) -> None:
    (folder / "monitor.toml").write_text(f'[stories]\nwindow = "{written}"\n', "utf-8")
    assert load_settings(folder, {}).stories == StorySettings(window)


def test_copies_are_looked_for_14_days_unless_the_file_or_the_environment_says_otherwise(folder: Path) -> None:
    (folder / "monitor.toml").write_text("", "utf-8")
    assert load_settings(folder, {}).stories.window == WINDOW == timedelta(days=14)
    assert load_settings(folder, {"MONITOR_STORIES__WINDOW": "10d"}).stories.window == timedelta(days=10)


@pytest.mark.parametrize("written", ["6d23h", "31d", "1h"])
def test_a_window_that_nobody_uses_is_refused(told: Callable[..., list[str]], written: str) -> None:
    assert told("monitor.toml", f'[stories]\nwindow = "{written}"\n') == [
        f'monitor.toml:2: stories.window: "{written}" is no window for stories; write 7 to 30 days, e.g. "14d"'
    ]
