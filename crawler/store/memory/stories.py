"""The twin of `RedisStories` in memory, told in its order: the same answers, to test with."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from crawler.dedup.ruling import Ruled
from crawler.model import (
    Article,
    ArticleId,
    Change,
    ChangeKind,
    LookAlike,
    Neighbourhood,
    OutletId,
    Placement,
    Recipe,
    Regrouping,
    Ruling,
    Story,
    StoryId,
    Tie,
    TopicId,
)
from crawler.ports import Clock, Decide, Depart, Regroup
from crawler.store.memory.topic import KeptArticle, MemoryTopic
from crawler.store.nomination import (
    COMMON,
    HOT,
    LEAST,
    NOMINATED,
    TELLING,
    TIED,
    IndexKeys,
    Nominate,
    index_keys,
)
from crawler.store.story_records import fact_of, is_revised


class MemoryStories:
    """`ports.Stories` in this process; nothing outlives it."""

    def __init__(
        self,
        clock: Clock,
        recipe: Recipe,
        *,
        candidate_window: timedelta,
        story_window: timedelta,
        nominate: Nominate = index_keys,
    ) -> None:
        self._clock = clock
        self._recipe = recipe
        self._candidate_window = candidate_window
        self._story_window = story_window
        self._nominate = nominate
        self._topics: dict[TopicId, MemoryTopic] = defaultdict(MemoryTopic)

    # --- reading -----------------------------------------------------------------------------

    async def newest(self, topic: TopicId, limit: int) -> Sequence[Story]:
        """Stories by last change, newest first."""
        stories = self._topics[topic].stories.values()
        return sorted(stories, key=lambda story: (story.updated, story.id), reverse=True)[:limit]

    async def story(self, topic: TopicId, story: StoryId) -> Story | None:
        """A story by id, following its forwarding address."""
        held = self._topics[topic]
        return held.stories.get(held.forwards.get(story, story))

    async def articles(
        self, topic: TopicId, ids: Sequence[ArticleId]
    ) -> Mapping[ArticleId, LookAlike]:
        """What is known of these articles."""
        kept = self._topics[topic].articles
        return {id_: kept[id_].fact for id_ in ids if id_ in kept}

    async def ties(self, topic: TopicId, article: ArticleId) -> Sequence[Tie]:
        """The verified relations of an article."""
        held = self._topics[topic]
        others = held.tied.get(article, ())
        return [held.ties[frozenset((article, other))] for other in others]

    async def text(self, topic: TopicId, article: ArticleId) -> str | None:
        """The article's text while the article is kept."""
        kept = self._topics[topic].articles.get(article)
        return (kept.text or None) if kept else None

    async def texts(self, topic: TopicId, articles: Sequence[ArticleId]) -> Mapping[ArticleId, str]:
        """The texts of these articles while they are kept."""
        kept = self._topics[topic].articles
        return {id_: kept[id_].text for id_ in articles if id_ in kept and kept[id_].text}

    async def count(self, topic: TopicId) -> tuple[int, int]:
        """Articles and stories kept."""
        held = self._topics[topic]
        return len(held.articles), len(held.stories)

    async def changes(self, topic: TopicId) -> Sequence[Change]:
        """Every event so far; what the public stream holds of a real server."""
        return tuple(self._topics[topic].changes)

    def held(self, topic: TopicId) -> MemoryTopic:
        """All that is kept of a topic, for the twins that read it."""
        return self._topics[topic]

    # --- letting go --------------------------------------------------------------------------

    async def expire(self, topic: TopicId) -> int:
        """Let go of stories that have not moved for the story window."""
        held = self._topics[topic]
        horizon = self._clock.now() - self._story_window
        leaving = sorted(
            (story for story in held.stories.values() if story.updated < horizon),
            key=lambda story: (story.updated, story.id),
        )
        members = [article for story in leaving for article in story.articles]
        gone = [Change(ChangeKind.EXPIRED, story.id) for story in leaving]
        held.announce(topic, gone, self._clock.now())
        self._unlink(topic, {story.id for story in leaving})
        for article in members:
            held.drop(article)
        return len(members)

    async def drop_texts(self, topic: TopicId, articles: Sequence[ArticleId]) -> None:
        """Let go of the texts of these articles."""
        kept = self._topics[topic].articles
        kept |= {id_: replace(kept[id_], text="") for id_ in articles if id_ in kept}

    async def of_outlet(self, topic: TopicId, outlet: OutletId) -> Sequence[ArticleId]:
        """The articles of an outlet."""
        kept = self._topics[topic].articles
        return [id_ for id_, one in kept.items() if one.fact.outlet == outlet]

    # --- placing -----------------------------------------------------------------------------

    async def place(self, topic: TopicId, article: Article, decide: Decide) -> Placement:
        """Record what `decide` makes of the article's neighbourhood; see `ports.Stories`."""
        held = self._topics[topic]
        index = self._nominate(article.fingerprint, self._recipe)
        seen = self._neighbourhood(held, article.id, index, self._fellows(held, article.id))
        placement = decide(article, seen)
        self._record(held, article, placement, index, seen.known)
        held.announce(topic, placement.changes, self._clock.now())
        return placement

    def _neighbourhood(
        self, held: MemoryTopic, article: ArticleId, index: IndexKeys, fellows: Iterable[ArticleId]
    ) -> Neighbourhood:
        nominated = self._nominated(held, article, index)
        known = held.articles.get(article)
        near = [*nominated, article, *fellows]
        shown = dict.fromkeys(one for one in near if one in held.articles)
        stories = held.load_component(shown)
        return Neighbourhood(
            look_alikes=tuple(held.articles[id_].fact for id_ in shown if id_ != article),
            nominated=frozenset(nominated),
            stories=tuple(held.stories[story] for story in stories),
            ties=tuple(held.ties_among(shown)),
            known=known.fact if known else None,
            rulings=Ruled(held.rulings.values()).about([*shown, article]),
        )

    def _nominated(
        self, held: MemoryTopic, article: ArticleId, index: IndexKeys
    ) -> Sequence[ArticleId]:
        weights: Counter[ArticleId] = Counter()
        for key in index.strong:
            weights.update(dict.fromkeys(held.index.get(key, ()), TELLING))
        for key in index.weak:
            found = held.index.get(key, ())
            weights.update(dict.fromkeys(found, TELLING if len(found) < HOT else COMMON))
        enough = [
            (-weight, -held.articles[id_].arrival, id_)
            for id_, weight in weights.items()
            if id_ != article and id_ in held.articles and weight >= LEAST
        ]
        horizon = self._clock.now() - self._candidate_window
        first = [id_ for _, _, id_ in sorted(enough)[:NOMINATED]]
        return [id_ for id_ in first if held.articles[id_].seen >= horizon]

    def _record(
        self,
        held: MemoryTopic,
        article: Article,
        placement: Placement,
        index: IndexKeys,
        known: LookAlike | None,
    ) -> None:
        fact = fact_of(article, placement.story, known)
        if fact != known:
            held.arrivals += known is None
            arrival = held.articles[article.id].arrival if known else held.arrivals
            held.articles[article.id] = KeptArticle(fact, self._clock.now(), arrival, article.text)
            held.file_under(article.id, index)
        if is_revised(known, fact):
            held.untie(article.id)  # what was verified of another text
        for tie in placement.ties:
            held.tie(tie)
        for old, target in placement.forwards:
            held.forward(old, target)
        for story in placement.stories:
            held.adopt(story)

    def _fellows(self, held: MemoryTopic, article: ArticleId) -> Sequence[ArticleId]:
        return sorted(Ruled(held.rulings.values()).fellows(article) - {article})

    # --- forgetting --------------------------------------------------------------------------

    async def forget(self, topic: TopicId, article: ArticleId, depart: Depart) -> bool:
        """Take an article out of story, index and past events."""
        held = self._topics[topic]
        if article not in held.articles:
            return False
        fact = held.articles[article].fact
        shown = {*self._fellows(held, article), *held.tied.get(article, ())[-TIED:]}
        seen = self._neighbourhood(held, article, IndexKeys((), ()), sorted(shown))
        left = depart(fact, seen, self._clock.now())
        held.drop(article)
        for tie in left.ties:
            held.tie(tie)
        gone = held.names(left.ended)
        self._regroup(held, replace(left, stories=tuple(s.unlinked(gone) for s in left.stories)))
        held.changes = [change for change in held.changes if change.article != article]
        held.announce(topic, left.changes, self._clock.now())
        self._unlink(topic, left.ended)
        return True

    def _unlink(self, topic: TopicId, leaving: Collection[StoryId]) -> None:
        held = self._topics[topic]
        amended = [Change(ChangeKind.AMENDED, id_) for id_ in held.unlink(leaving)]
        held.announce(topic, amended, self._clock.now())

    # --- ruling ------------------------------------------------------------------------------

    async def rule(
        self, topic: TopicId, article: ArticleId, rulings: Sequence[Ruling], regroup: Regroup
    ) -> Regrouping | None:
        """Record rulings and what they make of the article's story; see `ports.Rulings`."""
        held = self._topics[topic]
        if article not in held.articles:
            return None
        held.rulings |= {ruling.subject: ruling for ruling in rulings}
        named = {id_ for ruling in rulings for id_ in (ruling.one, ruling.other)}
        fellows = sorted({*self._fellows(held, article), *named} - {article})
        seen = self._neighbourhood(held, article, IndexKeys((), ()), fellows)
        said = regroup(held.articles[article].fact, seen, self._clock.now())
        self._regroup(held, said)
        held.announce(topic, said.changes, self._clock.now())
        return said

    async def rulings(self, topic: TopicId) -> Sequence[Ruling]:
        """Every ruling that holds, newest first."""
        return Ruled(self._topics[topic].rulings.values()).rulings

    def _regroup(self, held: MemoryTopic, said: Regrouping) -> None:
        for old, target in said.forwards:
            held.forward(old, target)
        for story in said.stories:
            held.adopt(story)
