"""Situations in which a feed says that pages which were fetched before have changed."""

from datetime import datetime, timedelta
from hashlib import sha256

from crawler.schedule.health import VAIN_TO_TELL, Health
from tests.manners.checks import check, said
from tests.manners.one_feed import FEED, polled
from tests.manners.world import (
    ALL_BUT_OURS,
    DAY,
    HOUR,
    MONTH,
    START,
    Asked,
    Given,
    Publisher,
    World,
    rss,
)

PAGES = [f"{ALL_BUT_OURS}/page-{number}" for number in range(20)]
CORRECTED = START + DAY


def dated(*changed: str, until: datetime = CORRECTED, every: timedelta = 60 * DAY) -> Publisher:
    """A feed of twenty pages that, from an instant on, gives some of them a new time so often."""

    def answer(asked: Asked) -> Given:
        late = asked.at >= until
        fresh = until + int((asked.at - until) / every) * every
        body = rss([(url, fresh if late and url in changed else START) for url in PAGES])
        etag = f'"{sha256(body).hexdigest()[:8]}"'
        if asked.headers.get("if-none-match") == etag:
            return Given(304, {"ETag": etag})
        return Given(200, {"ETag": etag}, body)

    return answer


async def fetched(
    world: World, publisher: Publisher, *, held: bool = True, span: timedelta = MONTH
) -> list[int]:
    """Follow the feed for a span; return how often each page was fetched."""
    world.holds_articles = held
    for url in PAGES:
        world.on(url, Given(200, {}, b"<p>text</p>"))
    await polled(world, publisher, span)
    return [len(world.of(url)) for url in PAGES]


@check("revisions", "one entry of twenty is corrected", "its page is fetched once more")
async def _(world):
    counts = await fetched(world, dated(PAGES[3]))
    holds = counts == [1, 1, 1, 2, *[1] * 16] and min(world.gaps_at("elsewhere.example")) >= (
        world.config.host_pause
    )
    return said("its page is fetched once more", holds=holds, otherwise=counts)


@check("revisions", "the same, but no article is kept of its page", "not fetched again")
async def _(world):
    counts = await fetched(world, dated(PAGES[3]), held=False)
    return said("not fetched again", holds=set(counts) == {1}, otherwise=counts)


@check("revisions", "an entry with a new time at every poll", "eleven fetches in a month at most")
async def _(world):
    counts = await fetched(world, dated(PAGES[3], every=HOUR))
    holds = counts[3] == max(counts) and 2 <= counts[3] <= 11
    return said("eleven fetches in a month at most", holds=holds, otherwise=counts)


@check("revisions", "every entry with a new time at every poll", "no page is fetched again")
async def _(world):
    counts = await fetched(world, dated(*PAGES, every=HOUR))
    return said("no page is fetched again", holds=set(counts) == {1}, otherwise=counts)


@check("revisions", "a feed that sends its body for corrections alone", "no lying validators")
async def _(world):
    counts = await fetched(world, dated(PAGES[3], every=HOUR), span=10 * DAY)
    health = await world.health(FEED)
    holds = counts[3] > VAIN_TO_TELL and health is not Health.LYING
    return said("no lying validators", holds=holds, otherwise=(counts[3], health))


@check("revisions", "links with a new session id at every poll", "no page is fetched again")
async def _(world):
    def listing(asked: Asked) -> Given:
        session = sha256(str(asked.at).encode()).hexdigest()[:16]
        body = rss([(f"{url}?PHPSESSID={session}", START) for url in PAGES])
        return Given(200, {"ETag": f'"{session}"'}, body)

    for url in PAGES:
        world.on(url, Given(200, {}, b"<p>text</p>"))
    await polled(world, listing, 3 * DAY)
    times = sum(one.url.startswith(f"{ALL_BUT_OURS}/page-") for one in world.asked)
    return said("no page is fetched again", holds=times == len(PAGES), otherwise=times)
