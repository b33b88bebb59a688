"""The pages: `/` shows how things stand, `/healthz` and `/readyz` answer supervisors."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor import __version__
from monitor.actions import perform
from monitor.actions.parts import UnknownError
from monitor.daemon import Daemon
from monitor.errors import StoreError
from monitor.upkeep.standing import standing

SOURCES_SHOWN = 1000
READING = ["GET", "HEAD"]
UNITS = (
    ("d", timedelta(days=1)),
    ("h", timedelta(hours=1)),
    ("min", timedelta(minutes=1)),
    ("s", timedelta(seconds=1)),
)


def create_app(daemon: Daemon) -> FastAPI:
    """The web application over a running daemon."""
    app = FastAPI(title="Monitor", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    pages = Environment(loader=PackageLoader("monitor.web"), autoescape=True, undefined=StrictUndefined)
    pages.filters["ago"] = ago
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))

    @app.exception_handler(StoreError)
    async def store_failed(_request: Request, error: StoreError) -> Response:
        return PlainTextResponse(f"{error}\n", status_code=503)

    @app.api_route("/healthz", methods=READING)
    async def healthz() -> Response:
        """200 while the monitor does its work, 503 with the reasons where it does not."""
        health = daemon.health()
        body = {"status": "ok" if health.is_healthy else "failing", "problems": list(health.problems)}
        return JSONResponse(body, status_code=200 if health.is_healthy else 503)

    @app.api_route("/readyz", methods=READING)
    async def readyz() -> Response:
        """200 once the store is open and the configuration valid: the page is not served before."""
        return JSONResponse(
            {"status": "stopping" if daemon.stopping.is_set() else "ready"}, 503 if daemon.stopping.is_set() else 200
        )

    @app.api_route("/", methods=READING)
    async def status() -> Response:
        parts = daemon.parts
        now = parts.clock()
        sources = parts.store.sources.statuses(limit=SOURCES_SHOWN + 1)
        page = pages.get_template("status.html.j2").render(
            version=__version__,
            now=now,
            health=daemon.health(),
            configuration_error=daemon.configuration_error,
            standing=standing(parts.store, parts.configuration.settings.digests, now),
            sources=sources[:SOURCES_SHOWN],
            is_cut=len(sources) > SOURCES_SHOWN,
        )
        return HTMLResponse(page)

    @app.api_route("/unsubscribe/{token}", methods=READING)
    async def ask_to_unsubscribe(token: str) -> Response:
        """Asks, and changes nothing: programs that look into mails follow their links (RFC 8058)."""
        return HTMLResponse(pages.get_template("unsubscribe.html.j2").render(token=token, done=None, error=""))

    @app.post("/unsubscribe/{token}")
    async def unsubscribe(token: str) -> Response:
        page = pages.get_template("unsubscribe.html.j2")
        try:
            done = await anext(perform(daemon.parts, "unsubscribe", {"token": token}))
        except UnknownError as error:
            return HTMLResponse(page.render(token="", done=None, error=str(error)), status_code=404)
        return HTMLResponse(page.render(token="", done=done, error=""))

    return app


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago or ahead a moment is, in one unit: "5 min ago", "in 3 h"; "never" for none.

    >>> from datetime import UTC
    >>> ago(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 5, tzinfo=UTC))
    '5 min ago'
    """
    if moment is None:
        return "never"
    span = abs(now - moment)
    unit, length = next((unit, length) for unit, length in UNITS if span >= 2 * length or unit == "s")
    return f"in {span // length} {unit}" if moment > now else f"{span // length} {unit} ago"
