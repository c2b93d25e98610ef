"""Situations in which a poll is more than one answer: deltas, archives, sitemaps."""

import gzip
from datetime import datetime, timedelta

from tests.manners.checks import check, said
from tests.manners.one_feed import FEED, polled
from tests.manners.world import (
    DAY,
    HOUR,
    SECOND,
    START,
    Asked,
    Given,
    Newsroom,
    World,
    late,
    moved,
    robots,
    rss,
)

OLD = START - 60 * DAY


def page(number: int, at: datetime) -> tuple[str, datetime]:
    return f"https://elsewhere.example/{number}", at


# --- RFC 3229 --------------------------------------------------------------------------------


def deltas(asked: Asked) -> Given:
    """A server that sends only what is new since the ETag it is asked with."""
    room = Newsroom(every=HOUR)
    items = room.published(asked.at)[:20]
    etag = f'"{items[0][0][-11:]}"'
    known = asked.headers.get("if-none-match", "")
    if known == etag:
        return Given(304, {"ETag": etag})
    since = [one for one in items if f'"{one[0][-11:]}"' > known]
    if known and asked.headers.get("a-im") == "feed":
        return Given(226, {"ETag": etag, "IM": "feed"}, rss(since))
    return Given(200, {"ETag": etag}, rss(items))


@check("further", "226: the server sends new entries alone", "every entry is found, once")
async def _(world):
    asked = await polled(world, deltas, 7 * DAY)
    truly = len([at for _, at in Newsroom(every=HOUR).published(asked[-1].at) if at > START])
    found = world.tally["entry/new"] - 20
    holds = abs(found - truly) <= 1 and sum(one.status == 226 for one in asked) > 10
    return said("every entry is found, once", holds=holds, otherwise=(found, truly))


@check("further", "226 in a manner that was not asked for", "a failure, and backed off")
async def _(world):
    strange = Given(226, {"IM": "vcdiff", "ETag": '"2"'}, b"VCD")
    await polled(world, late(Newsroom(), lambda _: strange, START + DAY), 5 * DAY)
    state = await world.state(FEED)
    holds = state.last_outcome == "failed:http-226"
    return said("a failure, and backed off", holds=holds, otherwise=state.last_outcome)


# --- RFC 5005 --------------------------------------------------------------------------------


def archived(world: World, pages: int) -> None:
    """A feed that replaces its twenty entries by twenty others, with archives in between."""
    batches = [
        [page(100 * batch + n, START + DAY) for n in range(20)] for batch in range(pages + 1)
    ]
    for batch in range(1, pages + 1):
        link = f'<atom:link rel="prev-archive" href="https://paper.example/archive/{batch + 1}"/>'
        world.on(
            f"https://paper.example/archive/{batch}", Given(200, {}, rss(batches[batch], link))
        )
    link = '<atom:link rel="prev-archive" href="https://paper.example/archive/1"/>'
    before = Given(200, {"ETag": '"before"'}, rss(batches[pages], link))
    after = Given(200, {"ETag": '"after"'}, rss(batches[0], link))
    away = late(lambda _: before, lambda _: Given(500), START + HOUR)
    world.on(FEED, late(away, lambda _: after, START + 3 * DAY))


def filled(pages: int, asked_for: int, expected: str):
    async def live(world: World) -> str:
        archived(world, pages)
        await world.follow(FEED)
        await world.live(6 * DAY)
        asked = [one.url for one in world.asked if "/archive/" in one.url]
        holds = len(asked) == asked_for
        return said(expected, holds=holds, otherwise=(asked, world.tally["entry/new"]))

    return live


check("further", "an outage longer than the listing, two archives back to what is known",
      "two archives are asked")(filled(2, 2, "two archives are asked"))  # fmt: skip
check("further", "the same, twenty archives back", "five archives are asked, no more")(
    filled(20, 5, "five archives are asked, no more")
)


@check("further", "no gap", "no archive is asked")
async def _(world):
    link = '<atom:link rel="prev-archive" href="https://paper.example/archive/1"/>'
    await polled(world, Newsroom(every=HOUR, channel=link), 10 * DAY)
    asked = [one.url for one in world.asked if "/archive/" in one.url]
    return said("no archive is asked", holds=not asked, otherwise=asked)


