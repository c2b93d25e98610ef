"""What the twin of the stories' store keeps of one topic, and how it holds together."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from crawler.contract import change_payload
from crawler.model import (
    ArticleId,
    Change,
    ChangeId,
    LookAlike,
    Relation,
    Ruling,
    Story,
    StoryId,
    Tie,
    TopicId,
)
from crawler.ports import Event
from crawler.store.nomination import HOT, LOADED, IndexKeys


@dataclass(slots=True)
class KeptArticle:
    """An article with what only the store knows of it."""

    fact: LookAlike
    seen: datetime
    arrival: int
    text: str


@dataclass(slots=True)
class MemoryTopic:
    """Everything that is kept of one topic."""

    articles: dict[ArticleId, KeptArticle] = field(default_factory=dict)
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
        """What is known of every article."""
        return {id_: kept.fact for id_, kept in self.articles.items()}

    def announce(self, topic: TopicId, changes: Sequence[Change], now: datetime) -> None:
        """Tell what happened as the public stream does; ids count from one."""
        for number, change in enumerate(changes, len(self.events) + 1):
            story = self.stories.get(change.story)
            told = [change.article, story.canonical if story else None]
            facts = {id_: self.articles[id_].fact for id_ in told if id_ and id_ in self.articles}
            payload = change_payload(topic, change, story, facts, now)
            self.events.append(Event(ChangeId(f"{number}-0"), change.kind, change.story, payload))
        self.changes += changes

    def load_component(self, shown: dict[ArticleId, None]) -> Iterable[StoryId]:
        """Add all that hangs together with what is shown, canonicals first; return the stories."""
        stories: dict[StoryId, None] = {}
        wave = list(shown)
        while wave:
            before = len(shown)
            found = dict.fromkeys(self.articles[id_].fact.story for id_ in wave)
            new = [story for story in found if story not in stories]
            stories |= dict.fromkeys(new)
            shown |= dict.fromkeys(self.stories[story].canonical for story in new)
            for id_ in self._hanging_on(wave, set(new)):
                if len(shown) < LOADED:
                    shown[id_] = None
            wave = list(shown)[before:]
        return stories

    def _hanging_on(self, wave: Iterable[ArticleId], new: set[StoryId]) -> Iterable[ArticleId]:
        """Yield the members of new stories and the articles tied closely enough to join them."""
        for id_ in wave:
            story = self.articles[id_].fact.story
            if story in new:
                new.remove(story)
                yield from self.stories[story].articles
            for other in self.tied.get(id_, ()):
                relation = self.ties[frozenset((id_, other))].relation
                if relation.joins or relation is Relation.DIGEST:
                    yield other

    def file_under(self, article: ArticleId, index: IndexKeys) -> None:
        """Let others find the article under these keys; a full key lets go of its oldest."""
        for key in (*index.strong, *index.weak):
            others = [other for other in self.index[key] if other != article]
            self.index[key] = [*others, article][-HOT:]

    def tie(self, tie: Tie) -> None:
        """Remember a tie in place of an earlier one of the same two."""
        for owner, other in ((tie.one, tie.other), (tie.other, tie.one)):
            self.tied[owner] = [*(id_ for id_ in self.tied[owner] if id_ != other), other]
        self.ties[frozenset((tie.one, tie.other))] = tie

    def ties_among(self, shown: Iterable[ArticleId]) -> Iterable[Tie]:
        """Yield the ties of which both articles are shown."""
        everyone = frozenset(shown)
        for one in shown:
            for other in self.tied.get(one, ()):
                tie = self.ties[frozenset((one, other))]
                if tie.one == one and other in everyone:
                    yield tie

    def forward(self, old: StoryId, target: StoryId) -> None:
        """Let an old id, and every id that already forwards to it, stand for another story."""
        self.stories.pop(old, None)
        self.forwards |= {alias: target for alias, to in self.forwards.items() if to == old}
        self.forwards[old] = target

    def adopt(self, story: Story) -> None:
        """Keep a story as it is now; its members point at it."""
        self.forwards.pop(story.id, None)
        self.stories[story.id] = story
        for article in story.articles:
            kept = self.articles[article]
            kept.fact = replace(kept.fact, story=story.id)

    def names(self, leaving: Collection[StoryId]) -> set[StoryId]:
        """Return the ids of stories, those that forward to them among them."""
        return {*leaving, *(alias for alias, to in self.forwards.items() if to in leaving)}

    def unlink(self, leaving: Collection[StoryId]) -> Sequence[StoryId]:
        """Drop stories, their aliases, and every link to either; return who had such links."""
        gone = self.names(leaving)
        self.stories = {id_: story for id_, story in self.stories.items() if id_ not in gone}
        self.forwards = {alias: to for alias, to in self.forwards.items() if to not in gone}
        linking = [one for one in self.stories.values() if not gone.isdisjoint(one.linked)]
        for story in linking:
            self.stories[story.id] = replace(story.unlinked(gone), version=story.version + 1)
        return [story.id for story in linking]

    def drop(self, article: ArticleId) -> None:
        """Let go of an article and its ties; its keys stay until they are full."""
        del self.articles[article]
        self.untie(article)

    def untie(self, article: ArticleId) -> None:
        """Let go of an article's ties."""
        for other in self.tied.pop(article, ()):
            del self.ties[frozenset((article, other))]
            self.tied[other].remove(article)
