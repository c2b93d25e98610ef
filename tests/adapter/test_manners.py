"""Do the manners hold? Against a real publisher, with a clock that stands still."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.http import Response

from crawler.config import Config
from crawler.errors import SourceError
from crawler.fetch.urls import host_of
from crawler.middlewares.client import GuardedClient
from crawler.middlewares.handler import GuardedDownloadHandler
from crawler.middlewares.manners import MannersMiddleware
from crawler.middlewares.redirects import RedirectsMiddleware
from crawler.middlewares.robots import LARGE, REMEMBERED, REMEMBERED_BYTES, REMEMBERED_MOST
from crawler.model import Entry, EntryClaim, EntryId, FeedId, OutletId
from tests.adapter.crawling import IN_TESTS, SHIPPED, Asker, app_for, crawl, crawler_for
from tests.site import publisher
from tests.site.publisher import Publisher, always

PAUSE = timedelta(seconds=1)
VALUES = SHIPPED | IN_TESTS | {"HOST_RATE_PER_SECOND": 1}
CONFIG = Config.from_settings(VALUES, {})
CONFIG_REDIRECTS = SHIPPED["REDIRECT_MAX_TIMES"]


class World:
    """A process that asks politely: its own manners, its own connections, a shared frontier."""

    def __init__(self, app: SimpleNamespace) -> None:
        self.app = app
        self.frontier, self.clock = app.frontier, app.clock
        self.waits: list[float] = []
        client = GuardedClient(allowed=CONFIG.allow_networks)
        self._handler = GuardedDownloadHandler(crawler_for(Asker), client)
        self._redirects = RedirectsMiddleware(CONFIG_REDIRECTS)
        self.manners = MannersMiddleware(
            app.frontier,
            app.clock,
            app.config,
            self.download,
            answers=app.answers,
            sleep=self._sleep,
        )

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(round(seconds, 3))
        self.clock.advance(timedelta(seconds=seconds))

    async def download(self, request: Request) -> Response:
        """Ask as Scrapy's engine does: manners, the wire, manners again, redirects."""
        while True:
            await self.manners.process_request(request)
            answer = await self._handler.download_request(request)
            answer = await self.manners.process_response(request, answer)
            followed = self._redirects.process_response(request, answer)
            if isinstance(followed, Response):
                return followed
            request = followed

    async def visit(self, url: str, **meta) -> Response:
        """Take a turn, as a claim does, and ask."""
        await self.frontier.next_slot(host_of(url))
        return await self.download(Request(url, meta=meta))

    async def refused(self, url: str, **meta) -> str:
        with pytest.raises(SourceError) as failure:
            await self.visit(url, **meta)
        return failure.value.reason

    async def close(self) -> None:
        await self._handler.close()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World(app_for(CONFIG))
    yield made
    await made.close()


@pytest.fixture
async def neighbour(world: World) -> AsyncIterator[World]:
    """Another process on the same frontier."""
    made = World(world.app)
    yield made
    await made.close()


def robots(site: Publisher, text: str, status: int = 200) -> None:
    site.on("/robots.txt", always(status, body=text.encode()))


def targets(site: Publisher) -> list[str]:
    return [hit.target for hit in site.hits]


# --- permission ------------------------------------------------------------------------------


async def test_a_host_is_asked_for_its_robots_file_first(world, site):
    await world.visit(site.url("/a"))
    assert targets(site) == ["/robots.txt", "/a"]


async def test_a_page_that_is_disallowed_is_never_asked_for(world, site):
    robots(site, "User-agent: Kordon\nDisallow: /private")
    assert await world.refused(site.url("/private/a")) == "robots"
    assert targets(site) == ["/robots.txt"]


async def test_the_file_is_read_once_for_all_pages(world, site):
    for path in ("/a", "/b", "/c"):
        await world.visit(site.url(path))
    assert targets(site) == ["/robots.txt", "/a", "/b", "/c"]


async def test_the_file_is_read_once_for_all_processes(world, neighbour, site):
    robots(site, "User-agent: *\nDisallow: /private")
    await world.visit(site.url("/a"))
    assert await neighbour.refused(site.url("/private")) == "robots"
    assert targets(site).count("/robots.txt") == 1


async def test_the_file_is_read_again_after_a_day(world, site):
    await world.visit(site.url("/a"))
    world.clock.advance(timedelta(hours=23))
    await world.visit(site.url("/b"))
    world.clock.advance(timedelta(hours=2))
    await world.visit(site.url("/c"))
    assert targets(site) == ["/robots.txt", "/a", "/b", "/robots.txt", "/c"]


async def test_what_is_remembered_here_is_never_older_than_what_the_frontier_has(
    world, neighbour, site
):
    await world.visit(site.url("/a"))
    world.clock.advance(timedelta(hours=23, minutes=59))
    await neighbour.visit(site.url("/b"))
    robots(site, "User-agent: *\nDisallow: /")
    world.clock.advance(REMEMBERED)
    assert await neighbour.refused(site.url("/c")) == "robots"


