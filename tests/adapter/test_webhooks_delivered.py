"""Hooks told over real connections: by receivers that fail in every usual way, nothing is lost."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from crawler.catalog.facets import facets_of
from crawler.cli.delivering import Sender
from crawler.dedup.placement import decide
from crawler.directory import Directory
from crawler.hook import Hook, HookId, HookState, Outcome
from crawler.middlewares.client import GuardedClient
from crawler.model import (
    ChangeId,
    Outlet,
    OutletId,
    Recipe,
    Redistribution,
    TopicId,
    WorkerId,
)
from crawler.render.webhook import written_secret
from crawler.schedule.delivery import Patience, paused, resumed, revived
from crawler.store.clock import SimulatedClock
from crawler.store.hooks import MemoryHooks
from crawler.store.memory.published import MemoryPublished
from crawler.store.memory.stories import MemoryStories
from crawler.store.memory.subscriptions import MemorySubscriptions
from crawler.workers.messages import Messages
from crawler.workers.webhooks import Webhooks
from tests.newsroom import article, prose
from tests.site.receiver import (
    Receiver,
    answering,
    hanging,
    hanging_up,
    rambling,
    waiting_for,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOPIC = TopicId("test")
HOUR = timedelta(hours=1)
LOOPBACK = (ip_network("127.0.0.0/8"),)
OUTLETS = (
    Outlet(OutletId("town"), "Town News"),
    Outlet(OutletId("wire"), "State Wire", state_controlled=True,
           redistribute=Redistribution.LINK),
)  # fmt: skip


class Agency:
    """Stories, hooks and the worker between them, on a clock that the test moves."""

    def __init__(self, *, allowed=LOOPBACK, deadline=timedelta(seconds=5)):
        self.clock = SimulatedClock(NOON)
        window = timedelta(days=90)
        self.stories = MemoryStories(
            self.clock, Recipe(), candidate_window=window, story_window=window
        )
        self.published = MemoryPublished(self.stories)
        self.hooks = MemoryHooks(self.clock, window)
        self.client = GuardedClient(allowed=allowed)
        self.sender = Sender(self.client, self.clock, "Kordon/test", deadline)
        self.worker = self.a_worker("one")

    def a_worker(self, name):
        directory = Directory(MemorySubscriptions(), OUTLETS)
        return Webhooks(
            self.hooks, self.published,
            Messages(self.published, self.stories, directory, facets_of), self.sender.post,
            clock=self.clock, worker=WorkerId(name), dice=lambda: 0.5,
            patience=Patience(attempts=4, failing=timedelta(days=3), lease=HOUR),
        )  # fmt: skip

    async def add(self, site, name="a", **facts):
        url = site if isinstance(site, str) else site.url
        hook = Hook(HookId(name), url, written_secret(b"k" * 32), TOPIC, NOON,
                    (await self.published.window(TOPIC)).last, **facts)  # fmt: skip
        await self.hooks.add(hook)

    async def publish(self, count=1, *, outlet="town", seed="", **facts):
        for number in range(count):
            url = f"https://{outlet}.example/{seed}{number}"
            one = article(prose(url), url, outlet=outlet)
            await self.stories.place(TOPIC, replace(one, title=f"Story {number}", **facts), decide)

    async def tell(self):
        await self.worker.tell_all()

    async def tell_until_still(self):
        """Let time pass and hooks be told until nothing is queued that could be."""
        for _ in range(200):
            await self.tell()
            hooks = [one for one in await self.hooks.all() if one.state is HookState.ACTIVE]
            if not any(hook.queue for hook in hooks):
                return
            self.clock.advance(HOUR)
        raise AssertionError("a delivery neither ended nor died")

    async def outcomes(self, name="a"):
        return [one.outcome for one in reversed(await self.hooks.attempts(HookId(name), 999))]


@pytest.fixture
async def agency():
    agency = Agency()
    yield agency
    await agency.client.close()


@pytest.fixture
async def impatient():
    agency = Agency(deadline=timedelta(milliseconds=80))
    yield agency
    await agency.client.close()


@pytest.fixture
async def site():
    async with Receiver() as site:
        yield site


async def test_every_change_is_told_once_and_in_order(agency, site):
    await agency.add(site)
    await agency.publish(25)
    await agency.tell()
    told = [one.document["data"]["change"]["title"] for one in site.received]
    assert told == [f"Story {number}" for number in range(25)]
    await agency.tell()
    assert len(site.received) == 25
    hook = await agency.hooks.find(HookId("a"))
    assert (hook.delivered, hook.queue, hook.worker) == (25, (), "")


async def test_what_is_told_is_headline_facts_and_excerpt_with_state_outlets_marked(agency, site):
    await agency.add(site)
    await agency.publish(outlet="town", text="Guards opened a lane. " * 40)
    await agency.publish(outlet="wire")
    await agency.tell()
    town, wire = (one.document for one in site.received)
    assert town["type"] == "story.created"
    assert town["data"]["excerpt"].startswith("Guards opened a lane.")
    assert len(town["data"]["excerpt"]) <= 300
    assert town["data"]["story"]["canonical"]["outlet"] == "town"
    assert wire["data"]["excerpt"] == ""
    assert wire["data"]["state_controlled"] == ["wire"]
    assert site.received[0].headers["user-agent"] == "Kordon/test"
    assert site.received[0].headers["content-type"] == "application/json"


async def test_a_hook_begins_with_what_comes_after_it_was_added(agency, site):
    await agency.publish(3)
    await agency.add(site)
    await agency.publish(seed="later")
    await agency.tell()
    assert len(site.received) == 1


async def test_a_hook_gets_the_kinds_and_facets_it_asked_for(agency, site):
    await agency.add(site, "kinds", events=("joined",))
    await agency.add(site, "facets", filters=("language:uk", "language:pl", "outlet:town"))
    await agency.publish(seed="a", language="uk")
    await agency.publish(seed="b", language="en")
    await agency.publish(seed="c", language="pl", outlet="wire")
    await agency.tell()
    assert [one.document["data"]["change"]["url"] for one in site.received] == [
        "https://town.example/a0"
    ]
    assert (await agency.hooks.find(HookId("kinds"))).queue == ()


# --- receivers that fail -----------------------------------------------------------------------

TROUBLES = {
    "fails": [answering(500)],
    "fails twice": [answering(500), answering(502), answering(200)],
    "forbids": [answering(403)],
    "redirects": [answering(302, ("Location", "http://127.0.0.1:9/elsewhere"))],
    "redirects for good": [answering(308, ("Location", "/moved")), answering(200)],
    "asks to wait": [answering(429, ("Retry-After", "120")), answering(200)],
    "asks for no wait": [answering(503, ("Retry-After", "0"))],
    "asks to wait till 2015": [answering(429, ("Retry-After", "Sun, 22 Nov 2015 14:00:00 GMT"))],
    "is overloaded": [answering(503, ("Retry-After", "Sun, 22 Nov 2026 14:00:00 GMT")),
                      answering(200)],
    "hangs once": [hanging(), answering(200)],
    "hangs": [hanging()],
    "drops after reading": [hanging_up(), answering(200)],
    "always drops after reading": [hanging_up()],
    "rambles": [rambling(), answering(200)],
}  # fmt: skip


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_each_change_is_delivered_or_a_dead_letter(impatient, site, trouble):
    site.will(*TROUBLES[trouble])
    await impatient.add(site)
    await impatient.publish(3)
    await impatient.tell_until_still()
    hook = await impatient.hooks.find(HookId("a"))
    letters = await impatient.hooks.letters(HookId("a"))
    assert hook.delivered + len(letters) == 3
    assert all(letter.reason for letter in letters)
    delivered = [one for one in await impatient.outcomes() if one is Outcome.DELIVERED]
    assert len(delivered) == hook.delivered
    assert len(site.kept) >= hook.delivered


async def test_a_delivery_that_is_answered_too_late_comes_again_under_the_same_id(agency, site):
    site.will(hanging_up(), answering(200))
    await agency.add(site)
    await agency.publish()
    await agency.tell_until_still()
    assert [one.id for one in site.received] == 2 * [site.received[0].id]
    assert len(site.kept) == 1


async def test_a_receiver_that_is_not_there_is_told_once_it_is(agency, site):
    nobody = Receiver()
    async with nobody:
        pass
    await agency.add(f"http://127.0.0.1:{nobody.port}/")
    await agency.publish()
    await agency.tell()
    hook = await agency.hooks.find(HookId("a"))
    assert hook.reason == "connection-refused"
    await agency.hooks.add(replace(hook, url=site.url))
    agency.clock.advance(HOUR)
    await agency.tell()
    assert len(site.kept) == 1


async def test_retry_after_is_waited_for(agency, site):
    site.will(answering(429, ("Retry-After", "120")), answering(200))
    await agency.add(site)
    await agency.publish(2)
    await agency.tell()
    agency.clock.advance(timedelta(seconds=119))
    await agency.tell()
    assert len(site.received) == 1
    agency.clock.advance(timedelta(seconds=1))
    await agency.tell()
    assert len(site.kept) == 2


async def test_a_redirect_is_never_followed(agency, site):
    async with Receiver() as elsewhere:
        site.will(answering(307, ("Location", elsewhere.url)))
        await agency.add(site)
        await agency.publish()
        await agency.tell_until_still()
        assert elsewhere.received == []
    (letter,) = await agency.hooks.letters(HookId("a"))
    assert letter.reason == "http-307"


async def test_gone_ends_it_and_resuming_goes_on_where_it_stopped(agency, site):
    site.will(answering(410), answering(200))
    await agency.add(site)
    await agency.publish(2)
    await agency.tell_until_still()
    assert (await agency.hooks.find(HookId("a"))).state is HookState.GONE
    assert [alert.health for alert in agency.hooks.alerts] == ["gone"]
    assert len(site.received) == 1
    await agency.hooks.change(HookId("a"), lambda hook: resumed(hook, now=agency.clock.now()))
    await agency.tell()
    assert len(site.kept) == 2


async def test_a_hook_that_fails_for_days_is_suspended_and_loses_nothing(agency, site):
    site.will(answering(500))
    await agency.add(site)
    await agency.publish(120)
    for _ in range(80):
        await agency.tell()
        agency.clock.advance(HOUR)
    hook = await agency.hooks.find(HookId("a"))
    assert hook.state is HookState.SUSPENDED
    assert len(agency.hooks.alerts) == 1
    tried = len(site.received)
    await agency.tell()
    assert len(site.received) == tried
    site.will(answering(200))
    letters = await agency.hooks.letters(HookId("a"))
    now = agency.clock.now()
    await agency.hooks.revive(HookId("a"), letters, lambda one: revived(one, letters, now=now))
    await agency.hooks.change(HookId("a"), lambda one: resumed(one, now=now))
    await agency.tell_until_still()
    assert len(site.kept) == 120


async def test_a_paused_hook_is_told_later_what_happened_meanwhile(agency, site):
    await agency.add(site)
    await agency.hooks.change(HookId("a"), paused)
    await agency.publish(2)
    await agency.tell()
    assert site.received == []
    await agency.hooks.change(HookId("a"), lambda hook: resumed(hook, now=NOON))
    await agency.tell()
    assert len(site.kept) == 2


async def test_a_slow_receiver_holds_up_nobody(agency, site):
    answer = asyncio.Event()
    async with Receiver() as slow:
        slow.will(waiting_for(answer))
        await agency.add(slow, "slow")
        await agency.add(site, "fast")
        await agency.publish(5)
        telling = asyncio.create_task(agency.tell())
        await site.has_received(5)
        assert not telling.done()
        assert slow.kept == {}
        answer.set()
        await telling
        assert len(slow.kept) == 5


# --- whom it may meet --------------------------------------------------------------------------


async def test_private_addresses_are_refused_however_they_are_named(site):
    agency = Agency(allowed=())
    for name, host in enumerate(("127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "0x7f.1")):
        await agency.add(f"http://{host}:{site.port}/", f"h{name}")
    await agency.publish()
    await agency.tell()
    await agency.client.close()
    assert site.received == []
    assert {hook.reason for hook in await agency.hooks.all()} == {"blocked-address"}


# --- several workers, and crashes --------------------------------------------------------------


async def test_two_workers_tell_each_change_once(agency, site):
    await agency.add(site)
    await agency.publish(30)
    await asyncio.gather(agency.tell(), agency.a_worker("two").tell_all())
    assert len(site.received) == 30


async def test_what_a_worker_had_in_hand_when_it_died_is_told_by_another(agency, site):
    site.will(hanging(), answering(200))
    await agency.add(site)
    await agency.publish(2)
    dying = asyncio.create_task(agency.tell())
    await site.has_received(1)
    hook = await agency.hooks.find(HookId("a"))
    assert hook.leased_until > agency.clock.now()
    other = agency.a_worker("two")
    await other.tell_all()
    assert len(site.received) == 1
    agency.clock.advance(2 * HOUR)
    await other.tell_all()
    assert len(site.kept) == 2
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    assert (await agency.hooks.find(HookId("a"))).queue == ()


async def test_a_worker_that_is_ended_leaves_its_hooks_to_others_at_once(agency, site):
    site.will(hanging(), answering(200))
    await agency.add(site)
    await agency.publish()
    telling = asyncio.create_task(agency.worker.keep_telling())
    await site.has_received(1)
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)
    await agency.a_worker("two").tell_all()
    assert len(site.kept) == 1


async def test_a_hook_removed_while_it_is_told_stays_removed(agency, site):
    answer = asyncio.Event()
    site.will(waiting_for(answer))
    await agency.add(site)
    await agency.publish()
    telling = asyncio.create_task(agency.tell())
    await site.has_received(1)
    await agency.hooks.remove(HookId("a"))
    answer.set()
    await telling
    assert await agency.hooks.all() == []


async def test_a_hook_may_begin_in_the_past(agency, site):
    await agency.publish(3)
    await agency.add(site)
    hook = await agency.hooks.find(HookId("a"))
    await agency.hooks.add(replace(hook, position=ChangeId("0-0")))
    await agency.tell()
    assert len(site.kept) == 3
