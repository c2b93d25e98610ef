"""What came while a view was open, and the stream that tells of it."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from page_views import furnished, seen
from served import TOPIC, another

from crawler.serve.page import live


async def test_fresh_stories_are_counted_under_the_filters_of_the_view(stand, page):
    await furnished(stand)
    tree = await seen(page, "/?language=uk")
    ask = tree.cssselect("[data-fresh]")[0].get("hx-get")
    assert (await page.get(ask)).text.strip() == ""
    stand.clock.advance(timedelta(minutes=10))
    await stand.place(another("n1", language="uk"), another("n2", language="uk"), another("n3"))
    (link,) = (await seen(page, ask)).cssselect("a.fresh")
    after = parse_qs(urlsplit(ask).query)["after"][0]
    assert (link.text, link.get("href")) == ("2 new stories", f"/?language=uk&after={after}")
    shown = await seen(page, link.get("href"))
    assert len(shown.cssselect("#newest ~ ol .arrived")) == 2
    assert "after=" not in "".join(one.get("href") for one in shown.cssselect(".windows a"))


async def test_more_changes_than_are_looked_at_are_told_without_a_number(stand, page):
    await stand.place(*(another(f"n{number}") for number in range(live.MOST + 1)))
    for narrowed in ("", "&language=hu"):
        (link,) = (await seen(page, f"/fresh?after=0-0{narrowed}")).cssselect("a.fresh")
        assert link.text == "Much is new: show it"


async def test_the_stream_of_a_view_begins_where_the_view_was_made(stand, page):
    await furnished(stand)
    tree = await seen(page, "/")
    address = tree.cssselect("[data-live]")[0].get("hx-sse:connect")
    position = stand.service.indexes[TOPIC].position
    assert address == f"/topics/{TOPIC}/live?after={position}"
    stand.service.closing.set()
    answer = await page.get(address)
    assert answer.headers["content-type"].startswith("text/event-stream")
