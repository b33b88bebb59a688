"""A parsing process: reads requests from its standard input until that ends, answers on its standard output.

`python -m monitor.feeds.worker MEMORY_BYTES`. It imports only what parsing needs, holds itself to its memory limit,
and ends by itself if a document takes far longer than it may and nobody is left to kill it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from monitor.errors import ParseError
from monitor.feeds.jsonfeed import parse_json
from monitor.feeds.messages import NotAFeedError, Parsed, Request, parsed_message, refused_message
from monitor.feeds.parse import parse_xml

ALARM_MARGIN_S = 5
_OTHERS = ("proposals", "article")


def worker_main(memory_bytes: int) -> None:
    """Serve until the input ends. A lack of memory ends the process: what it holds cannot be relied on any more."""
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # Whatever prints by mistake must not speak in the answers.
    os.dup2(2, 1)
    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit_memory(memory_bytes)
    send(target, {"ready": True})
    while (head := source.read(8)) and len(head) == 8:
        message_length, document_length = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")
        request = Request(**json.loads(source.read(message_length)))
        document = source.read(document_length)
        set_alarm(int(request.deadline_s) + ALARM_MARGIN_S)
        send(target, answer(request, document))
        set_alarm(0)


def answer(request: Request, document: bytes) -> dict[str, Any]:
    """The message for one document."""
    try:
        if request.form in _OTHERS:
            return {request.form: _other(request)(request, document)}
        return parsed_message(_parser(request.form)(request, document))
    except ParseError as error:
        return refused_message(error, error.found_feeds if isinstance(error, NotAFeedError) else ())


def _parser(form: str) -> Callable[[Request, bytes], Parsed]:
    """How a document is read; what few sources need is loaded when the first of them comes."""
    if form == "page":
        from monitor.feeds.pages import parse_page

        return parse_page
    if form == "sitemap":
        from monitor.feeds.sitemaps import parse_sitemap

        return parse_sitemap
    return parse_json if form == "json" else parse_xml


def _other(request: Request) -> Callable[[Request, bytes], Any]:
    if request.form == "proposals":
        from monitor.feeds.proposals import propose

        return propose
    from monitor.feeds.articles import extract

    return extract


def send(target: BinaryIO, message: dict[str, Any]) -> None:
    """Write one frame: two lengths of four bytes, the second zero, and a JSON object."""
    raw = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    target.write(len(raw).to_bytes(4, "big") + bytes(4) + raw)
    target.flush()


def limit_memory(memory_bytes: int) -> None:
    """Let the address space grow by at most `memory_bytes` from here, and leave no core files. Unix only; elsewhere the
    deadline alone protects."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as statm:
            used_bytes = int(statm.read().split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit = used_bytes + memory_bytes
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def set_alarm(seconds: int) -> None:
    """Ask the system to end this process after so many seconds; 0 takes it back. Where there are alarms."""
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


if __name__ == "__main__":
    worker_main(int(sys.argv[1]))