async def test_questions_at_once_wait_for_one_answer(world, site):
    pages = [world.visit(site.url(f"/{number}")) for number in range(10)]
    await asyncio.gather(*pages)
    assert targets(site).count("/robots.txt") == 1


async def test_each_scheme_and_port_has_a_file_of_its_own(world, site):
    robots(site, "User-agent: *\nDisallow: /")
    async with Publisher() as other:
        assert await world.refused(site.url("/a")) == "robots"
        assert (await world.visit(other.url("/a"))).status == 404


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_no_robots_file_means_permission(world, site, status):
    robots(site, "", status)
    assert (await world.visit(site.url("/a"))).status == 404


@pytest.mark.parametrize("status", [500, 503])
async def test_a_host_that_cannot_say_is_asked_again_after_a_minute(world, neighbour, site, status):
    robots(site, "", status)
    assert await world.refused(site.url("/a")) == "robots-unreachable"
    assert await neighbour.refused(site.url("/a")) == "robots-unreachable"
    assert targets(site) == ["/robots.txt"]
    robots(site, "")
    world.clock.advance(timedelta(seconds=61))
    assert (await neighbour.visit(site.url("/a"))).status == 404
    assert (await world.visit(site.url("/b"))).status == 404


async def test_a_host_out_of_reach_is_named_for_what_it_is_and_left_for_a_minute(world):
    async with Publisher() as site:
        url = site.url("/a")
    assert await world.refused(url) == "connection-refused"
    assert await world.refused(url) == "robots-unreachable"


async def test_a_forbidden_address_is_not_even_asked_for_its_robots_file(world):
    async with Publisher(host="::1") as canary:
        assert await world.refused(canary.url("/a")) == "blocked-address"
        assert canary.connections == 0


async def test_a_robots_file_is_read_as_far_as_the_limit(world, site):
    robots(site, "User-agent: *\nDisallow: /private\n" + "#" * 20_000_000)
    assert await world.refused(site.url("/private")) == "robots"


async def test_a_robots_file_may_lie_behind_five_redirects(world, site):
    for number in range(5):
        site.on(f"/r{number}", publisher.redirect(f"/r{number + 1}"))
    site.on("/robots.txt", publisher.redirect("/r1"))
    site.on("/r5", always(body=b"User-agent: *\nDisallow: /private"))
    assert await world.refused(site.url("/private")) == "robots"
    assert world.waits == [1.0] * 5


async def test_a_robots_file_behind_more_redirects_is_no_file(world, site):
    site.on("/robots.txt", publisher.redirect("/robots.txt?again"))
    assert (await world.visit(site.url("/a"))).status == 404


async def test_a_robots_file_at_another_hosts_place_speaks_for_that_host_too(world, site):
    async with Publisher() as other:
        robots(other, "User-agent: *\nDisallow: /private")
        site.on("/robots.txt", publisher.redirect(other.url("/robots.txt"), 301))
        assert await world.refused(site.url("/private")) == "robots"
        assert await world.refused(other.url("/private")) == "robots"
        assert targets(other) == ["/robots.txt"]


async def test_what_is_remembered_here_is_bounded(world, site):
    for number in range(1, REMEMBERED_MOST + 10):
        await world.frontier.keep_robots(f"{number}.example:80", b"", timedelta(days=1))
        await world.manners._robots.known(f"http://{number}.example/")
    assert len(world.manners._robots._remembered) == REMEMBERED_MOST


