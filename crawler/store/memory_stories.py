"""The twin of `RedisStories` in memory: the same answers, for tests and evaluation."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from crawler.contract import change_payload
from crawler.model import (
    Article,
    ArticleId,
    Change,
    ChangeId,
    ChangeKind,
    LookAlike,
    Neighbourhood,
    OutletId,
    Placement,
    Recipe,
    Regrouping,
    Relation,
    Ruling,
    RulingKind,
    Story,
    StoryId,
    Tie,
    TopicId,
)
from crawler.ports import Clock, Decide, Depart, Event, Regroup
from crawler.store.nomination import (
    COMMON,
    HOT,
    LEAST,
    LOADED,
    NOMINATED,
    RARE,
    STRONG,
    IndexKeys,
    Nominate,
    index_keys,
)
from crawler.store.story_records import facts_of

_SURELY = 256  # postings: more than any text has


@dataclass(slots=True)
class _Kept:
    """An article with what only the store knows of it."""

    fact: LookAlike
    seen: datetime
    arrival: int
    text: str
    size: int


@dataclass(slots=True)
class _Topic:
    articles: dict[ArticleId, _Kept] = field(default_factory=dict)
    stories: dict[StoryId, Story] = field(default_factory=dict)
    forwards: dict[StoryId, StoryId] = field(default_factory=dict)
    ties: dict[frozenset[ArticleId], Tie] = field(default_factory=dict)
    tied: dict[ArticleId, list[ArticleId]] = field(default_factory=lambda: defaultdict(list))
    index: dict[bytes, list[ArticleId]] = field(default_factory=lambda: defaultdict(list))
    changes: list[Change] = field(default_factory=list)
    rulings: dict[str, Ruling] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    arrivals: int = 0

    @property
    def facts(self) -> dict[ArticleId, LookAlike]:
        return {id_: kept.fact for id_, kept in self.articles.items()}


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
        self._topics: dict[TopicId, _Topic] = defaultdict(_Topic)

    async def place(self, topic: TopicId, article: Article, decide: Decide) -> Placement:
        """Record what `decide` makes of the article's neighbourhood; see `ports.Stories`."""
        held = self._topics[topic]
        index = self._nominate(article.fingerprint, self._recipe)
        seen = self._neighbourhood(held, article.id, index, self._fellows(held, article.id))
        placement = decide(article, seen)
        self._record(held, article, placement, index, seen.known)
        _announce(topic, held, placement.changes, self._clock.now())
        return placement

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
        return kept.text if kept else None

    async def texts(self, topic: TopicId, articles: Sequence[ArticleId]) -> Mapping[ArticleId, str]:
        """The texts of these articles while they are kept."""
        kept = self._topics[topic].articles
        return {id_: kept[id_].text for id_ in articles if id_ in kept}

    async def count(self, topic: TopicId) -> tuple[int, int]:
        """Articles and stories kept."""
        held = self._topics[topic]
        return len(held.articles), len(held.stories)

    async def changes(self, topic: TopicId) -> Sequence[Change]:
        """Every event so far; what the public stream holds of a real server."""
        return tuple(self._topics[topic].changes)

    def held(self, topic: TopicId) -> _Topic:
        """All that is kept of a topic, for the twins that read it."""
        return self._topics[topic]

    async def expire(self, topic: TopicId) -> int:
        """Let go of stories that have not moved for the story window."""
        held = self._topics[topic]
        horizon = self._clock.now() - self._story_window
        leaving = [story for story in held.stories.values() if story.updated < horizon]
        members = [member.article for story in leaving for member in story.members]
        gone = [Change(ChangeKind.EXPIRED, story.id) for story in leaving]
        _announce(topic, held, gone, self._clock.now())
        _unlink(held, {story.id for story in leaving})
        for article in members:
            _drop(held, article)
        return len(members)

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
        for old, target in said.forwards:
            _forward(held, old, target)
        for story in said.stories:
            _adopt(held, story)
        held.changes += said.changes
        return said

    async def rulings(self, topic: TopicId) -> Sequence[Ruling]:
        """Every ruling that holds, newest first."""
        rulings = self._topics[topic].rulings.values()
        return sorted(rulings, key=lambda ruling: (ruling.at, ruling.subject), reverse=True)

    def _fellows(self, held: _Topic, article: ArticleId) -> Sequence[ArticleId]:
        together = (r for r in held.rulings.values() if r.kind is RulingKind.TOGETHER)
        pairs = [{ruling.one, ruling.other} for ruling in together]
        ruled = {one for pair in pairs if article in pair for one in pair}
        return sorted(ruled - {article})

    async def forget(self, topic: TopicId, article: ArticleId, depart: Depart) -> bool:
        """Take an article out of story, index and past events."""
        held = self._topics[topic]
        if article not in held.articles:
            return False
        story = held.stories[held.articles[article].fact.story]
        members = {m.article: held.articles[m.article].fact for m in story.members}
        left = depart(article, story, members, list(_ties_among(held, members)), self._clock.now())
        _drop(held, article)
        if not left.stories:
            _unlink(held, {story.id})
        for one in left.stories:
            _adopt(held, one)
        held.changes = [change for change in held.changes if change.article != article]
        held.changes += left.changes or [Change(ChangeKind.EXPIRED, story.id)]
        return True

    async def of_outlet(self, topic: TopicId, outlet: OutletId) -> Sequence[ArticleId]:
        """The articles of an outlet."""
        kept = self._topics[topic].articles
        return [id_ for id_, one in kept.items() if one.fact.outlet == outlet]

    # --- looking -----------------------------------------------------------------------------

    def _neighbourhood(
        self, held: _Topic, article: ArticleId, index: IndexKeys, fellows: Iterable[ArticleId]
    ) -> Neighbourhood:
        nominated = self._nominated(held, article, index)
        known = held.articles.get(article)
        shown = dict.fromkeys([*nominated, *(one for one in fellows if one in held.articles)])
        shown |= {article: None} if known else {}
        stories = _load_component(held, shown)
        return Neighbourhood(
            look_alikes=tuple(held.articles[id_].fact for id_ in shown if id_ != article),
            nominated=frozenset(nominated),
            stories=tuple(held.stories[story] for story in stories),
            ties=tuple(_ties_among(held, shown)),
            known=known.fact if known else None,
            rulings=tuple(
                ruling
                for ruling in held.rulings.values()
                if {ruling.one, ruling.other} & {*shown, article}
            ),
        )

    def _nominated(self, held: _Topic, article: ArticleId, index: IndexKeys) -> Sequence[ArticleId]:
        weights: Counter[ArticleId] = Counter()
        shared: Counter[ArticleId] = Counter()  # postings; more than enough where a key is strong
        for key in index.strong:
            weights.update(dict.fromkeys(held.index.get(key, ()), STRONG))
            shared.update(dict.fromkeys(held.index.get(key, ()), _SURELY))
        for key in index.weak:
            found = held.index.get(key, ())
            weights.update(dict.fromkeys(found, RARE if len(found) < HOT else COMMON))
            shared.update(found)
        enough = [
            (-weight, -held.articles[id_].arrival, id_)
            for id_, weight in weights.items()
            if id_ != article and id_ in held.articles and weight >= LEAST
            if shared[id_] >= index.needed[held.articles[id_].size]
        ]
        horizon = self._clock.now() - self._candidate_window
        first = [id_ for _, _, id_ in sorted(enough)[:NOMINATED]]
        return [id_ for id_ in first if held.articles[id_].seen >= horizon]

    # --- recording ---------------------------------------------------------------------------

    def _record(
        self,
        held: _Topic,
        article: Article,
        placement: Placement,
        index: IndexKeys,
        known: LookAlike | None,
    ) -> None:
        fact = facts_of(article, placement.story, known)
        if fact != known:
            held.arrivals += known is None
            arrival = held.articles[article.id].arrival if known else held.arrivals
            held.articles[article.id] = _Kept(
                fact, self._clock.now(), arrival, article.text, index.size
            )
            _index(held, article.id, index)
        for tie in placement.ties:
            _tie(held, tie)
        for old, target in placement.forwards:
            _forward(held, old, target)
        for story in placement.stories:
            _adopt(held, story)


