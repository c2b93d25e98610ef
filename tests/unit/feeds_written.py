"""A feed in every format as tests write it, and the one item that is read from one."""

from datetime import UTC, datetime

from crawler.read.feed import read_feed

URL = "https://outlet.example/rss/all.xml"
TEN = datetime(2026, 11, 10, 10, tzinfo=UTC)

RSS = """<?xml version="1.0" encoding="{encoding}"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel><title>Вісті кордону</title><link>https://outlet.example/</link>{channel}{items}</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="pl-PL" xml:base="https://base.example/a/">
<title type="html">Granica &amp;amp; okolice</title>
<link rel="self" href="feed.atom"/><link rel="hub" href="https://hub.example/"/>
<link rel="prev-archive" href="/archive/7.atom"/>
<entry><title>Kolejka na przejściu</title><id>tag:1</id>
<link rel="alternate" href="../kolejka"/><author><name>Jan Nowak</name></author>
<summary type="html">&lt;p&gt;Trzy &lt;b&gt;kilo&lt;/b&gt;metry&lt;/p&gt;</summary>
<published>2026-11-10T11:00:00+01:00</published><updated>2026-11-10T12:30:00Z</updated></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://outlet.example/">
<title>Border news</title><dc:language>uk-UA</dc:language></channel>
<item rdf:about="https://outlet.example/1"><title>One</title><link>https://outlet.example/1</link>
<dc:date>2026-11-10T10:00:00Z</dc:date></item></rdf:RDF>"""

RSS_090 = RDF.replace("http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/")

JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Border news",
    "language": "en-US",
    "feed_url": URL,
    "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
    "items": [
        {
            "id": "1",
            "url": "/one",
            "title": "One",
            "content_text": "Long words",
            "date_published": "2026-11-10T10:00:00Z",
            "authors": [{"name": "Ann Lee"}],
        }
    ],
}

ITEM = "<item><title>One</title><link>https://outlet.example/1</link></item>"


def rss(items: str = ITEM, channel: str = "", encoding: str = "utf-8") -> bytes:
    return RSS.format(items=items, channel=channel, encoding=encoding).encode()


def item(**fields: str) -> str:
    fields = {"title": "One", "link": "https://outlet.example/1"} | fields
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in fields.items())
    return f"<item>{inner}</item>"


def only(body: bytes, **options: str):
    (one,) = read_feed(body, url=URL, **options).items
    return one
