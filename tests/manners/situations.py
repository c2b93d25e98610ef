"""The situations of the rule book, each lived through for a simulated month unless it says so."""

import itertools
from datetime import timedelta

from crawler.schedule.health import Health
from tests.manners.checks import check, said
from tests.manners.world import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    SECOND,
    START,
    Asked,
    Given,
    Newsroom,
    World,
    http_date,
    late,
    moved,
    robots,
    rss,
    scripted,
)

FEED = "https://paper.example/feed"
NEW = "https://new.example/feed"
ROBOTS = "https://paper.example/robots.txt"
ONE = rss([("https://elsewhere.example/one", START - HOUR)])
ODD_DATE = "Sun Nov 01 12:00:00 2026"


async def polled(world: World, publisher, span: timedelta = MONTH, url: str = FEED) -> list[Asked]:
    """Follow one feed for a span; return what was asked of it."""
    world.on(url, publisher)
    await world.follow(url)
    await world.live(span)
    return world.of(url)


def least(gaps: list[timedelta]) -> timedelta:
    return min(gaps) if gaps else MONTH


# --- validators ------------------------------------------------------------------------------

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


# --- how often -------------------------------------------------------------------------------


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


# --- what publishers ask for -----------------------------------------------------------------

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
    "sy:updatePeriod hourly, a third of it": {
        "channel": "<sy:updatePeriod>daily</sy:updatePeriod>"
        "<sy:updateFrequency>8</sy:updateFrequency>"
    },
    "a ttl beside a shorter max-age": {
        "channel": "<ttl>180</ttl>",
        "headers": {"Cache-Control": "max-age=60"},
    },
}
for named, room in FLOORS.items():
    named = named.replace("hourly, a third of it", "daily, updateFrequency 8")  # noqa: PLW2901
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


# --- being asked to wait ---------------------------------------------------------------------

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


# --- redirects -------------------------------------------------------------------------------


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


# --- robots ----------------------------------------------------------------------------------

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


# --- silence ---------------------------------------------------------------------------------


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
