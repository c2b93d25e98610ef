"""A backup: what the server holds and the corpus, as they were at one instant, in one file.

Source: docs/decisions/0092-backup.md
"""

import asyncio
import shutil
import tarfile
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from datetime import UTC, datetime
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

import redis.exceptions as failures
from redis.asyncio import Redis
from zstandard import ZstdCompressor

from crawler.errors import StoreError
from crawler.model import TopicId
from crawler.store import keys
from crawler.store.backup_file import (
    FORMAT,
    Manifest,
    Record,
    beside,
    encoded,
    pack,
    records,
    sizes,
    swap,
    unpack,
    writable,
)
from crawler.store.corpus.local import unused
from crawler.store.server.connection import translated
from crawler.store.server.state import version_of

OURS = "kordon:*"
BATCH = 500  # keys asked for in one trip
PAUSE_SECONDS = 5  # writers wait so long at most when this process dies
RENEW_SECONDS = 1
TRIMMED_AT_ONCE = 10_000  # changes, in some ten milliseconds: nobody waits for longer
SCRATCH_SECONDS = 60  # a key that was only tried goes by itself when this process dies
RIGHTS = "grant the Redis user +client|pause +client|unpause +restore for backups"

_DUMPS = """
local found = {}
for _, name in ipairs(KEYS) do
  found[#found + 1] = redis.call('DUMP', name)
  found[#found + 1] = redis.call('PEXPIRETIME', name)
end
return found
"""


# Have whoever follows a topic told of a gap: every change that was given out is dropped.
#
# KEYS: changes, window
# Returns how many changes are left to be trimmed.
_BREAK_OFF = """
local time, last = redis.call('TIME'), nil
if redis.call('EXISTS', KEYS[1]) == 1 then
  local facts = redis.call('XINFO', 'STREAM', KEYS[1])
  for at = 1, #facts, 2 do
    last = facts[at] == 'last-generated-id' and facts[at + 1] or last
  end
end
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
if not last or tonumber(string.match(last, '^%d+')) < tonumber(now) then
  last = redis.call('XADD', KEYS[1], now .. '-0', 'kind', '')
  redis.call('XDEL', KEYS[1], last)
end
redis.call('HSET', KEYS[2], 'first', '', 'trimmed', last)
return redis.call('XLEN', KEYS[1])
"""


# --- saving ----------------------------------------------------------------------------------


async def save(client: Redis, corpus: Path | None, target: Path) -> Manifest:
    """Write a backup, without a corpus when it lies elsewhere; whoever writes meanwhile waits.

    The corpus runs ahead of the server by what is not placed yet, as it always does.

    Raises:
        ConfigError: The target cannot be written.
        StoreError: The server cannot be reached, or does not let us pause its writers.
    """
    with (
        writable(target),
        beside(target) as draft,
        tempfile.TemporaryFile(dir=target.parent) as dumped,
    ):
        async with _writers_paused(client):
            count = await _dump(client, dumped)
            segments = sizes(corpus)
        with translated():
            server = version_of(await client.info("server"))
            read: Any = await client.hget(keys.meta(), "recipe")
        recipe = read.decode() if read else ""  # of an empty store
        manifest = Manifest(
            FORMAT, datetime.now(UTC), server, keys.SCHEMA_VERSION, recipe, count, segments
        )
        sealed = await asyncio.to_thread(pack, draft, manifest, dumped, corpus)
        draft.replace(target)
    return sealed


@asynccontextmanager
async def _writers_paused(client: Redis) -> AsyncIterator[None]:
    """Keep every client from writing; readers go on."""
    await _pause(client)
    renewing = asyncio.create_task(_keep_paused(client))
    try:
        yield
        if renewing.done():
            renewing.result()
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError, StoreError):
            await renewing
        with translated():
            await client.execute_command("CLIENT", "UNPAUSE")  # type: ignore[no-untyped-call]


async def _keep_paused(client: Redis) -> None:
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        await _pause(client)


async def _pause(client: Redis) -> None:
    try:
        await client.client_pause(PAUSE_SECONDS * 1000, all=False)
    except failures.NoPermissionError as error:
        raise StoreError(f"the Redis user may not pause writers; {RIGHTS}") from error
    except failures.RedisError:
        with translated():
            raise


async def _dump(client: Redis, file: IO[bytes]) -> int:
    """Write every key of ours to the file; return how many there are."""
    count, compressor = 0, ZstdCompressor(level=3, write_checksum=True)
    with translated(), compressor.stream_writer(file, closefd=False) as packed:
        async for names in _names(client):
            count += await _write(client, names, packed)
    file.flush()
    return count


async def _names(client: Redis) -> AsyncIterator[Sequence[bytes]]:
    """Yield the names of our keys in batches; some may come twice."""
    batch = list[bytes]()
    async for name in client.scan_iter(match=OURS, count=BATCH):
        batch.append(name)
        if len(batch) == BATCH:
            yield tuple(batch)
            batch.clear()
    if batch:
        yield tuple(batch)


