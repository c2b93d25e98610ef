"""One generation of stories in Redis: where its keys are, how its scripts run, how it is read.

A generation that is still being built publishes under keys of its own, from which it is moved in
one step when it takes its place.

Source: docs/decisions/0190-generations.md
"""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zlib import crc32

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import ResponseError

from crawler.errors import SupersededError
from crawler.model import ArticleId, GenerationId, LookAlike, Recipe, Story, StoryId, Tie, TopicId
from crawler.ports import Clock
from crawler.store import keys, nomination
from crawler.store.server.connection import translated
from crawler.store.server.redis_pool import run
from crawler.store.story_records import (
    Handle,
    StoryRecord,
    forward_target,
    tied_handles,
    unpack_article,
    unpack_text,
    unpack_ties,
)
from crawler.store.story_verdict import Facts

IDS_BUCKETS = 4_096  # 120 ids each at half a million articles, within a listpack
SUPERSEDED = "SUPERSEDED"  # how a script says that other generations are written by now
_PARTS = {  # what each script stands on, besides the records
    "place": ("guard", "moves", "lookup", "neighbourhood", "indexing"),
    "rule": ("guard", "leave", "moves"),
    "expire": ("guard", "leave"),
    "forget": ("guard", "leave", "moves"),
    "trim": ("guard",),
    "switch": ("moves",),
}


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a topic keeps what."""

    candidates: timedelta  # an article can be found as a look-alike
    stories: timedelta  # after a story's last change
    changes: timedelta  # an event can be read again
    changes_most: int  # events


@dataclass(frozen=True, slots=True)
class Edition:
    """Which generation a shelf is of, and which ones its writers believe to be written."""

    id: GenerationId
    coming: bool = False  # still being built: what it publishes is not public yet
    written: bytes = b""  # as the topic's record says; empty while it says nothing


class StoryShelf:
    """One generation's records, read by id; any number of processes may share it."""

    def __init__(
        self,
        client: Redis,
        clock: Clock,
        recipe: Recipe,
        retention: Retention,
        edition: Edition | None = None,
    ) -> None:
        self._client = client
        self._clock = clock
        self._recipe = recipe
        self._retention = retention
        self.edition = edition or Edition(GenerationId(recipe.id))

    async def newest(self, topic: TopicId, limit: int) -> Sequence[Story]:
        """Stories by last change, newest first."""
        found = await ask(self._client.zrevrange(self._public(topic, "stories"), 0, limit - 1))
        ids = [StoryId(id_.decode()) for id_ in found]
        return [record.story for record in (await self._records(topic, ids)).values()]

    async def story(self, topic: TopicId, story: StoryId) -> Story | None:
        """A story by id, following its forwarding address."""
        (record,) = await self._read(topic, "story", [story])
        if record and (target := forward_target(record)):
            return await self.story(topic, target)
        return StoryRecord.unpacked(story, record).story if record else None

    async def articles(self, topic: TopicId, ids: Sequence[ArticleId]) -> Facts:
        """What is known of these articles."""
        handles = await self._handles(topic, ids)
        return {fact.id: fact for fact in (await self._facts(topic, handles)).values()}

    async def ties(self, topic: TopicId, article: ArticleId) -> Sequence[Tie]:
        """The verified relations of an article."""
        for handle in await self._handles(topic, [article]):
            (ties,) = await self._read(topic, "ties", [handle])
            others = await self._facts(topic, tied_handles(ties or b""))
            ids = {other: fact.id for other, fact in others.items()} | {handle: article}
            return unpack_ties(handle, ties or b"", ids)
        return ()

    async def text(self, topic: TopicId, article: ArticleId) -> str | None:
        """The article's text while the article is kept."""
        for handle in await self._handles(topic, [article]):
            (frame,) = await self._read(topic, "text", [handle])
            return unpack_text(frame) if frame else None
        return None

    async def texts(self, topic: TopicId, articles: Sequence[ArticleId]) -> Mapping[ArticleId, str]:
        """The texts of these articles while they are kept."""
        pipe = self._client.pipeline(transaction=False)
        for id_ in articles:
            pipe.hget(self._key(topic, f"ids:{ids_bucket(id_)}"), id_)
        found = zip(articles, await ask(pipe.execute()), strict=True)
        handles = {id_: int(handle) for id_, handle in found if handle}
        frames = await self._read(topic, "text", list(handles.values()))
        return {
            id_: unpack_text(frame) for id_, frame in zip(handles, frames, strict=True) if frame
        }

    async def count(self, topic: TopicId) -> tuple[int, int]:
        """Articles and stories kept."""
        pipe = self._client.pipeline(transaction=False)
        pipe.get(self._key(topic, "articles"))
        pipe.zcard(self._public(topic, "stories"))
        articles, stories = await ask(pipe.execute())
        return int(articles or 0), stories

    # --- records -----------------------------------------------------------------------------

    async def _handles(self, topic: TopicId, ids: Sequence[ArticleId]) -> Sequence[Handle]:
        pipe = self._client.pipeline(transaction=False)
        for id_ in ids:
            pipe.hget(self._key(topic, f"ids:{ids_bucket(id_)}"), id_)
        return [int(handle) for handle in await ask(pipe.execute()) if handle]

    async def _facts(self, topic: TopicId, handles: Sequence[Handle]) -> dict[Handle, LookAlike]:
        records = await self._read(topic, "article", handles)
        pairs = zip(handles, records, strict=True)
        return {handle: unpack_article(record) for handle, record in pairs if record}

    async def _records(self, topic: TopicId, ids: Sequence[StoryId]) -> dict[StoryId, StoryRecord]:
        """Stories that stand, in the order asked for; forwards are not followed."""
        pairs = zip(ids, await self._read(topic, "story", ids), strict=True)
        return {
            id_: StoryRecord.unpacked(id_, record)
            for id_, record in pairs
            if record and not forward_target(record)
        }

    async def _read(
        self, topic: TopicId, family: str, names: Sequence[object]
    ) -> Sequence[bytes | None]:
        if not names:
            return []
        wanted = [self._key(topic, f"{family}:{name}") for name in names]
        found: Sequence[bytes | None] = await ask(self._client.mget(wanted))
        return found

    async def _sets(
        self, topic: TopicId, family: str, ids: Sequence[StoryId]
    ) -> Sequence[frozenset[StoryId]]:
        pipe = self._client.pipeline(transaction=False)
        for id_ in ids:
            pipe.smembers(self._key(topic, f"{family}:{id_}"))
        found = await ask(pipe.execute())
        return [frozenset(StoryId(id_.decode()) for id_ in members) for members in found]

    # --- keys and scripts --------------------------------------------------------------------

    def _key(self, topic: TopicId, name: str) -> str:
        return keys.generation(topic, self.edition.id, name)

    def _public(self, topic: TopicId, name: str) -> str:
        if self.edition.coming:
            return keys.coming(topic, self.edition.id, name)
        return keys.public(topic, name)

    def _script(self, name: str) -> AsyncScript:
        return self._client.register_script(script(name))

    async def _run(self, script: AsyncScript, topic: TopicId, *args: Any) -> Any:  # noqa: ANN401
        prefixes = [self._key(topic, ""), self._public(topic, ""), keys.lasting(topic, "")]
        return await ask(run(self._client, script, prefixes, (*args, self.edition.written)))


async def ask(answer: Awaitable[Any]) -> Any:  # noqa: ANN401 - redis-py answers by command and protocol
    """Return what the server answers.

    Raises:
        SupersededError: Other generations are written than the script was told.
        StoreError: The server is away, full or refuses.
    """
    with translated():
        try:
            return await answer
        except ResponseError as error:
            if str(error).startswith(SUPERSEDED):
                raise SupersededError("stories are built anew or switched; ask again") from error
            raise


def ids_bucket(article: ArticleId) -> int:
    """Return in which of the buckets of ids an article's handle stands."""
    return crc32(article.encode()) % IDS_BUCKETS


@cache
def script(name: str) -> str:
    """Return a script of `lua/stories` with its limits and the layouts it works on."""
    folder = files("crawler.store").joinpath("lua", "stories")
    parts = ("records", *_PARTS[name], name)
    return _limits() + "".join(folder.joinpath(f"{part}.lua").read_text() for part in parts)


def _limits() -> str:
    """Return the numbers of `nomination` as the scripts' locals."""
    names = [name for name in dir(nomination) if name.isupper() and name[0] != "_"]
    return "".join(f"local {name} = {getattr(nomination, name)}\n" for name in names)
