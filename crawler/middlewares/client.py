"""One guarded question to the web; every fetch of every kind goes through here.

The only module that knows aiohttp. What it promises: no connection to an address that is not
public, no more bytes than allowed, no longer than allowed, and one stable word for each failure.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache, partial
from ipaddress import IPv4Address, ip_address
from ssl import SSLContext
from time import monotonic
from typing import cast

import aiohttp
from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import Connection
from yarl import URL

from crawler.errors import SourceError
from crawler.fetch.addresses import Address, Network, is_public, literal, unmapped
from crawler.fetch.encodings import ACCEPTED, EncodingError, decoder_for
from crawler.fetch.reasons import FailReason
from crawler.fetch.urls import refuse_unfetchable

NAMES_AT_ONCE = 32  # lookups; one that hangs holds no other up
NAMES_SECONDS = 300
NAMES_MOST = 10_000
KEEP_ALIVE_SECONDS = 10  # several times the usual pause of a host; bounds the open sockets
HEADER_MOST_BYTES = 65_536  # one line; some cookies and policies pass aiohttp's 8,190
HEADERS_MOST = 256
_NO_LIMIT = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)
_OF_THE_TRANSFER = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})
_REASONS = (  # the first that fits; aiohttp's classes are one another's parents
    (aiohttp.ClientConnectorDNSError, FailReason.DNS),
    (aiohttp.ClientProxyConnectionError, FailReason.PROXY),
    (aiohttp.ClientHttpProxyError, FailReason.PROXY),
    (aiohttp.ClientSSLError, FailReason.TLS),
    (aiohttp.ClientConnectorError, FailReason.CONNECTION_REFUSED),
    (aiohttp.InvalidURL, FailReason.BAD_ADDRESS),
    (aiohttp.ClientPayloadError, FailReason.TRUNCATED),
    (aiohttp.ClientResponseError, FailReason.PROTOCOL),
    (aiohttp.ClientError, FailReason.CONNECTION_LOST),
    (EncodingError, FailReason.BAD_ENCODING),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may cost."""

    header_deadline: timedelta  # until the last header: name, connection and TLS included
    body_deadline: timedelta  # from the last header to the last byte
    max_bytes: int  # of the body as sent, and as unpacked
    whole: bool = True  # a longer body is a failure; else it is cut


@dataclass(frozen=True, slots=True)
class Proxy:
    """The operator's choice of a way out; its own address is not judged."""

    url: str
    authorization: bytes = b""  # a Proxy-Authorization value


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer as it came: header bytes untouched, body unpacked."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]  # without those that describe the transfer
    body: bytes
    url: str
    ip: Address | None  # of who answered: the host, or the proxy
    latency: timedelta  # from the question to the last header


