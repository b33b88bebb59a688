"""The quick way past feedparser reads what feedparser reads, or nothing."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds import parse
from monitor.feeds.elements import IrregularError
from monitor.feeds.messages import NotAFeedError, Parsed, Request
from monitor.feeds.plain import read_plain

DATA = Path(__file__).parent / "data"
REQUEST = Request(form="xml", url="https://example.org/feed", encoding="utf-8", now="2026-11-23T00:00:00+00:00")
SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:a="http://www.w3.org/2005/Atom" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:x="http://example.org/ours" '
    'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
)


def by_feedparser(document: bytes) -> Parsed | str:
    def refuse(text: str) -> None:
        raise IrregularError("not today")

    with patch.object(parse, "read_plain", refuse):
        return parsed(document)


def parsed(document: bytes) -> Parsed | str:
    try:
        return parse.parse_xml(REQUEST, document)
    except NotAFeedError as error:
        return str(error)


def rss(channel: str = "", items: str = "", root: str = "") -> bytes:
    return f'<rss version="2.0" {SPACES} {root}><channel>{channel}{items}</channel></rss>'.encode()


def item(parts: str) -> bytes:
    return rss("", f"<item>{parts}</item>")


def rdf(items: str) -> bytes:
    spaces = SPACES.replace('xmlns:a="http://www.w3.org/2005/Atom"', "")
    return (
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" {spaces}>'
        f'<channel rdf:about="https://example.org/"><title>The gazette</title></channel>{items}</rdf:RDF>'
    ).encode()


def atom(entries: str, root: str = "") -> bytes:
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom" {SPACES} {root}><title>The gazette</title><id>urn:1</id>{entries}</feed>'
    return feed.encode()


READ = {
    "an item": rss("<title>The gazette</title>", "<item><title>A bridge</title><guid>g1</guid><link>https://e.org/1</link></item>"),
    "a channel's own": rss(
        "<title>G</title><link>https://e.org</link><language>en</language><ttl>30</ttl><sy:updatePeriod>hourly</sy:updatePeriod>"
        "<sy:updateFrequency>2</sy:updateFrequency><image><title>Logo</title><link>https://e.org/logo</link></image>"
        '<a:link href="https://e.org/feed" rel="self"/><description>All <b>the</b> news</description>'
    ),
    "summary and content": item("<description>Short</description><content:encoded>&lt;p&gt;Long&lt;/p&gt;</content:encoded>"),
    "content and summary": item("<content:encoded>&lt;p&gt;Long&lt;/p&gt;</content:encoded><description>Short</description>"),
    "two descriptions": rss("", "<item><description>First</description><dc:description>Second, longer</dc:description></item>"),
    "a podcast": item("<description>First</description><itunes:summary>Second &lt;i&gt;one&lt;/i&gt;</itunes:summary>"),
    "media of their own": rss(
        "",
        "<item><media:group><media:title>The picture</media:title><media:description>What it shows</media:description>"
        '<media:content url="https://e.org/a.jpg"/></media:group><title>A bridge</title></item>',
    ),
    "media after the title": rss(
        "", "<item><title>A bridge</title><description>Text</description><media:content><media:title>Photo</media:title>"
        "<media:description>Of a bridge</media:description></media:content></item>"
    ),
    "a title that looks like markup": rss("", "<item><title>Q&amp;amp;A &lt;b&gt;now&lt;/b&gt;</title></item>"),
    "an empty title": rss("", "<item><title/><dc:title>Real</dc:title></item>"),
    "a source": rss("", '<item><source url="https://o.org"><title>Other</title></source><title>A bridge</title></item>'),
    "people": rss(
        "",
        "<item><author>desk@example.org (The desk)</author><dc:creator>A. Writer</dc:creator></item>"
        "<item><author>B. Writer</author></item><item><itunes:author>C</itunes:author><dc:contributor>D</dc:contributor></item>",
    ),
    "guids": rss(
        "",
        '<item><guid isPermaLink="false">a</guid></item><item><guid>https://e.org/b</guid></item>'
        "<item><link> https:////e.org/c?x=1&amp;amp;y=2 </link><guid>c</guid></item><item><link></link><guid>https://e.org/d</guid></item>",
    ),
    "dates": rss(
        "",
        "<item><pubDate>Mon, 23 Nov 2026 07:00:00 +0500</pubDate></item><item><dc:date>2026-11-22</dc:date></item>"
        "<item><pubDate>gestern</pubDate><a:updated>2026-11-21T01:02:03Z</a:updated></item>"
        "<item><pubDate>2026 11 20</pubDate></item>",
    ),
    "Latin-1 twice": rss("", "<item><title>CafÃ© â\x80\x93 rÃ©union</title><description>\x93so\x94 \x81</description></item>"),
    "an unknown part": item('<x:rank v="1">3</x:rank><slash:comments x:id="7">4</slash:comments><title>A</title>'),
    "RDF": rdf(
        '<item rdf:about="https://e.org/1"><title>A</title><description>B &amp;lt;3</description>'
        "<dc:date>2026-11-01</dc:date></item>"
        '<image rdf:about="https://e.org/i"><title>I</title></image>'
    ),
    "Atom": atom(
        '<link href="https://e.org/"/><link rel="self" href="https://e.org/feed"/><author><name>Desk</name></author>'
        '<entry><id>urn:2</id><title type="html">A &amp;amp; B</title><link href="https://e.org/2"/><updated>2026-11-01T00:00:00Z</updated>'
        '<summary>Plain &lt;b&gt;</summary><content type="html">&lt;p&gt;Rich&lt;/p&gt;</content>'
        "<author><name>N</name><email>n@e.org</email><uri>https://n.org</uri></author></entry>",
        'xml:lang="fr_FR"',
    ),
    "Atom's other links": atom(
        '<entry><id>https://e.org/id</id><title>A</title><link rel="replies" href="https://e.org/r"/>'
        '<link rel="alternate" type="application/json" href="https://e.org/j"/></entry>'
    ),
}  # fmt: skip

REFUSED = {
    "a document type": b"<!DOCTYPE rss><rss><channel/></rss>",
    "a base": rss(root='xml:base="https://b.org/"'),
    "markup in a text": rss("", "<item><description>A <b>bold</b> one</description></item>"),
    "XHTML": atom('<entry><content type="xhtml"><div>A</div></content></entry>'),
    "a language within": atom('<entry><title xml:lang="az">A</title></entry>'),
    "an entry's language": atom('<entry xml:lang="az"><title>A</title></entry>'),
    "an older mode": atom('<entry><content mode="base64" type="text/html">QQ==</content></entry>'),
    "content elsewhere": atom('<entry><content src="https://e.org/c"/></entry>'),
    "another type": atom('<entry><content type="image/svg+xml">A</content></entry>'),
    "a title deep within": rss("", "<item><x:box><title>A</title></x:box></item>"),
    "an unknown title": rss("", "<item><x:title>A</x:title></item>"),
    "an attribute elsewhere": rss("", '<item><guid x:isPermaLink="false">A</guid></item>'),
    "a link deep within": rss("", "<item><x:box><link>https://e.org/</link></x:box></item>"),
    "an item in an item": rss("", "<item><item/></item>"),
    "an item's attribute": rss("", '<item href="https://e.org/"/>'),
    "a channel's attribute": b'<rss><channel href="https://e.org/"/></rss>',
    "a channel in a channel": rss("<channel/>"),
    "a feed in a feed": rss("<a:feed/>"),
    "two titles": rss("<title>A</title><title>B</title>"),
    "two summaries of a channel": rss("<a:summary>A</a:summary><description>B</description>"),
    "a channel named by its media": rss("<media:title>A</media:title>"),
    "a channel's languages": rss('<description xml:lang="az">A</description>'),
    "a frequency with attributes": rss('<ttl x="1">A</ttl>'),
    "a figure in an item": rss("", "<item><image><url>https://e.org/</url></image></item>"),
    "something in an author": rss("", "<item><author><x:y/></author></item>"),
    "a title in an author": rss("", "<item><author><title>A</title></author></item>"),
    "a source in an author": rss("", "<item><author><source>A</source></author></item>"),
    "an author in a box": rss("", "<item><x:box><author>A</author></x:box></item>"),
    "a name deep in an author": rss("", "<item><author><name/><a:contributor><name/></a:contributor></author></item>"),
    "a body": rss("", "<item><body>A</body></item>"),
    "RDF of another kind": b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
    "two kinds in one": b'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:r="http://purl.org/rss/1.0/"/>',
    "no feed": b"<opml/>",
    "broken XML": b"<rss><channel>",
    "an unknown namespace": rss("", "<item><y:z/></item>"),
}


@pytest.mark.parametrize("name", READ)
def test_what_is_read_is_read_as_by_feedparser(name: str) -> None:
    read_plain(READ[name].decode())
    assert parsed(READ[name]) == by_feedparser(READ[name])


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_surely_understood_is_left_to_feedparser(name: str) -> None:
    with pytest.raises(IrregularError):
        read_plain(REFUSED[name].decode())


@pytest.mark.parametrize("path", sorted(DATA.glob("*.xml")), ids=lambda path: path.stem)
def test_whole_documents_are_read_as_by_feedparser(path: Path) -> None:
    assert parsed(path.read_bytes()) == by_feedparser(path.read_bytes())


NAMES = (
    "title description link guid pubDate author category dc:creator dc:title dc:date dc:description dc:language content:encoded "
    "media:title media:description media:content media:group itunes:summary itunes:author source a:link a:id a:updated a:summary "
    "a:content a:author a:name a:email a:uri name email summary content id updated published created enclosure x:part x:title "
    "image language ttl rights subtitle contributor managingEditor item channel date comments slash:comments"
).split()
TEXTS = st.sampled_from(
    ["", "A bridge", "https://e.org/1?a=1&amp;b=2", "B &lt;b&gt;bold&lt;/b&gt; &amp;eacute;", "desk@e.org (The desk)", "буква",
     "Mon, 23 Nov 2026 07:00:00 GMT", "2026-11-23T07:00:00Z", "CafÃ©", " \n ", "<![CDATA[<p>One & two</p>]]>"]
)  # fmt: skip
ATTRIBUTES = st.sampled_from(
    ["", "", "", "", 'type="html"', 'type="text"', 'type="TEXT/HTML"', 'isPermaLink="false"', 'href="https://e.org/l"',
     'rel="self" href="/s"', 'rel="alternate" type="text/html" href="https://e.org/t"',
     'url="https://e.org/u"', 'xml:lang="az"', 'x:more="1"']
)  # fmt: skip


def element(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds("<{0} {1}>{2}</{0}>".format, st.sampled_from(NAMES), ATTRIBUTES, inner)


ELEMENTS = st.recursive(
    TEXTS, lambda inner: element(st.one_of(inner, st.lists(inner, max_size=3).map("".join))), max_leaves=3
)
PARTS = st.lists(element(st.one_of(TEXTS, TEXTS, TEXTS, ELEMENTS)), max_size=7).map("".join)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(["rss", "atom", "rdf"]), PARTS, st.lists(PARTS, max_size=2))
def test_whatever_is_read_is_read_as_by_feedparser(form: str, channel: str, entries: list[str]) -> None:
    name = "entry" if form == "atom" else "item"
    inside = "".join(f"<{name}>{parts}</{name}>" for parts in entries)
    document = {"rss": rss(channel, inside), "atom": atom(channel + inside), "rdf": rdf(channel + inside)}[form]
    try:
        read_plain(document.decode())
    except IrregularError:
        return
    assert parsed(document) == by_feedparser(document)
