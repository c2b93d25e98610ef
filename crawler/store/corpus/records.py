"""A kept article as bytes: the records that every form of the corpus is made of.

A record is a skippable zstd frame (key, time, length, checksum) and a zstd frame that holds one
JSON line; so any zstd tool prints the articles of a segment.

Source: docs/decisions/0071-corpus-segments.md
"""

import logging
import re
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple
from zlib import crc32

import msgspec
from zstandard import ZstdCompressor, ZstdDecompressor

from crawler.model import Article, ArticleId
from crawler.store.records import millis

log = logging.getLogger(__name__)

SUFFIX = ".jsonl.zst"

_HEADER = struct.Struct("<II8sQII")  # magic, size of the rest, key, fetched ms, length, CRC-32
_CHECKSUM_BYTES = 4
_CHECKED = _HEADER.size - _CHECKSUM_BYTES
_MAGIC = 0x184D2A50  # a skippable frame: RFC 8878, 3.1.2
_CUT = 0x184D2A51  # another: of a record whose text was taken out
_SKIPPABLE = struct.Struct("<II")  # magic, size of what follows
_REST = _HEADER.size - _SKIPPABLE.size
_MAGIC_BYTES = 4
_MAGICS = {magic.to_bytes(_MAGIC_BYTES, "little") for magic in (_MAGIC, _CUT)}
_HEAD = re.compile(b"|".join(re.escape(_SKIPPABLE.pack(one, _REST)) for one in (_MAGIC, _CUT)))


class _Named(msgspec.Struct):
    """As much of an article as tells which it is; the rest is passed over unread."""

    id: ArticleId


_articles = msgspec.json.Decoder(Article)
_names = msgspec.json.Decoder(_Named)
_compressor = ZstdCompressor(level=3, write_checksum=True)  # what `zstd -dc` checks


Span = tuple[int, int]


class Record(NamedTuple):
    """One record, and where it stands in its segment."""

    at: int
    fetched: int  # milliseconds since 1970
    key: bytes
    whole: bytes  # header and frame
    is_cut: bool = False  # its text was taken out

    @property
    def span(self) -> Span:
        """Where it stands, and how many bytes it takes."""
        return self.at, len(self.whole)

    def article(self) -> Article:
        """Return the article that was kept."""
        return _articles.decode(self._line())

    def id(self) -> ArticleId:
        """Return which article was kept, for a fraction of what reading it costs."""
        return _names.decode(self._line()).id

    def _line(self) -> bytes:
        return ZstdDecompressor().decompress(self.whole[_HEADER.size :])


def key_of(article: Article) -> bytes:
    """Return eight bytes that an address shares with itself as long as its text is the same."""
    return blake2b(
        article.url.encode("utf-8", "surrogatepass"),
        key=article.fingerprint.content_hash,
        digest_size=8,
    ).digest()


def packed(article: Article) -> bytes:
    """Return the article as a record, marked when its text was taken out."""
    magic = _MAGIC if article.text else _CUT
    frame = _compressor.compress(msgspec.json.encode(article) + b"\n")
    fetched = millis(article.fetched)
    head = _HEADER.pack(magic, _REST, key_of(article), fetched, len(frame), 0)[:_CHECKED]
    return head + crc32(frame, crc32(head)).to_bytes(_CHECKSUM_BYTES, "little") + frame


def cut(article: Article) -> bytes:
    """Return the article as a record without its text, under the key it had with it."""
    return packed(replace(article, text="", mentions=()))


def due(gone: Mapping[ArticleId, datetime]) -> Callable[[Record], bool]:
    """Return what tells whether a record holds a text fetched by its article's instant."""
    ends = {article: millis(at) for article, at in gone.items()}
    last = max(ends.values(), default=-1)

    def is_due(record: Record) -> bool:
        if record.is_cut or record.fetched > last:
            return False
        return record.fetched <= ends.get(record.id(), -1)

    return is_due


def records(segment: memoryview, name: str) -> Iterator[Record]:
    """Yield the whole records of a segment; what a crash tore off the end is left out.

    They are copies: one that waits to be read is not zeros when its turn comes. What is damaged
    is left out too, and told under the segment's name.
    """
    for piece in pieces(segment):
        if isinstance(piece, Record):
            yield piece
        else:
            at, size = piece
            log.warning("%s is damaged in bytes %d to %d; the rest is read", name, at, at + size)


def pieces(segment: memoryview) -> Iterator[Record | Span]:
    """Yield the records of a segment, and where it is damaged."""
    at = 0
    while at + _HEADER.size <= len(segment):
        if erased := _erased(segment, at):
            at += erased
        elif record := _record(segment, at):
            yield record
            at += len(record.whole)
        elif following := _HEAD.search(segment, at + 1):
            yield at, following.start() - at
            at = following.start()
        else:
            if not _is_torn(segment, at):
                yield at, len(segment) - at
            return


def _erased(segment: memoryview, at: int) -> int:
    """Return how many bytes an erased record takes; 0 when there is none."""
    magic, rest = _SKIPPABLE.unpack_from(segment, at)
    end = at + _SKIPPABLE.size + rest
    following = bytes(segment[end : end + _MAGIC_BYTES])  # less at the end
    fits = end <= len(segment) and any(one.startswith(following) for one in _MAGICS)
    return end - at if magic == _MAGIC and rest != _REST and fits else 0


def _record(segment: memoryview, at: int) -> Record | None:
    magic, rest, key, fetched, length, checksum = _HEADER.unpack_from(segment, at)
    whole = bytes(segment[at : at + _HEADER.size + length])
    frame = whole[_HEADER.size :]
    if magic not in {_MAGIC, _CUT} or rest != _REST:
        return None
    of_frame = crc32(frame)  # alone, in records of before
    if len(frame) < length or checksum not in {crc32(frame, crc32(whole[:_CHECKED])), of_frame}:
        return None
    return Record(at, fetched, key, whole, magic == _CUT)


def _is_torn(segment: memoryview, at: int) -> bool:
    """Whether the last record ends too soon, as a crash leaves it."""
    rest: int
    length: int
    _, rest, _, _, length, _ = _HEADER.unpack_from(segment, at)
    return rest == _REST and at + _HEADER.size + length > len(segment)


def once(found: Iterable[Record]) -> Iterator[Record]:
    """Yield the first record of each key."""
    seen: set[bytes] = set()
    for record in found:
        if record.key not in seen:
            seen.add(record.key)
            yield record


def blank(size: int) -> tuple[bytes, bytes]:
    """Return what a record of so many bytes is erased with: a head, and the zeros behind it."""
    zeros = size - _SKIPPABLE.size
    return _SKIPPABLE.pack(_MAGIC, zeros), bytes(zeros)
