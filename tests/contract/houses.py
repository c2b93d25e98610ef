"""Two processes of Kordon with recipes of their own, on one server."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from ledger import dangling
from stores import TOPIC, WINDOWS

from crawler.model import Recipe
from crawler.placing import Place, PlaceInEach, fingerprint_of
from crawler.reindex import Reindex
from crawler.rule import Rule
from crawler.store import keys
from crawler.store.corpus.local import LocalCorpus
from crawler.store.current_stories import CurrentStories
from crawler.store.generations import RedisGenerations
from crawler.store.lessons import RedisLessons
from crawler.store.stories import RedisStories
from crawler.store.story_shelf import Retention
from crawler.store.switching import StorySwitch

OLD, NEW = Recipe(), Recipe(shingle_words=4)
EVENTS = {"changes_window": timedelta(days=14), "changes_max_length": 1_000}
KEPT = Retention(WINDOWS["candidate_window"], WINDOWS["story_window"], timedelta(days=14), 1_000)


class House:
    """A process of Kordon as the application wires it, with a recipe of its own."""

    def __init__(self, server, folder, clock, recipe=OLD, topics=(TOPIC,)):
        self.server, self.clock, self.recipe = server, clock, recipe
        self.corpus = LocalCorpus(folder)
        self.generations = RedisGenerations(
            server,
            recipe,
            lambda recipe, edition: RedisStories(
                server, clock, recipe, **WINDOWS, **EVENTS, edition=edition
            ),
            lambda recipe, edition: StorySwitch(server, clock, recipe, KEPT, edition),
        )
        self.stories = CurrentStories(self.generations)
        self.rule = Rule(self.stories, clock)
        self.index = Reindex(self.generations, self.corpus, recipe, topics, place_in=self._place_in)
        self._place = PlaceInEach(self.generations, self._place_in, recipe)

    def _place_in(self, generation, stories):
        lessons = RedisLessons(self.server, generation.id, WINDOWS["story_window"])
        return Place(stories, lessons=lessons)

    async def place(self, *articles, topic=TOPIC):
        for one in articles:
            article = replace(one, fingerprint=fingerprint_of(one.text, self.recipe))
            await self.corpus.keep(article)
            placed = await self._place(topic, article)
        return placed.story

    async def build(self):
        told = []
        generation = await self.index.build(told.append)
        return generation, told

    async def homes(self, *articles):
        facts = await self.stories.articles(TOPIC, [one.id for one in articles])
        return [facts[one.id].story for one in articles]

    async def groups(self, which=None):
        (_, read), *others = await self.generations.written(TOPIC, anew=True)
        stories = await (others[0][1] if which == "coming" else read).newest(TOPIC, 1_000)
        return {frozenset(story.articles) for story in stories}

    async def events(self):
        rows = await self.server.xrange(keys.public(TOPIC, "changes"))
        return Counter(fields[b"kind"].decode() for _, fields in rows)

    async def sound(self):
        generation, _ = await self.generations.reading(TOPIC)
        return await dangling(self.server, TOPIC, generation.id)


async def public(server):
    """What other services read, but for the times at which a switch changed it."""
    names = [name async for name in server.scan_iter(match=f"{keys.public(TOPIC, '')}*")]
    kinds = {name: (await server.type(name)).decode() for name in names}
    return {
        name.decode(): await (
            server.get(name) if kind == "string" else server.zrange(name, 0, -1, withscores=True)
        )
        for name, kind in kinds.items()
        if kind in ("string", "zset")
    }
