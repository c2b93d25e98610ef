"""Composition root: a `Config` becomes a wired `App`; the only place that picks implementations."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Self

from redis.asyncio import Redis

from crawler.account import Account
from crawler.catalog.changes import at_rest
from crawler.catalog.outlets import shipped_catalogue
from crawler.catalog.topics import topic_ids
from crawler.checking import Check
from crawler.config import Config
from crawler.dedup.departure import depart
from crawler.desk import desk_of, ready
from crawler.directory import Directory
from crawler.forget import Forget
from crawler.ingest import Ingest
from crawler.listing import Listing
from crawler.model import ArticleId, EntryId, Generation, Recipe, TopicId, WorkerId
from crawler.placing import Place, PlaceInEach
from crawler.poll import Poll
from crawler.pool import Pool
from crawler.ports import (
    Announcements,
    Clock,
    Corpus,
    Frontier,
    Generations,
    Hooks,
    KeptStories,
    Published,
    Rulings,
    Stories,
    Subscriptions,
    Texts,
    Tokens,
    Tombstones,
)
from crawler.push import Push
from crawler.reindex import Reindex
from crawler.roster import this_worker
from crawler.rule import Rule
from crawler.store.announcements import RedisAnnouncements
from crawler.store.clock import StoreClock
from crawler.store.corpus.local import LocalCorpus
from crawler.store.corpus.objects import ObjectCorpus
from crawler.store.current_stories import CurrentStories
from crawler.store.frontier import RedisFrontier
from crawler.store.generations import RedisGenerations
from crawler.store.hooks import RedisHooks
from crawler.store.hubs import RedisHubs
from crawler.store.lessons import RedisLessons
from crawler.store.migrations import check, check_schema
from crawler.store.published import RedisPublished
from crawler.store.server.connection import connect
from crawler.store.stories import RedisStories
from crawler.store.story_shelf import Edition, Retention
from crawler.store.subscriptions import RedisSubscriptions
from crawler.store.switching import StorySwitch
from crawler.store.texts import RedisTexts
from crawler.store.tokens import RedisTokens
from crawler.store.tombstones import RedisTombstones
from crawler.telemetry import Answers, Tally
from crawler.visit import Visit


@dataclass(frozen=True, slots=True)
class App:
    """Everything a command or a spider works with."""

    config: Config
    worker: WorkerId
    clock: Clock
    tally: Tally
    answers: Answers
    frontier: Frontier
    stories: KeptStories
    subscriptions: Subscriptions
    listing: Listing
    corpus: Corpus
    texts: Texts
    poll: Poll
    push: Push
    visit: Visit
    ingest: Ingest
    forget: Forget
    rule: Rule
    rulings: Rulings
    account: Account
    tombstones: Tombstones
    published: Published
    tokens: Tokens
    hooks: Hooks
    announcements: Announcements
    check: Check

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        """Return the application itself: Scrapy copies the settings it travels in."""
        return self


@asynccontextmanager
async def open_app(config: Config) -> AsyncIterator[App]:
    """Yield the application wired to its store; everything it started ends with the block.

    Raises:
        ConfigError: The store is not one Kordon may use, or holds another recipe's index.
        StoreError: The store cannot be reached.
    """
    recipe = Recipe()
    client = await connect(config)
    start = partial(ready, config.topics, config.own_topics)
    pool = Pool(config.prepare_workers, memory_bytes=config.prepare_memory_bytes, start=start)
    try:
        await check(client, recipe)
        async with StoreClock.synced(client) as clock:
            yield _Wiring(config, client, clock, recipe).app(pool)
    finally:
        pool.close()
        await client.aclose()


@asynccontextmanager
async def open_index(config: Config) -> AsyncIterator[Reindex]:
    """Yield what builds and switches generations, whatever recipe the store was written with.

    Raises:
        ConfigError: The store is not one Kordon may use.
        StoreError: The store cannot be reached.
    """
    client = await connect(config)
    try:
        await check_schema(client)
        async with StoreClock.synced(client) as clock:
            yield _Wiring(config, client, clock, Recipe()).reindex()
    finally:
        await client.aclose()


def every_topic(config: Config) -> list[TopicId]:
    """Return the topics that are collected, and those that once were."""
    return sorted({*topic_ids(config.own_topics), *config.topics})


class _Wiring:
    """What an application is made of; parts that others share are made once."""

    def __init__(self, config: Config, client: Redis, clock: Clock, recipe: Recipe) -> None:
        self._config = config
        self._client = client
        self._clock = clock
        self._recipe = recipe
        self._tally = Tally()
        self._answers = Answers()
        self._shipped = (
            shipped_catalogue() if config.polls_shipped else at_rest(shipped_catalogue())
        )
        self._frontier = self._make_frontier()
        self._generations = self._make_generations()
        self._stories = CurrentStories(self._generations)
        self._subscriptions = RedisSubscriptions(client)
        self._directory = Directory(self._subscriptions, self._shipped.outlets)
        self._corpus = _corpus(config)
        self._tombstones = RedisTombstones(client)
        self._push = Push(RedisHubs(client), self._frontier, clock, config)

    def app(self, pool: Pool) -> App:
        """Return the application with Redis behind every port; pages are read in the pool."""
        client, clock, config = self._client, self._clock, self._config
        return App(
            config=config,
            worker=this_worker(),
            clock=clock,
            tally=self._tally,
            answers=self._answers,
            frontier=self._frontier,
            stories=self._stories,
            subscriptions=self._subscriptions,
            listing=Listing(self._subscriptions, self._frontier, self._shipped),
            corpus=self._corpus,
            texts=RedisTexts(client),
            poll=self._poll(pool),
            push=self._push,
            visit=Visit(self._frontier, clock, config, self._tally, answers=self._answers),
            ingest=self._ingest(pool),
            forget=self._forget(),
            rule=Rule(self._stories, clock),
            rulings=self._stories,
            account=Account(self._stories, self._recipe_of),
            tombstones=self._tombstones,
            published=RedisPublished(client),
            tokens=RedisTokens(client),
            hooks=RedisHooks(client, clock, config.dead_window),
            announcements=RedisAnnouncements(client),
            check=Check(config, pool, clock),
        )

    def reindex(self) -> Reindex:
        """Return what builds and switches generations."""
        return Reindex(
            self._generations,
            self._corpus,
            self._recipe,
            every_topic(self._config),
            place_in=self._place_in,
        )

    # --- use cases ---

    def _poll(self, pool: Pool) -> Poll:
        return Poll(
            self._frontier,
            self._clock,
            self._config,
            pool,
            self._tally,
            answers=self._answers,
            directory=self._directory,
            push=self._push,
            held=partial(_held, self._stories, self._config.topics),
        )

    def _ingest(self, pool: Pool) -> Ingest:
        return Ingest(
            pool,
            PlaceInEach(self._generations, self._place_in, self._recipe),
            self._config,
            self._tally,
            self._directory,
            desk_of=partial(desk_of, own=self._config.own_topics),
        )

    def _forget(self) -> Forget:
        return Forget(
            self._tombstones,
            self._stories,
            self._corpus,
            self._frontier,
            clock=self._clock,
            topics=every_topic(self._config),
            depart=depart,
        )

    def _place_in(self, generation: Generation, stories: KeptStories) -> Place:
        lessons = RedisLessons(self._client, generation.id, self._config.story_window)
        return Place(stories, lessons=lessons)

    async def _recipe_of(self, topic: TopicId) -> Recipe:
        read, _ = await self._generations.reading(topic)
        return read.recipe

    # --- ports ---

    def _make_frontier(self) -> Frontier:
        return RedisFrontier(
            self._client,
            self._clock,
            host_pause=self._config.host_pause,
            lease=self._config.lease,
            seen_window=self._config.seen_window,
            dead_window=self._config.dead_window,
        )

    def _make_generations(self) -> Generations:
        return RedisGenerations(self._client, self._recipe, self._stories_under, self._switch_to)

    def _stories_under(self, recipe: Recipe, edition: Edition) -> RedisStories:
        return RedisStories(
            self._client,
            self._clock,
            recipe,
            candidate_window=self._config.candidate_window,
            story_window=self._config.story_window,
            changes_window=self._config.changes_window,
            changes_max_length=self._config.changes_max_length,
            edition=edition,
        )

    def _switch_to(self, recipe: Recipe, edition: Edition) -> StorySwitch:
        kept = Retention(
            candidates=self._config.candidate_window,
            stories=self._config.story_window,
            changes=self._config.changes_window,
            changes_most=self._config.changes_max_length,
        )
        return StorySwitch(self._client, self._clock, recipe, kept, edition)


def _corpus(config: Config) -> Corpus:
    if config.corpus_url:
        return ObjectCorpus(config.corpus_url)
    return LocalCorpus(config.corpus)


async def _held(
    stories: Stories, topics: Sequence[TopicId], entries: Sequence[EntryId]
) -> Collection[EntryId]:
    """Return the entries whose page is an article of some topic, under the entry's own address."""
    ids = [ArticleId(entry) for entry in entries]
    known = [await stories.articles(topic, ids) for topic in topics]
    return frozenset(EntryId(id_) for found in known for id_ in found)
