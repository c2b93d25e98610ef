"""A publisher on loopback that does whatever a test wants, byte by byte.

    async with Publisher() as site:
        site.answer("/feed", body=b"<rss/>", headers=[("ETag", 'W/"1"')])
        ... site.url("/feed") ... site.hits

Behaviours are coroutines over the open connection, so that even broken HTTP can be spoken.
"""

import asyncio
import gzip
import ssl
import zlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Self

import brotli

Header = tuple[str, str | bytes]


@dataclass(frozen=True)
class Hit:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]  # names in lower case, one character a byte
    connection: int  # which connection it came on, counted from 1


@dataclass
class Exchange:
    """One request and the connection it may be answered on, honestly or not."""

    hit: Hit
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    over: asyncio.Event  # set when the site closes

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def reply(self, status: int, headers: Iterable[Header] = (), body: bytes = b"") -> None:
        await self.send(head(status, [*headers, ("Content-Length", str(len(body)))]) + body)


Behaviour = Callable[[Exchange], Awaitable[None]]


def head(status: int, headers: Iterable[Header]) -> bytes:
    """Return a status line and header lines; values given as bytes go out as they are."""
    lines = [b"HTTP/1.1 %d X" % status]
    for name, value in headers:
        lines.append(
            name.encode() + b": " + (value if isinstance(value, bytes) else value.encode())
        )
    return b"\r\n".join(lines) + b"\r\n\r\n"


# --- behaviours ------------------------------------------------------------------------------


def always(status: int = 200, headers: Sequence[Header] = (), body: bytes = b"") -> Behaviour:
    """Give the same answer every time; nothing is added but the length."""

    async def behave(exchange: Exchange) -> None:
        await exchange.reply(status, headers, body)

    return behave


def validated(body: bytes, etag: bytes = b"", last_modified: str = "") -> Behaviour:
    """Answer 304 when a validator comes back byte for byte."""

    async def behave(exchange: Exchange) -> None:
        asked = exchange.hit.headers
        named: list[Header] = [("ETag", etag)] if etag else []
        named += [("Last-Modified", last_modified)] if last_modified else []
        known = (etag and asked.get("if-none-match", "").encode("latin-1") == etag) or (
            last_modified and asked.get("if-modified-since") == last_modified
        )
        await exchange.reply(304 if known else 200, named, b"" if known else body)

    return behave


def redirect(to: str | bytes, status: int = 302, headers: Sequence[Header] = ()) -> Behaviour:
    """Send the reader elsewhere."""
    return always(status, [("Location", to), *headers])


def raw(data: bytes, *, close: bool = True) -> Behaviour:
    """Say exactly these bytes; then hang up, or hold the line in silence."""

    async def behave(exchange: Exchange) -> None:
        await exchange.send(data)
        if close:
            exchange.writer.close()
        else:
            await exchange.over.wait()

    return behave


def silence() -> Behaviour:
    """Take the request and never say a word."""
    return raw(b"", close=False)


def stalled_headers() -> Behaviour:
    """Begin the headers and stop."""
    return raw(b"HTTP/1.1 200 OK\r\nContent-Ty", close=False)


def stalled_body(sent: bytes = b"x", promised: int = 1_000) -> Behaviour:
    """Send the headers and a first piece, then nothing: one byte a minute looks like this."""
    return raw(head(200, [("Content-Length", str(promised))]) + sent, close=False)


def cut_short(sent: bytes = b"x" * 10, promised: int = 1_000) -> Behaviour:
    """Promise more than is sent, and hang up."""
    return raw(head(200, [("Content-Length", str(promised))]) + sent)


def endless(piece: bytes = b"x" * 65_536) -> Behaviour:
    """Send chunks for as long as somebody takes them."""

    async def behave(exchange: Exchange) -> None:
        await exchange.send(head(200, [("Transfer-Encoding", "chunked")]))
        while not exchange.writer.is_closing():
            await exchange.send(b"%x\r\n%s\r\n" % (len(piece), piece))

    return behave


def packed(coding: str, body: bytes, *, cut: int = 0, headers: Sequence[Header] = ()) -> Behaviour:
    """Send a body under a Content-Encoding, without its last `cut` bytes."""
    sent = PACKERS[coding](body)
    name = "deflate" if coding == "raw-deflate" else coding
    return always(200, [("Content-Encoding", name), *headers], sent[: len(sent) - cut])


def bomb(coding: str, size: int = 20_000_000) -> Behaviour:
    """Send a small body that unpacks to `size` zeros."""
    return packed(coding, bytes(size))


def _raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "raw-deflate": _raw_deflate,
    "br": partial(brotli.compress, quality=4),
}


# --- the server ------------------------------------------------------------------------------


@dataclass
class Publisher:
    """Answers on a free port of `host`; every request is written down.

    Args:
        tls: Speak TLS with this certificate.
        fallback: What unknown paths meet; 404 unless given.
    """

    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    fallback: Behaviour = field(default_factory=lambda: always(404))
    hits: list[Hit] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def __post_init__(self) -> None:
        self._behaviours: dict[str, Behaviour] = {}
        self._over = asyncio.Event()
        self._talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, self.host, 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._over.set()
        self._server.close()
        for talk in list(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    def url(self, path: str = "/", host: str = "") -> str:
        """Return the address of a path, under any name for this server."""
        name = host or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{'https' if self.tls else 'http'}://{name}:{self.port}{path}"

    def on(self, path: str, behaviour: Behaviour) -> str:
        """Make a path behave; return its address."""
        self._behaviours[path] = behaviour
        return self.url(path)

    def asked(self, path: str) -> list[Hit]:
        """Return the requests for a path, in order."""
        return [hit for hit in self.hits if hit.target == path]

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        talk = asyncio.current_task()
        assert talk is not None
        self._talks.add(talk)
        try:
            await self._answer_all(reader, writer, self.connections)
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client hung up, or the test is over
        finally:
            self._talks.discard(talk)
            writer.transport.abort()

    async def _answer_all(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> None:
        while hit := await read_hit(reader, connection):
            self.hits.append(hit)
            path = hit.target.partition("?")[0]
            behaviour = self._behaviours.get(hit.target) or self._behaviours.get(path)
            await (behaviour or self.fallback)(Exchange(hit, reader, writer, self._over))


async def read_hit(reader: asyncio.StreamReader, connection: int) -> Hit | None:
    """Read one request head; None when the client has hung up, or speaks something else."""
    try:
        first_letter = await reader.readexactly(1)
        if not first_letter.isalpha():
            return None
        text = (first_letter + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = text.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = dict(line.split(": ", 1) for line in lines)
    return Hit(method, target, {name.lower(): value for name, value in headers.items()}, connection)
