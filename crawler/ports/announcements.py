"""Who is told of changes: hubs, hooks and their subscriptions."""

from collections.abc import Callable, Sequence
from typing import Protocol

from crawler.catalog.changes import Changes
from crawler.hook import Attempt, Hook, HookId, Letter, Turn
from crawler.model import ChangeId, Feed, FeedId, HubLease, Outlet, OutletId, TopicId
from crawler.schedule.announcing import Bulletin


class Hubs(Protocol):
    """Our leases with hubs (WebSub), one for each feed that has a hub."""

    async def lease(self, feed: FeedId) -> HubLease | None:
        """The lease of a feed, or None when none was ever asked for."""
        ...

    async def keep(self, lease: HubLease) -> None:
        """Remember a lease in place of the feed's earlier one."""
        ...


Tell = Callable[[Bulletin], Bulletin | None]


class Announcements(Protocol):
    """What a hub (WebSub) has still to be told of our own feeds, topic by topic."""

    async def bulletin(self, topic: TopicId) -> Bulletin | None:
        """The topic's, or None before it was begun."""
        ...

    async def begin(self, topic: TopicId, start: ChangeId) -> Bulletin:
        """The topic's, which begins at `start` unless it was begun before."""
        ...

    async def change(self, topic: TopicId, step: Tell) -> Bulletin | None:
        """Record what `step` makes of the topic's bulletin.

        When another writer gets there first `step` is asked again, so it must be pure. None, and
        nothing recorded, when it gives None or there is no bulletin.
        """
        ...


Step = Callable[[Hook], Turn | None]


class Hooks(Protocol):
    """Who is told of changes by webhook, and what came of it."""

    async def add(self, hook: Hook) -> None:
        """Remember a hook under its id."""
        ...

    async def all(self) -> Sequence[Hook]:
        """Every hook, oldest first."""
        ...

    async def find(self, hook: HookId) -> Hook | None:
        """The hook of this id, or None."""
        ...

    async def remove(self, hook: HookId) -> bool:
        """Forget a hook and all that came of it; False when there is none of this id."""
        ...

    async def change(self, hook: HookId, step: Step) -> Turn | None:
        """Record what `step` makes of a hook, its attempt, letter and alert with it.

        When another writer gets there first `step` is asked again, so it must be pure. None, and
        nothing recorded, when it gives None or the hook is gone.
        """
        ...

    async def attempts(self, hook: HookId, limit: int) -> Sequence[Attempt]:
        """The newest attempts, newest first; some hundreds are kept for a month."""
        ...

    async def letters(self, hook: HookId) -> Sequence[Letter]:
        """The dead letters, oldest first; kept as long as the frontier's, a thousand at most."""
        ...

    async def revive(self, hook: HookId, letters: Sequence[Letter], step: Step) -> bool:
        """Take letters out and record what `step` makes of the hook; False when it is gone."""
        ...


class Subscriptions(Protocol):
    """What the operator changed about the shipped catalogue."""

    async def add(self, outlets: Sequence[Outlet], feeds: Sequence[Feed]) -> None:
        """Remember outlets and feeds under their ids; a feed taken out before is wanted again."""
        ...

    async def remove(self, feeds: Sequence[FeedId]) -> None:
        """Forget these feeds, and remember that no catalogue may bring them back."""
        ...

    async def changes(self) -> Changes:
        """All that is remembered, by id."""
        ...

    async def outlet(self, name: OutletId) -> Outlet | None:
        """One of the remembered outlets, or None."""
        ...
