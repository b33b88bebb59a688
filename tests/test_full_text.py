"""Whole texts through the whole way of an item: stored and searched, and no edit of what the feed did not edit."""

from __future__ import annotations

from tests.conftest import Article, Folder, Page, Site, source

ARTICLE = (
    "<html><body><article><h1>The bridge</h1>"
    + "".join(f"<p>Part {n} of the long report on the bridge, its builders and its cost.</p>" for n in range(9))
    + "</article></body></html>"
)


def test_a_whole_text_is_stored_once_and_stays_while_its_feed_says_the_same(folder: Folder, site: Site) -> None:
    site.pages["/bridge"] = Page(ARTICLE.encode(), "text/html")
    bridge = Article("The bridge", "A teaser.", f"{site.url}/bridge", "1")
    # A document in UTF-16 is read whole at every poll, so each poll meets the entry anew.
    folder.write(sources=source("a", f"{site.url}/feed", full_text=True))

    def publish(*articles: Article) -> None:
        site.publish("/feed", *articles)
        body = site.pages["/feed"].body.decode().replace("utf-8", "utf-16")
        site.pages["/feed"] = Page(body.encode("utf-16"))

    publish(bridge)
    assert folder.run("fetch").returncode == 0
    [item] = folder.objects("items")
    assert "Part 8 of the long report" in item["text"]
    assert [found["id"] for found in folder.objects("search", "builders")] == [item["id"]]
    del site.pages["/bridge"]
    publish(Article("Another", "Another text."), bridge)
    assert folder.run("fetch").returncode == 0
    again = next(found for found in folder.objects("items") if found["id"] == item["id"])
    assert (again["text"], again["version"]) == (item["text"], 1)
    publish(Article("The bridge", "A teaser, corrected.", f"{site.url}/bridge", "1"))
    assert folder.run("fetch").returncode == 0
    edited = next(found for found in folder.objects("items") if found["id"] == item["id"])
    assert (edited["text"], edited["version"]) == ("A teaser, corrected.", 2)
