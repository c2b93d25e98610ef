"""Situations in which a host asks to be left alone, refuses, fails or is slow; what it bears."""

import itertools
from datetime import timedelta

from crawler.schedule.health import Health
from tests.manners.checks import check, said
from tests.manners.one_feed import FEED, ONE, least, polled
from tests.manners.world import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    START,
    Asked,
    Given,
    Newsroom,
    World,
    http_date,
    late,
    moved,
    rss,
    scripted,
)

LEFT_ALONE = "the host is left alone until then"


def held(given_for, *, wait: timedelta, expected: str = LEFT_ALONE):
    """Two feeds of a host; an answer of one asks for a rest. Nobody comes before it ends."""

    async def live(world: World) -> str:
        other = world.on("https://paper.example/other", Newsroom(every=5 * MINUTE))
        refused: list[Asked] = []

        def publisher(asked: Asked) -> Given:
            if asked.at > START + 6 * HOUR and not refused:
                refused.append(asked)
                return given_for(asked)
            return Newsroom(every=5 * MINUTE)(asked)

        world.on(FEED, publisher)
        await world.follow(FEED, other)
        await world.live(5 * DAY)
        after = [one.at for one in world.asked if one.at > refused[0].at]
        back = after[0] - refused[0].at
        return said(expected, holds=wait <= back <= wait + 3 * HOUR, otherwise=back)

    return live


for status in (429, 503):
    check("Retry-After", f"{status}, seconds", LEFT_ALONE)(
        held(lambda _, s=status: Given(s, {"Retry-After": "18000"}), wait=5 * HOUR)
    )
    check("Retry-After", f"{status}, a date", LEFT_ALONE)(
        held(
            lambda asked, s=status: Given(
                s, {"Retry-After": http_date(asked.at + 5 * HOUR + SECOND)}
            ),
            wait=5 * HOUR,
        )
    )
check("Retry-After", "301, seconds", LEFT_ALONE)(
    held(
        lambda _: moved("https://paper.example/moved", 301, **{"Retry-After": "18000"}),
        wait=5 * HOUR,
    )
)
check("Retry-After", "a year", "held for a day, no longer")(
    held(
        lambda _: Given(429, {"Retry-After": "31536000"}),
        wait=DAY,
        expected="held for a day, no longer",
    )
)


@check("Retry-After", "ten seconds, to a feed", "the feed is left alone for its hour all the same")
async def _(world):
    await polled(world, Given(503, {"Retry-After": "10"}), 5 * DAY)
    gap = least(world.gaps(FEED))
    expected = "the feed is left alone for its hour all the same"
    return said(expected, holds=gap >= HOUR, otherwise=gap)


@check("Retry-After", "while pages of the host wait", "the pages wait too")
async def _(world):
    pages = rss([(f"https://paper.example/{n}", START) for n in range(50)])
    world.on(FEED, Given(200, {"ETag": '"1"'}, pages))
    world.on("https://paper.example/25", Given(429, {"Retry-After": "7200"}))
    await world.follow(FEED)
    await world.live(5 * HOUR)
    refused = world.of("https://paper.example/25")[0].at
    after = [one.at - refused for one in world.asked if one.at > refused]
    return said("the pages wait too", holds=after[0] >= 2 * HOUR, otherwise=after[0])


@check("refusals", "429 without a word", "an hour, doubled each time up to a day")
async def _(world):
    await polled(world, Given(429), 10 * DAY)
    gaps = world.gaps(FEED)
    doubled = all(b >= 1.5 * a for a, b in itertools.pairwise(gaps[:4]))
    holds = gaps[0] >= HOUR and doubled and max(gaps) <= DAY + HOUR
    expected = "an hour, doubled each time up to a day"
    return said(expected, holds=holds, otherwise=gaps[:6])


@check("refusals", "429 without a word, then an answer", "forgiven at once")
async def _(world):
    refusals = [Given(429)] * 5
    await polled(world, scripted(*refusals, Given(200, {"ETag": '"1"'}, ONE)), 10 * DAY)
    state = await world.state(FEED)
    return said("forgiven at once", holds=state.failures == 0, otherwise=state.failures)


def back_off(given: Given, expected: str):
    async def live(world: World) -> str:
        await polled(world, given)
        gaps = world.gaps(FEED)
        holds = least(gaps) >= HOUR and gaps[3] > 3 * HOUR and 18 * HOUR < gaps[-1] <= DAY + HOUR
        return said(expected, holds=holds, otherwise=gaps[:6])

    return live


BACKED_OFF = "backed off to once a day, never given up"
for status in (404, 403, 500, 502, 401):
    check("refusals", f"{status} for a month", BACKED_OFF)(back_off(Given(status), BACKED_OFF))
