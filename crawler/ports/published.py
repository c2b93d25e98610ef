"""What is published of stories, and what is kept beside them."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from crawler.access import Token
from crawler.model import Article, ArticleId, ChangeId, OutletId, StoryId, Tombstone, TopicId


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a topic's change stream."""

    id: ChangeId
    kind: str
    story: StoryId
    payload: bytes  # JSON, contract.ChangePayload


@dataclass(frozen=True, slots=True)
class Window:
    """Which changes can still be read."""

    first: ChangeId  # the first one kept; empty when there is none
    last: ChangeId  # the newest there ever was; "0-0" before the first
    trimmed: ChangeId  # the newest one dropped; empty when all are there


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a story stands among those of its topic: by last change, then by id."""

    updated: datetime
    story: StoryId


class Published(Protocol):
    """The public contract, read back: what other services see of a topic."""

    async def payloads(self, topic: TopicId, stories: Sequence[StoryId]) -> Mapping[StoryId, bytes]:
        """The JSON of these stories, or of their forwarding addresses; unknown ones left out."""
        ...

    async def listed(
        self, topic: TopicId, before: Standing | None, limit: int
    ) -> Sequence[Standing]:
        """Stories by last change, newest first, from the one that stands after `before` on.

        One that changes during a walk moves ahead of it: who needs them all notes
        `window().last` first, and reads the changes from there afterwards.
        """
        ...

    async def window(self, topic: TopicId) -> Window:
        """Which changes can be read at this instant."""
        ...

    async def changes(self, topic: TopicId, after: ChangeId, limit: int) -> Sequence[Event]:
        """Up to `limit` changes that came after this one, oldest first."""
        ...

    async def events(self, topic: TopicId, ids: Sequence[ChangeId]) -> Sequence[Event]:
        """These changes, as far as they are still there."""
        ...

    async def wait(self, topic: TopicId, after: ChangeId, patience: timedelta) -> None:
        """Return once there is a change after this one, or `patience` has passed."""
        ...


class Texts(Protocol):
    """When texts were fetched, so that they leave when their outlets' terms are over."""

    async def note(self, article: Article) -> None:
        """Remember when the article's text was fetched, if that is its newest."""
        ...

    async def outlets(self) -> Sequence[OutletId]:
        """The outlets of which texts were ever noted."""
        ...

    async def older(
        self, outlet: OutletId, than: datetime, limit: int
    ) -> Mapping[ArticleId, datetime]:
        """Articles whose text was fetched before an instant, the oldest first."""
        ...

    async def strike(self, outlet: OutletId, gone: Mapping[ArticleId, datetime]) -> None:
        """Forget these, but for those of which a newer text was noted since."""
        ...


class Corpus(Protocol):
    """What outlives the window: every article as it was prepared, append-only."""

    async def keep(self, article: Article) -> None:
        """Append the article unless this address with this content is there already."""
        ...

    def read(self) -> AsyncIterator[Article]:
        """Every kept article, oldest first."""
        ...

    async def forget(self, gone: Callable[[Article], bool]) -> int:
        """Erase the articles that `gone` tells; return how many records that were."""
        ...

    async def cut(self, gone: Mapping[ArticleId, datetime]) -> int:
        """Take out what texts of these articles were fetched up to an instant, each its own.

        What is left of a record has an empty text and no mentions. Returns how many were cut.
        """
        ...


class Tokens(Protocol):
    """Who may ask the API for what; of each token only a digest is kept."""

    async def add(self, token: Token) -> None:
        """Remember a token under its id."""
        ...

    async def find(self, token: str) -> Token | None:
        """The token of this id, or None."""
        ...

    async def revoke(self, token: str) -> bool:
        """Forget a token; False when there is none of this id."""
        ...

    async def all(self) -> Sequence[Token]:
        """Every token, oldest first."""
        ...


class Tombstones(Protocol):
    """What was forgotten on purpose and must not come back; kept for good."""

    async def add(self, stones: Sequence[Tombstone]) -> None:
        """Remember these; a subject's newest stays."""
        ...

    async def cover(self, article: ArticleId, outlet: OutletId) -> bool:
        """Tell whether the article, or all of its outlet, was forgotten."""
        ...

    async def all(self) -> Sequence[Tombstone]:
        """Every tombstone, newest first."""
        ...
