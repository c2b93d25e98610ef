"""When each text was fetched, outlet by outlet, in Redis and in memory.

Source: docs/decisions/0212-texts-have-a-term.md
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from redis.asyncio import Redis

from crawler.model import Article, ArticleId, OutletId
from crawler.store import keys
from crawler.store.records import instant, millis
from crawler.store.server.connection import translated

# Strike off what is given (id, ms, id, ms, ...) from KEYS[1] unless a newer text came since.
_STRIKE = """
for i = 1, #ARGV, 2 do
  if redis.call('ZSCORE', KEYS[1], ARGV[i]) == ARGV[i + 1] then
    redis.call('ZREM', KEYS[1], ARGV[i])
  end
end
"""


class RedisTexts:
    """`ports.Texts` as a sorted set for each outlet, and a set of those outlets."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._keys = keys.texts()
        self._strike = client.register_script(_STRIKE)

    async def note(self, article: Article) -> None:
        """Remember when the article's text was fetched, if that is its newest."""
        async with self._client.pipeline(transaction=True) as step:
            step.sadd(self._keys["outlets"], article.outlet)
            step.zadd(self._of(article.outlet), {article.id: millis(article.fetched)}, gt=True)
            with translated():
                await step.execute()

    async def outlets(self) -> Sequence[OutletId]:
        """The outlets of which texts were ever noted."""
        with translated():
            found: Any = await self._client.smembers(self._keys["outlets"])
        return sorted(OutletId(name.decode()) for name in found)

    async def older(
        self, outlet: OutletId, than: datetime, limit: int
    ) -> Mapping[ArticleId, datetime]:
        """Articles whose text was fetched before an instant, the oldest first."""
        with translated():
            rows: Any = await self._client.zrange(
                self._of(outlet), "-inf", f"({millis(than)}", byscore=True, offset=0, num=limit,
                withscores=True,
            )  # fmt: skip
        return {ArticleId(id_.decode()): instant(score) for id_, score in rows}

    async def strike(self, outlet: OutletId, gone: Mapping[ArticleId, datetime]) -> None:
        """Forget these, but for those of which a newer text was noted since."""
        pairs = [(id_, millis(at)) for id_, at in gone.items()]
        with translated():
            await self._strike([self._of(outlet)], [part for pair in pairs for part in pair])

    def _of(self, outlet: OutletId) -> str:
        return self._keys["outlet"] + outlet


class MemoryTexts:
    """`RedisTexts` for one process."""

    def __init__(self) -> None:
        self._noted: dict[OutletId, dict[ArticleId, datetime]] = {}

    async def note(self, article: Article) -> None:
        """Remember when the article's text was fetched, if that is its newest."""
        noted = self._noted.setdefault(article.outlet, {})
        at = instant(millis(article.fetched))
        noted[article.id] = max(at, noted.get(article.id, at))

    async def outlets(self) -> Sequence[OutletId]:
        """The outlets of which texts were ever noted."""
        return sorted(self._noted)

    async def older(
        self, outlet: OutletId, than: datetime, limit: int
    ) -> Mapping[ArticleId, datetime]:
        """Articles whose text was fetched before an instant, the oldest first."""
        noted = self._noted.get(outlet, {})
        order = sorted((at, id_) for id_, at in noted.items() if at < instant(millis(than)))
        return {id_: at for at, id_ in order[:limit]}

    async def strike(self, outlet: OutletId, gone: Mapping[ArticleId, datetime]) -> None:
        """Forget these, but for those of which a newer text was noted since."""
        noted = self._noted.get(outlet, {})
        for id_, at in gone.items():
            if noted.get(id_) == at:
                del noted[id_]
