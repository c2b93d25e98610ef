"""Use case: an article finds its place among the stories of a topic, in every generation."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial, reduce
from typing import TypeVar

from crawler.dedup.boilerplate import Boilerplate, Learned, cleared, told_apart
from crawler.dedup.fingerprint import fingerprint
from crawler.dedup.placement import decide
from crawler.dedup.relation import at_home, relate
from crawler.dedup.rules import RULES, Rules
from crawler.dedup.spelling import plain
from crawler.errors import StoreError, SupersededError
from crawler.model import (
    Article,
    ChangeKind,
    Fingerprint,
    Generation,
    GenerationId,
    LookAlike,
    OutletId,
    Placement,
    Recipe,
    Tie,
    TopicId,
)
from crawler.ports import Generations, KeptStories, Lesson, Lessons, Stories
from crawler.text.asides import told_words
from crawler.text.names import names_of
from crawler.text.shingles import shingle_hashes

T = TypeVar("T")
GivePlace = Callable[[TopicId, Article], Awaitable[Placement]]
Act = Callable[[Generation, KeptStories], Awaitable[T]]

_MOST_OUTLETS = 1_024  # of a topic, 64 kB each: those that began a story last
_SHARED_EVERY = 8  # texts of one outlet: some kilobytes of compressed counts each time


class Place:
    """Gives articles their places, and learns from each what its outlet prints everywhere.

    What is learned is shared with all who place by way of `lessons`, every few texts, so that a
    crash loses those at most; without lessons it is this process's own. Only texts that begin a
    story teach; copies and revisions are no boilerplate.
    """

    def __init__(
        self, stories: Stories, rules: Rules = RULES, lessons: Lessons | None = None
    ) -> None:
        self._stories = stories
        self._rules = rules
        self._lessons = lessons
        self._learned: dict[TopicId, OrderedDict[OutletId, Boilerplate]] = {}
        self._unshared: dict[tuple[TopicId, OutletId], list[Fingerprint]] = {}

    async def __call__(self, topic: TopicId, article: Article) -> Placement:
        """Return the article's place, recorded; placing it again changes nothing."""
        learned = self._learned.setdefault(topic, OrderedDict())
        if article.outlet and article.outlet not in learned:
            await self._share(topic, article.outlet)
        verdict = partial(decide, rules=self._rules, boilerplate=learned)
        placement = await self._stories.place(topic, _well_sampled(article, learned), verdict)
        began = any(change.kind is ChangeKind.CREATED for change in placement.changes)
        if began and article.outlet:  # what nobody published is nobody's boilerplate
            await self._learn(topic, article)
        return placement

    async def _learn(self, topic: TopicId, article: Article) -> None:
        outlet = article.outlet
        known = self._learned[topic].get(outlet) or Boilerplate.blank()
        self._hold(topic, outlet, known.with_text(article.fingerprint))
        unshared = self._unshared.setdefault((topic, outlet), [])
        unshared.append(article.fingerprint)
        if len(unshared) >= _SHARED_EVERY:
            await self._share(topic, outlet)

    async def _share(self, topic: TopicId, outlet: OutletId) -> None:
        """Add what was learned here to what others learned, and go on from both."""
        unshared = self._unshared.pop((topic, outlet), [])
        while self._lessons:
            lesson = await self._lessons.recall(topic, outlet)
            known = Boilerplate.from_bytes(lesson.packed) if lesson.packed else Boilerplate.blank()
            known = reduce(Boilerplate.with_text, unshared, known)
            lesson = Lesson(lesson.version, known.to_bytes())
            if not unshared or await self._lessons.keep(topic, outlet, lesson):
                self._hold(topic, outlet, known)
                return

    def _hold(self, topic: TopicId, outlet: OutletId, known: Boilerplate) -> None:
        learned = self._learned[topic]
        learned[outlet] = known
        learned.move_to_end(outlet)
        if len(learned) > _MOST_OUTLETS:
            learned.popitem(last=False)

    def tie(self, topic: TopicId, one: LookAlike, other: LookAlike) -> Tie:
        """Return what a pair would be judged now, with what its outlets are known to repeat."""
        learned: Learned = self._learned.get(topic, {})
        whole = relate(one, other, self._rules)
        bare = relate(cleared(one, learned), cleared(other, learned), self._rules)
        return told_apart(whole, bare, at_home=at_home(one, other))


def _well_sampled(article: Article, learned: Learned) -> Article:
    if known := learned.get(article.outlet):
        return replace(article, fingerprint=known.well_sampled(article.fingerprint))
    return article


def fingerprint_of(text: str, recipe: Recipe) -> Fingerprint:
    """Return what stands for a text under a recipe."""
    told = told_words(text)
    read = plain(told)
    capital = names_of(text) if len(read) <= recipe.names_told else frozenset()
    names = {spelled for word, spelled in zip(told, read, strict=True) if word in capital}
    return fingerprint(read, shingle_hashes(read, recipe.shingle_words), recipe, names)


async def in_each(generations: Generations, topic: TopicId, act: Act[T]) -> Sequence[T]:
    """Act once in every generation that is written; the answer of the one that is read first.

    Which these are may change at any moment. Whoever acts in a generation that is not written
    any more, or without one that is by now, changes nothing, and looks again.
    """
    done: dict[GenerationId, T] = {}
    anew = False
    while True:
        written = await generations.written(topic, anew=anew)
        try:
            for generation, stories in written:
                if generation.id not in done:
                    done[generation.id] = await act(generation, stories)
        except SupersededError:
            anew = True
        else:
            return [done[generation.id] for generation, _ in written]


class PlaceInEach:
    """Gives articles their places in every generation that is written.

    Args:
        generations: Which these are.
        place_in: Makes what places in one of them.
        recipe: What articles come fingerprinted with; for other recipes they are done anew.
    """

    def __init__(
        self,
        generations: Generations,
        place_in: Callable[[Generation, KeptStories], Place],
        recipe: Recipe,
    ) -> None:
        self._generations = generations
        self._place_in = place_in
        self._recipe = recipe
        self._places: dict[KeptStories, Place] = {}

    async def __call__(self, topic: TopicId, article: Article) -> Placement:
        """Return the article's place in the generation that is read, recorded in all.

        Raises:
            StoreError: Another Kordon's generation is read by now, for which we cannot fingerprint.
        """

        async def act(generation: Generation, stories: KeptStories) -> Placement:
            place = self._placing(generation, stories)
            return await place(topic, self._marked(article, generation.recipe))

        return (await in_each(self._generations, topic, act))[0]

    def _placing(self, generation: Generation, stories: KeptStories) -> Place:
        if stories not in self._places:
            self._places[stories] = self._place_in(generation, stories)
        return self._places[stories]

    def _marked(self, article: Article, recipe: Recipe) -> Article:
        if recipe == self._recipe:
            return article
        if recipe.versions != self._recipe.versions:
            raise StoreError(
                "the stories were switched to another Kordon's recipe while this one ran; "
                "start that Kordon in its place"
            )
        return replace(article, fingerprint=fingerprint_of(article.text, recipe))
