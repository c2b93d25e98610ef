"""How tests ask a publisher with the guarded client, and a resolver that knows what they say."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from crawler.errors import SourceError
from crawler.fetch.reasons import FailReason
from crawler.middlewares.client import GuardedClient, Limits

LOOPBACK = [ip_network("127.0.0.0/8")]
LIMITS = Limits(timedelta(seconds=20), timedelta(seconds=20), max_bytes=1_000_000)
SAID = {"User-Agent": b"Kordon/0.1"}


class Names(AbstractResolver):
    """A resolver that knows what a test tells it."""

    def __init__(self, **known: list[str]) -> None:
        self.known = {name.replace("_", "."): found for name, found in known.items()}

    async def resolve(self, host, port=0, family=0) -> list[ResolveResult]:
        if host not in self.known:
            raise OSError("no such name")
        return [
            ResolveResult(hostname=host, host=found, port=port, family=2, proto=0, flags=0)
            for found in self.known[host]
        ]

    async def close(self) -> None:
        pass


async def refusal(client: GuardedClient, url: str, limits: Limits = LIMITS, **how) -> str:
    with pytest.raises(SourceError) as refused:
        await client.get(url, SAID, limits=limits, **how)
    assert refused.value.reason in set(FailReason)
    return refused.value.reason
