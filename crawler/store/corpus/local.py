"""The corpus on a local directory: zstd segments that are only ever appended to.

Each process writes segments of its own, so no two writers meet. A crash can only tear a segment's
last record, which readers then leave out: the article was not placed either, and comes again.

Source: docs/decisions/0071-corpus-segments.md
"""

import asyncio
import fcntl
import mmap
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from heapq import heappop, heappush
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Self
from uuid import uuid4

from crawler.errors import ConfigError, StoreError
from crawler.model import Article, ArticleId
from crawler.store.corpus.records import (
    SUFFIX,
    Record,
    Span,
    blank,
    cut,
    due,
    key_of,
    once,
    packed,
    pieces,
    records,
)
from crawler.store.folders import private_folder

SEGMENT_BYTES = 256 << 20  # then a process begins its next one
READ_AT_ONCE = 64  # articles decoded in one step off the event loop

_FETCHED = attrgetter("fetched")
_LOCK_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC


class LocalCorpus:
    """`ports.Corpus` in a directory that any number of this machine's processes share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loading = asyncio.Lock()
        self._keys: set[bytes] | None = None
        self._lock: int | None = None
        self._segment: _Segment | None = None
        self._cutting = threading.Lock()
        self._cuts = self._new()

    async def keep(self, article: Article) -> None:
        """Append the article unless this address with this content is there already.

        What other processes append meanwhile is not looked for; `read` gives it once.
        """
        known = await self._known()
        key = key_of(article)
        if key not in known:
            self._writable().append(packed(article))
            known.add(key)

    async def read(self) -> AsyncIterator[Article]:
        """Every kept article once, oldest first as far as each segment is in order."""
        found = once(_merged(self._paths()))
        articles = (record.article() for record in found)
        while batch := await asyncio.to_thread(lambda: list(islice(articles, READ_AT_ONCE))):
            for article in batch:
                yield article

    async def forget(self, gone: Callable[[Article], bool]) -> int:
        """Erase the articles that `gone` tells, in place, so that other writers may go on.

        What is left of a record is a skippable frame full of zeros. Returns how many were erased.
        """
        return await asyncio.to_thread(lambda: sum(_erase(path, gone) for path in self._paths()))

    async def cut(self, gone: Mapping[ArticleId, datetime]) -> int:
        """Take texts out of records, in a segment of its own before the old ones are erased.

        A process has one such segment, so that there are not as many as there were cuts. A crash
        between the two leaves some records twice; `read` gives each once.
        """
        return await asyncio.to_thread(self._cut, due(gone))

    def _cut(self, is_due: Callable[[Record], bool]) -> int:
        with self._cutting:
            held = {path: list(filter(is_due, _records(path))) for path in self._paths()}
            found = sorted((one for some in held.values() for one in some), key=_FETCHED)
            if found:
                self._keep_cut(found)
            for path, some in held.items():
                _blank(path, [record.span for record in some])
            return len(found)

    def _keep_cut(self, found: Sequence[Record]) -> None:
        with closing(_Segment.opened(self._cuts)) as segment:
            for record in found:
                segment.append(cut(record.article()))
            segment.settle()
            if segment.size >= SEGMENT_BYTES:
                self._cuts = self._new()

    def close(self) -> None:
        """Let go of the segment in writing, and of the folder."""
        self._end_segment()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = self._keys = None

    def _end_segment(self) -> None:
        if self._segment:
            self._segment.close()
            self._segment = None

    async def _known(self) -> set[bytes]:
        async with self._loading:
            if self._keys is None:
                self._keys = await asyncio.to_thread(self._read_keys)
        return self._keys

    def _read_keys(self) -> set[bytes]:
        self._lock = self._lock or _locked(self._folder, fcntl.LOCK_SH)
        return {record.key for path in self._paths() for record in _records(path)}

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{SUFFIX}"))

    def _writable(self) -> "_Segment":
        if self._segment and self._segment.size >= SEGMENT_BYTES:
            self._end_segment()
        if self._segment is None:
            self._segment = _Segment.opened(self._new())
        return self._segment

    def _new(self) -> Path:
        """Return the name of a segment that nobody else knows."""
        return self._folder / f"{uuid4().hex}{SUFFIX}"


@contextmanager
def unused(folder: Path) -> Iterator[None]:
    """Keep everybody from adding to a corpus while the block replaces it.

    Raises:
        ConfigError: A crawl adds to it, and would go on to do so where nobody looks any more.
        StoreError: The folder's parent cannot be written.
    """
    try:
        lock = _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ConfigError(f"a crawl is running that writes to {folder}", "stop it first") from error
    try:
        yield
    finally:
        os.close(lock)


def _locked(folder: Path, how: int) -> int:
    """Return a lock beside the folder, held until it is closed or the process dies.

    Raises:
        BlockingIOError: Another holds it, and `how` says not to wait.
        StoreError: The disk is full or gone.
    """
    try:
        private_folder(folder.parent)
        lock = os.open(folder.with_name(f"{folder.name}.lock"), _LOCK_FLAGS, 0o600)
    except OSError as error:
        raise _unwritable(error) from error
    try:
        fcntl.flock(lock, how)
    except BlockingIOError:
        os.close(lock)
        raise
    return lock


class _Segment:
    """A file that this process alone appends to."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.size = os.fstat(descriptor).st_size

    @classmethod
    def opened(cls, path: Path) -> Self:
        """Return the segment of this name, which is made if it is not there.

        Raises:
            StoreError: The disk is full or gone.
        """
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        try:
            private_folder(path.parent)
            return cls(os.open(path, flags, 0o600))
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

    def settle(self) -> None:
        """Have it on the disk before anything that it replaces is erased."""
        os.fsync(self._descriptor)

    def close(self) -> None:
        os.close(self._descriptor)


