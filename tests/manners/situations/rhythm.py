"""Situations about how often a feed is asked, when nobody says a word about it."""

from tests.manners.checks import check, said
from tests.manners.one_feed import FEED, least, polled
from tests.manners.world import DAY, HOUR, MINUTE, SECOND, START, Given, Newsroom, late


@check("rhythm", "a feed with news every five minutes", "once an hour at most")
async def _(world):
    await polled(world, Newsroom(every=5 * MINUTE), 10 * DAY)
    gap = least(world.gaps(FEED))
    return said("once an hour at most", holds=gap >= HOUR, otherwise=gap)


@check("rhythm", "the same without validators", "once a day at most")
async def _(world):
    await polled(world, Newsroom(every=5 * MINUTE, validators=False))
    gap = least(world.gaps(FEED))
    return said("once a day at most", holds=gap >= DAY, otherwise=gap)


@check(
    "rhythm",
    "the same at a host the operator may poll faster",
    "within half an hour, never within five minutes",
    POLL_FASTER_HOSTS=("paper.example",),
)
async def _(world):
    await polled(world, Newsroom(every=5 * MINUTE), 5 * DAY)
    gaps = world.gaps(FEED)[10:]
    expected = "within half an hour, never within five minutes"
    holds = least(gaps) >= 5 * MINUTE and max(gaps) <= 30 * MINUTE
    return said(expected, holds=holds, otherwise=(least(gaps), max(gaps)))


@check("rhythm", "a feed that never brings anything", "asked daily, never given up")
async def _(world):
    await polled(world, Newsroom(until=START - DAY))
    gaps = world.gaps(FEED)[-5:]
    daily = least(gaps) > 20 * HOUR and max(gaps) < 27 * HOUR
    return said("asked daily, never given up", holds=daily, otherwise=gaps)


@check("rhythm", "a newsroom that works by day", "nights are asked less than a third as often")
async def _(world):
    asked = await polled(world, Newsroom(every=HOUR / 2, hours=range(6, 20)))
    late_asked = [one for one in asked if one.at > START + 5 * DAY]
    night = sum(one.at.hour in {22, 23, 0, 1, 2, 3} for one in late_asked) / 6
    day = sum(8 <= one.at.hour < 18 for one in late_asked) / 10
    expected = "nights are asked less than a third as often"
    return said(expected, holds=night < day / 3, otherwise=(night, day))


@check("rhythm", "a feed that wakes up", "asked at least three times as often within a week")
async def _(world):
    silent, busy = Newsroom(until=START - DAY), Newsroom(every=HOUR / 2)
    await polled(world, late(silent, busy, START + 14 * DAY))
    before = len(world.of(FEED)) - len(world.of(FEED, START + 7 * DAY))
    after = len(world.of(FEED, START + 21 * DAY)) * 7 / 9
    expected = "asked at least three times as often within a week"
    return said(expected, holds=after >= 3 * before, otherwise=(before, after))


@check("rhythm", "an outage of three days", "asked as often after as before")
async def _(world):
    honest, down = Newsroom(every=HOUR / 2), Given(fails="header-timeout")
    away = late(honest, lambda _: down, START + 10 * DAY)
    await polled(world, late(away, honest, START + 13 * DAY))
    before = [one for one in world.of(FEED, START + 7 * DAY) if one.at < START + 10 * DAY]
    after = [one for one in world.of(FEED, START + 15 * DAY) if one.at < START + 18 * DAY]
    expected = "asked as often after as before"
    holds = 0.75 * len(before) <= len(after) <= 1.25 * len(before)
    return said(expected, holds=holds, otherwise=(len(before), len(after)))


@check("rhythm", "ten restarts in an hour", "no poll comes early")
async def _(world):
    await polled(world, Newsroom(every=5 * MINUTE), HOUR + MINUTE)
    for _ in range(10):
        await world.restart()
        await world.live(6 * MINUTE)
    gap = least(world.gaps(FEED))
    return said("no poll comes early", holds=gap >= HOUR, otherwise=gap)


@check("rhythm", "ten feeds of one host", "never two requests within its pause")
async def _(world):
    urls = [world.on(f"https://paper.example/{n}", Newsroom(every=HOUR)) for n in range(10)]
    await world.follow(*urls)
    await world.live(10 * DAY)
    gap = least(world.gaps_at("paper.example"))
    return said("never two requests within its pause", holds=gap >= SECOND, otherwise=gap)


@check("rhythm", "the same, a week later", "spread: the ten never come within ten minutes")
async def _(world):
    urls = [world.on(f"https://paper.example/{n}", Newsroom(every=HOUR)) for n in range(10)]
    await world.follow(*urls)
    await world.live(14 * DAY)
    times = [one.at for one in world.asked if one.url in urls and one.at > START + 7 * DAY]
    bursts = [b - a for a, b in zip(times, times[9:], strict=False)]
    expected = "spread: the ten never come within ten minutes"
    return said(expected, holds=least(bursts) > 10 * MINUTE, otherwise=least(bursts))
