"""Articles and stories of a topic ({topic}), and the generations of their index."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crawler.model import (
    Article,
    ArticleId,
    Generation,
    GenerationId,
    LookAlike,
    Neighbourhood,
    OutletId,
    Placement,
    Recipe,
    Regrouping,
    Ruling,
    Story,
    StoryId,
    Succession,
    Tie,
    TopicId,
)

Decide = Callable[[Article, Neighbourhood], Placement]
Regroup = Callable[[LookAlike, Neighbourhood, datetime], Regrouping]
Depart = Regroup
Succeed = Callable[[Sequence[Story], Sequence[Story], Collection[StoryId], datetime], Succession]


class Stories(Protocol):
    """Where the stories of the topics are remembered."""

    async def place(self, topic: TopicId, article: Article, decide: Decide) -> Placement:
        """Show `decide` the article's neighbourhood and record its verdict, as one step.

        Ties, membership, canonical, index and outgoing events are committed together or not
        at all. When another writer gets there first `decide` is asked again, so it must be
        pure. Placing the same article again changes nothing.
        """
        ...

    async def newest(self, topic: TopicId, limit: int) -> Sequence[Story]:
        """Stories by last change, newest first."""
        ...

    async def story(self, topic: TopicId, story: StoryId) -> Story | None:
        """A story by id, following forwarding addresses; None when unknown or expired."""
        ...

    async def articles(
        self, topic: TopicId, ids: Sequence[ArticleId]
    ) -> Mapping[ArticleId, LookAlike]:
        """What is known of these articles; unknown ones are left out."""
        ...

    async def ties(self, topic: TopicId, article: ArticleId) -> Sequence[Tie]:
        """The verified relations of an article."""
        ...

    async def text(self, topic: TopicId, article: ArticleId) -> str | None:
        """The article's text while it is within its window."""
        ...

    async def texts(self, topic: TopicId, articles: Sequence[ArticleId]) -> Mapping[ArticleId, str]:
        """The texts of these articles, in two trips; those not kept are left out."""
        ...

    async def count(self, topic: TopicId) -> tuple[int, int]:
        """Articles and stories within the window."""
        ...

    async def expire(self, topic: TopicId) -> int:
        """Let go of what is older than its retention, with events; return how many articles."""
        ...


class Erasure(Protocol):
    """How articles leave the stories before their time; the stores of stories have it besides."""

    async def forget(self, topic: TopicId, article: ArticleId, depart: Depart) -> bool:
        """Take an article out of story, index and past events; False when it is not known.

        What remains of its story and all that hung together with it is for `depart` to say, which
        must be pure: it is asked again when another writer gets there first.
        """
        ...

    async def of_outlet(self, topic: TopicId, outlet: OutletId) -> Sequence[ArticleId]:
        """The articles of an outlet."""
        ...

    async def drop_texts(self, topic: TopicId, articles: Sequence[ArticleId]) -> None:
        """Let go of the texts of these articles; all else about them stays."""
        ...


class Rulings(Protocol):
    """What operators decided about articles; the stores of stories have it besides.

    Rulings are about articles, not stories, so they hold when the stories are built anew.
    """

    async def rule(
        self, topic: TopicId, article: ArticleId, rulings: Sequence[Ruling], regroup: Regroup
    ) -> Regrouping | None:
        """Record rulings, and what `regroup` makes of the stories they touch, as one step.

        `article` is one that they are about; None, and nothing recorded, when it is not known.
        Without rulings it is only reconsidered.
        `regroup` must be pure: it is asked again when another writer gets there first.
        """
        ...

    async def rulings(self, topic: TopicId) -> Sequence[Ruling]:
        """Every ruling that holds, newest first."""
        ...


class KeptStories(Stories, Erasure, Rulings, Protocol):
    """All that can be done with stories; what a store of them is."""


@dataclass(frozen=True, slots=True)
class Size:
    """What a generation takes in the store."""

    keys: int
    bytes: int  # from a sample


@dataclass(frozen=True, slots=True)
class Leftover:
    """A generation that is neither read nor built any more, and not removed yet."""

    id: GenerationId
    articles: int
    size: Size


class Generations(Protocol):
    """The generations of stories: one is read, another may be built beside it.

    Whoever writes stories asks which generations are written, and writes each of them; a store
    of stories raises `SupersededError` where they are others by then, and nothing is written.
    """

    async def written(
        self, topic: TopicId, *, anew: bool = False
    ) -> Sequence[tuple[Generation, KeptStories]]:
        """What is written, the generation that is read first, as it was last known or is now.

        One that this Kordon cannot fingerprint for is left out while it is being built; with
        `anew` the end of a switch under way is waited for.
        """
        ...

    async def reading(self, topic: TopicId) -> tuple[Generation, KeptStories]:
        """What is read, as of now."""
        ...

    async def begin(self, recipe: Recipe, topics: Sequence[TopicId]) -> Generation:
        """Have a generation under this recipe written from now on, or go on with such a one.

        Raises:
            ConfigError: One under another recipe is being built.
        """
        ...

    async def coming(self) -> Generation | None:
        """The generation that is being built, or None."""
        ...

    async def switch(self, topic: TopicId, succeed: Succeed) -> Succession:
        """Let the one that was built be read from now on, as one step, and publish what changed.

        Raises:
            ConfigError: None is being built, or it lacks articles.
        """
        ...

    async def settle(self) -> None:
        """Make the one that was built current for every topic without stories of its own."""
        ...

    async def give_up(self, topics: Sequence[TopicId]) -> int:
        """Build the coming one no more and remove it; return how many keys that were.

        Raises:
            ConfigError: None is being built.
        """
        ...

    async def left(self, topic: TopicId) -> Sequence[Leftover]:
        """What `retire` would remove of a topic, generation by generation."""
        ...

    async def retire(self, topics: Sequence[TopicId]) -> int:
        """Remove what is neither read nor built, and its leftovers; return how many keys."""
        ...

    async def size(self, topic: TopicId, generation: Generation) -> Size:
        """What a generation of a topic takes in the store."""
        ...


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned of one outlet's boilerplate, packed; empty before the first time."""

    version: int = 0  # grows with every time it is kept
    packed: bytes = b""


class Lessons(Protocol):
    """What each outlet prints everywhere, as all who place learn it together."""

    async def recall(self, topic: TopicId, outlet: OutletId) -> Lesson:
        """What was learned of an outlet so far."""
        ...

    async def keep(self, topic: TopicId, outlet: OutletId, lesson: Lesson) -> bool:
        """Replace the lesson of this version; False when somebody else did since."""
        ...