@check("further", "an archive that fails", "what the feed itself listed is kept")
async def _(world):
    archived(world, 2)
    world.on("https://paper.example/archive/1", Given(0, fails="body-timeout"))
    await world.follow(FEED)
    await world.live(6 * DAY)
    found = world.tally["entry/new"]
    holds = found == 40 and (await world.state(FEED)).last_outcome == "modified"
    return said("what the feed itself listed is kept", holds=holds, otherwise=found)


@check("further", "each archive", "takes a turn of its own")
async def _(world):
    archived(world, 4)
    await world.follow(FEED)
    await world.live(6 * DAY)
    gap = min(world.gaps_at("paper.example"))
    return said("takes a turn of its own", holds=gap >= SECOND, otherwise=gap)


# --- sitemaps --------------------------------------------------------------------------------

SITEMAP = "https://paper.example/sitemap.xml"
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)


def sitemap(items: list[tuple[str, datetime]]) -> bytes:
    urls = "".join(
        f"<url><loc>{url}</loc><news:news><news:publication_date>{at.isoformat()}"
        f"</news:publication_date><news:title>{url}</news:title></news:news></url>"
        for url, at in items
    )
    return f"<urlset {SPACES}>{urls}</urlset>".encode()


def index(*children: tuple[str, datetime | None]) -> bytes:
    entries = "".join(
        f"<sitemap><loc>{url}</loc>"
        + (f"<lastmod>{at.isoformat()}</lastmod>" if at else "")
        + "</sitemap>"
        for url, at in children
    )
    return f"<sitemapindex {SPACES}>{entries}</sitemapindex>".encode()


def news(asked: Asked) -> bytes:
    room = Newsroom(every=HOUR)
    return sitemap([(url, at) for url, at in room.published(asked.at)[:48] if at])


async def found_in(world: World, publisher, expected: str, span: timedelta = 3 * DAY) -> str:
    await polled(world, publisher, span, SITEMAP)
    found = world.tally["entry/new"]
    return said(expected, holds=found > 90, otherwise=found)


@check("sitemaps", "a news sitemap", "polled as a feed is")
async def _(world):
    room = Newsroom(every=HOUR)

    def publisher(asked: Asked) -> Given:
        return Given(200, {"ETag": room(asked).headers["ETag"]}, news(asked))

    return await found_in(world, publisher, "polled as a feed is")


@check("sitemaps", "the same, packed once more inside", "polled as a feed is")
async def _(world):
    return await found_in(
        world,
        lambda asked: Given(200, {"ETag": f'"{asked.at}"'}, gzip.compress(news(asked))),
        "polled as a feed is",
    )


@check("sitemaps", "a packed bomb", "refused, and backed off")
async def _(world):
    bomb = gzip.compress(bytes(50_000_000))
    await polled(world, Given(200, {}, bomb), 3 * DAY, SITEMAP)
    state = await world.state(SITEMAP)
    holds = state.last_outcome == "failed:too-large" and min(world.gaps(SITEMAP)) >= HOUR
    return said("refused, and backed off", holds=holds, otherwise=state.last_outcome)


@check("sitemaps", "a document type with entities", "refused, and backed off")
async def _(world):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset>&b;</urlset>'
    await polled(world, Given(200, {}, bomb), 3 * DAY, SITEMAP)
    state = await world.state(SITEMAP)
    holds = state.last_outcome == "failed:doctype"
    return said("refused, and backed off", holds=holds, otherwise=state.last_outcome)


CHILDREN = [f"https://paper.example/sitemap-{n}.xml" for n in range(40)]
NEWS_CHILD = "https://paper.example/news-sitemap.xml"
INNER = "https://paper.example/sitemap-index-2.xml"


