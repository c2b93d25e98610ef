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
from crawler.store.story_shelf import Retention
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
            yield wired(config, client, clock, pool, recipe)
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
    recipe = Recipe()
    client = await connect(config)
    try:
        await check_schema(client)
        async with StoreClock.synced(client) as clock:
            yield Reindex(
                _generations(config, client, clock, recipe),
                _corpus(config),
                recipe,
                every_topic(config),
                place_in=partial(_place_in, config, client),
            )
    finally:
        await client.aclose()


def wired(config: Config, client: Redis, clock: Clock, pool: Pool, recipe: Recipe) -> App:
    """Return the application with Redis behind every port.

    Long because it is a list: what each part is made of is read in one place.
    """
    tally, answers = Tally(), Answers()
    frontier = _frontier(config, client, clock)
    generations = _generations(config, client, clock, recipe)
    stories = CurrentStories(generations)
    subscriptions = RedisSubscriptions(client)
    shipped = shipped_catalogue() if config.polls_shipped else at_rest(shipped_catalogue())
    directory = Directory(subscriptions, shipped.outlets)
    corpus, tombstones = _corpus(config), RedisTombstones(client)
    topics = every_topic(config)
    push = Push(RedisHubs(client), frontier, clock, config)
    return App(
        config=config,
        worker=this_worker(),
        clock=clock,
        tally=tally,
        answers=answers,
        frontier=frontier,
        stories=stories,
        subscriptions=subscriptions,
        listing=Listing(subscriptions, frontier, shipped),
        corpus=corpus,
        texts=RedisTexts(client),
        poll=Poll(
            frontier,
            clock,
            config,
            pool,
            tally,
            answers=answers,
            directory=directory,
            push=push,
            held=partial(_held, stories, config.topics),
        ),
        push=push,
        visit=Visit(frontier, clock, config, tally, answers=answers),
        ingest=Ingest(
            pool,
            PlaceInEach(generations, partial(_place_in, config, client), recipe),
            config,
            tally,
            directory,
            desk_of=partial(desk_of, own=config.own_topics),
        ),
        forget=Forget(
            tombstones, stories, corpus, frontier, clock=clock, topics=topics, depart=depart
        ),
        rule=Rule(stories, clock),
        rulings=stories,
        account=Account(stories, partial(_recipe_of, generations)),
        tombstones=tombstones,
        published=RedisPublished(client),
        tokens=RedisTokens(client),
        hooks=RedisHooks(client, clock, config.dead_window),
        announcements=RedisAnnouncements(client),
        check=Check(config, pool, clock),
    )


def _frontier(config: Config, client: Redis, clock: Clock) -> Frontier:
    return RedisFrontier(
        client,
        clock,
        host_pause=config.host_pause,
        lease=config.lease,
        seen_window=config.seen_window,
        dead_window=config.dead_window,
    )


def _generations(config: Config, client: Redis, clock: Clock, recipe: Recipe) -> Generations:
    stories = partial(
        RedisStories,
        client,
        clock,
        candidate_window=config.candidate_window,
        story_window=config.story_window,
        changes_window=config.changes_window,
        changes_max_length=config.changes_max_length,
    )
    kept = Retention(
        candidates=config.candidate_window,
        stories=config.story_window,
        changes=config.changes_window,
        changes_most=config.changes_max_length,
    )
    return RedisGenerations(
        client,
        recipe,
        lambda recipe, edition: stories(recipe, edition=edition),
        lambda recipe, edition: StorySwitch(client, clock, recipe, kept, edition),
    )


async def _recipe_of(generations: Generations, topic: TopicId) -> Recipe:
    read, _ = await generations.reading(topic)
    return read.recipe


async def _held(
    stories: Stories, topics: Sequence[TopicId], entries: Sequence[EntryId]
) -> Collection[EntryId]:
    """Return the entries whose page is an article of some topic, under the entry's own address."""
    ids = [ArticleId(entry) for entry in entries]
    known = [await stories.articles(topic, ids) for topic in topics]
    return frozenset(EntryId(id_) for found in known for id_ in found)


def _place_in(config: Config, client: Redis, generation: Generation, stories: KeptStories) -> Place:
    return Place(stories, lessons=RedisLessons(client, generation.id, config.story_window))


def _corpus(config: Config) -> Corpus:
    if config.corpus_url:
        return ObjectCorpus(config.corpus_url)
    return LocalCorpus(config.corpus)


def every_topic(config: Config) -> list[TopicId]:
    """Return the topics that are collected, and those that once were."""
    return sorted({*topic_ids(config.own_topics), *config.topics})
