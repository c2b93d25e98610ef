"""The way to Redis: which server, how it is reached, and what its errors mean.

The client outlives its server: a command that meets a dead connection is sent again for
about half a minute, and an embedded server that died is started by whoever needs it first.
A command may therefore run twice; every script of ours allows for that.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import redis.exceptions as failures
from redis.asyncio import Redis
from redis.asyncio.connection import Connection
from redis.asyncio.retry import Retry
from redis.backoff import EqualJitterBackoff
from redis.maint_notifications import MaintNotificationsConfig

from crawler.config import Config
from crawler.errors import KordonError, StoreError
from crawler.store.server.addresses import connection_options
from crawler.store.server.embedded import ensure_running
from crawler.store.server.redis_pool import PROMPT, RedisPool, SocketConnection
from crawler.store.server.state import REPLICA, UNWRITABLE, ServerState, check_usable, state_of

MAX_CONNECTIONS = 64  # of one process; more tasks than that wait for their turn
ANSWER_SECONDS = 10  # a blocking read must ask for less
CONNECT_SECONDS = 5
FIRST_RETRIES = 2  # a wrong address is told at once
RETRIES = 24  # with waits that double from 0.1 to 2 s: an absence of half a minute
RETRY_FIRST_SECONDS = 0.05
RETRY_LONGEST_SECONDS = 2

T = TypeVar("T")


class Patience(Retry):
    """Retries with growing waits, counted once however deeply redis-py nests them.

    By itself a command that retries reconnects with retries of its own, so that ten become a
    hundred. Each connection has its own copy, and one task at a time.
    """

    def __init__(self, retries: int) -> None:
        backoff = EqualJitterBackoff(base=RETRY_FIRST_SECONDS, cap=RETRY_LONGEST_SECONDS)
        super().__init__(backoff, retries)
        self._trying = False

    async def call_with_retry(  # the rest is redis-py's, handed on as it comes
        self,
        do: Callable[[], Awaitable[T]],
        *failed: Any,  # noqa: ANN401
        **options: Any,  # noqa: ANN401
    ) -> T:
        """Return what `do` returns; within another attempt it is tried once."""
        if self._trying:
            return await do()
        self._trying = True
        try:
            return await super().call_with_retry(do, *failed, **options)
        finally:
            self._trying = False


class EmbeddedConnection(SocketConnection):
    """A connection to the home's own server that starts it again when it has died."""

    def __init__(self, *, home: Path, **options: Any) -> None:  # noqa: ANN401 - the pool's own
        super().__init__(**options)
        self._home = home

    async def _connect(self) -> None:
        try:
            await super()._connect()  # type: ignore[no-untyped-call]
        except (FileNotFoundError, ConnectionRefusedError):
            running = await asyncio.to_thread(ensure_running, self._home)
            self.path = str(running.socket)
            await super()._connect()  # type: ignore[no-untyped-call]


async def connect(config: Config) -> Redis:
    """Return a client of the store, once that has shown to be one Kordon may use.

    The embedded server is started if the configuration names no other.

    Raises:
        ConfigError: The address is malformed, or the server is not fit for use.
        StoreError: The server cannot be reached, refuses the user, or is a replica.
    """
    options = await _options(config)
    async with _client(options, retries=FIRST_RETRIES) as probe:
        with _tls_in_mind(config), translated():
            check_usable(await probe.info())
    return _client(options, retries=RETRIES)


async def inspect(config: Config) -> ServerState:
    """Return what the store's server says of itself; raises as `connect` does."""
    async with await connect(config) as client:
        with translated():
            return state_of(await client.info())


def _client(options: Mapping[str, Any], *, retries: int) -> Redis:
    return Redis.from_pool(
        RedisPool(
            retry=Patience(retries),
            retry_on_error=[failures.ReadOnlyError],  # its address may name another primary by now
            **options,
        )
    )


async def _options(config: Config) -> dict[str, Any]:
    common: dict[str, Any] = {
        "protocol": 3,
        "legacy_responses": False,
        "client_name": "kordon",
        "max_connections": MAX_CONNECTIONS,
        "socket_timeout": ANSWER_SECONDS,
        "socket_connect_timeout": CONNECT_SECONDS,
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    }
    if config.redis_url:
        options = connection_options(config)
        kind = PROMPT[options.get("connection_class", Connection)]
        return common | options | {"connection_class": kind}
    running = await asyncio.to_thread(ensure_running, config.home)
    server = {"connection_class": EmbeddedConnection, "home": config.home}
    return common | server | {"path": str(running.socket)}


