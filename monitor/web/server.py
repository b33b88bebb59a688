"""Serving: uvicorn in the daemon's own loop, on a socket opened beforehand so that a taken port is told at once."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import structlog
import uvicorn

from monitor.daemon import Daemon
from monitor.errors import MonitorError
from monitor.web.pages import create_app
from monitor.web.security import secured

BACKLOG = 128

log = structlog.get_logger(__name__)


class _Server(uvicorn.Server):
    """Signals are the daemon's business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(daemon: Daemon) -> AsyncIterator[None]:
    """Serve the daemon's pages for as long as it is held. Raises `MonitorError` where the address cannot be had."""
    listen = daemon.parts.configuration.settings.web
    try:
        listening = _listening(listen.host, listen.port)
    except OSError as error:
        raise MonitorError(
            f"{listen.host}:{listen.port}: the page cannot be served there ({error.strerror}); "
            "set another address with `listen` under [web] in monitor.toml"
        ) from error
    config = uvicorn.Config(
        secured(create_app(daemon)),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    host, port = listening.getsockname()[:2]
    log.info("serving", url=f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/")
    try:
        yield
    finally:
        server.should_exit = True
        await task


def _listening(host: str, port: int) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(BACKLOG)  # at once, so that who reads the address in the log is answered
    except OSError:
        listening.close()
        raise
    return listening
