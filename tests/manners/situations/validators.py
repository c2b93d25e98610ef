"""Situations about ETag, Last-Modified and 304: what is sent back, and who lies."""

import itertools

from crawler.schedule.health import Health
from tests.manners.checks import check, said
from tests.manners.one_feed import FEED, ONE, least, polled
from tests.manners.world import (
    DAY,
    HOUR,
    START,
    Asked,
    Given,
    Newsroom,
    World,
    http_date,
    rss,
    scripted,
)

ODD_DATE = "Sun Nov 01 12:00:00 2026"
EXACT = "sent back byte for byte"
ETAGS = {
    "an ETag in quotes": '"abc"',
    "a weak ETag": 'W/"abc"',
    "an ETag without quotes": "abc",
    "an ETag with a comma and spaces": '"a, b  c"',
    "an ETag of a server that packs": '"abc-gzip"',
    "an empty ETag in quotes": '""',
    "an ETag beyond ASCII": '"é"',
}


def returned(etag: str, expected: str):
    async def live(world: World) -> str:
        asked = await polled(world, Given(200, {"ETag": etag}, ONE), DAY)
        sent = {one.headers.get("if-none-match") for one in asked[1:]}
        return said(expected, holds=sent == {etag}, otherwise=sent)

    return live


for named, etag in ETAGS.items():
    check("validators", named, EXACT)(returned(etag, EXACT))


@check("validators", "a Last-Modified in no standard form", EXACT)
async def _(world):
    asked = await polled(world, Given(200, {"Last-Modified": ODD_DATE}, ONE), DAY)
    sent = {one.headers.get("if-modified-since") for one in asked[1:]}
    return said(EXACT, holds=sent == {ODD_DATE}, otherwise=sent)


@check("validators", "both ETag and Last-Modified", "both sent")
async def _(world):
    given = Given(200, {"ETag": '"1"', "Last-Modified": ODD_DATE}, ONE)
    asked = (await polled(world, given, DAY))[1:]
    both = all({"if-none-match", "if-modified-since"} <= one.headers.keys() for one in asked)
    return said("both sent", holds=both and bool(asked), otherwise=asked)


@check("validators", "neither ETag nor Last-Modified", "none invented")
async def _(world):
    asked = await polled(world, Given(200, {"Date": http_date(START)}, ONE))
    return said("none invented", holds=not any(one.conditional for one in asked), otherwise=asked)


@check("validators", "a 304 that names another ETag", "the new one is sent")
async def _(world):
    old, new = Given(200, {"ETag": '"1"'}, ONE), Given(304, {"ETag": '"2"'})
    asked = await polled(world, scripted(old, new), 2 * DAY)
    sent = [one.headers.get("if-none-match") for one in asked[:3]]
    return said("the new one is sent", holds=sent == [None, '"1"', '"2"'], otherwise=sent)


@check("validators", "a 304 that names none", "the known ones are kept")
async def _(world):
    asked = await polled(world, scripted(Given(200, {"ETag": '"1"'}, ONE), Given(304)), 2 * DAY)
    sent = {one.headers.get("if-none-match") for one in asked[1:]}
    return said("the known ones are kept", holds=sent == {'"1"'}, otherwise=sent)


@check("validators", "a body that is no feed, with an ETag", "its validators are dropped")
async def _(world):
    page = Given(200, {"ETag": '"page"'}, b"<!doctype html><html><body>Maintenance</body></html>")
    asked = await polled(world, scripted(Given(200, {"ETag": '"1"'}, ONE), page), 3 * DAY)
    sent = {one.headers.get("if-none-match") for one in asked[2:]}
    return said("its validators are dropped", holds=sent == {None}, otherwise=sent)


@check("validators", "a 304 to a question without validators", "a failure, and backed off")
async def _(world):
    await polled(world, Given(304), 3 * DAY)
    state = await world.state(FEED)
    failed = state.last_outcome == "failed:unasked-304" and max(world.gaps(FEED)) > 12 * HOUR
    return said("a failure, and backed off", holds=failed, otherwise=state.last_outcome)


@check("validators", "a server that ignores them", "told as lying validators")
async def _(world):
    count = iter(range(10_000))
    await polled(world, lambda _: Given(200, {"ETag": f'"{next(count)}"'}, ONE))
    health = await world.health(FEED)
    told = health is Health.LYING
    return said("told as lying validators", holds=told, otherwise=health)


def stuck(at) -> object:
    """A newsroom whose server answers any question with validators by 304 from an instant on."""
    honest = Newsroom(every=2 * HOUR)

    def publisher(asked: Asked) -> Given:
        given = honest(asked)
        if asked.at < at:
            return given
        fixed = dict(given.headers) | {"ETag": '"stuck"'}
        return Given(304 if asked.conditional else 200, fixed, given.body or honest_body(asked))

    def honest_body(asked: Asked) -> bytes:
        return rss(honest.published(asked.at)[:20])

    return publisher


@check("validators", "a server that says 304 whatever happens", "caught within three days")
async def _(world):
    lies_from = START + 8 * DAY
    honest = Newsroom(every=2 * HOUR)

    def publisher(asked: Asked) -> Given:
        if asked.at < lies_from:
            return honest(Asked(asked.at, asked.url, {}))
        return stuck(lies_from)(asked)

    def stable(asked: Asked) -> Given:
        given = publisher(asked)
        return Given(given.status, {"ETag": '"stuck"'}, given.body)

    await polled(world, stable, 20 * DAY)
    plain = [one.at for one in world.of(FEED, lies_from) if not one.conditional]
    soon = bool(plain) and plain[0] - lies_from < 3 * DAY
    return said("caught within three days", holds=soon, otherwise=plain[:2])


@check("validators", "a server that was caught so", "asked plainly once a day, no more")
async def _(world):
    lies_from = START + 8 * DAY

    def stable(asked: Asked) -> Given:
        plain = Asked(asked.at, asked.url, {})
        given = stuck(START)(asked) if asked.at >= lies_from else Newsroom(every=2 * HOUR)(plain)
        return Given(given.status, {"ETag": '"stuck"'}, given.body)

    await polled(world, stable)
    plain = [one.at for one in world.of(FEED, lies_from + 3 * DAY) if not one.conditional]
    gaps = [later - earlier for earlier, later in itertools.pairwise(plain)]
    daily = len(gaps) > 10 and least(gaps) >= DAY and max(gaps) < 1.5 * DAY
    return said("asked plainly once a day, no more", holds=daily, otherwise=gaps[:5])


@check("validators", "an honest feed that falls silent", "asked plainly twice a month at most")
async def _(world):
    asked = await polled(world, Newsroom(every=2 * HOUR, until=START + 2 * DAY))
    plain = [one for one in asked[1:] if not one.conditional]
    expected = "asked plainly twice a month at most"
    return said(expected, holds=len(plain) <= 2, otherwise=len(plain))


@check("validators", "304 for longer than entries are remembered", "nothing old comes as new")
async def _(world):
    await polled(world, Newsroom(until=START), 100 * DAY)
    world.on(FEED, Newsroom(until=START + 99 * DAY + 22 * HOUR))
    fetched = world.tally["entry/new"]
    await world.live(2 * DAY)
    unseen = world.tally["entry/new"] - fetched
    return said("nothing old comes as new", holds=0 < unseen <= 20, otherwise=unseen)
