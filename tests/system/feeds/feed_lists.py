"""What a publisher of these tests answers, and the lists of feeds that are brought and shown."""

from crawler.catalog.outlets import read_catalogue

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Town Crier</title>
<item><title>One</title><link>https://town.example/1</link></item></channel></rss>"""
SITEMAP = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://town.example/1</loc></url></urlset>"""
LIST = '<opml><body><outline text="Town" xmlUrl="{0}"/><outline xmlUrl="ftp://x"/></body></opml>'


async def catalogue(kordon):
    _, text, _ = await kordon("export")
    return read_catalogue(text, "the export")


async def listed(kordon, *options):
    _, feeds, _ = await kordon("list", "--json", *options)
    return {feed["url"]: feed for feed in feeds}
