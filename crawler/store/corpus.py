"""The corpus on a local directory: zstd segments that are only ever appended to.

Each process writes segments of its own, so no two writers meet. A record is a skippable zstd
frame (key, time, length, checksum) and a zstd frame that holds one JSON line; so
`zstd -dc corpus/*.jsonl.zst` prints every article. A crash can only tear a segment's last record,
which readers then leave out: the article was not placed either, and comes again.

Source: docs/decisions/0071-corpus-segments.md
"""

import asyncio
import mmap
import os
import struct
from collections.abc import AsyncIterator, Callable, Iterator
from hashlib import blake2b
from heapq import merge
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple, Self
from uuid import uuid4
from zlib import crc32

import msgspec
from zstandard import ZstdCompressor, ZstdDecompressor

from crawler.errors import StoreError
from crawler.model import Article
from crawler.store.records import millis

SEGMENT_BYTES = 256 << 20  # then a process begins its next one
READ_AT_ONCE = 64  # articles decoded in one step off the event loop
SUFFIX = ".jsonl.zst"

_HEADER = struct.Struct("<II8sQII")  # magic, size of the rest, key, fetched ms, length, CRC-32
_MAGIC = 0x184D2A50  # a skippable frame: RFC 8878, 3.1.2
_SKIPPABLE = struct.Struct("<II")  # magic, size of what follows
_REST = _HEADER.size - _SKIPPABLE.size
_FETCHED = attrgetter("fetched")
_articles = msgspec.json.Decoder(Article)


class _Record(NamedTuple):
    """One record's place."""

    at: int
    fetched: int
    key: bytes
    frame: memoryview

    def article(self) -> Article:
        return _articles.decode(ZstdDecompressor().decompress(self.frame))


class LocalCorpus:
    """`ports.Corpus` in a directory that any number of this machine's processes share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._compressor = ZstdCompressor(level=3)
        self._loading = asyncio.Lock()
        self._keys: set[bytes] | None = None
        self._segment: _Segment | None = None

    async def keep(self, article: Article) -> None:
        """Append the article unless this address with this content is there already.

        What other processes append meanwhile is not looked for; `read` gives it once.
        """
        known = await self._known()
        key = _key(article)
        if key not in known:
            self._writable().append(self._record(key, article))
            known.add(key)

    async def read(self) -> AsyncIterator[Article]:
        """Every kept article once, oldest first as far as each segment is in order."""
        records = _once(merge(*map(_records, self._paths()), key=_FETCHED))
        articles = (record.article() for record in records)
        while batch := await asyncio.to_thread(lambda: list(islice(articles, READ_AT_ONCE))):
            for article in batch:
                yield article

    async def forget(self, gone: Callable[[Article], bool]) -> int:
        """Erase the articles that `gone` tells, in place, so that other writers may go on.

        What is left of a record is a skippable frame full of zeros. Returns how many were erased.
        """
        return await asyncio.to_thread(lambda: sum(_erase(path, gone) for path in self._paths()))

    def close(self) -> None:
        """Let go of the segment in writing."""
        if self._segment:
            self._segment.close()
            self._segment = None

    async def _known(self) -> set[bytes]:
        async with self._loading:
            if self._keys is None:
                self._keys = await asyncio.to_thread(self._read_keys)
        return self._keys

    def _read_keys(self) -> set[bytes]:
        return {record.key for path in self._paths() for record in _records(path)}

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{SUFFIX}"))

    def _record(self, key: bytes, article: Article) -> bytes:
        frame = self._compressor.compress(msgspec.json.encode(article) + b"\n")
        checksum = crc32(frame)
        header = _HEADER.pack(_MAGIC, _REST, key, millis(article.fetched), len(frame), checksum)
        return header + frame

    def _writable(self) -> "_Segment":
        if self._segment and self._segment.size >= SEGMENT_BYTES:
            self.close()
        if self._segment is None:
            self._segment = _Segment.opened(self._folder)
        return self._segment


class _Segment:
    """A file that this process alone appends to."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.size = 0

    @classmethod
    def opened(cls, folder: Path) -> Self:
        """Return a new segment; nobody else knows its name.

        Raises:
            StoreError: The disk is full or gone.
        """
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return cls(os.open(folder / f"{uuid4().hex}{SUFFIX}", flags, 0o600))
        except OSError as error:
            raise _unwritable(error) from error

    def append(self, record: bytes) -> None:
        """Write a record whole, or leave the segment as it was.

        Raises:
            StoreError: The disk is full or gone.
        """
        try:
            written = os.write(self._descriptor, record)
        except OSError as error:
            raise _unwritable(error) from error
        if written < len(record):
            os.ftruncate(self._descriptor, self.size)
            raise StoreError("the corpus cannot be written (its disk is full); make room")
        self.size += written

    def close(self) -> None:
        os.close(self._descriptor)


def _unwritable(error: OSError) -> StoreError:
    return StoreError(f"the corpus cannot be written ({error.strerror}); make room on its disk")


def _key(article: Article) -> bytes:
    return blake2b(
        article.url.encode("utf-8", "surrogatepass"),
        key=article.fingerprint.content_hash,
        digest_size=8,
    ).digest()


def _records(path: Path) -> Iterator[_Record]:
    """The whole records of a segment; what a crash tore off the end is left out."""
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            return
        view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    at = 0
    while at + _HEADER.size <= len(view):
        magic, rest, key, fetched, length, checksum = _HEADER.unpack_from(view, at)
        if magic == _MAGIC and rest != _REST:  # erased
            at += _SKIPPABLE.size + rest
            continue
        start, at = at + _HEADER.size, at + _HEADER.size + length
        frame = view[start:at]
        if magic != _MAGIC or len(frame) < length or crc32(frame) != checksum:
            return
        yield _Record(start - _HEADER.size, fetched, key, frame)


def _once(records: Iterator[_Record]) -> Iterator[_Record]:
    seen: set[bytes] = set()
    for record in records:
        if record.key not in seen:
            seen.add(record.key)
            yield record


def _erase(path: Path, gone: Callable[[Article], bool]) -> int:
    """Overwrite records with zeros behind the head of a skippable frame of their length.

    The head comes first: whatever a crash leaves behind it is passed over.

    Raises:
        StoreError: The segment cannot be written to.
    """
    found = [record for record in _records(path) if gone(record.article())]
    try:
        with path.open("r+b") as file:
            for record in found:
                size = _HEADER.size + len(record.frame)
                file.seek(record.at)
                file.write(_SKIPPABLE.pack(_MAGIC, size - _SKIPPABLE.size))
                file.flush()
                file.write(bytes(size - _SKIPPABLE.size))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _unwritable(error) from error
    return len(found)