# --- errors ----------------------------------------------------------------------------------


@contextmanager
def translated() -> Iterator[None]:
    """Turn any error of Redis into a `StoreError`: one sentence of cause and remedy.

    Use it as a block; as a decorator it would not see what a coroutine raises.
    """
    try:
        yield
    except failures.RedisError as error:
        raise StoreError(_sentence(error)) from error


@contextmanager
def _tls_in_mind(config: Config) -> Iterator[None]:
    """Say of a silent server that it may speak no TLS: a plain one waits for more of a greeting."""
    try:
        yield
    except StoreError as error:
        if not (config.redis_url.startswith("rediss:") and _timed_out(error.__cause__)):
            raise
        raise StoreError(
            "Redis did not answer to TLS in time; if this port speaks none, "
            "write redis:// instead of rediss://, else look at its load"
        ) from error


def _timed_out(error: BaseException | None) -> bool:
    return isinstance(error, failures.TimeoutError) or (
        isinstance(error, failures.RedisError) and _timed_out(error.__cause__)
    )


def _sentence(error: failures.RedisError) -> str:
    cause = error.__cause__
    if isinstance(cause, KordonError):
        return str(cause)
    aborted = isinstance(cause, failures.ExecAbortError)  # says less than what was refused in it
    if isinstance(cause, failures.RedisError) and not aborted:  # a greeting, wrapped by redis-py
        return _sentence(cause)
    said = _said(error)
    for words, sentence in _BY_WORDS.items():
        if words.match(said):
            return sentence.format(said=said)
    for kind, sentence in _SENTENCES.items():
        if isinstance(error, kind):
            return sentence.format(said=said)
    return f"Redis refused a command ({said}); look at its log"


def _said(error: failures.RedisError) -> str:
    """Return what the server said, without what redis-py puts around it for a pipeline."""
    said = str(error)
    within = _IN_PIPELINE.search(said)
    return (within[2] if within else said).rstrip(".")


_BY_WORDS: dict[re.Pattern[str], str] = {
    re.compile("HELLO must be called with|Authentication required|NOAUTH"):
        "Redis asks for a password; put it into KORDON_REDIS_URL, as in rediss://:password@host",
    re.compile(".*CERTIFICATE_VERIFY_FAILED"):
        "the certificate of Redis is not trusted ({said}); name who signed it in KORDON_REDIS_CA, "
        "and its host in KORDON_REDIS_URL as the certificate does",
    re.compile(r".*\[(X509|SSL\] PEM)"):
        "the files for TLS cannot be used ({said}); give PEM files in KORDON_REDIS_CA, and a "
        "certificate and its own key in KORDON_REDIS_CERT and KORDON_REDIS_KEY",
    re.compile("(ERR )?DB index is out of range"):
        "this Redis has no such database ({said}); end KORDON_REDIS_URL with a smaller number, /0",
    re.compile("MISCONF"): f"Redis {UNWRITABLE}",
}  # fmt: skip
_IN_PIPELINE = re.compile(r"of pipeline caused error: \((['\"])(.*)\1,\)$", re.DOTALL)
_SENTENCES: dict[type[failures.RedisError], str] = {  # the narrower kinds stand first
    failures.AuthenticationError:
        "Redis refuses the user or password ({said}); mend them in KORDON_REDIS_URL",
    failures.NoPermissionError:
        "the Redis user may not do this ({said}); "
        "grant it what docs/reference/redis-server.md lists",
    failures.BusyLoadingError: "Redis is still reading its data; try again in a moment",
    failures.TimeoutError:
        "Redis did not answer in time ({said}); look at its load and SLOWLOG",
    failures.ConnectionError:
        "Redis cannot be reached ({said}); start it, or mend KORDON_REDIS_URL",
    failures.OutOfMemoryError:
        "Redis is full; raise its maxmemory, or lower STORY_DAYS and CANDIDATE_DAYS",
    failures.ReadOnlyError: REPLICA,
}  # fmt: skip
