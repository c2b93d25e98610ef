"""Situations in which an operator is told how a feed fares."""

from datetime import timedelta

from crawler.schedule.health import Health
from tests.manners.checks import check, said
from tests.manners.one_feed import FEED, polled
from tests.manners.world import DAY, HOUR, MONTH, START, Given, Newsroom, World, late


def told(room, expected: str, health: Health, span: timedelta = MONTH):
    async def live(world: World) -> str:
        await polled(world, room, span)
        found = await world.health(FEED)
        return said(expected, holds=found is health, otherwise=found)

    return live


HEALTH = {
    "hourly news": (Newsroom(every=HOUR), Health.HEALTHY),
    "hourly news until ten days ago": (Newsroom(every=HOUR, until=START + 20 * DAY), Health.SILENT),
    "news once a week": (Newsroom(every=7 * DAY), Health.HEALTHY),
    "410": (Given(410), Health.GONE),
    "500": (Given(500), Health.FAILING),
}
for named, (room, health) in HEALTH.items():
    expected = f"told as {health}"
    check("health", named, expected)(told(room, expected, health))


@check("health", "a feed falls silent and comes back", "one alert for each")
async def _(world):
    room = Newsroom(every=HOUR, until=START + 10 * DAY)
    await polled(world, late(room, Newsroom(every=HOUR), START + 20 * DAY))
    alerts = [one.health for one in reversed(await world.frontier.alerts(9))]
    holds = alerts == [Health.SILENT, Health.HEALTHY]
    return said("one alert for each", holds=holds, otherwise=alerts)
