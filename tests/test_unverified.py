"""A source whose certificate is not verified says so wherever it is shown."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable

from tests.conftest import Article, Folder, Site

WARNING = "certificate not verified"


def test_an_unverified_source_is_shown_as_such(folder: Folder, site: Site, make_source: Callable[..., str]) -> None:
    careful = make_source("careful", site.publish("/a.xml", Article("One")))
    lax = make_source("lax", site.publish("/b.xml", Article("Two")), verify=False)
    folder.write(sources=careful + lax)
    folder.run("fetch")
    assert {one["id"]: one["verify"] for one in folder.objects("sources", "list")} == {"careful": True, "lax": False}
    assert [WARNING in line for line in folder.run("sources", "list").stdout.splitlines()] == [False, True]
    assert WARNING in folder.run("sources", "show", "lax").stdout
    assert WARNING not in folder.run("sources", "show", "careful").stdout
    assert page(folder).count(WARNING) == 1
    folder.write(sources=careful + lax.replace("verify = false", "verify = true"))
    folder.run("fetch")
    assert all(one["verify"] for one in folder.objects("sources", "list"))


def page(folder: Folder) -> str:
    """The status page of a daemon that runs for that long."""
    command = [sys.executable, "-m", "monitor", "-c", str(folder.path), "run"]
    daemon = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ)
    try:
        assert daemon.stdout is not None
        for line in daemon.stdout:
            if "http://" in line and (found := address(line)):
                with urllib.request.urlopen(found, timeout=10) as answer:
                    return str(answer.read().decode())
        raise AssertionError("the daemon named no address")
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.communicate(timeout=20)


def address(line: str) -> str:
    try:
        logged = json.loads(line)
    except ValueError:
        logged = {}
    words = [str(value) for value in logged.values()] or line.split()
    return next((word for word in words if word.startswith("http://127.0.0.1:")), "")
