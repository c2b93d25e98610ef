"""Tokens for the API, in Redis and in memory."""

from collections.abc import Iterable, Sequence
from typing import Any

from redis.asyncio import Redis

from crawler.access import Token
from crawler.store import keys
from crawler.store.records import decode, encode
from crawler.store.server.connection import translated


class RedisTokens:
    """`ports.Tokens` as one hash of the crawl: every process of the installation knows them."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._key = keys.tokens()

    async def add(self, token: Token) -> None:
        """Remember a token under its id."""
        with translated():
            await self._client.hset(self._key, token.id, encode(token))

    async def find(self, token: str) -> Token | None:
        """The token of this id, or None."""
        with translated():
            raw: Any = await self._client.hget(self._key, token)
        return None if raw is None else decode(raw, Token)

    async def revoke(self, token: str) -> bool:
        """Forget a token; False when there is none of this id."""
        with translated():
            return bool(await self._client.hdel(self._key, token))

    async def all(self) -> Sequence[Token]:
        """Every token, oldest first."""
        with translated():
            kept: Any = await self._client.hgetall(self._key)
        return _oldest_first(decode(raw, Token) for raw in kept.values())


class MemoryTokens:
    """The twin of `RedisTokens` in this process."""

    def __init__(self) -> None:
        self._kept: dict[str, Token] = {}

    async def add(self, token: Token) -> None:
        """Remember a token under its id."""
        self._kept[token.id] = token

    async def find(self, token: str) -> Token | None:
        """The token of this id, or None."""
        return self._kept.get(token)

    async def revoke(self, token: str) -> bool:
        """Forget a token; False when there is none of this id."""
        return self._kept.pop(token, None) is not None

    async def all(self) -> Sequence[Token]:
        """Every token, oldest first."""
        return _oldest_first(self._kept.values())


def _oldest_first(tokens: Iterable[Token]) -> Sequence[Token]:
    return sorted(tokens, key=lambda token: (token.created, token.id))
