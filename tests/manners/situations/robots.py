"""Situations with a robots file."""

from datetime import timedelta

from tests.manners.checks import check, said
from tests.manners.one_feed import ONE, least, polled
from tests.manners.world import DAY, HOUR, Given, Newsroom, World, moved, robots

ROBOTS = "https://paper.example/robots.txt"
NOT_ASKED, IS_ASKED = "the feed is not asked", "the feed is asked"


def ruled(robots_file, expected: str):
    async def live(world: World) -> str:
        world.on(ROBOTS, robots_file)
        asked = await polled(world, Newsroom(), 3 * DAY)
        return said(expected, holds=bool(asked) == (expected == IS_ASKED), otherwise=len(asked))

    return live


TOO_LONG = "User-agent: *\n" + "# padding\n" * 52_000 + "Disallow: /feed\n"
ROBOTS_CASES = {
    "Disallow: / for all": (robots("User-agent: *\nDisallow: /"), NOT_ASKED),
    "Disallow: / for Kordon alone": (
        robots("User-agent: Kordon\nDisallow: /\n\nUser-agent: *\nAllow: /"),
        NOT_ASKED,
    ),
    "Disallow: / for all, Kordon allowed": (
        robots("User-agent: *\nDisallow: /\n\nUser-agent: kordon\nAllow: /"),
        IS_ASKED,
    ),
    "the longer rule allows": (robots("User-agent: *\nDisallow: /\nAllow: /feed"), IS_ASKED),
    "a wildcard and an end mark": (robots("User-agent: *\nDisallow: /*d$"), NOT_ASKED),
    "404": (Given(404), IS_ASKED),
    "403": (Given(403), IS_ASKED),
    "500": (Given(500), NOT_ASKED),
    "503": (Given(503), NOT_ASKED),
    "429": (Given(429), NOT_ASKED),
    "no connection": (Given(0, fails="header-timeout"), NOT_ASKED),
    "empty": (robots(""), IS_ASKED),
    "a web page": (robots("<html><body>Not found</body></html>"), IS_ASKED),
    "a rule within 500 KiB": (robots("#" * 500_000 + "\nUser-agent: *\nDisallow: /"), NOT_ASKED),
    "a rule beyond 500 KiB": (robots(TOO_LONG), IS_ASKED),
}
for named, (robots_file, expected) in ROBOTS_CASES.items():
    check("robots", named, expected)(ruled(robots_file, expected))


@check("robots", "a file five redirects away", NOT_ASKED)
async def _(world):
    for n in range(4):
        world.on(f"https://r{n}.example/robots.txt", moved(f"https://r{n + 1}.example/robots.txt"))
    world.on("https://r4.example/robots.txt", robots("User-agent: *\nDisallow: /"))
    return await ruled(moved("https://r0.example/robots.txt"), NOT_ASKED)(world)


@check("robots", "a file six redirects away", IS_ASKED)
async def _(world):
    for n in range(5):
        world.on(f"https://r{n}.example/robots.txt", moved(f"https://r{n + 1}.example/robots.txt"))
    world.on("https://r5.example/robots.txt", robots("User-agent: *\nDisallow: /"))
    return await ruled(moved("https://r0.example/robots.txt"), IS_ASKED)(world)


@check("robots", "a month of polls", "asked before the first, once a day at most")
async def _(world):
    world.on(ROBOTS, robots("User-agent: *\nAllow: /"))
    await polled(world, Newsroom(every=HOUR))
    first = world.asked[0].url == ROBOTS
    gap = least(world.gaps(ROBOTS))
    expected = "asked before the first, once a day at most"
    return said(expected, holds=first and gap >= DAY, otherwise=(first, gap))


@check("robots", "a page that is disallowed", "never asked, counted as passed over")
async def _(world):
    world.on("https://elsewhere.example/robots.txt", robots("User-agent: *\nDisallow: /one"))
    await polled(world, Given(200, {"ETag": '"1"'}, ONE), DAY)
    asked = world.of("https://elsewhere.example/one")
    holds = not asked and world.tally["skip/robots"] == 1
    return said("never asked, counted as passed over", holds=holds, otherwise=asked)


def delayed(crawl_delay: str, seconds: int, expected: str):
    async def live(world: World) -> str:
        world.on(ROBOTS, robots(f"User-agent: *\nCrawl-delay: {crawl_delay}"))
        urls = [world.on(f"https://paper.example/{n}", Newsroom(every=HOUR)) for n in range(10)]
        await world.follow(*urls)
        await world.live(DAY)
        gap = least(world.gaps_at("paper.example"))
        holds = timedelta(seconds=seconds) <= gap <= timedelta(seconds=seconds + 2)
        return said(expected, holds=holds, otherwise=gap)

    return live


check("robots", "Crawl-delay: 10", "ten seconds between requests")(
    delayed("10", 10, "ten seconds between requests")
)
check("robots", "Crawl-delay: 2.5", "two and a half seconds between requests")(
    delayed("2.5", 2, "two and a half seconds between requests")
)
check("robots", "Crawl-delay: 86400", "a minute, the operator's ceiling")(
    delayed("86400", 60, "a minute, the operator's ceiling")
)
