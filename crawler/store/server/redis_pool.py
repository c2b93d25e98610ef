"""Connections to Redis and the pool that lends them, without what redis-py does for each command.

By itself it takes a task, five locks and two deadlines to borrow a connection that is at rest, to
hand a command to a socket that has room, and to give the connection back: more than the command
itself takes. All that stays for whoever has to wait.

Source: docs/decisions/0232-placing-for-less.md
"""

from collections.abc import Iterable, Sequence
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import (
    AbstractConnection,
    Connection,
    SSLConnection,
    UnixDomainSocketConnection,
)
from redis.commands.core import AsyncScript
from redis.connection import HiredisRespSerializer
from redis.exceptions import ConnectionError as Unconnected
from redis.exceptions import NoScriptError

_serializer = HiredisRespSerializer()


class Prompt(AbstractConnection):
    """A connection that packs in C, and waits for its socket only while that is full."""

    def pack_command(self, *args: Any) -> list[bytes]:  # noqa: ANN401 - whatever redis-py takes
        """Return a command as the server reads it."""
        packed: list[bytes] = _serializer.pack(*args)
        return packed

    async def send_packed_command(
        self, command: bytes | str | Iterable[bytes], check_health: bool = True
    ) -> None:
        """Send a command; what the socket does not take at once has redis-py's deadline."""
        rest = command
        if self._writer is not None and not isinstance(command, (bytes, str)):
            self._writer.writelines(command)
            if not self._writer.transport.get_write_buffer_size():
                return
            rest = []
        await super().send_packed_command(rest, check_health)


class PlainConnection(Prompt, Connection):
    """By TCP."""


class TlsConnection(Prompt, SSLConnection):
    """By TCP under TLS."""


class SocketConnection(Prompt, UnixDomainSocketConnection):
    """By a socket on this machine."""


PROMPT = {
    Connection: PlainConnection,
    SSLConnection: TlsConnection,
    UnixDomainSocketConnection: SocketConnection,
}


class RedisPool(BlockingConnectionPool):
    """A pool that lends a connection at rest as it is, unless others wait for one."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - redis-py's own
        super().__init__(**options)
        self._waiting = 0

    async def get_connection(self, *_: Any, **__: Any) -> AbstractConnection:  # noqa: ANN401
        """Return a connection ready for a command; wait for one while all are lent."""
        if self._waiting or not self._available_connections:
            return await self._in_turn()
        connection: AbstractConnection = self.get_available_connection()  # type: ignore[no-untyped-call]
        try:
            await self.ensure_connection(connection)
        except BaseException:
            await self.release(connection)
            raise
        return connection

    async def ensure_connection(self, connection: AbstractConnection) -> None:
        """Connect what is not, and what the server closed or said something unasked on."""
        if not await _is_at_rest(connection):
            await super().ensure_connection(connection)

    async def release(self, connection: AbstractConnection) -> None:
        """Take a connection back."""
        if self._waiting or connection.should_reconnect():  # type: ignore[no-untyped-call]
            await super().release(connection)
        else:
            self._in_use_connections.remove(connection)
            self._available_connections.append(connection)

    async def _in_turn(self) -> AbstractConnection:
        self._waiting += 1
        try:
            connection: AbstractConnection = await super().get_connection()  # type: ignore[no-untyped-call]
            return connection
        finally:
            self._waiting -= 1


async def run(client: Redis, script: AsyncScript, keys: Sequence[str], args: Sequence[Any]) -> Any:  # noqa: ANN401 - as the server answers
    """Return a script's answer, as calling it does, without what redis-py does for telemetry."""
    try:
        return await _answer(client, "EVALSHA", script.sha, len(keys), *keys, *args)
    except NoScriptError:
        await client.script_load(script.script)
        return await _answer(client, "EVALSHA", script.sha, len(keys), *keys, *args)


async def _answer(client: Redis, *command: Any) -> Any:  # noqa: ANN401
    pool = client.connection_pool
    connection: AbstractConnection = await pool.get_connection()  # type: ignore[no-untyped-call]

    async def ask() -> Any:  # noqa: ANN401
        await connection.send_command(*command)
        return await connection.read_response()

    async def fail(_: Exception) -> None:
        await connection.disconnect()

    try:
        return await connection.retry.call_with_retry(ask, fail)
    finally:
        await pool.release(connection)


async def _is_at_rest(connection: AbstractConnection) -> bool:
    try:
        return connection.is_connected and not await connection.can_read()
    except Unconnected:
        return False
