"""A service on the loopback, in a thread of its own, for commands and daemons that run as processes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.delivery.standin import Got, Reply


class Hook:
    """It answers as `judge` says; `got` lists the requests in order. While `hangs`, it takes them and says nothing."""

    def __init__(self, port: int, judge: Callable[[Got], Reply]) -> None:
        self.url, self.judge = f"http://127.0.0.1:{port}", judge
        self.got: list[Got] = []
        self.hangs = False
        self.is_over = threading.Event()


@contextmanager
def hooking(judge: Callable[[Got], Reply] = lambda _: Reply()) -> Iterator[Hook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got = Got("POST", self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            hook.got.append(got)
            if hook.hangs:
                hook.is_over.wait(60)
                return
            reply = hook.judge(got)
            self.send_response(reply.status)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            """The tests say what matters."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook = Hook(server.server_port, judge)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield hook
    finally:
        hook.is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()
