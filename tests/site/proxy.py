"""A real forward proxy on loopback: absolute addresses for http, CONNECT for https."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from tests.site.publisher import Hit, head, read_hit


@dataclass
class ForwardProxy:
    """Sends every name to `upstream`, so that no test depends on names; writes requests down."""

    upstream: tuple[str, int]
    hits: list[Hit] = field(default_factory=list)
    refuses_with: int = 0  # a status, to be an unhelpful proxy

    def __post_init__(self) -> None:
        self._talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for talk in list(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        self._talks.add(talk)
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._talks.discard(talk)
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while hit := await read_hit(reader, 0):
            self.hits.append(hit)
            if self.refuses_with:
                writer.write(head(self.refuses_with, [("Content-Length", "0")]))
                continue
            there_reader, there = await asyncio.open_connection(*self.upstream)
            try:
                if hit.method == "CONNECT":
                    writer.write(head(200, []))
                    await asyncio.gather(_pump(reader, there), _pump(there_reader, writer))
                    return
                there.write(_request_line(hit))
                writer.write(await _whole_answer(there_reader))
            finally:
                there.transport.abort()


async def _whole_answer(reader: asyncio.StreamReader) -> bytes:
    said = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", said)
    assert length is not None, "through the proxy, only answers with a length are passed on"
    return said + await reader.readexactly(int(length[1]))


def _request_line(hit: Hit) -> bytes:
    parts = urlsplit(hit.target)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kept = {name: value for name, value in hit.headers.items() if not name.startswith("proxy-")}
    lines = "".join(f"{name}: {value}\r\n" for name, value in kept.items())
    return f"{hit.method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1")


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()
