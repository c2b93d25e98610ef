"""Use case: the stories are built anew beside those that are read, and take their place.

Source: docs/decisions/0190-generations.md
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import comb

from crawler.dedup.departure import depart
from crawler.dedup.succession import succeed
from crawler.errors import ConfigError, SupersededError
from crawler.model import (
    Article,
    ArticleId,
    ChangeKind,
    Generation,
    LookAlike,
    Recipe,
    Story,
    TopicId,
)
from crawler.placing import Place, fingerprint_of
from crawler.ports import Corpus, Generations, KeptStories, Leftover, Size

AT_ONCE = 64  # articles placed at a time
EVERY = 1 << 31  # more stories than there are

PlaceIn = Callable[[Generation, KeptStories], Place]
Told = Callable[["Progress"], None]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build has come in one topic."""

    topic: TopicId
    built: int  # articles in the new generation
    whole: int  # articles in the one that is read


@dataclass(frozen=True, slots=True)
class State:
    """A generation in one topic."""

    topic: TopicId
    generation: Generation
    is_read: bool
    articles: int
    stories: int
    size: Size
    agreement: float | None  # with the one that is read, once there is anything in it, 0..1:
    # of the pairs of articles in one story in either


class Reindex:
    """Builds, shows, switches and removes generations of stories.

    Args:
        recipe: What new ones are built under.
        topics: Where there may be stories.
        place_in: Makes what places in one generation.
    """

    def __init__(
        self,
        generations: Generations,
        corpus: Corpus,
        recipe: Recipe,
        topics: Sequence[TopicId],
        *,
        place_in: PlaceIn,
    ) -> None:
        self._generations = generations
        self._corpus = corpus
        self._recipe = recipe
        self._topics = topics
        self._place_in = place_in

    async def status(self) -> Sequence[State]:
        """Return every generation of every topic that has articles, the one that is read first."""
        return [state for topic in self._topics for state in await self._states(topic)]

    async def left(self) -> Sequence[tuple[TopicId, Leftover]]:
        """Return what `retire` would remove, by topic."""
        return [
            (topic, one) for topic in self._topics for one in await self._generations.left(topic)
        ]

    async def build(self, told: Told) -> Generation:
        """Place every article in a new generation, or in what is missing of a begun one.

        From its beginning on whoever places articles does so in both. Articles come from the
        corpus, the oldest first; those that it lacks come from the stories that are read. An
        article whose text is gone, because its outlet's term is over, is built with the
        fingerprint that the corpus has of it if that is of the same recipe; otherwise it cannot
        be compared with any other and is left behind.

        Args:
            told: Is told of the progress now and then.

        Raises:
            ConfigError: Another generation is being built, or this one was given up.
        """
        generation = await self._generations.begin(self._recipe, self._topics)
        try:
            await self._fill(generation, told)
        except SupersededError as error:
            if await self._generations.coming() == generation:
                raise
            raise ConfigError(
                f"generation {generation.id} was given up or switched to while it was built",
                "`kordon index status` shows what is read",
            ) from error
        return generation

    async def _fill(self, generation: Generation, told: Told) -> None:
        builders = [await self._builder(topic, generation, told) for topic in self._topics]
        async for articles in _in_steps(self._corpus.read()):
            for builder in builders:
                await builder.add(articles)
        for builder in builders:
            await builder.add_the_rest()
            await builder.drop_what_is_gone()

    async def switch(self) -> dict[TopicId, Counter[ChangeKind]]:
        """Let the generation that was built be read; return what that changed, by topic.

        Each topic switches in one step. A switch that was cut short between two of them goes on
        where it stopped.

        Raises:
            ConfigError: None is being built, or it lacks articles.
        """
        if (coming := await self._generations.coming()) is None:
            raise ConfigError("no generation is being built", "`kordon index build` begins one")
        changed = {}
        for topic in self._topics:
            read, _ = await self._generations.reading(topic)
            if read != coming:
                said = await self._generations.switch(topic, succeed)
                if said.stories:
                    changed[topic] = Counter(change.kind for change in said.changes)
        await self._generations.settle()
        return changed

    async def give_up(self) -> int:
        """Stop building, and remove what was built; return how many keys that were.

        Raises:
            ConfigError: None is being built.
        """
        return await self._generations.give_up(self._topics)

    async def retire(self) -> int:
        """Remove generations that are neither read nor built; return how many keys that were."""
        return await self._generations.retire(self._topics)

    async def _states(self, topic: TopicId) -> Sequence[State]:
        (read, shown), *others = await self._generations.written(topic, anew=True)
        found = [await self._state(topic, read, shown, None)]
        if not found[0].articles:
            return []
        return found + [await self._state(topic, one, kept, shown) for one, kept in others]

    async def _state(
        self, topic: TopicId, generation: Generation, kept: KeptStories, shown: KeptStories | None
    ) -> State:
        articles, stories = await kept.count(topic)
        compared = shown if articles else None
        agreement = await _agreement(topic, compared, kept) if compared else None
        size = await self._generations.size(topic, generation)
        return State(topic, generation, shown is None, articles, stories, size, agreement)

    async def _builder(self, topic: TopicId, generation: Generation, told: Told) -> "_Builder":
        written = await self._generations.written(topic, anew=True)
        (now_read, read), *others = written
        built = next((kept for one, kept in others if one == generation), None)
        place = self._place_in(generation, built) if built else None
        return _Builder(topic, generation.recipe, now_read.recipe, read, built or read, place, told)