for failure in ("dns", "header-timeout", "connection-refused", "tls", "truncated", "too-large"):
    check("refusals", f"{failure} for a month", BACKED_OFF)(
        back_off(Given(0, fails=failure), BACKED_OFF)
    )


@check("refusals", "403 for a month", "told as blocked")
async def _(world):
    await polled(world, Given(403), 10 * DAY)
    health = await world.health(FEED)
    return said("told as blocked", holds=health is Health.BLOCKED, otherwise=health)


@check("refusals", "a month of failures, then news", "back to its rhythm within a day")
async def _(world):
    await polled(world, late(lambda _: Given(500), Newsroom(every=HOUR), START + 25 * DAY))
    answered = [one.at for one in world.asked if one.status == 200 and one.url == FEED]
    state = await world.state(FEED)
    holds = answered[0] - (START + 25 * DAY) < DAY + HOUR and len(answered) > 20
    return said("back to its rhythm within a day", holds=holds, otherwise=state.last_outcome)


@check("refusals", "410", "parked, looked at once a month")
async def _(world):
    await polled(world, Given(410), 100 * DAY)
    gaps = world.gaps(FEED)
    holds = len(gaps) == 3 and least(gaps) >= 30 * DAY
    return said("parked, looked at once a month", holds=holds, otherwise=gaps)


@check("refusals", "410 by mistake", "polled as ever after the next look")
async def _(world):
    await polled(world, scripted(Given(410), Given(200, {"ETag": '"1"'}, ONE)), 40 * DAY)
    state = await world.state(FEED)
    holds = state.last_outcome == "modified" and len(world.of(FEED)) > 5
    return said("polled as ever after the next look", holds=holds, otherwise=state)


@check("hosts", "answers take six seconds", "the host rests six seconds as well")
async def _(world):
    slow = Newsroom(every=HOUR, takes=6 * SECOND)
    urls = [world.on(f"https://paper.example/{n}", slow) for n in range(10)]
    await world.follow(*urls)
    await world.live(HOUR)
    gap = least(world.gaps_at("paper.example")[1:])
    return said("the host rests six seconds as well", holds=gap >= 12 * SECOND, otherwise=gap)


@check("hosts", "an operator asks what a host bore", "the ledger holds every request")
async def _(world):
    await polled(world, Newsroom(), 10 * DAY)
    [row] = await world.frontier.ledger(30, ["paper.example"])
    asked = [one for one in world.asked if one.url.startswith("https://paper.example/")]
    truly = (len(asked), sum(one.status == 304 for one in asked))
    holds = (row.requests, row.not_modified) == truly
    return said("the ledger holds every request", holds=holds, otherwise=(row, truly))


def outage(given: Given, *, pages: int = 30, most: int = 30):
    """A host fails for six hours, once its feed has listed some pages; then it answers."""
    addresses = [f"https://paper.example/{number}" for number in range(pages)]
    expected = LEFT_UNTIL_IT_IS_BACK

    async def live(world: World) -> str:
        back = START + 6 * HOUR
        listing = rss([(address, START) for address in addresses])
        world.on(FEED, Given(200, {"ETag": '"1"'}, listing))
        for address in addresses:
            world.on(address, late(lambda _: given, lambda _: Given(), back))
        await world.follow(FEED)
        await world.live(DAY)
        asked = [one for one in world.asked if one.url in addresses]
        vain = sum(one.at < back for one in asked)
        fetched = {one.url for one in asked if one.at >= back}
        holds = len(fetched) == len(asked) - vain == pages and vain <= most
        return said(expected, holds=holds, otherwise=(vain, len(fetched)))

    return live


LEFT_UNTIL_IT_IS_BACK = "no page is lost, and under thirty requests are made in vain"
for status in (429, 500, 503):
    check("outages", f"{status} for six hours, while thirty pages wait", LEFT_UNTIL_IT_IS_BACK)(
        outage(Given(status))
    )
for failure in ("dns", "connection-refused", "header-timeout"):
    check("outages", f"{failure} for six hours, while thirty pages wait", LEFT_UNTIL_IT_IS_BACK)(
        outage(Given(0, fails=failure))
    )
check("outages", "503 for six hours, while one page waits", LEFT_UNTIL_IT_IS_BACK)(
    outage(Given(503), pages=1)
)


@check("outages", "one page of thirty fails", "the others are fetched within a minute or two")
async def _(world):
    addresses = [f"https://paper.example/{number}" for number in range(30)]
    world.on(FEED, Given(200, {"ETag": '"1"'}, rss([(one, START) for one in addresses])))
    for address in addresses:
        world.on(address, Given(500 if address.endswith("/7") else 200))
    await world.follow(FEED)
    await world.live(HOUR)
    first = [world.of(address)[0].at - START for address in addresses]
    expected = "the others are fetched within a minute or two"
    return said(expected, holds=max(first) < 2 * MINUTE, otherwise=max(first))