def _announce(topic: TopicId, held: _Topic, changes: Sequence[Change], now: datetime) -> None:
    """Tell what happened as the public stream does; ids count from one."""
    facts = held.facts
    for number, change in enumerate(changes, len(held.events) + 1):
        story = held.stories.get(change.story)
        payload = change_payload(topic, change, story, facts, now)
        held.events.append(Event(ChangeId(f"{number}-0"), change.kind, change.story, payload))
    held.changes += changes


def _load_component(held: _Topic, shown: dict[ArticleId, None]) -> Iterable[StoryId]:
    """Add all that hangs together with what is shown, canonicals first; return the stories."""
    stories: dict[StoryId, None] = {}
    wave = list(shown)
    while wave:
        before = len(shown)
        found = dict.fromkeys(held.articles[id_].fact.story for id_ in wave)
        new = [story for story in found if story not in stories]
        stories |= dict.fromkeys(new)
        shown |= dict.fromkeys(held.stories[story].canonical for story in new)
        for id_ in _fellows(held, wave, set(new)):
            if len(shown) < LOADED:
                shown[id_] = None
        wave = list(shown)[before:]
    return stories


def _fellows(held: _Topic, wave: Iterable[ArticleId], new: set[StoryId]) -> Iterable[ArticleId]:
    """Yield the members of new stories and the articles tied closely enough to join them."""
    for id_ in wave:
        story = held.articles[id_].fact.story
        if story in new:
            new.remove(story)
            yield from (member.article for member in held.stories[story].members)
        for other in held.tied.get(id_, ()):
            relation = held.ties[frozenset((id_, other))].relation
            if relation.joins or relation is Relation.DIGEST:
                yield other