def _unwritable(error: OSError) -> StoreError:
    return StoreError(f"the corpus cannot be written ({error.strerror}); make room on its disk")


def damaged_segments(folder: Path) -> list[str]:
    """Return the names of segments of which something cannot be read; reads them through."""
    return [
        path.name
        for path in sorted(folder.glob(f"*{SUFFIX}"))
        if not all(isinstance(piece, Record) for piece in pieces(_view(path)))
    ]


def _records(path: Path) -> Iterator[Record]:
    yield from records(_view(path), path.name)


def _view(path: Path) -> memoryview:
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            return memoryview(b"")
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _merged(paths: Iterable[Path]) -> Iterator[Record]:
    """Yield the records of segments, the oldest first as far as each is in order.

    A segment is open from its first record's turn to its last one's, so that there may be more of
    them than a process may open.
    """
    begun = ((path, next(_records(path), None)) for path in paths)
    waiting = sorted(((first.fetched, path) for path, first in begun if first), reverse=True)
    heads: list[tuple[int, Path, Record, Iterator[Record]]] = []
    while waiting or heads:
        if waiting and (not heads or waiting[-1] < heads[0][:2]):
            _, path = waiting.pop()
            rest = _records(path)
        else:
            _, path, record, rest = heappop(heads)
            yield record
        if head := next(rest, None):
            heappush(heads, (head.fetched, path, head, rest))


def _erase(path: Path, gone: Callable[[Article], bool]) -> int:
    found = [record.span for record in _records(path) if gone(record.article())]
    _blank(path, found)
    return len(found)


def _blank(path: Path, found: Sequence[Span]) -> None:
    """Overwrite records with zeros behind the head of a skippable frame of their length.

    The head comes first: whatever a crash leaves behind it is passed over.

    Raises:
        StoreError: The segment cannot be written to.
    """
    if not found:
        return
    try:
        with path.open("r+b") as file:
            for at, size in found:
                head, zeros = blank(size)
                file.seek(at)
                file.write(head)
                file.flush()
                file.write(zeros)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _unwritable(error) from error
