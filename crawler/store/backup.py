"""A backup: what the server holds and the corpus, as they were at one instant, in one file.

The file is a tar of the keys (each as the server's DUMP), the corpus segments and a manifest.

Source: docs/decisions/0092-backup.md
"""

import asyncio
import hashlib
import io
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

import msgspec
import redis.exceptions as failures
from redis.asyncio import Redis
from zstandard import ZstdCompressor, ZstdDecompressor, ZstdError

from crawler.errors import ConfigError, StoreError
from crawler.store import keys
from crawler.store.connection import translated
from crawler.store.corpus import unused
from crawler.store.corpus_records import SUFFIX
from crawler.store.facts import version_of

FORMAT = 1
MANIFEST, KEYS = "kordon-backup.json", "keys.msgpack.zst"
PREFIX = b"kordon:"
OURS = "kordon:*"
RECORD_MOST = (512 << 20) + 65_536  # bytes: the largest value that a server takes, and its name
BATCH = 500  # keys asked for in one trip
PAUSE_SECONDS = 5  # writers wait so long at most when this process dies
RENEW_SECONDS = 1
SCRATCH_SECONDS = 60  # a key that was only tried goes by itself when this process dies
READ_BYTES = 1 << 20
RIGHTS = "grant the Redis user +client|pause +client|unpause +restore for backups"

_SEGMENT = re.compile(rf"corpus/[0-9a-f]{{32}}{re.escape(SUFFIX)}")
_LENGTH_BYTES = 4
_DUMPS = """
local found = {}
for _, name in ipairs(KEYS) do
  found[#found + 1] = redis.call('DUMP', name)
  found[#found + 1] = redis.call('PEXPIRETIME', name)
end
return found
"""


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds, and who can read it."""

    format: int
    created: datetime
    server: str  # "valkey 9.1.2"
    schema: int
    recipe: str  # of the stories that are read
    keys: int
    corpus: dict[str, int]  # segment -> bytes
    digests: dict[str, str] = {}  # member -> SHA-256; none in backups of before


class Record(msgspec.Struct, array_like=True, frozen=True):
    """One key."""

    name: bytes
    expires: int  # milliseconds since 1970; 0: never
    value: bytes  # as DUMP gives it


# --- saving ----------------------------------------------------------------------------------


async def save(client: Redis, corpus: Path | None, target: Path) -> Manifest:
    """Write a backup, without a corpus when it lies elsewhere; whoever writes meanwhile waits.

    The corpus runs ahead of the server by what is not placed yet, as it always does.

    Raises:
        ConfigError: The target cannot be written.
        StoreError: The server cannot be reached, or does not let us pause its writers.
    """
    with (
        _writable(target),
        _beside(target) as draft,
        tempfile.TemporaryFile(dir=target.parent) as dumped,
    ):
        async with _writers_paused(client):
            count = await _dump(client, dumped)
            sizes = _sizes(corpus)
        with translated():
            server = version_of(await client.info("server"))
            read: Any = await client.hget(keys.meta(), "recipe")
        recipe = read.decode() if read else ""  # of an empty store
        manifest = Manifest(
            FORMAT, datetime.now(UTC), server, keys.SCHEMA_VERSION, recipe, count, sizes
        )
        sealed = await asyncio.to_thread(_pack, draft, manifest, dumped, corpus)
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
        packed = msgspec.msgpack.encode(record)
        file.write(len(packed).to_bytes(_LENGTH_BYTES) + packed)
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


def _sizes(corpus: Path | None) -> dict[str, int]:
    if corpus is None:
        return {}
    return {path.name: path.stat().st_size for path in sorted(corpus.glob(f"*{SUFFIX}"))}


def _pack(draft: Path, manifest: Manifest, dumped: IO[bytes], corpus: Path | None) -> Manifest:
    """Write everything; return the manifest, which comes last because it tells what was written.

    A segment may be erased in while it is read, so that it cannot be digested beforehand.
    """
    with draft.open("wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
        digests = {KEYS: _add(tar, KEYS, dumped)}
        for name, size in manifest.corpus.items():
            with Path(corpus or "", name).open("rb") as segment:
                digests[f"corpus/{name}"] = _add(tar, f"corpus/{name}", segment, size)
        sealed = msgspec.structs.replace(manifest, digests=digests)
        _add(tar, MANIFEST, io.BytesIO(msgspec.json.format(msgspec.json.encode(sealed))))
        file.flush()
        os.fsync(file.fileno())
    return sealed


def _add(tar: tarfile.TarFile, name: str, file: IO[bytes], size: int | None = None) -> str:
    """Add a member and return its digest."""
    entry = tarfile.TarInfo(name)
    entry.size = file.seek(0, os.SEEK_END) if size is None else size
    entry.mode = 0o600
    file.seek(0)
    digested = _Digested(file)
    tar.addfile(entry, digested)
    return digested.hexdigest()


class _Digested(io.RawIOBase):
    """A file that knows the digest of what was read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        found = self._file.read(size)
        self._digest.update(found)
        return found

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


# --- restoring -------------------------------------------------------------------------------


def examine(source: Path) -> Manifest:
    """Return what a backup holds, once it has been read through.

    Raises:
        ConfigError: It is no backup, damaged, or of another form.
    """
    with _readable(source), tarfile.open(source) as tar:
        manifest = _manifest(tar, source)
        _check_fit(manifest, source)
        _check_digests(tar, manifest, source)
        if _count(_records(tar), source) != manifest.keys:
            raise _damaged(source, "keys are missing")
        members = {one.name: one.size for one in tar if _is_segment(one)}
        if members != {f"corpus/{name}": size for name, size in manifest.corpus.items()}:
            raise _damaged(source, "segments are missing, or of another size")
    return manifest


