"""What hooks are told of changes, read when it is told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from crawler.catalog.facets import fits
from crawler.contract import ChangePayload, StoryPayload, read_story, told_at
from crawler.directory import Directory
from crawler.hook import Delivery, Hook, HookId
from crawler.model import (
    ArticleId,
    ChangeId,
    ChangeKind,
    OutletId,
    Redistribution,
    StoryId,
    TopicId,
)
from crawler.ports import Event, Published, Stories
from crawler.render.excerpt import excerpt
from crawler.render.webhook import Message, change_message, gap_message
from crawler.workers.loop import named_in
from crawler.workers.together import Together

READ_MOST = 200  # changes looked at in one step
READ_TOGETHER = 16  # such steps held for other hooks that are as far

Facets = Callable[[StoryPayload], Sequence[str]]
Listings = Mapping[StoryId, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Ahead:
    """Changes that hooks which are as far come to next, with what their stories are listed under.

    That is read once for all of them, and only if one asks for facets.
    """

    events: Sequence[Event]
    trimmed: ChangeId  # as it was once they were read: what went in that moment is missed too
    listed: Together[TopicId, Listings]


class Messages:
    """What is told of a change: read when it is told, so that what was forgotten is not.

    Args:
        facets: Under which names a story is listed, such as `language:uk`.
    """

    def __init__(
        self, published: Published, stories: Stories, directory: Directory, facets: Facets
    ) -> None:
        self._published = published
        self._stories = stories
        self._directory = directory
        self._facets = facets
        self._ahead = Together(self._read_ahead, READ_TOGETHER)

    async def ahead(self, hook: Hook) -> Ahead:
        """Return the changes that a hook comes to next."""
        return await self._ahead((hook.topic, hook.position))

    async def wanted(self, hook: Hook, ahead: Ahead) -> list[ChangeId]:
        """Return those of these changes that a hook asked for, as far as can be told.

        That something was forgotten on request is told to all, since they may hold it. A story
        that is gone has no facets any more: then the hook is told rather than not.
        """
        kinds = frozenset({*(hook.events or ChangeKind), ChangeKind.FORGOTTEN})
        chosen = [event for event in ahead.events if event.kind in kinds]
        if not hook.filters or not chosen:
            return [event.id for event in chosen]
        listed = await ahead.listed(hook.topic)
        return [event.id for event in chosen if _fits(hook, event, listed)]

    def read_anew(self) -> None:
        """Let go of what was read for many hooks at once."""
        self._ahead.let_go()

    async def message(self, hook: Hook, delivery: Delivery) -> Message | None:
        """Return what to tell; None when the change is not kept any more."""
        name = message_name(hook.id, delivery.change)
        if delivery.after:
            at = told_at(delivery.change)
            return gap_message(f"{name}-gap", at, delivery.after, delivery.change)
        events = await self._published.events(hook.topic, [delivery.change])
        return await self._change(hook.topic, name, events[0]) if events else None

    async def _change(self, topic: TopicId, name: str, event: Event) -> Message:
        payloads = await self._published.payloads(topic, named_in(event))
        raw, *others = (payloads.get(story) for story in named_in(event))
        standing = [story for story in map(_standing, (raw, *others)) if story]
        at = msgspec.json.decode(event.payload, type=ChangePayload).at
        own = _standing(raw)
        return change_message(
            name, event.kind, at, event.payload, story=raw, other=next(iter(others), None),
            excerpt=await self._excerpt(topic, own) if own else "",
            state_controlled=await self._controlled(standing),
        )  # fmt: skip

    async def _excerpt(self, topic: TopicId, story: StoryPayload) -> str:
        outlet = await self._directory.outlet(OutletId(story.canonical.outlet))
        if outlet and outlet.redistribute is Redistribution.LINK:
            return ""
        return excerpt(await self._stories.text(topic, ArticleId(story.canonical.id)) or "")

    async def _controlled(self, stories: Iterable[StoryPayload]) -> list[str]:
        names = dict.fromkeys(name for story in stories for name in story.outlets)
        found = [await self._directory.outlet(OutletId(name)) for name in names]
        return [outlet.id for outlet in found if outlet and outlet.state_controlled]

    async def _read_ahead(self, start: tuple[TopicId, ChangeId]) -> Ahead:
        topic, position = start
        events = await self._published.changes(topic, position, READ_MOST)
        trimmed = (await self._published.window(topic)).trimmed
        named = dict.fromkeys(story for event in events for story in named_in(event))
        return Ahead(events, trimmed, Together(partial(self._read_listings, list(named)), 1))

    async def _read_listings(self, stories: Sequence[StoryId], topic: TopicId) -> Listings:
        """Return under which names those of these stories are listed that stand."""
        payloads = await self._published.payloads(topic, stories)
        read = ((id_, _standing(payload)) for id_, payload in payloads.items())
        return {id_: self._facets(story) for id_, story in read if story}


def _fits(hook: Hook, event: Event, listed: Listings) -> bool:
    own, *others = (listed.get(story) for story in named_in(event))
    if own is None or event.kind == ChangeKind.FORGOTTEN:
        return True
    return any(fits(hook.filters, facets) for facets in (own, *others) if facets is not None)


def message_name(hook: HookId, change: ChangeId) -> str:
    """Return the id of what a hook is told of a change, the same at every attempt."""
    return f"{hook}-{change}"


def _standing(raw: bytes | None) -> StoryPayload | None:
    story = read_story(raw) if raw is not None else None
    return story if isinstance(story, StoryPayload) else None
