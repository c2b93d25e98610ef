"""One feed that is followed for a span: what most situations are about."""

from datetime import timedelta

from tests.manners.world import HOUR, MONTH, START, Asked, World, rss

FEED = "https://paper.example/feed"
ONE = rss([("https://elsewhere.example/one", START - HOUR)])


async def polled(world: World, publisher, span: timedelta = MONTH, url: str = FEED) -> list[Asked]:
    """Follow one feed for a simulated month or another span; return what was asked of it."""
    world.on(url, publisher)
    await world.follow(url)
    await world.live(span)
    return world.of(url)


def least(gaps: list[timedelta]) -> timedelta:
    return min(gaps) if gaps else MONTH