class GuardedClient:
    """Asks one address at a time and follows nothing: redirects are the caller's to judge.

    Args:
        allowed: Networks beyond the public internet that may be met.
        resolver: Turns names into addresses; the system's, unless a test brings its own.
        tls: Whom to trust; the system's authorities, unless a test brings its own.
    """

    def __init__(
        self,
        *,
        allowed: Sequence[Network] = (),
        resolver: AbstractResolver | None = None,
        tls: SSLContext | None = None,
    ) -> None:
        self._allowed = tuple(allowed)
        self._names = resolver or _SystemNames()
        self._tls = tls
        self._sessions: dict[bool, aiohttp.ClientSession] = {}  # by whether a proxy is asked

    async def get(
        self, url: str, headers: Mapping[str, bytes], *, limits: Limits, proxy: Proxy | None = None
    ) -> Fetched:
        """Return what an address answers to a GET; see `ask`."""
        return await self.ask(url, headers, limits=limits, proxy=proxy)

    async def ask(
        self,
        url: str,
        headers: Mapping[str, bytes],
        *,
        limits: Limits,
        proxy: Proxy | None = None,
        form: bytes | None = None,
    ) -> Fetched:
        """Return what an address answers to a GET, or to a POST (hubs and hooks alone get one).

        Nothing is said but the given headers, Host and, unless given, Accept-Encoding. A proxy is
        never asked for this machine's own addresses.

        Raises:
            SourceError: Nothing usable came; its reason is a `FailReason`.
        """
        refuse_unfetchable(url)
        target = URL(url, encoded=True)
        address = self._permitted(target)
        way = None if _is_this_machine(target, address) else proxy
        try:
            return await self._get(target, headers, limits, way, form)
        except (aiohttp.ClientError, EncodingError) as error:
            raise SourceError(url, _reason(error), " ".join(str(error).split())) from error

    async def close(self) -> None:
        """Close every connection."""
        while self._sessions:
            await self._sessions.popitem()[1].close()
        await self._names.close()

    def _permitted(self, target: URL) -> Address | None:
        """Return the address that stands in place of a name, if it may be asked.

        Behind a proxy this is all that is judged: what names mean is decided there. An odd
        spelling is refused even of a public address, because readers disagree on what it means.
        """
        host = target.raw_host or ""
        address = literal(host)
        if address is None:
            return None
        odd = isinstance(address, IPv4Address) and host != str(address)
        if odd or not is_public(address, self._allowed):
            problem = f"{address} is {'oddly spelled' if odd else 'not public'}"
            raise SourceError(str(target), FailReason.BLOCKED_ADDRESS, problem)
        return address

    async def _get(
        self,
        target: URL,
        headers: Mapping[str, bytes],
        limits: Limits,
        proxy: Proxy | None,
        form: bytes | None,
    ) -> Fetched:
        began = monotonic()
        async with _deadline(limits.header_deadline, FailReason.HEADER_TIMEOUT, target):
            response = await self._ask(target, headers, proxy, form)
        latency = timedelta(seconds=monotonic() - began)
        async with response, _deadline(limits.body_deadline, FailReason.BODY_TIMEOUT, target):
            body = await _body(response, limits)
        said = tuple(
            line for line in response.raw_headers if line[0].lower() not in _OF_THE_TRANSFER
        )
        return Fetched(response.status, said, body, str(target), response.peer, latency)

    async def _ask(
        self, target: URL, headers: Mapping[str, bytes], proxy: Proxy | None, form: bytes | None
    ) -> "_Answer":
        said = _sendable(headers)
        for_proxy = _credentials(proxy)
        if target.scheme == "http":
            said |= for_proxy
        response = await self._session(proxied=proxy is not None).request(
            "GET" if form is None else "POST",
            target,
            data=form,
            headers=said,
            allow_redirects=False,
            proxy=None if proxy is None else proxy.url,
            proxy_headers=for_proxy if target.scheme == "https" else None,
        )
        return cast("_Answer", response)

    def _session(self, *, proxied: bool) -> aiohttp.ClientSession:
        """Return the session for a way; made late, since it belongs to the loop it is made in.

        Behind a proxy every connection is one to the proxy, so only the direct way is guarded.
        """
        if proxied not in self._sessions:
            connector = aiohttp.TCPConnector(
                limit=0,  # Scrapy and the frontier bound what is in flight
                ttl_dns_cache=NAMES_SECONDS,
                dns_cache_max_size=NAMES_MOST,
                keepalive_timeout=KEEP_ALIVE_SECONDS,
                resolver=self._names,
                socket_factory=None if proxied else self._guarded_socket,
                ssl=self._tls or True,
            )
            self._sessions[proxied] = _session_over(connector)
        return self._sessions[proxied]

    def _guarded_socket(self, info: AddrInfoType) -> socket.socket:
        """Return a socket for an address that is about to be connected to, if it may be met."""
        family, kind, protocol, _, where = info
        if not is_public(_parsed(str(where[0])), self._allowed):
            raise _BlockedError
        return socket.socket(family, kind, protocol)


def _session_over(connector: aiohttp.BaseConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept-Encoding": ACCEPTED},
        skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        auto_decompress=False,
        timeout=_NO_LIMIT,
        response_class=_Answer,
        max_line_size=HEADER_MOST_BYTES,
        max_field_size=HEADER_MOST_BYTES,
        max_headers=HEADERS_MOST,
    )


