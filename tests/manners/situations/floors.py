"""Situations in which a publisher says how often it wants to be asked."""

from datetime import timedelta

from tests.manners.checks import check, said
from tests.manners.one_feed import FEED, least, polled
from tests.manners.world import DAY, HOUR, MINUTE, START, Asked, Given, Newsroom, World, http_date

THREE_HOURS = {"Cache-Control": "public, max-age=10800"}


def floored(expected: str, floor: timedelta, **room):
    async def live(world: World) -> str:
        await polled(world, Newsroom(every=5 * MINUTE, **room), 10 * DAY)
        gap = least(world.gaps(FEED))
        return said(expected, holds=floor <= gap <= 1.3 * floor, otherwise=gap)

    return live


FLOORS = {
    "Cache-Control: max-age=10800": {"headers": THREE_HOURS},
    "max-age and a longer Expires": {"headers": THREE_HOURS | {"Expires": http_date(START)}},
    "a feed's ttl of 180": {"channel": "<ttl>180</ttl>"},
    "sy:updatePeriod daily, updateFrequency 8": {
        "channel": "<sy:updatePeriod>daily</sy:updatePeriod>"
        "<sy:updateFrequency>8</sy:updateFrequency>"
    },
    "a ttl beside a shorter max-age": {
        "channel": "<ttl>180</ttl>",
        "headers": {"Cache-Control": "max-age=60"},
    },
}
for named, room in FLOORS.items():
    check("floors", named, "every three hours")(floored("every three hours", 3 * HOUR, **room))


@check("floors", "Expires three hours ahead", "every three hours")
async def _(world):
    room = Newsroom(every=5 * MINUTE)

    def publisher(asked: Asked) -> Given:
        given = room(asked)
        return Given(
            given.status,
            dict(given.headers) | {"Expires": http_date(asked.at + 3 * HOUR)},
            given.body,
        )

    await polled(world, publisher, 10 * DAY)
    gap = least(world.gaps(FEED))
    return said("every three hours", holds=2.9 * HOUR < gap < 4 * HOUR, otherwise=gap)


@check("floors", "max-age=10800, two hours of it spent in a cache", "every hour")
async def _(world):
    aged = THREE_HOURS | {"Age": "7200"}
    return await floored("every hour", HOUR, headers=aged)(world)


@check("floors", "no-cache beside max-age=10800", "no floor")
async def _(world):
    headers = {"Cache-Control": "no-cache, max-age=10800"}
    return await floored("no floor", HOUR, headers=headers)(world)


@check("floors", "a ttl, and 304 ever since", "the ttl still holds")
async def _(world):
    room = Newsroom(every=DAY, until=START + 2 * DAY, channel="<ttl>1440</ttl>")
    await polled(world, room)
    gap = least(world.gaps(FEED))
    return said("the ttl still holds", holds=gap >= DAY, otherwise=gap)


@check("floors", "max-age of a year", "capped by the operator at a day")
async def _(world):
    room = Newsroom(every=5 * MINUTE, headers={"Cache-Control": "max-age=31536000"})
    await polled(world, room)
    longest = max(world.gaps(FEED))
    holds = DAY <= longest <= 1.1 * DAY + MINUTE
    return said("capped by the operator at a day", holds=holds, otherwise=longest)


@check("floors", "skipHours 0 to 6", "never asked in these hours")
async def _(world):
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(7))
    room = Newsroom(every=5 * MINUTE, channel=f"<skipHours>{hours}</skipHours>")
    asked = (await polled(world, room))[1:]
    night = [one.at for one in asked if one.at.hour < 7]
    return said("never asked in these hours", holds=bool(asked) and not night, otherwise=night[:3])


@check("floors", "skipDays Saturday and Sunday", "asked once a day at weekends")
async def _(world):
    days = "<skipDays><day>Saturday</day><day>Sunday</day></skipDays>"
    asked = await polled(world, Newsroom(every=5 * MINUTE, channel=days))
    weekend = [one for one in asked if one.at.weekday() >= 5]
    holds = len(weekend) <= 2 * 4 + 2 and len(asked) > 10 * len(weekend)
    return said("asked once a day at weekends", holds=holds, otherwise=len(weekend))
