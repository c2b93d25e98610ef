"""A little WebSub hub: takes pings and, as hubs do, reads at once what it was told of.

async with Hub() as hub:
    hub.will(503, 204)          # one after the other; the last one stays
    ... hub.url ... hub.told ... hub.read
"""

import asyncio
from typing import Self

import aiohttp
from aiohttp import web


class Hub:
    """Answers on a free port of this machine."""

    def __init__(self) -> None:
        self.told: list[str] = []  # addresses, as they came
        self.read: dict[str, tuple[str, bytes]] = {}  # address -> Link and body, as last read
        self._statuses = [204]
        self._arrived = asyncio.Condition()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/", self._publish)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"
        self._client = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()
        await self._runner.cleanup()

    def will(self, *statuses: int) -> None:
        """Answer so from now on, one ping after the other; the last one stays."""
        self._statuses = list(statuses)

    async def has_read(self, url: str) -> bytes:
        """Wait until an address was told of and read; return its body."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: url in self.read)
        return self.read[url][1]

    async def _publish(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert form["hub.mode"] == "publish"
        self.told.append(str(form["hub.url"]))
        status = self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]
        if status == 204:
            await self._fetch(self.told[-1])
        return web.Response(status=status)

    async def _fetch(self, url: str) -> None:
        async with self._client.get(url) as answer:
            assert answer.status == 200, url
            self.read[url] = answer.headers.get("Link", ""), await answer.read()
        async with self._arrived:
            self._arrived.notify_all()
