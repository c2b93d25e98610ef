"""The file of a backup: a tar of the keys, the corpus segments and a manifest.

A key is as the server's DUMP gives it; the manifest tells the digest of every part.

Source: docs/decisions/0092-backup.md
"""

import hashlib
import io
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec
from zstandard import ZstdDecompressor, ZstdError

from crawler.errors import ConfigError
from crawler.store import keys
from crawler.store.corpus.records import SUFFIX

FORMAT = 1
MANIFEST, KEYS = "kordon-backup.json", "keys.msgpack.zst"
PREFIX = b"kordon:"
RECORD_MOST = (512 << 20) + 65_536  # bytes: the largest value that a server takes, and its name
LENGTH_BYTES = 4  # before each record
READ_BYTES = 1 << 20

_SEGMENT = re.compile(rf"corpus/[0-9a-f]{{32}}{re.escape(SUFFIX)}")


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


# --- writing ---------------------------------------------------------------------------------


def encoded(record: Record) -> bytes:
    """Return a record as it stands among the keys, its length first."""
    packed = msgspec.msgpack.encode(record)
    return len(packed).to_bytes(LENGTH_BYTES) + packed


def sizes(corpus: Path | None) -> dict[str, int]:
    """Return how many bytes each segment of a corpus has; none where it lies elsewhere."""
    if corpus is None:
        return {}
    return {path.name: path.stat().st_size for path in sorted(corpus.glob(f"*{SUFFIX}"))}


def pack(draft: Path, manifest: Manifest, dumped: IO[bytes], corpus: Path | None) -> Manifest:
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


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """Yield a name in the target's directory; nothing stays there when the block fails."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def writable(target: Path) -> Iterator[None]:
    """Turn what goes wrong while the target is written into a sentence with its remedy."""
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"{target} cannot be written ({error.strerror})",
            "give a path in a directory of yours with room",
        ) from error


# --- reading ---------------------------------------------------------------------------------


def examine(source: Path) -> Manifest:
    """Return what a backup holds, once it has been read through.

    Raises:
        ConfigError: It is no backup, damaged, or of another form.
    """
    with _readable(source), tarfile.open(source) as tar:
        manifest = _manifest(tar, source)
        _check_fit(manifest, source)
        _check_digests(tar, manifest, source)
        if _count(records(tar), source) != manifest.keys:
            raise _damaged(source, "keys are missing")
        members = {one.name: one.size for one in tar if _is_segment(one)}
        if members != {f"corpus/{name}": size for name, size in manifest.corpus.items()}:
            raise _damaged(source, "segments are missing, or of another size")
    return manifest


def unpack(tar: tarfile.TarFile, folder: Path) -> None:
    """Write the segments of a backup into a fresh folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    for member in tar:
        if _is_segment(member) and (stream := tar.extractfile(member)):
            with (folder / member.name.removeprefix("corpus/")).open("xb") as file:
                shutil.copyfileobj(stream, file)


def swap(fresh: Path, corpus: Path) -> None:
    """Put a folder in the place of the corpus."""
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


def _count(found: Iterator[Record], source: Path) -> int:
    """Return how many keys there are, all of them ours: a restore replaces what it finds."""
    count = 0
    for record in found:
        if not record.name.startswith(PREFIX):
            raise _damaged(source, "it holds a key that is not Kordon's")
        count += 1
    return count


def records(tar: tarfile.TarFile) -> Iterator[Record]:
    """Yield the keys of a backup.

    Raises:
        TarError: A record is larger than any server takes.
    """
    stream = _member(tar, KEYS)
    if stream is None:
        return
    with ZstdDecompressor().stream_reader(stream) as packed:
        while length := packed.read(LENGTH_BYTES):
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


@contextmanager
def _readable(source: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{source} cannot be read ({error.strerror})", "mend the path") from error
    except (tarfile.TarError, msgspec.DecodeError, ZstdError, EOFError) as error:
        raise ConfigError(f"{source} is damaged, or no backup", "use another backup") from error