class _Answer(aiohttp.ClientResponse):
    """A response that remembers who gave it; short ones have let the connection go by then."""

    peer: Address | None = None

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        name = connection.transport and connection.transport.get_extra_info("peername")
        self.peer = _parsed(name[0]) if name else None
        return await super().start(connection)


class _BlockedError(OSError):
    """The address may not be met; an OSError, so that a host's other addresses are tried.

    It says the same of every address: several unlike errors would be merged into a plain one.
    """

    def __init__(self) -> None:
        super().__init__("not a public address")


class _SystemNames(AbstractResolver):
    """The system's resolver on threads of its own; the loop's few are not held by dead names."""

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(NAMES_AT_ONCE, thread_name_prefix="names")
        ask = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return [
            ResolveResult(
                hostname=host, host=str(where[0]), port=port, family=kind, proto=protocol, flags=0
            )
            for kind, _, protocol, _, where in found
        ]

    async def close(self) -> None:
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Address:
    return ip_address(text)


@asynccontextmanager
async def _deadline(limit: timedelta, reason: FailReason, url: URL) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(limit.total_seconds()):
            yield
    except TimeoutError as error:
        problem = f"not there within {limit.total_seconds():g} s"
        raise SourceError(str(url), reason, problem) from error


async def _body(response: aiohttp.ClientResponse, limits: Limits) -> bytes:
    """Read and unpack piece by piece, never more than one byte beyond the limit."""
    if limits.whole and (response.content_length or 0) > limits.max_bytes:
        raise _too_large(response, limits)
    decoder = decoder_for(response.headers.get("Content-Encoding", ""))
    parts, room, sent = list[bytes](), limits.max_bytes + 1, 0
    async for chunk in response.content.iter_any():
        parts.append(decoder.decode(chunk, room))
        room -= len(parts[-1])
        sent += len(chunk)
        if not room or sent > limits.max_bytes:
            return _cut(b"".join(parts), response, limits)
    if not decoder.complete:
        raise SourceError(str(response.url), FailReason.TRUNCATED, "the packed body breaks off")
    return b"".join(parts)


def _cut(body: bytes, response: aiohttp.ClientResponse, limits: Limits) -> bytes:
    if limits.whole:
        raise _too_large(response, limits)
    return body[: limits.max_bytes]


def _too_large(response: aiohttp.ClientResponse, limits: Limits) -> SourceError:
    problem = f"more than {limits.max_bytes} bytes"
    return SourceError(str(response.url), FailReason.TOO_LARGE, problem)


def _is_this_machine(target: URL, address: Address | None) -> bool:
    name = (target.raw_host or "").removesuffix(".").lower()
    named = name == "localhost" or name.endswith(".localhost")  # RFC 6761, 6.3
    return named or (address is not None and unmapped(address).is_loopback)


def _credentials(proxy: Proxy | None) -> dict[str, str]:
    given = b"" if proxy is None else proxy.authorization
    return {"Proxy-Authorization": given.decode("latin-1")} if given else {}


def _sendable(headers: Mapping[str, bytes]) -> dict[str, str]:
    """Return headers as aiohttp takes them: as text, which it sends as UTF-8.

    A value that is no UTF-8 (an ETag of raw bytes) cannot be repeated exactly and is left out:
    the question is then asked unconditionally, which is slower but never wrong.
    """
    texts = {name: value.decode("utf-8", "replace") for name, value in headers.items()}
    return {name: text for name, text in texts.items() if text.encode() == headers[name]}


def _reason(error: Exception) -> FailReason:
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else None
    if isinstance(cause, _BlockedError):
        return FailReason.BLOCKED_ADDRESS
    if isinstance(cause, ConnectionResetError):  # during the TLS handshake
        return FailReason.CONNECTION_LOST
    return next(reason for kind, reason in _REASONS if isinstance(error, kind))
