"""The twin of `RedisPublished` in memory: what `MemoryStories` would have published."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec

from crawler.contract import ForwardPayload, is_before, story_payload
from crawler.model import ChangeId, StoryId, TopicId
from crawler.ports import Event, Standing, Window
from crawler.store.memory.stories import MemoryStories
from crawler.store.records import millis

NEVER = ChangeId("0-0")


class MemoryPublished:
    """`ports.Published` over the stories of this process; nothing is ever trimmed."""

    def __init__(self, stories: MemoryStories) -> None:
        self._stories = stories

    async def payloads(self, topic: TopicId, stories: Sequence[StoryId]) -> Mapping[StoryId, bytes]:
        """The JSON of these stories, or of their forwarding addresses."""
        found = ((story, self._payload(topic, story)) for story in stories)
        return {story: payload for story, payload in found if payload is not None}

    async def listed(
        self, topic: TopicId, before: Standing | None, limit: int
    ) -> Sequence[Standing]:
        """Stories by last change, newest first."""
        stories = self._stories.held(topic).stories.values()
        order = sorted(((millis(s.updated), s.id, s.updated) for s in stories), reverse=True)
        bound = (millis(before.updated), before.story) if before else None
        rest = [Standing(at, id_) for ms, id_, at in order if not bound or (ms, id_) < bound]
        return rest[:limit]

    async def window(self, topic: TopicId) -> Window:
        """Which changes can be read: all of them."""
        events = self._stories.held(topic).events
        if not events:
            return Window(ChangeId(""), NEVER, ChangeId(""))
        return Window(events[0].id, events[-1].id, ChangeId(""))

    async def changes(self, topic: TopicId, after: ChangeId, limit: int) -> Sequence[Event]:
        """Changes that came after this one, oldest first."""
        events = self._stories.held(topic).events
        return [event for event in events if is_before(after, event.id)][:limit]

    async def events(self, topic: TopicId, ids: Sequence[ChangeId]) -> Sequence[Event]:
        """These changes."""
        wanted = frozenset(ids)
        return [event for event in self._stories.held(topic).events if event.id in wanted]

    async def wait(self, topic: TopicId, after: ChangeId, patience: timedelta) -> None:
        """Return at once: nothing happens in memory while somebody waits."""

    def _payload(self, topic: TopicId, story: StoryId) -> bytes | None:
        held = self._stories.held(topic)
        if target := held.forwards.get(story):
            return msgspec.json.encode(ForwardPayload(story, target))
        found = held.stories.get(story)
        return story_payload(topic, found, held.facts) if found else None
