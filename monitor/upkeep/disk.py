"""Room on the disk, told of before it is used up: a full one takes no messages either."""

from __future__ import annotations

import shutil
from pathlib import Path

from monitor.model import Ailment

LOW_BYTES = 500_000_000


def disk_ailments(path: Path, low_bytes: int = LOW_BYTES) -> tuple[Ailment, ...]:
    """That little room is left where the database lies, if it is. Nothing where that cannot be told."""
    try:
        free_bytes = shutil.disk_usage(path.parent).free
    except OSError:
        return ()
    if free_bytes >= low_bytes:
        return ()
    lines = (
        f"{free_bytes / 1e6:,.0f} MB are left where the database lies; the monitor stops keeping news when none is.",
        "Make room there, or move the database (path under [store]); work goes on by itself.",
    )
    return (Ailment("disk", "The disk is nearly full", lines),)