async def _write(client: Redis, names: Sequence[bytes], file: IO[bytes]) -> int:
    found = [record for tag in _by_tag(names) for record in await _read(client, tag)]
    for record in found:
        file.write(encoded(record))
    return len(found)


async def _read(client: Redis, names: Sequence[bytes]) -> list[Record]:
    """Return these keys, which share a hash tag; those that expired meanwhile are left out."""
    answers = await client.eval_ro(_DUMPS, len(names), *names)
    triples = zip(names, answers[::2], answers[1::2], strict=True)
    return [Record(name, max(0, expires), value) for name, value, expires in triples if value]


def _by_tag(names: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    tagged = sorted((name.partition(b"}")[0], name) for name in names)
    for _, group in groupby(tagged, key=itemgetter(0)):
        yield [name for _, name in group]


# --- restoring -------------------------------------------------------------------------------


async def occupied(client: Redis, corpus: Path | None) -> str:
    """Return what a restore would replace, for a person; empty when there is nothing."""
    marks = {keys.meta().encode()}  # an empty store that Kordon has met holds this one
    with translated():
        found = {name async for names in _names(client) for name in names}
    held, segments = len(found - marks), len(sizes(corpus))
    return f"{held} keys and {segments} corpus segments" if held or segments else ""


async def load(client: Redis, corpus: Path | None, source: Path) -> None:
    """Put an examined backup in the place of whatever is there; a corpus elsewhere stays as it is.

    What is there goes once the server has taken one key of the backup.

    Raises:
        ConfigError: The disk is full, the home cannot be written, or a crawl adds to the corpus.
        StoreError: The server cannot be reached or does not take the keys; restore again then.
    """
    fresh = (corpus or source).with_name("corpus.restoring")
    still = unused(corpus) if corpus else nullcontext()
    with writable(corpus or source), still, tarfile.open(source) as tar:
        try:
            if corpus:
                await asyncio.to_thread(unpack, tar, fresh)
            await _check_taken(client, records(tar))
            with translated():
                await _clear(client)
            await _put(client, records(tar))
            if corpus:
                await asyncio.to_thread(swap, fresh, corpus)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


async def _check_taken(client: Redis, dumped: Iterator[Record]) -> None:
    """Refuse a server that does not take what another kind or a newer one dumped."""
    scratch = keys.restoring()
    for record in islice(dumped, 1):
        try:
            with translated():
                await client.restore(scratch, SCRATCH_SECONDS * 1000, record.value, replace=True)
                await client.unlink(scratch)
        except StoreError as error:
            if not isinstance(error.__cause__, failures.OutOfMemoryError):  # _clear makes room
                raise _not_taken(error) from error


async def _clear(client: Redis) -> None:
    for names in [names async for names in _names(client)]:
        await client.unlink(*names)


async def _put(client: Redis, dumped: Iterator[Record]) -> None:
    pipe = client.pipeline(transaction=False)
    try:
        with translated():
            for record in dumped:
                pipe.restore(record.name, record.expires, record.value, replace=True, absttl=True)
                if len(pipe) >= BATCH:
                    await pipe.execute()
            await pipe.execute()
    except StoreError as error:
        whole = "then restore again: what is there is not whole"
        raise StoreError(f"{_not_taken(error)}, {whole}") from error


async def followed(client: Redis) -> frozenset[TopicId]:
    """Return the topics whose changes somebody may have followed."""
    start, end = keys.public(TopicId("*"), "window").split("*")
    with translated():
        found = [name.decode() async for name in client.scan_iter(match=f"{start}*{end}")]
    return frozenset(TopicId(name.removeprefix(start).removesuffix(end)) for name in found)


async def break_off(client: Redis, topics: Iterable[TopicId]) -> None:
    """Drop the changes of topics, and let whoever was given any be told that some are lost.

    What happened after the backup never did, and nobody can be told of that: who follows reads
    every story anew. Their groups stay.
    """
    for topic in topics:
        changes = keys.public(topic, "changes")
        with translated():
            ends = [changes, keys.public(topic, "window")]
            left = int(await client.eval(_BREAK_OFF, len(ends), *ends))
            for kept in range(left - TRIMMED_AT_ONCE, -TRIMMED_AT_ONCE, -TRIMMED_AT_ONCE):
                await client.xtrim(changes, maxlen=max(0, kept), approximate=False)


def _not_taken(error: StoreError) -> StoreError:
    """Return why the server does not take a key."""
    if isinstance(error.__cause__, failures.NoPermissionError):
        return StoreError(f"the Redis user may not restore keys; {RIGHTS}")
    if "DUMP payload" in str(error):
        return StoreError(
            "this server cannot read the backup's keys; "
            "restore into one of the kind that wrote them, and not older"
        )
    return StoreError(str(error))