def with_index(world: World) -> Given:
    """An index of forty stale sitemaps and one of news."""
    for child in CHILDREN:
        world.on(child, Given(200, {}, sitemap([page(1, OLD)])))
    world.on(NEWS_CHILD, lambda asked: Given(200, {}, news(asked)))
    listing = index(*((child, None) for child in CHILDREN), (NEWS_CHILD, None))
    return Given(200, {"ETag": '"index"'}, listing)


@check("sitemaps", "an index of forty old sitemaps and one of news", "the news is found")
async def _(world):
    changing = with_index(world).body
    expected = "the news is found"
    answer = lambda asked: Given(200, {"ETag": f'"{asked.at}"'}, changing)  # noqa: E731
    return await found_in(world, answer, expected)


@check("sitemaps", "the same", "three of its sitemaps are asked at a time, stale ones once a day")
async def _(world):
    changing = with_index(world).body
    await polled(
        world, lambda asked: Given(200, {"ETag": f'"{asked.at}"'}, changing), 5 * DAY, SITEMAP
    )
    polls = len(world.of(SITEMAP))
    stale = [one for one in world.asked if one.url in CHILDREN]
    gaps = [gap for child in CHILDREN for gap in world.gaps(child)]
    days = {(one.url, one.at.date()) for one in stale}
    holds = len(stale) <= 3 * polls and len(days) == len(stale)
    expected = "three of its sitemaps are asked at a time, stale ones once a day"
    return said(expected, holds=holds, otherwise=(polls, len(stale), gaps[:3]))


@check("sitemaps", "an index whose sitemaps changed months ago", "none of them is asked")
async def _(world):
    listing = index(*((child, OLD) for child in CHILDREN))
    await polled(world, Given(200, {"ETag": '"1"'}, listing), 3 * DAY, SITEMAP)
    asked = [one for one in world.asked if one.url in CHILDREN]
    return said("none of them is asked", holds=not asked, otherwise=asked)


@check("sitemaps", "an index that names an index of news", "the news is found")
async def _(world):
    world.on(INNER, Given(200, {}, index((NEWS_CHILD, None))))
    world.on(NEWS_CHILD, lambda asked: Given(200, {}, news(asked)))
    listing = index((INNER, None))
    answer = lambda asked: Given(200, {"ETag": f'"{asked.at}"'}, listing)  # noqa: E731
    return await found_in(world, answer, "the news is found")


@check("sitemaps", "indexes that name one another", "five requests a poll at most")
async def _(world):
    listing = index((INNER, None), (SITEMAP, None))
    world.on(INNER, Given(200, {}, listing))
    await polled(world, Given(200, {"ETag": '"1"'}, listing), 3 * DAY, SITEMAP)
    polls = world.tally["poll/modified"]
    asked = len(world.of(INNER)) + len(world.of(SITEMAP))
    return said("five requests a poll at most", holds=asked <= 5 * polls, otherwise=(polls, asked))


@check("sitemaps", "a sitemap of every page there ever was", "none of the old pages is taken")
async def _(world):
    everything = sitemap([page(n, OLD) for n in range(5_000)] + [page(9_999, START)])
    await polled(world, Given(200, {"ETag": '"1"'}, everything), DAY, SITEMAP)
    found = world.tally["entry/new"]
    return said("none of the old pages is taken", holds=found == 1, otherwise=found)


@check("further", "to a place that its host's robots file forbids", "not asked")
async def _(world):
    world.on("https://paper.example/robots.txt", robots("User-agent: *\nDisallow: /archive/"))
    archived(world, 2)
    await world.follow(FEED)
    await world.live(6 * DAY)
    asked = [one.url for one in world.asked if "/archive/" in one.url]
    holds = not asked and world.tally["entry/new"] == 40
    return said("not asked", holds=holds, otherwise=asked)


@check("further", "an archive that redirects for ever", "the poll ends all the same")
async def _(world):
    archived(world, 2)
    url = "https://paper.example/archive/1"
    world.on(url, moved(url))
    await world.follow(FEED)
    await world.live(6 * DAY)
    state = await world.state(FEED)
    holds = state.last_outcome == "modified" and min(world.gaps(FEED)) >= HOUR
    return said("the poll ends all the same", holds=holds, otherwise=state.last_outcome)