@dataclass(frozen=True, slots=True)
class _Builder:
    """Brings the articles of one topic from the generation that is read into a new one."""

    topic: TopicId
    recipe: Recipe
    read_recipe: Recipe
    read: KeptStories
    built: KeptStories
    place: Place | None  # None where it is read already
    told: Told

    async def add(self, articles: Sequence[Article]) -> None:
        """Place those of these articles that are known and not built, as they stand now."""
        facts = await self.read.articles(self.topic, [article.id for article in articles])
        wanted = await self._lacking(facts.values())
        texts = await self.read.texts(self.topic, list(wanted))
        await self._place(
            replace(article, fetched=facts[article.id].arrived)
            for article in articles
            if article.id in wanted
            and texts.get(article.id, "") == article.text
            and (article.text or self._is_marked_so(facts[article.id], article))
        )

    def _is_marked_so(self, fact: LookAlike, article: Article) -> bool:
        """Whether a fingerprint without a text is what would be made of that text again."""
        same = fact.fingerprint.sketch == article.fingerprint.sketch
        return same and self.recipe == self.read_recipe

    async def add_the_rest(self) -> None:
        """Place what the corpus lacks, from what is kept of it."""
        stories = await self.read.newest(self.topic, EVERY)
        ids = [member.article for story in reversed(stories) for member in story.members]
        for at in range(0, len(ids), AT_ONCE):
            facts = await self.read.articles(self.topic, ids[at : at + AT_ONCE])
            lacking = await self._lacking(facts.values())
            texts = await self.read.texts(self.topic, list(lacking))
            await self._place(_article(facts[id_], text, self.topic) for id_, text in texts.items())

    async def drop_what_is_gone(self) -> None:
        """Forget what was forgotten in the very moment in which it was placed here."""
        stories = await self.built.newest(self.topic, EVERY)
        ids = [member.article for story in stories for member in story.members]
        for at in range(0, len(ids), AT_ONCE):
            step = ids[at : at + AT_ONCE]
            for gone in set(step) - (await self.read.articles(self.topic, step)).keys():
                await self.built.forget(self.topic, gone, depart)

    async def _lacking(self, facts: Iterable[LookAlike]) -> set[ArticleId]:
        """Return which of these articles are not built, or with another text."""
        wanted = {fact.id: fact.fingerprint.content_hash for fact in facts}
        if self.place is None:
            return set()
        built = await self.built.articles(self.topic, list(wanted))
        return {
            id_
            for id_, text in wanted.items()
            if id_ not in built or built[id_].fingerprint.content_hash != text
        }

    async def _place(self, articles: Iterable[Article]) -> None:
        if self.place is None:
            return
        marked = [
            replace(article, fingerprint=fingerprint_of(article.text, self.recipe))
            if article.text
            else article
            for article in articles
        ]
        await asyncio.gather(*(self.place(self.topic, article) for article in marked))
        if marked:
            await self._drop_texts_gone([article.id for article in marked])
            built, _ = await self.built.count(self.topic)
            whole, _ = await self.read.count(self.topic)
            self.told(Progress(self.topic, built, whole))

    async def _drop_texts_gone(self, placed: Sequence[ArticleId]) -> None:
        """Let go of texts that left before these were placed here, or in that very moment."""
        left = await self.read.texts(self.topic, placed)
        await self.built.drop_texts(self.topic, [id_ for id_ in placed if id_ not in left])


async def _agreement(topic: TopicId, one: KeptStories, other: KeptStories) -> float:
    return agreement_of(await one.newest(topic, EVERY), await other.newest(topic, EVERY))


def agreement_of(one: Iterable[Story], other: Iterable[Story]) -> float:
    """Return which share of the pairs that share a story in either do so in both.

    Of articles that stand in both; 1 where no two share a story.
    """
    mine, theirs = _homes(one), _homes(other)
    common = mine.keys() & theirs.keys()
    here = _pairs(mine[id_] for id_ in common)
    there = _pairs(theirs[id_] for id_ in common)
    both = _pairs(mine[id_] + theirs[id_] for id_ in common)
    either = here + there - both
    return both / either if either else 1.0


def _homes(stories: Iterable[Story]) -> dict[ArticleId, str]:
    return {member.article: story.id for story in stories for member in story.members}


def _pairs(homes: Iterable[str]) -> int:
    return sum(comb(size, 2) for size in Counter(homes).values())


def _article(fact: LookAlike, text: str, topic: TopicId) -> Article:
    return Article(
        id=fact.id,
        url=fact.url,
        outlet=fact.outlet,
        title=fact.title,
        text=text,
        fetched=fact.arrived,
        fingerprint=fact.fingerprint,
        language=fact.language,
        published=fact.published,
        topics=(topic,),
        places=fact.places,
        dating=fact.dating,
        credits=fact.credits,
        outlet_name=fact.outlet_name,
    )


async def _in_steps(articles: AsyncIterator[Article]) -> AsyncIterator[Sequence[Article]]:
    step: list[Article] = []
    async for article in articles:
        step.append(article)
        if len(step) == AT_ONCE:
            yield step
            step = []
    yield step
