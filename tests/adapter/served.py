"""What the API serves in tests: the twins in memory, filled with made-up stories."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from crawler.access import Role, issued
from crawler.account import Account
from crawler.catalog.facets import facets_of
from crawler.catalog.outlets import Catalogue
from crawler.cli.session import default_settings
from crawler.config import Config
from crawler.dedup.departure import depart
from crawler.dedup.fingerprint import fingerprint
from crawler.dedup.placement import decide
from crawler.forget import Forget
from crawler.listing import Listing
from crawler.model import (
    Article,
    ArticleId,
    Entry,
    EntryId,
    Feed,
    FeedId,
    Outlet,
    OutletId,
    PlaceId,
    Recipe,
    Redistribution,
    StoryId,
    TopicId,
    WorkerId,
    id_of,
)
from crawler.push import Push
from crawler.rule import Rule
from crawler.serve.application import application
from crawler.serve.service import Service
from crawler.store.announcements import MemoryAnnouncements
from crawler.store.clock import SimulatedClock
from crawler.store.corpus.local import LocalCorpus
from crawler.store.hooks import MemoryHooks
from crawler.store.hubs import MemoryHubs
from crawler.store.memory.frontier import MemoryFrontier
from crawler.store.memory.published import MemoryPublished
from crawler.store.memory.stories import MemoryStories
from crawler.store.memory.subscriptions import MemorySubscriptions
from crawler.store.search.index import SearchIndex
from crawler.store.tokens import MemoryTokens
from crawler.store.tombstones import MemoryTombstones
from crawler.text.normalise import words
from crawler.text.shingles import shingle_hashes
from crawler.workers.loop import catch_up
from crawler.workers.search import SearchWorker

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOPIC = TopicId("ukraine-border")
RECIPE = Recipe()
OUTLETS = (
    Outlet(OutletId("town"), "Town News", "https://town.example", "UA", ("uk",)),
    Outlet(OutletId("state"), "State Wire", "https://state.example", "RU", ("ru",),
           state_controlled=True, redistribute=Redistribution.LINK),
    Outlet(OutletId("open"), "Open Desk", "https://open.example", "PL", ("pl",),
           redistribute=Redistribution.FULL),
)  # fmt: skip
FEEDS = tuple(Feed(FeedId(f"feed-{one.id}"), one.id, f"{one.homepage}/rss") for one in OUTLETS)
BODY = (
    "Border guards at the crossing said on Sunday that lorries wait for two days in a queue which "
    "reaches the next village. Drivers were given water and food by volunteers. The customs "
    "service promised a third lane before the end of the year, once its scanners are repaired."
)


def an_article(
    name: str = "one", *, outlet: str = "town", title: str = "Border queue grows", body: str = BODY,
    language: str = "en", places: tuple[str, ...] = (), minutes: int = 0, **facts: Any,
) -> Article:  # fmt: skip
    """An article of these words at an address of its outlet."""
    url, text = f"https://{outlet}.example/{name}", f"{body} {name}" if name else body
    read = words(text)
    at = NOON + timedelta(minutes=minutes)
    return Article(
        id=ArticleId(id_of(url)), url=url, outlet=OutletId(outlet), title=title, text=text,
        fetched=at, fingerprint=fingerprint(read, shingle_hashes(read, 3), RECIPE),
        language=language, published=at, outlet_name=outlet.title(),
        places=tuple(PlaceId(place) for place in places), **facts,
    )  # fmt: skip


def another(name: str, **facts: Any) -> Article:
    """An article that is like no other."""
    body = " ".join(f"{name}{number}" for number in range(60))
    return an_article(name, body=body, **facts)


@dataclass(frozen=True)
class Stand:
    """A served installation, its ports, and clients with each role."""

    service: Service
    app: Any
    worker: SearchWorker
    tokens: dict[Role, str]
    clock: SimulatedClock
    corpus: LocalCorpus
    hubs: MemoryHubs

    async def place(self, *articles: Article) -> list[StoryId]:
        """Place articles and let the index catch up."""
        stories = self.service.stories
        found = [(await stories.place(TOPIC, article, decide)).story for article in articles]
        await self.index()
        return found

    async def index(self) -> None:
        """Let the index catch up."""
        await catch_up(self.worker, self.service.published)

    def client(
        self, role: Role | None = None, *, peer: str = "127.0.0.1", host: str = "localhost"
    ) -> httpx.AsyncClient:
        """A client at an address, asking for a host, perhaps with a token."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}"} if role else {}
        transport = httpx.ASGITransport(self.app, client=(peer, 1), raise_app_exceptions=True)
        return httpx.AsyncClient(transport=transport, base_url=f"http://{host}", headers=headers)


async def a_stand(folder: Path, *, open_reads: bool = True, **terms: Any) -> Stand:
    """An installation with three outlets, their feeds and a dead entry, but no story."""
    clock = SimulatedClock(NOON)
    stories = MemoryStories(
        clock, RECIPE, candidate_window=timedelta(days=14), story_window=timedelta(days=90)
    )
    frontier = MemoryFrontier(
        clock, host_pause=timedelta(seconds=1), lease=timedelta(minutes=2),
        seen_window=timedelta(days=60), dead_window=timedelta(days=30),
    )  # fmt: skip
    published, corpus = MemoryPublished(stories), LocalCorpus(folder / "corpus")
    index = SearchIndex(folder / "search.sqlite", version=1)
    tokens, issued_tokens = MemoryTokens(), {}
    for number, role in enumerate(Role):
        issued_tokens[role], kept = issued(bytes([number]) * 32, role, role, NOON)
        await tokens.add(kept)
    await frontier.register(FEEDS)
    await a_dead_entry(frontier, clock)
    forget = Forget(
        MemoryTombstones(), stories, corpus, frontier, clock=clock, topics=[TOPIC], depart=depart
    )
    hubs = MemoryHubs()
    service = Service(
        clock=clock, published=published, stories=stories, frontier=frontier,
        listing=Listing(MemorySubscriptions(), frontier, Catalogue(OUTLETS, FEEDS)),
        forget=forget, rule=Rule(stories, clock), rulings=stories,
        account=Account(stories, recipe_of), tokens=tokens,
        hooks=MemoryHooks(clock, timedelta(days=30)), announcements=MemoryAnnouncements(),
        indexes={TOPIC: index}, open_reads=open_reads,
        push=Push(hubs, frontier, clock, Config.from_settings(default_settings(), {})),
        **({"reads_per_second": 1e6, "writes_per_second": 1e6} | terms),
    )  # fmt: skip
    worker = SearchWorker(TOPIC, published, stories, index, facets_of)
    app = application(service, now=lambda: clock.now().timestamp())
    stand = Stand(service, app, worker, issued_tokens, clock, corpus, hubs)
    await stand.index()
    return stand


async def recipe_of(_: TopicId) -> Recipe:
    return RECIPE


async def a_dead_entry(frontier: MemoryFrontier, clock: SimulatedClock, name: str = "dead") -> None:
    """Let an entry of the first feed be given up."""
    (claim,) = await frontier.claim(WorkerId("w"), 1)
    url = f"https://town.example/{name}"
    entry = Entry(EntryId(id_of(name)), url, OutletId("town"), FEEDS[0].id)
    now = clock.now()
    state = replace(claim.state, next_poll=now + timedelta(hours=1), last_poll=now)
    await frontier.commit_poll(claim, state, [entry])
    clock.advance(timedelta(seconds=5))
    claims = await frontier.claim(WorkerId("w"), 9, feeds=False)
    await frontier.bury(claims[0], "http-404")
