"""The pages over real parts, in this process, with a source of every mood."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from monitor import app
from monitor.configuration import check_configuration
from monitor.daemon import Daemon
from monitor.web.pages import create_app
from monitor.web.security import secured
from tests.conftest import Folder, source

HOSTILE = '</td><script src="https://evil.example/x.js"></script><img src=x onerror=alert(1)>"\'&\u202e'
DIGEST = '[[digest]]\nid = "d"\ntitle = "<b>Daily</b> & more"\nat = "03:33"\nto = ["desk@mission.example"]\n'


def write(folder: Folder, count: int = 0) -> None:
    """Sources with a hostile name, in several scripts, and as many more as asked for."""
    folder.write(
        sources=source("hostile", "http://127.0.0.1:9/h", name=HOSTILE.replace("\u202e", ""))
        + source("urdu", "http://127.0.0.1:9/u", name="صبحِ نو", country="PK")
        + source("long", "http://127.0.0.1:9/l", name="W" * 120)
        + source("off", "http://127.0.0.1:9/o", enabled=False)
        + "".join(source(f"s{n}", f"http://127.0.0.1:9/{n}") for n in range(count)),
        digests=DIGEST,
    )


@pytest.fixture
async def daemon(folder: Folder) -> AsyncIterator[Daemon]:
    write(folder)
    async with app.open_parts(check_configuration(folder.path, {})) as parts:
        yield Daemon(folder.path, {}, parts)


@pytest.fixture
async def client(daemon: Daemon) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(secured(create_app(daemon)), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://monitor.example") as opened:
        yield opened
