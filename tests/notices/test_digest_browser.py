"""The mail in a real browser: at the width of a phone and of a desk, in light and in dark, and in Urdu."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from monitor.notices.content import Content
from monitor.notices.digest_mail import render_html
from monitor.notices.templating import style_of
from tests.notices.conftest import an_entry

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
CONTRAST_LEAST = 4.5  # WCAG 2.1, success criterion 1.4.3

MEASURE = """() => {
  const channel = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const colour = text => text.match(/[\\d.]+/g).map(Number);
  const behind = node => {
    for (; node; node = node.parentElement) {
      const found = colour(getComputedStyle(node).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  let least = 99;
  for (const node of document.querySelectorAll('body *')) {
    if (![...node.childNodes].some(child => child.nodeType == 3 && child.textContent.trim())) continue;
    const [a, b] = [light(colour(getComputedStyle(node).color)), light(behind(node))];
    least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
  }
  return least;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize("width", [390, 900])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_mail_is_whole_quiet_and_readable(
    browser: Any, content: Content, tmp_path: Path, scheme: Literal["light", "dark"], width: int, language: str
) -> None:
    long = an_entry(
        9,
        "A headline " * 12,
        summary="Words " * 80,
        outlet="W" * 60,
        hits=("Words",),
        note="N",
        url="https://e.example/" + "x" * 300,
    )
    section = replace(content.sections[0], entries=(*content.sections[0].entries, long))
    full = replace(
        content, sections=(section, *content.sections[1:]), language=language, reads=(language,), note="A note."
    )
    path = tmp_path / "mail.html"
    path.write_text(render_html(full, style_of(language, {}, {})), "utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri(), wait_until="networkidle")
    assert asked == [path.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(MEASURE) >= CONTRAST_LEAST
    boxes = [node.bounding_box() for node in page.query_selector_all("h2, h3, p, li")]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    heading = page.evaluate("getComputedStyle(document.querySelector('h1')).direction")
    assert heading == ("rtl" if language == "ur" else "ltr")
    context.close()
