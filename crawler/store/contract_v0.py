"""The way from contract v0 to v1: public keys written anew, private ones left as they are.

Every step may be repeated, so that a migration that was cut short is simply run again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from redis.asyncio import Redis

from crawler.contract import story_payload
from crawler.model import GenerationId, LookAlike, StoryId, TopicId
from crawler.store import keys
from crawler.store.server.connection import translated
from crawler.store.story_records import Handle, StoryRecord, forward_target, unpack_article

AT_ONCE = 200  # stories written in one trip


async def migrate(client: Redis) -> Mapping[TopicId, int]:
    """Bring every topic to contract v1; return how many stories each has.

    No crawl may run meanwhile. Events written under v0 are dropped: `window` tells readers that
    they are gone, and the stories themselves are all there.

    Raises:
        StoreError: The store cannot be reached.
    """
    with translated():
        about: Any = await client.hmget(keys.meta(), ["schema", "recipe"])
        schema, generation = about
        if schema is None or int(schema) >= keys.SCHEMA_VERSION:
            return {}
        moved = {
            topic: await _Topic(client, topic, GenerationId(generation.decode())).migrate()
            for topic in await _topics(client)
        }
        await client.hset(keys.meta(), "schema", str(keys.SCHEMA_VERSION))
    return moved


async def _topics(client: Redis) -> Sequence[TopicId]:
    """Topics of either contract: a migration may have been cut short."""
    found = set()
    for prefix in (keys.RETIRED, keys.PUBLIC):
        async for key in client.scan_iter(match=f"{prefix}:*", count=1_000):
            found.add(TopicId(key.decode().split("{")[1].split("}")[0]))
    return sorted(found)


class _Topic:
    def __init__(self, client: Redis, topic: TopicId, generation: GenerationId) -> None:
        self._client = client
        self._topic = topic
        self._generation = generation

    async def migrate(self) -> int:
        names = [StoryId(name) for name in await self._names("story:")]
        for at in range(0, len(names), AT_ONCE):
            await self._rewrite(names[at : at + AT_ONCE])
        for listing in ("stories", *(f"by:{name}" for name in await self._names("by:"))):
            await self._rename(listing)
        await self._retire_changes()
        return int(await self._client.zcard(keys.public(self._topic, "stories")))

    async def _names(self, family: str) -> Sequence[str]:
        prefix = keys.retired(self._topic, family)
        return [
            key.decode().removeprefix(prefix)
            async for key in self._client.scan_iter(match=f"{prefix}*", count=1_000)
        ]

    async def _rewrite(self, ids: Sequence[StoryId]) -> None:
        records = dict(zip(ids, await self._read("story", ids), strict=True))
        standing = {
            id_: StoryRecord.unpacked(id_, record)
            for id_, record in records.items()
            if record and not forward_target(record)
        }
        facts = await self._facts([h for row in standing.values() for h in row.handles])
        async with self._client.pipeline(transaction=False) as pipe:
            for id_, (story, handles) in standing.items():
                known = {facts[h].id: facts[h] for h in handles if h in facts}
                payload = story_payload(self._topic, story, known)
                pipe.set(keys.public(self._topic, f"story:{id_}"), payload)
                pipe.unlink(keys.retired(self._topic, f"story:{id_}"))
            await pipe.execute()
        for id_ in records.keys() - standing.keys():
            await self._rename(f"story:{id_}")

    async def _facts(self, handles: Sequence[Handle]) -> dict[Handle, LookAlike]:
        records = zip(handles, await self._read("article", handles), strict=True)
        return {handle: unpack_article(record) for handle, record in records if record}

    async def _read(self, family: str, names: Sequence[object]) -> Sequence[bytes | None]:
        shelf = self._topic, self._generation
        wanted = [keys.generation(*shelf, f"{family}:{name}") for name in names]
        found: Any = await self._client.mget(wanted) if wanted else []
        return list(found)

    async def _rename(self, name: str) -> None:
        old = keys.retired(self._topic, name)
        if await self._client.exists(old):
            await self._client.rename(old, keys.public(self._topic, name))

    async def _retire_changes(self) -> None:
        old = keys.retired(self._topic, "changes")
        if await self._client.exists(old):
            about: dict[str, Any] = await self._client.xinfo_stream(old)
            window: dict[Any, Any] = {"first": "", "trimmed": about["last-generated-id"]}
            await self._client.hset(keys.public(self._topic, "window"), mapping=window)
            await self._client.unlink(old)
