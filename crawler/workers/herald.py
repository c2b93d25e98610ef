"""The worker that tells a hub (WebSub) which of our feeds changed, so that readers need not poll.

Source: docs/decisions/0211-our-feeds-have-a-hub.md
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial

from crawler.contract import StoryPayload, is_before, read_story, told_at
from crawler.errors import StoreError
from crawler.hook import Reply
from crawler.model import ChangeId, StoryId, TopicId, WorkerId
from crawler.ports import Announcements, Clock, Published, Standing
from crawler.schedule.announcing import (
    Bulletin,
    claimed,
    due_notices,
    has_work,
    noted,
    released,
    settled,
)
from crawler.workers.loop import forever, named_in

LOOK = timedelta(seconds=1)  # between two looks for what changed
READ_MOST = 500  # changes, or stories, looked at in one step
WALK_STEP = 200  # stories read at once after a gap

Ping = Callable[[str], Awaitable[Reply]]  # by the feed's path
Reached = Callable[[TopicId], Awaitable[ChangeId | None]]
FeedsOf = Callable[[TopicId, StoryPayload | None], Iterable[str]]

log = logging.getLogger(__name__)


class Herald:
    """Tells the hub of every feed that changed, once the feed shows it.

    Any number of processes may do so: a topic is leased to one of them at a time. What a process
    that dies had in hand is told again.

    Args:
        reached: The last change that our feeds show; None while they are incomplete.
        feeds_of: The paths of the feeds that hold a story; of one that is gone, those that held
            any.
    """

    def __init__(
        self,
        announcements: Announcements,
        published: Published,
        ping: Ping,
        *,
        reached: Reached,
        feeds_of: FeedsOf,
        clock: Clock,
        worker: WorkerId,
        lease: timedelta,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._announcements = announcements
        self._published = published
        self._ping = ping
        self._reached = reached
        self._feeds_of = feeds_of
        self._clock = clock
        self._worker = f"{worker}:hub"
        self._lease = lease
        self._dice = dice

    async def keep_telling(self, topics: Sequence[TopicId]) -> None:
        """Tell the hub of these topics until cancelled."""

        async def once() -> None:
            for topic in topics:
                await self.tell(topic)
            await asyncio.sleep(LOOK.total_seconds())

        await forever(once, "hub")

    async def tell(self, topic: TopicId) -> None:
        """Tell the hub what there is to tell of a topic at this instant."""
        bulletin = await self._announcements.bulletin(topic)
        if bulletin is None:
            window = await self._published.window(topic)
            bulletin = await self._announcements.begin(topic, window.last)
        reached = await self._reached(topic) or bulletin.position
        if not has_work(bulletin, reached, self._clock.now()):
            return
        claim = partial(claimed, worker=self._worker, now=self._clock.now(), lease=self._lease)
        if await self._announcements.change(topic, claim) is None:
            return
        try:
            await self._read_on(topic, bulletin.position, reached)
            await self._tell_due(topic)
        finally:
            with suppress(StoreError):  # then its lease runs out
                await self._announcements.change(topic, partial(released, worker=self._worker))

    # --- what changed ------------------------------------------------------------------------

    async def _read_on(self, topic: TopicId, start: ChangeId, reached: ChangeId) -> None:
        """Owe the feeds of all changes since `start` that our feeds show."""
        while is_before(start, reached):
            events = await self._published.changes(topic, start, READ_MOST)
            trimmed = (await self._published.window(topic)).trimmed  # what went meanwhile is missed
            if is_before(start, trimmed) and not is_before(reached, trimmed):
                log.warning("%s: changes up to %s are lost; feeds of all stories since are told of",
                            topic, trimmed)  # fmt: skip
                start = await self._note(topic, await self._since(topic, start), start, trimmed)
                continue
            shown = [event for event in events if not is_before(reached, event.id)]
            if not shown:
                return
            stories = list(dict.fromkeys(story for event in shown for story in named_in(event)))
            start = await self._note(topic, stories, start, shown[-1].id)

    async def _note(
        self, topic: TopicId, stories: Sequence[StoryId], start: ChangeId, position: ChangeId
    ) -> ChangeId:
        feeds: dict[str, None] = {}
        for at in range(0, len(stories), READ_MOST):
            feeds |= await self._feeds(topic, stories[at : at + READ_MOST])
        step = partial(noted, feeds=feeds, start=start, position=position, now=self._clock.now())
        await self._announcements.change(topic, step)
        return position

    async def _feeds(self, topic: TopicId, stories: Sequence[StoryId]) -> dict[str, None]:
        """Return the feeds that hold these stories, each once and in their order."""
        payloads = await self._published.payloads(topic, stories)
        read = (read_story(payloads[one]) if one in payloads else None for one in stories)
        standing = [one if isinstance(one, StoryPayload) else None for one in read]
        return dict.fromkeys(feed for one in standing for feed in self._feeds_of(topic, one))

    async def _since(self, topic: TopicId, change: ChangeId) -> list[StoryId]:
        """Return the stories that stand and changed since then, newest first."""
        since, before = told_at(change), None
        found: list[Standing] = []
        while some := await self._published.listed(topic, before, WALK_STEP):
            found += [one for one in some if one.updated >= since]
            before = some[-1]
            if before.updated < since:
                break
        return [one.story for one in found]

    # --- telling -----------------------------------------------------------------------------

    async def _tell_due(self, topic: TopicId) -> None:
        """Tell the hub what is owed by now, as long as it takes it."""
        renew = partial(claimed, worker=self._worker, lease=self._lease)
        while bulletin := await self._announcements.change(
            topic, partial(renew, now=self._clock.now())
        ):
            if not await self._tell_some(bulletin):
                return

    async def _tell_some(self, bulletin: Bulletin) -> bool:
        """Send some pings and record all that came of them; False when none is due."""
        sent = []
        for notice in due_notices(bulletin, self._clock.now()):
            reply = await self._ping(notice.feed)
            sent.append((notice, reply, self._clock.now(), self._dice()))
            if not reply.taken:
                log.warning("the hub did not take %s: %s", notice.feed, reply.reason)
                break  # it rests now

        def record(now: Bulletin) -> Bulletin:
            for notice, reply, at, jitter in sent:
                now = settled(now, notice, reply, now=at, jitter=jitter)
            return now

        if sent:
            await self._announcements.change(bulletin.topic, record)
        return bool(sent)