async def test_what_is_remembered_of_large_files_is_bounded_by_their_size(world):
    large = b"#" * (REMEMBERED_BYTES // 10)
    for number in range(12):
        await world.frontier.keep_robots(f"{number}.example:80", large, timedelta(days=1))
        await world.manners._robots.known(f"http://{number}.example/")
    assert len(world.manners._robots._remembered) == 10


async def test_thousands_of_rules_hold_nothing_else_up(world, site):
    rules = "User-agent: *\n" + "".join(f"Allow:/*ab{number}\n" for number in range(30_000))
    assert len(rules) > LARGE
    robots(site, rules)
    asking = asyncio.create_task(world.visit(site.url(f"/{'a' * 4_000}")))
    turns = 0
    while not asking.done():
        await asyncio.sleep(0)
        turns += 1 if len(site.hits) == 1 else 0
    assert (await asking).status == 404
    assert turns > 1_000  # of the loop between the file and the page; some ten without a thread


# --- turns -----------------------------------------------------------------------------------


async def test_a_page_waits_for_its_turn_after_the_robots_file(world, site):
    await world.visit(site.url("/a"))
    assert world.waits == [1.0]


async def test_a_claimed_page_of_a_known_host_waits_no_more(world, site):
    await world.visit(site.url("/a"))
    del world.waits[:]
    await world.visit(site.url("/b"))
    assert world.waits == []


async def test_every_hop_of_a_redirect_takes_a_turn(world, site):
    async with Publisher() as other:
        site.on("/a", publisher.redirect("/b"))
        site.on("/b", publisher.redirect(other.url("/c")))
        await world.visit(site.url("/a"))
        assert targets(site) == ["/robots.txt", "/a", "/b"]
        assert targets(other) == ["/robots.txt", "/c"]
        assert world.waits == [1.0, 1.0, 1.0]  # /a, /b, and /c after the other's robots file


async def test_crawl_delay_becomes_the_hosts_pause_from_the_robots_file_on(world, site):
    robots(site, "User-agent: *\nCrawl-delay: 7")
    await world.visit(site.url("/a"))
    assert world.waits == [7.0]
    assert await world.frontier.next_slot(host_of(site.url())) == timedelta(seconds=7)


async def test_crawl_delay_is_granted_up_to_the_operators_ceiling(world, site):
    robots(site, "User-agent: *\nCrawl-delay: 86400")
    assert await world.refused(site.url("/a")) == "host-busy"
    host = host_of(site.url())
    world.clock.advance(timedelta(days=1))
    await world.frontier.next_slot(host)
    assert await world.frontier.next_slot(host) == CONFIG.crawl_delay_longest


async def test_a_crawl_delay_that_was_taken_back_is_forgotten(world, site):
    robots(site, "User-agent: *\nCrawl-delay: 7")
    await world.visit(site.url("/a"))
    robots(site, "User-agent: *\nDisallow:")
    world.clock.advance(timedelta(hours=25))
    await world.visit(site.url("/a"))
    host = host_of(site.url())
    world.clock.advance(timedelta(hours=1))
    await world.frontier.next_slot(host)
    assert await world.frontier.next_slot(host) == PAUSE


async def test_a_turn_too_far_away_is_given_up(world, site):
    await world.frontier.hold_host(host_of(site.url()), world.clock.now() + timedelta(hours=1))
    assert await world.refused(site.url("/a")) == "host-busy"
    assert targets(site) == ["/robots.txt"]


# --- what answers ask of us ------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 429, 503])
async def test_retry_after_holds_the_whole_host(world, site, status):
    site.on("/a", always(status, [("Retry-After", "120")]))
    await world.visit(site.url("/a"))
    assert await world.frontier.next_slot(host_of(site.url())) >= timedelta(seconds=120)


async def test_a_refusal_without_a_time_holds_the_host_longer_each_time(world, site):
    site.on("/a", always(429))
    host = host_of(site.url())
    held = []
    for _ in range(3):
        await world.visit(site.url("/a"))
        held.append(await world.frontier.next_slot(host))
        world.clock.advance(timedelta(hours=1))
    assert held == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]


async def test_a_refusal_is_forgiven_after_an_answer(world, site):
    site.on("/a", always(429))
    await world.visit(site.url("/a"))
    world.clock.advance(timedelta(hours=1))
    await world.visit(site.url("/b"))
    world.clock.advance(timedelta(hours=1))
    await world.visit(site.url("/a"))
    assert await world.frontier.next_slot(host_of(site.url())) == timedelta(minutes=1)


async def test_a_robots_file_that_is_refused_holds_the_host_too(world, site):
    site.on("/robots.txt", always(429, [("Retry-After", "300")]))
    assert await world.refused(site.url("/a")) == "robots-unreachable"
    assert await world.frontier.next_slot(host_of(site.url())) == timedelta(seconds=300)


def page_claim(url: str) -> EntryClaim:
    entry = Entry(EntryId("e"), url, OutletId("o"), FeedId("f"))
    return EntryClaim("key", entry, 0, app_for(CONFIG).clock.now() + CONFIG.lease)


async def test_a_page_whose_publisher_reserves_mining_is_not_kept(world, site):
    url = site.on("/a", always(200, [("TDM-Reservation", "1")], b"text"))
    assert await world.refused(url, claim=page_claim(url)) == "opted-out"


@pytest.mark.parametrize("value", ["0", "", "no"])
async def test_a_page_whose_publisher_does_not_reserve_mining_is_kept(world, site, value):
    url = site.on("/a", always(200, [("TDM-Reservation", value)], b"text"))
    answer = await world.visit(url, claim=page_claim(url))
    assert answer.body == b"text"


async def test_a_feed_may_be_read_where_pages_are_reserved(world, site):
    url = site.on("/feed", always(200, [("TDM-Reservation", "1")], b"<rss/>"))
    assert (await world.visit(url)).body == b"<rss/>"


# --- in Scrapy -------------------------------------------------------------------------------


async def test_the_manners_hold_in_a_real_crawl(site):
    robots(site, "User-agent: Kordon\nDisallow: /private")
    site.on("/a", publisher.redirect("/private/a"))
    site.on("/b", always(body=b"body"))
    urls = [site.url("/a"), site.url("/b"), site.url("/private")]
    crawled = await crawl(*urls)
    assert crawled.failures == {urls[0]: "robots", urls[2]: "robots"}
    assert crawled.answers[urls[1]].body == b"body"
    assert sorted(targets(site)) == ["/a", "/b", "/robots.txt"]
