"""Situations in which a feed has moved, for a while or for good, or in circles."""

from tests.manners.checks import check, said
from tests.manners.one_feed import FEED, least, polled
from tests.manners.world import (
    DAY,
    HOUR,
    SECOND,
    START,
    Given,
    Newsroom,
    World,
    late,
    moved,
    robots,
)

NEW = "https://new.example/feed"


async def adopted(world: World, url: str = FEED) -> str:
    return (await world.state(url)).adopted


def adopting(status: int, expected: str, *, adopts: bool):
    async def live(world: World) -> str:
        world.on(NEW, Newsroom())
        await polled(world, moved(NEW, status), 10 * DAY)
        found = await adopted(world)
        return said(expected, holds=found == (NEW if adopts else ""), otherwise=found)

    return live


for status in (301, 308):
    check("redirects", f"{status} for days", "adopted")(adopting(status, "adopted", adopts=True))
for status in (302, 303, 307):
    check("redirects", f"{status} for days", "followed, never adopted")(
        adopting(status, "followed, never adopted", adopts=False)
    )


@check("redirects", "301, adopted", "the old address is not asked again, across restarts")
async def _(world):
    world.on(NEW, Newsroom())
    await polled(world, moved(NEW), 10 * DAY)
    await world.restart()
    asked = len(world.of(FEED))
    await world.live(10 * DAY)
    holds = len(world.of(FEED)) == asked and len(world.of(NEW, START + 11 * DAY)) > 5
    expected = "the old address is not asked again, across restarts"
    return said(expected, holds=holds, otherwise=len(world.of(FEED)) - asked)


@check("redirects", "301 for one afternoon", "not adopted")
async def _(world):
    world.on(NEW, Newsroom(every=HOUR))
    mistake = late(lambda _: moved(NEW), Newsroom(every=HOUR), START + 6 * HOUR)
    await polled(world, mistake, 10 * DAY)
    found = await adopted(world)
    return said("not adopted", holds=not found, otherwise=found)


@check("redirects", "301 to a page that is no feed", "never adopted")
async def _(world):
    world.on(NEW, Given(200, {}, b"<!doctype html><html><body>Welcome</body></html>"))
    await polled(world, moved(NEW))
    found = await adopted(world)
    return said("never adopted", holds=not found, otherwise=found)


@check("redirects", "301 to an address that 302s on", "the first leg is adopted, not the second")
async def _(world):
    world.on(NEW, moved("https://cdn.example/feed", 302))
    world.on("https://cdn.example/feed", Newsroom())
    await polled(world, moved(NEW), 10 * DAY)
    found = await adopted(world)
    return said("the first leg is adopted, not the second", holds=found == NEW, otherwise=found)


@check("redirects", "302 to an address that 301s on", "nothing is adopted")
async def _(world):
    world.on(NEW, moved("https://cdn.example/feed", 301))
    world.on("https://cdn.example/feed", Newsroom())
    await polled(world, moved(NEW, 302), 10 * DAY)
    found = await adopted(world)
    return said("nothing is adopted", holds=not found, otherwise=found)


@check("redirects", "an adopted address that dies", "back to the feed's own")
async def _(world):
    world.on(NEW, late(Newsroom(), lambda _: Given(404), START + 10 * DAY))
    await polled(world, late(lambda _: moved(NEW), Newsroom(), START + 10 * DAY))
    state = await world.state(FEED)
    holds = not state.adopted and state.failures == 0
    return said("back to the feed's own", holds=holds, otherwise=state.last_outcome)


@check("redirects", "a redirect to itself", "asked once a poll, and backed off")
async def _(world):
    await polled(world, moved(FEED))
    gaps = world.gaps(FEED)
    holds = least(gaps) >= HOUR and gaps[-1] > 18 * HOUR
    return said("asked once a poll, and backed off", holds=holds, otherwise=gaps[:3])


@check("redirects", "an endless chain", "five hops a poll at most")
async def _(world):
    for n in range(20):
        world.on(f"https://paper.example/{n}", moved(f"https://paper.example/{n + 1}", 302))
    await polled(world, moved("https://paper.example/0", 302), 2 * HOUR)
    first = [one for one in world.asked if one.at < START + HOUR and "robots" not in one.url]
    return said("five hops a poll at most", holds=len(first) == 6, otherwise=len(first))


@check("redirects", "each hop", "takes a turn of its own")
async def _(world):
    world.on("https://paper.example/b", moved("https://paper.example/c", 302))
    world.on("https://paper.example/c", Newsroom())
    await polled(world, moved("https://paper.example/b", 302), 10 * DAY)
    gap = least(world.gaps_at("paper.example"))
    return said("takes a turn of its own", holds=gap >= SECOND, otherwise=gap)


@check("redirects", "to a host whose robots file forbids it", "not followed")
async def _(world):
    world.on("https://new.example/robots.txt", robots("User-agent: *\nDisallow: /"))
    world.on(NEW, Newsroom())
    await polled(world, moved(NEW, 302), 5 * DAY)
    asked = world.of(NEW)
    return said("not followed", holds=not asked, otherwise=asked)
