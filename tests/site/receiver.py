"""A receiver of webhooks that takes, refuses, hangs or lies, as a test wants.

    async with Receiver() as site:
        site.will(answering(500), answering(200))     # one after the other; the last one stays
        ... site.url ... site.received ... site.kept

`received` is every delivery that was read whole, `kept` what a careful receiver would have taken
in: each id once, and only if its answer was a success.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from tests.site.publisher import head, read_hit


@dataclass(frozen=True)
class Delivered:
    """One delivery as it came."""

    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass
class Talk:
    """One delivery and the connection it may be answered on."""

    delivered: Delivered
    writer: asyncio.StreamWriter
    site: "Receiver"

    async def reply(self, status: int, headers: Sequence[tuple[str, str]] = ()) -> None:
        if 200 <= status < 300:
            self.site.kept.setdefault(self.delivered.id, self.delivered)
        self.writer.write(head(status, [*headers, ("Content-Length", "0")]))
        await self.writer.drain()


Manner = Callable[[Talk], Awaitable[None]]


def answering(status: int, *headers: tuple[str, str]) -> Manner:
    """Answer at once."""

    async def behave(talk: Talk) -> None:
        await talk.reply(status, headers)

    return behave


def hanging() -> Manner:
    """Read everything and never say a word."""

    async def behave(talk: Talk) -> None:
        await talk.site.over.wait()

    return behave


def hanging_up() -> Manner:
    """Read everything, take it in, and drop the connection without an answer."""

    async def behave(talk: Talk) -> None:
        talk.site.kept.setdefault(talk.delivered.id, talk.delivered)
        talk.writer.transport.abort()

    return behave


def waiting_for(event: asyncio.Event) -> Manner:
    """Be slow: answer once the test says so."""

    async def behave(talk: Talk) -> None:
        await event.wait()
        await talk.reply(200)

    return behave


def rambling() -> Manner:
    """Answer with a body that never ends."""

    async def behave(talk: Talk) -> None:
        talk.site.kept.setdefault(talk.delivered.id, talk.delivered)
        talk.writer.write(head(200, [("Transfer-Encoding", "chunked")]))
        while not talk.writer.is_closing():
            talk.writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
            await talk.writer.drain()

    return behave


@dataclass
class Receiver:
    """Takes deliveries on a free port of `host`."""

    host: str = "127.0.0.1"
    received: list[Delivered] = field(default_factory=list)
    kept: dict[str, Delivered] = field(default_factory=dict)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    def __post_init__(self) -> None:
        self._arrived = asyncio.Condition()
        self._manners: list[Manner] = [answering(200)]
        self._talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, self.host, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.over.set()
        self._server.close()
        for talk in list(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/taken"

    async def has_received(self, count: int) -> None:
        """Wait until so many deliveries were read."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.received) >= count)

    async def has_kept(self, count: int) -> None:
        """Wait until so many different deliveries were taken in."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.kept) >= count)

    def will(self, *manners: Manner) -> None:
        """Behave so from now on, one delivery after the other; the last manner stays."""
        self._manners = list(manners)

    @property
    def changes(self) -> list[str]:
        """The kinds of all that was kept, in the order of arrival."""
        return [delivered.document["type"] for delivered in self.kept.values()]

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        self._talks.add(talk)
        try:
            while hit := await read_hit(reader, 1):
                body = await reader.readexactly(int(hit.headers["content-length"]))
                delivered = Delivered(hit.headers, body)
                self.received.append(delivered)
                async with self._arrived:
                    self._arrived.notify_all()
                manner = self._manners.pop(0) if len(self._manners) > 1 else self._manners[0]
                await manner(Talk(delivered, writer, self))
                async with self._arrived:
                    self._arrived.notify_all()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the sender hung up, or the test is over
        finally:
            self._talks.discard(talk)
            writer.transport.abort()