async def occupied(client: Redis, corpus: Path | None) -> str:
    """Return what a restore would replace, for a person; empty when there is nothing."""
    marks = {keys.meta().encode()}  # an empty store that Kordon has met holds this one
    with translated():
        found = {name async for names in _names(client) for name in names}
    held, segments = len(found - marks), len(_sizes(corpus))
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
    with _writable(corpus or source), still, tarfile.open(source) as tar:
        try:
            if corpus:
                await asyncio.to_thread(_unpack, tar, fresh)
            await _check_taken(client, _records(tar))
            with translated():
                await _clear(client)
            await _put(client, _records(tar))
            if corpus:
                await asyncio.to_thread(_swap, fresh, corpus)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


async def _check_taken(client: Redis, records: Iterator[Record]) -> None:
    """Refuse a server that does not take what another kind or a newer one dumped."""
    scratch = keys.restoring()
    for record in islice(records, 1):
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


async def _put(client: Redis, records: Iterator[Record]) -> None:
    pipe = client.pipeline(transaction=False)
    try:
        with translated():
            for record in records:
                pipe.restore(record.name, record.expires, record.value, replace=True, absttl=True)
                if len(pipe) >= BATCH:
                    await pipe.execute()
            await pipe.execute()
    except StoreError as error:
        whole = "then restore again: what is there is not whole"
        raise StoreError(f"{_not_taken(error)}, {whole}") from error


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


def _unpack(tar: tarfile.TarFile, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    for member in tar:
        if _is_segment(member) and (stream := tar.extractfile(member)):
            with (folder / member.name.removeprefix("corpus/")).open("xb") as file:
                shutil.copyfileobj(stream, file)


def _swap(fresh: Path, corpus: Path) -> None:
    replaced = corpus.with_name("corpus.replaced")
    shutil.rmtree(replaced, ignore_errors=True)
    if corpus.exists():
        corpus.rename(replaced)
    fresh.rename(corpus)
    shutil.rmtree(replaced, ignore_errors=True)


def _manifest(tar: tarfile.TarFile, source: Path) -> Manifest:
    stream = _member(tar, MANIFEST)
    if stream is None:
        raise ConfigError(f"{source} is no backup of Kordon's", "give what kordon backup wrote")
    return msgspec.json.decode(stream.read(), type=Manifest)


def _check_fit(manifest: Manifest, source: Path) -> None:
    ours, theirs = (FORMAT, keys.SCHEMA_VERSION), (manifest.format, manifest.schema)
    if ours != theirs:
        raise ConfigError(
            f"another Kordon wrote {source} (format and schema {theirs}; here {ours})",
            "restore it with the Kordon that wrote it",
        )


def _check_digests(tar: tarfile.TarFile, manifest: Manifest, source: Path) -> None:
    for name, digest in manifest.digests.items():
        member = _member(tar, name)
        if member is None or _digest(member) != digest:
            raise _damaged(source, f"{name} is not what was saved")


def _digest(file: IO[bytes]) -> str:
    digested = _Digested(file)
    while digested.read(READ_BYTES):
        pass
    return digested.hexdigest()


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes] | None:
    try:
        entry = tar.getmember(name)
    except KeyError:
        return None
    return tar.extractfile(entry) if _is_file(entry) else None


def _is_segment(entry: tarfile.TarInfo) -> bool:
    return _SEGMENT.fullmatch(entry.name) is not None and _is_file(entry)


def _is_file(entry: tarfile.TarInfo) -> bool:
    """Tell whether a member is what we write: links lead in circles, holes unpack to anything."""
    return entry.isreg() and not entry.issparse()


def _damaged(source: Path, what: str) -> ConfigError:
    return ConfigError(f"{source} is damaged: {what}", "use another backup")


def _count(records: Iterator[Record], source: Path) -> int:
    """Return how many keys there are, all of them ours: a restore replaces what it finds."""
    count = 0
    for record in records:
        if not record.name.startswith(PREFIX):
            raise _damaged(source, "it holds a key that is not Kordon's")
        count += 1
    return count


def _records(tar: tarfile.TarFile) -> Iterator[Record]:
    stream = _member(tar, KEYS)
    if stream is None:
        return
    with ZstdDecompressor().stream_reader(stream) as packed:
        while length := packed.read(_LENGTH_BYTES):
            yield msgspec.msgpack.decode(packed.read(_size(length)), type=Record)


def _size(length: bytes) -> int:
    """Return how large a record is, before room is made for it.

    Raises:
        TarError: No server takes a value so large, so that none wrote it.
    """
    size = int.from_bytes(length)
    if size > RECORD_MOST:
        raise tarfile.TarError(f"a record of {size} bytes")
    return size


# --- files -----------------------------------------------------------------------------------


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Yield a name in the target's directory; nothing stays there when the block fails."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _writable(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"{target} cannot be written ({error.strerror})",
            "give a path in a directory of yours with room",
        ) from error


@contextmanager
def _readable(source: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{source} cannot be read ({error.strerror})", "mend the path") from error
    except (tarfile.TarError, msgspec.DecodeError, ZstdError, EOFError) as error:
        raise ConfigError(f"{source} is damaged, or no backup", "use another backup") from error