def _index(held: _Topic, article: ArticleId, index: IndexKeys) -> None:
    for key in (*index.strong, *index.weak):
        others = [other for other in held.index[key] if other != article]
        held.index[key] = [*others, article][-HOT:]


def _tie(held: _Topic, tie: Tie) -> None:
    for owner, other in ((tie.one, tie.other), (tie.other, tie.one)):
        held.tied[owner] = [*(id_ for id_ in held.tied[owner] if id_ != other), other]
    held.ties[frozenset((tie.one, tie.other))] = tie


def _ties_among(held: _Topic, shown: Iterable[ArticleId]) -> Iterable[Tie]:
    everyone = frozenset(shown)
    for one in shown:
        for other in held.tied.get(one, ()):
            tie = held.ties[frozenset((one, other))]
            if tie.one == one and other in everyone:
                yield tie


def _forward(held: _Topic, old: StoryId, target: StoryId) -> None:
    held.stories.pop(old, None)
    held.forwards |= {alias: target for alias, to in held.forwards.items() if to == old}
    held.forwards[old] = target


def _adopt(held: _Topic, story: Story) -> None:
    held.forwards.pop(story.id, None)
    held.stories[story.id] = story
    for member in story.members:
        kept = held.articles[member.article]
        kept.fact = replace(kept.fact, story=story.id)


def _unlink(held: _Topic, leaving: set[StoryId]) -> None:
    """Drop stories, their aliases, and every link to either."""
    gone = leaving | {alias for alias, to in held.forwards.items() if to in leaving}
    held.stories = {id_: story for id_, story in held.stories.items() if id_ not in gone}
    held.forwards = {alias: to for alias, to in held.forwards.items() if to not in gone}
    for story in held.stories.values():
        if not gone.isdisjoint(story.linked):
            linked = tuple(other for other in story.linked if other not in gone)
            changed = replace(story, linked=linked, version=story.version + 1)
            held.stories[story.id] = changed


def _drop(held: _Topic, article: ArticleId) -> None:
    del held.articles[article]
    for other in held.tied.pop(article, ()):
        del held.ties[frozenset((article, other))]
        held.tied[other].remove(article)
