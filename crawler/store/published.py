"""The public contract read back from Redis: `ports.Published`."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis

from crawler.model import ChangeId, StoryId, TopicId
from crawler.ports import Event, Standing, Window
from crawler.store import keys
from crawler.store.records import instant, millis, span
from crawler.store.server.connection import translated

NEVER = ChangeId("0-0")
LONGEST_WAIT = timedelta(seconds=5)  # well under the connection's own deadline


class RedisPublished:
    """`ports.Published` on a Redis or Valkey server; it only reads."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    async def payloads(self, topic: TopicId, stories: Sequence[StoryId]) -> Mapping[StoryId, bytes]:
        """The JSON of these stories, or of their forwarding addresses."""
        if not stories:
            return {}
        wanted = [keys.public(topic, f"story:{story}") for story in stories]
        found = await _ask(self._client.mget(wanted))
        pairs = zip(stories, found, strict=True)
        return {story: payload for story, payload in pairs if payload is not None}

    async def listed(
        self, topic: TopicId, before: Standing | None, limit: int
    ) -> Sequence[Standing]:
        """Stories by last change, newest first."""
        key, most = keys.public(topic, "stories"), limit
        top: float | str = "+inf"
        if before is not None:
            top = millis(before.updated)
            most += await _ask(self._client.zcount(key, top, top))  # ties are sorted out below
        rows = await _ask(
            self._client.zrange(
                key, top, "-inf", desc=True, byscore=True, offset=0, num=most, withscores=True
            )
        )
        found = [Standing(instant(score), StoryId(id_.decode())) for id_, score in rows]
        return [one for one in found if before is None or _stands_after(one, before)][:limit]

    async def window(self, topic: TopicId) -> Window:
        """Which changes can be read at this instant."""
        pipe = self._client.pipeline(transaction=True)
        pipe.hget(keys.public(topic, "window"), "trimmed")
        pipe.xrange(keys.public(topic, "changes"), count=1)
        pipe.xrevrange(keys.public(topic, "changes"), count=1)
        trimmed, first, last = await _ask(pipe.execute())
        gone = ChangeId((trimmed or b"").decode())
        return Window(_id_in(first), _id_in(last) or gone or NEVER, gone)

    async def changes(self, topic: TopicId, after: ChangeId, limit: int) -> Sequence[Event]:
        """Changes that came after this one, oldest first."""
        rows = await _ask(
            self._client.xrange(keys.public(topic, "changes"), f"({after}", count=limit)
        )
        return [_event(id_, fields) for id_, fields in rows]

    async def events(self, topic: TopicId, ids: Sequence[ChangeId]) -> Sequence[Event]:
        """These changes, as far as they are still there."""
        pipe = self._client.pipeline(transaction=False)
        for id_ in ids:
            pipe.xrange(keys.public(topic, "changes"), id_, id_)
        return [_event(*row) for rows in await _ask(pipe.execute()) for row in rows]

    async def wait(self, topic: TopicId, after: ChangeId, patience: timedelta) -> None:
        """Return once there is a change after this one, or `patience` has passed."""
        block = max(1, span(min(patience, LONGEST_WAIT)))
        stream: dict[Any, Any] = {keys.public(topic, "changes"): after}
        await _ask(self._client.xread(stream, count=1, block=block))


def _stands_after(one: Standing, other: Standing) -> bool:
    """Redis orders equal scores by member, descending here."""
    return (millis(one.updated), one.story) < (millis(other.updated), other.story)


def _id_in(rows: Sequence[Any]) -> ChangeId:
    return ChangeId(rows[0][0].decode() if rows else "")


def _event(id_: bytes, fields: Mapping[bytes, bytes]) -> Event:
    story = StoryId(fields[b"story"].decode())
    return Event(ChangeId(id_.decode()), fields[b"kind"].decode(), story, fields[b"payload"])


async def _ask(answer: Any) -> Any:  # noqa: ANN401 - redis-py answers by command and protocol
    with translated():
        return await answer
