"""Situations with a hub (WebSub): leases, pushes, lies and misses."""

import hmac
from datetime import datetime, timedelta

from crawler.model import FeedId, HubLease
from tests.manners.checks import check, said
from tests.manners.one_feed import FEED
from tests.manners.world import DAY, HOUR, MINUTE, START, Asked, Given, Newsroom, World

HUB = "https://hub.example/"
LEASE = 10 * DAY


def linked(topic: str = FEED, **room) -> Newsroom:
    links = f'<atom:link rel="hub" href="{HUB}"/><atom:link rel="self" href="{topic}"/>'
    return Newsroom(channel=links, **room)


async def begun(world: World, room: Newsroom) -> list[Asked]:
    """Follow a feed with a hub until we have asked for a lease; return what the hub saw."""
    world.on(HUB, Given(202))
    world.on(FEED, room)
    await world.follow(FEED)
    await world.live(6 * HOUR)
    return world.of(HUB)


def where(asked: Asked) -> tuple[FeedId, str]:
    _, feed, token = asked.form["hub.callback"].rsplit("/", 2)
    return FeedId(f"feed-{FEED}" if feed == "feed" else feed), token


async def lease_of(world: World) -> HubLease | None:
    return await world.hubs.lease(FeedId(f"feed-{FEED}"))


async def call(world: World, asked: Asked, **changes: str) -> str | None:
    """Let the hub ask whether we meant it."""
    lease = await lease_of(world)
    query = {
        "hub.mode": "subscribe", "hub.topic": FEED, "hub.challenge": "abc",
        "hub.lease_seconds": str(int(LEASE.total_seconds())),
    }  # fmt: skip
    token = changes.pop("token", lease.token if lease else "")
    named = {f"hub.{name}": value for name, value in changes.items()}
    return await world.push.verified(FeedId(f"feed-{FEED}"), token, query | named)


def signed(lease: HubLease, body: bytes, method: str = "sha256") -> str:
    return f"{method}=" + hmac.new(lease.secret.encode(), body, method).hexdigest()


async def push(world: World, signature: str | None = None, token: str = "") -> bool:
    lease = await lease_of(world)
    assert lease is not None
    given = signed(lease, b"news") if signature is None else signature
    return await world.push.pushed(lease.feed, token or lease.token, given, b"news")


@check("WebSub", "a feed names a hub and itself", "the hub is asked once, with topic and secret")
async def _(world):
    asked = await begun(world, linked())
    form = asked[0].form if asked else {}
    right = form.get("hub.topic") == FEED and form.get("hub.mode") == "subscribe"
    holds = len(asked) == 1 and right and len(form.get("hub.secret", "")) >= 40
    return said("the hub is asked once, with topic and secret", holds=holds, otherwise=form)


@check("WebSub", "a hub that never verifies", "asked once a day at most, the feed polled as ever")
async def _(world):
    await begun(world, linked(every=HOUR))
    await world.live(10 * DAY)
    gap, polls = min(world.gaps(HUB)), len(world.of(FEED))
    expected = "asked once a day at most, the feed polled as ever"
    return said(expected, holds=gap >= DAY and polls > 60, otherwise=(gap, polls))


@check("WebSub", "a lease of ten days", "renewed at eight")
async def _(world):
    asked = await begun(world, linked())
    await call(world, asked[0])
    granted = world.clock.now()
    await world.live(9 * DAY)
    again = world.of(HUB)[1].at - granted if len(world.of(HUB)) > 1 else timedelta()
    holds = 0.8 * LEASE <= again <= 0.9 * LEASE
    return said("renewed at eight", holds=holds, otherwise=again)


REFUSED_CALLS = {
    "verification of another topic": {"topic": "https://evil.example/feed"},
    "verification of an unsubscription": {"mode": "unsubscribe"},
    "verification under another name": {"token": "x" * 43},
    "verification without a challenge": {"challenge": ""},
}


def refused(changes: dict[str, str]):
    async def live(world: World) -> str:
        asked = await begun(world, linked())
        answer = await call(world, asked[0], **changes)
        lease = await lease_of(world)
        holds = answer is None and lease is not None and lease.granted is None
        return said("refused", holds=holds, otherwise=answer)

    return live


for named, changes in REFUSED_CALLS.items():
    check("WebSub", named, "refused")(refused(changes))


async def due_after_push(world: World, signature: str | None) -> bool:
    """Tell whether a push, some minutes after a poll, makes the feed due at once."""
    asked = await begun(world, linked(every=12 * HOUR))
    await call(world, asked[0])
    due = (await world.state(FEED)).next_poll
    await push(world, signature)
    now_due = (await world.state(FEED)).next_poll
    return bool(due and now_due and now_due < due)


def pushed(signature: str | None, expected: str, *, heard: bool):
    async def live(world: World) -> str:
        due = await due_after_push(world, signature)
        return said(expected, holds=due == heard, otherwise=due)

    return live


SIGNATURES = {
    "a push with a right signature": (None, "the feed is asked at once", True),
    "a push with a wrong signature": ("sha256=" + "0" * 64, "nothing changes", False),
    "a push without a signature": ("", "nothing changes", False),
    "a push signed with a method nobody knows": ("md5=" + "0" * 32, "nothing changes", False),
}
for named, (signature, expected, heard) in SIGNATURES.items():
    check("WebSub", named, expected)(pushed(signature, expected, heard=heard))


@check("WebSub", "a thousand pushes in a minute", "the feed is asked once")
async def _(world):
    asked = await begun(world, linked(every=12 * HOUR))
    await call(world, asked[0])
    before = len(world.of(FEED))
    for _ in range(1_000):
        await push(world)
    await world.live(MINUTE)
    polls = len(world.of(FEED)) - before
    return said("the feed is asked once", holds=polls == 1, otherwise=polls)


async def with_pushes(world: World, room: Newsroom, until: datetime, span: timedelta) -> None:
    """Live on with a hub that tells of every entry until an instant, and of none after it."""
    asked = await begun(world, room)
    await call(world, asked[0])
    end = world.clock.now() + span
    while world.clock.now() < end:
        await world.live(room.every)
        if world.clock.now() < until:
            await push(world)


@check("WebSub", "a hub that tells of everything", "polled every six hours beside, for safety")
async def _(world):
    room = linked(every=HOUR, until=START + 3 * DAY)
    await with_pushes(world, room, START + 3 * DAY, 6 * DAY)
    gaps = world.gaps(FEED)[-6:]
    holds = min(gaps) >= 5 * HOUR and max(gaps) <= 25 * HOUR
    expected = "polled every six hours beside, for safety"
    return said(expected, holds=holds, otherwise=gaps)


@check("WebSub", "the same hub falls dumb", "demoted: polled by its rhythm again within two days")
async def _(world):
    room = linked(every=HOUR)
    await with_pushes(world, room, START + 3 * DAY, 7 * DAY)
    after = [one for one in world.of(FEED) if one.at > START + 5 * DAY]
    expected = "demoted: polled by its rhythm again within two days"
    return said(expected, holds=len(after) > 2 * 8, otherwise=len(after))
