"""The page in a real browser: nothing refused, nothing fetched elsewhere, readable on a phone, in light and in dark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any, Literal

import pytest

from tests.conftest import Article, Folder, Page, Site, running, source
from tests.web.conftest import DIGEST, HOSTILE

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture
def url(folder: Folder, site: Site) -> Iterator[str]:
    site.pages["/page"] = Page(f"<html><title>{HOSTILE}</title><p>Hello</html>".encode(), "text/html")
    folder.write(
        sources=source("good", site.publish("/good", Article("One")), name="The Paper")
        + source("urdu", site.publish("/urdu", Article("Two", "Of the second.")), name="صبحِ نو")
        + source("hostile", site.url + "/page", name=HOSTILE.replace("\u202e", ""))
        + source("long", site.url + "/missing", name="Ministry" * 15)
        + source("off", site.url + "/off", enabled=False),
        digests=DIGEST,
    )
    with running(folder) as daemon:
        daemon.wait_for("polled", 4)
        yield daemon.url


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_whole_quiet_and_readable(
    browser: Any, url: str, scheme: Literal["light", "dark"], width: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    answer = page.goto(url + "/", wait_until="networkidle")
    assert answer is not None
    assert answer.status == 200
    page.screenshot(path=tmp_path_factory.getbasetemp() / f"page-{scheme}-{width}.png", full_page=True)
    assert said == []
    assert asked
    assert [address for address in asked if not address.startswith(url + "/")] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.evaluate("document.styleSheets.length") == 1
    assert page.evaluate("document.scripts.length") == 0
    assert page.locator("h1").inner_text() == "Monitor"
    assert page.evaluate(CONTRAST) >= 4.5
    context.close()


# The least contrast of text to its background on the page (WCAG 2.1 §1.4.3 asks for 4.5).
CONTRAST = """() => {
  const parts = colour => colour.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parts(getComputedStyle(e).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const ratios = [...document.querySelectorAll('body *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .map(e => [luminance(parts(getComputedStyle(e).color)), luminance(ground(e))])
    .map(([a, b]) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
  return Math.min(...ratios);
}"""
